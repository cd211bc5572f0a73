/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8, strictly (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
#ifndef TUI_UTF8_H
#define TUI_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Decoder for bytes that arrive one by one. Zero-initialise. */
struct utf8 {
    uint32_t partial;
    uint8_t need;
    uint8_t first; /* lead byte, for the range check of the second */
};

enum { UTF8_MORE = -1, UTF8_BAD = -2 };

/* Feeds one byte. Returns a code point, UTF8_MORE, or UTF8_BAD for a byte that fits nowhere; after a bad
   byte the decoder is at a boundary again, and *again is true when that byte itself starts a new character
   and must be fed once more. Never swallows a byte that could be good. */
int32_t utf8_feed(struct utf8 *decoder, uint8_t byte, bool *again);

/* Writes a code point as UTF-8; returns its 1 to 4 bytes. */
size_t utf8_put(uint32_t ch, char out[4]);

/* True when len bytes are valid UTF-8 throughout. */
bool utf8_valid(const void *text, size_t len);

/* True for code points a person may type or a screen may show: assigned letters, marks, digits,
   punctuation, symbols and the blank. False for controls, format and bidirectional characters,
   surrogates, private use and unassigned ones. */
bool utf8_harmless(uint32_t ch);

#endif
