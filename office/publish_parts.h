/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of publish share. For office/publish*.c alone. */
#ifndef OFFICE_PUBLISH_PARTS_H
#define OFFICE_PUBLISH_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/arrived.h"
#include "office/backup.h"
#include "office/queue.h"
#include "office/told.h"
#include "office/vault.h"
#include "protocol/head.h"

/* The board published last, as its act has it; and its head. Or the one at which a restored office
   goes on (office/restored). */
struct publish_last {
    uint32_t number; /* the next one is higher; 0: none yet */
    uint32_t held;   /* the number of this one; 0: none is held */
    uint32_t day;
    uint32_t unseen; /* restored without a copy, under the charter of this number; 0: no */
    uint8_t hash[HASH_LEN];
    uint8_t *bytes; /* of the head, malloc'd */
    size_t len;
    struct head head;
};

/* Reads the last board; zeros when there is none. For publish_files_free. ERROR_JOURNAL_ROW when
   its act does not open, ERROR_JOURNAL_CORRUPT when the journal has another head than the act says,
   ERROR_MEMORY, errors of the store. */
enum error publish_files_last(struct vault *vault, struct publish_last *last);
void publish_files_free(struct publish_last *last);

/* Whether the board in the folder `out`, if there is one of this office, is one that the journal
   has made or an older one. ERROR_BOARD_NEWER when not: the journal was put back from a copy, and
   this may be the only one left of what was published since. Errors of opening the folder. */
enum error publish_files_follow(struct vault *vault, const char *out,
                                const struct publish_last *last);

/* Makes the folder `out` hold the last board: segments that are not there whole, then the charter,
   then the head; and removes segments that it does not name. ERROR_JOURNAL_CORRUPT when the journal
   has not the segments that the head names; errors of file_write. */
enum error publish_files_write(struct vault *vault, const char *out,
                               const struct publish_last *last);

/* A board that is being made. */
struct publish_board {
    struct vault *vault;
    const struct publish_last *last;
    const struct backup *backup; /* that holds what it acknowledges */
    uint32_t day;
    uint32_t number;
    const char *notices;
    size_t notices_len;
    struct arrived *kiosks; /* those of the fold */
    size_t kiosk_count;
    size_t arrival_count; /* of all kiosks */
    struct told told;
    struct queue queue;
    bool damaged;
    uint8_t *arrivals, *answers, *head; /* the files, malloc'd */
    size_t arrivals_len, answers_len, head_len;
};

/* Fills in everything below `notices`: what the board takes, and its files. What is damaged is left
   out and noted in vault->damage. For publish_board_free, also on an error: errors of arrived_read,
   queue_read, published_act and journal_hold. */
enum error publish_board_make(struct publish_board *board);
void publish_board_free(struct publish_board *board);

/* Whether the term of an earlier board is over: on this board's day or, where that is to be agreed
   on, on the days of all of the last boards; never while there are too few of these. */
bool publish_board_over(const struct publish_board *board, uint32_t number, bool agreed);

/* Adds the act of the board to the journal, in this minute, and beside it the board and what it
   took. ERROR_CHANGED when a colleague has published meanwhile, or taken a message back that is on
   it; errors of history_append. */
enum error publish_board_add(struct publish_board *board, uint32_t now);

#endif
