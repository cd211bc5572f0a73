/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A terminal for tests: plays the keys of a script and keeps the screens that are shown.

   A script is words between blanks and line ends; # starts a comment.
     [your own words]  the title of the screen on which the next key is pressed, or a part of it:
                       another title ends the program (in English; other languages are not compared)
     2 1234            digits, pressed one by one      "text"        typed letter by letter
     Enter Esc Tab F1 Up Down Left Right PgUp PgDn Home End Backspace Idle Gone
     F2 ... F8         those keys, too                 Wait          time until the countdown begins
     Language          the digit of the language       resize 30x100 the terminal's size changes
     show              keeps the screen as it is now
     before            keeps the screen shown before it (one that waits for no key)
     pages             keeps the screen and, in large print, those that Page Down leads to
     Check             types the group of the number that is asked for, or a wrong one: Wrong
     Rush              the presses from here on come too fast to be meant; Calm ends that
   What is none of these goes to the world around the terminal. At the end of the script the
   terminal is gone. Scripts that ask for what cannot be end the program. */
#ifndef TESTS_LIB_FAKE_TERMINAL_H
#define TESTS_LIB_FAKE_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>

#include "crypto/code.h"
#include "tui/keypress.h"
#include "tui/screen.h"

enum { FAKE_TERMINAL_SCREENS = 256, FAKE_TERMINAL_DUMP = 16384 };

/* Does what a word says that is none of the terminal's; false when it knows none such. */
typedef bool fake_terminal_word_fn(void *context, const char *word, size_t len);

struct fake_terminal {
    /* To be set before a play. */
    int rows;
    int cols;
    const char *language;
    int idle_seconds;                           /* no session asks for a key after these */
    bool large;                                 /* the play begins in large print */
    bool masked;                                /* keep screens with what is random replaced */
    bool restless;                              /* before each key the size changes, and back */
    void (*watch)(const struct screen *screen); /* sees every screen, or NULL */
    const char *code;                           /* the digits of which Check types a group */
    fake_terminal_word_fn *word;                /* and its context; or NULL */
    void *context;
    /* What came of it. */
    char *kept[FAKE_TERMINAL_SCREENS];
    int kept_count;
    char now[FAKE_TERMINAL_DUMP];
    char last[FAKE_TERMINAL_DUMP]; /* the screen before that */
    int shows;
    int waits;    /* screens that waited for no key and were followed by another */
    int presses;  /* keys given, without time that passes */
    int idled;    /* seconds of the time that passes at the end */
    bool clipped; /* a screen of a large enough terminal lost text */
    bool late;    /* a key was asked for after the time was over, or the terminal gone */
    /* Its own. */
    const char *script; /* what is left of it */
    bool quoted;
    bool idling;    /* time passes */
    bool rushing;   /* presses come too fast */
    bool paging;    /* keeps one page after the other */
    bool over;      /* the time is over, or the terminal gone */
    char typing[8]; /* digits still to be pressed */
    char unmasked[FAKE_TERMINAL_DUMP];
    char home_last[FAKE_TERMINAL_DUMP];
    int home_rows; /* restless: the size it changes back to */
    int home_cols;
    int moves;
};

/* 64x24, English, nothing kept. */
void fake_terminal_make(struct fake_terminal *terminal);

/* Puts a script in; counters and kept screens start anew. The script must outlive its play. */
void fake_terminal_load(struct fake_terminal *terminal, const char *script);

/* The three calls of a session (session/io.h). */
void fake_terminal_size(const struct fake_terminal *terminal, int *rows, int *cols);
void fake_terminal_show(struct fake_terminal *terminal, const struct screen *screen);
struct keypress fake_terminal_key(struct fake_terminal *terminal, int seconds);

/* Frees the kept screens. */
void fake_terminal_forget(struct fake_terminal *terminal);

/* The code on a kept receipt: all groups of exactly four digits. */
void fake_terminal_code(const char *screen, char code[CODE_LEN]);

#endif
