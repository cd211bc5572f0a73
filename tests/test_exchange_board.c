/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board comes in whole or not at all, and only those of its segments that the kiosk lacks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "courier/medium_folder.h"
#include "crypto/hash.h"
#include "protocol/names.h"
#include "protocol/segment.h"
#include "sandbox/sandbox.h"
#include "tests/lib/exchange_test.h"
#include "tests/lib/folder.h"
#include "tests/lib/full_disk.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/process.h"

static uint32_t board_held(void)
{
    struct state *kiosk = NULL;
    assert_int_equal(state_open(exchange_dir, &kiosk), ERROR_NONE);
    const uint32_t number = kiosk->board_number;
    state_close(&kiosk);
    return number;
}

/* The path on the medium of the segment of this kind that board `number` added. */
static const char *segment_path(uint32_t number, enum segment_kind kind)
{
    char name[NAMES_LEN];
    for (uint32_t i = 0; i < exchange_office.segment_count; i++) {
        const struct head_segment *named = &exchange_office.segments[i].named;
        if (named->number == number && named->kind == kind && names_segment(named, name))
            return folder_path(exchange_media, name);
    }
    fail();
    return NULL;
}

/* --- which ones are read --- */

/* A medium that notes which segments were read of it. */
static struct medium real;
static unsigned segments_read;

static enum error read_and_count(void *context, const char *name, size_t max, uint8_t **data,
                                 size_t *len)
{
    segments_read += strncmp(name, "sandyq-", 7) == 0;
    return real.calls->read(context, name, max, data, len);
}

static unsigned run_and_count(enum error expected)
{
    assert_int_equal(medium_folder_open(exchange_media, &real), ERROR_NONE);
    struct medium_calls calls = *real.calls;
    calls.read = read_and_count;
    const struct medium counting = {&calls, real.context};
    segments_read = 0;
    assert_int_equal(exchange_over(exchange_dir, &counting, FAKE_OFFICE_DAY, &exchange_told),
                     expected);
    medium_close(&real);
    return segments_read;
}

static void only_what_is_lacked_is_copied(void **state)
{
    exchange_put_board(1, NULL);
    assert_int_equal(run_and_count(ERROR_NONE), 2);
    exchange_put_board(2, NULL);
    assert_int_equal(run_and_count(ERROR_NONE), 2);
    assert_int_equal(run_and_count(ERROR_NONE), 0);
    exchange_put_board(3, NULL);
    exchange_put_board(4, NULL);
    assert_int_equal(run_and_count(ERROR_NONE), 4);
    assert_int_equal(board_held(), 4);
    exchange_put_board(3, NULL); /* an older one is not read at all */
    assert_int_equal(run_and_count(ERROR_OLDER), 0);
}

/* Both folders become this user's, and so does whoever runs the test, who is root. */
static void become(uid_t who)
{
    char hand[3 * FOLDER_PATH];
    assert_int_equal(seteuid(0), 0);
    snprintf(hand, sizeof hand, "chown -R %u %s %s", (unsigned)who, exchange_dir, exchange_media);
    assert_int_equal(system(hand), 0);
    assert_int_equal(seteuid(who), 0);
}

/* Root between two visits puts a file there that only root reads: that keeps no board away. */
static void a_segment_that_may_not_be_read_is_lacked(void **state)
{
    const bool root = geteuid() == 0;
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    exchange_put_board(2, NULL);
    const char *name = strrchr(segment_path(2, SEGMENT_ANSWERS), '/') + 1;
    char path[2 * FOLDER_PATH];
    snprintf(path, sizeof path, "%s/board/%s", exchange_dir, name);
    folder_write(path, "", 0);
    assert_int_equal(chmod(path, 0), 0);
    if (root)
        become(65534);
    const int error = exchange_test_run();
    const uint32_t held = board_held();
    if (root)
        become(0);
    assert_int_equal(error, ERROR_NONE);
    assert_int_equal(held, 2);
}

