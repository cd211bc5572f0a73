/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Audits whether who wrote a letter can find that it arrived. */
#ifndef OFFICE_AUDIT_LETTER_H
#define OFFICE_AUDIT_LETTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal.h"

/* Looks in the journal for a record with the tag of a letter, the content of whose act this is
   (office/item), under any charter up to this number. *fits is false when none has it; true also
   when nobody looks for one, since the letter names another kiosk or record than it came in, and
   when it is not readable, which is named elsewhere. Errors of the store, ERROR_MEMORY. */
enum error audit_letter_check(struct journal *journal, uint32_t charter, const uint8_t *content,
                              size_t len, bool *fits);

#endif
