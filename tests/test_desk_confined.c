/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Desk and courier as real programs, confined: every command, the screen, an import at work, and
   a kernel that refuses. */
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
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "sandbox/landlock.h"
#include "office/naming.h"
#include "tests/lib/desk_test.h"
#include "tests/lib/folder.h"
#include "tests/lib/process.h"
#include "tests/lib/pty.h"

enum { WAIT_S = 60, WORDS = 12, LETTERS = 3 };

/* What each command is called with in the scratch folder. "init" opens no office and reads nothing
   that came from outside: it shows that a process that is not confined is seen. */
static char fingerprint[NAMING_FINGERPRINT_LEN]; /* of somebody who wants to be an officer */
static const struct {
    const char *words[WORDS];
    bool confined;
} commands[] = {
    {{"init", "second"}, false},
    {{"enroll", "office", "kiosk.request", "--facility", "PC-17", "--type", "PEN", "--out",
      "cards/again.card", "--root-passphrase-file", "pass"},
     true},
    {{"import", "office", "stick.bundle"}, true},
    {{"list", "office"}, true},
    {{"show", "office", "1"}, true},
    {{"answer", "office", "1", "--text-file", "text"}, true},
    {{"note", "office", "1", "--text-file", "text"}, true},
    {{"status", "office", "1", "referred"}, true},
    {{"undo", "office", "1"}, true},
    {{"take-back", "office", "1", "2"}, true},
    {{"kiosks", "office", "--json"}, true},
    {{"publish", "office", "--out", "board"}, true},
    {{"backup", "office", "kept"}, true},
    {{"restore", "office", "kept", "board"}, true},
    {{"audit", "office"}, true},
    {{"verify", "office"}, true},
    {{"officer", "list", "office"}, true},
    {{"officer", "add", "office", fingerprint}, true},
    {{"officer", "remove", "office", "2"}, true},
    {{"officer", "join", "office", "--officer", "third"}, false},
    {{"officer", "passphrase", "office", "--new-passphrase-file", "pass"}, false},
};

enum { COMMANDS = sizeof commands / sizeof *commands };

/* One case is there for every test, and letters on the stick that are new. */
static int setup(void **state)
{
    desk_test_setup(state);
    desk_test_write("Мне не дают лекарства.");
    assert_int_equal(desk_run("$D import office stick.bundle $P"), 0);
    for (int i = 0; i < LETTERS; i++)
        desk_test_write("And more.");
    folder_write(folder_path(desk_dir, "text"), "It arrived.", 11);
    assert_int_equal(mkdir(folder_path(desk_dir, "cards"), 0700), 0);
    assert_int_equal(desk_run("$D officer join office --officer joiner $P"), 0);
    assert_int_equal(sscanf(desk_said, "Your fingerprint: %24[0-9 ]", fingerprint), 1);
    return 0;
}

/* --- every command --- */

static char program[4096];

