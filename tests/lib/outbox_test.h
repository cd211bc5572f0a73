/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the outbox have in common: an outbox of their own, and records that are known
   by their numbers. Everything fails the running test. */
#ifndef TESTS_LIB_OUTBOX_TEST_H
#define TESTS_LIB_OUTBOX_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/outbox.h"

enum { OUTBOX_TEST_RECORD = 16492 }; /* bytes of a record */

struct outbox_scene {
    char *folder;
    char path[4096]; /* of outbox.db in it */
    struct outbox *outbox;
};

/* Makes an empty outbox, open. */
int outbox_test_setup(void **state);

/* Closes and removes it. */
int outbox_test_teardown(void **state);

/* Closes it, when it is open, and opens it again. */
void outbox_test_reopen(struct outbox_scene *scene);

/* The OUTBOX_HASH_LEN bytes of the record of this number, until the next call. */
const uint8_t *outbox_test_hash(uint64_t seq);

/* Appends the record of this number, all of whose bytes are the number's lowest; the error of
   outbox_append, for the test to look at. Its day is 20000 + seq. */
enum error outbox_test_append(struct outbox *outbox, uint64_t seq);

/* Appends first..last, which must succeed. */
void outbox_test_append_all(struct outbox *outbox, uint64_t first, uint64_t last);

/* A board of this day acknowledges the records up to this one; the error of outbox_acknowledge. */
enum error outbox_test_acknowledge(struct outbox *outbox, uint32_t day, uint64_t seq,
                                   const uint8_t *hash, uint32_t keep);

/* Two boards acknowledge the records up to this one, the second long enough after the first that
   they are dropped; each call is later than the last. The first error of outbox_acknowledge. */
enum error outbox_test_drop(struct outbox *outbox, uint64_t seq, const uint8_t *hash);

/* The tip is the record of this number; 0: there was none yet. */
void outbox_test_tip(struct outbox *outbox, uint64_t seq);

/* What outbox_test_walk goes by. */
struct outbox_walk {
    uint64_t next; /* the number that must come next */
    uint64_t stop; /* ERROR_FULL after this one; 0 for never */
    int n;         /* how many came */
};

/* For outbox_each, with a struct outbox_walk: records come by number, and are those appended. */
enum error outbox_test_walk(void *context, uint64_t seq, const uint8_t *record, size_t len);

/* The outbox holds exactly first..last, in order and whole; nothing when first > last. */
void outbox_test_holds(struct outbox *outbox, uint64_t first, uint64_t last);

#define OUTBOX_TEST(f) cmocka_unit_test_setup_teardown(f, outbox_test_setup, outbox_test_teardown)

#endif
