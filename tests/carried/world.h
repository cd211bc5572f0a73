/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A year of visits as those see it who carry the sticks: two kiosks, an office whose officers
   answer, one visit and one board a day, and a copy of every file of both directions. */
#ifndef TESTS_CARRIED_WORLD_H
#define TESTS_CARRIED_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum carried_kind {
    CARRIED_FILED,
    CARRIED_FOLLOW_UP,
    CARRIED_QUESTION, /* of the office, answered */
    CARRIED_READ,
    CARRIED_WRONG,
    CARRIED_LIBRARY,
    CARRIED_LEFT,
    CARRIED_KINDS,
    CARRIED_FILING = CARRIED_READ /* kinds before this one leave a letter */
};

/* What a thief does who has the kiosk's key, after the visit and before the stick is carried. */
enum carried_theft {
    THEFT_NONE,
    THEFT_FORGED,   /* letters of the thief's own, beyond what a board takes of a kiosk */
    THEFT_REPLAYED, /* the visitor's envelope once more */
    THEFT_DROPPED,  /* the visitor's record taken off the end, the end signed anew */
    THEFT_MOVED,    /* the same, and the envelope put behind another one */
    THEFTS
};

struct carried_visit {
    enum carried_kind kind;
    enum carried_theft theft;
    size_t kiosk;
    uint32_t chance; /* what officers do that day */
};

/* Numbers of one file: its length, its first bytes, how often each half byte is in it, its zeros.
 */
enum { CARRIED_FIRST = 112, CARRIED_FILE = CARRIED_FIRST + 18 };

/* Of a visit: the bundle of the kiosk and of the other one; their last two records each; head,
   arrivals and answers of the board that followed and how many of its entries were seen before. */
enum { CARRIED_FILES = 9, CARRIED_REPEATS = 2 };
enum { CARRIED_NUMBERS = CARRIED_FILES * CARRIED_FILE + CARRIED_REPEATS };

struct carried_day {
    double numbers[CARRIED_NUMBERS];
    char *shape; /* kinds and lengths of all files on the stick, before and after the office */
};

/* Plays the visits; days has room for as many. Fails the running test when anything goes wrong. */
void carried_play(const struct carried_visit *visits, size_t n, struct carried_day *days);

#endif
