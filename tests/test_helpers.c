/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The processes beside a session, started by a real keeper. This program is its own session: the
   keeper executes what it finds at /proc/self/exe, so main plays what the kiosk's does. What the
   session does is its deed (tests/lib/acted_session.h). */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "device/state.h"
#include "kiosk/keeper.h"
#include "kiosk/mailbox.h"
#include "kiosk/spawn.h"
#include "kiosk/worker.h"
#include "protocol/record.h"
#include "store/outbox.h"
#include "tests/lib/acted_session.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/process.h"
#include "tests/lib/speech_program.h"

enum {
    PIPE_LEN = 4096, /* of the printer that takes no more */
};

/* --- the place --- */

struct place {
    struct kiosk_process kiosk;
    struct keeper_options options;
    const char *deed;
    int paper; /* what comes out of the printer, a named pipe */
    int sound; /* and of the speech program */
};

static void in_folder(const struct place *place, const char *name, char path[CONFIG_PATH_LEN])
{
    assert_true(snprintf(path, CONFIG_PATH_LEN, "%s/%s", place->kiosk.dir, name) < CONFIG_PATH_LEN);
}

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);
    char said[CONFIG_PATH_LEN];

    assert_non_null(place);
    kiosk_make(&place->kiosk);
    config_default(&place->options.config);
    place->options.config.idle = 77;
    in_folder(place, "paper", place->options.config.printer);
    place->paper = folder_fifo(place->options.config.printer);
    in_folder(place, "said", said);
    place->sound = speech_listen(said);
    in_folder(place, "speech", place->options.config.speaker);
    speech_write(place->options.config.speaker, said,
                 "report(\"@ARGV\\n\" . hear() . \".\\n\");\n");
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;

    kiosk_free(&place->kiosk);
    close(place->paper);
    close(place->sound);
    free(place);
    return 0;
}

static int run_keeper(void *context)
{
    struct place *place = context;
    struct launcher *launcher = NULL;
    struct state *state = NULL;
    int result;

    setenv(ACTED_SESSION_DEED, place->deed, 1);
    if (ttyname_r(STDIN_FILENO, place->options.config.tty, CONFIG_PATH_LEN) != 0)
        return 1;
    launcher = launcher_start(&place->options.config, place->kiosk.dir);
    result = state_open(place->kiosk.dir, &state);
    if (result == 0)
        result = keeper_serve(state, launcher, &place->options);
    state_close(&state);
    launcher_end(&launcher);
    return result == 0 ? 0 : 1;
}

static void start(struct place *place, const char *deed, bool once)
{
    place->deed = deed;
    place->options.once = once;
    place->kiosk.pty = pty_start_function(24, 64, run_keeper, place);
    assert_non_null(place->kiosk.pty);
}

/* Reads what comes until the text `until` ends it (NULL: until len bytes are there). */
static size_t take(int fd, char *out, size_t len, const char *until)
{
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    size_t got = 0;

    while (got < len && (until == NULL || strstr(out, until) == NULL)) {
        ssize_t n;

        assert_int_equal(poll(&polled, 1, KIOSK_SECONDS * 1000), 1);
        n = read(fd, out + got, len - got);
        assert_true(n > 0);
        got += (size_t)n;
    }
    return got;
}

/* Cuts off the session that is on the screen, once its slip has begun to come out of the printer,
   and waits until it has gone. */
static void cut_off(struct place *place)
{
    struct pollfd polled = {.fd = place->paper, .events = POLLIN};
    char *screen = pty_text(place->kiosk.pty);
    const char *told = strstr(screen, "process ");
    int pid = 0;

    assert_non_null(told);
    pid = atoi(told + strlen("process "));
    free(screen);
    assert_true(pid > 0);
    assert_int_equal(poll(&polled, 1, KIOSK_SECONDS * 1000), 1);
    assert_int_equal(kill(pid, SIGKILL), 0);
    for (int i = 0; i < KIOSK_SECONDS * 200 && kill(pid, 0) == 0; i++)
        pty_pass(place->kiosk.pty, 5);
    assert_int_equal(kill(pid, 0), -1);
}

