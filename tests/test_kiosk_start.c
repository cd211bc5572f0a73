/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's start: what it refuses to serve from, what it says about it, and what it shows
   instead. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <limits.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "device/state.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/kiosk_test.h"
#include "tests/lib/raw_db.h"
#include "tests/lib/process.h"

static void test_out_of_order_without_card(void **state)
{
    struct kiosk_process *kiosk = *state;
    uint8_t *bytes = NULL;
    struct state *held = NULL;
    size_t len = 0;

    const char *card = folder_path(kiosk->dir, "card");
    bytes = folder_read(folder_path(kiosk->dir, "card"), &len);
    assert_int_equal(unlink(card), 0);
    kiosk_start(kiosk, 1);
    kiosk_wait(kiosk, "Терминал не работает.");
    assert_true(pty_shows(kiosk->pty, "Терминал жұмыс істемейді."));
    assert_true(pty_shows(kiosk->pty, "This terminal is out of order."));
    pty_type(kiosk->pty, "3");
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 1);
    assert_int_equal(kiosk_check(kiosk), 0);

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "This terminal is out of order.");
    pty_type(kiosk->pty, "3112\r");
    assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    assert_true(pty_shows(kiosk->pty, "This terminal is out of order."));
    assert_int_equal(state_open(kiosk->dir, &held), ERROR_NONE);
    assert_int_equal(state_install_card(held, bytes, len), ERROR_NONE);
    state_close(&held);
    free(bytes);
    kiosk_wait(kiosk, "Choose a language");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 1);
}

static void test_out_of_order_when_expired(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_card(kiosk, 2, day_today() - 1);
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "This terminal is out of order.");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 0);
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "This terminal is out of order.");
    kiosk_card(kiosk, 3, day_today());
    kiosk_wait(kiosk, "Choose a language");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 1);
}

static void test_second_keeper_is_refused(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    assert_serve_refused(kiosk, "Another program is using it");
    assert_int_equal(kiosk_end(kiosk), 0);
}

static void test_open_folder_is_refused(void **state)
{
    struct kiosk_process *kiosk = *state;

    assert_int_equal(chmod(kiosk->dir, 0755), 0);
    assert_serve_refused(kiosk, "Others can get into the folder");
    assert_int_equal(chmod(kiosk->dir, 0700), 0);
}

static void test_bad_outbox_is_refused_untouched(void **state)
{
    struct kiosk_process *kiosk = *state;
    size_t len = 0, after = 0;
    uint8_t *good = folder_read(folder_path(kiosk->dir, "outbox.db"), &len), *kept = NULL;

    const char *path = folder_path(kiosk->dir, "outbox.db");
    memset(good + len / 4, 0x55, len / 2);
    folder_write(folder_path(kiosk->dir, "outbox.db"), good, len);
    assert_serve_refused(kiosk, "The outbox is damaged or gone");
    kept = folder_read(folder_path(kiosk->dir, "outbox.db"), &after);
    assert_int_equal(after, len);
    assert_memory_equal(kept, good, len);
    free(kept);
    free(good);
    folder_write(folder_path(kiosk->dir, "outbox.db"), "not a database at all", 21);
    assert_serve_refused(kiosk, "The outbox is damaged or gone");
    assert_int_equal(unlink(path), 0);
    assert_serve_refused(kiosk, "The outbox is damaged or gone");
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_serve_refused(kiosk, "The outbox is damaged or gone");
}

static void test_locked_outbox_is_refused(void **state)
{
    struct kiosk_process *kiosk = *state;
    sqlite3 *db = raw_db_open(folder_path(kiosk->dir, "outbox.db"));

    raw_db_run(db, "BEGIN IMMEDIATE");
    assert_serve_refused(kiosk, "Another program is using it");
    raw_db_close(db);
    assert_int_equal(kiosk_check(kiosk), 0);
}

