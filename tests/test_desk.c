/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real sandyq-desk: every command once, every error in its own words; and the triage screen.
   Each run with a passphrase costs a key derivation, so the office is made once for all tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lang.h"
#include "crypto/answer.h"
#include "office/casefile.h"
#include "protocol/board.h"
#include "tests/pty.h"
#include "tests/tamper.h"
#include "tests/ward.h"

#define SECRET "quiet-harbour-42"

static char dir[WARD_PATH];
static char program[4096];
static char said[65536];    /* standard output of the last run */
static char refused[65536]; /* standard error of the last run */
static struct ward_kiosk kiosk;
static struct charter charter;

static void slurp(const char *path, char *out, size_t size)
{
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void put(const char *name, const void *data, size_t len)
{
    char path[2 * WARD_PATH];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

/* Runs a shell line in the scratch folder; $D is the program, $P the option with the passphrase. */
static int run(const char *line)
{
    char command[16384], path[2 * WARD_PATH];
    snprintf(command, sizeof command,
             "cd '%s' && D='%s' && P='--passphrase-file pass' && export LC_ALL=C.UTF-8 LANGUAGE=en "
             "LANG=en_US.UTF-8 && { %s ; } >out 2>err </dev/null",
             dir, program, line);
    const int status = system(command);
    snprintf(path, sizeof path, "%s/out", dir);
    slurp(path, said, sizeof said);
    snprintf(path, sizeof path, "%s/err", dir);
    slurp(path, refused, sizeof refused);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void assert_said(const char *text)
{
    if (strstr(said, text) == NULL)
        fail_msg("not said: %s\nbut: %s\nand: %s", text, said, refused);
}

/* Exit status 1 and one line that holds the text. */
static void assert_refused(const char *line, const char *text)
{
    assert_int_equal(run(line), 1);
    if (strstr(refused, text) == NULL)
        fail_msg("not refused with: %s\nbut: %s", text, refused);
    assert_ptr_equal(strchr(refused, '\n'), refused + strlen(refused) - 1);
}

/* --- the office of all tests --- */

static void enroll(void)
{
    uint8_t request[CARD_REQUEST_LEN];
    struct card card;
    char path[2 * WARD_PATH];
    static char file[4096];
    ward_make(&kiosk, "PC-17");
    assert_int_equal(card_request_encode(kiosk.seed, WARD_DAY, request), ERROR_NONE);
    put("kiosk.request", request, sizeof request);
    assert_int_equal(
        run("$D enroll office kiosk.request --facility PC-17 --type PEN --out kiosk.card $P"), 0);
    snprintf(path, sizeof path, "%s/kiosk.card", dir);
    slurp(path, file, sizeof file);
    assert_int_equal(card_decode((const uint8_t *)file, CARD_FILE_LEN, &card, &charter),
                     ERROR_NONE);
    assert_string_equal(card.facility, "PC-17");
    memcpy(kiosk.office, charter.office, sizeof kiosk.office);
}

static int group_setup(void **state)
{
    const char *build = getenv("SANDYQ_BUILD");
    char here[2048];
    assert_non_null(build);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(program, sizeof program, "%s%s%s/sandyq-desk", build[0] == '/' ? "" : here,
             build[0] == '/' ? "" : "/", build);
    ward_scratch(dir);
    put("pass", SECRET "\nanother line", sizeof SECRET "\nanother line" - 1);
    put("wrong", "wrong\n", 6);
    assert_int_equal(run("$D init office --name 'Омбудсмен' $P"), 0);
    assert_said("fingerprint: ");
    enroll();
    return 0;
}

static int group_teardown(void **state)
{
    ward_drop(&kiosk);
    ward_remove(dir);
    return 0;
}

static void add_bundle(void)
{
    size_t len = 0;
    uint8_t *bundle = ward_bundle(&kiosk, 1, kiosk.seq, &len);
    put("stick.bundle", bundle, len);
    free(bundle);
}

/* --- one way through --- */

static const uint8_t *published(const char *file, struct board *board)
{
    static char data[1024 * 1024];
    FILE *in = fopen(file, "rb");
    assert_non_null(in);
    const size_t len = fread(data, 1, sizeof data, in);
    fclose(in);
    assert_int_equal(board_decode((const uint8_t *)data, len, charter.board, charter.office, board),
                     ERROR_NONE);
    return board->entries;
}

static void check_answer(const char *expected)
{
    struct board board;
    struct code_keys keys;
    struct answer answer;
    uint8_t tag[ANSWER_TAG_LEN];
    char path[2 * WARD_PATH];
    snprintf(path, sizeof path, "%s/media/sandyq.board", dir);
    published(path, &board);
    ward_keys('a', &keys);
    assert_int_equal(answer_tag(&keys, 2, tag), ERROR_NONE);
    const uint8_t *entry = board_find(&board, tag);
    assert_non_null(entry);
    assert_int_equal(answer_open(&keys, 2, entry, &answer), ERROR_NONE);
    assert_int_equal(answer.len, strlen(expected));
    assert_memory_equal(answer.text, expected, answer.len);
}

static void test_the_whole_way(void **state)
{
    struct letter letter = ward_letter(&kiosk, 'a', "Мне не дают лекарства.\n\033[2J");
    ward_add(&kiosk, &charter, &letter);
    add_bundle();
    assert_int_equal(run("$D import office stick.bundle $P"), 0);
    assert_said("bundles: 1 taken, 0 refused; records: 1 new, 0 known; cases: 1 new");
    assert_int_equal(run("$D list office $P"), 0);
    assert_said("PC-17");
    assert_int_equal(run("$D list office --json $P"), 0);
    assert_said("\"urgency\": \"U");
    assert_int_equal(run("$D show office 1 $P"), 0);
    assert_said("Мне не дают лекарства.");
    assert_null(strchr(said, '\033'));
    assert_int_equal(run("$D show office 1 --json $P"), 0);
    assert_said("\"text\": \"Мне не дают лекарства.\\n\\u001B[2J\"");
    assert_int_equal(run("printf 'Врач придёт.\\n' | $D answer office 1 $P"), 0);
    assert_int_equal(run("printf 'called the ward' >note; $D note office 1 --text-file note $P"),
                     0);
    assert_int_equal(run("$D status office 1 closed $P"), 0);
    assert_int_equal(run("$D publish office --out media $P"), 0);
    assert_said("Board 1 is written");
    check_answer("Врач придёт.");
    assert_int_equal(run("$D kiosks office --json $P"), 0);
    assert_said("\"facility\": \"PC-17\"");
    assert_said("\"last\": 1");
}

/* --- refusals that cost no key derivation --- */

/* Exit status 2 and one line that names what is wrong and where help is. */
static void assert_misused(const char *line, const char *text)
{
    assert_int_equal(run(line), 2);
    if (strstr(refused, text) == NULL || strstr(refused, "Try: sandyq-desk --help\n") == NULL)
        fail_msg("not refused with: %s\nbut: %s", text, refused);
    assert_ptr_equal(strchr(refused, '\n'), refused + strlen(refused) - 1);
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
    assert_int_equal(run("$D --help"), 0);
    assert_said("Usage:");
    assert_int_equal(run("$D --version"), 0);
}

static void test_folders_that_are_no_office(void **state)
{
    assert_refused("$D list nowhere $P", "There is no office here");
    assert_refused("mkdir -m 700 empty; $D list empty $P", "There is no office here");
    assert_refused("ln -s office link; $D list link $P", "There is no office here");
    assert_refused("$D init office $P", "already");
    assert_refused("$D init pass $P", "already");
    assert_refused("cp -r office open; chmod 750 open; $D list open $P", "Others can get into");
    assert_refused("mkdir -m 700 half; touch half/unfinished half/casebook.db; $D init half $P",
                   "cut off half way");
    assert_refused("$D list half $P", "cut off half way");
}

static void test_pieces_that_are_damaged(void **state)
{
    assert_refused("cp -r office k1; truncate -s 100 k1/desk.keyring; $D list k1 $P",
                   "desk.keyring is damaged");
    assert_refused("cp -r office k2; printf X | dd of=k2/desk.keyring bs=1 seek=70 conv=notrunc "
                   "2>/dev/null; $D list k2 $P",
                   "desk.keyring is damaged");
    assert_refused(
        "cp -r office k3; mv k3/desk.keyring k3/x; ln -s x k3/desk.keyring; $D list k3 $P",
        "not a plain file");
    assert_refused("cp -r office k4; rm k4/desk.keyring; $D list k4 $P", "desk.keyring is missing");
    assert_refused("cp -r office k5; rm k5/desk.keyring; mkfifo k5/desk.keyring; $D list k5 $P",
                   "not a plain file");
    assert_refused("cp -r office c1; truncate -s 20 c1/charter; $D list c1 $P", "The charter is");
    assert_refused("cp -r office d1; rm d1/casebook.db*; $D list d1 $P", "casebook.db is missing");
    assert_refused(
        "cp -r office d3; printf '\\000\\000\\000\\143' | dd of=d3/casebook.db bs=1 seek=60 "
        "conv=notrunc 2>/dev/null; $D list d3 $P",
        "A newer version");
    assert_refused(
        "cp -r office d4; head -c 12288 /dev/zero | tr '\\0' z | dd of=d4/casebook.db bs=4096 "
        "seek=1 conv=notrunc 2>/dev/null; $D list d4 $P",
        "casebook.db is damaged");
    assert_refused("cp -r office d2; echo hello >d2/casebook.db; $D list d2 $P", "not a casebook");
}

static void test_no_terminal_and_bad_passphrase_files(void **state)
{
    assert_refused("setsid -w $D list office", "no terminal");
    assert_refused("$D list office --passphrase-file nothing", "passphrase file cannot be read");
    assert_refused(": >empty-file; $D list office --passphrase-file empty-file",
                   "passphrase is empty");
    assert_refused("$D list office --passphrase-file /dev/zero", "longer than 1000");
}

static void test_a_second_command_waits_outside(void **state)
{
    char path[2 * WARD_PATH];
    snprintf(path, sizeof path, "%s/office/lock", dir);
    int lock = open(path, O_RDWR | O_CLOEXEC);
    assert_true(lock >= 0);
    assert_int_equal(flock(lock, LOCK_EX | LOCK_NB), 0);
    assert_refused("$D list office $P", "Another desk program");
    close(lock);
}

static void test_words_that_are_not_in_the_tables(void **state)
{
    assert_refused("$D status office 1 frobbed $P", "Choose one of: received");
    assert_refused("$D enroll office kiosk.request --facility A --type XX --out x $P", "PEN");
}

/* --- refusals behind the passphrase --- */

static void test_wrong_passphrase_changes_nothing(void **state)
{
    assert_int_equal(run("sha256sum office/*"), 0);
    char *before = strdup(said);
    assert_refused("$D list office --passphrase-file wrong", "The passphrase is wrong");
    assert_int_equal(run("sha256sum office/*"), 0);
    assert_string_equal(said, before);
    free(before);
}

static void test_root_key_that_is_kept_away(void **state)
{
    assert_refused("cp -r office away; rm away/root.keyring; "
                   "$D enroll away kiosk.request --facility A --type PEN --out x $P",
                   "root.keyring is not here");
}

static void test_bad_arguments_behind_the_passphrase(void **state)
{
    assert_refused("$D enroll office kiosk.request --facility 'a b' --type PEN --out x $P",
                   "facility code");
    assert_refused("$D show office 999 $P", "no such case");
    char line[128];
    snprintf(line, sizeof line, "head -c %d /dev/zero | tr '\\0' x | $D answer office 1 $P",
             ANSWER_TEXT_MAX + 3);
    assert_refused(line, "3 bytes too long");
}

static void test_import_that_refuses_one(void **state)
{
    assert_int_equal(
        run("mkdir stick; head -c 500 stick.bundle >stick/\"$(printf 'a\\033.bundle')\"; "
            "cp stick.bundle stick/b.bundle; $D import office stick $P"),
        1);
    assert_said("bundles: 1 taken, 1 refused; records: 0 new");
    assert_null(strchr(refused, '\033'));
    assert_non_null(strstr(refused, ".bundle: "));
}

/* --- the terminal --- */

enum { WAIT_S = 60 };

/* A stick is made by whoever wants to: its names must not move the officer's terminal. */
static void test_names_on_a_stick_are_harmless(void **state)
{
    char hostile[WARD_PATH + 16], line[4 * WARD_PATH];
    snprintf(hostile, sizeof hostile, "%s/\033[2Jstick", dir);
    assert_int_equal(mkdir(hostile, 0700), 0);
    tamper_hostile(hostile);
    snprintf(line, sizeof line, "$D import office '%s' '%s/\033[7m' $P", hostile, hostile);
    assert_int_equal(run(line), 1);
    assert_int_equal(tamper_controls(said, strlen(said)), 0);
    assert_int_equal(tamper_controls(refused, strlen(refused)), 0);
    assert_said("0 taken, 10 refused");
    assert_non_null(strstr(refused, "\xEF\xBF\xBD[2J\xEF\xBF\xBD[31m.bundle: "));
}

static void test_passphrase_is_asked_without_echo(void **state)
{
    char office[2 * WARD_PATH];
    snprintf(office, sizeof office, "%s/office", dir);
    const char *const argv[] = {program, "list", office, NULL};
    const char *const env[] = {"LANGUAGE=en", NULL};
    struct pty *pty = pty_start(24, 80, argv, env);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "Passphrase", WAIT_S));
    pty_type(pty, SECRET "\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    char *text = pty_text(pty);
    assert_null(strstr(text, "quiet"));
    assert_non_null(strstr(text, "FACILITY"));
    free(text);
    pty_stop(&pty);
}

static void test_the_screen_answers_a_case(void **state)
{
    char office[2 * WARD_PATH], pass[2 * WARD_PATH];
    snprintf(office, sizeof office, "%s/office", dir);
    snprintf(pass, sizeof pass, "%s/pass", dir);
    const char *const argv[] = {program, office, "--passphrase-file", pass, "--language",
                                "en",    NULL};
    struct pty *pty = pty_start(24, 64, argv, NULL);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "Cases, the most urgent", WAIT_S));
    pty_type(pty, "\r");
    assert_true(pty_wait_text(pty, "Complaint", WAIT_S));
    pty_type(pty, "a");
    assert_true(pty_wait_text(pty, "Your answer", WAIT_S));
    pty_type(pty, "from the screen\r");
    assert_true(pty_wait_text(pty, "keep writing", WAIT_S));
    pty_type(pty, "1");
    assert_true(pty_wait_text(pty, "with the next board", WAIT_S));
    pty_type(pty, "qq");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
    assert_int_equal(run("$D show office 1 $P"), 0);
    assert_said("from the screen");
}

