/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The frame that all screens share: title line, question, choices, footer with the keys; asking for
   a press; what happens on help, resize, idleness and a terminal that is gone or too small. */
#ifndef KIOSK_STAGE_H
#define KIOSK_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "kiosk/guide.h"
#include "kiosk/session.h"
#include "tui/digits.h"

/* What a screen ends with, when it is not the digit of a choice (1 to 9). */
enum stage_key {
    STAGE_OVER = -3, /* the session is over: idle or gone */
    STAGE_BACK = -2,
    STAGE_NEXT = -1, /* Enter */
    STAGE_ZERO = 0,
};

struct stage {
    const struct session_io *io;
    const struct session_place *place;
    struct screen *screen;
    int idle;  /* seconds, 0 while nobody has begun */
    bool over; /* idle or gone: every screen returns to its caller */
    bool small;
    enum guide_topic guide; /* help of the screen drawn last */
    /* Room for the screen drawn last: columns from left, rows from top to before bottom. */
    int left;
    int width;
    int bottom;
};

/* A screen's fixed parts. Texts are English message ids, or text that is already translated. */
struct stage_sheet {
    const char *title;
    const char *text; /* the question, or NULL */
    const char *const *choices;
    size_t count;
    const char *zero; /* what 0 does, or NULL */
    const char *keys; /* the footer */
    bool enter;       /* Enter means something here */
    enum guide_topic guide;
};

/* Returns 0 or -1 (memory). */
int stage_open(struct stage *stage, const struct session_io *io, const struct session_place *place);

/* Wipes the cells, shows the blank screen and frees it. */
void stage_close(struct stage *stage);

/* Clears to the terminal's size now, draws title, question and footer. Returns the first free row.
 */
int stage_frame(struct stage *stage, const struct stage_sheet *sheet);

/* Draws a paragraph from row on, never below bottom. Returns the row behind it. */
int stage_say(struct stage *stage, int row, enum screen_style style, const char *text);

/* A line across the width. */
void stage_rule(struct stage *stage, int row);

/* Says, on one row, where a scrolled text goes on. Nothing when it does not. */
void stage_more(struct stage *stage, int row, int above, int below);

/* Draws the sheet's choices from row on. */
void stage_choices(struct stage *stage, int row, const struct stage_sheet *sheet);

/* Shows the screen and waits for a press. Help is dealt with here, and so is a terminal that is too
   small: then the press is PRESS_RESIZE, draw again. After it, look at stage->over first. */
struct press stage_ask(struct stage *stage);

/* The digit of a choice, an enum stage_key, or -9 for a press that means nothing on this sheet. */
int stage_meaning(const struct stage *stage, const struct stage_sheet *sheet, struct press press);
#define STAGE_IGNORED (-9)

/* A whole screen: asks until a choice is made. Returns 1 to count or an enum stage_key. */
int stage_choose(struct stage *stage, const struct stage_sheet *sheet);

/* A whole screen with a field for digits; note (or NULL) is said below it until the next digit.
   Returns STAGE_NEXT, STAGE_BACK or STAGE_OVER. */
int stage_type(struct stage *stage, const struct stage_sheet *sheet, struct digits *digits,
               int group, const char *note);

/* Shows "please wait" and returns at once. */
void stage_wait(struct stage *stage);

/* Shows a closing word for a few seconds or until a key. */
void stage_pause(struct stage *stage, const struct stage_sheet *sheet, int seconds);

#endif
