/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What came back to the messages of a case: since when each was read, and what was chosen. It is
   what letters say, and letters come when they come: a message of which nothing is said may have
   been read all the same. */
#ifndef OFFICE_REACTION_H
#define OFFICE_REACTION_H

#include "crypto/answer.h"
#include "office/casefile.h"

struct reaction {
    uint32_t read;   /* the day of the earliest letter that says that it was; 0: none does */
    uint8_t choice;  /* of a question, the answer chosen last, from 1; 0: none yet */
    uint32_t chosen; /* and the day of that letter */
};

/* By the message's number; there is none of number 0. */
struct reactions {
    struct reaction to[ANSWER_COUNT_MAX + 1];
};

/* Reads them from all letters and notes of the case that count. What is damaged is left out. Errors
   of casefile_walk but ERROR_JOURNAL_ROW. */
enum error reaction_read(struct casefile *casefile, struct reactions *reactions);

#endif