/* A resize below the minimum keeps what was written; so does pulling the plug. */
static void test_an_answer_survives_the_terminal(void **state)
{
    char office[2 * WARD_PATH], pass[2 * WARD_PATH];
    snprintf(office, sizeof office, "%s/office", dir);
    snprintf(pass, sizeof pass, "%s/pass", dir);
    const char *const argv[] = {program, office, "--passphrase-file", pass, "--language",
                                "en",    NULL};
    struct pty *pty = pty_start(24, 64, argv, NULL);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "Cases, the most urgent", WAIT_S));
    pty_type(pty, "\r");
    assert_true(pty_wait_text(pty, "Complaint", WAIT_S));
    pty_type(pty, "a");
    assert_true(pty_wait_text(pty, "Your answer", WAIT_S));
    pty_type(pty, "half an answer");
    assert_true(pty_wait_text(pty, "half an answer", WAIT_S));
    pty_resize(pty, 10, 50);
    assert_true(pty_wait_text(pty, "The terminal is too small.", WAIT_S));
    pty_type(pty, "q\r3");
    pty_settle(pty);
    pty_resize(pty, 24, 64);
    assert_true(pty_wait_text(pty, "half an answer", WAIT_S));
    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
    assert_int_equal(run("$D show office 1 $P"), 0);
    assert_said("This answer was not sent.");
    assert_said("    | half an answer");
}

