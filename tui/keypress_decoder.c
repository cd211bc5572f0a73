/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A state machine over codes; what is no key and no text is skipped to its end. */
#include "tui/keypress_decoder.h"

#include <stddef.h>

#include "tui/keypress_codes.h"

enum { ESCAPE = 0x1B, SEQUENCE_MAX = 4096 };

void keypress_decoder_start(struct keypress_decoder *decoder, keypress_decoder_read *read)
{
    *decoder = (struct keypress_decoder){.read = read, .quiet = true};
}

/* The brackets of a paste count wherever they stand, also after a lone Esc: what is between them
   must not be taken for keys. */
static int next(struct keypress_decoder *decoder, bool wait)
{
    const int code = decoder->read(wait);
    if (code == KEYPRESS_CODE_PASTE_START || code == KEYPRESS_CODE_PASTE_END)
        decoder->pasting = code == KEYPRESS_CODE_PASTE_START;
    return code;
}

/* What begins with ESC and this byte. */
static enum keypress_sequence introduced(int code)
{
    switch (code) {
    case '[':
        return KEYPRESS_SEQUENCE_CSI_FIRST;
    case 'O':
        return KEYPRESS_SEQUENCE_ONE;
    case ']': /* control strings: titles, colour reports, ... */
    case 'P':
    case '_':
    case '^':
    case 'X':
        return KEYPRESS_SEQUENCE_STRING;
    default:
        return KEYPRESS_SEQUENCE_NONE;
    }
}

static enum keypress_sequence after(enum keypress_sequence sequence, int code)
{
    if (code == KEYPRESS_CODE_NONE || code > 0xFF)
        return KEYPRESS_SEQUENCE_NONE;
    if (code == ESCAPE)
        return KEYPRESS_SEQUENCE_ESCAPE;
    switch (sequence) {
    case KEYPRESS_SEQUENCE_ESCAPE:
        return introduced(code);
    case KEYPRESS_SEQUENCE_CSI_FIRST:
        if (code == '[') /* a function key of the Linux console */
            return KEYPRESS_SEQUENCE_ONE;
        if (code == 'M') /* an old mouse report */
            return KEYPRESS_SEQUENCE_THREE;
        return code >= 0x20 && code < 0x40 ? KEYPRESS_SEQUENCE_CSI : KEYPRESS_SEQUENCE_NONE;
    case KEYPRESS_SEQUENCE_CSI:
        return code >= 0x20 && code < 0x40 ? KEYPRESS_SEQUENCE_CSI : KEYPRESS_SEQUENCE_NONE;
    case KEYPRESS_SEQUENCE_STRING:
        return code == '\a' ? KEYPRESS_SEQUENCE_NONE : KEYPRESS_SEQUENCE_STRING;
    case KEYPRESS_SEQUENCE_THREE:
        return KEYPRESS_SEQUENCE_TWO;
    case KEYPRESS_SEQUENCE_TWO:
        return KEYPRESS_SEQUENCE_ONE;
    default:
        return KEYPRESS_SEQUENCE_NONE;
    }
}

/* Reads on to the end of a sequence or to a pause. What is longer is continued at the next call. */
static void skip(struct keypress_decoder *decoder)
{
    for (int i = 0; i < SEQUENCE_MAX && decoder->sequence != KEYPRESS_SEQUENCE_NONE; i++)
        decoder->sequence = after(decoder->sequence, next(decoder, true));
}

/* Esc alone is a key. With bytes right behind it, it begins a sequence that is no key of ours: none
   of it may become text. */
static enum keypress_kind escape(struct keypress_decoder *decoder)
{
    const int code = next(decoder, false);
    if (code == KEYPRESS_CODE_NONE)
        return KEYPRESS_BACK;
    decoder->sequence = after(KEYPRESS_SEQUENCE_ESCAPE, code);
    skip(decoder);
    return KEYPRESS_OTHER;
}

static struct keypress control(struct keypress_decoder *decoder, int code)
{
    switch (code) {
    case '\r':
    case '\n':
        return (struct keypress){.kind = KEYPRESS_ENTER};
    case '\t':
        return (struct keypress){.kind = KEYPRESS_TAB};
    case '\b':
    case 0x7F:
        return (struct keypress){.kind = KEYPRESS_DELETE};
    case ESCAPE:
        return (struct keypress){.kind = escape(decoder)};
    default:
        return (struct keypress){.kind = KEYPRESS_OTHER, .ch = (uint32_t)code};
    }
}