static void take_slip(const struct place *place, char filling)
{
    static char slip[ACTED_SESSION_SLIP];

    take(place->paper, slip, sizeof slip, NULL);
    for (size_t i = 0; i < sizeof slip; i++)
        if (slip[i] != filling)
            fail_msg("byte %zu of the slip is %d, not %d", i, slip[i], filling);
}

static void assert_no_more(int fd)
{
    char byte;

    assert_int_equal(read(fd, &byte, 1), -1);
    assert_int_equal(errno, EAGAIN);
}

/* A process of the place whose first two arguments are these, other than `but`; or 0. */
static pid_t find_process(const char *word, const char *name, pid_t but)
{
    DIR *all = opendir("/proc");
    struct dirent *entry = NULL;
    pid_t found = 0;

    assert_non_null(all);
    while (found == 0 && (entry = readdir(all)) != NULL) {
        char path[300], line[2 * CONFIG_PATH_LEN] = {0};
        const char *first = line + strlen("sandyq-kiosk") + 1;
        int fd;

        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        fd = open(path, O_RDONLY);
        if (fd < 0)
            continue;
        if (read(fd, line, sizeof line - 1) > 0 && strcmp(line, "sandyq-kiosk") == 0 &&
            strcmp(first, word) == 0 && strcmp(first + strlen(word) + 1, name) == 0 &&
            atoi(entry->d_name) != but)
            found = atoi(entry->d_name);
        close(fd);
    }
    closedir(all);
    return found;
}

static pid_t wait_for_process(struct place *place, const char *word, const char *name)
{
    pid_t pid = 0;

    for (int i = 0; i < KIOSK_SECONDS * 200 && pid == 0; i++) {
        pid = find_process(word, name, 0);
        pty_pass(place->kiosk.pty, 5);
    }
    assert_true(pid > 0);
    return pid;
}

static void assert_none_left(const struct place *place)
{
    assert_int_equal(find_process(SPAWN_PRINTER_WORD, place->options.config.printer, 0), 0);
    assert_int_equal(find_process(SPAWN_SPEECH_WORD, place->options.config.speaker, 0), 0);
}

static void finish(struct place *place)
{
    pty_type(place->kiosk.pty, "\r");
    assert_int_equal(pty_wait_exit(place->kiosk.pty, KIOSK_SECONDS), 0);
    assert_none_left(place);
}

/* --- tests --- */

static void test_a_confined_session_prints_speaks_and_stores(void **state)
{
    struct place *place = *state;
    char said[256] = {0};

    start(place, "spk", true);
    kiosk_wait(&place->kiosk, "idle 77");
    take_slip(place, 'C'); /* of visit 2, behind the cover of the start */
    kiosk_wait(&place->kiosk, "word 0");
    take(place->sound, said, sizeof said - 1, ".\n");
    assert_string_equal(said, "-v ru -s 130 --stdin\nЗдравствуйте.\n");
    finish(place);
    assert_int_equal(kiosk_check(&place->kiosk), 2);
}

static enum error look_at_second(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    const uint8_t *envelope = bytes + RECORD_ENVELOPE;
    bool *is_ours = context;

    (void)len;
    *is_ours = seq == 2 && envelope[0] == ACTED_SESSION_ENVELOPE;
    for (size_t i = 0; i < ENVELOPE_LEN && *is_ours; i++)
        *is_ours = envelope[i] == ACTED_SESSION_ENVELOPE;
    return ERROR_NONE;
}

/* What lies in the mailbox before the keeper has written anything is what the visit comes to,
   and no cover takes its place. */
