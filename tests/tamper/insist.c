/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What must be seen of an attack, or the running test fails. */
#include "tests/tamper/insist.h"

#include <string.h>

#include "base/error.h"
#include "tests/tamper/cases.h"

static void insist(struct tamper *t, size_t k, const char *line, bool wanted)
{
    if (tamper_says(t, k, line) != wanted)
        fail_msg("kiosk %zu: %s: %s\n%s", k, wanted ? "not said" : "said", line, t->said);
}

void insist_says(struct tamper *t, size_t k, const char *line)
{
    insist(t, k, line, true);
}

void insist_says_not(struct tamper *t, size_t k, const char *line)
{
    insist(t, k, line, false);
}

void insist_well(struct tamper *t, size_t k)
{
    static const char *const bad[] = {"GAP", "FORK", "ROLLBACK", "SILENCE", "NOT FIT", "not well"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        insist_says_not(t, k, bad[i]);
}

void insist_refused(struct tamper *t, const char *what)
{
    if (strstr(t->refused, what) == NULL)
        fail_msg("not refused: %s\nbut: %s", what, t->refused);
}

void insist_partly_sent(struct tamper *t, int error, int salvage, uint64_t saved)
{
    assert_int_equal(tamper_exchange(t, A), error);
    assert_int_equal(t->report.bundle, error);
    assert_true(t->report.salvaged);
    assert_int_equal(t->report.salvage, salvage);
    assert_int_equal(t->report.saved, saved);
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.refused, 0);
    insist_says(t, A, "The disk is not well.");
}

void insist_unusable(struct tamper *t, int error, uint64_t saved)
{
    insist_partly_sent(t, error, ERROR_NONE, saved);
}

void insist_damaged(struct tamper *t, uint64_t saved)
{
    insist_unusable(t, ERROR_OUTBOX, saved);
}
