/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keeper's promises, held against the real program: one envelope a session, nothing
   acknowledged is lost, nothing on disk tells what a session was for. */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "base/wire.h"
#include "complaint/letter.h"
#include "crypto/envelope.h"
#include "protocol/record.h"
#include "store/outbox.h"
#include "tests/served.h"

enum {
    KILLS_MAX = 200,       /* of the keeper, and as many of sessions */
    KILLS = 40,            /* ... unless SANDYQ_KILLS asks for more: each takes a second or two */
    KILL_FILING = 8,       /* every so-manieth of these files a complaint */
    KILL_LEAVE_MS = 2500,  /* a leaving visitor is through by then */
    KILL_FILING_MS = 4000, /* and one who files */
    RECORDS_MAX = 2000,
};

static int setup(void **state)
{
    struct served *served = calloc(1, sizeof *served);

    assert_non_null(served);
    served_make(served);
    *state = served;
    return 0;
}

static int teardown(void **state)
{
    struct served *served = *state;

    served_free(served);
    free(served);
    return 0;
}

/* --- what the office finds in the outbox --- */

struct found {
    const struct office *office;
    unsigned complaints;
    const char *text;   /* looked for among them */
    unsigned with_text; /* how many have it */
    bool wrong_number;
};

static enum error look_inside(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    static uint8_t plain[LETTER_LEN];
    struct found *found = context;
    struct record record;
    struct letter letter;

    (void)len;
    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    assert_int_equal(envelope_open(found->office->intake_secret, record.envelope, plain),
                     ERROR_NONE);
    assert_int_equal(letter_decode(plain, &letter), ERROR_NONE);
    found->wrong_number = found->wrong_number || letter.session != seq;
    if (letter.kind == LETTER_COVER)
        return ERROR_NONE;
    found->complaints++;
    if (found->text != NULL && letter.text_len == strlen(found->text) &&
        memcmp(letter.text, found->text, letter.text_len) == 0)
        found->with_text++;
    return ERROR_NONE;
}

static struct found look(const struct served *served, const char *text)
{
    struct found found = {.office = &served->office, .text = text};
    struct outbox *outbox = NULL;
    char path[OFFICE_PATH_LEN + 16];

    snprintf(path, sizeof path, "%s/outbox.db", served->dir);
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_each(outbox, 1, RECORDS_MAX, look_inside, &found), ERROR_NONE);
    outbox_close(&outbox);
    return found;
}

static void test_each_end_of_a_session_is_one_envelope(void **state)
{
    struct served *served = *state;
    struct found found;

    served_start(served, 0);
    served_leave(served); /* 2: a cover of the session */
    served_file(served, "Қамауда ұрды");
    served_forget(served); /* 3: the complaint */
    served_go(served, "3", "What do you want to do?");
    assert_int_equal(served_end(served), 0); /* 4: asked to end in the middle */
    assert_int_equal(served_check(served), 4);
    found = look(served, "Қамауда ұрды");
    assert_int_equal(found.complaints, 1);
    assert_int_equal(found.with_text, 1);
    assert_false(found.wrong_number);
}

static void test_nobody_is_no_envelope(void **state)
{
    struct served *served = *state;

    served_start(served, 0);
    served_go(served, "x9\r\033", "Choose a language");
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 1); /* the cover of the start */
}

static void test_hang_up(void **state)
{
    struct served *served = *state;

    served_start(served, 0);
    served_wait(served, "Choose a language");
    served_go(served, "3", "What do you want to do?");
    pty_hang_up(served->pty);
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 0);
    assert_int_equal(served_check(served), 2);
}

static void test_keeper_holds_no_terminal(void **state)
{
    struct served *served = *state;
    char path[64], target[128];

    served_start(served, 0);
    served_wait(served, "Choose a language");
    for (int fd = 0; fd < 64; fd++) {
        ssize_t n;

        snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)pty_process(served->pty), fd);
        n = readlink(path, target, sizeof target - 1);
        target[n > 0 ? n : 0] = '\0';
        assert_string_not_equal(target, pty_device(served->pty));
        assert_string_not_equal(target, "/dev/tty");
    }
    assert_int_equal(served_end(served), 0);
}

