/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What complaints are about, where people are held, how urgent things are: a table each. The texts
   are English message ids for gettext; whoever shows them translates them. */
#ifndef COMPLAINT_TAXONOMY_H
#define COMPLAINT_TAXONOMY_H

#include <stddef.h>
#include <stdint.h>

/* To be looked at: U0 within 4 hours, U1 within 24 hours, U2 in 3 days, U3 in 15 working days. */
enum taxonomy_urgency { TAXONOMY_U0, TAXONOMY_U1, TAXONOMY_U2, TAXONOMY_U3 };

/* Whom the wording is for. Follows from the type of the place and from what the person said, never
   from a guess. */
enum taxonomy_reader { TAXONOMY_ADULT, TAXONOMY_MINOR, TAXONOMY_WOMAN, TAXONOMY_READERS };

enum {
    TAXONOMY_CHOICES_MAX = 9,   /* on one screen */
    TAXONOMY_QUESTIONS_MAX = 8, /* equals LETTER_URGENT_MAX */
    TAXONOMY_ASKED_MAX = 3,     /* questions about one category */
};

/* A text for each reader, at most 56 columns in every language; NULL: the same as for an adult. */
struct taxonomy_words {
    const char *text[TAXONOMY_READERS];
};

struct taxonomy_group {
    char letter; /* 'A' to 'H' */
    struct taxonomy_words words;
    unsigned readers; /* to whom it is offered: bits 1 << enum taxonomy_reader */
};

/* The group without categories, "I am under 18": choosing it switches to the words for minors. */
enum { TAXONOMY_MINORS = 'G' };

struct taxonomy_category {
    const char *code; /* "A1"; stable for ever */
    struct taxonomy_words words;
    const char *heading; /* what the office's report calls it */
    enum taxonomy_urgency urgency;
    char group;       /* the group it is offered in */
    unsigned readers; /* to whom, as above */
    unsigned first;   /* who gets it first in its group */
    unsigned hidden;  /* places where it cannot happen: bits 1 << facility number */
    /* The numbers of the questions about its urgency, in the order of asking; 0: none. */
    uint8_t asked[TAXONOMY_ASKED_MAX];
};

/* A type of place: `number` is on cards, `code` is what people type. */
struct taxonomy_facility {
    uint8_t number;
    const char *code; /* "PEN" */
    const char *text;
};

/* The status of a case: the office works with `code`, the writer sees `public_state`. */
enum taxonomy_public {
    TAXONOMY_ARRIVED = 1,
    TAXONOMY_LOOKING = 2,
    TAXONOMY_ANSWERED = 3,
    TAXONOMY_CLOSED = 4,
};
struct taxonomy_status {
    uint8_t number;
    const char *code; /* "received" */
    enum taxonomy_public public_state;
    const char *text;
};

/* Whom the office may tell: 1 nobody, 2 a prosecutor without the name, 3 a prosecutor with the
   name, 4 the facility too. */
enum { TAXONOMY_CONSENT_MIN = 1, TAXONOMY_CONSENT_MAX = 4 };

/* The tables, of *n rows each, in the order in which people see them. */
const struct taxonomy_group *taxonomy_groups(size_t *n);
const struct taxonomy_category *taxonomy_categories(size_t *n);
const struct taxonomy_facility *taxonomy_facilities(size_t *n);
const struct taxonomy_status *taxonomy_statuses(size_t *n);

/* The text for a reader; the adult's when there is none of the reader's own. */
const char *taxonomy_text(const struct taxonomy_words *words, enum taxonomy_reader reader);

/* The reader by type of place: MINOR for children's places, WOMAN for women's, else ADULT. */
enum taxonomy_reader taxonomy_reader(uint8_t facility);

/* What is offered to a reader at a place: rows in the order in which people see them; returns how
   many, at most 8. TAXONOMY_MINORS is offered to readers of other words than the minors', at places
   that are not for minors only. The desk reads every category, G1 too, in the ADULT words. */
size_t taxonomy_groups_for(enum taxonomy_reader reader, uint8_t facility,
                           const struct taxonomy_group *out[TAXONOMY_CHOICES_MAX]);
size_t taxonomy_categories_for(char group, enum taxonomy_reader reader, uint8_t facility,
                               const struct taxonomy_category *out[TAXONOMY_CHOICES_MAX]);

/* The urgency question of a number, 1 to TAXONOMY_QUESTIONS_MAX, in at most 12 words, and its
   short name for the office ("Marks on the body now"); NULL when there is none. The answer is yes
   or no: in a letter, urgent[q - 1] is 0 skipped or not asked, 1 yes, 2 no. */
const char *taxonomy_question(uint8_t number, enum taxonomy_reader reader);
const char *taxonomy_question_name(uint8_t number);

/* The urgency of a category with n answers: the category's own (U3 if unknown) or a higher one. No
   answer lowers it, and a skipped one changes nothing.

   question                              a yes makes it
   1 marks or wounds on the body         at least U1: they fade
   2 still danger                        U0
   4 getting worse                       U0 in group C (illness), elsewhere one step sooner
   5 locked up alone or tied up now      at least U1
   6 not eating or not drinking          at least U1
   7 day of release is past              at least U1
   8 court day or deadline this week     one step sooner

   Then one step sooner when no doctor has looked (3: no) and 1 or 4 is yes. */
enum taxonomy_urgency taxonomy_triage(const char *category, const uint8_t *answers, size_t n);

/* The row of a code, compared without regard to case, or of a number; NULL when there is none. */
const struct taxonomy_category *taxonomy_category(const char *code);
const struct taxonomy_facility *taxonomy_facility(const char *code);
const struct taxonomy_facility *taxonomy_facility_numbered(uint8_t number);
const struct taxonomy_status *taxonomy_status(const char *code);
const struct taxonomy_status *taxonomy_status_numbered(uint8_t number);

/* The text of a public state ("It arrived."), a consent level or an urgency; NULL when unknown. */
const char *taxonomy_public_text(uint8_t state);
const char *taxonomy_consent_text(uint8_t level, enum taxonomy_reader reader);
const char *taxonomy_urgency_text(enum taxonomy_urgency urgency);

#endif
