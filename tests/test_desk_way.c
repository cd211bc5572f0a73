/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk program as it is typed: the whole way, wrong usage, and folders that are damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/answer.h"
#include "office/gate.h"
#include "protocol/board_folder.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"
#include "tests/lib/hostile.h"
#include "tests/lib/pty.h"
#include "tests/lib/raw_db.h"

/* --- one way through --- */

static void check_answer(const char *expected)
{
    struct board_folder board;
    struct code_keys keys;
    struct answer answer;
    uint8_t tag[1][SEGMENT_TAG_LEN], found[1][SEGMENT_ANSWER_LEN] = {{0}};
    const int dir = open(folder_path(desk_dir, "media"), O_RDONLY | O_DIRECTORY);
    assert_true(dir >= 0);
    assert_int_equal(board_folder_open(dir, desk_charter.board, desk_charter.office, &board),
                     ERROR_NONE);
    fake_kiosk_keys('a', &keys);
    assert_int_equal(answer_tag(&keys, 1, tag[0]), ERROR_NONE);
    segment_find_answers(&board.segments[1], tag, 1, found);
    assert_int_equal(answer_open(&keys, 1, found[0], &answer), ERROR_NONE);
    assert_int_equal(answer.len, strlen(expected));
    assert_memory_equal(answer.text, expected, answer.len);
    board_folder_close(&board);
    close(dir);
}

/* Case 1, whichever test comes first. */
static void need_case(void)
{
    if (desk_run("$D show office 1 $P") == 0)
        return;
    desk_test_write("They beat us.");
    assert_int_equal(desk_run("$D import office stick.bundle $P"), 0);
}

static void test_the_whole_way(void **state)
{
    desk_test_write("Мне не дают лекарства.\n\033[2J");
    assert_int_equal(desk_run("$D import office stick.bundle $P"), 0);
    assert_desk_said("bundles: 1 taken, 0 refused; records: 1 new, 0 known; cases: 1 new");
    assert_int_equal(desk_run("$D list office $P"), 0);
    assert_desk_said("PC-17");
    assert_int_equal(desk_run("$D list office --json $P"), 0);
    assert_desk_said("\"urgency\": \"U");
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("Мне не дают лекарства.");
    assert_null(strchr(desk_said, '\033'));
    assert_int_equal(desk_run("$D show office 1 --json $P"), 0);
    assert_desk_said("\"text\": \"Мне не дают лекарства.\\n\\u001B[2J\"");
    assert_int_equal(desk_run("printf 'Врач придёт.\\n' | $D answer office 1 $P"), 0);
    assert_desk_said("The person can read it after the board of ");
    assert_int_equal(
        desk_run("printf 'called the ward' >note; $D note office 1 --text-file note $P"), 0);
    assert_int_equal(desk_run("$D status office 1 closed $P"), 0);
    assert_int_equal(desk_run("printf 'wrong case' | $D answer office 1 $P"), 0);
    assert_int_equal(desk_run("$D take-back office 1 3 $P"), 0);
    assert_desk_said("The message is taken back: it leaves on no board.");
    assert_desk_refused("$D take-back office 1 3 $P", "or it was taken back already");
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("It was taken back, and leaves on no board.");
    assert_desk_said("Message taken back");
    assert_int_equal(desk_run("$D show office 1 --json $P"), 0);
    assert_desk_said("\"taken_back\"");
    assert_int_equal(desk_run("$D publish office --out media $P"), 0);
    assert_desk_said("Board 1 is made and written, with 2 messages for people.");
    assert_desk_said("The next board is due on ");
    check_answer("Врач придёт.");
    assert_desk_refused("$D take-back office 1 1 $P", "The message left on board 1 of ");
    assert_int_equal(desk_run("$D audit office $P"), 0);
    assert_desk_said("Everything fits.");
    assert_int_equal(desk_run("$D kiosks office --json $P"), 0);
    assert_desk_said("\"facility\": \"PC-17\"");
    assert_desk_said("\"last\": 1");
}

/* --- refusals that cost no key derivation --- */

