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
enum opening_outcome { OPENING_UNREADABLE, OPENING_COVER, OPENING_FILED };

struct opening {
    enum opening_outcome outcome;
    bool misplaced; /* it names another kiosk, record or place than its source */
    uint8_t handle[JOURNAL_HANDLE_LEN]; /* of the case that it is filed into */
};

/* Adds to the batch the acts by which an opened letter (LETTER_LEN bytes) is filed into the case
   that its tag key names, and a new case gets its first message, "it arrived". That one is always
   added, since whether the case is new is known only when they are written: an old case leaves it
   out. A cover is not kept, nor is what does not decode. Errors of item_add_letter. Safe in several
   threads at once, each with a batch of its own. */
enum error opening_file(struct history_batch *batch, const struct keyset *keys,
                        const struct item_source *source, const uint8_t *raw,
                        struct opening *opening);

#endif
