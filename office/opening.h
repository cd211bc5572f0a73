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
enum opening_outcome { OPENING_COVER, OPENING_NEW, OPENING_JOINED, OPENING_UNREADABLE };

/* Files an opened letter (LETTER_LEN bytes), inside the caller's transaction: into a new case, with
   its first message "it arrived", or into the case that its tag key names. A cover is not kept, nor
   is what does not decode. *misplaced: the letter names another kiosk, record or place than its
   source. Errors of the store and ERROR_MEMORY. */
enum error opening_file(struct vault *vault, const struct item_source *source,
                        const uint8_t *letter, enum opening_outcome *outcome, bool *misplaced);

#endif
