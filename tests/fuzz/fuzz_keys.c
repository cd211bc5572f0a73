/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as keys: through the decoder into every widget, and straight onto the screen. */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "tests/fuzz/fuzz.h"
#include "tui/digits.h"
#include "tui/edit.h"
#include "tui/layout.h"
#include "tui/list.h"
#include "tui/page.h"
#include "tui/screen.h"
#include "tui/wrap.h"

enum { CAPACITY = 300, UNDO = 40, CODE = 24, HEIGHT = 5, LINES = 64 };

struct widgets {
    struct screen *screen;
    struct edit edit;
    struct digits digits;
    struct list list;
    struct page page;
    char code[CODE + 1];
    char undo[UNDO];
    int width;
    uint8_t flags; /* of the presses to come: Caps Lock, keypad, pasted, the "123" layer */
};

static void check_edit(const struct edit *edit)
{
    must(edit->len <= edit->capacity && edit->cursor <= edit->len);
    must(utf8_valid(edit->text, edit->len) && utf8_valid(edit->text, edit->cursor));
    must(edit->undo_len <= UNDO && utf8_valid(edit->undo, edit->undo_len));
    for (size_t i = edit->undo_len; i < UNDO; i++)
        must(edit->undo[i] == 0);
}

/* A key means one harmless character in every layout, or stays what it is. */
static struct keypress mapped(const struct widgets *w, struct keypress press)
{
    press.caps = w->flags & 1;
    press.keypad = w->flags & 2;
    press.pasted = w->flags & 4;
    if (press.kind != KEYPRESS_CHAR)
        return press;
    const uint32_t ch = layout_char((enum layout)(w->flags % LAYOUT_COUNT), w->flags & 8, press);
    must(ch == press.ch || utf8_harmless(ch));
    press.ch = ch;
    return press;
}

/* The cursor stands at the same place whether the text is hidden or not. */
static void check_hidden(struct widgets *w)
{
    struct screen *dots = screen_new(24, 64);
    struct edit edit = w->edit;
    int above = 0, below = 0, row[2] = {0}, col[2] = {0};

    must(dots != NULL);
    edit.hidden = false;
    edit_draw(&edit, w->screen, 0, 0, w->width, HEIGHT, &above, &below);
    screen_cursor_at(w->screen, &row[0], &col[0]);
    edit.hidden = true;
    edit_draw(&edit, dots, 0, 0, w->width, HEIGHT, &above, &below);
    screen_cursor_at(dots, &row[1], &col[1]);
    must(row[0] == row[1] && col[0] == col[1]);
    screen_free(&dots);
}

static void draw(struct widgets *w)
{
    int above = 0, below = 0, row = 0, col = 0;

    check_hidden(w);
    edit_draw(&w->edit, w->screen, 0, 0, w->width, HEIGHT, &above, &below);
    screen_cursor_at(w->screen, &row, &col);
    must(row >= 0 && row < HEIGHT && col >= 0 && col < w->width && above >= 0 && below >= 0);
    page_draw(&w->page, w->screen, HEIGHT, 0, w->width, HEIGHT, &above, &below);
    must(above >= 0 && below >= 0 && above + below < w->page.lines);
    digits_draw(&w->digits, w->screen, 2 * HEIGHT, 0, 4);
}

static void press(struct widgets *w, struct keypress press)
{
    edit_key(&w->edit, mapped(w, press), w->width, HEIGHT);
    if (press.kind == KEYPRESS_UNDO)
        edit_undo(&w->edit);
    edit_at_sentence(&w->edit);
    check_edit(&w->edit);
    digits_key(&w->digits, press);
    must(w->digits.len <= CODE && strlen(w->code) == w->digits.len &&
         strspn(w->code, "0123456789") == w->digits.len);
    page_key(&w->page, press, HEIGHT);
    list_key(&w->list, press, HEIGHT);
    must(w->list.at == 0 || w->list.at < w->list.count);
    must(w->list.top <= w->list.at && w->list.at - w->list.top < HEIGHT);
    must(list_chosen(press, 4) < 4);
    if (press.kind == KEYPRESS_LAYOUT)
        w->flags++;
    if (press.kind == KEYPRESS_SHOW)
        w->edit.hidden = !w->edit.hidden;
    if (press.kind == KEYPRESS_IDLE)
        draw(w);
}

/* Control bytes stand for the keys that are not text. */
static void press_byte(struct widgets *w, struct utf8 *decoder, uint8_t byte)
{
    bool again = false;

    if (byte < 0x20) {
        press(w, (struct keypress){(enum keypress_kind)(byte % (KEYPRESS_OTHER + 1)), byte});
        return;
    }
    do {
        const int32_t ch = utf8_feed(decoder, byte, &again);
        must(ch >= UTF8_BAD && ch <= 0x10FFFF && (ch < 0xD800 || ch > 0xDFFF));
        if (ch >= 0)
            press(w, (struct keypress){KEYPRESS_CHAR, (uint32_t)ch});
    } while (again);
}

static void check_cells(const struct screen *screen)
{
    for (int row = 0; row < screen_rows(screen); row++)
        for (int col = 0; col < screen_cols(screen); col++) {
            const uint32_t ch = screen_at(screen, row, col)->ch;
            must(ch == 0 ? col > 0 && screen_at(screen, row, col - 1)->ch != 0 : utf8_harmless(ch));
        }
}

static void check_wrap(const char *text, size_t len, int width)
{
    struct wrap_line lines[LINES];
    const int n = wrap_lines(text, len, width, lines, LINES);
    size_t next = 0;

    must(n >= 1);
    for (int i = 0; i < n && i < LINES; i++) {
        must(lines[i].start == next && lines[i].start <= lines[i].end &&
             lines[i].end <= lines[i].next);
        must(lines[i].next > next || i + 1 == n);
        next = lines[i].next;
    }
    must(n > LINES || next == len);
    fuzz_fail_at(1 + len % 2);
    must(wrap_lines(text, len, width, NULL, 0) == -1 || len % 2 > 0);
    fuzz_fail_at(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct widgets w = {0};
    char *text = calloc(1, CAPACITY);
    struct utf8 decoder = {0};

    fuzz_fail_at(0);
    w.screen = screen_new(24, 64);
    must(w.screen && text);
    if (size == 0)
        goto out;
    w.width = 2 + data[0] % 60;
    w.list.count = data[0] % 20;
    w.flags = data[0];
    edit_start(&w.edit, text, 0, CAPACITY);
    edit_lend_undo(&w.edit, w.undo, UNDO);
    w.edit.spacing = data[0] % 3;
    digits_start(&w.digits, w.code, CODE, data[0] & 1);
    page_start(&w.page, (const char *)data, size);
    w.page.spacing = data[0] % 3;
    for (size_t i = 1; i < size; i++)
        press_byte(&w, &decoder, data[i]);
    draw(&w);
    screen_put(w.screen, 12, data[0] % 64, SCREEN_PLAIN, (const char *)data, size);
    screen_wrap(w.screen, 13, 0, w.width, 10, SCREEN_BOLD, (const char *)data, size);
    check_wrap((const char *)data, size, w.width);
    check_cells(w.screen);
out:
    screen_free(&w.screen);
    free(text);
    return 0;
}
