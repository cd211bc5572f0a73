/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A grid of cells: what a terminal should show. Plain memory, so that screens can be tested
   without a terminal and every cell can be wiped. This is the one place where text is made
   harmless: control, escape, bidirectional and other invisible format characters, unassigned and
   private code points and invalid UTF-8 become U+FFFD; combining marks that do not compose are
   dropped. */
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

/* Never the only carrier of a meaning. SCREEN_MODULES is for QR codes: black on white in any
   theme. */
enum screen_style { SCREEN_PLAIN, SCREEN_BOLD, SCREEN_REVERSE, SCREEN_MODULES };

struct screen_cell {
    uint32_t ch; /* a code point; ' ' when empty; 0 = right half of a double-width character */
    uint8_t style;
};

struct screen;

/* A blank grid of that size, clamped to the limits above, for screen_free. NULL when out of
   memory. */
struct screen *screen_new(int rows, int cols);

/* Wipes every cell, frees the grid and sets *screen to NULL. *screen may be NULL. */
void screen_free(struct screen **screen);

/* Wipes every cell to a plain blank, hides the cursor, resets screen_clipped. */
void screen_clear(struct screen *screen);

/* Changes the size (clamped) and clears. Returns 0, or -1 when out of memory; then nothing
   changes. */
int screen_resize(struct screen *screen, int rows, int cols);

/* The size in cells. */
int screen_rows(const struct screen *screen);
int screen_cols(const struct screen *screen);

/* The cell at a place inside the grid; valid until the size changes. */
const struct screen_cell *screen_at(const struct screen *screen, int row, int col);

/* Puts len bytes of UTF-8 on one row from (row, col); a newline or tab is shown as a blank. Text
   that does not fit is clipped, which screen_clipped tells. Returns the column after the text. */
int screen_put(struct screen *screen, int row, int col, enum screen_style style, const char *text,
               size_t len);

/* As screen_put, for a NUL-terminated string. */
int screen_say(struct screen *screen, int row, int col, enum screen_style style, const char *text);

/* Word-wraps len bytes of UTF-8 into a box at (row, col), width columns by height rows; newlines
   break lines. Returns the rows used. Text that does not fit is clipped, which screen_clipped
   tells; so is all of it when out of memory. */
int screen_wrap(struct screen *screen, int row, int col, int width, int height,
                enum screen_style style, const char *text, size_t len);

/* Whether something has been clipped since the last clear. Tests refuse such a screen. */
bool screen_clipped(const struct screen *screen);

/* The theme: plain (off) is the terminal's own colours, contrast is white on black with bold words
   in yellow. Kept by screen_clear. */
void screen_contrast(struct screen *screen, bool on);
bool screen_is_contrast(const struct screen *screen);

/* Whether showing this grid must first push whatever was shown before out of every buffer on the
   way to the terminal. Kept by screen_clear. */
void screen_forget(struct screen *screen, bool on);
bool screen_forgets(const struct screen *screen);

/* Shows the cursor at (row, col), clamped to the grid, or hides it when row is negative. */
void screen_cursor(struct screen *screen, int row, int col);

/* Where the cursor is; *row is -1 while it is hidden. */
void screen_cursor_at(const struct screen *screen, int *row, int *col);

/* Writes the grid as UTF-8 text, a line per row, without trailing blanks. Returns the bytes needed,
   not counting the NUL; writes at most size bytes, NUL-terminated when size is not 0. The caller
   wipes them. For tests and the demo. */
size_t screen_dump(const struct screen *screen, char *out, size_t size);

#endif
