/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a cut-off visit leaves: whole, torn, old, another's, or not there any more. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "device/pending.h"
#include "tests/lib/folder.h"
#include "tests/lib/short_memory.h"

struct place {
    char *folder;
    int dir;
    int fd;
    uint8_t seed[32], key[32];
    struct outbox_tip tip;
    uint8_t record[RECORD_LEN];
    struct outbox_tip next;
};

/* A record that follows tip, of an envelope that is all this byte. */
static void make_record(struct place *place, const uint8_t seed[32], uint8_t filling)
{
    uint8_t envelope[ENVELOPE_LEN];

    memset(envelope, filling, sizeof envelope);
    place->next.seq = place->tip.seq + 1;
    place->next.day = place->tip.day;
    assert_int_equal(record_encode(place->next.seq, place->tip.hash, place->next.day, envelope,
                                   seed, place->record, place->next.hash),
                     ERROR_NONE);
}

static int setup(void **state)
{
    struct place *place = calloc(1, sizeof *place);

    assert_non_null(place);
    assert_int_equal(secret_start(), ERROR_NONE);
    place->folder = folder_make();
    place->dir = open(place->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    memset(place->seed, 7, sizeof place->seed);
    assert_int_equal(signature_public(place->seed, place->key), 0);
    place->tip = (struct outbox_tip){.seq = 41, .day = 20779, .hash = {1, 2, 3}};
    assert_int_equal(pending_open(place->dir, &place->fd), ERROR_NONE);
    make_record(place, place->seed, 'a');
    *state = place;
    return 0;
}

static int teardown(void **state)
{
    struct place *place = *state;

    close(place->fd);
    close(place->dir);
    folder_remove(&place->folder);
    free(place);
    return 0;
}

static enum pending_finding find(struct place *place, const struct outbox_tip *tip)
{
    enum pending_finding finding = PENDING_OLD;
    uint8_t record[RECORD_LEN];
    struct outbox_tip next;

    assert_int_equal(pending_find(place->fd, place->key, tip, record, &next, &finding), ERROR_NONE);
    if (finding == PENDING_NEXT) {
        assert_memory_equal(record, place->record, RECORD_LEN);
        assert_int_equal(next.seq, place->next.seq);
        assert_int_equal(next.day, place->next.day);
        assert_memory_equal(next.hash, place->next.hash, sizeof next.hash);
    }
    return finding;
}

static void test_what_was_written_is_read(void **state)
{
    struct place *place = *state;

    assert_int_equal(find(place, &place->tip), PENDING_OLD); /* nothing yet */
    assert_int_equal(pending_write(place->fd, place->record), ERROR_NONE);
    assert_int_equal(find(place, &place->tip), PENDING_NEXT);
    /* The next keeper opens it anew. */
    close(place->fd);
    assert_int_equal(pending_open(place->dir, &place->fd), ERROR_NONE);
    assert_int_equal(find(place, &place->tip), PENDING_NEXT);
    assert_int_equal(folder_size(folder_path(place->folder, PENDING_NAME)), PENDING_LEN);
}

/* A record that just could not be checked may be one that was acknowledged: nothing may take its
   number. */
static void test_a_record_that_finds_no_memory_is_not_torn(void **state)
{
    struct place *place = *state;
    enum pending_finding finding = PENDING_OLD;
    uint8_t record[RECORD_LEN];
    struct outbox_tip next;

    assert_int_equal(pending_write(place->fd, place->record), ERROR_NONE);
    short_memory_begin(0);
    const enum error error =
        pending_find(place->fd, place->key, &place->tip, record, &next, &finding);
    short_memory_end();
    assert_int_equal(error, ERROR_IO);
    assert_int_equal(find(place, &place->tip), PENDING_NEXT);
}

/* Wherever a write of the next record is torn, one whole record is there: the old or the new
   one. */
static void test_a_torn_write(void **state)
{
    struct place *place = *state;
    uint8_t old[RECORD_LEN], record[RECORD_LEN];
    enum pending_finding finding = PENDING_OLD;
    struct outbox_tip next;

    memcpy(old, place->record, sizeof old);
    for (size_t cut = 0; cut <= RECORD_LEN; cut += cut < RECORD_LEN - 512 ? 512 : 1) {
        make_record(place, place->seed, 'a');
        assert_int_equal(pending_write(place->fd, old), ERROR_NONE);
        make_record(place, place->seed, 'b');
        assert_int_equal(pwrite(place->fd, place->record, cut, 0), (ssize_t)cut);
        assert_int_equal(pending_find(place->fd, place->key, &place->tip, record, &next, &finding),
                         ERROR_NONE);
        assert_int_equal(finding, PENDING_NEXT);
        assert_true(memcmp(record, old, sizeof old) == 0 ||
                    memcmp(record, place->record, sizeof record) == 0);
        /* The first copy is the new one, and the second is torn. */
        assert_int_equal(pwrite(place->fd, place->record, RECORD_LEN, 0), RECORD_LEN);
        assert_int_equal(pwrite(place->fd, place->record, cut, PENDING_STEP), (ssize_t)cut);
        assert_int_equal(find(place, &place->tip), PENDING_NEXT);
    }
}

static void test_what_does_not_follow_is_not_taken(void **state)
{
    struct place *place = *state;
    struct outbox_tip other = place->tip;
    uint8_t stranger[32];

    assert_int_equal(pending_write(place->fd, place->record), ERROR_NONE);
    assert_int_equal(find(place, &place->next), PENDING_OLD); /* it is in the outbox already */
    other.seq--;
    assert_int_equal(find(place, &other), PENDING_ASTRAY); /* the outbox was taken back */
    other = place->tip;
    other.hash[0] ^= 1;
    assert_int_equal(find(place, &other), PENDING_ASTRAY); /* another outbox */
    other = place->tip;
    other.day++;
    assert_int_equal(find(place, &other), PENDING_ASTRAY);
    memset(stranger, 8, sizeof stranger);
    make_record(place, stranger, 'a');
    assert_int_equal(pending_write(place->fd, place->record), ERROR_NONE);
    assert_int_equal(find(place, &place->tip), PENDING_OLD);
}

/* Nothing that is written to a file which is gone would be found again. */
static void test_a_file_that_goes(void **state)
{
    struct place *place = *state;
    const char *path = folder_path(place->folder, PENDING_NAME);

    assert_false(pending_moved(place->dir, place->fd));
    assert_int_equal(unlink(path), 0);
    assert_true(pending_moved(place->dir, place->fd));
    folder_write(path, "x", 1);
    assert_true(pending_moved(place->dir, place->fd));
}

/* What cannot be read may have been acknowledged; unless the other copy is it. */
static void test_a_copy_that_cannot_be_read(void **state)
{
    struct place *place = *state;
    enum pending_finding finding = PENDING_OLD;
    uint8_t record[RECORD_LEN];
    struct outbox_tip next;

    assert_int_equal(pending_write(place->fd, place->record), ERROR_NONE);
    assert_int_equal(ftruncate(place->fd, PENDING_STEP + 10), 0);
    assert_int_equal(find(place, &place->tip), PENDING_NEXT);
    assert_int_equal(pwrite(place->fd, "xxxxxxxx", 8, 100), 8);
    assert_int_equal(pending_find(place->fd, place->key, &place->tip, record, &next, &finding),
                     ERROR_IO);
}

/* What the outbox has is in one copy, and the other went bad: nothing was acknowledged since,
   and the kiosk is not to stay closed for it. */
static void test_an_old_copy_that_cannot_be_read(void **state)
{
    struct place *place = *state;
    enum pending_finding finding = PENDING_NEXT;
    struct outbox_tip tip = place->tip, next;
    uint8_t record[RECORD_LEN];

    tip.seq++;
    assert_int_equal(pending_write(place->fd, place->record), ERROR_NONE);
    assert_int_equal(ftruncate(place->fd, PENDING_STEP + 10), 0);
    assert_int_equal(pending_find(place->fd, place->key, &tip, record, &next, &finding),
                     ERROR_NONE);
    assert_int_equal(finding, PENDING_WORN);
    assert_int_equal(pending_renew(place->dir, &place->fd), ERROR_NONE);
    assert_int_equal(folder_size(folder_path(place->folder, PENDING_NAME)), PENDING_LEN);
    assert_int_equal(pending_write(place->fd, place->record), ERROR_NONE);
    assert_int_equal(pending_find(place->fd, place->key, &place->tip, record, &next, &finding),
                     ERROR_NONE);
    assert_int_equal(finding, PENDING_NEXT);
}

static void test_what_is_no_such_file_is_made_anew(void **state)
{
    struct place *place = *state;
    const char *path = folder_path(place->folder, PENDING_NAME);
    const char *elsewhere = folder_path(place->folder, "elsewhere");
    int fd = -1;

    folder_write(path, "short", 5);
    assert_int_equal(pending_open(place->dir, &fd), ERROR_NONE);
    assert_int_equal(folder_size(path), PENDING_LEN);
    close(fd);
    folder_write(elsewhere, "mine", 4);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(symlink(elsewhere, path), 0);
    assert_int_equal(pending_open(place->dir, &fd), ERROR_NONE);
    assert_int_equal(pending_write(fd, place->record), ERROR_NONE);
    close(fd);
    assert_int_equal(folder_size(elsewhere), 4);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(pending_open(place->dir, &fd), ERROR_SPECIAL);
    assert_int_equal(fd, -1);
}

#define PENDING_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        PENDING_TEST(test_what_was_written_is_read),
        PENDING_TEST(test_a_record_that_finds_no_memory_is_not_torn),
        PENDING_TEST(test_a_torn_write),
        PENDING_TEST(test_what_does_not_follow_is_not_taken),
        PENDING_TEST(test_a_file_that_goes),
        PENDING_TEST(test_a_copy_that_cannot_be_read),
        PENDING_TEST(test_an_old_copy_that_cannot_be_read),
        PENDING_TEST(test_what_is_no_such_file_is_made_anew),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
