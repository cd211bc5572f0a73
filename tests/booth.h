/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A booth for tests: the world around a session, played from a script, with an office that can open
   what comes out and answer it.

   A script is words between blanks and line ends; # starts a comment.
     2 1234        digits, pressed one by one          "text"        typed letter by letter
     Enter Esc Tab F1 Up Down Left Right PgUp PgDn Home End Backspace Idle Gone
     Language      the digit of the booth's language   resize 30x100 the terminal's size changes
     F2 ... F8     those keys, too                     Wait          time passes until the countdown begins
     fail          the next store fails                show          keeps the screen as it is now
     before        keeps the screen shown before it (one that waits for no key)
     pages         keeps the screen and, in large print, those that Page Down leads to
     Check         types the group of the number that is asked for, or a wrong one: Wrong
     Rush          the presses from here on come too fast to be meant; Calm ends that
     paper dead    what the printer says from now on: no paper, nothing
   At its end the terminal is gone. */
#ifndef TESTS_BOOTH_H
#define TESTS_BOOTH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/answer.h"
#include "crypto/code.h"
#include "kiosk/speech.h"
#include "session/session.h"
#include "session/slip.h"

/* A valid code with its PIN, under which booth_answer answers; and a valid one that nobody has. */
#define BOOTH_CODE    "123456789012345678901235"
#define BOOTH_PIN     "2468"
#define BOOTH_UNKNOWN "987654321098765432109822"

/* What the board says to everyone. */
#define BOOTH_NEWS "Independent visitors come here on 12 December.\nYou can talk to them alone."

enum { BOOTH_SCREENS = 256, BOOTH_DUMP = 16384, BOOTH_DAY = 20779, BOOTH_NUMBER = 7 };

struct booth {
    struct session_io io;
    struct session_place place;
    const char *language;
    const char *script; /* what is left of it */
    bool quoted;
    bool idling;    /* time passes */
    bool rushing;   /* presses come too fast */
    bool restless;  /* before every key the size of the terminal changes, and changes back */
    bool paging;    /* keeps one page after the other */
    int idled;      /* seconds of the time that passes at the end */
    char typing[8]; /* digits still to be pressed */
    char unmasked[BOOTH_DUMP];
    char home_last[BOOTH_DUMP];
    bool quick;  /* derives keys at once: never what crypto/code derives */
    int derived; /* derivations */
    int drops;
    char code[CODE_LEN]; /* of the last derivation or slip */
    int printer;         /* the word it says; slips counts them, slip is the last one */
    int slips;
    uint8_t slip[SLIP_MAX];
    size_t slip_len;
    char said[SESSION_SPEECH_MAX]; /* by the voice, last */
    int sayings;
    int pace;
    int silences; /* orders to stop */
    int rows;
    int cols;
    int home_rows; /* restless: the size it changes back to */
    int home_cols;
    int moves;
    int failing;          /* stores that fail from now on */
    int presses;          /* keys given, without time that passes */
    int presses_at_store; /* of these, before the last store */
    int attempts;         /* calls of store */
    int stored;           /* of these, answered with stored */
    int waits;            /* screens that waited for no key and were followed by another */
    bool clipped;         /* a screen of a large enough terminal lost text */
    bool masked;          /* keep screens with what is random in them replaced */
    int shows;
    uint8_t intake[32];
    uint8_t envelope[ENVELOPE_LEN]; /* last stored */
    uint8_t tried[ENVELOPE_LEN];    /* last attempted */
    bool changed;                   /* a later attempt was made with another envelope */
    bool over;                      /* Idle or Gone was given */
    bool late;                      /* and a key was asked for after it */
    uint8_t opened[LETTER_LEN];
    uint8_t *board;
    struct library *library;
    char now[BOOTH_DUMP];
    char last[BOOTH_DUMP];
    void (*watch)(const struct screen *screen); /* sees every screen, or NULL */
    char *kept[BOOTH_SCREENS];
    int kept_count;
    uint64_t arrived; /* the number in this kiosk's mark on the next board; 0: nothing came yet */
};

/* A booth with an office and a card, no board, 64x24, English. NULL when something failed. */
struct booth *booth_new(void);
void booth_free(struct booth **booth);

/* Makes the office publish a board: n messages ("text 1" and so on) under keys, and this kiosk's
 * mark. */
int booth_answer(struct booth *booth, const struct code_keys *keys, const char *const *texts,
                 size_t n);

/* Gives the booth a printer, a voice. */
void booth_printer(struct booth *booth);
void booth_voice(struct booth *booth);

/* The keys that a booth derives: as crypto/code does, or quickly. Returns 0 or -1. */
int booth_derive(struct booth *booth, const char *code, const char *pin,
                 const struct argon_watch *watch, struct code_keys *keys);

/* Plays one session. Counters of stores and kept screens start anew. */
enum session_end booth_play(struct booth *booth, const char *script);

/* Plays the screen of a kiosk that is out of order. */
void booth_close(struct booth *booth, const char *script);

/* Opens the stored envelope into a letter whose text lies in the booth. 0 when all is in order. */
int booth_open(struct booth *booth, struct letter *letter);

/* The code on a kept receipt: all groups of exactly four digits. */
void booth_code(const char *screen, char code[CODE_LEN]);

#endif
