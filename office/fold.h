/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the acts of the journal come to: who is an officer, how each case stands, which kiosks there
   are. It is made from heads alone, act by act in the journal's order, and asks no key, no clock
   and no file. */
#ifndef OFFICE_FOLD_H
#define OFFICE_FOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "office/act.h"

struct fold;

/* What came of an act. */
enum fold_verdict {
    FOLD_COUNTS,
    FOLD_UNKNOWN,     /* of a kind that this desk does not know: shown, never void */
    FOLD_UNREADABLE,  /* its head does not open */
    FOLD_FORBIDDEN,   /* void: its officer had no right to it */
    FOLD_CHANGED,     /* void: the value that it replaces does not stand */
    FOLD_LETTER_CAME, /* void: a letter that its officer had not seen */
    FOLD_SENSELESS,   /* void: it is about nothing that there is */
};

/* The verdict's name for audit and JSON; stable for ever. */
const char *fold_verdict_name(enum fold_verdict verdict);

/* An empty fold. *out is the caller's, for fold_free. ERROR_MEMORY. */
enum error fold_new(struct fold **out);

/* Frees and sets to NULL. Does nothing for NULL. */
void fold_free(struct fold **fold);

/* What follows are acts of a transaction of this officer (0: root). Their rights are those that the
   officer has now. */
void fold_begin(struct fold *fold, uint32_t officer);

/* By how much the number of a board or a card may go up at once: above what a kiosk holds, or what
   a lost journal had, but not so far that the numbers come to their end. */
enum { FOLD_LEAP_MAX = 100000 };

/* The verdict on an act that would come next, which changes nothing. *stands (may be NULL) becomes
   the value that stands where the act says what it replaces. */
enum fold_verdict fold_would(const struct fold *fold, const struct act *act, uint64_t *stands);

/* Takes the next act; seq is one more than that of the act before. *verdict says what came of it.
   ERROR_MEMORY: the fold is as it was. */
enum error fold_take(struct fold *fold, uint64_t seq, const struct act *act,
                     enum fold_verdict *verdict);

/* Takes an act whose head does not open. ERROR_MEMORY as above. */
enum error fold_skip(struct fold *fold, uint64_t seq);

/* --- what it knows of the acts --- */

/* An act as the fold keeps it. */
enum { FOLD_SEAL_LEN = 16 };
struct fold_act {
    uint16_t kind;
    uint8_t verdict;
    uint8_t field;
    uint32_t officer;
    uint32_t minute;
    uint32_t place; /* index of its case, of its kiosk for acts about one; FOLD_NOWHERE: of none */
    uint32_t next;  /* the next act of the same case or kiosk; 0: none */
    uint32_t from;
    uint32_t to;
    uint8_t state;               /* that a message tells */
    uint8_t flags;               /* the low byte */
    uint8_t seal[FOLD_SEAL_LEN]; /* of its digests, as they were signed; zeros: none */
};
enum { FOLD_NOWHERE = UINT32_MAX };

/* The seal of an act whose head and body have these digests. ERROR_MEMORY. */
enum error fold_seal_of(const uint8_t head_digest[HASH_LEN], const uint8_t body_digest[HASH_LEN],
                        uint8_t seal[FOLD_SEAL_LEN]);

/* Keeps the seal of an act that was taken. */
void fold_seal(struct fold *fold, uint64_t seq, const uint8_t seal[FOLD_SEAL_LEN]);

/* Whether an act with these digests is the one that was taken under this number: what was opened
   later, from a row that somebody may have changed, is what was signed. ERROR_NONE, ERROR_SEAL,
   ERROR_MEMORY. */
enum error fold_is_sealed(const struct fold *fold, uint64_t seq,
                          const uint8_t head_digest[HASH_LEN], const uint8_t body_digest[HASH_LEN]);

/* The highest number taken; 0 for none. */
uint64_t fold_last(const struct fold *fold);

/* The act of a number from 1 to fold_last, valid until the next act is taken; NULL for none. */
const struct fold_act *fold_act(const struct fold *fold, uint64_t seq);

/* --- cases --- */