static void test_wrong_use(void **state)
{
    const struct kiosk_process *kiosk = *state;
    const char *program = kiosk_program("sandyq-kiosk");
    const char *nothing[] = {program, NULL};
    const char *unknown[] = {program, "--state", kiosk->dir, "--frobnicate", NULL};
    const char *idle[] = {program, "--state", kiosk->dir, "--idle", "1x", NULL};
    const char *session[] = {program, "--session", NULL};
    const char *help[] = {program, "--help", NULL};
    const char *version[] = {program, "--version", NULL};
    const char *no_folder[] = {program, "--state", "/nonexistent/kiosk", NULL};
    const char *no_tty[] = {"sh",    "-c",       "exec \"$0\" --state \"$1\" </dev/null",
                            program, kiosk->dir, NULL};
    const char *bad_tty[] = {program, "--state", kiosk->dir, "--tty", "/dev/null", NULL};

    assert_refused(nothing, NULL, 2, "--state DIR");
    assert_refused(unknown, NULL, 2, "--frobnicate");
    assert_refused(idle, NULL, 2, "--idle");
    assert_refused(session, NULL, 2, "--session: This is not for people");
    assert_refused(help, NULL, 0, "Usage: sandyq-kiosk");
    assert_refused(version, NULL, 0, "sandyq-kiosk 0");
    assert_refused(no_folder, NULL, 1, "Make one with --enroll");
    assert_refused(no_tty, NULL, 1, "Standard input is not a terminal");
    assert_refused(bad_tty, NULL, 1, "This terminal cannot be used");
}

static void test_wrong_surroundings(void **state)
{
    const struct kiosk_process *kiosk = *state;
    const char *argv[] = {kiosk_program("sandyq-kiosk"), "--state", kiosk->dir, NULL};
    /* glibc looks in its own folder whatever LOCPATH says; a missing translation is refused alike.
     */
    const char *no_locale[] = {argv[0], "--state", kiosk->dir, "--locale", kiosk->dir, NULL};
    const char *fips[] = {"LIBGCRYPT_FORCE_FIPS_MODE=1", NULL};
    const char *no_kind[] = {"TERM=nonesuch", NULL};

    assert_refused(no_locale, NULL, 1, "C.UTF-8 locale");
    assert_refused(argv, fips, 1, "FIPS mode");
    assert_refused(argv, no_kind, 1, "TERM");
}