static void test_an_envelope_that_comes_first(void **state)
{
    struct place *place = *state;
    struct outbox *outbox = NULL;
    char path[CONFIG_PATH_LEN];
    bool is_ours = false;

    start(place, "o", true);
    kiosk_wait(&place->kiosk, "stored 1");
    assert_int_equal(pty_wait_exit(place->kiosk.pty, KIOSK_SECONDS), 0);
    assert_int_equal(kiosk_check(&place->kiosk), 2);
    in_folder(place, "outbox.db", path);
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_each(outbox, 2, 2, look_at_second, &is_ours), ERROR_NONE);
    outbox_close(&outbox);
    assert_true(is_ours);
}

static void test_a_place_without_helpers(void **state)
{
    struct place *place = *state;

    place->options.config.printer[0] = place->options.config.speaker[0] = '\0';
    start(place, "k", true);
    kiosk_wait(&place->kiosk, "visit 2");
    assert_true(pty_shows(place->kiosk.pty, "printer 0"));
    assert_true(pty_shows(place->kiosk.pty, "speaker 0"));
    finish(place);
}

/* Out of order for a fault in its configuration: no visitor, no helper; but the chain goes on. */
static void test_misconfigured(void **state)
{
    struct place *place = *state;

    place->options.misconfigured = true;
    start(place, "p", true);
    kiosk_wait(&place->kiosk, "idle 77");
    assert_true(pty_shows(place->kiosk.pty, "closed 1"));
    assert_true(pty_shows(place->kiosk.pty, "printer 0"));
    assert_true(pty_shows(place->kiosk.pty, "speaker 0"));
    assert_none_left(place);
    finish(place);
    assert_int_equal(kiosk_check(&place->kiosk), 1);
}

/* The visit of a slip is over while it is printed: it is printed whole, the next visitor does
   not wait for it, and the next slip comes behind it. */
static void test_a_slip_is_finished_after_its_visit(void **state)
{
    struct place *place = *state;
    pid_t first = 0;

    assert_true(fcntl(place->paper, F_SETPIPE_SZ, PIPE_LEN) >= 0);
    start(place, "kp", false);
    kiosk_wait(&place->kiosk, "visit 2");
    first = wait_for_process(place, SPAWN_PRINTER_WORD, place->options.config.printer);
    pty_type(place->kiosk.pty, "\r");
    cut_off(place);
    kiosk_wait(&place->kiosk, "visit 3");
    /* A printer opens for one only. */
    assert_int_equal(find_process(SPAWN_PRINTER_WORD, place->options.config.printer, 0), first);
    assert_int_equal(find_process(SPAWN_PRINTER_WORD, place->options.config.printer, first), 0);
    take_slip(place, 'C');
    pty_type(place->kiosk.pty, "\r");
    take_slip(place, 'D');
    kiosk_wait(&place->kiosk, "stored 1");
    assert_int_equal(kiosk_end(&place->kiosk), 0);
    assert_no_more(place->paper);
    assert_none_left(place);
}

/* Nor does the keeper itself end before the slip of its last visit is printed. */
static void test_a_slip_is_finished_before_the_end(void **state)
{
    struct place *place = *state;

    assert_true(fcntl(place->paper, F_SETPIPE_SZ, PIPE_LEN) >= 0);
    start(place, "kp", true);
    kiosk_wait(&place->kiosk, "visit 2");
    pty_type(place->kiosk.pty, "\r");
    cut_off(place);
    take_slip(place, 'C');
    assert_int_equal(pty_wait_exit(place->kiosk.pty, KIOSK_SECONDS), 0);
    assert_none_left(place);
    assert_int_equal(kiosk_check(&place->kiosk), 2); /* covers of the start and of the visit */
}

