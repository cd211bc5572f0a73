/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all screens of a session share: where and for whom they are drawn, the frame (title, keys),
   waiting for a key, and the keys that mean the same everywhere: help, hide, show, voice. */
#ifndef SESSION_UI_H
#define SESSION_UI_H

#include <stdbool.h>
#include <stddef.h>

#include "complaint/taxonomy.h"
#include "session/box.h"
#include "session/help_text.h"
#include "session/io.h"
#include "tui/layout.h"

/* What a screen ends with, when it is not the digit of a choice (1 to 9). */
enum ui_key {
    UI_IGNORED = -9, /* a key that means nothing here: ask again */
    UI_OVER = -3,    /* the session is over: idle or gone */
    UI_BACK = -2,
    UI_NEXT = -1, /* Enter */
    UI_ZERO = 0,
};

/* The first row below the title, and the columns of a line in normal print. */
enum { UI_TOP = 2, UI_WIDTH = 60 };

/* Seconds of countdown before an idle session ends. */
enum { UI_COUNTDOWN = 20 };

struct ui;

/* Whole screens that the ui's own keys lay over any other. They stand above the ui, so whoever
   opens it hands them in. Each returns when the person leaves it or the session is over. */
struct ui_overlays {
    void (*help)(struct ui *ui);    /* help on ui->help */
    void (*library)(struct ui *ui); /* from where it was left; also returns when unhidden */
};

/* What makes the screens easier for this person, and how they type. */
struct ui_settings {
    bool large;
    bool contrast;
    bool speaking;
    bool dark; /* nothing on the screen while the voice says it */
    int pace;  /* of the voice, 0 to SESSION_PACES - 1 */
    enum layout layout;
    bool layer; /* of the layout: the keys as on a US keyboard */
};

/* What a passer-by may see, hear, or find on the terminal. */
struct ui_secrecy {
    bool open;        /* typed text and numbers are shown, not dots */
    bool hidden;      /* the library is in front of what the person was doing */
    bool silent;      /* the voice says the screen only when asked */
    bool secret;      /* the screen drawn last holds something private */
    bool last_secret; /* so does the one that the terminal shows */
};

/* The library keeps its place, so that the hide key finds it again. */
struct ui_library {
    size_t page; /* the open page, from 1; 0: the list of pages */
    int top;     /* first line shown of the page; in the list, the screenful */
};

struct look;

struct ui {
    const struct session_io *io;
    const struct session_place *place;
    const struct ui_overlays *overlays;
    struct look *look; /* what the visit derives and looks for (session/look); NULL before it */
    char language[3];
    enum taxonomy_reader reader;
    struct ui_settings settings;
    struct ui_secrecy secrecy;
    struct ui_library library;

    /* Where the person is. */
    bool begun;      /* a language was chosen */
    bool practice;   /* nothing is sent */
    bool helping;    /* the help is on the screen */
    bool browsing;   /* the library is */
    bool typing;     /* text is typed: the keypad's point is a point */
    int step, steps; /* progress on the way to sending; 0 steps: none is shown */

    /* Waiting. */
    int idle_seconds; /* until the session ends; 0: waits for ever */
    bool over;        /* idle or gone: every screen returns to its caller */
    bool too_fast;    /* the last key came too fast to be meant */

    /* The screen drawn last. */
    struct screen *screen;
    struct screen *canvas; /* as wide, with all rows there are: a body drawn to be scrolled */
    struct box box;        /* between title and keys */
    char *voice;       /* the screen in words: SESSION_SPEECH_MAX bytes of locked memory, or NULL */
    bool small;        /* the terminal is too small to show anything */
    bool needs_speech; /* it holds something that was not said */
    enum help_topic help;
};

/* Opens the ui on a terminal; io, place and overlays are lent until ui_close. Returns 0, or -1 when
   memory is short; then nothing needs closing. */
int ui_open(struct ui *ui, const struct session_io *io, const struct session_place *place,
            const struct ui_overlays *overlays);

/* Stops the voice, wipes every cell, shows the blank screen and frees everything. */
void ui_close(struct ui *ui);

/* Starts a screen: takes the terminal's size, clears, draws the title and the keys. The texts are
   message ids or translated text. Returns the first free row. */
int ui_frame(struct ui *ui, const char *title, const char *keys, enum help_topic help);

/* Draws a line across the normal width. */
void ui_rule(struct ui *ui, int row);

/* Says on one row where a scrolled text goes on, given the lines hidden above and below. Draws
   nothing when none are. */
void ui_more(struct ui *ui, int row, int above, int below);

/* Shows what was drawn, and says it when the voice is on and it needs speech. */
void ui_show(struct ui *ui);

/* Says a text of len bytes now, in the session's language. For a place that has a speaker. */
void ui_speak(struct ui *ui, const char *text, size_t len);

/* Switches the voice on, or off and silent at once. */
void ui_toggle_voice(struct ui *ui);

/* Shows the screen and waits for a key. Keys that mean the same everywhere are obeyed here and come
   back as KEYPRESS_RESIZE: draw again. KEYPRESS_HIDE comes back only when the library that hid a
   screen is taken away. Look at ui->over first: it is set when the person is idle or gone. */
struct keypress ui_ask(struct ui *ui);

#endif