static void run_words(void *context)
{
    const char *const *words = context;
    static char option[] = "--passphrase-file", file[] = "pass";
    char *argv[WORDS + 4] = {program};
    int n = 1;

    while (words[n - 1] != NULL) {
        argv[n] = (char *)(uintptr_t)words[n - 1];
        n++;
    }
    if (strcmp(words[0], "exchange") != 0) {
        argv[n++] = option;
        argv[n++] = file;
    }
    const int out = open(folder_path(desk_dir, "out.txt"), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    setenv("LANGUAGE", "en", 1);
#ifdef __SANITIZE_ADDRESS__
    setenv("ASAN_OPTIONS", "detect_leaks=0", 1); /* it cannot trace what is held */
#endif
    if (chdir(desk_dir) == 0)
        execv(program, argv);
    _exit(99);
}

static struct process_watched watch(const char *name, const char *const *words)
{
    snprintf(program, sizeof program, "%.*s%s",
             (int)(strrchr(desk_program, '/') - desk_program + 1), desk_program, name);
    return process_watch(run_words, (void *)(uintptr_t)words);
}

static void test_every_command_works_confined(void **state)
{
    for (size_t i = 0; i < COMMANDS; i++) {
        const struct process_watched seen = watch("sandyq-desk", commands[i].words);
        /* An import's first look at letters is by its threads: two start and end within. */
        if (strcmp(commands[i].words[0], "import") == 0)
            assert_int_equal(seen.stops, 5);
        /* Where tests run in a container, all of them are. */
        const bool confined = commands[i].confined || process_confined(getpid());
        if (seen.status != 0 || seen.confined != (confined ? seen.stops : 0))
            fail_msg("%s %s: status %d, confined at %u of %u", commands[i].words[0],
                     commands[i].words[1], seen.status, seen.confined, seen.stops);
    }
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("Мне не дают лекарства.");
    assert_desk_said("It arrived.");
    assert_int_equal(access(folder_path(desk_dir, "board/sandyq.board"), F_OK), 0);
    assert_int_equal(access(folder_path(desk_dir, "cards/again.card"), F_OK), 0);
}

/* The table above has all that the help names. */
static void test_no_command_is_left_out(void **state)
{
    unsigned named = 0;

    assert_int_equal(desk_run("$D --help"), 0);
    for (char *at = strstr(desk_said, "sandyq-desk "); at != NULL;
         at = strstr(at, "sandyq-desk ")) {
        char name[32] = "", second[32] = "";
        bool known = false;
        at += strlen("sandyq-desk ");
        if (sscanf(at, "%31[a-z-] %31[a-z]", name, second) < 1 || name[0] == '-')
            continue;
        named++;
        for (size_t i = 0; i < COMMANDS; i++)
            known = known || (strcmp(commands[i].words[0], name) == 0 &&
                              (second[0] == '\0' || strcmp(commands[i].words[1], second) == 0));
        if (!known)
            fail_msg("not tried: %s %s", name, second);
    }
    assert_int_equal(named, COMMANDS);
}

/* Also where it ends early: it is confined before it opens the medium. */
static void test_the_courier_is_confined(void **state)
{
    static const char *const words[WORDS] = {"exchange", "--state", "booth", "--media", "nowhere"};

    assert_int_equal(desk_run("mkdir booth"), 0);
    const struct process_watched seen = watch("sandyq-courier", words);
    assert_int_equal(seen.status, 1);
    assert_true(seen.stops > 0);
    assert_int_equal(seen.confined, seen.stops);
}

/* A link on a stranger's medium leads nowhere, and what is wrong with a bundle is said as before.
 */
static void test_what_cannot_be_imported_is_named(void **state)
{
    assert_int_equal(desk_run("ln -s stick.bundle link.bundle; $D import office link.bundle $P"),
                     1);
    assert_non_null(strstr(desk_refused, "link.bundle: "));
    assert_null(strstr(desk_refused, "confined"));
    assert_int_equal(desk_run("$D import office /nowhere/a.bundle $P"), 1);
    assert_non_null(strstr(desk_refused, "/nowhere/a.bundle: "));
    assert_null(strstr(desk_refused, "confined"));
}

/* --- a kernel that refuses --- */

static void run_refused(void *context)
{
    process_deny(SYS_prctl);
    run_words(context);
}

/* What the office has, and what might be written beside it. */
static char *everything(void)
{
    static char all[2][sizeof desk_said];
    static unsigned turn;
    char *out = all[turn++ % 2];

    (void)desk_run("cat office/casebook.db* | cksum; ls -R office new.card new 2>&1");
    strcpy(out, desk_said);
    return out;
}

/* Nothing is done then, and each says why. Those that are not here are confined as answer is. */
static void test_a_refusing_kernel(void **state)
{
    static const char *const tries[][WORDS] = {
        {"enroll", "office", "kiosk.request", "--facility", "PC-17", "--type", "PEN", "--out",
         "new.card"},
        {"import", "office", "stick.bundle"},
        {"answer", "office", "1", "--text-file", "text"},
        {"publish", "office", "--out", "board"},
    };
    snprintf(program, sizeof program, "%s", desk_program);
    desk_test_write("The last.");
    const char *before = everything();
    for (size_t i = 0; i < sizeof tries / sizeof *tries; i++) {
        const struct process_watched seen = process_watch(run_refused, (void *)(uintptr_t)tries[i]);
        size_t len = 0;
        char *said = (char *)folder_read(folder_path(desk_dir, "out.txt"), &len);
        if (seen.status != 1 || memmem(said, len, "could not be confined", 21) == NULL ||
            memchr(said, '\n', len) != said + len - 1)
            fail_msg("%s: status %d, said: %.*s", tries[i][0], seen.status, (int)len, said);
        free(said);
    }
    assert_string_equal(everything(), before);
}

/* --- the screen --- */

static const char *const *screen_argv(void)
{
    static char office[FOLDER_PATH], pass[FOLDER_PATH];
    static const char *argv[] = {desk_program, office, "--passphrase-file", pass, "--language",
                                 "en",         NULL};
    snprintf(office, sizeof office, "%s/office", desk_dir);
    snprintf(pass, sizeof pass, "%s/pass", desk_dir);
    return argv;
}

static struct pty *open_screen(void)
{
    struct pty *pty = pty_start(24, 64, screen_argv(), NULL);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "Cases, the most urgent", WAIT_S));
    assert_true(process_confined(pty_process(pty)));
    return pty;
}