/* A clock set back: the chain's day does not go back, and the day counts as having its record. */
static void test_clock_set_back(void **state)
{
    struct served *served = *state;

    office_append(served->dir, NULL, day_today() + 10);
    served_start(served, 0);
    served_leave(served);
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 3);
}

/* A waiting session makes room for a new card; its number is not used up. */
static void test_news_reach_a_waiting_session(void **state)
{
    struct served *served = *state;
    pid_t before = 0, after = 0;
    struct timespec asked, ended;

    served_start(served, 0);
    served_wait(served, "Choose a language");
    before = pty_grandchild(served->pty);
    served_card(served, 2, day_today() + 5);
    for (int i = 0; i < SERVED_SECONDS * 200 && (after == 0 || after == before); i++) {
        pty_watch(served->pty, "nothing", 5);
        after = pty_grandchild(served->pty);
    }
    assert_true(after != 0 && after != before);
    served_wait(served, "Choose a language");
    served_go(served, "3", "What do you want to do?");
    served_card(served, 3, day_today() + 6);
    assert_int_equal(pty_settle(served->pty), PTY_IDLE);
    assert_true(pty_shows(served->pty, "What do you want to do?"));
    /* And it still ends in order: at once, not when its time is over. */
    clock_gettime(CLOCK_MONOTONIC, &asked);
    assert_int_equal(served_end(served), 0);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    assert_true(ended.tv_sec - asked.tv_sec < 15);
    assert_int_equal(served_check(served), 2);
}

/* --- files that go under a keeper --- */

static void run_in(const struct served *served, const char *command)
{
    char line[3 * OFFICE_PATH_LEN];

    snprintf(line, sizeof line, "cd '%s' && %s", served->dir, command);
    assert_int_equal(system(line), 0);
}

/* The files go while a visitor writes: there is no receipt, and the keeper ends with an error. */
static void assert_nothing_promised(struct served *served, const char *command)
{
    char *screen = NULL;

    run_in(served, "cp -a . ../$(basename \"$PWD\").old");
    served_start_sized(served, 0, 24, 160);
    served_leave(served);
    served_begin(served);
    run_in(served, command);
    served_go(served, "They hit me\r", "Is this right?");
    served_send(served, "It is not stored yet");
    served_go(served, "1", "It is not stored yet");
    assert_false(pty_watch(served->pty, "It is stored", 0));
    served_go(served, "2", "Goodbye");
    pty_type(served->pty, " ");
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 1);
    screen = pty_text(served->pty);
    assert_non_null(strstr(screen, "The outbox is damaged or gone"));
    free(screen);
    run_in(served, "rm -rf ../$(basename \"$PWD\").old ../$(basename \"$PWD\").away");
}

static void test_removed_outbox_promises_nothing(void **state)
{
    assert_nothing_promised(*state, "rm outbox.db*");
}

static void test_older_outbox_promises_nothing(void **state)
{
    assert_nothing_promised(*state, "rm outbox.db* && cp ../$(basename \"$PWD\").old/outbox.db .");
}

static void test_copied_folder_promises_nothing(void **state)
{
    struct served *served = *state;

    assert_nothing_promised(served, "mv \"$PWD\" \"$PWD.away\" && cp -a \"$PWD.away\" \"$PWD\"");
    /* The copy is whole: the next keeper goes on with it. */
    served_start(served, 0);
    served_leave(served);
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 4);
}

/* Nobody begins to write at a terminal that can keep nothing. */
static void test_waiting_keeper_notices_a_removed_outbox(void **state)
{
    struct served *served = *state;

    served_start(served, 0);
    served_wait(served, "Choose a language");
    run_in(served, "rm outbox.db*");
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 1);
}

/* --- a configuration with a fault --- */

#define OUT_OF_ORDER "This terminal is out of order."
#define FAULT        "kiosk.conf: line 2: There is no setting of this name."

static void put_config(const struct served *served, const char *text)
{
    office_put(served->dir, "kiosk.conf", text, strlen(text));
}

