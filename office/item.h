/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thing of a case: a letter, a message to the person, a status or a note, as a row of the
   casebook sealed under the casebook key.

   A row's plaintext, then zeros up to a multiple of 1024 bytes, so that its length tells little:

   offset  bytes  what
        0      1  version, 1
        1      1  kind (enum item_kind)
        2      8  case
       10      4  day it was added
       14      4  length n of the body
       18      n  letter:  kiosk id (8), record number (8), flags (1), facility type (1, of the
                           kiosk's card), letter without its closing zeros
                  message: number (8), 1 when it has a text (1), sealed entry (crypto/answer)
                  status:  number (1, complaint/taxonomy)
                  note:    UTF-8 */
#ifndef OFFICE_ITEM_H
#define OFFICE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/answer.h"
#include "office/vault.h"
#include "protocol/card.h"
#include "protocol/record.h"

enum item_kind { ITEM_LETTER = 1, ITEM_MESSAGE, ITEM_STATUS, ITEM_NOTE };

/* Which members mean something follows from kind. All pointers are into locked memory of whoever
   handed the item out. */
struct item {
    enum item_kind kind;
    uint64_t case_id;
    uint32_t day;
    const struct letter *letter; /* ITEM_LETTER */
    const uint8_t *kiosk;
    uint64_t seq;
    bool misplaced;
    uint8_t type;  /* of the place, as the kiosk's card said when the letter was filed */
    uint64_t n;    /* ITEM_MESSAGE */
    bool has_text; /* false: only the state of the case is told */
    const uint8_t *entry;
    const struct code_keys *keys; /* of the case's first letter; NULL when it has none */
    bool opened;                  /* by item_open: state, text and len are there */
    uint8_t state;                /* as the person is told (complaint/taxonomy) */
    uint8_t status;               /* ITEM_STATUS */
    const char *text;             /* ITEM_NOTE, and an opened message; not terminated */
    size_t len;
};

/* Takes an item; a value other than ERROR_NONE stops whoever calls it. */
typedef enum error item_fn(void *context, const struct item *item);

/* Where a letter came from: the record it was sealed in and the card of that record's kiosk. */
struct item_source {
    const struct card *card;
    const struct record *record;
    uint32_t today;
};

/* Each seals one item and adds its row, inside the caller's transaction. letter has LETTER_LEN
   bytes. A message is sealed for the person too, once and for all: what is stored is what every
   board will carry; n must be new in the case. Errors of the store, ERROR_MEMORY, and for a message
   ERROR_TEXT_LONG. A note has at most ITEM_NOTE_MAX bytes. */
enum { ITEM_NOTE_MAX = 14000 };
enum error item_add_letter(struct vault *vault, const struct item_source *source, uint64_t case_id,
                           bool misplaced, const uint8_t *letter);
enum error item_add_message(struct vault *vault, uint64_t case_id, const struct code_keys *keys,
                            uint64_t n, const struct answer *answer);
enum error item_add_status(struct vault *vault, uint64_t case_id, uint32_t day, uint8_t status);
enum error item_add_note(struct vault *vault, uint64_t case_id, uint32_t day, const char *text,
                         size_t len);

/* Copies the receipt keys of a letter into locked memory. */
void item_keys(const struct letter *letter, struct code_keys *keys);

/* Reads rows of one case after another; in locked memory. *out is the caller's, for
   item_reader_free, which takes NULL too. ERROR_MEMORY. */
struct item_reader;
enum error item_reader_new(const struct keyset *keys, struct item_reader **out);
void item_reader_free(struct item_reader **reader);

/* Opens a row. The item stays valid until the next call. A row that does not open, or says another
   case or number than it stands under, is ERROR_CASEBOOK_ROW. */
enum error item_read(struct item_reader *reader, const struct caseload_item *row,
                     struct item *item);

/* Opens an ITEM_MESSAGE into answer (locked memory), where the item's text then lies. On an error
   it stays as it was: ERROR_CASEBOOK_ROW when the case has no keys or they do not fit,
   ERROR_MEMORY. */
enum error item_open(struct item *item, struct answer *answer);

#endif
