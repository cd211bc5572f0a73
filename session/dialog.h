/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dialogs: whole screens with a question, its choices, a text to read or a field for digits. */
#ifndef SESSION_DIALOG_H
#define SESSION_DIALOG_H

#include <stdbool.h>
#include <stddef.h>

#include "session/ui.h"
#include "tui/digits.h"
#include "tui/page.h"

/* What a screen consists of. Texts are message ids, or text that is already translated. */
struct dialog {
    const char *title;
    const char *text; /* the question, or NULL */
    const char *const *choices;
    size_t count;
    const char *zero; /* what 0 does, or NULL */
    const char *tail; /* below the choices, or NULL */
    const char *keys; /* the footer */
    bool enter;       /* Enter goes on */
    bool skip;        /* Enter means 0, or with `kept` goes on */
    const char *kept; /* the answer given before, which Enter keeps; or NULL */
    bool secret;      /* the text is private */
    bool sends;       /* Enter sends: a key that came too fast does not count */
    enum help_topic help;
};

/* Draws title and keys; dialog_question also the question. Both return the first free row. */
int dialog_frame(struct ui *ui, const struct dialog *dialog);
int dialog_question(struct ui *ui, const struct dialog *dialog);

/* Draws the choices from row on, one row each: for screens that need the room for other things. */
void dialog_choices(struct ui *ui, int row, const struct dialog *dialog);

/* Returns what a key from ui_ask means here: the number of a choice, or an enum ui_key. */
int dialog_meaning(const struct ui *ui, const struct dialog *dialog, struct keypress key);

/* Asks until a choice is made. Returns its number, from 1, or an enum ui_key but UI_IGNORED. */
int dialog_choose(struct ui *ui, const struct dialog *dialog);

/* As dialog_choose, with a text to read between question and choices; a choice that is NULL can be
   made, and the text says what it is. */
int dialog_read(struct ui *ui, const struct dialog *dialog, struct page *page);

/* As dialog_read, for a single key: may return UI_IGNORED, and the caller asks again. */
int dialog_read_once(struct ui *ui, const struct dialog *dialog, struct page *page);

/* Asks for digits, shown in groups of `group` (0: in one). The note (or NULL) stands below the
   field until the next digit; check (or NULL) gives the note for a field that was just filled.
   Returns UI_NEXT, UI_BACK or UI_OVER. */
int dialog_type(struct ui *ui, const struct dialog *dialog, struct digits *digits, int group,
                const char *note, const char *(*check)(const struct digits *));

/* Shows "please wait" and returns at once. dialog_waited drops the keys pressed since. */
void dialog_wait(struct ui *ui);
void dialog_waited(struct ui *ui);

/* Draws the bar of the waiting screen: `done` of so many steps. */
void dialog_bar(struct ui *ui, int done, int steps);

/* Derives the keys of code and PIN while a bar grows on the waiting screen. Returns 0, or -1 when
   memory is short. */
int dialog_derive(struct ui *ui, const char *code, const char *pin, struct code_keys *keys);

/* Says that memory is short, until a key is pressed. */
void dialog_sorry(struct ui *ui);

/* Shows a screen for some seconds or until a key is pressed. */
void dialog_pause(struct ui *ui, const struct dialog *dialog, int seconds);

#endif