/* A helper that dies costs the visit nothing but itself, and the next visit has one again. */
static void test_helpers_that_die(void **state)
{
    struct place *place = *state;
    char path[64];
    pid_t printer, speaker;

    start(place, "kpsk", false);
    kiosk_wait(&place->kiosk, "visit 2");
    printer = wait_for_process(place, SPAWN_PRINTER_WORD, place->options.config.printer);
    speaker = wait_for_process(place, SPAWN_SPEECH_WORD, place->options.config.speaker);
    kill(printer, SIGKILL);
    kill(speaker, SIGKILL);
    snprintf(path, sizeof path, "/proc/%d", (int)printer);
    for (int i = 0; i < KIOSK_SECONDS * 200 && access(path, F_OK) == 0; i++)
        pty_pass(place->kiosk.pty, 5);
    assert_int_equal(access(path, F_OK), -1); /* not even a zombie */
    pty_type(place->kiosk.pty, "\r");
    kiosk_wait(&place->kiosk, "word 2"); /* PRINTER_GONE */
    pty_type(place->kiosk.pty, "\r");
    kiosk_wait(&place->kiosk, "visit 3");
    wait_for_process(place, SPAWN_SPEECH_WORD, place->options.config.speaker);
    pty_type(place->kiosk.pty, "\r");
    take_slip(place, 'D');
    assert_int_equal(kiosk_end(&place->kiosk), 0);
    assert_none_left(place);
    assert_int_equal(kiosk_check(&place->kiosk), 3);
}

/* What a helper holds: its socket and nothing of terminal, outbox or key. */
static void assert_bare(pid_t pid)
{
    char path[64], target[256];

    assert_int_equal(getsid(pid), pid);
    for (int fd = 0; fd < 64; fd++) {
        ssize_t n;

        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pid, fd);
        n = readlink(path, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        if (fd <= 2)
            assert_string_equal(target, "/dev/null");
        else if (fd == BRIEF_SOCKET)
            assert_int_equal(strncmp(target, "socket:", 7), 0);
        else
            assert_string_equal(target, "");
    }
}

static void test_helpers_hold_nothing(void **state)
{
    struct place *place = *state;
    pid_t printer, speaker;

    start(place, "k", true);
    kiosk_wait(&place->kiosk, "visit 2");
    printer = wait_for_process(place, SPAWN_PRINTER_WORD, place->options.config.printer);
    speaker = wait_for_process(place, SPAWN_SPEECH_WORD, place->options.config.speaker);
    if (process_may_look()) {
        assert_bare(printer);
        assert_bare(speaker);
    }
    finish(place);
}

/* A keeper that is killed leaves none behind. */
static void test_helpers_die_with_the_keeper(void **state)
{
    struct place *place = *state;

    start(place, "k", true);
    kiosk_wait(&place->kiosk, "visit 2");
    wait_for_process(place, SPAWN_PRINTER_WORD, place->options.config.printer);
    wait_for_process(place, SPAWN_SPEECH_WORD, place->options.config.speaker);
    kill(pty_process(place->kiosk.pty), SIGKILL);
    assert_int_equal(pty_wait_exit(place->kiosk.pty, KIOSK_SECONDS), 128 + SIGKILL);
    /* They are ours now: each that ended is reaped, and in the end there is none. */
    while (waitpid(-1, NULL, 0) > 0)
        continue;
    assert_none_left(place);
}

#define HELPERS_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        HELPERS_TEST(test_a_confined_session_prints_speaks_and_stores),
        HELPERS_TEST(test_an_envelope_that_comes_first),
        HELPERS_TEST(test_a_place_without_helpers),
        HELPERS_TEST(test_misconfigured),
        HELPERS_TEST(test_a_slip_is_finished_after_its_visit),
        HELPERS_TEST(test_a_slip_is_finished_before_the_end),
        HELPERS_TEST(test_helpers_that_die),
        HELPERS_TEST(test_helpers_hold_nothing),
        HELPERS_TEST(test_helpers_die_with_the_keeper),
    };

    if (argc == 2 && strcmp(argv[1], "--session") == 0)
        _exit(acted_session_end(acted_session_run()));
    if (argc == 3 && strcmp(argv[1], SPAWN_PRINTER_WORD) == 0)
        return worker_printer(argv[2]);
    if (argc == 3 && strcmp(argv[1], SPAWN_SPEECH_WORD) == 0)
        return worker_speech(argv[2]);
    /* What a killed keeper leaves comes to us. */
    prctl(PR_SET_CHILD_SUBREAPER, 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
