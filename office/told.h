/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which records the boards have told of, whatever journal.db says of it. What a record is said to
   have left on is believed as long as all of it fits: a board comes after the import, as many
   records left on each board as its segment has tags, and none waits that could have left before.
   Where it does not fit, the segments themselves are asked. */
#ifndef OFFICE_TOLD_H
#define OFFICE_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/vault.h"
#include "protocol/head.h"

/* A board, by its act. */
struct told_board {
    uint64_t act;
    uint32_t number;
    uint32_t day; /* of its act */
    bool listed;  /* the last head names its arrivals, of which segment is what it says */
    struct head_segment segment;
    uint32_t count; /* of records that are said to have left on it */
    uint8_t *tags;  /* of its segment, malloc'd; NULL while they are not asked */
};

struct told {
    struct vault *vault;
    struct told_board *boards; /* in the order of their acts, and so of their numbers */
    size_t n, room;
    uint64_t restored;             /* the last act of restoring; 0: there is none */
    uint32_t restored_day;         /* no board before it is of a later day */
    bool doubted;                  /* something does not fit */
    bool asks;                     /* the segments are asked */
    struct journal_record *mended; /* what is to be written of records of which it was wrong */
    size_t mended_count, mended_room;
};

/* Lists the boards. head is that of the last one, which stays the caller's; NULL when there is
   none. For told_free, also on an error: ERROR_MEMORY, errors of the store. */
enum error told_begin(struct told *told, struct vault *vault, const struct head *head);
void told_free(struct told *told);

/* The board of this number; NULL when no act made it. */
struct told_board *told_board(const struct told *told, uint32_t number);

/* Looks at a record that an import act took. While segments are asked, record->board becomes what
   is true, and a record of which it was wrong is added to mended and its import act noted in
   vault->damage. ERROR_MEMORY. */
enum error told_record(struct told *told, struct journal_record *record);

/* Whether all records that were looked at fit; else told_ask, and look at all of them again. */
bool told_fits(const struct told *told);

/* Reads the segments of the boards that the last head names. One that is not what it says is not
   asked. ERROR_MEMORY, errors of the store. */
enum error told_ask(struct told *told);

#endif
