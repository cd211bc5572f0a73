/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thing of a case, as an act of the journal brings it: a letter, a message to the person, a
   status or a note. What stands in the bodies of these acts:

   letter   kiosk id (8), record number (8), type of the place by the kiosk's card (1), letter
            without its closing zeros
   message  UTF-8 text, of a question as office/question has it; none, and no body, when only the
            state is told
   note     UTF-8 text

   What the person has seen has no body: `to` is the number of the message. */
#ifndef OFFICE_ITEM_H
#define OFFICE_ITEM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/code.h"
#include "office/vault.h"
#include "protocol/card.h"
#include "protocol/record.h"

enum item_kind {
    ITEM_LETTER = 1,
    ITEM_MESSAGE,
    ITEM_STATUS,
    ITEM_NOTE,
    ITEM_SEEN,
    ITEM_TAKEN_BACK,
    ITEM_OTHER
};

/* Which members mean something follows from kind. All pointers are into locked memory of whoever
   handed the item out. */
struct item {
    enum item_kind kind;
    uint64_t case_id;
    uint64_t act;                /* its number in the journal */
    uint32_t minute;             /* when it was added */
    uint32_t day;                /* the same day, or the one that a message or letter says */
    uint32_t officer;            /* who added it */
    enum fold_verdict verdict;   /* what does not count is shown, too */
    const struct letter *letter; /* ITEM_LETTER */
    const uint8_t *kiosk;
    uint64_t seq;
    bool misplaced;
    uint8_t type; /* of the place, as the kiosk's card said when the letter was filed */
    uint64_t n; /* ITEM_MESSAGE; ITEM_SEEN: up to this one; ITEM_TAKEN_BACK: of the message that it
                   takes back */
    bool taken_back; /* ITEM_MESSAGE: it leaves on no board */
    bool has_text;   /* false: only the state of the case is told */
    bool asks;       /* ITEM_MESSAGE: it is a question */
    uint8_t state;   /* as the person is told (complaint/taxonomy) */
    uint8_t was;     /* ITEM_STATUS, and the status from then on */
    uint8_t status;
    bool undoes;      /* ITEM_STATUS: it takes an earlier one back */
    const char *text; /* ITEM_NOTE and ITEM_MESSAGE; not terminated */
    size_t len;
};

/* Takes an item; a value other than ERROR_NONE stops whoever calls it. */
typedef enum error item_fn(void *context, const struct item *item);

/* Where a letter came from: the record it was sealed in and the card of that record's kiosk. */
struct item_source {
    const struct card *card;
    const struct record *record;
    uint32_t now;     /* minute */
    uint32_t charter; /* number of the one that the office has */
};

/* By what an envelope is known again, 1 or more: the first 4 bytes of SHA-256("sandyq envelope v1"
   || 0 || envelope), of ENVELOPE_LEN bytes. It stands in the head of its letter's act.
   ERROR_MEMORY. */
enum error item_mark(const uint8_t *envelope, uint32_t *mark);

/* Adds to the batch the act that a letter came (LETTER_LEN bytes, which decode to letter), into the
   case that its tag key names, under a key of its own. Errors of history_batch_add. */
enum error item_add_letter(struct history_batch *batch, const struct keyset *keys,
                           const struct item_source *source, const struct letter *letter,
                           bool misplaced, const uint8_t *raw);

/* Adds to the batch the act that the person has seen messages, by a letter of that kind. */
enum error item_add_seen(struct history_batch *batch, const struct keyset *keys,
                         const struct item_source *source, const struct letter *letter);

/* A case as its officer saw it, and its key (KEYSET_KEY_LEN bytes of secret memory). */
struct item_case {
    const struct fold_case *seen;
    struct history_key key;
    uint32_t now;
};

/* Message n to the person in a public state, with a text, or none when len is 0. */
struct item_message {
    uint64_t n;
    uint8_t state;
    bool asks; /* the text is a question */
    const char *text;
    size_t len;
};

/* Add to the batch: a message to the person, saying that day; a status; a note. ERROR_TEXT_LONG
   for a note over ITEM_NOTE_MAX bytes; errors of history_batch_add. */
enum { ITEM_NOTE_MAX = 14000 };
enum error item_add_message(struct history_batch *batch, const struct keyset *keys,
                            const struct item_case *of_case, const struct item_message *message);
enum error item_add_status(struct history_batch *batch, const struct keyset *keys,
                           const struct item_case *of_case, uint8_t status);
enum error item_add_note(struct history_batch *batch, const struct keyset *keys,
                         const struct item_case *of_case, const char *text, size_t len);

/* The urgency of a letter, by its category and its answers. A category this program does not know
   counts as most urgent: somebody must look. */
enum taxonomy_urgency item_urgency(const struct letter *letter);

/* Copies the receipt keys of a letter into locked memory. */
void item_keys(const struct letter *letter, struct code_keys *keys);

/* Reads acts of cases one after another; in locked memory. *out is the caller's, for
   item_reader_free, which takes NULL too. journal is the vault's own, or another connection for a
   thread that reads beside others while nothing else happens to the vault. ERROR_MEMORY. */
struct item_reader;
enum error item_reader_new(struct vault *vault, struct journal *journal, struct item_reader **out);
void item_reader_free(struct item_reader **reader);

/* Reads the act of this number, of a case. The item stays valid until the next call.
   ERROR_JOURNAL_ROW when it does not open or makes no sense (item->kind and n are then right if its
   head opens); errors of the store, ERROR_MEMORY. */
enum error item_read(struct item_reader *reader, uint64_t seq, struct item *item);

/* Opens the key of a letter's body into key (secret memory), by the commitment in the letter's
   head. ERROR_JOURNAL_ROW when it does not open, errors of the store, ERROR_MEMORY. */
enum error item_key(const struct vault *vault, struct journal *journal,
                    const uint8_t commitment[HASH_LEN], uint8_t key[KEYSET_KEY_LEN]);

#endif
