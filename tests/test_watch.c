/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a keeper that waits for a visitor notices. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "device/state.h"
#include "kiosk/watch.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"

static char *dir;
static struct watch watch;

/* Which watch that is added finds no room, from 1; 0: none. */
static unsigned refused;

int __real_inotify_add_watch(int fd, const char *path, uint32_t mask);
int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask);
int __wrap_inotify_add_watch(int fd, const char *path, uint32_t mask)
{
    if (refused > 0 && --refused == 0) {
        errno = ENOSPC;
        return -1;
    }
    return __real_inotify_add_watch(fd, path, mask);
}

static int setup(void **state)
{
    dir = folder_make();
    return mkdir(folder_path(dir, STATE_BOARD), 0700);
}

static int teardown(void **state)
{
    watch_close(&watch);
    folder_remove(&dir);
    return 0;
}

/* Puts a file into the state folder, or with a slash beneath it, as the courier does. */
static void put(const char *name)
{
    char temporary[FOLDER_PATH];
    snprintf(temporary, sizeof temporary, "%s", folder_path(dir, STATE_BOARD "/.sandyq-new"));
    folder_write(temporary, "x", 1);
    assert_int_equal(rename(temporary, folder_path(dir, name)), 0);
}

static void new_files_are_news_and_of_the_board_its_head(void **state)
{
    assert_true(watch_open(dir, &watch));
    assert_false(watch_came(&watch));
    put("charter");
    assert_true(watch_came(&watch));
    assert_false(watch_came(&watch));
    put(STATE_BOARD "/sandyq-1-00000000.answers");
    assert_false(watch_came(&watch));
    put(STATE_BOARD "/" NAMES_BOARD);
    assert_true(watch_came(&watch));
}

/* A keeper that is deaf would leave people with the board of its start. */
static void deaf_watch_is_refused(void **state)
{
    for (unsigned n = 1; n <= 2; n++) {
        refused = n;
        assert_false(watch_open(dir, &watch));
        assert_int_equal(errno, ENOSPC);
        assert_int_equal(watch.fd, -1);
    }
    assert_true(watch_open(dir, &watch));
}

/* Then none can come; all else is noticed, also that too much came at once. */
static void folder_without_a_board_is_watched(void **state)
{
    assert_int_equal(rmdir(folder_path(dir, STATE_BOARD)), 0);
    assert_true(watch_open(dir, &watch));
    folder_write(folder_path(dir, "card.new"), "x", 1);
    assert_int_equal(rename(folder_path(dir, "card.new"), folder_path(dir, "card")), 0);
    assert_true(watch_came(&watch));
}

#define WATCH_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WATCH_TEST(new_files_are_news_and_of_the_board_its_head),
        WATCH_TEST(deaf_watch_is_refused),
        WATCH_TEST(folder_without_a_board_is_watched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