/* Starts the kiosk with its standard error in the folder's file "said". */
static void start_said(struct served *served, const char *options)
{
    static char line[4 * OFFICE_PATH_LEN];
    const char *argv[] = {"/bin/sh", "-c", line, NULL};

    snprintf(line, sizeof line, "exec '%s' --state '%s' %s 2>'%s/said'",
             served_program("sandyq-kiosk"), served->dir, options, served->dir);
    pty_stop(&served->pty);
    served->pty = pty_start(24, 64, argv, NULL);
    assert_non_null(served->pty);
}

static void assert_said(const struct served *served, const char *text)
{
    size_t len = 0;
    char *said = (char *)office_get(served->dir, "said", &len);
    const char *at = NULL;

    assert_true(len > 0);
    said[len - 1] = '\0'; /* the end of its one line */
    at = strstr(said, text);
    assert_non_null(at);
    assert_null(strstr(at + 1, text));
    free(said);
}

/* It does not guess and does not give up: it says so, serves nobody, and its chain goes on. */
static void test_a_fault_is_out_of_order(void **state)
{
    struct served *served = *state;

    put_config(served, "idle = 60\nbeep = yes\n");
    start_said(served, "");
    served_wait(served, OUT_OF_ORDER);
    assert_said(served, FAULT);
    served_go(served, "3\r1", OUT_OF_ORDER);
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 1);
}

static void test_a_fault_once(void **state)
{
    struct served *served = *state;

    put_config(served, "idle = 60\nbeep = yes\n");
    start_said(served, "--once");
    served_wait(served, OUT_OF_ORDER);
    pty_type(served->pty, " ");
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 1);
    assert_said(served, FAULT);
    /* On the terminal itself the line comes again when the screen is gone. */
    served_start_sized(served, 1, 24, 160);
    served_wait(served, OUT_OF_ORDER);
    pty_type(served->pty, " ");
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 1);
    assert_true(pty_shows(served->pty, FAULT));
}

static void test_a_missing_file_that_was_named(void **state)
{
    struct served *served = *state;

    start_said(served, "--config /nonexistent/kiosk.conf");
    served_wait(served, OUT_OF_ORDER);
    assert_said(served, "/nonexistent/kiosk.conf: This is no file that can be read.");
    assert_int_equal(served_end(served), 0);
}

static void test_options_count_more_than_the_file(void **state)
{
    struct served *served = *state;

    put_config(served, "tty = /dev/null\nbeep = yes\n");
    start_said(served, "");
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 1);
    assert_said(served, "/dev/null: This terminal cannot be used.");
    start_said(served, "--tty \"$(tty)\"");
    served_wait(served, OUT_OF_ORDER);
    assert_int_equal(served_end(served), 0);
}

/* What is wrong on the command line is seen by who types it. */
static void test_wrong_options_are_wrong_usage(void **state)
{
    static const char *const wrong[] = {"--paper 79",     "--print huge", "--contrast maybe",
                                        "--languages kk", "--idle 9",     "--speech-process x"};
    struct served *served = *state;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        start_said(served, wrong[i]);
        assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 2);
    }
    assert_int_equal(served_check(served), 0);
}

/* --- what the disk tells --- */

static const char *const files[] = {
    "kiosk.key",         "enroll.request", "card",          "charter", "board",
    "outbox.db",         "outbox.db-wal",  "outbox.db-shm", "lock",    "courier.lock",
    "outbox.db-journal", "pending"};
enum { FILES = sizeof files / sizeof files[0] };

struct snapshot {
    off_t size[FILES]; /* -1: not there */
    uint64_t sum[FILES];
};

static void snap(const char *dir, struct snapshot *snapshot)
{
    for (size_t i = 0; i < FILES; i++) {
        char path[OFFICE_PATH_LEN + 32];
        struct stat st;
        size_t len = 0;
        uint8_t *data = NULL;

        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        snapshot->size[i] = stat(path, &st) == 0 ? st.st_size : -1;
        snapshot->sum[i] = 0;
        if (snapshot->size[i] < 0)
            continue;
        data = office_get(dir, files[i], &len);
        for (size_t at = 0; at < len; at++)
            snapshot->sum[i] = snapshot->sum[i] * 1099511628211U + data[at];
        free(data);
    }
}

