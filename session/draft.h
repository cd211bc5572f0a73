/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The draft: what the person says, in locked memory, and the one place where it becomes
   ciphertext. */
#ifndef SESSION_DRAFT_H
#define SESSION_DRAFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/answer.h"
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
    uint8_t consent;  /* 0: not said, which counts as the lowest */
    uint16_t people;
    uint8_t urgent[LETTER_URGENT_MAX]; /* answer to question q at q - 1 */
    uint8_t seen;                      /* up to which message of the case was read */
    uint8_t question;                  /* the message that is answered, or 0, */
    uint8_t choice; /* and which of its answers was chosen, in the office's words: */
    size_t chosen_len;
    char chosen[ANSWER_CHOICE_MAX]; /* UTF-8, not NUL-terminated */
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

/* Returns an empty draft in locked memory, or NULL when there is none left. For draft_free. */
struct draft *draft_new(enum letter_kind kind, const char *language);

/* Wipes and frees a draft and sets it to NULL. Does nothing to a NULL draft. */
void draft_free(struct draft **draft);

/* Wipes everything but kind and language. */
void draft_wipe(struct draft *draft);

/* Wipes text, name and what was deleted of them; the answers stay. */
void draft_wipe_words(struct draft *draft);

/* Clears the answers and the choice, except that the person is under 18; the words stay. */
void draft_wipe_answers(struct draft *draft);

/* True when there is a text or a name. */
bool draft_has_words(const struct draft *draft);

/* Seals the draft as the envelope numbered `number` for the day; of a draft of kind LETTER_COVER
   nothing else goes in. Wipes the plaintext letter. Returns 0, or -1 when memory is short or the
   fields make no letter. */
int draft_seal(const struct draft *draft, const struct charter *charter, const struct card *card,
               uint64_t number, uint32_t day, uint8_t envelope[ENVELOPE_LEN]);

#endif
