/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run has told its user so far: "it is stored", "it is published". It lies in memory that
   outlives a killed process, and every operation on the disk remembers how many marks came
   before. */
#ifndef TORTURE_MARKS_H
#define TORTURE_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { MARKS_MAX = 128, MARKS_HASH = 32 };

/* A pair: what was tried, and what was then said to be done. */
struct mark {
    int what;
    bool done;
    uint64_t n;
    uint8_t hash[MARKS_HASH];
};

struct marks {
    size_t n;
    struct mark all[MARKS_MAX];
};

/* Where marks are told to, or NULL: to nobody. marks_all gives it back. */
void marks_begin(struct marks *marks);
struct marks *marks_all(void);

/* The same, behind those that are there already. */
void marks_go_on(struct marks *marks);

/* Before it is tried, and after it was said to be done. hash may be NULL. */
void marks_try(int what, uint64_t n, const uint8_t *hash);
void marks_done(int what, uint64_t n, const uint8_t *hash);

/* The highest n of a kind, 0 for none. */
uint64_t marks_highest(const struct marks *marks, int what, bool done);

/* Was this very thing tried, or done? */
bool marks_has(const struct marks *marks, int what, uint64_t n, bool done);
bool marks_knows(const struct marks *marks, int what, const uint8_t hash[MARKS_HASH]);

#endif
