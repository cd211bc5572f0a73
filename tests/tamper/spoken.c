/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the courier says of it on a terminal. */
#include "tests/tamper/cases.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/lib/hostile.h"
#include "tests/lib/kiosk_process.h"
#include "tests/tamper/insist.h"

/* Runs a line of the shell; what it says goes to t->said, and nothing in it may move a terminal. */
static int say(struct tamper *t, const char *line)
{
    char command[8192];
    free(t->said);
    snprintf(command, sizeof command,
             "{ %s ; } >'%s/said' 2>&1 </dev/null && exit 0; exit $(($? == 127 ? 127 : 1))", line,
             t->under);
    const int status = system(command);
    t->said = (char *)folder_read(folder_path(t->under, "said"), &t->said_len);
    t->said[t->said_len] = '\0';
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 127);
    if (hostile_controls(t->said, t->said_len) != 0)
        fail_msg("not plain: %s", t->said);
    return WEXITSTATUS(status);
}

static void insist_said(const struct tamper *t, const char *text)
{
    if (strstr(t->said, text) == NULL)
        fail_msg("not said: %s\nbut: %s", text, t->said);
}

/* The real courier, and a medium whose very name is hostile. */
static void hostile_name_of_the_medium(struct tamper *t)
{
    char line[4096];
    const char *media = folder_path(t->under, "\033[2J\xE2\x80\xAE\xC2\x9B\nstick");
    tamper_write_some(t, A, 1);
    tamper_exchange(t, A);
    snprintf(line, sizeof line, "LANGUAGE=en %s exchange --state '%s' --media '%s'",
             kiosk_program("sandyq-courier"), t->kiosks[A].dir, media);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "?[2J");
    assert_int_equal(mkdir(media, 0700), 0);
    hostile_bundles(media);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "card: refused. ");
    insist_said(t, "bundle: out, records 1 to 1\n");
}

/* The same of what the exchange finds out about the past, in its own words. */
static void courier_says_what_it_saw(struct tamper *t)
{
    char copy[FOLDER_PATH], line[4096];
    snprintf(line, sizeof line, "LANGUAGE=en %s exchange --state '%s' --media '%s'",
             kiosk_program("sandyq-courier"), t->kiosks[A].dir, t->stick);
    tamper_write_some(t, A, 2);
    tamper_snapshot(t, A, copy);
    tamper_write_some(t, A, 3);
    tamper_exchange(t, A);
    tamper_restore(copy, t->kiosks[A].dir);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "outbox: set back. Record 5 was sent once, but this disk ends at 2.\n");
    insist_said(t, "records that this disk never had, kept on the medium: 1\n");
    insist_said(t, "bundle: out, records 1 to 2\n");
    insist_said(t, "sandyq-courier: outbox: The records do not follow one another");
    tamper_sql(t, A, "UPDATE record SET bytes = zeroblob(16492) WHERE seq = 1");
    assert_int_equal(say(t, line), 1);
    insist_said(t, "bundle: out, with the 1 records that are whole\n");
    insist_said(t, "sandyq-courier: outbox: The outbox is damaged or gone");
    folder_flip(folder_path(t->kiosks[A].dir, "outbox.db"), 62);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "bundle: out, with the 1 records that are whole\n");
    insist_said(t, "sandyq-courier: outbox: A newer version of Sandyq wrote this");
}

/* Where one bundle of a damaged outbox cannot be written, the others still can. */
static void damaged_outbox_and_a_name_taken(struct tamper *t)
{
    char name[64], line[4096];
    tamper_write_some(t, A, 5);
    t->letters[1].destroyed = t->letters[3].destroyed = true;
    tamper_sql(t, A, "DELETE FROM record WHERE seq IN (2, 4)");
    snprintf(name, sizeof name, "%s-2" NAMES_BUNDLE, t->kiosks[A].name);
    const char *path = folder_path(t->stick, name);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(tamper_exchange(t, A), ERROR_OUTBOX);
    assert_int_equal(t->report.salvage, ERROR_SPECIAL);
    assert_int_equal(t->report.saved, 2);
    snprintf(line, sizeof line, "LANGUAGE=en %s exchange --state '%s' --media '%s'",
             kiosk_program("sandyq-courier"), t->kiosks[A].dir, t->stick);
    assert_int_equal(say(t, line), 1);
    insist_said(t, "bundle: out, with the 2 records that are whole\n");
    insist_said(t, "bundle: not all that is whole could be written. ");
    tamper_import(t, t->stick);
    assert_int_equal(t->taken.complaints, 2);
    assert_int_equal(rmdir(path), 0);
    insist_damaged(t, 3);
    assert_int_equal(t->taken.complaints, 1);
}

struct tamper_case spoken_cases[] = {
    {"outbox damaged and a bundle's name taken", damaged_outbox_and_a_name_taken},
    {"hostile name of the medium", hostile_name_of_the_medium},
    {"courier says what it saw", courier_says_what_it_saw},
    {NULL},
};
