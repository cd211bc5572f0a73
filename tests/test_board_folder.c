/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board in a folder: whole or refused, and what it cost is given back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "protocol/board_folder.h"
#include "protocol/names.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"

enum { SEGMENTS = 5, ENTRIES = 16, UNKNOWN = 2 /* the place of a kind that nobody knows */ };

static struct fake_office office;
static struct head_segment named[SEGMENTS];
static uint8_t *files[SEGMENTS];
static size_t lens[SEGMENTS];
static char names[SEGMENTS][NAMES_LEN];
static uint8_t *head_file;
static size_t head_len;
static char *folder;
static int dir;

/* --- the scene --- */

static void make_segment(uint32_t i, uint32_t number, uint32_t kind)
{
    static uint8_t entries[ENTRIES][SEGMENT_ANSWER_LEN];
    struct segment segment = {
        .kind = kind, .number = number, .day = FAKE_OFFICE_DAY, .charter = 1, .count = ENTRIES};
    memcpy(segment.office, office.charter.office, sizeof segment.office);
    random_bytes(entries, sizeof entries);
    assert_int_equal(segment_encode(&segment, entries[0], &files[i], &lens[i]), ERROR_NONE);
    const struct hash_part part = {files[i], lens[i]};
    named[i] = (struct head_segment){.number = number, .kind = kind, .count = ENTRIES};
    assert_int_equal(hash_sha256(named[i].hash, &part, 1), 0);
    assert_true(names_segment(&named[i], names[i]));
}

static void make_head(void)
{
    struct head head = {
        .charter = 1, .number = 2, .day = FAKE_OFFICE_DAY, .segment_count = SEGMENTS};
    const struct head_lists lists = {.segments = named};
    memcpy(head.office, office.charter.office, sizeof head.office);
    assert_int_equal(head_encode(&head, &lists, office.board_seed, &head_file, &head_len),
                     ERROR_NONE);
}

static int setup(void **state)
{
    fake_office_open(&office);
    make_segment(0, 1, SEGMENT_ARRIVALS);
    make_segment(1, 1, SEGMENT_ANSWERS);
    named[UNKNOWN] = (struct head_segment){.number = 1, .kind = 3, .count = 7};
    make_segment(3, 2, SEGMENT_ARRIVALS);
    make_segment(4, 2, SEGMENT_ANSWERS);
    make_head();
    return 0;
}

static int teardown(void **state)
{
    for (size_t i = 0; i < SEGMENTS; i++)
        free(files[i]);
    free(head_file);
    fake_office_close(&office);
    return 0;
}

static int lay_out(void **state)
{
    folder = folder_make();
    folder_write(folder_path(folder, NAMES_BOARD), head_file, head_len);
    for (size_t i = 0; i < SEGMENTS; i++)
        if (i != UNKNOWN)
            folder_write(folder_path(folder, names[i]), files[i], lens[i]);
    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return dir < 0;
}

static int clear(void **state)
{
    close(dir);
    folder_remove(&folder);
    return 0;
}

static unsigned descriptors(void)
{
    unsigned n = 0;
    DIR *open_ones = opendir("/proc/self/fd");
    assert_non_null(open_ones);
    while (readdir(open_ones) != NULL)
        n++;
    closedir(open_ones);
    return n;
}

static enum error open_ours(struct board_folder *board)
{
    return board_folder_open(dir, office.charter.board, office.charter.office, board);
}

/* Both openings end in this way, and leave neither memory nor descriptor. */
static void assert_opens(enum error expected)
{
    static const struct board_folder none;
    struct board_folder board;
    const unsigned files_before = descriptors();
    memset(&board, 0xff, sizeof board);
    assert_int_equal(board_folder_check(dir, office.charter.board, office.charter.office, &board),
                     expected);
    if (expected != ERROR_NONE)
        assert_memory_equal(&board, &none, sizeof none);
    board_folder_close(&board);
    assert_memory_equal(&board, &none, sizeof none);
    assert_int_equal(open_ours(&board), expected);
    if (expected != ERROR_NONE)
        assert_memory_equal(&board, &none, sizeof none);
    board_folder_close(&board);
    board_folder_close(&board); /* once more is nothing */
    assert_int_equal(descriptors(), files_before);
}

/* --- what is whole --- */

