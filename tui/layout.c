/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Finds the US key that sends a character, and what that key means in another layout. */
#include <string.h>
#include <unictype.h>

#include "tui/layout.h"
#include "base/utf8.h"

/* A key's position on the keyboard, with or without Shift. */
struct place {
    int shift;
    int row;
    int key;
};

enum layout layout_of(const char *language)
{
    if (strcmp(language, "kk") == 0)
        return LAYOUT_KK;
    return strcmp(language, "ru") == 0 ? LAYOUT_RU : LAYOUT_EN;
}

static bool find(uint32_t ch, struct place *place)
{
    for (int i = 0; ch != 0 && i < 2 * LAYOUT_ROWS * LAYOUT_KEYS; i++) {
        const int key = i % LAYOUT_KEYS, row = i / LAYOUT_KEYS % LAYOUT_ROWS;
        const int shift = i / LAYOUT_KEYS / LAYOUT_ROWS;
        if (layout_keys[LAYOUT_EN][shift][row][key] == ch) {
            *place = (struct place){shift, row, key};
            return true;
        }
    }
    return false;
}

static bool us_letter(uint32_t ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z');
}

uint32_t layout_char(enum layout layout, bool layer, struct keypress key)
{
    struct place place;
    if (layer || key.keypad || key.pasted || !find(key.ch, &place))
        return key.ch;
    uint32_t ch = layout_keys[layout][place.shift][place.row][place.key];
    /* The console has already applied Caps Lock to US letters, and only to those. */
    if (key.caps && !us_letter(key.ch) && uc_is_alpha(ch))
        ch = layout_keys[layout][!place.shift][place.row][place.key];
    return ch;
}

void layout_legend(enum layout layout, bool layer, bool upper, int row, char out[LAYOUT_LEGEND_LEN])
{
    const uint32_t *keys = layout_keys[layer ? LAYOUT_EN : layout][upper][row];
    size_t at = 0;
    for (int key = 0; keys[key]; key++) {
        if (key > 0)
            out[at++] = ' ';
        at += utf8_put(keys[key], out + at);
    }
    out[at] = '\0';
}
