/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The draft: what is being written, in locked memory, and the one place where it becomes
 * ciphertext. */
#ifndef SESSION_DRAFT_H
#define SESSION_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/code.h"
#include "crypto/envelope.h"
#include "protocol/card.h"
#include "protocol/charter.h"

enum { DRAFT_UNDO_MAX = 4096 };

struct draft {
    enum letter_kind kind;
    char language[3];
    char category[3]; /* "" until one was chosen */
    uint8_t about;    /* as in the letter; 0: not said */
    uint8_t consent;  /* 0: not said, which is the lowest */
    uint16_t people;
    uint8_t urgent[LETTER_URGENT_MAX]; /* answer to question q at q - 1 */
    size_t text_len;
    char text[LETTER_TEXT_MAX]; /* UTF-8, not NUL-terminated */
    size_t name_len;
    char name[LETTER_NAME_MAX];
    char undo[DRAFT_UNDO_MAX]; /* what was deleted last */
    char pin[CODE_PIN_MAX + 1];
    char again[CODE_PIN_MAX + 1]; /* the PIN typed a second time */
    char code[CODE_LEN];
    struct code_keys keys;
};

/* An empty draft in locked memory, or NULL. */
struct draft *draft_new(enum letter_kind kind, const char *language);

/* Wipes and frees, sets to NULL. NULL is nothing. */
void draft_free(struct draft **draft);

/* Wipes everything that was typed; kind and language stay. */
void draft_wipe(struct draft *draft);

/* Wipes the text, the name and what was deleted of them; the answers stay. */
void draft_wipe_words(struct draft *draft);

/* Forgets what was answered, but not that the person is under 18; the words stay. */
void draft_wipe_answers(struct draft *draft);

/* True when something was typed that would be lost. */
bool draft_has_words(const struct draft *draft);

/* Seals the draft (of kind LETTER_COVER: nothing of it but the kind) as the envelope numbered
   `number` for the day. The plaintext letter is wiped before this returns. Returns 0 or -1 (memory,
   or fields that make no letter). */
int draft_seal(const struct draft *draft, const struct charter *charter, const struct card *card,
               uint64_t number, uint32_t day, uint8_t envelope[ENVELOPE_LEN]);

#endif
