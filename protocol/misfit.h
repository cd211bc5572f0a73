/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Heads of a board that do not fit each other, as a kiosk tells the office with every bundle: two
   of one number, or one that names another head before it than the kiosk holds. Both were signed
   with the board's key, so either the office was put back to an older state, or somebody else has
   that key.

   one of them, 80 bytes
   offset  bytes  what
        0      4  number of the charter of the head that the kiosk had
        4      4  number of its board, from 1
        8     32  its SHA-256
       40     40  the same of the head that came and does not fit

   MISFIT_MAX of them stand one behind the other, from the first place on, none twice; the places
   behind them are zeros. */
#ifndef PROTOCOL_MISFIT_H
#define PROTOCOL_MISFIT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

enum { MISFIT_HASH_LEN = 32, MISFIT_HEAD_LEN = 40, MISFIT_LEN = 80, MISFIT_MAX = 8 };
enum { MISFIT_ALL_LEN = MISFIT_LEN * MISFIT_MAX };

/* A head, by what tells it from all others. */
struct misfit_head {
    uint32_t charter;
    uint32_t number; /* of the board; 0: none */
    uint8_t hash[MISFIT_HASH_LEN];
};

struct misfit {
    struct misfit_head had;
    struct misfit_head came;
};

/* All zeros is none. */
struct misfit_list {
    uint32_t n;
    struct misfit all[MISFIT_MAX];
};

/* Whether both are the same head. */
bool misfit_same(const struct misfit_head *a, const struct misfit_head *b);

/* Whether the list has it. */
bool misfit_has(const struct misfit_list *list, const struct misfit *misfit);

/* Adds it, unless the list has it or is full: the first ones stay. Returns whether it was added. */
bool misfit_add(struct misfit_list *list, const struct misfit *misfit);

/* To bytes and back, one head. */
void misfit_put_head(const struct misfit_head *head, uint8_t out[MISFIT_HEAD_LEN]);
void misfit_get_head(const uint8_t in[MISFIT_HEAD_LEN], struct misfit_head *head);

/* To bytes and back, all. ERROR_MALFORMED when one stands twice, a number is 0 that must not be, or
   something stands behind the last; *list is undefined then. */
void misfit_put(const struct misfit_list *list, uint8_t out[MISFIT_ALL_LEN]);
enum error misfit_get(const uint8_t in[MISFIT_ALL_LEN], struct misfit_list *list);

#endif
