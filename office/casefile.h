/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case: loaded once, walked as often as needed, and what the office adds to it. */
#ifndef OFFICE_CASEFILE_H
#define OFFICE_CASEFILE_H

#include <stdint.h>

#include "office/item.h"

struct casefile;

/* Reads and opens everything of one case. What opens stays in locked memory up to
   CASEFILE_KEPT_MAX bytes; of a longer case nothing stays, and each walk opens it again. A damaged
   row closes no other: it is left out and noted in vault->damage. *out is the caller's, for
   casefile_free, and must not outlive the vault; NULL on an error: ERROR_CASE when there is no such
   case, ERROR_MEMORY, errors of the store. */
enum { CASEFILE_KEPT_MAX = 512 * 1024 };
enum error casefile_load(struct vault *vault, uint64_t case_id, struct casefile **out);

/* Wipes, frees and sets to NULL. NULL is nothing. */
void casefile_free(struct casefile **casefile);

/* The case's number. */
uint64_t casefile_id(const struct casefile *casefile);

/* Calls each for every item of the case as it was loaded, oldest first; what is not ERROR_NONE
   stops and is returned. Messages are opened; one that does not open comes too, with `opened`
   false. At the end ERROR_CASEBOOK_ROW when a row of the case is damaged. each must not use the
   vault. */
enum error casefile_walk(struct casefile *casefile, item_fn *each, void *context);

/* Calls each for every item of all cases, case by case, oldest first, messages still sealed.
   Another value than ERROR_NONE and ERROR_CASEBOOK_ROW stops and is returned. A row that does not
   open, or for which each returns ERROR_CASEBOOK_ROW, closes no other: it is passed over and noted
   in vault->damage, and at the end ERROR_CASEBOOK_ROW is returned. each must not use the vault. */
enum error casefile_each(struct vault *vault, item_fn *each, void *context);

/* What the office answers: a message, a status, or both. */
struct casefile_reply {
    const struct answer *answer; /* NULL: none; its text is valid UTF-8 */
    uint8_t status;              /* 0: as it is */
    uint32_t day;
};

/* Adds a reply, all or nothing; the message takes the next number. How many messages a case may
   have depends on what they say, so that the person can always be told that it is closed: a text
   that has no number left is ERROR_MESSAGES, and nothing is added; a state that has none left is
   not told, but the status is set. ERROR_CASEBOOK_ROW when no letter of the case opens,
   ERROR_MEMORY, errors of the store. The casefile stays as it was loaded. */
enum error casefile_reply(const struct casefile *casefile, const struct casefile_reply *reply);

/* Adds a note of at most ITEM_NOTE_MAX bytes of valid UTF-8; a longer one is ERROR_TEXT_LONG. */
enum error casefile_note(struct vault *vault, uint64_t case_id, uint32_t day, const char *text,
                         size_t len);

#endif