/* Root may lock what it wants, unless that right is taken away. */
static void test_locked_memory_is_refused(void **state)
{
    const char *sh = "ulimit -l 0; exec \"$0\" --state /nonexistent";
    const char *kiosk = kiosk_program("sandyq-kiosk");
    const char *argv[] = {"sh", "-c", sh, kiosk, NULL};
    const char *root[] = {
        "setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "sh", "-c", sh, kiosk, NULL};

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its mlock does nothing and always succeeds */
#endif
    assert_refused(geteuid() == 0 ? root : argv, NULL, 1, "No memory could be locked");
}

struct denied {
    const char *dir;
    uint32_t call;
};

/* Serves where the kernel refuses one call. */
static int serve_denied(void *context)
{
    const struct denied *denied = context;

    process_deny(denied->call);
    execl(kiosk_program("sandyq-kiosk"), "sandyq-kiosk", "--state", denied->dir, "--once", NULL);
    return 99;
}

static void assert_denied(const struct kiosk_process *kiosk, uint32_t call, const char *text)
{
    struct denied denied = {kiosk->dir, call};
    struct pty *pty = pty_start_function(ROWS, 160, serve_denied, &denied);

    assert_non_null(pty);
    assert_int_equal(pty_wait_exit(pty, KIOSK_SECONDS), 1);
    if (!pty_shows(pty, text))
        fail_msg("not said: %s", text);
    pty_stop(&pty);
}

/* Each has words of its own: "check TERM" would send a technician the wrong way. */
static void test_refusing_kernel(void **state)
{
    assert_denied(*state, SYS_prctl, "A session could not be confined");
    assert_denied(*state, SYS_clone, "No process could be started");
}

/* Serves where /dev/null is a thing that cannot be opened. */
static int serve_without_null(void *context)
{
    const struct kiosk_process *kiosk = context;
    const char *thing = folder_path(kiosk->dir, "null");

    if (unshare(CLONE_NEWNS) != 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0 ||
        mknod(thing, S_IFSOCK | 0600, 0) != 0 ||
        mount(thing, "/dev/null", NULL, MS_BIND, NULL) != 0)
        return 98;
    execl(kiosk_program("sandyq-kiosk"), "sandyq-kiosk", "--state", kiosk->dir, "--once", NULL);
    return 99;
}

/* The keeper would hold the terminal all the while, and what is typed could be read there later. */
static void test_terminal_that_cannot_be_let_go(void **state)
{
    struct pty *pty = NULL;

    if (geteuid() != 0)
        skip();
    pty = pty_start_function(ROWS, 160, serve_without_null, *state);
    assert_non_null(pty);
    const int status = pty_wait_exit(pty, KIOSK_SECONDS);
    if (status == 98) { /* no spaces of its own may be made here */
        pty_stop(&pty);
        skip();
    }
    assert_int_equal(status, 1);
    assert_true(pty_shows(pty, "/dev/null cannot be opened"));
    pty_stop(&pty);
}

/* Whatever the first lack hits, at the kiosk or the courier, nobody shall change a disk or a kernel
   for it. */
static void test_too_few_descriptors_are_called_that(void **state)
{
    const struct kiosk_process *kiosk = *state;
    char *media = folder_make();
    unsigned refused = 0;
    for (int limit = 4; limit < 16; limit++) {
        char line[4 * PATH_MAX], out[PATH_MAX];
        size_t len = 0;
        snprintf(out, sizeof out, "%s", folder_path(media, "said"));
        snprintf(line, sizeof line,
                 "exec >'%s' 2>&1; LANGUAGE=en LC_ALL=C.UTF-8; export LANGUAGE LC_ALL; "
                 "ulimit -n %d; exec '%s' exchange --state '%s' --media '%s'",
                 out, limit, kiosk_program("sandyq-courier"), kiosk->dir, media);
        if (system(line) == 0)
            continue;
        refused++;
        uint8_t *said = folder_read(out, &len);
        if (memmem(said, len, "Too many files are open", 23) == NULL ||
            memmem(said, len, "change the medium", 17) != NULL ||
            memmem(said, len, "seccomp", 7) != NULL)
            fail_msg("with %d descriptors: %.*s", limit, (int)len, (const char *)said);
        free(said);
    }
    assert_true(refused > 0);
    folder_remove(&media);
}

static void test_output_that_is_lost_is_called_that(void **state)
{
    const struct kiosk_process *kiosk = *state;
    char *media = folder_make(), line[4 * PATH_MAX], out[PATH_MAX];
    size_t len = 0;
    snprintf(out, sizeof out, "%s", folder_path(media, "said"));
    snprintf(line, sizeof line,
             "LANGUAGE=en '%s' exchange --state '%s' --media '%s' >/dev/full 2>'%s'",
             kiosk_program("sandyq-courier"), kiosk->dir, media, out);
    assert_int_not_equal(system(line), 0);
    uint8_t *said = folder_read(out, &len);
    assert_non_null(memmem(said, len, "The output could not be written", 31));
    free(said);
    folder_remove(&media);
}

static void test_enroll(void **state)
{
    struct kiosk_process *kiosk = *state;
    const char *dir = folder_path(kiosk->dir, "new");
    const char *argv[] = {kiosk_program("sandyq-kiosk"), "--state", dir, "--enroll", NULL};
    const char *serve[] = {kiosk_program("sandyq-kiosk"), "--state", dir, "--once", NULL};
    size_t len = 0, again = 0;
    uint8_t *key = NULL, *same = NULL;
    struct pty *pty = NULL;

    assert_refused(argv, NULL, 0, "/new/enroll.request");
    key = folder_read(folder_path(dir, "kiosk.key"), &len);
    assert_refused(argv, NULL, 0, "Kiosk:");
    same = folder_read(folder_path(dir, "kiosk.key"), &again);
    assert_int_equal(again, len);
    assert_memory_equal(key, same, len);
    free(key);
    free(same);
    pty = pty_start(ROWS, COLS, serve, NULL);
    assert_true(pty_wait_text(pty, "This terminal is out of order.", KIOSK_SECONDS));
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_out_of_order_without_card),
        KIOSK_TEST(test_out_of_order_when_expired),
        KIOSK_TEST(test_second_keeper_is_refused),
        KIOSK_TEST(test_open_folder_is_refused),
        KIOSK_TEST(test_bad_outbox_is_refused_untouched),
        KIOSK_TEST(test_locked_outbox_is_refused),
        KIOSK_TEST(test_wrong_use),
        KIOSK_TEST(test_wrong_surroundings),
        KIOSK_TEST(test_locked_memory_is_refused),
        KIOSK_TEST(test_refusing_kernel),
        KIOSK_TEST(test_terminal_that_cannot_be_let_go),
        KIOSK_TEST(test_too_few_descriptors_are_called_that),
        KIOSK_TEST(test_enroll),
        KIOSK_TEST(test_output_that_is_lost_is_called_that),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
