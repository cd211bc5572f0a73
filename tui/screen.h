/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A grid of cells: what a terminal should show. Pure memory, so screens are tested without a
   terminal, and leaving a screen can wipe every cell. Text is made harmless here, in one place:
   control, escape, bidirectional and other invisible format characters, unassigned and private code
   points, and invalid UTF-8 become U+FFFD; combining marks that did not compose are left out. */
#ifndef TUI_SCREEN_H
#define TUI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCREEN_COLS_MIN = 64,
    SCREEN_ROWS_MIN = 24,
    SCREEN_COLS_MAX = 200,
    SCREEN_ROWS_MAX = 80,
};

/* No meaning by style alone. SCREEN_MODULES is for QR codes: black on white whatever the theme. */
enum screen_style { SCREEN_PLAIN, SCREEN_BOLD, SCREEN_REVERSE, SCREEN_MODULES };

struct screen_cell {
    uint32_t ch; /* a code point; ' ' when empty; 0 = right half of a double-width character */
    uint8_t style;
};

struct screen;

/* A blank grid; sizes are clamped to the limits above. NULL when memory is short. */
struct screen *screen_new(int rows, int cols);

/* Wipes every cell, frees, sets to NULL. NULL is nothing. */
void screen_free(struct screen **screen);

/* Wipes every cell to a plain blank, hides the cursor, forgets that something was clipped. */
void screen_clear(struct screen *screen);

/* Changes the size (clamped) and clears. Returns 0 or -1 (memory; then the old size stays). */
int screen_resize(struct screen *screen, int rows, int cols);

int screen_rows(const struct screen *screen);
int screen_cols(const struct screen *screen);
const struct screen_cell *screen_at(const struct screen *screen, int row, int col);

/* Puts len bytes of UTF-8 on one line from (row, col); a newline or tab is shown as a blank. Text
   that does not fit is clipped and remembered (screen_clipped). Returns the column after the text.
 */
int screen_put(struct screen *screen, int row, int col, enum screen_style style, const char *text,
               size_t len);

/* The same for a NUL-terminated string of ours (translated messages). */
int screen_say(struct screen *screen, int row, int col, enum screen_style style, const char *text);

/* Word-wraps text from (row, col) into a box of width columns and at most height rows. Returns the
   number of rows used; what does not fit is clipped and remembered. Newlines break lines. */
int screen_wrap(struct screen *screen, int row, int col, int width, int height,
                enum screen_style style, const char *text, size_t len);

/* True when something has been clipped since the last clear: the tests refuse such a screen. */
bool screen_clipped(const struct screen *screen);

/* The theme that a terminal shows the grid in: plain is the terminal's own colours, contrast is white on black with
   bold words in yellow. No meaning by it. Stays when the screen is cleared. */
void screen_contrast(struct screen *screen, bool on);
bool screen_is_contrast(const struct screen *screen);

/* Whether nothing of what a terminal showed before may be left in any buffer on the way there. Stays when the screen is
   cleared. */
void screen_forget(struct screen *screen, bool before);
bool screen_forgets(const struct screen *screen);

/* Shows the cursor at (row, col), or hides it with row < 0. */
void screen_cursor(struct screen *screen, int row, int col);
void screen_cursor_at(const struct screen *screen, int *row, int *col);

/* Writes the grid as UTF-8 text, one line a row, blanks at line ends left out. Returns the bytes
   needed (without the NUL); writes at most size bytes, always NUL-terminated when size > 0. For
   tests and the demo; the caller wipes. */
size_t screen_dump(const struct screen *screen, char *out, size_t size);

#endif
