/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is whole in a damaged outbox is found, whatever the disk and whoever made the file do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "device/salvage.h"
#include "tests/lib/folder.h"
#include "tests/lib/short_memory.h"

enum { STEP = 32768, RECORDS = 5, FILE_LEN = RECORDS * STEP, PENDING_STEP = 20480 };

/* A disk with a page that it cannot read, and that gives no more than so much at a time. */
static off_t bad_page = -1;
static size_t at_most = SIZE_MAX;
static bool interrupted;

ssize_t pread(int fd, void *out, size_t len, off_t at)
{
    enum { PAGE = 4096 };
    if (interrupted) {
        interrupted = false;
        errno = EINTR;
        return -1;
    }
    if (bad_page >= 0 && at >= bad_page && at < bad_page + PAGE) {
        errno = EIO;
        return -1;
    }
    if (bad_page >= at && (off_t)len > bad_page - at)
        len = (size_t)(bad_page - at);
    if (len > at_most)
        len = at_most;
    return syscall(SYS_pread64, fd, out, len, at);
}

/* What the next search says. */
static int found_error = ERROR_NONE;

struct scene {
    char *dir;
    int fd;
    uint8_t seed[SIGNATURE_SEED_LEN], key[SIGNATURE_PUBLIC_LEN];
    uint8_t records[RECORDS][RECORD_LEN];
    uint8_t *file;
    struct salvage *found;
};

static void make_record(struct scene *scene, uint64_t seq, uint8_t mark,
                        uint8_t hash[RECORD_HASH_LEN], uint8_t out[RECORD_LEN])
{
    uint8_t envelope[ENVELOPE_LEN] = "SANDYQE1";
    memset(envelope + 8, mark, sizeof envelope - 8);
    assert_int_equal(record_encode(seq, hash, 20000, envelope, scene->seed, out, hash), ERROR_NONE);
}