static unsigned count_files(const char *dir)
{
    char command[OFFICE_PATH_LEN + 32];
    unsigned n = 0;
    FILE *pipe = NULL;

    snprintf(command, sizeof command, "ls -A '%s' | wc -l", dir);
    pipe = popen(command, "r");
    assert_non_null(pipe);
    assert_int_equal(fscanf(pipe, "%u", &n), 1);
    pclose(pipe);
    return n;
}

/* Plays a visit from the same beginnings; takes snapshots while the visitor still stands there and
 * after. */
static void play(struct served *served, bool filing, struct snapshot *during,
                 struct snapshot *after)
{
    served_start(served, 1);
    if (filing) {
        served_file(served, "They took my letters");
        served_go(served, "0", "Wipe the number and leave?");
        served_go(served, "\r", "Goodbye");
    } else {
        served_wait(served, "Choose a language");
        served_go(served, "3", "What do you want to do?");
        served_go(served, "2", "Your number");
        served_go(served, "987654321098765432109822\r", "Your PIN");
        served_go(served, "\r", "There is nothing to read yet");
        served_go(served, "\r", "What do you want to do?");
        served_go(served, "7", "Goodbye");
    }
    snap(served->dir, during);
    pty_type(served->pty, " ");
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 0);
    snap(served->dir, after);
    assert_int_equal(served_check(served), 2);
}

static void assert_alike(const struct snapshot *before, const struct snapshot *one,
                         const struct snapshot *other)
{
    for (size_t i = 0; i < FILES; i++) {
        bool one_changed = one->size[i] != before->size[i] || one->sum[i] != before->sum[i];
        bool other_changed = other->size[i] != before->size[i] || other->sum[i] != before->sum[i];

        if (one->size[i] != other->size[i] || one_changed != other_changed)
            fail_msg("%s tells the two sessions apart: %ld and %ld bytes", files[i],
                     (long)one->size[i], (long)other->size[i]);
    }
}

/* What is found on the disk once a visit is over, or read from it later, is alike. */
static void test_disk_does_not_tell_filing_from_reading(void **state)
{
    struct served *served = *state;
    struct snapshot before, during[2], after[2];
    char copy[OFFICE_PATH_LEN], command[3 * OFFICE_PATH_LEN], kept[OFFICE_PATH_LEN];

    office_scratch(copy);
    snprintf(command, sizeof command, "cp -a '%s/.' '%s'", served->dir, copy);
    assert_int_equal(system(command), 0);
    snap(served->dir, &before);
    play(served, true, &during[0], &after[0]);
    memcpy(kept, served->dir, sizeof kept);
    memcpy(served->dir, copy, sizeof copy);
    play(served, false, &during[1], &after[1]);
    assert_alike(&before, &during[0], &during[1]);
    assert_alike(&before, &after[0], &after[1]);
    assert_int_equal(count_files(copy), count_files(kept));
    memcpy(served->dir, kept, sizeof kept);
    office_remove(copy);
}

/* When the files of the outbox were written last, as far as a folder tells. */
static struct timespec written(const struct served *served, const char *name)
{
    char path[OFFICE_PATH_LEN + 32];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", served->dir, name);
    assert_int_equal(stat(path, &st), 0);
    return st.st_mtim;
}

static bool is_later(struct timespec one, struct timespec other)
{
    return one.tv_sec > other.tv_sec || (one.tv_sec == other.tv_sec && one.tv_nsec > other.tv_nsec);
}

/* From now on. */
static void wait_for_write(const struct served *served, const char *name)
{
    char path[OFFICE_PATH_LEN + 32];
    struct pollfd watch = {.fd = inotify_init1(IN_CLOEXEC), .events = POLLIN};

    snprintf(path, sizeof path, "%s/%s", served->dir, name);
    assert_true(inotify_add_watch(watch.fd, path, IN_MODIFY) >= 0);
    if (poll(&watch, 1, SERVED_SECONDS * 1000) != 1)
        fail_msg("%s is not written", name);
    close(watch.fd);
}

/* The visit's record is written again and again until its end, and put into the outbox only then. So the files tell that end and
   nothing of when something was sent. */