static void assert_is_ours(const struct board_folder *board)
{
    static const size_t known[] = {0, 1, 3, 4};
    assert_int_equal(board->head.segment_count, SEGMENTS);
    assert_int_equal(board->segment_count, 4);
    assert_memory_equal(board->head_bytes, head_file, head_len);
    for (size_t i = 0; i < 4; i++) {
        const struct segment *segment = &board->segments[i];
        const struct head_segment said = head_segment(&board->head, (uint32_t)known[i]);
        assert_memory_equal(said.hash, named[known[i]].hash, sizeof said.hash);
        assert_int_equal(segment->number, named[known[i]].number);
        assert_int_equal(segment->kind, named[known[i]].kind);
        assert_memory_equal(segment->tags, files[known[i]] + SEGMENT_HEADER_LEN,
                            lens[known[i]] - SEGMENT_HEADER_LEN);
    }
}

static void a_whole_board_opens(void **state)
{
    struct board_folder board;
    assert_int_equal(board_folder_check(dir, office.charter.board, office.charter.office, &board),
                     ERROR_NONE);
    assert_int_equal(board.head.segment_count, SEGMENTS);
    assert_int_equal(board.segment_count, 0);
    board_folder_close(&board);
    assert_int_equal(open_ours(&board), ERROR_NONE);
    assert_is_ours(&board);
    board_folder_close(&board);
    assert_opens(ERROR_NONE);
}

static void whose_board_it_is_is_asked(void **state)
{
    struct board_folder board;
    struct fake_office other;
    fake_office_open(&other);
    assert_int_equal(board_folder_check(dir, other.charter.board, office.charter.office, &board),
                     ERROR_FORGED);
    assert_int_equal(board_folder_check(dir, other.charter.board, other.charter.office, &board),
                     ERROR_OFFICE);
    assert_int_equal(board_folder_open(dir, other.charter.board, office.charter.office, &board),
                     ERROR_FORGED);
    assert_int_equal(board_folder_open(dir, other.charter.board, other.charter.office, &board),
                     ERROR_OFFICE);
    fake_office_close(&other);
}

/* --- what is not --- */

static void no_head_is_no_board(void **state)
{
    const char *path = folder_path(folder, NAMES_BOARD);
    unlink(path);
    assert_opens(ERROR_MISSING);
    folder_write(path, "", 0);
    assert_opens(ERROR_TRUNCATED);
    folder_write(path, head_file, head_len - 1);
    assert_opens(ERROR_TRUNCATED);
    assert_int_equal(truncate(path, (off_t)HEAD_MAX + 1), 0);
    assert_opens(ERROR_LARGE);
    unlink(path);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_opens(ERROR_SPECIAL);
}

/* Each of them, in each way in which a file can be lost or damaged. */
static void a_board_without_a_segment_is_refused(void **state)
{
    for (size_t i = 0; i < SEGMENTS; i++) {
        if (i == UNKNOWN)
            continue;
        const char *path = folder_path(folder, names[i]);
        unlink(path);
        assert_opens(ERROR_BOARD_PART);
        folder_write(path, "", 0);
        assert_opens(ERROR_BOARD_PART);
        folder_write(path, files[i], lens[i] - 1);
        assert_opens(ERROR_BOARD_PART);
        assert_int_equal(truncate(path, (off_t)SEGMENT_MAX + 1), 0);
        assert_opens(ERROR_BOARD_PART);
        unlink(path);
        assert_int_equal(symlink("/dev/zero", path), 0);
        assert_opens(ERROR_BOARD_PART);
        unlink(path);
        folder_write(path, files[i], lens[i]);
        assert_opens(ERROR_NONE);
    }
}

/* A segment in the place of another, whole as it is, and a byte of a body. */
static void another_segment_is_refused(void **state)
{
    folder_write(folder_path(folder, names[3]), files[0], lens[0]);
    assert_opens(ERROR_BOARD_PART);
    folder_write(folder_path(folder, names[3]), files[3], lens[3]);
    folder_flip(folder_path(folder, names[4]), lens[4] - 1);
    assert_opens(ERROR_BOARD_PART);
}