/* A paste is text in one piece, whatever is in it; and the window may change its size. */
static void test_the_screen_is_confined_and_works(void **state)
{
    struct pty *pty = open_screen();
    pty_type(pty, "\r");
    assert_true(pty_wait_text(pty, "Complaint", WAIT_S));
    pty_type(pty, "a");
    assert_true(pty_wait_text(pty, "Your answer", WAIT_S));
    pty_type(pty, "\033[200~two lines\rof a paste\033[201~");
    assert_true(pty_wait_text(pty, "of a paste", WAIT_S));
    pty_resize(pty, 40, 120);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    assert_true(pty_shows(pty, "of a paste"));
    pty_type(pty, "\r");
    assert_true(pty_wait_text(pty, "keep writing", WAIT_S));
    pty_type(pty, "1");
    assert_true(pty_wait_text(pty, "waits for a board", WAIT_S));
    assert_true(process_confined(pty_process(pty)));
    pty_type(pty, "qq");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
    assert_int_equal(desk_run("$D show office 1 $P"), 0);
    assert_desk_said("two lines");
}

static void test_the_screen_is_not_suspended(void **state)
{
    struct pty *pty = open_screen();
    pty_type(pty, "\032");
    assert_true(pty_wait_text(pty, "is not suspended", WAIT_S));
    assert_int_equal(kill(pty_process(pty), SIGTSTP), 0);
    pty_type(pty, "\r");
    assert_true(pty_wait_text(pty, "Complaint", WAIT_S));
    pty_type(pty, "qq");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
}

static int refuse_screen(void *context)
{
    process_deny(SYS_prctl);
    execv(desk_program, context);
    return 99;
}

static void test_no_screen_unconfined(void **state)
{
    struct pty *pty = pty_start_function(24, 120, refuse_screen, (void *)(uintptr_t)screen_argv());
    assert_non_null(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    assert_true(pty_shows(pty, "could not be confined"));
    assert_false(pty_shows(pty, "Cases, the most urgent"));
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_command_works_confined),
        cmocka_unit_test(test_no_command_is_left_out),
        cmocka_unit_test(test_the_courier_is_confined),
        cmocka_unit_test(test_what_cannot_be_imported_is_named),
        cmocka_unit_test(test_a_refusing_kernel),
        cmocka_unit_test(test_the_screen_is_confined_and_works),
        cmocka_unit_test(test_the_screen_is_not_suspended),
        cmocka_unit_test(test_no_screen_unconfined),
    };
    return cmocka_run_group_tests(tests, setup, desk_test_teardown);
}