static void test_times_of_files_do_not_tell(void **state)
{
    struct served *served = *state;
    struct timespec receipt, before, stored;

    served_start(served, 0);
    served_wait(served, "Choose a language");
    before = written(served, "outbox.db-wal");
    served_file(served, "I am not safe");
    clock_gettime(CLOCK_REALTIME_COARSE, &receipt);
    stored = written(served, "outbox.db-wal");
    assert_memory_equal(&stored, &before, sizeof stored);
    wait_for_write(served, "pending");
    served_go(served, "0", "Wipe the number");
    pty_rest(served->pty);
    served_go(served, "\r", "Goodbye");
    served_go(served, " ", "Choose a language");
    assert_true(is_later(written(served, "outbox.db-wal"), receipt));
    assert_true(is_later(written(served, "pending"), receipt));
    served_end(served);
}

/* The number of the record in the file "pending"; 0 when there is none. */
static uint64_t pending_number(const struct served *served)
{
    size_t len = 0;
    uint8_t *data = office_get(served->dir, "pending", &len);
    const uint64_t number = len > 8 ? wire_get64(data) : 0;

    free(data);
    return number;
}

static void start_and_end(struct served *served)
{
    served_start(served, 0);
    served_wait(served, "Choose a language");
    assert_int_equal(served_end(served), 0);
}

/* The power goes while a person stands at the receipt, at a menu, or reads. Every start afterwards adds one record, whatever
   the visit was for; the first one adds what was acknowledged. */
static void test_power_cut_in_a_visit(void **state)
{
    struct served *served = *state;
    struct found found;
    uint64_t records = 0;

    for (int i = 0; i < 3; i++) {
        served_start(served, 0);
        served_wait(served, "Choose a language");
        if (i == 0) {
            served_file(served, "They cut the power");
        } else {
            served_go(served, "3", "What do you want to do?");
            served_go(served, i == 1 ? "3" : "4", "Esc");
        }
        while (pending_number(served) != records + 2)
            pty_watch(served->pty, "nothing", 5);
        kill(pty_process(served->pty), SIGKILL);
        assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 128 + SIGKILL);
        assert_int_equal(served_check(served), records + 1);
        start_and_end(served);
        assert_int_equal(served_check(served), records + 2);
        start_and_end(served); /* what is old is not taken twice */
        assert_int_equal(served_check(served), records + 3);
        records += 3;
    }
    found = look(served, "They cut the power");
    assert_int_equal(found.complaints, 1);
    assert_int_equal(found.with_text, 1);
    assert_false(found.wrong_number);
}

/* --- kills --- */

static int kills = KILLS;

/* Everything below depends on the seed alone, but for the machine's own pace. */
static unsigned seed;

static unsigned dice(unsigned n)
{
    seed = seed * 1664525U + 1013904223U;
    return (seed >> 8) % n;
}

static void take_seed(void)
{
    const char *given = getenv("SANDYQ_SEED");

    seed = given != NULL ? (unsigned)strtoul(given, NULL, 10) : (unsigned)time(NULL);
    given = getenv("SANDYQ_KILLS");
    if (given != NULL && atoi(given) > 0 && atoi(given) <= KILLS_MAX)
        kills = atoi(given);
    print_message("SANDYQ_SEED=%u, %d kills\n", seed, kills);
}

/* One visitor up to a random moment. Returns true when the visitor has seen that it is stored; the
   text of a complaint is then in text. *came counts those who passed the language screen. */
static bool visit_in_part(struct served *served, int round, char text[32], unsigned *came)
{
    bool filing = round % KILL_FILING == 0;
    bool stored;

    snprintf(text, 32, "Round %d", round);
    if (dice(8) == 0) { /* before the first screen is even there */
        pty_watch(served->pty, "nothing", (int)dice(50));
        return false;
    }
    (*came)++;
    if (!filing) {
        served_wait(served, "Choose a language");
        served_go(served, "3", "What do you want to do?");
        pty_rest(served->pty);
        pty_type(served->pty, "7");
        stored = pty_watch(served->pty, "Goodbye", (int)dice(KILL_LEAVE_MS));
        text[0] = '\0';
        return stored;
    }
    served_begin(served);
    pty_type(served->pty, text);
    served_go(served, "\r", "Is this right?");
    served_go(served, "1", "do you want a PIN?");
    pty_rest(served->pty);
    pty_type(served->pty, "\r");
    return pty_watch(served->pty, SERVED_STORED, (int)dice(KILL_FILING_MS));
}