/* Exit status 2 and one line that names what is wrong and where help is. */
static void assert_misused(const char *line, const char *text)
{
    assert_int_equal(desk_run(line), 2);
    if (strstr(desk_refused, text) == NULL ||
        strstr(desk_refused, "Try: sandyq-desk --help\n") == NULL)
        fail_msg("not refused with: %s\nbut: %s", text, desk_refused);
    assert_ptr_equal(strchr(desk_refused, '\n'), desk_refused + strlen(desk_refused) - 1);
}

static void test_wrong_usage(void **state)
{
    assert_misused("$D", "Name a command");
    assert_misused("$D lst office", "lst: There is no such command.");
    assert_misused("$D list", "list: Something is missing");
    assert_misused("$D list office more", "more: This is one word too many.");
    assert_misused("$D list office --out x", "list --out: This option does not belong here.");
    assert_misused("$D publish office", "publish --out: This option is missing.");
    assert_misused("$D enroll office request --facility A --out x", "enroll --type: ");
    assert_misused("$D list office --frobnicate", "--frobnicate: There is no such option.");
    assert_misused("$D list office -q", "-q: There is no such option.");
    assert_misused("$D list office --json=1", "--json=1: This option takes no value.");
    assert_misused("$D publish office --out", "--out: Something must follow this option.");
    assert_misused("$D --language zz list office", "zz: There is no such language.");
    assert_int_equal(desk_run("$D --help"), 0);
    assert_desk_said("Usage:");
    assert_int_equal(desk_run("$D --version"), 0);
}

static void test_folders_that_are_no_office(void **state)
{
    assert_desk_refused("$D list nowhere $P", "There is no office here");
    assert_desk_refused("mkdir -m 700 empty; $D list empty $P", "There is no office here");
    assert_desk_refused("ln -s office link; $D list link $P", "There is no office here");
    assert_desk_refused("$D init office $P", "already");
    assert_desk_refused("$D init pass $P", "already");
    assert_desk_refused("cp -r office open; chmod 750 open; $D list open $P",
                        "Others can get into");
    assert_desk_refused("mkdir -m 700 half; touch half/unfinished half/journal.db; $D init half $P",
                        "cut off half way");
    assert_desk_refused("$D list half $P", "cut off half way");
}

static void test_pieces_that_are_damaged(void **state)
{
    assert_desk_refused("mkdir -m 700 k1; head -c 100 .sandyq/*/keyring >k1/keyring; "
                        "$D list office --officer k1 $P",
                        "Your keyring is damaged");
    assert_desk_refused("mkdir -m 700 k2; cp .sandyq/*/keyring k2; printf XXXXXXXX | "
                        "dd of=k2/keyring bs=1 seek=70 conv=notrunc 2>/dev/null; "
                        "$D list office --officer k2 $P",
                        "Your keyring is damaged");
    assert_desk_refused("mkdir -m 700 k3; cp .sandyq/*/keyring k3/x; ln -s x k3/keyring; "
                        "$D list office --officer k3 $P",
                        "not a plain file");
    assert_desk_refused("mkdir -m 700 k4; $D list office --officer k4 $P",
                        "Your keyring is missing");
    assert_desk_refused("mkdir -m 700 k5; mkfifo k5/keyring; $D list office --officer k5 $P",
                        "not a plain file");
    assert_desk_refused("$D list office --officer k6 $P", "You have no folder for this office");
    assert_desk_refused("mkdir -m 750 k7; cp .sandyq/*/keyring k7; "
                        "$D list office --officer k7 $P",
                        "Others can get into your own folder");
    assert_desk_refused("ln -s .sandyq/* k8; $D list office --officer k8 $P",
                        "Your own folder is no folder");
    assert_desk_refused("HOME= $D list office $P", "HOME is not set");
    assert_desk_refused("cp -r office c1; truncate -s 20 c1/charter; $D list c1 $P",
                        "The charter is");
    assert_desk_refused("cp -r office d1; rm d1/journal.db*; $D list d1 $P",
                        "journal.db is missing");
    assert_desk_refused(
        "cp -r office d3; printf '\\000\\000\\000\\143' | dd of=d3/journal.db bs=1 seek=60 "
        "conv=notrunc 2>/dev/null; $D list d3 $P",
        "A newer version");
    assert_desk_refused(
        "cp -r office d4; head -c 12288 /dev/zero | tr '\\0' z | dd of=d4/journal.db bs=4096 "
        "seek=1 conv=notrunc 2>/dev/null; $D list d4 $P",
        "journal.db is damaged");
    assert_desk_refused("cp -r office d2; echo hello >d2/journal.db; $D list d2 $P",
                        "not a journal");
    assert_int_equal(desk_run("cp -r office d5"), 0);
    raw_db(folder_path(desk_dir, "d5/journal.db"),
           "CREATE TRIGGER t AFTER INSERT ON act BEGIN DELETE FROM act WHERE seq = new.seq; END");
    assert_desk_refused("$D list d5 $P", "Another program changed the tables in the database");
    assert_desk_refused("$D import d5 . $P", "Another program changed the tables in the database");
}