struct fold_case {
    uint8_t handle[ACT_SUBJECT_LEN];
    uint64_t number; /* from 1, in the order in which they came */
    uint8_t state;
    uint8_t urgency; /* of the most urgent letter */
    uint8_t told;    /* public state told last, not counting what was taken back; 0: none yet */
    bool misplaced;
    bool waits; /* a letter came after the last message with a text that was not taken back */
    uint32_t letters;
    uint32_t messages;
    uint64_t first; /* its first act, a letter, */
    uint64_t last;  /* and its last */
};

/* How many cases there are. */
size_t fold_case_count(const struct fold *fold);

/* The case of a number from 1, or of a handle; valid until the next act is taken. NULL when there
   is none. */
const struct fold_case *fold_case(const struct fold *fold, uint64_t number);
const struct fold_case *fold_case_of(const struct fold *fold,
                                     const uint8_t handle[ACT_SUBJECT_LEN]);

/* The message of a number in a case, 0 when none counts; and whether a message act was taken back.
 */
uint64_t fold_message(const struct fold *fold, const struct fold_case *of_case, uint64_t n);
bool fold_taken_back(const struct fold *fold, uint64_t seq);

/* Whether a letter of this mark (office/item) is in the case of a handle. One that names another
   place than its record is that of a misplaced one only: who brings a copy first keeps no letter
   out that comes in its own record. */
bool fold_has_letter(const struct fold *fold, const uint8_t handle[ACT_SUBJECT_LEN], uint32_t mark,
                     bool misplaced);

/* --- the office --- */

struct fold_officer {
    uint32_t no;
    enum act_role role;           /* ACT_NOBODY once removed */
    uint64_t named;               /* the act that named it first, whose body has the name */
    uint8_t commitment[HASH_LEN]; /* to number and public keys */
};

/* Whether the office was founded for training: no person and no place in it is real. */
bool fold_training(const struct fold *fold);

/* How many officers were ever named, and the officer of a number from 1; NULL for none. */
uint32_t fold_officer_count(const struct fold *fold);
const struct fold_officer *fold_officer(const struct fold *fold, uint32_t no);

/* Whether the officer of this number is a lead. Root, 0, is none. */
bool fold_is_lead(const struct fold *fold, uint32_t no);

/* Leads that may still act. */
uint32_t fold_leads(const struct fold *fold);

struct fold_kiosk {
    uint8_t id[JOURNAL_KIOSK_LEN];
    uint32_t card;   /* number of its card */
    uint64_t carded; /* the act that has the card in its body */
    uint64_t first;  /* its first act and its last: cards and imports */
    uint64_t last;
};

/* How many kiosks there are; the kiosk of an index, in the order of enrolment; of an id. */
size_t fold_kiosk_count(const struct fold *fold);
const struct fold_kiosk *fold_kiosk(const struct fold *fold, size_t i);
const struct fold_kiosk *fold_kiosk_of(const struct fold *fold,
                                       const uint8_t id[JOURNAL_KIOSK_LEN]);

/* The newest generation of a compartment, 0 for none; the commitment to one's secret, NULL when
   there is none. */
uint32_t fold_generation(const struct fold *fold, uint16_t compartment);
const uint8_t *fold_commitment(const struct fold *fold, uint16_t compartment, uint32_t generation);

/* The act that published the last board, 0 for none, and the board's number. */
uint64_t fold_board(const struct fold *fold, uint32_t *number);

/* The act that made the board of this number; 0 for none, also for one that a restored office took
   over. */
uint64_t fold_board_act(const struct fold *fold, uint32_t number);

/* --- to bytes and back (office/fold_pack.c) --- */

/* How many bytes a fold takes, and puts them; equal folds give equal bytes. */
size_t fold_size(const struct fold *fold);
void fold_pack(const struct fold *fold, uint8_t *out);

/* Makes a fold of len bytes. *out is the caller's, for fold_free; NULL on an error:
   ERROR_MALFORMED, ERROR_MEMORY. */
enum error fold_unpack(const uint8_t *in, size_t len, struct fold **out);

#endif