/* --- the passphrase --- */

static struct pty *ask(const char *command, const char *folder, const char *question)
{
    char office[2 * WARD_PATH];
    snprintf(office, sizeof office, "%s/%s", dir, folder);
    const char *const argv[] = {program, command, office, NULL};
    const char *const env[] = {"LANGUAGE=en", NULL};
    struct pty *pty = pty_start(24, 80, argv, env);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, question, WAIT_S));
    return pty;
}

static void test_a_new_passphrase_has_twelve_characters(void **state)
{
    assert_refused("printf 'eleven-char\n' >short; $D init fresh --passphrase-file short",
                   "at least 12 characters");
    assert_refused("printf 'одиннадцать\n' >short; $D init fresh --passphrase-file short",
                   "at least 12 characters");
    assert_int_equal(run("test -e fresh"), 1);
    struct pty *pty = ask("init", "fresh", "New passphrase");
    pty_type(pty, "eleven-char\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    assert_true(pty_shows(pty, "at least 12 characters"));
    pty_stop(&pty);
}

static bool echoes(const struct pty *pty)
{
    struct termios now;
    int fd = open(pty_device(pty), O_RDWR | O_NOCTTY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(tcgetattr(fd, &now), 0);
    close(fd);
    return (now.c_lflag & (ECHO | ISIG | ICANON)) == (ECHO | ISIG | ICANON);
}

static void test_an_interrupt_ends_the_asking_at_once(void **state)
{
    struct pty *pty = ask("list", "office", "Passphrase");
    assert_false(echoes(pty));
    pty_type(pty, "half\003");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    assert_true(echoes(pty));
    assert_true(pty_shows(pty, "Stopped."));
    pty_stop(&pty);
}

/* Cases in a core would outlive the passphrase. A process that may leave one belongs to its user in /proc. */
static void test_it_leaves_no_core(void **state)
{
    const struct rlimit one = {1, 1};
    char path[WARD_PATH];
    struct rlimit core = one;
    struct stat about;
    struct pty *pty = NULL;
    /* A limit that is none yet, so that it is the desk that makes it one. */
    (void)setrlimit(RLIMIT_CORE, &one);
    pty = ask("list", "office", "Passphrase");
    assert_int_equal(prlimit(pty_process(pty), RLIMIT_CORE, NULL, &core), 0);
    assert_int_equal(core.rlim_max, 0);
    snprintf(path, sizeof path, "/proc/%d/mem", (int)pty_process(pty));
    assert_int_equal(stat(path, &about), 0);
    assert_int_equal(about.st_uid, 0);
    pty_stop(&pty);
}

static void test_a_signal_leaves_the_echo_on(void **state)
{
    struct pty *pty = ask("list", "office", "Passphrase");
    assert_int_equal(kill(pty_process(pty), SIGTERM), 0);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    assert_true(echoes(pty));
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_way),
        cmocka_unit_test(test_wrong_usage),
        cmocka_unit_test(test_folders_that_are_no_office),
        cmocka_unit_test(test_pieces_that_are_damaged),
        cmocka_unit_test(test_no_terminal_and_bad_passphrase_files),
        cmocka_unit_test(test_a_second_command_waits_outside),
        cmocka_unit_test(test_words_that_are_not_in_the_tables),
        cmocka_unit_test(test_wrong_passphrase_changes_nothing),
        cmocka_unit_test(test_root_key_that_is_kept_away),
        cmocka_unit_test(test_bad_arguments_behind_the_passphrase),
        cmocka_unit_test(test_import_that_refuses_one),
        cmocka_unit_test(test_names_on_a_stick_are_harmless),
        cmocka_unit_test(test_passphrase_is_asked_without_echo),
        cmocka_unit_test(test_the_screen_answers_a_case),
        cmocka_unit_test(test_an_answer_survives_the_terminal),
        cmocka_unit_test(test_a_new_passphrase_has_twelve_characters),
        cmocka_unit_test(test_an_interrupt_ends_the_asking_at_once),
        cmocka_unit_test(test_it_leaves_no_core),
        cmocka_unit_test(test_a_signal_leaves_the_echo_on),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
