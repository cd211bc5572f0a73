/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that try to act on their reader, and honest ones that must not suffer for it.

   Each is a unit repeated between honest words, with lines that imitate the office's own. */
#ifndef TESTS_LIB_HOSTILE_H
#define TESTS_LIB_HOSTILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hostile {
    const char *name;
    const char *unit;
    size_t len;
    size_t times; /* 0: as often as there is room */
    enum {
        HOSTILE_ACTS,  /* must never be seen as it is */
        HOSTILE_HEAPS, /* harmless one by one, hostile in numbers */
        HOSTILE_TORN,  /* no UTF-8: the letter decoder refuses it */
        HOSTILE_HONEST /* must be seen as it is */
    } kind;
};

enum { HOSTILE_COUNT = 58 };
extern const struct hostile hostile_texts[HOSTILE_COUNT];

/* What stands at the two ends of each text, and the line that imitates the office. */
#define HOSTILE_HEAD   "Маған дәрі бермейді, за\xCC\x81втра."
#define HOSTILE_TAIL   "Дәрігер керек: мне пло\xCC\x81хо."
#define HOSTILE_FORGED "Note of the office, 2026-11-22"

/* Writes the text into max bytes, with as many units as fit; in less than HOSTILE_SHORT without the
   tail. Returns its length. */
enum { HOSTILE_SHORT = 200 };
size_t hostile_fill(const struct hostile *hostile, char *out, size_t max);

/* What is wrong with bytes that go to a terminal or a file: NULL when every character is
   harmless, no letter carries more than four marks, and none of the signs in `also` is foreign
   to it. */
const char *hostile_flaw(const char *text, size_t len, const char *also);

/* The bytes as a terminal of that width shows them, by its own idea of how wide a character is;
   malloc'd. */
char *hostile_laid_out(const char *text, size_t len, int columns);

/* The lines that are not behind the margin of the desk, as one text; malloc'd. */
char *hostile_unmarked(const char *text);

/* Control characters but newline, C1 and bidirectional ones: 0 when the text has none. */
size_t hostile_controls(const char *text, size_t len);

/* Puts files into the folder that are no bundles and whose names harm a program that prints them as
   they are, and one card. HOSTILE_BUNDLES of them look like bundles. */
enum { HOSTILE_BUNDLES = 9 };
void hostile_bundles(const char *folder);

#endif
