/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place where ciphertext becomes a complaint: envelopes are opened and rewrapped under the
   casebook key, and what belongs to a case is read back.

   A sealed item's plaintext, then zeros up to a multiple of 1024 bytes, so that its length tells
   little:

   offset  bytes  what
        0      1  version, 1
        1      1  kind (enum casefile_kind)
        2      8  case
       10      4  day it was added
       14      4  length n of the body
       18      n  letter:  kiosk id (8), record number (8), flags (1), facility type (1, of the
                           kiosk's card), letter without its closing zeros
                  message: number (8), 1 when it has a text (1), sealed entry (crypto/answer)
                  status:  number (1, complaint/taxonomy)
                  note:    UTF-8 */
#ifndef OFFICE_CASEFILE_H
#define OFFICE_CASEFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/answer.h"
#include "office/vault.h"
#include "protocol/card.h"
#include "protocol/record.h"

enum { CASEFILE_NOTE_MAX = 14000 };

enum casefile_kind { CASEFILE_LETTER = 1, CASEFILE_MESSAGE, CASEFILE_STATUS, CASEFILE_NOTE };

/* One thing of a case; which members mean something follows from kind. Pointers are valid, and
   point into locked memory, until the callback returns. */
struct casefile_item {
    enum casefile_kind kind;
    uint64_t case_id;
    uint32_t day;
    const struct letter *letter; /* CASEFILE_LETTER */
    const uint8_t *kiosk;
    uint64_t seq;
    bool misplaced;
    uint8_t type;  /* of the place, as the kiosk's card said when the letter was filed */
    uint64_t n;    /* CASEFILE_MESSAGE */
    bool has_text; /* false: only the state of the case is told */
    const uint8_t *entry;
    const struct code_keys *keys; /* of the case's first letter; NULL when it has none */
    uint8_t status;               /* CASEFILE_STATUS */
    const char *text;             /* CASEFILE_NOTE */
    size_t len;
};

/* Opens an envelope with the intake key that it names. letter has LETTER_LEN bytes of secret_new
   memory; *opened is false when no key here opens it. ERROR_MEMORY when that could not be found out.
   Safe in several threads at once. */
enum error casefile_open(const struct vault_keys *keys, const uint8_t *envelope, uint8_t *letter,
                         bool *opened);

/* What came of a letter. */
enum casefile_outcome { CASEFILE_COVER, CASEFILE_NEW, CASEFILE_JOINED, CASEFILE_UNREADABLE };

/* Files an opened letter of this record and card: into a new case, with its first message "it
   arrived", or into the case that its tag key names. Inside a transaction. Returns a error. */
struct casefile_source {
    const struct card *card;
    const struct record *record;
    uint32_t today;
};
enum error casefile_take(struct vault *vault, const struct casefile_source *source,
                         const uint8_t *letter, enum casefile_outcome *outcome, bool *misplaced);

/* Calls each for every item of a case (0: of all cases, case by case), oldest first; another value
   than ERROR_NONE and ERROR_CASEBOOK_ROW stops and is returned. each must not use the vault. A row that
   does not open, or for which each returns ERROR_CASEBOOK_ROW, closes no other: it is passed over and
   noted in vault->damage, and at the end ERROR_CASEBOOK_ROW is returned. */
typedef enum error casefile_fn(void *context, const struct casefile_item *item);
enum error casefile_each(struct vault *vault, uint64_t case_id, casefile_fn *each, void *context);

/* Opens the text of a CASEFILE_MESSAGE into answer (secret_new memory). */
enum error casefile_message(const struct casefile_item *item, struct answer *answer);

/* How many messages a case may have before only these can follow: texts and closings; closings
   alone. So the person can always be told that a case is closed. */
enum { CASEFILE_STATES_MAX = ANSWER_COUNT_MAX - 4, CASEFILE_TEXTS_MAX = ANSWER_COUNT_MAX - 1 };

/* Adds to a case, each in one transaction of its own. A text must be valid UTF-8.

   casefile_reply adds a message and a status; answer may be NULL, status 0, for none of it. The
   message takes the next number. A text that has no number left is ERROR_MESSAGES, and nothing is
   added; a state that has none left is not told, but the status is set. */
struct casefile_reply {
    const struct answer *answer;
    uint8_t status;
    uint32_t day;
};
enum error casefile_reply(struct vault *vault, uint64_t case_id,
                          const struct casefile_reply *reply);
enum error casefile_note(struct vault *vault, uint64_t case_id, uint32_t day, const char *text,
                         size_t len);

/* Seals and stores a card file; opens the one of a kiosk, checks it against the office. */
enum error casefile_keep_card(struct vault *vault, const uint8_t file[CARD_FILE_LEN],
                              uint32_t today);
enum error casefile_card(const struct vault *vault, const struct caseload_kiosk *kiosk,
                         struct card *card);

#endif
