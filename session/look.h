/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looking for a person's letters and messages on the board, and all the keys that a visit derives.

   Every visit derives LOOK_TRIES + 1 times and looks LOOK_TRIES times over the whole board,
   whatever the person does: once for a number that is made, the rest for numbers that are typed. So
   the work of a visit does not tell what it was for. */
#ifndef SESSION_LOOK_H
#define SESSION_LOOK_H

#include <stdint.h>

#include "crypto/answer.h"
#include "crypto/code.h"
#include "session/ui.h"

/* How many numbers can be tried in a visit, and under how many charters letters are looked for. */
enum { LOOK_TRIES = 3, LOOK_CHARTERS = 4 };

/* What is there under a number and PIN. */
struct look_found {
    struct code_keys keys;
    uint32_t arrived; /* day of the board that says that the complaint arrived; 0: none does */
    uint32_t more;    /* follow-ups that arrived */
    uint8_t entries[ANSWER_COUNT_MAX][ANSWER_LEN]; /* message n at n - 1; zeros: there is none */
};

struct look;

enum look_end {
    LOOK_DONE,
    LOOK_SPENT, /* LOOK_TRIES other numbers were tried before */
    LOOK_LACK,  /* memory was short: nothing is known */
    LOOK_LOST,  /* the board could not be had whole: nothing is known */
};

/* Nothing derived and nothing looked for yet, in locked memory, or NULL. For look_free. */
struct look *look_new(void);

/* Wipes and frees it and sets it to NULL; does nothing for NULL. */
void look_free(struct look **look);

/* Looks for what is there under a number and PIN, behind the waiting screen: the same work whether
   there is something or not. What was tried before in this visit uses up nothing. After
   LOOK_DONE *found is valid until the visit's end. */
enum look_end look_number(struct ui *ui, const char code[CODE_LEN], const char *pin,
                          const struct look_found **found);

/* Notes up to which of the messages the person has seen them; `found` is what look_number gave. */
void look_note_seen(struct ui *ui, const struct look_found *found, uint8_t seen);

/* The keys of the case whose messages were seen last in this visit, and up to which; NULL when none
   were. */
const struct code_keys *look_seen(const struct ui *ui, uint8_t *seen);

/* Derives the keys of the number that the visit makes; in practice mode, where they are worth
   nothing, waits as long. Returns 0, or -1 when memory is short. */
int look_make(struct ui *ui, const char code[CODE_LEN], const char *pin, struct code_keys *keys);

/* Does what the visit has left, with random numbers, and waits as long for what it did before. */
void look_finish(struct ui *ui);

#endif
