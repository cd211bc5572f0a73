/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Officers through the command line: how one joins, is named and removed, and what a removal, a
   lost keyring and a folder of a group come to. The tests go on from one another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "tests/lib/desk_test.h"
#include "tests/lib/folder.h"
#include "tests/lib/light_keyring.h"
#include "tests/lib/raw_db.h"

/* $D with the keyring in the folder of an officer; the fingerprint that a join prints. */
#define JOIN        "$D officer join office --name Ainur --officer ainur $P"
#define FINGERPRINT "sed -n 's/^Your fingerprint: //p'"

static void assert_not_said(const char *text)
{
    if (strstr(desk_said, text) != NULL)
        fail_msg("said: %s\nin: %s", text, desk_said);
}

/* The first number that a query on the journal gives. */
static long long ask(const char *sql)
{
    sqlite3 *db = raw_db_open(folder_path(desk_dir, "office/journal.db"));
    sqlite3_stmt *statement = NULL;
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &statement, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
    const long long number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    raw_db_close(db);
    return number;
}

static void import(const char *text)
{
    desk_test_write(text);
    assert_int_equal(desk_run("$D import office stick.bundle $P"), 0);
}

static void test_init_makes_a_lead(void **state)
{
    import("before anybody came");
    assert_int_equal(desk_run("$D officer list office --json $P"), 0);
    assert_desk_said("\"officer\": 1");
    assert_desk_said("\"role\": \"lead\"");
    assert_desk_said("\"removed\": null");
    assert_not_said("\"officer\": 2");
    assert_int_equal(desk_run("stat -c %a .sandyq .sandyq/* .sandyq/*/keyring"), 0);
    assert_string_equal(desk_said, "700\n700\n600\n");
    assert_int_equal(desk_run("ls office"), 0);
    assert_not_said("desk.keyring");
}

static void test_who_was_not_named_is_no_officer(void **state)
{
    assert_desk_refused("$D list office --officer ainur $P", "You have no folder for this office");
    assert_int_equal(desk_run(JOIN), 0);
    light_keyring(folder_path(desk_dir, "ainur/keyring"), DESK_SECRET);
    assert_desk_said("Your fingerprint: ");
    assert_desk_said("The lead then runs: sandyq-desk officer add office \"");
    assert_int_equal(desk_run("stat -c %a ainur ainur/keyring && ls office | grep -c ^join-"), 0);
    assert_string_equal(desk_said, "700\n600\n1\n");
    assert_desk_refused("$D list office --officer ainur $P", "You are no officer here");
    assert_desk_refused("$D show office 1 --officer ainur $P", "You are no officer here");
    assert_desk_refused("$D officer join office --name Ainur --officer ainur "
                        "--passphrase-file wrong",
                        "The passphrase is wrong");
}

static void test_a_wrong_fingerprint_names_nobody(void **state)
{
    assert_desk_refused("$D officer add office 1234 $P", "This is no fingerprint");
    assert_desk_refused("$D officer add office '1234 5678 9012 3456 7890' $P",
                        "Nobody with this fingerprint asks to join");
    assert_desk_refused("F=$(" JOIN " | " FINGERPRINT "); $D officer add office "
                        "\"$(echo $F | tr 0123456789 1234567890)\" $P",
                        "Nobody with this fingerprint asks to join");
    assert_desk_refused("F=$(" JOIN " | " FINGERPRINT "); $D officer add office \"$F\" "
                        "--role king $P",
                        "Choose one of: officer lead");
    assert_desk_refused("$D list office --officer ainur $P", "You are no officer here");
}

/* A request that another keyring signed, or nobody, is not one. */
static void test_a_request_that_was_changed_names_nobody(void **state)
{
    assert_int_equal(desk_run("mkdir -m 700 aside; cp office/join-* aside"), 0);
    assert_desk_refused("F=$(" JOIN " | " FINGERPRINT "); for j in office/join-*; do "
                        "printf XXXXXXXX | dd of=$j bs=1 seek=80 conv=notrunc 2>/dev/null; done; "
                        "$D officer add office \"$F\" $P",
                        "Nobody with this fingerprint asks to join");
    assert_int_equal(desk_run("cp aside/join-* office"), 0);
}

static void test_one_is_named_by_the_fingerprint(void **state)
{
    assert_int_equal(desk_run("F=$(" JOIN " | " FINGERPRINT "); $D officer add office $F $P"), 0);
    assert_desk_said("Named as officer 2, role officer: Ainur");
    assert_int_equal(desk_run("ls office | grep -c ^join-"), 1); /* the request is gone */
    assert_int_equal(desk_run("$D officer list office --officer ainur $P"), 0);
    assert_desk_said("Ainur");
    assert_desk_refused(JOIN, "The office knows this keyring already");
    assert_int_equal(desk_run("echo seen | $D note office 1 --officer ainur $P"), 0);
    assert_int_equal(desk_run("$D status office 1 opened --officer ainur $P"), 0);
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("by officer 2, Ainur");
    assert_desk_said("before anybody came");
    assert_desk_said("seen");
}

