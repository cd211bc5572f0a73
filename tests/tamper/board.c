/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is done to a board on its way: its segments, and other heads in its place. */
#include "tests/tamper/cases.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/tamper/insist.h"

/* The path on the stick of the segment of this kind that a board added. */
static void segment_path(const struct tamper *t, uint32_t number, const char *kind,
                         char path[FOLDER_PATH])
{
    char start[32];
    DIR *stick = opendir(t->stick);
    assert_non_null(stick);
    path[0] = '\0';
    snprintf(start, sizeof start, "sandyq-%u-", number);
    for (const struct dirent *entry = readdir(stick); entry != NULL; entry = readdir(stick))
        if (strncmp(entry->d_name, start, strlen(start)) == 0 &&
            strstr(entry->d_name, kind) != NULL)
            snprintf(path, FOLDER_PATH, "%s", folder_path(t->stick, entry->d_name));
    closedir(stick);
    assert_true(path[0] != '\0');
}

/* Two boards are published, and the first one is at kiosk A. Returns the number of the second. */
static uint32_t one_at_the_kiosk(struct tamper *t)
{
    tamper_write_some(t, A, 1);
    tamper_round(t);
    tamper_write_some(t, A, 1);
    tamper_bring(t, A);
    return tamper_publish(t);
}

/* Whatever is wrong with a segment: the board before stays, whole, and letters go out. */
static void insist_not_installed(struct tamper *t, uint32_t number)
{
    tamper_write_some(t, A, 1);
    assert_int_equal(tamper_exchange(t, A), ERROR_BOARD_PART);
    assert_int_equal(t->report.board, ERROR_BOARD_PART);
    assert_int_equal(t->report.bundle, ERROR_NONE);
    assert_int_equal(tamper_board(t, A), number - 1);
    tamper_publish(t); /* brings the stick what was published, too */
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    assert_int_equal(tamper_board(t, A), number + 1);
}

static void segment_taken_away(struct tamper *t)
{
    char path[FOLDER_PATH];
    const uint32_t number = one_at_the_kiosk(t);
    segment_path(t, number, ".answers", path);
    assert_int_equal(remove(path), 0);
    insist_not_installed(t, number);
}

static void segment_of_another_kind(struct tamper *t)
{
    char arrivals[FOLDER_PATH], answers[FOLDER_PATH];
    const uint32_t number = one_at_the_kiosk(t);
    segment_path(t, number, ".arrivals", arrivals);
    segment_path(t, number, ".answers", answers);
    folder_copy(answers, arrivals);
    insist_not_installed(t, number);
}

static void segment_twice(struct tamper *t)
{
    char before[FOLDER_PATH], path[FOLDER_PATH];
    const uint32_t number = one_at_the_kiosk(t);
    segment_path(t, number - 1, ".answers", before);
    segment_path(t, number, ".answers", path);
    folder_copy(before, path);
    insist_not_installed(t, number);
}

/* A stick that was not carried in time is no attack. */
static void head_skipped(struct tamper *t)
{
    const uint32_t number = one_at_the_kiosk(t);
    tamper_publish(t);
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    assert_int_equal(tamper_board(t, A), number + 1);
    tamper_bring(t, A);
    insist_well(t, A);
}

/* Somebody at the office, with its key, has made two boards of one number: for two places. */
static void head_forked(struct tamper *t)
{
    struct head_mark mark = {.seq = 1, .day = FAKE_DESK_DAY};
    const uint32_t number = one_at_the_kiosk(t);
    memcpy(mark.kiosk, t->kiosks[A].id, sizeof mark.kiosk);
    assert_int_equal(tamper_exchange(t, A), ERROR_NONE);
    tamper_put_mark(t, number, &mark);
    (void)tamper_exchange(t, A);
    assert_int_equal(tamper_board(t, A), number);
    tamper_remove(t->stick, NAMES_BOARD);
    tamper_bring(t, A);
    insist_says(t, A, "BOARDS THAT DO NOT FIT");
    insist_says_not(t, B, "BOARDS THAT DO NOT FIT");
}

/* Another board of the office's key comes in the place of the next one. */
static void head_that_follows_another(struct tamper *t)
{
    struct head_mark mark = {.seq = 1, .day = FAKE_DESK_DAY};
    const uint32_t number = one_at_the_kiosk(t);
    memcpy(mark.kiosk, t->kiosks[A].id, sizeof mark.kiosk);
    tamper_put_mark(t, number, &mark);
    (void)tamper_exchange(t, A);
    tamper_remove(t->stick, NAMES_BOARD);
    tamper_bring(t, A);
    insist_says(t, A, "BOARDS THAT DO NOT FIT");
}

struct tamper_case board_cases[] = {
    {"segment taken away", segment_taken_away},
    {"segment of another kind", segment_of_another_kind},
    {"segment twice", segment_twice},
    {"head skipped", head_skipped, .calm = true},
    {"two heads of one number", head_forked},
    {"head that follows another", head_that_follows_another},
    {NULL},
};
