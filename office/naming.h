/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How an officer is named: the act that does it, and what a name may be.

   body of the act   signing key (32), agreement key (32), name (UTF-8, the rest)
   its commitment    identity_digest of the two keys */
#ifndef OFFICE_NAMING_H
#define OFFICE_NAMING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/history.h"

enum { NAMING_NAME_MAX = 127, NAMING_FINGERPRINT_LEN = 25 };

/* Whether it may be the name of an office or an officer: at most NAMING_NAME_MAX bytes of UTF-8,
   all of it utf8_harmless. None at all is one; one that is only blanks is not. */
bool naming_valid(const char *name);

/* Somebody who is, or shall be, an officer. */
struct naming {
    uint32_t no;
    enum act_role role;
    uint8_t sign[SIGNATURE_PUBLIC_LEN];
    uint8_t agree[HPKE_KEY_LEN];
    char name[NAMING_NAME_MAX + 1];
};

/* Adds to the batch the act that names an officer who had no role before. Errors of
   history_batch_add. */
enum error naming_add(struct history_batch *batch, const struct keyset *keys,
                      const struct naming *naming, uint32_t now);

/* Reads the act of this number, that named an officer, into name: "" when it makes no sense. Errors
   of history_body. */
enum error naming_read(struct history *history, uint64_t seq, char name[NAMING_NAME_MAX + 1]);

/* The fingerprint of identity_digest's number, as people compare it: five groups of four digits, as
   an office's. */
void naming_fingerprint(const uint8_t digest[HASH_LEN], char out[NAMING_FINGERPRINT_LEN]);

#endif
