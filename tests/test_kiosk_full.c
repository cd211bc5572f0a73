/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk whose disk is full, or may not grow its files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"
#include "device/pending.h"
#include "device/state.h"
#include "store/outbox.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/kiosk_test.h"

static void fill_disk(const char *dir)
{
    static char zeros[4096];
    FILE *file = NULL;

    const char *path = folder_path(dir, "filler");
    file = fopen(path, "wb");
    assert_non_null(file);
    setvbuf(file, NULL, _IONBF, 0);
    while (fwrite(zeros, 1, sizeof zeros, file) == sizeof zeros)
        continue;
    fclose(file);
}

/* A log that may not grow is a full disk for everyone, root or not. What a person files then is
   stored where there was room for it from the beginning; nobody else is taken before it is in
   the chain. */
static void test_file_limit(void **state)
{
    struct kiosk_process *kiosk = *state;
    const char *argv[] = {
        "sh",       "-c", "trap '' XFSZ; exec \"$0\" --state \"$1\"", kiosk_program("sandyq-kiosk"),
        kiosk->dir, NULL};
    struct rlimit limit, before;

    kiosk_folder_fill(kiosk->dir, 3); /* the file is longer than the limit already */
    kiosk->pty = pty_start(ROWS, COLS, argv, NULL);
    assert_non_null(kiosk->pty);
    kiosk_begin(kiosk);
    assert_int_equal(prlimit(pty_process(kiosk->pty), RLIMIT_FSIZE, NULL, &before), 0);
    limit = (struct rlimit){PENDING_LEN, before.rlim_max};
    assert_int_equal(prlimit(pty_process(kiosk->pty), RLIMIT_FSIZE, &limit, NULL), 0);
    kiosk_go(kiosk, "Not safe\r", "Is this right?");
    kiosk_send(kiosk, KIOSK_STORED);
    kiosk_go(kiosk, "0", "Wipe the number and leave?");
    kiosk_go(kiosk, "\r", "Goodbye");
    /* This record stays in the log, for the file does not grow; there is no room for a second. */
    kiosk_go(kiosk, " ", "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    kiosk_go(kiosk, "7", "Goodbye");
    kiosk_go(kiosk, " ", "This terminal is out of order.");
    assert_int_equal(kiosk_check(kiosk), 5);
    assert_int_equal(prlimit(pty_process(kiosk->pty), RLIMIT_FSIZE, &before, NULL), 0);
    kiosk_card(kiosk, 2, day_today() + 5); /* news: it looks again */
    kiosk_wait(kiosk, "Choose a language");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 6);
}

static void test_full_disk(void **state)
{
    struct kiosk_process *kiosk = *state;
    char *old = kiosk->dir;
    char *disk = NULL;
    char command[3 * FOLDER_PATH];

    if (geteuid() != 0)
        skip();
    disk = folder_make();
    if (mount("sandyq-test", disk, "tmpfs", 0, "size=2m,mode=0700") != 0) {
        folder_remove(&disk);
        skip();
    }
    snprintf(command, sizeof command, "cp -a '%s/.' '%s'", kiosk->dir, disk);
    assert_int_equal(system(command), 0);
    kiosk->dir = disk;
    const char *filler = folder_path(disk, "filler");

    kiosk_start(kiosk, 1);
    kiosk_begin(kiosk);
    fill_disk(disk);
    kiosk_go(kiosk, "Not safe\r", "Is this right?");
    kiosk_send(kiosk, KIOSK_STORED);
    assert_int_equal(kiosk_end(kiosk), 0); /* the log had room for one more */
    assert_serve_refused(kiosk, "There is no space left");
    assert_int_equal(unlink(filler), 0);
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 3);
    if (mount(NULL, disk, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0) {
        assert_serve_refused(kiosk, "cannot be written");
        assert_int_equal(mount(NULL, disk, NULL, MS_REMOUNT, NULL), 0);
    }
    assert_int_equal(kiosk_check(kiosk), 3);
    kiosk->dir = old;
    assert_int_equal(umount(disk), 0);
    folder_remove(&disk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_file_limit),
        KIOSK_TEST(test_full_disk),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
