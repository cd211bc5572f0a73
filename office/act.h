/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An act: one entry of the journal, who did what to which case. Its head says what it changes; its
   body has the words. Both are sealed, and the digests that a transaction signs are salted, so that
   they tell nothing.

   head, 128 or 96 bytes                 body, 176, 464, 944, 3,952 or 16,304 bytes
   offset  bytes  what                   offset  bytes  what
        0     32  salt                        0     32  salt
       32      2  kind                       32      4  length n
       34      1  field                      36      n  content
       35      1  0                      36 + n         zeros
       36      4  minute
       40     16  subject                digest of a head = SHA-256("sandyq head v1" || 0 || head)
       56      8  from                   digest of a body = SHA-256("sandyq body v1" || 0 || body)
       64      8  to
       72      4  day                    A sealed head = compartment (1), generation (4), the head
       76      4  owner                  and a tag under that generation's head key; aad = office ||
       80      8  answers                the first 5 bytes || digest.
       88      1  state                  A sealed body = the body and a tag; aad = office || digest.
       89      1  urgency                Both by AES-256-GCM, the nonce is the first 12 bytes of
       90      2  flags                  the digest.
       92      4  letters
       96     32  commitment; left out when it is zeros, as where there is no body */
#ifndef OFFICE_ACT_H
#define OFFICE_ACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/hash.h"
#include "store/journal.h"

enum {
    ACT_SEAL_MORE = 16, /* bytes by which what is sealed is longer */
    ACT_HEAD_LEN = 128,
    ACT_HEAD_SHORT = 96,
    ACT_HEAD_SEALED = 1 + 4 + ACT_HEAD_LEN + ACT_SEAL_MORE, /* at most */
    ACT_HEAD_SEALED_SHORT = 1 + 4 + ACT_HEAD_SHORT + ACT_SEAL_MORE,
    ACT_BODY_MAX = JOURNAL_BODY_MAX - ACT_SEAL_MORE, /* plaintext */
    ACT_CONTENT_AT = 36,
    ACT_CONTENT_MAX = ACT_BODY_MAX - ACT_CONTENT_AT,
    ACT_SUBJECT_LEN = JOURNAL_HANDLE_LEN,
};

enum act_kind {
    ACT_FOUNDED = 1,
    ACT_OFFICER = 2,
    ACT_REMOVED = 3,
    ACT_GENERATION = 4,
    ACT_KIOSK = 5,
    ACT_IMPORT = 6,
    ACT_BOARD = 7,
    ACT_BACKUP = 8,
    ACT_RESTORED = 9,
    ACT_LETTER = 16,
    ACT_MESSAGE = 17,
    ACT_STATE = 18,
    ACT_NOTE = 19,
    ACT_UNDONE = 20,
    ACT_SEEN = 21,
    ACT_TAKEN_BACK = 22,
};

/* What from and to are values of. */
enum act_field {
    ACT_NOTHING,
    ACT_ROLE,       /* of the officer `owner`: enum act_role */
    ACT_NEWEST,     /* generation of the compartment in flags */
    ACT_CARD,       /* number of the card of the kiosk in subject */
    ACT_BOARD_NO,   /* number of the board published last */
    ACT_CASE_STATE, /* status of the case in subject (complaint/taxonomy) */
    ACT_MESSAGES,   /* messages to the person of the case in subject */
    ACT_FIELDS
};

enum act_role { ACT_NOBODY, ACT_OFFICER_ROLE, ACT_LEAD, ACT_ROOT };

enum {
    ACT_MISPLACED = 1, /* flag of a letter: it speaks of another place than its record */
    ACT_HAS_TEXT = 2,  /* flag of a message: it says more than the state */
    ACT_TRAINING = 4,  /* flag of the founding: nothing in this office is real */
    ACT_ASKS = 8,      /* flag of a message: its text is a question (office/question) */
};

/* An act's head. What is not said for its kind is 0. */
struct act {
    uint16_t kind;
    uint8_t field;
    uint32_t minute;                  /* of the office's local time, since 1970-01-01 */
    uint8_t subject[ACT_SUBJECT_LEN]; /* the handle of a case, or a kiosk's id and zeros */
    uint64_t from;
    uint64_t to;
    uint32_t day;     /* said in a message to the person, or in a letter */
    uint32_t owner;   /* the officer that it is about */
    uint64_t answers; /* number of the act that it undoes or takes back */
    uint8_t state;    /* public state, told by a message */
    uint8_t urgency;
    uint16_t flags;
    uint32_t letters;             /* of the case, as the officer saw them */
    uint8_t commitment[HASH_LEN]; /* to the key of the body, or to what was made */
};

/* What an act of a kind is: one row of the table from which all follows that depends on the kind.
 */
struct act_row {
    uint16_t kind;
    const char *name;  /* for audit and JSON; stable for ever */
    bool of_case;      /* of a case, else of the office */
    enum act_role who; /* the least role that may do it */
    enum act_field field;
    bool letters_stand; /* refused when a letter came that its author did not see */
    bool undone;        /* it can be undone: its field goes back */
    uint16_t body;      /* the least length of its sealed body; 0: it has none */
};

/* The row of a kind; NULL for a kind of a newer desk. */
const struct act_row *act_row(uint16_t kind);

/* The name of a role: "officer", "lead". */
const char *act_role_name(enum act_role role);

/* What heads are opened and sealed with: a generation of the house key or the register key. */
struct act_key {
    const uint8_t *office; /* HASH_LEN bytes */
    uint8_t compartment;
    uint32_t generation;
    const uint8_t *key; /* its head key */
};

/* Seals a head with a fresh salt; *len becomes its length. ERROR_MEMORY. */
enum error act_seal_head(const struct act_key *key, const struct act *act,
                         uint8_t sealed[ACT_HEAD_SEALED], size_t *len, uint8_t digest[HASH_LEN]);

/* Which key a sealed head needs. False when it has another length than a head. */
bool act_head_needs(const struct journal_act *row, uint8_t *compartment, uint32_t *generation);

/* Opens a head of which act_head_needs is true, and compares its digest with the row's. ERROR_SEAL
   when it was changed or is for another key, ERROR_MALFORMED when its owner wrote nonsense,
   ERROR_MEMORY. */
enum error act_open_head(const struct act_key *key, const struct journal_act *row, struct act *act);

/* A body's key: the house's body key or a case key. */
struct act_body_key {
    const uint8_t *office;
    const uint8_t *key;
};

/* What is put together to a body's content, in secret memory. */
struct act_content {
    const void *head;
    size_t head_len;
    const void *text;
    size_t text_len;
};

/* Seals a body of an act of this kind with a fresh salt: *len becomes the length of the smallest
   class that holds it and is no less than the kind's. ERROR_TEXT_LONG when none does, ERROR_MEMORY.
 */
enum error act_seal_body(const struct act_body_key *key, uint16_t kind,
                         const struct act_content *content, uint8_t sealed[JOURNAL_BODY_MAX],
                         size_t *len, uint8_t digest[HASH_LEN]);

/* Opens a body into plain (ACT_BODY_MAX bytes of secret_new memory) and compares its digest.
 *content points into plain. ERROR_SEAL, ERROR_MALFORMED, ERROR_MEMORY as above. */
enum error act_open_body(const struct act_body_key *key, const uint8_t *sealed, size_t len,
                         const uint8_t digest[HASH_LEN], uint8_t plain[ACT_BODY_MAX],
                         const uint8_t **content, size_t *content_len);

#endif
