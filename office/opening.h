/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From envelope to case: the one place where a kiosk's ciphertext becomes a complaint. */
#ifndef OFFICE_OPENING_H
#define OFFICE_OPENING_H

#include <stdbool.h>
#include <stdint.h>

#include "office/item.h"

/* Opens an envelope with the intake key that it names. letter has LETTER_LEN bytes of locked
   memory; *opened is false when no key here opens it. ERROR_MEMORY when that could not be found
   out. Safe in several threads at once. */
enum error opening_envelope(const struct keyset *keys, const uint8_t *envelope, uint8_t *letter,
                            bool *opened);

/* What came of a letter. */
enum opening_outcome { OPENING_UNREADABLE, OPENING_COVER, OPENING_SEEN, OPENING_FILED };

/* How many charters before the present one a letter may have arrived under: of more, none is in use
   any more. */
enum { OPENING_EARLIER_MAX = 8 };

struct opening {
    enum opening_outcome outcome;
    bool misplaced; /* it names another kiosk, record or place than its source */
    uint8_t handle[JOURNAL_HANDLE_LEN]; /* of the case that it is filed into */
    uint8_t tag[JOURNAL_TAG_LEN];       /* by which a board says that the record arrived */
    uint8_t spare[JOURNAL_TAG_LEN]; /* the tag when it is no letter, or one that was sent before */
    uint8_t earlier[OPENING_EARLIER_MAX][JOURNAL_TAG_LEN]; /* its letter's under older charters */
    size_t earlier_count;
    uint32_t mark; /* of its envelope (office/item) */
};

/* What comes of a record of which nothing is known yet: it is unreadable, and its tag the spare
   one. That looks random to whoever does not hold the newest intake key, and is the same whenever
   the record is imported: after an office was restored, old boards beside new ones do not tell
   letters from the rest. The first 16 bytes of HMAC-SHA-256(HKDF-Expand(intake secret, "sandyq
   spare v1", 32), kiosk || number || hash of the record || number of the charter), so that under
   another charter it is another one, as a letter's is. ERROR_MEMORY. */
enum error opening_none(const struct keyset *keys, const struct item_source *source,
                        struct opening *opening);

/* Adds to the batch the act by which an opened letter (LETTER_LEN bytes) is filed into the case
   that its tag key names. A cover is not kept, nor is what does not decode; that messages were seen
   is an act of its own kind, and its tag stays the spare one. Of a letter that names
   the kiosk and the record that it came in the tag becomes the one that its writer looks for, which
   a record before may have already; of everything else it stays the spare one. Errors of
   item_add_letter. Safe in several threads at once, each with a batch of its own. */
enum error opening_file(struct history_batch *batch, const struct keyset *keys,
                        const struct item_source *source, const uint8_t *raw,
                        struct opening *opening);

#endif
