/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the outbox have in common: an outbox of their own, and records that are known
   by their numbers. Everything fails the running test. */
#include "tests/lib/outbox_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/folder.h"

int outbox_test_setup(void **state)
{
    static struct outbox_scene scene;
    scene.folder = folder_make();
    strcpy(scene.path, folder_path(scene.folder, "outbox.db"));
    *state = &scene;
    return outbox_open(scene.path, DB_CREATE, &scene.outbox);
}

int outbox_test_teardown(void **state)
{
    struct outbox_scene *scene = *state;
    outbox_close(&scene->outbox);
    folder_remove(&scene->folder);
    return 0;
}

void outbox_test_reopen(struct outbox_scene *scene)
{
    outbox_close(&scene->outbox);
    assert_int_equal(outbox_open(scene->path, DB_OPEN, &scene->outbox), ERROR_NONE);
}

const uint8_t *outbox_test_hash(uint64_t seq)
{
    static uint8_t hash[OUTBOX_HASH_LEN];
    memset(hash, (int)(seq % 255) + 1, sizeof(hash));
    memcpy(hash, &seq, sizeof(seq));
    return hash;
}

enum error outbox_test_append(struct outbox *outbox, uint64_t seq)
{
    static uint8_t record[OUTBOX_TEST_RECORD];
    struct outbox_tip tip = {.seq = seq, .day = (uint32_t)(20000 + seq)};
    memcpy(tip.hash, outbox_test_hash(seq), sizeof(tip.hash));
    memset(record, (int)(seq & 0xff), sizeof(record));
    return outbox_append(outbox, &tip, record, sizeof(record));
}

enum error outbox_test_acknowledge(struct outbox *outbox, uint32_t day, uint64_t seq,
                                   const uint8_t *hash, uint32_t keep)
{
    struct outbox_tip upto = {.seq = seq, .day = day};
    memcpy(upto.hash, hash, sizeof upto.hash);
    return outbox_acknowledge(outbox, &upto, keep);
}

enum error outbox_test_drop(struct outbox *outbox, uint64_t seq, const uint8_t *hash)
{
    static uint32_t day = 20000;
    day += 1 + OUTBOX_KEPT_DAYS;
    const enum error error =
        outbox_test_acknowledge(outbox, day - OUTBOX_KEPT_DAYS, seq, hash, OUTBOX_KEPT_DAYS);
    return error == ERROR_NONE ? outbox_test_acknowledge(outbox, day, seq, hash, OUTBOX_KEPT_DAYS)
                               : error;
}

void outbox_test_append_all(struct outbox *outbox, uint64_t first, uint64_t last)
{
    for (uint64_t seq = first; seq <= last; seq++)
        assert_int_equal(outbox_test_append(outbox, seq), ERROR_NONE);
}

void outbox_test_tip(struct outbox *outbox, uint64_t seq)
{
    static const uint8_t zeros[OUTBOX_HASH_LEN];
    struct outbox_tip tip;
    memset(&tip, 0xff, sizeof(tip));
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    assert_int_equal(tip.seq, seq);
    assert_int_equal(tip.day, seq == 0 ? 0 : 20000 + seq);
    assert_memory_equal(tip.hash, seq == 0 ? zeros : outbox_test_hash(seq), OUTBOX_HASH_LEN);
}

enum error outbox_test_walk(void *context, uint64_t seq, const uint8_t *record, size_t len)
{
    struct outbox_walk *walk = context;
    assert_int_equal(seq, walk->next++);
    assert_int_equal(len, OUTBOX_TEST_RECORD);
    assert_int_equal(record[0], (uint8_t)seq);
    assert_int_equal(record[len - 1], (uint8_t)seq);
    walk->n++;
    return seq == walk->stop ? ERROR_FULL : ERROR_NONE;
}

void outbox_test_holds(struct outbox *outbox, uint64_t first, uint64_t last)
{
    struct outbox_walk walk = {.next = first};
    uint64_t is_first = 99;
    assert_int_equal(outbox_first(outbox, &is_first), ERROR_NONE);
    assert_int_equal(is_first, first > last ? 0 : first);
    assert_int_equal(outbox_each(outbox, 0, UINT64_MAX, outbox_test_walk, &walk), ERROR_NONE);
    assert_int_equal(walk.n, first > last ? 0 : last - first + 1);
}
