/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame that all screens share: title line, question, choices, footer with the keys; asking for
   a key; and what is the same on every screen: help, cover, voice, resize, idleness, a terminal that is gone or
   too small. */
#ifndef SESSION_UI_H
#define SESSION_UI_H

#include <stdbool.h>
#include <stddef.h>

#include "complaint/taxonomy.h"
#include "session/help_text.h"
#include "session/io.h"
#include "tui/digits.h"
#include "tui/layout.h"
#include "tui/page.h"

/* What a screen ends with, when it is not the digit of a choice (1 to 9). */
enum ui_key {
    UI_OVER = -3, /* the session is over: idle or gone */
    UI_BACK = -2,
    UI_NEXT = -1, /* Enter */
    UI_ZERO = 0,
};

/* The first row of what a screen says, and the columns of a line in normal print. */
enum { UI_TOP = 2, UI_WIDTH = 60 };

/* A quiet countdown stands on the screen in the last seconds before a session ends for idleness. */
enum { UI_COUNTDOWN = 20 };

struct ui {
    const struct session_io *io;
    const struct session_place *place;
    struct screen *screen; /* what the terminal shows */
    struct screen
        *paper; /* a dialog's body while it is drawn: as wide, and with all rows there are */
    char
        *voice; /* the screen in words, SESSION_SPEECH_MAX bytes of locked memory; NULL: no voice */
    char language[3];
    enum taxonomy_reader reader;
    int idle;      /* seconds; 0: waits for ever */
    bool begun;    /* a language was chosen */
    bool helping;  /* the help is on the screen */
    bool over;     /* idle or gone: every screen returns to its caller */
    bool small;    /* the terminal is too small to show anything */
    bool too_fast; /* the last press came too fast to be meant */
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
    enum help_topic guide; /* help of the screen drawn last */
    bool news;             /* it has something to say that was not said */
    /* Room for the screen drawn last: columns from left, rows from top to before bottom. */
    int left;
    int width;
    int bottom;
    int spacing; /* rows a line of text takes */
};

/* A screen's fixed parts. Texts are English message ids, or text that is already translated. */
struct dialog {
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
    enum help_topic guide;
};

/* Returns 0 or -1 (memory). */
int ui_open(struct ui *ui, const struct session_io *io, const struct session_place *place);

/* Wipes the cells, shows the blank screen and frees it. */
void ui_close(struct ui *ui);

/* Clears to the terminal's size now, draws title and footer; ui_question also the question. Return the first free
   row. */
int ui_frame(struct ui *ui, const struct dialog *dialog);
int ui_question(struct ui *ui, const struct dialog *dialog);

/* Draws a paragraph from row on, never below bottom. Returns the row behind it. */
int ui_say(struct ui *ui, int row, enum screen_style style, const char *text);

/* A line across the width. */
void ui_rule(struct ui *ui, int row);

/* Says, on one row, where a scrolled text goes on. Nothing when it does not. */
void ui_more(struct ui *ui, int row, int above, int below);

/* Draws the dialog's choices from row on, one row each: for screens that give their room to something else. */
void ui_choices(struct ui *ui, int row, const struct dialog *dialog);

/* Shows what was drawn, and says it when there is a voice. */
void ui_show(struct ui *ui);

/* Shows the screen and waits for a key. What is the same everywhere is dealt with here; then the press is
   KEYPRESS_RESIZE: draw again. After it, look at ui->over first. */
struct keypress ui_ask(struct ui *ui);

/* The digit of a choice, an enum ui_key, or -9 for a press that means nothing on this dialog. */
int ui_meaning(const struct ui *ui, const struct dialog *dialog, struct keypress key);
#define UI_IGNORED (-9)

/* A whole screen: asks until a choice is made. Returns 1 to count or an enum ui_key. */
int dialog_choose(struct ui *ui, const struct dialog *dialog);

/* A whole screen with a text to read between the question and the choices. Returns what dialog_choose does. */
int dialog_read(struct ui *ui, const struct dialog *dialog, struct page *page);

/* The same for one press: UI_IGNORED when that was no choice, and the caller is to ask again. */
int dialog_read_once(struct ui *ui, const struct dialog *dialog, struct page *page);

/* A whole screen with a field for digits; note (or NULL) is said below it until the next digit; check (or NULL)
   gives the note for a field that has just been filled. Returns UI_NEXT, UI_BACK or UI_OVER. */
int dialog_type(struct ui *ui, const struct dialog *dialog, struct digits *digits, int group,
                const char *note, const char *(*check)(const struct digits *));

/* Shows "please wait" and returns at once; dialog_waited throws away what was pressed meanwhile. */
void dialog_wait(struct ui *ui);
void dialog_waited(struct ui *ui);

/* Derives the keys of code and PIN while a bar on that screen grows. Returns 0, or -1 without memory. */
int dialog_derive(struct ui *ui, const char *code, const char *pin, struct code_keys *keys);

/* Says that memory is short, until a key. */
void dialog_sorry(struct ui *ui);

/* Shows a closing word for a few seconds or until a key. */
void dialog_pause(struct ui *ui, const struct dialog *dialog, int seconds);

#endif
