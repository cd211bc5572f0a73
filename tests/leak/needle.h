/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Canaries, and the search for any piece of them in bytes, in every form a program may hold a text:
   UTF-8, and one character in each unit of 2, 4, 8, 28 or 32 bytes (UTF-16, wchar_t, our cells,
   those of curses, those of wider terminals). */
#ifndef TESTS_LEAK_NEEDLE_H
#define TESTS_LEAK_NEEDLE_H

#include <stddef.h>
#include <stdint.h>

enum {
    NEEDLE_PIECE = 6,    /* characters: less is found everywhere by chance, and as many as ... */
    NEEDLE_WIDE = 8,     /* ... these in wider units, of which tables of addresses are full */
    NEEDLE_CHARS = 128,  /* of one canary */
    NEEDLE_MAX = 128,    /* canaries */
    NEEDLE_REACH = 4096, /* bytes that a piece takes at most, the gaps between its characters too */
};

struct needle;

/* No canary yet. Fails the running test when memory is short. */
struct needle *needle_new(void);
void needle_free(struct needle **needle);

/* Forgets all canaries. */
void needle_clear(struct needle *needle);

/* Adds a canary of UTF-8, any `piece` characters in a row of which are a hit, and in wider units at
   least NEEDLE_WIDE, or all. Returns its number. */
int needle_add(struct needle *needle, const char *name, const char *text, size_t piece);

/* The same for bytes that are no text, looked for as they are. */
int needle_add_bytes(struct needle *needle, const char *name, const void *bytes, size_t len,
                     size_t piece);

const char *needle_name(const struct needle *needle, int canary);

/* Told of each hit: which canary, at which stride, where in the bytes, and how many they take. */
typedef void needle_hit_fn(void *context, int canary, int stride, size_t at, size_t span);

/* Looks for pieces that begin in the first len bytes; NEEDLE_REACH bytes behind them are read,
   too. */
void needle_search(const struct needle *needle, const uint8_t *bytes, size_t len,
                   needle_hit_fn *hit, void *context);

#endif
