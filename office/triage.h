/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases in one line each, sorted by what cannot wait; and the replies that a case gets. */
#ifndef OFFICE_TRIAGE_H
#define OFFICE_TRIAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "complaint/taxonomy.h"
#include "office/casefile.h"
#include "office/vault.h"

/* A case in one line. Facility, day, language and category are those of its first letter; urgency
   is that of its most urgent one. */
struct triage_case {
    uint64_t id;
    enum taxonomy_urgency urgency;
    char category[3];
    char facility[16];
    char language[3];
    uint32_t day;
    uint8_t status; /* complaint/taxonomy */
    uint32_t letters;
    uint32_t messages;
    bool misplaced;
    bool waits; /* a letter came after the office's last message with a text */
};

/* Reads all cases, the most urgent and then the oldest first, after what other desks have written.
   *cases is malloc'd, for the caller to free; *n may be 0. With ERROR_JOURNAL_ROW some letters are
   damaged (vault->damage), and their cases stand in the list without category, facility, language
   and day. ERROR_MEMORY, errors of the store: there is no list. */
enum error triage_list(struct vault *vault, struct triage_case **cases, size_t *n);

/* One case, by what opens of it; ERROR_JOURNAL_ROW when nothing does. Else errors of
   casefile_walk. */
enum error triage_row(struct casefile *casefile, struct triage_case *row);

/* Changes a case's status, and tells the person when what they see changes by it, all or nothing.
   *changed says whether the status was another one before. A status that promises the person a text
   is ERROR_NO_ANSWER while their last letter waits for one. Else errors of casefile_reply. The
   casefile stays as it was loaded. */
enum error triage_set_status(struct casefile *casefile, const struct taxonomy_status *status,
                             uint32_t now, bool *changed);

/* Sends a text of len bytes as the next message and sets the status to answered, all or nothing.
   ERROR_TEXT_LONG, ERROR_TEXT_UTF8; ERROR_TEXT_EMPTY also when nothing of the text can be seen.
   Else errors of casefile_reply, and *kept as there. The casefile stays as it was loaded. */
enum error triage_answer(struct casefile *casefile, const char *text, size_t len, uint32_t now,
                         bool *kept);

/* The same for a question as office/question has it: ERROR_QUESTION when the text is none. The
   status becomes need-info; a closed case stays closed, and the person is told so. */
enum error triage_ask(struct casefile *casefile, const char *text, size_t len, uint32_t now,
                      bool *kept);

#endif
