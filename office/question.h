/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A question to the person as an officer writes it: what is asked, and at the end, each on a line
   of its own, one to three answers to choose from, numbered:

     Has anything happened to you since you wrote?
     1 No
     2 Yes, I can write about it

   Behind the digit stands a blank, a full stop or a bracket. */
#ifndef OFFICE_QUESTION_H
#define OFFICE_QUESTION_H

#include <stddef.h>

#include "base/error.h"
#include "crypto/answer.h"

/* Where the parts of a question stand in its text. */
struct question {
    size_t len; /* of what is asked, from the start */
    size_t count;
    struct {
        size_t at;
        size_t len;
    } choices[ANSWER_CHOICES_MAX];
};

/* Finds the parts. ERROR_QUESTION when there are no answers at the end, one has nothing behind its
   digit or is longer than ANSWER_CHOICE_MAX bytes, or nothing is asked; *question is then zeros. */
enum error question_split(const char *text, size_t len, struct question *question);

/* Makes an answer a question: its kind, what is asked, and behind it the answers without their
   digits. Errors of question_split, ERROR_TEXT_LONG. */
enum error question_fill(const char *text, size_t len, struct answer *answer);

#endif
