/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyboards by their rows, written by `make layouts` from xkeyboard-config: not to be edited. */
#include "tui/layout_table.h"

/* clang-format off */
const uint32_t layout_keys[LAYOUT_COUNT][2][LAYOUT_ROWS][LAYOUT_KEYS + 1] = {
    [LAYOUT_KK] = {
        {
            U"ё\"әіңғ,.үұқөһ",
            U"йцукенгшщзхъ\\",
            U"фывапролджэ",
            U"ячсмитьбю№",
        },
        {
            U"Ё!ӘІҢҒ;:ҮҰҚӨҺ",
            U"ЙЦУКЕНГШЩЗХЪ/",
            U"ФЫВАПРОЛДЖЭ",
            U"ЯЧСМИТЬБЮ?",
        },
    },
    [LAYOUT_RU] = {
        {
            U"ё1234567890-=",
            U"йцукенгшщзхъ\\",
            U"фывапролджэ",
            U"ячсмитьбю.",
        },
        {
            U"Ё!\"№;%:?*()_+",
            U"ЙЦУКЕНГШЩЗХЪ/",
            U"ФЫВАПРОЛДЖЭ",
            U"ЯЧСМИТЬБЮ,",
        },
    },
    [LAYOUT_EN] = {
        {
            U"`1234567890-=",
            U"qwertyuiop[]\\",
            U"asdfghjkl;'",
            U"zxcvbnm,./",
        },
        {
            U"~!@#$%^&*()_+",
            U"QWERTYUIOP{}|",
            U"ASDFGHJKL:\"",
            U"ZXCVBNM<>?",
        },
    },
};
