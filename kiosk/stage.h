/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame that all screens share: title line, question, choices, footer with the keys; asking for
   a press; and what is the same on every screen: help, cover, voice, resize, idleness, a terminal that is gone or
   too small. */
#ifndef KIOSK_STAGE_H
#define KIOSK_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "complaint/taxonomy.h"
#include "kiosk/guide.h"
#include "kiosk/session.h"
#include "tui/digits.h"
#include "tui/layout.h"
#include "tui/page.h"

/* What a screen ends with, when it is not the digit of a choice (1 to 9). */
enum stage_key {
    STAGE_OVER = -3, /* the session is over: idle or gone */
    STAGE_BACK = -2,
    STAGE_NEXT = -1, /* Enter */
    STAGE_ZERO = 0,
};

/* The first row of what a screen says, and the columns of a line in normal print. */
enum { STAGE_TOP = 2, STAGE_WIDTH = 60 };

/* A quiet countdown stands on the screen in the last seconds before a session ends for idleness. */
enum { STAGE_COUNTDOWN = 20 };

struct stage {
    const struct session_io *io;
    const struct session_place *place;
    struct screen *screen; /* what the terminal shows */
    struct screen
        *paper;  /* a sheet's body while it is drawn: as wide, and with all rows there are */
    char *voice; /* the screen in words, SPEAKER_TEXT_MAX bytes of locked memory; NULL: no voice */
    char language[3];
    enum taxonomy_reader reader;
    int idle;      /* seconds; 0: waits for ever */
    bool begun;    /* a language was chosen */
    bool helping;  /* the help is on the screen */
    bool over;     /* idle or gone: every screen returns to its caller */
    bool small;    /* the terminal is too small to show anything */
    bool rushed;   /* the last press came too fast to be meant */
    bool browsing; /* the library is on the screen */
    bool covered;  /* ... in front of what the person was doing */
    bool practice;
    bool writing; /* text is typed: the keypad's point is a point */
    bool open;    /* typed text and code are shown, not dots */
    bool large;
    bool contrast;
    bool speaking;
    bool hushed; /* what is on the screen is said only when it is asked for */
    bool dark;   /* nothing on the screen: for who listens */
    bool secret; /* the screen drawn last has something that is the person's alone */
    bool told;   /* and so had the one that the terminal shows */
    int pace;
    enum layout layout;
    bool layer;      /* of the layout: the keys as on a US keyboard */
    int step, steps; /* how far the person is; 0: no such thing */
    size_t shelf;    /* the library's page that is open, from 1; 0: its list */
    int shelf_top;
    enum guide_topic guide; /* help of the screen drawn last */
    bool news;              /* it has something to say that was not said */
    /* Room for the screen drawn last: columns from left, rows from top to before bottom. */
    int left;
    int width;
    int bottom;
    int spacing; /* rows a line of text takes */
};

/* A screen's fixed parts. Texts are English message ids, or text that is already translated. */
struct stage_sheet {
    const char *title;
    const char *text; /* the question, or NULL */
    const char *const *choices;
    size_t count;
    const char *zero; /* what 0 does, or NULL */
    const char *tail; /* said below the choices, or NULL */
    const char *keys; /* the footer */
    bool enter;       /* Enter means something here */
    bool skip;        /* Enter means what 0 means, unless something was answered before: */
    const char *kept; /* ... which is this, or NULL; then Enter keeps it */
    bool secret;      /* the text is the person's alone */
    bool sends;       /* Enter sends: only a press that was meant counts */
    enum guide_topic guide;
};

/* Returns 0 or -1 (memory). */
int stage_open(struct stage *stage, const struct session_io *io, const struct session_place *place);

/* Wipes the cells, shows the blank screen and frees it. */
void stage_close(struct stage *stage);

/* Clears to the terminal's size now, draws title and footer; stage_question also the question. Return the first free
   row. */
int stage_frame(struct stage *stage, const struct stage_sheet *sheet);
int stage_question(struct stage *stage, const struct stage_sheet *sheet);

/* Draws a paragraph from row on, never below bottom. Returns the row behind it. */
int stage_say(struct stage *stage, int row, enum screen_style style, const char *text);

/* A line across the width. */
void stage_rule(struct stage *stage, int row);

/* Says, on one row, where a scrolled text goes on. Nothing when it does not. */
void stage_more(struct stage *stage, int row, int above, int below);

/* Draws the sheet's choices from row on, one row each: for screens that give their room to something else. */
void stage_choices(struct stage *stage, int row, const struct stage_sheet *sheet);

/* Shows what was drawn, and says it when there is a voice. */
void stage_show(struct stage *stage);

/* Shows the screen and waits for a press. What is the same everywhere is dealt with here; then the press is
   PRESS_RESIZE: draw again. After it, look at stage->over first. */
struct press stage_ask(struct stage *stage);

/* The digit of a choice, an enum stage_key, or -9 for a press that means nothing on this sheet. */
int stage_meaning(const struct stage *stage, const struct stage_sheet *sheet, struct press press);
#define STAGE_IGNORED (-9)

/* A whole screen: asks until a choice is made. Returns 1 to count or an enum stage_key. */
int stage_choose(struct stage *stage, const struct stage_sheet *sheet);

/* A whole screen with a text to read between the question and the choices. Returns what stage_choose does. */
int stage_read(struct stage *stage, const struct stage_sheet *sheet, struct page *page);

/* The same for one press: STAGE_IGNORED when that was no choice, and the caller is to ask again. */
int stage_read_once(struct stage *stage, const struct stage_sheet *sheet, struct page *page);

/* A whole screen with a field for digits; note (or NULL) is said below it until the next digit; check (or NULL)
   gives the note for a field that has just been filled. Returns STAGE_NEXT, STAGE_BACK or STAGE_OVER. */
int stage_type(struct stage *stage, const struct stage_sheet *sheet, struct digits *digits,
               int group, const char *note, const char *(*check)(const struct digits *));

/* Shows "please wait" and returns at once; stage_waited throws away what was pressed meanwhile. */
void stage_wait(struct stage *stage);
void stage_waited(struct stage *stage);

/* Derives the keys of code and PIN while a bar on that screen grows. Returns 0, or -1 without memory. */
int stage_derive(struct stage *stage, const char *code, const char *pin, struct code_keys *keys);

/* Says that memory is short, until a key. */
void stage_sorry(struct stage *stage);

/* Shows a closing word for a few seconds or until a key. */
void stage_pause(struct stage *stage, const struct stage_sheet *sheet, int seconds);

#endif