/* By its hash: whoever has the board's key can make two of one number. */
static void a_bundle_names_the_head_that_is_held(void **state)
{
    uint8_t hash[HASH_LEN], *data = NULL;
    size_t len = 0;
    kiosk_folder_fill(exchange_dir, 1);
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    uint8_t *head = folder_read(folder_path(exchange_media, NAMES_BOARD), &len);
    const struct hash_part part = {head, len};
    assert_int_equal(hash_sha256(hash, &part, 1), 0);
    free(head);
    for (int i = 0; i < 2; i++) { /* when it was just installed, and read from the disk */
        const struct bundle bundle = exchange_get_bundle(1, &data);
        assert_int_equal(bundle.board.number, 1);
        assert_memory_equal(bundle.board.hash, hash, sizeof hash);
        free(data);
        assert_int_equal(exchange_test_run(), ERROR_NONE);
    }
}

/* What lies damaged on the kiosk's disk comes again with the very board that is held. */
static void damaged_segment_is_mended(void **state)
{
    exchange_put_board(1, NULL);
    assert_int_equal(run_and_count(ERROR_NONE), 2);
    const char *on_disk = folder_path(folder_path(exchange_dir, STATE_BOARD),
                                      strrchr(segment_path(1, SEGMENT_ANSWERS), '/') + 1);
    folder_flip(on_disk, 5000);
    assert_int_equal(board_held(), 0);
    assert_int_equal(run_and_count(ERROR_NONE), 1);
    assert_int_equal(board_held(), 1);
}

/* --- what is not right on the medium --- */

static void remove_it(const char *path)
{
    assert_int_equal(unlink(path), 0);
}

static void damage_it(const char *path)
{
    folder_flip(path, (size_t)folder_size(path) - 1);
}

static void cut_it(const char *path)
{
    assert_int_equal(truncate(path, folder_size(path) - 1), 0);
}

static void lengthen_it(const char *path)
{
    assert_int_equal(truncate(path, folder_size(path) + 1), 0);
}

static void empty_it(const char *path)
{
    assert_int_equal(truncate(path, 0), 0);
}

/* In its place lies the one of the board before, or the one of the other kind. */
static void swap_it(const char *path)
{
    const bool answers = strstr(path, NAMES_ANSWERS) != NULL;
    folder_copy(segment_path(1, answers ? SEGMENT_ANSWERS : SEGMENT_ARRIVALS), path);
}

static void double_it(const char *path)
{
    const bool answers = strstr(path, NAMES_ANSWERS) != NULL;
    folder_copy(segment_path(2, answers ? SEGMENT_ARRIVALS : SEGMENT_ANSWERS), path);
}

/* One that is whole, of another office. */
static void replace_it(const char *path)
{
    struct fake_office other;
    char *folder = folder_make();
    const bool answers = strstr(path, NAMES_ANSWERS) != NULL;
    fake_office_open(&other);
    fake_office_board(
        &other, &(struct fake_board){.number = 2, .answer_count = 3, .arrival_count = 3}, folder);
    const struct fake_segment *foreign = &other.segments[answers ? 1 : 0];
    folder_write(path, foreign->bytes, foreign->len);
    fake_office_close(&other);
    folder_remove(&folder);
}

static void wrong_segment_installs_nothing(void **state)
{
    static void (*const wrongs[])(const char *path) = {remove_it, damage_it, cut_it,    lengthen_it,
                                                       empty_it,  swap_it,   double_it, replace_it};
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++)
        for (uint32_t kind = SEGMENT_ARRIVALS; kind <= SEGMENT_ANSWERS; kind++) {
            exchange_put_board(2, NULL);
            wrongs[i](segment_path(2, (enum segment_kind)kind));
            assert_int_equal(exchange_test_run(), ERROR_BOARD_PART);
            assert_int_equal(exchange_told.board, ERROR_BOARD_PART);
            assert_int_equal(exchange_told.bundle, ERROR_NONE);
            assert_int_equal(board_held(), 1);
        }
    exchange_put_board(2, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(board_held(), 2);
}

