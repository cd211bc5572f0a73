/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which records the boards have told of: what journal.db says of it is held against the tags of
   their segments. */
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
    uint32_t day;  /* of its act */
    uint8_t *tags; /* sorted, malloc'd; NULL: its segment is not there, or not what the head says */
    uint32_t count;
};

struct told {
    struct vault *vault;
    struct told_board *boards; /* in the order of their acts, and so of their numbers */
    size_t n, room;
    uint64_t restored;             /* the last act of restoring; 0: there is none */
    uint32_t restored_day;         /* not before its own, nor before that of the last board then */
    struct journal_record *mended; /* what is to be written of records of which it was wrong */
    size_t mended_count, mended_room;
};

/* Lists the boards, with the tags of those that the last one names. head is that of the last one,
   which stays the caller's; NULL when there is none. For told_free, also on an error: ERROR_MEMORY,
   errors of the store. */
enum error told_begin(struct told *told, struct vault *vault, const struct head *head);
void told_free(struct told *told);

/* The board of this number; NULL when no act made it. */
struct told_board *told_board(const struct told *told, uint32_t number);

/* Corrects record->board of a record that an import act took. One that was wrong is added to mended
   and its import act noted in vault->damage; a board without tags is believed. ERROR_MEMORY. */
enum error told_record(struct told *told, struct journal_record *record);

#endif
