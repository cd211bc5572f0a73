/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A field of digits; what is not a digit is skipped, read as one, or refused. */
#include <string.h>

#include "tui/digits.h"

void digits_start(struct digits *digits, char *text, size_t capacity, bool hidden)
{
    *digits = (struct digits){.text = text, .capacity = capacity, .hidden = hidden};
    explicit_bzero(text, capacity + 1);
}

/* What people and scanners put between groups of digits. */
static bool is_separator(uint32_t ch)
{
    return ch == ' ' || ch == 0xA0 || ch == '-' || (ch >= 0x2010 && ch <= 0x2015) || ch == 0x2212;
}

static char digit_of(uint32_t ch)
{
    if (ch >= '0' && ch <= '9')
        return (char)ch;
    if (ch == 'O' || ch == 'o')
        return '0';
    if (ch == 'I' || ch == 'i' || ch == 'L' || ch == 'l')
        return '1';
    return '\0';
}

static bool add(struct digits *digits, uint32_t ch)
{
    if (is_separator(ch))
        return true;
    const char digit = digit_of(ch);
    if (!digit || digits->len >= digits->capacity)
        return false;
    digits->text[digits->len++] = digit;
    digits->fresh = true;
    return true;
}

bool digits_key(struct digits *digits, struct keypress key)
{
    switch (key.kind) {
    case KEYPRESS_CHAR:
        return add(digits, key.ch);
    case KEYPRESS_TAB:
        return true;
    case KEYPRESS_DELETE:
        if (digits->len == 0)
            return false;
        digits->text[--digits->len] = '\0';
        digits->fresh = false;
        return true;
    default:
        return false;
    }
}

/* People check the digit typed last together with the rest of its group. */
static bool in_sight(const struct digits *digits, size_t i, int group)
{
    const size_t last = digits->len - 1;
    const size_t size = group > 0 ? (size_t)group : 1;
    return !digits->hidden || (digits->fresh && i / size == last / size);
}

void digits_draw(const struct digits *digits, struct screen *screen, int row, int col, int group)
{
    int cursor = col;
    for (size_t i = 0; i < digits->capacity; i++) {
        if (group > 0 && i > 0 && i % (size_t)group == 0)
            col++;
        if (i == digits->len)
            cursor = col;
        if (i >= digits->len)
            col = screen_put(screen, row, col, SCREEN_PLAIN, "_", 1);
        else if (!in_sight(digits, i, group))
            col = screen_say(screen, row, col, SCREEN_BOLD, "•");
        else
            col = screen_put(screen, row, col, SCREEN_BOLD, &digits->text[i], 1);
    }
    screen_cursor(screen, row, digits->len < digits->capacity ? cursor : col);
}
