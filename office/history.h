/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's history as one officer's desk reads it: transactions taken from the journal, checked
   and folded, and new ones added to it.

   transaction  hash = SHA-256("sandyq transaction v1" || 0 || office || number, 8 bytes || prev ||
                officer, 4 bytes || count of acts, 4 bytes || for each act: digest of its head,
                digest of its body, zeros for none)
                signature = Ed25519 of the officer over hash (crypto/signature, domain "sandyq
                transaction v1")
                prev = SHA-256(hash || signature) of the transaction before; zeros for the first,
                which root signs */
#ifndef OFFICE_HISTORY_H
#define OFFICE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/act.h"
#include "office/fold.h"
#include "office/grant.h"
#include "office/keyset.h"
#include "office/signatures.h"
#include "store/journal.h"

/* What does not fit in a journal. Its acts are passed over, and the rest is read. */
enum history_fault_kind {
    HISTORY_HOLE,        /* transactions or acts are missing before this one */
    HISTORY_FORK,        /* does not follow the transaction before it */
    HISTORY_HASH,        /* its acts are not those that were signed */
    HISTORY_SIGNATURE,   /* not signed by the officer that it names */
    HISTORY_HEAD,        /* a head does not open, though its key is held */
    HISTORY_KEY,         /* a head is sealed for a generation that this officer was not given */
    HISTORY_SECRET,      /* a secret given to this officer is not the one that was made */
    HISTORY_ROLLED_BACK, /* an earlier journal had another one here, or went on beyond its end */
    HISTORY_FAULTS
};

struct history_fault {
    enum history_fault_kind kind;
    uint64_t txn;
    uint64_t seq; /* of the act; 0: the whole transaction */
};
enum { HISTORY_FAULTS_MAX = 64 };

/* The kind's name for audit and JSON; stable for ever. */
const char *history_fault_name(enum history_fault_kind kind);

struct history {
    struct journal *journal;
    struct keyset *keys;
    const uint8_t *root;   /* the office's root key, SIGNATURE_PUBLIC_LEN bytes */
    const uint8_t *signer; /* the root key's seed, while root adds something; NULL: the officer */
    int gate;              /* office/gate */
    struct fold *fold;
    uint64_t highest;        /* number of a transaction that an act names, there or not */
    uint64_t txn;            /* the last transaction taken, */
    uint8_t first[HASH_LEN]; /* hash of transaction 1 */
    uint8_t next[HASH_LEN];  /* what the next one must name as prev */
    int64_t version;
    bool stale;      /* the fold has acts that the journal has not: it is made anew */
    bool at_once;    /* each signature is checked before its transaction is folded */
    uint64_t anew;   /* how often the fold was made anew */
    uint64_t lost;   /* the transaction that this journal lacks, though an earlier one had it; 0 */
    uint64_t parted; /* the first act that is not what the earlier one had there; 0: not known */
    struct signatures *signatures; /* that are to be checked still; NULL: none */
    uint8_t (*forged)[HASH_LEN];   /* history_next of transactions that were found to be forged */
    size_t forged_count, forged_room;
    struct history_fault faults[HISTORY_FAULTS_MAX]; /* more are counted, not named */
    size_t fault_count;
    /* Gets each fault as it is found; may be NULL. A value other than ERROR_NONE is ignored. */
    enum error (*fault)(void *context, const struct history_fault *fault);
    void *context;
    /* Told once by history_settle, when it will take long, of about how many seconds; may be NULL.
       history_append settles before it enters the gate: nobody else waits meanwhile. */
    void (*waits)(unsigned seconds);
};

/* Takes what is new in the journal since it was last read, and before it the secrets that were
   given to the officer meanwhile, if they are what the journal says was made. Does next to nothing
   when no other desk has written. What does not fit is added to faults and closes nothing else.

   The signatures of many transactions at once are checked later, by history_check or in threads
   (history_check_behind). What is found to be forged then becomes a fault, and the next call makes
   the fold anew without it: cases may then have other numbers. ERROR_MEMORY, errors of the store.
 */
enum error history_follow(struct history *history);

/* Reads on from where the fold ends; for history_follow. *made: it stopped behind a transaction
   that made secrets which are not held, and is to be called again once they were taken. */
enum error history_read(struct history *history, bool *made);

/* The transaction up to which signatures are checked; whether one behind it was found to be forged,
   so that the next history_follow makes the fold anew. */
uint64_t history_checked(const struct history *history);
bool history_doubted(const struct history *history);

/* Goes on checking signatures: in threads until history_end or another call needs the list; or for
   so many milliseconds (SIGNATURES_ALL: to the end), on all cores, and then follows if something
   was forged. Errors of history_follow. */
void history_check_behind(struct history *history);
enum error history_check(struct history *history, int64_t ms);

/* As history_follow, and checks every signature: before anything is built on the history. */
enum error history_settle(struct history *history);

/* Adds a fault, each once, or only counts it when there are too many. */
void history_note_fault(struct history *history, enum history_fault_kind kind, uint64_t txn,
                        uint64_t seq);

/* The journal was not rolled back: takes that fault away. */
void history_forgive(struct history *history);

/* Frees what the history has of its own; the rest stays the caller's. */
void history_end(struct history *history);

/* A key that a body is sealed under, and its commitment. */
struct history_key {
    const uint8_t *key;
    const uint8_t *commitment; /* HASH_LEN bytes; NULL for the house key */
};

/* An act that is to be added. */
struct history_act {
    struct act act;
    bool left_out;
    uint8_t head[ACT_HEAD_SEALED];
    size_t head_len;
    uint8_t head_digest[HASH_LEN];
    uint8_t body_digest[HASH_LEN];
    uint8_t *body; /* malloc'd; NULL: none */
    size_t body_len;
    struct journal_casekey *casekey; /* malloc'd; NULL: none */
    uint64_t seq;                    /* once it is added */
};

/* Acts for one transaction. Everything is sealed before the transaction begins. */
struct history_batch {
    struct history_act *acts;
    size_t n;
    size_t room;

    /* Called inside the transaction, when the history has been followed to its end: before the acts
       are numbered, to leave some out, and after, to write what stands beside them. May be NULL. An
       error ends the transaction; nothing was written then. */
    enum error (*before)(void *context, struct history_batch *batch);
    enum error (*beside)(void *context, const struct history_batch *batch);
    void *context;

    /* After ERROR_CHANGED: the act that was refused, why, and the value that stands. */
    size_t refused;
    enum fold_verdict verdict;
    uint64_t stands;
};
enum { HISTORY_ACTS_MAX = 1024 };

/* Seals an act, with content as its body unless that is NULL, and adds it to the batch. For an act
   of the office key is NULL; for one of a case it is the case's key, or NULL without a body. The
   act's commitment becomes the key's, when there is one. *out (may be NULL) is the act in the
   batch, valid until the next is added. ERROR_TEXT_LONG, ERROR_KEY_UNFIT (no key to seal with is
   held), ERROR_MEMORY. */
enum error history_batch_add(struct history_batch *batch, const struct keyset *keys,
                             const struct act *act, const struct history_key *key,
                             const struct act_content *content, struct history_act **out);

/* Wipes and frees the acts. */
void history_batch_free(struct history_batch *batch);

/* Adds the batch as one transaction, in order, all or nothing, signed by the officer. A batch of
   which everything is left out adds nothing and is ERROR_NONE. What was added last is read back:
   ERROR_JOURNAL_ROW when it is not there; of ERROR_IO and ERROR_MEMORY nobody knows whether it is,
   so look before it is added again. ERROR_CHANGED when an act would not
   count, ERROR_FORBIDDEN when the officer has no right to one; ERROR_OFFICE_BUSY when another desk
   holds the gate for HISTORY_WAIT_MS; ERROR_MEMORY, errors of the store and of the hooks. */
enum { HISTORY_WAIT_MS = 30000 };
enum error history_append(struct history *history, struct history_batch *batch);

/* The keys that sign for an officer (0: root): checked against what the journal says of them.
   ERROR_NO_ROW when there is none of that number, ERROR_SEAL when they are not those that were
   named. */
enum error history_signer(struct history *history, uint32_t officer, struct journal_officer *out);

/* The hash of a transaction, as above, over acts' digests (2 * HASH_LEN bytes each). ERROR_MEMORY.
 */
enum error history_hash(const uint8_t office[HASH_LEN], const struct journal_txn *txn,
                        const uint8_t *digests, uint8_t hash[HASH_LEN]);

/* What the transaction after this one names as prev. ERROR_MEMORY. */
enum error history_next(const struct journal_txn *txn, uint8_t next[HASH_LEN]);

/* The domain of signatures. */
#define HISTORY_DOMAIN SIGNATURES_DOMAIN

/* Opens the head of a row. ERROR_KEY_UNFIT when its key is not held, ERROR_SEAL, ERROR_MEMORY;
   ERROR_MALFORMED also when it is sealed under another key than the house's, or the register's for
   an act of a case. */
enum error history_open_head(const struct keyset *keys, const struct journal_act *row,
                             struct act *act);

/* Opens the body of an act of the office, whose number and kind these are, into plain (ACT_BODY_MAX
   bytes of secret_new memory), where *content then lies. ERROR_JOURNAL_ROW when it does not open or
   the act is of another kind; errors of the store, ERROR_MEMORY. */
enum error history_body(struct history *history, uint64_t seq, enum act_kind kind,
                        uint8_t plain[ACT_BODY_MAX], const uint8_t **content, size_t *len);

#endif