/* What says of itself another thing than the head says of it, though the hash fits. */
static void what_the_head_says_is_compared(void **state)
{
    struct head_segment said = named[4];
    struct segment segment;
    uint8_t other[CHARTER_OFFICE_LEN];
    const uint8_t *us = office.charter.office;
    memcpy(other, us, sizeof other);
    other[31] ^= 1;
    assert_int_equal(board_folder_fits(files[4], lens[4], us, &said, &segment), ERROR_NONE);
    assert_int_equal(segment.number, 2);
    assert_int_equal(board_folder_fits(files[4], lens[4], us, &said, NULL), ERROR_NONE);
    assert_int_equal(board_folder_fits(files[4], lens[4], other, &said, NULL), ERROR_BOARD_PART);
    said.number--;
    assert_int_equal(board_folder_fits(files[4], lens[4], us, &said, NULL), ERROR_BOARD_PART);
    said = named[4];
    said.count++;
    assert_int_equal(board_folder_fits(files[4], lens[4], us, &said, NULL), ERROR_BOARD_PART);
    said = named[4];
    said.kind = SEGMENT_ARRIVALS;
    assert_int_equal(board_folder_fits(files[4], lens[4], us, &said, NULL), ERROR_BOARD_PART);
    said = named[4];
    said.hash[31] ^= 1;
    assert_int_equal(board_folder_fits(files[4], lens[4], us, &said, NULL), ERROR_BOARD_PART);
}

static void one_segment_is_asked_about(void **state)
{
    const uint8_t *us = office.charter.office;
    const unsigned before = descriptors();
    assert_int_equal(board_folder_has(dir, us, &named[1]), ERROR_NONE);
    folder_flip(folder_path(folder, names[1]), 96 + 16);
    assert_int_equal(board_folder_has(dir, us, &named[1]), ERROR_BOARD_PART);
    unlink(folder_path(folder, names[1]));
    assert_int_equal(board_folder_has(dir, us, &named[1]), ERROR_BOARD_PART);
    assert_int_equal(board_folder_has(dir, us, &named[UNKNOWN]), ERROR_BOARD_PART);
    assert_int_equal(descriptors(), before);
}

/* A machine that lacks something is not a board that lacks something. */
static void a_lack_of_descriptors_is_no_missing_segment(void **state)
{
    struct board_folder board;
    struct rlimit was, none;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    none = was;
    none.rlim_cur = (rlim_t)dir + 1;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
    const enum error opened = open_ours(&board);
    const enum error has = board_folder_has(dir, office.charter.office, &named[0]);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
    assert_int_equal(opened, ERROR_DESCRIPTORS);
    assert_int_equal(has, ERROR_DESCRIPTORS);
}

/* A session waits for its visitor, and meanwhile somebody writes into the files, cuts them, puts
   another segment of the office in the place of one, or removes them. */
static void what_is_written_later_changes_nothing(void **state)
{
    struct board_folder board;
    assert_int_equal(open_ours(&board), ERROR_NONE);
    for (size_t i = 0; i < SEGMENTS; i++)
        if (i != UNKNOWN)
            folder_flip(folder_path(folder, names[i]), SEGMENT_HEADER_LEN);
    for (size_t at = 0; at < head_len; at++)
        folder_flip(folder_path(folder, NAMES_BOARD), at);
    assert_is_ours(&board);
    folder_write(folder_path(folder, names[0]), files[3], lens[3]);
    folder_write(folder_path(folder, names[1]), files[4], lens[4]);
    assert_int_equal(truncate(folder_path(folder, names[3]), SEGMENT_HEADER_LEN), 0);
    assert_int_equal(unlink(folder_path(folder, names[4])), 0);
    assert_int_equal(truncate(folder_path(folder, NAMES_BOARD), 0), 0);
    assert_is_ours(&board);
    board_folder_close(&board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_whole_board_opens, lay_out, clear),
        cmocka_unit_test_setup_teardown(what_is_written_later_changes_nothing, lay_out, clear),
        cmocka_unit_test_setup_teardown(whose_board_it_is_is_asked, lay_out, clear),
        cmocka_unit_test_setup_teardown(no_head_is_no_board, lay_out, clear),
        cmocka_unit_test_setup_teardown(a_board_without_a_segment_is_refused, lay_out, clear),
        cmocka_unit_test_setup_teardown(another_segment_is_refused, lay_out, clear),
        cmocka_unit_test(what_the_head_says_is_compared),
        cmocka_unit_test_setup_teardown(one_segment_is_asked_about, lay_out, clear),
        cmocka_unit_test_setup_teardown(a_lack_of_descriptors_is_no_missing_segment, lay_out,
                                        clear),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