static void test_no_terminal_and_bad_passphrase_files(void **state)
{
    assert_desk_refused("setsid -w $D list office", "no terminal");
    assert_desk_refused("$D list office --passphrase-file nothing",
                        "passphrase file cannot be read");
    assert_desk_refused("umask 077; : >empty-file; $D list office --passphrase-file empty-file",
                        "passphrase is empty");
    assert_desk_refused("$D list office --passphrase-file /dev/zero", "longer than 1000");
}

static void test_what_editors_add_reaches_nobody(void **state)
{
    need_case();
    assert_int_equal(desk_run("printf '\\357\\273\\277one \\r\\ntwo\\r\\n\\r\\n' | "
                              "$D note office 1 $P && $D show office 1 --json $P"),
                     0);
    assert_desk_said("\"one\\ntwo\"");
    assert_desk_refused("printf '\\357\\273\\277 \\r\\n' | $D note office 1 $P",
                        "There is no text");
}

static void test_the_mark_of_an_editor_is_no_part_of_the_passphrase(void **state)
{
    assert_int_equal(desk_run("{ printf '\\357\\273\\277'; cat pass; } >marked; chmod 600 marked; "
                              "$D list office --passphrase-file marked"),
                     0);
    assert_string_equal(desk_refused, "");
    assert_desk_refused("printf '\\357\\273\\277' >marked; "
                        "$D list office --passphrase-file marked",
                        "The passphrase is empty");
}

static void test_a_passphrase_file_for_all_to_read_is_named(void **state)
{
    assert_int_equal(desk_run("cp pass bare; chmod 640 bare; "
                              "$D list office --passphrase-file bare"),
                     0);
    assert_non_null(strstr(desk_refused, "bare: Others can get at this passphrase file"));
    assert_int_equal(desk_run("chmod 600 bare; $D list office --passphrase-file bare"), 0);
    assert_string_equal(desk_refused, "");
}

/* Whatever the first lack hits, it is called a lack: nobody shall change a disk for it, or fetch a
   backup. */
static void test_too_few_descriptors_are_called_that(void **state)
{
    unsigned refused = 0;
    for (int limit = 4; limit < 16; limit++) {
        char line[128];
        snprintf(line, sizeof line, "ulimit -n %d; $D list office $P", limit);
        const int status = desk_run(line);
        if (status == 0)
            continue;
        refused++;
        if (strstr(desk_refused, "Too many files are open") == NULL)
            fail_msg("with %d descriptors: %s", limit, desk_refused);
    }
    assert_true(refused > 0);
}

static void test_a_limit_of_file_size_is_no_silent_end(void **state)
{
    assert_desk_refused("ulimit -f 1; $D init small $P", "There is no space left");
    assert_int_equal(desk_run("test ! -e small"), 0);
}

/* A desk that adds something holds the gate for a moment; nobody who looks, and nobody who waits at
   a prompt, is in the way of others. */
static void test_a_second_command_is_not_locked_out(void **state)
{
    const char *path = folder_path(desk_dir, "office/gate");
    need_case();
    int64_t place = 0;
    int gate = open(path, O_RDWR | O_CLOEXEC);
    assert_true(gate >= 0);
    assert_int_equal(gate_enter(gate, 0, NULL, NULL, &place), ERROR_NONE);
    assert_int_equal(desk_run("$D list office $P && $D show office 1 $P"), 0);
    assert_int_equal(
        desk_run("mkfifo noted changed; echo both >both; "
                 "{ $D note office 1 --text-file both $P; echo $? >noted; } & "
                 "{ $D status office 1 opened $P >st 2>&1; echo $? >changed; } & true"),
        0);
    close(gate);
    assert_int_equal(desk_run("test $(cat noted) = 0 && test $(cat changed) = 0"), 0);
    assert_int_equal(desk_run("$D show office 1 $P | grep -q both && cat st"), 0);
    assert_desk_said("The status is changed.");
}

