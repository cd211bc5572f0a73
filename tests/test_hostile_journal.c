/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A colleague or a technician with the journal in their hands: what they take away, put in or
   change is named by the next desk or by the audit, serves nobody, and locks nobody out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "office/audit.h"
#include "office/officer.h"
#include "office/request.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"

static struct fake_desk desk;
static struct fake_kiosk kiosk;

/* An office of a lead with one kiosk and two cases, and of a second officer, who never did a thing.
 */
static struct keyset *second;

static void add_officer(void)
{
    char fingerprint[NAMING_FINGERPRINT_LEN], name[NAMING_NAME_MAX + 1];
    const struct officer_order order = {fingerprint, ACT_OFFICER_ROLE, FAKE_DESK_NOW};
    assert_int_equal(keyset_new(desk.vault.charter.office, &second), ERROR_NONE);
    assert_int_equal(keyset_make_own(second), ERROR_NONE);
    assert_int_equal(request_write(desk.vault.dir, 0600, second, "Second", fingerprint),
                     ERROR_NONE);
    assert_int_equal(officer_add(&desk.vault, &order, &second->officer, name), ERROR_NONE);
    assert_int_equal(second->officer, 2);
}

static int setup(void **state)
{
    fake_desk_open(&desk);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    for (char who = 1; who <= 3; who += 2) {
        const struct letter letter = fake_kiosk_letter(&kiosk, who, "text");
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&desk, &kiosk, 1, 2, NULL), ERROR_NONE);
    add_officer();
    return 0;
}

static int teardown(void **state)
{
    keyset_free(&second);
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    return 0;
}

/* --- what the audit finds --- */

struct found {
    unsigned kinds[AUDIT_KINDS];
    unsigned faults[HISTORY_FAULTS];
    unsigned all;
    struct audit_finding last;
};

static enum error find(void *context, const struct audit_finding *finding)
{
    struct found *found = context;
    found->kinds[finding->kind]++;
    if (finding->kind == AUDIT_HISTORY)
        found->faults[finding->fault]++;
    found->all++;
    found->last = *finding;
    return ERROR_NONE;
}

static struct found audit(void)
{
    struct audit_report report;
    struct found found = {.all = 0};
    assert_int_equal(audit_run(&desk.vault, find, &found, &report), ERROR_NONE);
    return found;
}

static void change(const char *sql)
{
    raw_db(folder_path(desk.dir, "journal.db"), sql);
}

static void nothing_is_found_where_nothing_was_done(void **state)
{
    assert_int_equal(audit().all, 0);
}

/* --- officers --- */

static void an_officer_whose_row_is_gone_is_named(void **state)
{
    change("DELETE FROM officer WHERE no = 2");
    const struct found found = audit();
    assert_int_equal(found.all, 1);
    assert_int_equal(found.kinds[AUDIT_OFFICER], 1);
    assert_int_equal(found.last.officer, 2);
}

static void an_officer_whose_keys_were_changed_is_named(void **state)
{
    change("UPDATE officer SET agree = randomblob(32) WHERE no = 2");
    const struct found found = audit();
    assert_int_equal(found.all, 1);
    assert_int_equal(found.last.kind, AUDIT_OFFICER);
    assert_int_equal(found.last.officer, 2);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_is_found_where_nothing_was_done),
        TEST(an_officer_whose_row_is_gone_is_named),
        TEST(an_officer_whose_keys_were_changed_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