/* How many parts are missing is said, and those that came are not brought again. */
static void missing_segments_are_counted(void **state)
{
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    exchange_put_board(2, NULL);
    exchange_put_board(3, NULL);
    remove_it(segment_path(2, SEGMENT_ANSWERS));
    damage_it(segment_path(3, SEGMENT_ANSWERS));
    remove_it(segment_path(3, SEGMENT_ARRIVALS));
    assert_int_equal(exchange_test_run(), ERROR_BOARD_PART);
    assert_int_equal(exchange_told.board_missing, 3);
    assert_int_equal(board_held(), 1);
    exchange_put_board(3, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(exchange_told.board_missing, 0);
    assert_int_equal(board_held(), 3);
}

/* --- names as a medium spells them --- */

/* Gives every file of the office on the medium the name that FAT made of it. */
static void spell(bool short_names)
{
    char *all = strdup(folder_names(exchange_media)), *names = all;
    assert_non_null(all);
    for (unsigned n = 1; *names != '\0'; n++) {
        char name[NAMES_LEN], to[NAMES_LEN];
        const size_t len = strcspn(names, " ");
        snprintf(name, sizeof name, "%.*s", (int)len, names);
        names += len + 1;
        if (strncmp(name, "sandyq", 6) != 0)
            continue;
        if (short_names)
            snprintf(to, sizeof to, "SANDYQ~%u%.4s", n, strrchr(name, '.'));
        else
            snprintf(to, sizeof to, "%s", name);
        for (char *at = to; *at != '\0'; at++)
            *at = (char)toupper((unsigned char)*at);
        char from[FOLDER_PATH];
        snprintf(from, sizeof from, "%s", folder_path(exchange_media, name));
        assert_int_equal(rename(from, folder_path(exchange_media, to)), 0);
    }
    free(all);
}

static void names_do_not_matter(void **state)
{
    for (uint32_t number = 1; number <= 2; number++) {
        exchange_put_charter(number);
        exchange_put_board(number, NULL);
        spell(number == 2);
        folder_write(folder_path(exchange_media, "A.BOA"), "a snake", 7);
        assert_int_equal(exchange_test_run(), ERROR_NONE);
        assert_int_equal(exchange_told.charter, ERROR_NONE);
        assert_int_equal(board_held(), number);
        folder_remove(&exchange_media);
        exchange_media = folder_make();
    }
}

/* What an office that lost its journal takes over. */
static void a_medium_without_the_board_gets_a_copy_of_its_head(void **state)
{
    char name[NAMES_LEN];
    uint8_t id[CARD_KIOSK_LEN];
    size_t len = 0, left_len = 0;
    struct state *kiosk = NULL;
    exchange_put_board(1, NULL);
    exchange_put_board(2, NULL);
    assert_int_equal(state_open(exchange_dir, &kiosk), ERROR_NONE);
    memcpy(id, kiosk->kiosk, sizeof id);
    state_close(&kiosk);
    names_head(id, name);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_false(exchange_on_media(name));
    uint8_t *head = folder_read(folder_path(exchange_media, NAMES_BOARD), &len);
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_OLDER);
    uint8_t *left = folder_read(folder_path(exchange_media, name), &left_len);
    assert_int_equal(left_len, len);
    assert_memory_equal(left, head, len);
    assert_int_equal(remove(folder_path(exchange_media, NAMES_BOARD)), 0);
    assert_int_equal(remove(folder_path(exchange_media, name)), 0);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_true(exchange_on_media(name));
    folder_write(folder_path(exchange_media, NAMES_BOARD), head, len);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_false(exchange_on_media(name));
    free(head);
    free(left);
}

/* --- cuts and full disks --- */

/* What the disk has free; 0: what it really has. */
static uint64_t room;

int fstatvfs(int fd, struct statvfs *out)
{
    (void)fd;
    *out = (struct statvfs){.f_bavail = room > 0 ? room : UINT64_C(1) << 40, .f_frsize = 1};
    return 0;
}