static void test_an_officer_has_not_a_leads_rights(void **state)
{
    assert_int_equal(desk_run("$D officer join office --name Dana --officer dana $P | " FINGERPRINT
                              " >dana.print"),
                     0);
    light_keyring(folder_path(desk_dir, "dana/keyring"), DESK_SECRET);
    assert_desk_refused("$D officer add office \"$(cat dana.print)\" --officer ainur $P",
                        "You have no right to do this");
    assert_desk_refused("$D officer remove office 1 --officer ainur $P",
                        "You have no right to do this");
    assert_desk_refused("$D list office --officer dana $P", "You are no officer here");
    assert_int_equal(desk_run("$D officer add office \"$(cat dana.print)\" $P"), 0);
    assert_desk_refused("$D officer remove office 3 --officer ainur $P",
                        "You have no right to do this");
    assert_int_equal(desk_run("$D list office --officer dana $P"), 0);
}

static void test_the_last_lead_stays(void **state)
{
    assert_desk_refused("$D officer remove office 1 $P", "This is the last lead");
    assert_desk_refused("$D officer remove office 1 --root --root-passphrase-file pass $P",
                        "This is the last lead. Name another lead first.");
    assert_desk_refused("$D officer remove office 9 $P", "There is no officer with this number");
    assert_desk_refused("$D officer remove office x $P", "There is no officer with this number");
    assert_desk_refused("$D officer remove office 0 $P", "There is no officer with this number");
    assert_int_equal(desk_run("$D officer list office $P"), 0);
}

/* The removed one has a copy of everything, and their keyring. What comes after the removal is
   under keys that they were not given, and what came before is wrapped for the new ones. */
static void test_a_removed_officers_keyring_opens_nothing_new(void **state)
{
    char sql[256];
    assert_int_equal(desk_run("cp -r office old && $D officer remove office 2 $P"), 0);
    assert_desk_said("Officer 2 is removed.");
    const long long removed = ask("SELECT max(seq) FROM act");
    import("after the removal");
    assert_int_equal(desk_run("echo secret | $D note office 1 --officer dana $P"), 0);
    assert_desk_refused("$D list office --officer ainur $P", "You are no officer here");
    assert_true(ask("SELECT count(*) FROM wrap WHERE officer = 2") == 0);
    assert_true(ask("SELECT count(*) FROM wrap WHERE officer = 3 AND generation = 2") >= 3);
    assert_true(ask("SELECT count(*) FROM casekey WHERE generation < 2") == 0);
    snprintf(sql, sizeof sql, "SELECT count(*) FROM act WHERE seq > %lld", removed);
    assert_true(ask(sql) > 1);
    snprintf(sql, sizeof sql,
             "SELECT count(*) FROM act WHERE seq > %lld AND substr(head, 2, 4) <> x'02000000'",
             removed);
    assert_true(ask(sql) == 0);
    /* Their old wraps put back by their own hand give them no more. */
    char *copy = folder_path(desk_dir, "old/journal.db");
    snprintf(sql, sizeof sql,
             "ATTACH '%s' AS old; INSERT INTO wrap SELECT * FROM old.wrap WHERE officer = 2", copy);
    assert_int_equal(desk_run("cp -r office stolen"), 0);
    raw_db(folder_path(desk_dir, "stolen/journal.db"), sql);
    assert_desk_refused("$D show stolen 1 --officer ainur $P", "");
    assert_int_equal(desk_run("! $D show stolen 1 --officer ainur $P | grep -e secret -e after"),
                     0);
    /* The old copy is theirs as it was. */
    assert_int_equal(desk_run("$D show old 1 --officer ainur $P"), 0);
    assert_int_equal(desk_run("$D show office 1 --officer dana $P"), 0);
    assert_desk_said("before anybody came");
    assert_desk_said("secret");
    assert_int_equal(desk_run("$D officer list office --json $P"), 0);
    assert_int_equal(desk_run("$D list office $P 2>&1 >/dev/null | grep 'must be'"), 0);
}

/* A desk that is open goes on: what it needs is in its memory. */
static void test_a_passphrase_changes_while_a_desk_is_open(void **state)
{
    assert_int_equal(desk_run("umask 077; printf 'harbour-quiet-43\\n' >other; mkfifo words; "
                              "{ $D note office 1 --text-file words $P >noted & }; exec 3>words; "
                              "$D officer passphrase office --new-passphrase-file other $P && "
                              "echo still here >&3; exec 3>&-; wait; grep -q kept noted"),
                     0);
    assert_desk_said("Your keyring has the new passphrase.");
    assert_desk_refused("$D list office $P", "The passphrase is wrong");
    assert_int_equal(desk_run("$D show office 1 --passphrase-file other"), 0);
    assert_desk_said("still here");
    assert_desk_refused("$D officer passphrase office --passphrase-file wrong "
                        "--new-passphrase-file pass",
                        "The passphrase is wrong");
    assert_int_equal(desk_run("$D officer passphrase office --passphrase-file other "
                              "--new-passphrase-file pass"),
                     0);
    assert_int_equal(desk_run("$D list office $P"), 0);
    light_keyrings(folder_path(desk_dir, "office"), desk_dir, DESK_SECRET);
}

