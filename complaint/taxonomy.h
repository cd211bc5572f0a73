/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What complaints are about, where people are held, how urgent things are: one table each. Texts
   are English message ids for gettext; whoever shows them translates them. */
#ifndef COMPLAINT_TAXONOMY_H
#define COMPLAINT_TAXONOMY_H

#include <stddef.h>
#include <stdint.h>

/* U0 look within 4 hours, U1 within 24 hours, U2 within 3 days, U3 within 15 working days. */
enum taxonomy_urgency { TAXONOMY_U0, TAXONOMY_U1, TAXONOMY_U2, TAXONOMY_U3 };

/* Who reads the words. It follows from the place's type and from what the person said, never from a guess. */
enum taxonomy_reader { TAXONOMY_ADULT, TAXONOMY_MINOR, TAXONOMY_WOMAN, TAXONOMY_READERS };

enum {
    TAXONOMY_CHOICES_MAX = 9,   /* what one screen offers */
    TAXONOMY_QUESTIONS_MAX = 8, /* equals LETTER_URGENT_MAX */
    TAXONOMY_ASKED_MAX = 3,     /* questions about one category */
};

/* Texts of one thing, by reader: at most 56 columns in every language; NULL: the adult's serves. */
struct taxonomy_words {
    const char *text[TAXONOMY_READERS];
};

struct taxonomy_group {
    char letter; /* 'A' to 'H' */
    struct taxonomy_words words;
    unsigned readers; /* to whom it is offered: bits 1 << enum taxonomy_reader */
};

/* The group without categories, "I am under 18": choosing it goes on in the minors' words. */
enum { TAXONOMY_MINORS = 'G' };

struct taxonomy_category {
    const char *code; /* "A1"; stable for ever */
    struct taxonomy_words words;
    const char *heading; /* what the office's report calls it */
    enum taxonomy_urgency urgency;
    char group;       /* in which group it is offered */
    unsigned readers; /* to whom, as above */
    unsigned first;   /* to whom it stands first in its group */
    unsigned hidden;  /* places where it makes no sense: bits 1 << facility number */
    /* Numbers of the questions that decide its urgency, in the order of asking; 0 none. */
    uint8_t asked[TAXONOMY_ASKED_MAX];
};

/* A place's type: `number` is what cards carry, `code` what people type. */
struct taxonomy_facility {
    uint8_t number;
    const char *code; /* "PEN" */
    const char *text;
};

/* A case's status: the office works with `code`; the person sees `public_state`. */
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

/* Whom the office may tell: 1 nobody but the office, 2 a prosecutor without the name, 3 a
   prosecutor with the name, 4 the facility too. */
enum { TAXONOMY_CONSENT_MIN = 1, TAXONOMY_CONSENT_MAX = 4 };

/* Tables, each of *n rows, in the order in which people see them. */
const struct taxonomy_group *taxonomy_groups(size_t *n);
const struct taxonomy_category *taxonomy_categories(size_t *n);
const struct taxonomy_facility *taxonomy_facilities(size_t *n);
const struct taxonomy_status *taxonomy_statuses(size_t *n);

/* The text for a reader. */
const char *taxonomy_text(const struct taxonomy_words *words, enum taxonomy_reader reader);

/* The reader a place's type speaks for: children's places MINOR, women's places WOMAN, all others ADULT. */
enum taxonomy_reader taxonomy_reader(uint8_t facility);

/* What is offered to a reader at a place: rows in the order in which people see them; returns how
   many, at most 8. TAXONOMY_MINORS is offered where not everybody is a minor, to who does not read
   the minors' words already. A reader of the desk gets ADULT words for every category, G1 too. */
size_t taxonomy_groups_for(enum taxonomy_reader reader, uint8_t facility,
                           const struct taxonomy_group *out[TAXONOMY_CHOICES_MAX]);
size_t taxonomy_categories_for(char group, enum taxonomy_reader reader, uint8_t facility,
                               const struct taxonomy_category *out[TAXONOMY_CHOICES_MAX]);

/* The urgency question with this number, 1 to TAXONOMY_QUESTIONS_MAX, at most 12 words; NULL when there is none.
   It is asked with yes and no; a letter's answer to question q is urgent[q - 1]: 0 skipped or not asked,
   1 yes, 2 no. And a short name of the question for the office ("Marks on the body now"). */
const char *taxonomy_question(uint8_t number, enum taxonomy_reader reader);
const char *taxonomy_question_name(uint8_t number);

/* Urgency of a category with n answers: the category's own, or sooner; an unknown category's own is
   U3. No answer makes it later, and one that was skipped changes nothing.

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

/* One row, or NULL. Codes are compared without regard to case. */
const struct taxonomy_category *taxonomy_category(const char *code);
const struct taxonomy_facility *taxonomy_facility(const char *code);
const struct taxonomy_facility *taxonomy_facility_numbered(uint8_t number);
const struct taxonomy_status *taxonomy_status(const char *code);
const struct taxonomy_status *taxonomy_status_numbered(uint8_t number);

/* Text of a public state ("It arrived"), of a consent level and of an urgency; NULL when unknown.
 */
const char *taxonomy_public_text(uint8_t state);
const char *taxonomy_consent_text(uint8_t level, enum taxonomy_reader reader);
const char *taxonomy_urgency_text(enum taxonomy_urgency urgency);

#endif