static void test_words_that_are_not_in_the_tables(void **state)
{
    assert_desk_refused("$D status office 1 frobbed $P", "Choose one of: received");
    assert_desk_refused("$D enroll office kiosk.request --facility A --type XX --out x $P", "PEN");
}

/* --- refusals behind the passphrase --- */

static void test_wrong_passphrase_changes_nothing(void **state)
{
    assert_int_equal(desk_run("sha256sum office/*"), 0);
    char *before = strdup(desk_said);
    assert_desk_refused("$D list office --passphrase-file wrong", "The passphrase is wrong");
    assert_int_equal(desk_run("sha256sum office/*"), 0);
    assert_string_equal(desk_said, before);
    free(before);
}

static void test_root_key_that_is_kept_away(void **state)
{
    assert_desk_refused("cp -r office away; rm away/root.keyring; "
                        "$D enroll away kiosk.request --facility A --type PEN --out x $P",
                        "root.keyring is not here");
}

static void test_bad_arguments_behind_the_passphrase(void **state)
{
    need_case();
    assert_desk_refused("$D enroll office kiosk.request --facility 'a b' --type PEN --out x $P",
                        "facility code");
    assert_desk_refused("$D show office 999 $P", "no such case");
    char line[128];
    snprintf(line, sizeof line, "head -c %d /dev/zero | tr '\\0' x | $D answer office 1 $P",
             ANSWER_TEXT_MAX + 3);
    assert_desk_refused(line, "3 bytes too long");
    assert_desk_refused("echo 'How are you?' | $D answer office 1 --question $P",
                        "no question with answers");
}

static void test_a_question_is_asked_and_shown(void **state)
{
    need_case();
    assert_int_equal(desk_run("printf 'Are you safe now?\\n1 Yes\\n2 No\\n' | "
                              "$D answer office 1 --question $P"),
                     0);
    assert_desk_said("The question is kept.");
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("Are you safe now?");
    assert_desk_said("A question. No answer to it has come yet.");
}

static void test_import_that_refuses_one(void **state)
{
    need_case();
    assert_int_equal(
        desk_run("mkdir stick; head -c 500 stick.bundle >stick/\"$(printf 'a\\033.bundle')\"; "
                 "cp stick.bundle stick/b.bundle; $D import office stick $P"),
        1);
    assert_desk_said("bundles: 1 taken, 1 refused; records: 0 new");
    assert_null(strchr(desk_refused, '\033'));
    assert_non_null(strstr(desk_refused, ".bundle: "));
}

/* --- the terminal --- */

/* A stick is made by whoever wants to: its names must not move the officer's terminal. */
static void test_names_on_a_stick_are_harmless(void **state)
{
    char hostile[FOLDER_PATH], line[4 * FOLDER_PATH];
    snprintf(hostile, sizeof hostile, "%s/\033[2Jstick", desk_dir);
    assert_int_equal(mkdir(hostile, 0700), 0);
    hostile_bundles(hostile);
    snprintf(line, sizeof line, "$D import office '%s' '%s/\033[7m' $P", hostile, hostile);
    assert_int_equal(desk_run(line), 1);
    assert_int_equal(hostile_controls(desk_said, strlen(desk_said)), 0);
    assert_int_equal(hostile_controls(desk_refused, strlen(desk_refused)), 0);
    assert_desk_said("0 taken, 10 refused");
    assert_non_null(strstr(desk_refused, "\xEF\xBF\xBD[2J\xEF\xBF\xBD[31m.bundle: "));
}

/* After an honest backup nobody should think that there was a thief, nor the other way round. */
static void test_a_journal_put_back_from_a_backup_says_how_to_go_on(void **state)
{
    need_case();
    assert_int_equal(desk_run("cp -a office before && echo seen | $D note office 1 $P && "
                              "rm -f .sandyq/*/view && $D list office $P && "
                              "rm -rf office && mv before office"),
                     0);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(desk_run("$D list office $P"), 1);
        assert_non_null(strstr(desk_refused, "Ask the leads whether the journal was put back from "
                                             "a backup by hand"));
        assert_non_null(strstr(desk_refused, "remove the file \"view\" from your own folder"));
        assert_non_null(strstr(desk_refused, "If not, somebody put an older journal"));
    }
    assert_int_equal(desk_run("rm .sandyq/*/view && $D list office $P"), 0);
}