/* root.keyring has the recovery key, under which every secret lies too. */
static void test_root_mends_a_lost_only_keyring(void **state)
{
    assert_int_equal(desk_run("mv .sandyq lost && mv dana lost-dana"), 0);
    assert_desk_refused("$D list office $P", "You have no folder for this office");
    assert_int_equal(desk_run("$D officer join office --name Erlan $P | " FINGERPRINT " >print"),
                     0);
    assert_desk_refused("$D officer add office \"$(cat print)\" $P", "You are no officer here");
    assert_desk_refused("$D officer add office \"$(cat print)\" --root --root-passphrase-file "
                        "wrong $P",
                        "This passphrase does not open root.keyring");
    assert_int_equal(
        desk_run("$D officer add office \"$(cat print)\" --root --root-passphrase-file pass $P"),
        0);
    assert_desk_said("role lead: Erlan");
    import("after the loss");
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("before anybody came");
    assert_desk_said("after the removal");
    assert_desk_said("after the loss");
    assert_int_equal(desk_run("$D officer remove office 1 --root --root-passphrase-file pass $P && "
                              "echo an answer | $D answer office 1 $P && "
                              "$D publish office --out media $P"),
                     0);
    assert_desk_refused("mv lost old-home; HOME=$PWD/none $D list office --officer "
                        "old-home/* $P",
                        "You are no officer here");
}

/* --- a folder of a group --- */

#define AS(uid) "setpriv --reuid=" uid " --regid=54320 --clear-groups "
#define A       AS("54321") "./desk "
#define B       AS("54322") "./desk "
#define OTHER   "setpriv --reuid=54323 --regid=54323 --clear-groups ./desk "

static void test_a_group_shares_a_folder(void **state)
{
    if (geteuid() != 0 || desk_run("setpriv --version") != 0)
        skip(); /* only root is several users */
    assert_int_equal(
        desk_run("chmod 711 . && cp $D desk && chmod 755 desk && cp pass pass-a && cp pass pass-b "
                 "&& cp pass pass-c && chown 54321 pass-a && chown 54322 pass-b && chown 54323 "
                 "pass-c && chmod 644 kiosk.request && mkdir -m 700 a b && chown 54321 a && chown "
                 "54322 b && mkdir shared && "
                 "chown 54321:54320 shared && chmod 2770 shared"),
        0);
    assert_int_equal(desk_run(A "init shared --officer a --passphrase-file pass-a"), 0);
    light_keyring(folder_path(desk_dir, "shared/root.keyring"), DESK_SECRET);
    light_keyring(folder_path(desk_dir, "a/keyring"), DESK_SECRET);
    assert_int_equal(desk_run(B "officer join shared --name B --officer b --passphrase-file pass-b "
                                "| " FINGERPRINT " >b.print"),
                     0);
    light_keyring(folder_path(desk_dir, "b/keyring"), DESK_SECRET);
    assert_int_equal(desk_run(A "officer add shared \"$(cat b.print)\" --role lead --officer a "
                                "--passphrase-file pass-a"),
                     0);
    assert_int_equal(desk_run(A "enroll shared kiosk.request --facility PC-9 --type PEN --out "
                                "a/kiosk.card --officer a --passphrase-file pass-a"),
                     0);
    assert_int_equal(desk_run(B "kiosks shared --officer b --passphrase-file pass-b"), 0);
    assert_desk_said("PC-9");
    assert_int_equal(desk_run("find shared -type f ! -name root.keyring ! -perm 660; "
                              "find shared ! -group 54320"),
                     0);
    assert_string_equal(desk_said, "");
    assert_desk_refused(OTHER "list shared --officer b --passphrase-file pass-c", "");
    assert_desk_refused(B "list shared --officer a --passphrase-file pass-b", "Others can get");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_init_makes_a_lead),
        cmocka_unit_test(test_who_was_not_named_is_no_officer),
        cmocka_unit_test(test_a_wrong_fingerprint_names_nobody),
        cmocka_unit_test(test_a_request_that_was_changed_names_nobody),
        cmocka_unit_test(test_one_is_named_by_the_fingerprint),
        cmocka_unit_test(test_an_officer_has_not_a_leads_rights),
        cmocka_unit_test(test_the_last_lead_stays),
        cmocka_unit_test(test_a_removed_officers_keyring_opens_nothing_new),
        cmocka_unit_test(test_a_passphrase_changes_while_a_desk_is_open),
        cmocka_unit_test(test_root_mends_a_lost_only_keyring),
        cmocka_unit_test(test_a_group_shares_a_folder),
    };
    return cmocka_run_group_tests(tests, desk_test_setup, desk_test_teardown);
}
