/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What complaints are about, where people are held, how urgent things are: one table each. Texts
   are English message ids for gettext; whoever shows them translates them. */
#ifndef COMPLAINT_TAXONOMY_H
#define COMPLAINT_TAXONOMY_H

#include <stddef.h>
#include <stdint.h>

/* U0 look within 4 hours, U1 within 24 hours, U2 within 3 days, U3 within 15 working days. */
enum taxonomy_urgency { TAXONOMY_U0, TAXONOMY_U1, TAXONOMY_U2, TAXONOMY_U3 };

struct taxonomy_group {
    char letter;      /* 'A' to 'H' */
    const char *text; /* at most 56 columns in every language */
};

struct taxonomy_category {
    const char *code;    /* "A1"; stable for ever */
    const char *text;    /* what the person reads, at most 56 columns in every language */
    const char *heading; /* what the office's report calls it */
    enum taxonomy_urgency urgency;
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

/* One row, or NULL. Codes are compared without regard to case. */
const struct taxonomy_category *taxonomy_category(const char *code);
const struct taxonomy_facility *taxonomy_facility(const char *code);
const struct taxonomy_facility *taxonomy_facility_numbered(uint8_t number);
const struct taxonomy_status *taxonomy_status(const char *code);
const struct taxonomy_status *taxonomy_status_numbered(uint8_t number);

/* Text of a public state ("It arrived"), of a consent level and of an urgency; NULL when unknown.
 */
const char *taxonomy_public_text(uint8_t state);
const char *taxonomy_consent_text(uint8_t level);
const char *taxonomy_urgency_text(enum taxonomy_urgency urgency);

#endif
