/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The escape sequences of keys on all terminals that we know. */
#include "tui/keypress_codes.h"

#include <stddef.h>
#include <string.h>

#include "tui/keypress.h"

typedef void define_fn(const char *sequence, int code);

static void each_keypad(bool console, define_fn *define)
{
    /* On the Linux console the keypad's operators have letters of their own. */
    const char *const letters = console ? "pqrstuvwxyMnlSRQ" : "pqrstuvwxyMnkmjo";
    static const char characters[] = "0123456789\r.+-*/";
    char sequence[] = "\033O?";
    for (size_t i = 0; characters[i]; i++) {
        sequence[2] = letters[i];
        define(sequence, KEYPRESS_CODE_KEYPAD + characters[i]);
    }
    if (!console)
        define("\033Ol", KEYPRESS_CODE_KEYPAD + ',');
}

/* F1 to F8 in every form there is. ESC O P is F1 nearly everywhere, but NumLock on the Linux
   console, where ESC O Q to S are keys of the keypad. */
static void each_function_key(bool console, define_fn *define)
{
    static const struct {
        const char *number;
        enum keypress_kind kind;
    } keys[] = {
        {"11", KEYPRESS_HELP},   {"12", KEYPRESS_HIDE},   {"13", KEYPRESS_SHOW},
        {"14", KEYPRESS_LAYOUT}, {"15", KEYPRESS_LAYER},  {"17", KEYPRESS_UNDO},
        {"18", KEYPRESS_SAY},    {"19", KEYPRESS_SLOWER},
    };
    char number[] = "\033[nn~", letter[] = "\033[[A", pf[] = "\033OP";
    for (int i = 0; i < 8; i++) {
        memcpy(number + 2, keys[i].number, 2);
        define(number, KEYPRESS_CODE_KEY + (int)keys[i].kind);
    }
    for (int i = 0; i < 5; i++) {
        letter[3] = (char)('A' + i);
        define(letter, KEYPRESS_CODE_KEY + (int)keys[i].kind);
    }
    for (int i = 0; i < 4 && !console; i++) {
        pf[2] = (char)('P' + i);
        define(pf, KEYPRESS_CODE_KEY + (int)keys[i].kind);
    }
    if (console)
        define("\033OP", KEYPRESS_CODE_KEY + KEYPRESS_OTHER);
}

void keypress_codes_each(bool console, define_fn *define)
{
    static const struct {
        const char *sequence;
        enum keypress_kind kind;
    } keys[] = {
        {"\033[A", KEYPRESS_UP},         {"\033OA", KEYPRESS_UP},    {"\033[B", KEYPRESS_DOWN},
        {"\033OB", KEYPRESS_DOWN},       {"\033[C", KEYPRESS_RIGHT}, {"\033OC", KEYPRESS_RIGHT},
        {"\033[D", KEYPRESS_LEFT},       {"\033OD", KEYPRESS_LEFT},  {"\033[H", KEYPRESS_HOME},
        {"\033OH", KEYPRESS_HOME},       {"\033[1~", KEYPRESS_HOME}, {"\033[F", KEYPRESS_END},
        {"\033OF", KEYPRESS_END},        {"\033[4~", KEYPRESS_END},  {"\033[5~", KEYPRESS_PAGE_UP},
        {"\033[6~", KEYPRESS_PAGE_DOWN},
    };
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        define(keys[i].sequence, KEYPRESS_CODE_KEY + (int)keys[i].kind);
    define("\033[200~", KEYPRESS_CODE_PASTE_START);
    define("\033[201~", KEYPRESS_CODE_PASTE_END);
    each_function_key(console, define);
    each_keypad(console, define);
}
