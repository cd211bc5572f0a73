/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the keeper leaves on disk does not tell filing from reading. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/wire.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/keeper_test.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/kiosk_test.h"

static const char *const files[] = {
    "kiosk.key",     "enroll.request", "card", "charter",      "board/sandyq.board", "outbox.db",
    "outbox.db-wal", "outbox.db-shm",  "lock", "courier.lock", "outbox.db-journal",  "pending"};

enum { FILES = sizeof files / sizeof files[0] };

struct snapshot {
    off_t size[FILES]; /* -1: not there */
    uint64_t sum[FILES];
};

static void snap(const char *dir, struct snapshot *snapshot)
{
    for (size_t i = 0; i < FILES; i++) {
        char path[FOLDER_PATH];
        struct stat st;
        size_t len = 0;
        uint8_t *data = NULL;

        snprintf(path, sizeof path, "%s/%s", dir, files[i]);
        snapshot->size[i] = stat(path, &st) == 0 ? st.st_size : -1;
        snapshot->sum[i] = 0;
        if (snapshot->size[i] < 0)
            continue;
        data = folder_read(folder_path(dir, files[i]), &len);
        for (size_t at = 0; at < len; at++)
            snapshot->sum[i] = snapshot->sum[i] * 1099511628211U + data[at];
        free(data);
    }
}

/* Plays a visit from the same beginnings; takes snapshots while the visitor still stands there and
   after. */
static void play(struct kiosk_process *kiosk, bool filing, struct snapshot *during,
                 struct snapshot *after)
{
    kiosk_start(kiosk, 1);
    if (filing) {
        kiosk_file(kiosk, "They took my letters");
        kiosk_go(kiosk, "0", "Wipe the number and leave?");
        kiosk_go(kiosk, "\r", "Goodbye");
    } else {
        kiosk_wait(kiosk, "Choose a language");
        kiosk_go(kiosk, "3", "What do you want to do?");
        kiosk_go(kiosk, "2", "Your number");
        kiosk_go(kiosk, "987654321098765432109822\r", "Your PIN");
        kiosk_go(kiosk, "\r", "There is nothing to read yet");
        kiosk_go(kiosk, "\r", "What do you want to do?");
        kiosk_go(kiosk, "7", "Goodbye");
    }
    snap(kiosk->dir, during);
    pty_type(kiosk->pty, " ");
    assert_int_equal(pty_wait_exit(kiosk->pty, KIOSK_SECONDS), 0);
    snap(kiosk->dir, after);
    assert_int_equal(kiosk_check(kiosk), 2);
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
    struct kiosk_process *kiosk = *state;
    struct snapshot before, during[2], after[2];
    char *kept = kiosk->dir;
    char *copy = folder_make();
    char command[3 * FOLDER_PATH];

    snprintf(command, sizeof command, "cp -a '%s/.' '%s'", kiosk->dir, copy);
    assert_int_equal(system(command), 0);
    snap(kiosk->dir, &before);
    play(kiosk, true, &during[0], &after[0]);
    kiosk->dir = copy;
    play(kiosk, false, &during[1], &after[1]);
    assert_alike(&before, &during[0], &during[1]);
    assert_alike(&before, &after[0], &after[1]);
    assert_int_equal(keeper_test_files(copy), keeper_test_files(kept));
    kiosk->dir = kept;
    folder_remove(&copy);
}

/* When the files of the outbox were written last, as far as a folder tells. */
static struct timespec written(const struct kiosk_process *kiosk, const char *name)
{
    char path[FOLDER_PATH];
    struct stat st;

    snprintf(path, sizeof path, "%s/%s", kiosk->dir, name);
    assert_int_equal(stat(path, &st), 0);
    return st.st_mtim;
}

static bool is_later(struct timespec one, struct timespec other)
{
    return one.tv_sec > other.tv_sec || (one.tv_sec == other.tv_sec && one.tv_nsec > other.tv_nsec);
}

/* From now on. */
static void wait_for_write(const struct kiosk_process *kiosk, const char *name)
{
    char path[FOLDER_PATH];
    struct pollfd watch = {.fd = inotify_init1(IN_CLOEXEC), .events = POLLIN};

    snprintf(path, sizeof path, "%s/%s", kiosk->dir, name);
    assert_true(inotify_add_watch(watch.fd, path, IN_MODIFY) >= 0);
    if (poll(&watch, 1, KIOSK_SECONDS * 1000) != 1)
        fail_msg("%s is not written", name);
    close(watch.fd);
}

/* The visit's record is written again and again until its end, and put into the outbox only
   then. So the files tell that end and nothing of when something was sent. */
static void test_times_of_files_do_not_tell(void **state)
{
    struct kiosk_process *kiosk = *state;
    struct timespec receipt, before, stored;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    before = written(kiosk, "outbox.db-wal");
    kiosk_file(kiosk, "I am not safe");
    clock_gettime(CLOCK_REALTIME_COARSE, &receipt);
    stored = written(kiosk, "outbox.db-wal");
    assert_memory_equal(&stored, &before, sizeof stored);
    wait_for_write(kiosk, "pending");
    kiosk_go(kiosk, "0", "Wipe the number");
    pty_rest(kiosk->pty);
    kiosk_go(kiosk, "\r", "Goodbye");
    kiosk_go(kiosk, " ", "Choose a language");
    assert_true(is_later(written(kiosk, "outbox.db-wal"), receipt));
    assert_true(is_later(written(kiosk, "pending"), receipt));
    kiosk_end(kiosk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_disk_does_not_tell_filing_from_reading),
        KIOSK_TEST(test_times_of_files_do_not_tell),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
