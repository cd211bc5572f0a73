/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case: loaded once, walked as often as needed, and what the office adds to it. */
#ifndef OFFICE_CASEFILE_H
#define OFFICE_CASEFILE_H

#include <stdint.h>

#include "office/item.h"

struct casefile;

/* Reads and opens everything of one case. What opens stays in locked memory up to
   CASEFILE_KEPT_MAX bytes; of a longer case nothing stays, and each walk opens it again. A damaged
   act closes no other: it is left out and noted in vault->damage. *out is the caller's, for
   casefile_free, and must not outlive the vault; NULL on an error: ERROR_CASE when there is no such
   case, ERROR_MEMORY, errors of the store. */
enum { CASEFILE_KEPT_MAX = 512 * 1024 };
enum error casefile_load(struct vault *vault, uint64_t case_id, struct casefile **out);

/* Wipes, frees and sets to NULL. Does nothing for NULL. */
void casefile_free(struct casefile **casefile);

/* The case as it stood when it was loaded. */
const struct fold_case *casefile_seen(const struct casefile *casefile);

/* The public state that the person sees: that of the last message, or that the letter arrived. */
uint8_t casefile_told(const struct casefile *casefile);

/* Whether the person is told a status of this public state: it is another one, and a number is left
   for it. */
bool casefile_tells(const struct casefile *casefile, uint8_t state);

/* Whether the case is of an office for training (fold_training). */
bool casefile_training(const struct casefile *casefile);

/* Calls each for every item of the case as it was loaded, oldest first; what is not ERROR_NONE
   stops and is returned. At the end ERROR_JOURNAL_ROW when an act of the case is damaged. each must
   not use the vault. */
enum error casefile_walk(struct casefile *casefile, item_fn *each, void *context);

/* Calls each for every item of all cases, case by case, oldest first; what is not ERROR_NONE stops
   and is returned. An act that does not open closes no other: it is passed over and noted in
   vault->damage, and at the end ERROR_JOURNAL_ROW is returned. each must not use the vault. */
enum error casefile_each(struct vault *vault, item_fn *each, void *context);

/* What the office adds to a case: a message to the person, a status, a note, or several. */
struct casefile_reply {
    uint32_t now; /* minute */
    bool message; /* a message in this public state, with a text of len bytes or none */
    uint8_t state;
    bool asks;        /* the text is a question (office/question) */
    const char *text; /* valid UTF-8 */
    size_t len;
    uint8_t status; /* 0: as it is */
};

/* Adds a reply, all or nothing as history_append; the message takes the next number, from 1, and
   waits for a board from then on (office/queue). How many messages a case may have depends on what
   they say, so that the person can always be told that it is closed: a text that has no number left
   is ERROR_MESSAGES, and nothing is added; a state that has none left is not told, but the status
   is set. ERROR_CHANGED when a colleague has changed the case since it was loaded, or a letter came
   that is not in it: the words of a text are then kept as a note of the case, and *kept says so.
   ERROR_JOURNAL_ROW when no letter of the case opens, ERROR_TEXT_LONG, errors of history_append;
   ERROR_QUESTION as of question_split. The casefile stays as it was loaded. */
enum error casefile_reply(struct casefile *casefile, const struct casefile_reply *reply,
                          bool *kept);

/* Adds a note of at most ITEM_NOTE_MAX bytes of valid UTF-8; a longer one is ERROR_TEXT_LONG.
   ERROR_JOURNAL_ROW, ERROR_CASE, ERROR_MEMORY, errors of history_append. */
enum error casefile_note(struct casefile *casefile, uint32_t now, const char *text, size_t len);

/* Takes back the status that was set last, if it still stands. ERROR_NO_UNDO when there is none to
   take back; errors of casefile_reply. */
enum error casefile_undo(struct casefile *casefile, uint32_t now);

#endif
