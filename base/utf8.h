/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Strict UTF-8 (RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF). */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A decoder for bytes that arrive one by one. Zero-initialise it. */
struct utf8 {
    uint32_t partial;
    uint8_t need;
    uint8_t first; /* the lead byte, while the second one is due */
};

enum { UTF8_MORE = -1, UTF8_BAD = -2 };

/* Feeds one byte. Returns a code point; UTF8_MORE while a character is incomplete; or UTF8_BAD,
   after which the decoder is at a boundary again. With UTF8_BAD, *again is set when this byte cut
   off a character begun earlier and has to be fed once more: no byte that may be good is
   swallowed. */
int32_t utf8_feed(struct utf8 *decoder, uint8_t byte, bool *again);

/* Writes a code point as UTF-8, not NUL-terminated; returns the number of bytes, 1 to 4. */
size_t utf8_put(uint32_t ch, char out[4]);

/* Whether all len bytes are valid UTF-8. */
bool utf8_valid(const void *text, size_t len);

/* Whether a code point may be typed and shown: assigned letters, marks, digits, punctuation,
   symbols and the blank. Not control, format and bidirectional characters, surrogates, private use
   and unassigned code points. */
bool utf8_harmless(uint32_t ch);

/* Takes the first character of len bytes: sets *ch to its code point, or to UINT32_MAX for one byte
   that belongs to no character. Returns the number of bytes taken, 0 only when len is 0. */
size_t utf8_take(const char *text, size_t len, uint32_t *ch);

/* What a screen shows for a code point: a blank for newline, tab and blanks of any width, U+FFFD
   for what is not harmless, otherwise itself. Sets *columns to the columns it takes, 0 for a mark
   that joins the character before it. */
uint32_t utf8_shown(uint32_t ch, int *columns);

/* Whether it is a mark on the character before it, with or without a column of its own. */
bool utf8_mark(uint32_t ch);

#endif