struct promises {
    uint64_t stored; /* visits that were told so */
    unsigned texts;
    char text[2 * KILLS_MAX / KILL_FILING + 2][32];
};

static void remember(struct promises *promises, bool stored, const char *text)
{
    if (!stored)
        return;
    promises->stored++;
    if (text[0] != '\0')
        strcpy(promises->text[promises->texts++], text);
}

static void assert_kept(const struct served *served, const struct promises *promises)
{
    struct found found = {0};

    assert_true(served_check(served) >= promises->stored);
    for (unsigned i = 0; i < promises->texts; i++) {
        found = look(served, promises->text[i]);
        assert_int_equal(found.with_text, 1);
    }
    assert_false(found.wrong_number);
    print_message("%u visits were told that it is stored, %u of them with a complaint\n",
                  (unsigned)promises->stored, promises->texts);
}

static void test_killed_keepers_lose_nothing(void **state)
{
    struct served *served = *state;
    struct promises promises = {0};
    unsigned before = count_files(served->dir);
    unsigned came = 0;
    char text[32];

    take_seed();
    for (int i = 0; i < kills; i++) {
        bool stored;

        served_start(served, 0);
        stored = visit_in_part(served, i, text, &came);
        kill(pty_process(served->pty), SIGKILL);
        assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 128 + SIGKILL);
        remember(&promises, stored, text);
    }
    served_start(served, 0);
    served_leave(served);
    assert_int_equal(served_end(served), 0);
    assert_kept(served, &promises);
    assert_int_equal(count_files(served->dir),
                     before + 2); /* the keeper's lock, and what was pending */
}

/* A killed session leaves exactly one envelope, whether it had stored its own or not. */
static void test_killed_sessions_lose_nothing(void **state)
{
    struct served *served = *state;
    struct promises promises = {0};
    unsigned came = 0;
    char text[32];

    take_seed();
    served_start(served, 0);
    for (int i = 0; i < kills; i++) {
        bool stored;
        pid_t session = 0;

        served_wait(served, "Choose a language");
        stored = visit_in_part(served, i, text, &came);
        while (session == 0)
            session = pty_grandchild(served->pty);
        kill(session, SIGKILL);
        while (pty_grandchild(served->pty) == session)
            pty_watch(served->pty, "nothing", 1);
        remember(&promises, stored, text);
    }
    served_leave(served);
    assert_int_equal(served_end(served), 0);
    assert_kept(served, &promises);
    assert_int_equal(served_check(served), came + 2);
}

#define KEEPER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEEPER_TEST(test_each_end_of_a_session_is_one_envelope),
        KEEPER_TEST(test_nobody_is_no_envelope),
        KEEPER_TEST(test_hang_up),
        KEEPER_TEST(test_keeper_holds_no_terminal),
        KEEPER_TEST(test_clock_set_back),
        KEEPER_TEST(test_news_reach_a_waiting_session),
        KEEPER_TEST(test_removed_outbox_promises_nothing),
        KEEPER_TEST(test_older_outbox_promises_nothing),
        KEEPER_TEST(test_copied_folder_promises_nothing),
        KEEPER_TEST(test_waiting_keeper_notices_a_removed_outbox),
        KEEPER_TEST(test_a_fault_is_out_of_order),
        KEEPER_TEST(test_a_fault_once),
        KEEPER_TEST(test_a_missing_file_that_was_named),
        KEEPER_TEST(test_options_count_more_than_the_file),
        KEEPER_TEST(test_wrong_options_are_wrong_usage),
        KEEPER_TEST(test_disk_does_not_tell_filing_from_reading),
        KEEPER_TEST(test_times_of_files_do_not_tell),
        KEEPER_TEST(test_power_cut_in_a_visit),
        KEEPER_TEST(test_killed_keepers_lose_nothing),
        KEEPER_TEST(test_killed_sessions_lose_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