/* In a paste keys mean nothing and a newline sends nothing. CR LF is one newline. */
static struct keypress pasted(struct keypress_decoder *decoder, int code)
{
    const bool second = decoder->carriage && code == '\n';
    decoder->carriage = code == '\r';
    if (code == '\t')
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = ' ', .pasted = true};
    if ((code == '\r' || code == '\n') && !second)
        return (struct keypress){.kind = KEYPRESS_TAB, .pasted = true};
    if (code == ESCAPE)
        escape(decoder);
    return (struct keypress){.kind = KEYPRESS_OTHER};
}

/* The keypad alone reaches everything (keypress.h). */
static struct keypress keypad(int character)
{
    static const struct {
        int character;
        enum keypress_kind kind;
    } keys[] = {
        {'\r', KEYPRESS_ENTER}, {'-', KEYPRESS_BACK}, {'/', KEYPRESS_HELP}, {'*', KEYPRESS_HIDE},
        {'.', KEYPRESS_SHOW},   {',', KEYPRESS_SHOW}, {'+', KEYPRESS_SAY},
    };
    if (character >= '0' && character <= '9')
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = (uint32_t)character, .keypad = true};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (keys[i].character == character)
            return (struct keypress){.kind = keys[i].kind, .keypad = true};
    return (struct keypress){.kind = KEYPRESS_OTHER, .keypad = true};
}

static struct keypress named(int code)
{
    if (code > KEYPRESS_CODE_KEYPAD && code < KEYPRESS_CODE_KEYPAD + 0x7F)
        return keypad(code - KEYPRESS_CODE_KEYPAD);
    if (code >= KEYPRESS_CODE_KEY && code <= KEYPRESS_CODE_KEY + (int)KEYPRESS_OTHER)
        return (struct keypress){.kind = (enum keypress_kind)(code - KEYPRESS_CODE_KEY)};
    return (struct keypress){.kind = KEYPRESS_OTHER};
}

/* Feeds a byte of text. False while the character is incomplete. */
static bool text(struct keypress_decoder *decoder, uint8_t byte, struct keypress *key)
{
    int32_t ch = UTF8_BAD;
    bool again = false;
    do
        ch = utf8_feed(&decoder->utf8, byte, &again);
    while (again);
    decoder->carriage = false;
    if (ch == UTF8_MORE)
        return false;
    *key = (struct keypress){.kind = KEYPRESS_OTHER};
    if (ch >= 0 && utf8_harmless((uint32_t)ch))
        *key = (struct keypress){
            .kind = KEYPRESS_CHAR, .ch = (uint32_t)ch, .pasted = decoder->pasting};
    return true;
}

static bool understand(struct keypress_decoder *decoder, int code, struct keypress *key)
{
    if (code >= 0x20 && code != 0x7F && code <= 0xFF)
        return text(decoder, (uint8_t)code, key);
    keypress_decoder_forget(decoder);
    if (decoder->pasting)
        *key = pasted(decoder, code);
    else if (code <= 0xFF)
        *key = control(decoder, code);
    else
        *key = named(code);
    return true;
}

bool keypress_decoder_take(struct keypress_decoder *decoder, struct keypress *key, bool *empty)
{
    *empty = false;
    *key = (struct keypress){.kind = KEYPRESS_OTHER};
    if (decoder->sequence != KEYPRESS_SEQUENCE_NONE) {
        skip(decoder);
        return true;
    }
    const int code = next(decoder, false);
    *empty = code == KEYPRESS_CODE_NONE;
    return !*empty && understand(decoder, code, key);
}

void keypress_decoder_time(struct keypress_decoder *decoder, struct keypress *key, bool waited,
                           int64_t now_ms)
{
    if (key->kind == KEYPRESS_RESIZE)
        return;
    const bool soon = !waited || now_ms - decoder->last < KEYPRESS_TOO_FAST_MS;
    key->too_fast = soon && !decoder->quiet;
    decoder->quiet = false;
    decoder->last = now_ms;
}

void keypress_decoder_quiet(struct keypress_decoder *decoder)
{
    decoder->quiet = true;
}

void keypress_decoder_forget(struct keypress_decoder *decoder)
{
    decoder->utf8 = (struct utf8){0};
}

void keypress_decoder_end_paste(struct keypress_decoder *decoder)
{
    decoder->pasting = false;
}