/* Nothing of it is brought: the rest of the disk is for letters. */
static void board_without_room_beside_letters_waits(void **state)
{
    const char *board = folder_path(exchange_dir, STATE_BOARD);
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    char *before = strdup(folder_names(board));
    exchange_put_board(2, NULL);
    const uint64_t lacked = 4 * 4096; /* three answers begin a fourth block, and the arrivals */
    room = BUNDLE_MAX + lacked;
    assert_int_equal(run_and_count(ERROR_BOARD_ROOM), 0);
    assert_int_equal(exchange_told.bundle, ERROR_NONE);
    assert_true(exchange_told.board_bytes > lacked && exchange_told.board_bytes < 2 * lacked);
    assert_string_equal(folder_names(folder_path(exchange_dir, STATE_BOARD)), before);
    assert_int_equal(board_held(), 1);
    room = BUNDLE_MAX + exchange_told.board_bytes;
    assert_int_equal(run_and_count(ERROR_NONE), 2);
    assert_int_equal(board_held(), 2);
    room = 0;
    free(before);
}

static void run_apart(void *context)
{
    (void)context;
    exchange_test_run();
}

/* Wherever the exchange is cut, the board before or the new one is there whole, and the same
   exchange brings the new one. */
static void board_is_whole_after_every_cut(void **state)
{
    uint32_t number = 1;
    unsigned stops = 0;
    exchange_put_board(number, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    exchange_put_board(++number, NULL);
    stops = process_cut(run_apart, NULL, UINT_MAX);
    assert_int_equal(board_held(), number);
    for (unsigned cut = 1; cut <= stops; cut++) {
        exchange_put_board(++number, NULL);
        process_cut(run_apart, NULL, cut);
        const uint32_t held = board_held();
        assert_true(held == number || held == number - 1);
        assert_int_equal(exchange_test_run(), ERROR_NONE);
        assert_int_equal(board_held(), number);
    }
}

static void full_disk_keeps_the_board_before(void **state)
{
    exchange_put_board(1, NULL);
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    exchange_put_board(2, NULL);
    full_disk_begin(4096); /* the segment of answers is longer */
    const enum error error = exchange_test_run();
    full_disk_end();
    assert_int_equal(error, ERROR_FULL);
    assert_int_equal(exchange_told.board, ERROR_FULL);
    assert_int_equal(board_held(), 1);
    assert_null(strstr(folder_names(folder_path(exchange_dir, STATE_BOARD)), ".sandyq-"));
    assert_int_equal(exchange_test_run(), ERROR_NONE);
    assert_int_equal(board_held(), 2);
}

/* --- confined --- */

/* The real courier makes no folder and calls little; a kiosk that was just enrolled gets its board
   all the same, and the next board removes what is not named any more. */
static void confined_courier_brings_boards(void **state)
{
    for (uint32_t number = 1; number <= FAKE_OFFICE_BOARDS + 2; number++) {
        int status = 0;
        exchange_put_board(number, NULL);
        const pid_t pid = fork();
        if (pid == 0) {
            if (sandbox_courier(exchange_dir, exchange_media) != 0)
                _exit(99);
            _exit((int)exchange_test_run());
        }
        assert_int_equal(waitpid(pid, &status, 0), pid);
        assert_int_equal(status, 0);
        assert_int_equal(board_held(), number);
    }
    size_t files = 0;
    for (const char *at = folder_names(folder_path(exchange_dir, STATE_BOARD)); *at != '\0'; at++)
        files += *at == ' ';
    assert_int_equal(files, 1 + 2 * (FAKE_OFFICE_BOARDS + 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXCHANGE_TEST(only_what_is_lacked_is_copied),
        EXCHANGE_TEST(a_segment_that_may_not_be_read_is_lacked),
        EXCHANGE_TEST(a_bundle_names_the_head_that_is_held),
        EXCHANGE_TEST(damaged_segment_is_mended),
        EXCHANGE_TEST(wrong_segment_installs_nothing),
        EXCHANGE_TEST(missing_segments_are_counted),
        EXCHANGE_TEST(names_do_not_matter),
        EXCHANGE_TEST(board_without_room_beside_letters_waits),
        EXCHANGE_TEST(a_medium_without_the_board_gets_a_copy_of_its_head),
        EXCHANGE_TEST(board_is_whole_after_every_cut),
        EXCHANGE_TEST(full_disk_keeps_the_board_before),
        EXCHANGE_TEST(confined_courier_brings_boards),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
