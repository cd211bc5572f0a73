/* SPDX-License-Identifier: GPL-3.0-or-later */
/* UTF-8, strictly (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

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

/* Feeds one byte. Returns a code point, UTF8_MORE, or UTF8_BAD for a byte that fits nowhere; after
   a bad byte the decoder is at a boundary again, and *again is true when that byte was not what the
   character begun before needed and must be fed once more. Never swallows a byte that could be
   good. */
int32_t utf8_feed(struct utf8 *decoder, uint8_t byte, bool *again);

/* Writes a code point as UTF-8; returns its 1 to 4 bytes. */
size_t utf8_put(uint32_t ch, char out[4]);

/* True when len bytes are valid UTF-8 throughout. */
bool utf8_valid(const void *text, size_t len);

/* True for code points a person may type or a screen may show: assigned letters, marks, digits,
   punctuation, symbols and the blank. False for controls, format and bidirectional characters,
   surrogates, private use and unassigned ones. */
bool utf8_harmless(uint32_t ch);

/* Takes the first character of len bytes: its code point, or UINT32_MAX for one byte that belongs
   to no character. Returns the bytes taken, 0 only when len is 0. */
size_t utf8_take(const char *text, size_t len, uint32_t *ch);

/* What a screen shows for a code point, and the columns it takes: a blank for newline, tab and the
   blanks of every width, U+FFFD for what is not harmless, else itself. 0 columns: a mark that joins
   the character before it. */
uint32_t utf8_shown(uint32_t ch, int *columns);

/* True for what is written onto the character before it, whether or not it takes a column. */
bool utf8_mark(uint32_t ch);

#endif
