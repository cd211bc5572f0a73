/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Signatures of transactions that are still to be checked: half a millisecond each, so that those
   of a long history are checked while an officer reads, or in the commands that follow. */
#ifndef OFFICE_SIGNATURES_H
#define OFFICE_SIGNATURES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/hash.h"
#include "crypto/signature.h"

/* The domain of a transaction's signature. */
#define SIGNATURES_DOMAIN "sandyq transaction v1"

struct signatures;

/* A transaction as it was folded, and whose it says it is. */
struct signatures_one {
    uint64_t txn;
    uint8_t by[SIGNATURE_PUBLIC_LEN];
    uint8_t hash[HASH_LEN];
    uint8_t signature[SIGNATURE_LEN];
};

/* An empty list. *out is the caller's, for signatures_free. ERROR_MEMORY. */
enum error signatures_new(struct signatures **out);

/* Stops the threads, frees and sets to NULL. Does nothing for NULL. */
void signatures_free(struct signatures **signatures);

/* Adds one behind the others, and stops the threads for that. ERROR_MEMORY. */
enum error signatures_add(struct signatures *signatures, const struct signatures_one *one);

/* Begins to check in threads, which go on until another of these functions is called. */
void signatures_begin(struct signatures *signatures);

/* Checks on all cores for so many milliseconds, or until none is left (SIGNATURES_ALL); with 0 it
   only stops the threads. What was found right is taken off the list, also what threads found;
   another is with the wrong ones. ERROR_MEMORY: some could not be checked. */
enum { SIGNATURES_ALL = -1 };
enum error signatures_check(struct signatures *signatures, int64_t ms);

/* Whether one was found wrong; while threads run, too. */
bool signatures_doubted(const struct signatures *signatures);

/* The transaction of the first that is not checked, 0 for none; while threads run, too. */
uint64_t signatures_first(const struct signatures *signatures);

/* After signatures_check: those that are left, and those that were found wrong. */
const struct signatures_one *signatures_left(const struct signatures *signatures, size_t *n);
const struct signatures_one *signatures_wrong(const struct signatures *signatures, size_t *n);

#endif