/* With a view beyond the backup. */
static void test_a_lost_journal_is_restored(void **state)
{
    need_case();
    assert_int_equal(desk_run("$D publish office --out media $P"), 0);
    assert_int_equal(desk_run("$D backup office again $P"), 0);
    assert_desk_said("The backup is made and was read back: ");
    assert_int_equal(desk_run("cp $(ls office.backups/* | head -n 1) kept"), 0);
    assert_int_equal(desk_run("echo later | $D note office 1 $P && rm -f .sandyq/*/view && "
                              "$D list office $P && head -c 9000 office/journal.db >broken && "
                              "rm -f office/journal.db-* && mv broken office/journal.db"),
                     0);
    assert_desk_refused("$D list office $P", "journal.db is damaged");
    assert_desk_refused("$D restore office stick.bundle media $P", "This is no whole backup");
    assert_desk_refused("mkdir none; $D restore office kept none $P", "There is no such file");
    assert_desk_refused("$D list office $P", "journal.db is damaged");
    assert_int_equal(desk_run("$D restore office kept media $P"), 0);
    assert_desk_said("What was published up to board 1 counts; the next board is 18 or later.");
    assert_int_equal(desk_run("$D list office $P"), 0);
    assert_string_equal(desk_refused, "");
    assert_int_equal(desk_run("$D audit office $P"), 0);
    assert_desk_said("The office was restored from a backup on ");
    assert_desk_said("Everything fits.");
    assert_int_equal(desk_run("test -f office/lost-1.db && ! ls office/rest* 2>/dev/null"), 0);
    assert_int_equal(desk_run("$D restore office again media $P"), 0);
    assert_desk_said("None of these boards is newer than the backup's own");
    assert_int_equal(desk_run("$D restore office kept $P"), 0);
    assert_desk_said("No copy of a board was named.");
    assert_desk_refused("$D publish office --out media $P", "without a copy of its last board");
}

static void test_nothing_is_published_without_a_backup(void **state)
{
    assert_int_equal(desk_run("cp -a office other"), 0);
    assert_desk_refused("$D publish other --out new --backup no/folder $P",
                        "The folder above this one is missing");
    assert_int_equal(desk_run("! test -e new/sandyq.board"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_way),
        cmocka_unit_test(test_wrong_usage),
        cmocka_unit_test(test_folders_that_are_no_office),
        cmocka_unit_test(test_pieces_that_are_damaged),
        cmocka_unit_test(test_no_terminal_and_bad_passphrase_files),
        cmocka_unit_test(test_what_editors_add_reaches_nobody),
        cmocka_unit_test(test_the_mark_of_an_editor_is_no_part_of_the_passphrase),
        cmocka_unit_test(test_a_passphrase_file_for_all_to_read_is_named),
        cmocka_unit_test(test_too_few_descriptors_are_called_that),
        cmocka_unit_test(test_a_limit_of_file_size_is_no_silent_end),
        cmocka_unit_test(test_a_second_command_is_not_locked_out),
        cmocka_unit_test(test_words_that_are_not_in_the_tables),
        cmocka_unit_test(test_wrong_passphrase_changes_nothing),
        cmocka_unit_test(test_root_key_that_is_kept_away),
        cmocka_unit_test(test_bad_arguments_behind_the_passphrase),
        cmocka_unit_test(test_a_question_is_asked_and_shown),
        cmocka_unit_test(test_import_that_refuses_one),
        cmocka_unit_test(test_names_on_a_stick_are_harmless),
        cmocka_unit_test(test_a_journal_put_back_from_a_backup_says_how_to_go_on),
        cmocka_unit_test(test_nothing_is_published_without_a_backup),
        cmocka_unit_test(test_a_lost_journal_is_restored),
    };
    return cmocka_run_group_tests(tests, desk_test_setup, desk_test_teardown);
}
