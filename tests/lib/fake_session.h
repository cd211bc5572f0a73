/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The world around a session for tests: a terminal that plays a script, and an office that can open
   what comes out and answer it.

   A script may say besides the words of fake_terminal.h:
     fail              the next store fails
     paper dead        what the printer says from now on: no paper, nothing */
#ifndef TESTS_LIB_FAKE_SESSION_H
#define TESTS_LIB_FAKE_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/answer.h"
#include "crypto/code.h"
#include "kiosk/speech.h"
#include "session/session.h"
#include "session/slip.h"
#include "tests/lib/fake_terminal.h"

/* A valid code with its PIN, under which fake_session_answer answers; a valid one that nobody
   has. */
#define FAKE_SESSION_CODE    "123456789012345678901235"
#define FAKE_SESSION_PIN     "2468"
#define FAKE_SESSION_UNKNOWN "987654321098765432109822"

/* Messages that are no plain text: a question begins with the first of these, and each answer to it
   with '|'; the other is of a kind that this program does not know. */
#define FAKE_SESSION_ASKS  "\x02"
#define FAKE_SESSION_NEWER "\x03"

/* What the board says to everyone. */
#define FAKE_SESSION_NEWS                                                                          \
    "Independent visitors come here on 12 December.\nYou can talk to them alone."

/* FAKE_SESSION_ENTRIES: of each segment of the board; more than a test gives messages. */
enum { FAKE_SESSION_DAY = 20779, FAKE_SESSION_NUMBER = 7, FAKE_SESSION_ENTRIES = 32 };

struct fake_session {
    struct session_io io;
    struct session_place place;
    struct fake_terminal terminal;
    bool quick;                  /* derives keys at once: never what crypto/code derives */
    int derived;                 /* derivations */
    int drops;                   /* orders to throw away what was pressed */
    char derived_code[CODE_LEN]; /* of the last derivation */
    char code[CODE_LEN];         /* of the last one before the last store: that of the letter */
    int printer;                 /* the word it says; slips counts them, slip is the last one */
    int slips;
    uint8_t slip[SLIP_MAX];
    size_t slip_len;
    char said[SESSION_SPEECH_MAX]; /* by the voice, last */
    int sayings;
    int pace;
    int silences;         /* orders to stop */
    int failing;          /* stores that fail from now on */
    int presses_at_store; /* keys given before the last store */
    int attempts;         /* calls of store */
    int stored;           /* of these, answered with stored */
    uint8_t intake[32];
    uint8_t envelope[ENVELOPE_LEN]; /* last stored */
    uint8_t tried[ENVELOPE_LEN];    /* last attempted */
    bool changed;                   /* a later attempt was made with another envelope */
    uint8_t opened[LETTER_LEN];
    struct fake_session_board *board;
    struct library *library;
    const char *news; /* that the next board brings, at first FAKE_SESSION_NEWS */
    uint32_t letters; /* how many that the person wrote have arrived on the next board */
    uint64_t arrived; /* the number in this kiosk's mark on the next board; 0: nothing came yet */
};

/* A session's world with an office and a card, no board, 64x24, English. NULL when something
   failed. */
struct fake_session *fake_session_new(void);
void fake_session_free(struct fake_session **session);

/* Makes the office publish a board: n messages under keys, of which those whose text is NULL are
   left out, the letters, the news, and this kiosk's mark. Returns 0 or -1. */
int fake_session_answer(struct fake_session *session, const struct code_keys *keys,
                        const char *const *texts, size_t n);

/* Gives the place a printer, a voice. */
void fake_session_printer(struct fake_session *session);
void fake_session_voice(struct fake_session *session);

/* The keys that it derives: as crypto/code does, or quickly. Returns 0 or -1. */
int fake_session_derive(struct fake_session *session, const char *code, const char *pin,
                        const struct argon_watch *watch, struct code_keys *keys);

/* Plays one session. Counters and kept screens start anew. */
enum session_end fake_session_play(struct fake_session *session, const char *script);

/* Plays the screen of a kiosk that is out of order. */
void fake_session_close(struct fake_session *session, const char *script);

/* Opens the stored envelope into a letter whose text lies in the session. 0 when all is in
   order. */
int fake_session_open(struct fake_session *session, struct letter *letter);

#endif