static int scene_open(void **state)
{
    struct scene *scene = calloc(1, sizeof *scene);
    uint8_t hash[RECORD_HASH_LEN] = {0};
    assert_non_null(scene);
    scene->dir = folder_make();
    scene->fd = open(scene->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_int_equal(signature_key_new(scene->seed, scene->key), 0);
    scene->file = calloc(1, FILE_LEN);
    assert_non_null(scene->file);
    for (int i = 0; i < RECORDS; i++) {
        make_record(scene, (uint64_t)i + 1, (uint8_t)i, hash, scene->records[i]);
        memcpy(scene->file + i * STEP + 100, scene->records[i], RECORD_LEN);
    }
    *state = scene;
    return 0;
}

static int scene_close(void **state)
{
    struct scene *scene = *state;
    bad_page = -1;
    at_most = SIZE_MAX;
    found_error = ERROR_NONE;
    salvage_free(&scene->found);
    close(scene->fd);
    folder_remove(&scene->dir);
    free(scene->file);
    free(scene);
    return 0;
}

/* Finds anew; the runs there are, as "first-last " each. */
static const char *runs(struct scene *scene)
{
    static char text[256];
    struct salvage_run run = SALVAGE_START;
    salvage_free(&scene->found);
    assert_int_equal(salvage_find(scene->fd, scene->key, true, &scene->found), found_error);
    text[0] = '\0';
    while (salvage_next(scene->found, 100, &run)) {
        const size_t len = strlen(text);
        snprintf(text + len, sizeof text - len, "%d-%d ", (int)run.first, (int)run.last);
    }
    return text;
}

static void put(const struct scene *scene, const char *name)
{
    folder_write(folder_path(scene->dir, name), scene->file, FILE_LEN);
}

static void test_all_that_is_whole_is_found(void **state)
{
    struct scene *scene = *state;
    struct salvage_run run = SALVAGE_START;
    uint8_t *out = malloc(sizeof scene->records);
    put(scene, "outbox.db");
    assert_string_equal(runs(scene), "1-5 ");
    assert_int_equal(salvage_runs(scene->found, 2), 3);
    assert_true(salvage_next(scene->found, 100, &run));
    assert_int_equal(salvage_read(scene->found, &run, out), ERROR_NONE);
    assert_memory_equal(out, scene->records, sizeof scene->records);
    put(scene, "outbox.db-wal"); /* the same ones again */
    assert_string_equal(runs(scene), "1-5 ");
    free(out);
}

/* Only the record in the page is lost. */
static void test_page_that_cannot_be_read(void **state)
{
    struct scene *scene = *state;
    put(scene, "outbox.db");
    bad_page = STEP + 4096;
    assert_string_equal(runs(scene), "3-5 1-1 ");
    bad_page = 0;
    assert_string_equal(runs(scene), "2-5 ");
}

static void test_disk_that_gives_little_at_a_time(void **state)
{
    struct scene *scene = *state;
    put(scene, "outbox.db");
    at_most = 5000;
    assert_string_equal(runs(scene), "1-5 ");
    interrupted = true;
    assert_string_equal(runs(scene), "1-5 ");
}

static struct record record_of(const uint8_t *bytes)
{
    struct record record;
    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    return record;
}

static void put_pending(const struct scene *scene, const uint8_t *one, const uint8_t *other)
{
    uint8_t pending[2 * PENDING_STEP] = {0};
    memcpy(pending, one, RECORD_LEN);
    memcpy(pending + PENDING_STEP, other, RECORD_LEN);
    folder_write(folder_path(scene->dir, "pending"), pending, sizeof pending);
}

static void test_what_the_keeper_holds(void **state)
{
    struct scene *scene = *state;
    struct record last;
    uint8_t next[RECORD_LEN], cover[RECORD_LEN], torn[RECORD_LEN], hash[RECORD_HASH_LEN];
    put(scene, "outbox.db");
    put_pending(scene, scene->records[4], scene->records[4]); /* old, in the outbox since */
    assert_string_equal(runs(scene), "1-5 ");
    assert_int_equal(record_decode(scene->records[4], &last), ERROR_NONE);
    memcpy(hash, last.hash, sizeof hash);
    make_record(scene, 6, 66, hash, next);
    put_pending(scene, next, next);
    assert_string_equal(runs(scene), "1-6 ");
    memcpy(hash, last.hash, sizeof hash);
    make_record(scene, 6, 67, hash, cover);
    put_pending(scene, next, cover); /* cut between the two: no second record 6 */
    assert_string_equal(runs(scene), "1-6 ");
    memcpy(torn, next, sizeof torn);
    memcpy(torn + 8000, cover + 8000, sizeof torn - 8000);
    put_pending(scene, torn, cover);
    assert_string_equal(runs(scene), "1-6 ");
    put_pending(scene, torn, torn);
    assert_string_equal(runs(scene), "1-5 ");
}

/* While the keeper serves, what it holds may still change. */
static void test_what_the_keeper_holds_is_left_alone(void **state)
{
    struct scene *scene = *state;
    memset(scene->file + 4 * STEP, 0, STEP);
    put(scene, "outbox.db-wal");
    put_pending(scene, scene->records[4], scene->records[4]);
    assert_int_equal(salvage_find(scene->fd, scene->key, false, &scene->found), ERROR_NONE);
    assert_true(salvage_has(scene->found, 4, 4, record_of(scene->records[3]).hash));
    assert_false(salvage_has(scene->found, 5, 5, record_of(scene->records[4]).hash));
    assert_string_equal(runs(scene), "1-5 ");
}

/* What is no file may hide records: that is told, and the other files are searched all the same. */
static void test_file_that_cannot_be_opened(void **state)
{
    struct scene *scene = *state;
    put(scene, "outbox.db-wal");
    assert_int_equal(symlinkat("outbox.db-wal", scene->fd, "outbox.db"), 0);
    found_error = ERROR_SPECIAL;
    assert_string_equal(runs(scene), "1-5 ");
}

/* A record that just could not be checked is not called lost. */
static void test_memory_that_is_short(void **state)
{
    struct scene *scene = *state;
    struct salvage *salvage = NULL;

    put(scene, "outbox.db");
    short_memory_begin(2);
    const enum error error = salvage_find(scene->fd, scene->key, true, &salvage);
    short_memory_end();
    assert_int_equal(error, ERROR_MEMORY);
    salvage_free(&salvage);
}

/* Each word costs a signature to look at: a file full of them must not keep the courier for
   hours, nor hide the records that follow. */
static void test_file_full_of_the_word(void **state)
{
    enum { FLOOD = 1 << 20, GAP = RECORD_LEN + 4096 };
    struct scene *scene = *state;
    uint8_t *file = calloc(1, FLOOD + GAP + FILE_LEN);
    assert_non_null(file);
    for (size_t i = 0; i < FLOOD; i += 16) /* so that a zero ends what would be the signature */
        memcpy(file + i, "SANDYQE1", 8);
    memcpy(file + FLOOD + GAP, scene->file, FILE_LEN);
    folder_write(folder_path(scene->dir, "outbox.db"), file, FLOOD + GAP + FILE_LEN);
    const clock_t start = clock();
    assert_string_equal(runs(scene), "1-5 ");
    assert_true((clock() - start) / CLOCKS_PER_SEC < 8);
    free(file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_that_is_whole_is_found, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(test_page_that_cannot_be_read, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(test_disk_that_gives_little_at_a_time, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(test_what_the_keeper_holds, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(test_what_the_keeper_holds_is_left_alone, scene_open,
                                        scene_close),
        cmocka_unit_test_setup_teardown(test_file_that_cannot_be_opened, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(test_memory_that_is_short, scene_open, scene_close),
        cmocka_unit_test_setup_teardown(test_file_full_of_the_word, scene_open, scene_close),
    };
    if (secret_start() != ERROR_NONE)
        return 1;
    return cmocka_run_group_tests_name("salvage", tests, NULL, NULL);
}
