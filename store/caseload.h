/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's casebook file: which kiosks there are, every record of their chains, the cases and
   what belongs to them. What a person wrote, and where they are, stands here only sealed
   (crypto/casebook); in the clear are numbers of the chains, hashes, days of the chains and blind
   links.

   Row ids are counted over all sealed things together, so that a sealed blob fits in one place
   only. */
#ifndef STORE_CASELOAD_H
#define STORE_CASELOAD_H

#include <stddef.h>
#include <stdint.h>

#include "store/db.h"

enum {
    CASELOAD_HASH_LEN = 32,
    CASELOAD_LINK_LEN = 16,
    CASELOAD_KIOSK_LEN = 8,
    CASELOAD_CARD_MAX = 1024,
    CASELOAD_MISPLACED = 1, /* record flag: the letter speaks of another place than its record */
    CASELOAD_UNREADABLE =
        2, /* record flag: the envelope could not be opened or read, and is kept */
};

struct caseload;

/* Opens the casebook at path. Errors of db_open, in words of the casebook (ERROR_CASEBOOK_*). *out
   is the caller's, for caseload_close; NULL on an error. */
enum error caseload_open(const char *path, enum db_mode mode, struct caseload **out);

/* Makes a casebook at path that belongs to the casebook key of this mark (a blind link of a fixed
   word), and closes it again. ERROR_EXISTS when there is one already. */
enum error caseload_make(const char *path, const uint8_t mark[CASELOAD_LINK_LEN]);

/* Closes and sets to NULL. NULL is nothing. */
void caseload_close(struct caseload **caseload);

/* The mark given to caseload_make, which tells a casebook of another office.
   ERROR_CASEBOOK_CORRUPT when there is none. */
enum error caseload_mark(struct caseload *caseload, uint8_t mark[CASELOAD_LINK_LEN]);

/* One durable transaction around the functions that write; without it each is one of its own. Not
   nested. After an error of caseload_commit nothing was written, or the
   last item that was did not come back (ERROR_CASEBOOK_CORRUPT). */
enum error caseload_begin(struct caseload *caseload);
enum error caseload_commit(struct caseload *caseload);
void caseload_rollback(struct caseload *caseload);

/* Ends a transaction in which `error` came out: commits when it is ERROR_NONE, else rolls back.
   Returns what came of both. */
enum error caseload_finish(struct caseload *caseload, enum error error);

/* Moves the write-ahead log into the file and empties it. Errors of db_checkpoint. */
enum error caseload_checkpoint(struct caseload *caseload);

/* Takes the next row id, for sealing before the row is written. Inside a transaction. */
enum error caseload_next_id(struct caseload *caseload, uint64_t *id);

/* The board published last; number 0 when there was none. padding never gets smaller. */
struct caseload_board {
    uint32_t number;
    uint32_t day;
    uint64_t padding;
    uint8_t hash[CASELOAD_HASH_LEN]; /* SHA-256 of the board's bytes */
};

/* Read and write it. Errors of db_run. */
enum error caseload_board(struct caseload *caseload, struct caseload_board *board);
enum error caseload_set_board(struct caseload *caseload, const struct caseload_board *board);

/* A kiosk, its sealed card, the end of its unbroken chain, what its newest bundle said, and
   counts. */
struct caseload_kiosk {
    uint8_t kiosk[CASELOAD_KIOSK_LEN];
    uint64_t row; /* id under which card is sealed */
    uint8_t card[CASELOAD_CARD_MAX];
    size_t card_len;
    uint32_t enrolled;
    uint64_t tip_seq; /* last record received in an unbroken chain; 0 with a hash of zeros: none */
    uint8_t tip_hash[CASELOAD_HASH_LEN];
    uint32_t tip_day;
    uint64_t bundle_last; /* highest record that its bundles claimed since a rollback */
    uint32_t charter;     /* numbers of the charter and board that the kiosk holds */
    uint32_t board;
    uint32_t image;
    uint16_t exchange_age;
    uint8_t health;
    uint32_t imported;  /* day of the last import; 0 never */
    uint32_t rollbacks; /* how many are noted; counted, not written */
    uint64_t last_seq;  /* highest record held, also behind a gap; counted, not written */
    uint32_t last_day;  /* the latest day of all records held; counted */
    uint64_t unreadable;
    uint64_t misplaced;
};

/* Adds a kiosk, or gives a known one a new card: uses kiosk, row, card, card_len and enrolled. */
enum error caseload_put_card(struct caseload *caseload, const struct caseload_kiosk *kiosk);

/* Writes what a bundle said: bundle_last, charter, board, image, exchange_age, health, imported. */
enum error caseload_put_contact(struct caseload *caseload, const struct caseload_kiosk *kiosk);

/* One kiosk; ERROR_NO_ROW when it is not known. */
enum error caseload_kiosk(struct caseload *caseload, const uint8_t id[CASELOAD_KIOSK_LEN],
                          struct caseload_kiosk *kiosk);

/* Calls each for all kiosks by id; another value than ERROR_NONE stops and is returned. each must
   not call caseload. */
typedef enum error caseload_kiosk_fn(void *context, const struct caseload_kiosk *kiosk);
enum error caseload_each_kiosk(struct caseload *caseload, caseload_kiosk_fn *each, void *context);

/* One record of a chain, without its envelope. Two records of one number are both kept: a fork. */
struct caseload_record {
    uint8_t kiosk[CASELOAD_KIOSK_LEN];
    uint64_t seq;
    uint8_t hash[CASELOAD_HASH_LEN];
    uint8_t previous[CASELOAD_HASH_LEN];
    uint32_t day;
    uint8_t flags;
};

/* ERROR_NONE when this very record (kiosk, seq, hash) is held, ERROR_NO_ROW when not. */
enum error caseload_has_record(struct caseload *caseload, const struct caseload_record *record);

/* Adds a record; ERROR_EXISTS when it is held. envelope (may be NULL) is kept as it came. */
enum error caseload_add_record(struct caseload *caseload, const struct caseload_record *record,
                               const uint8_t *envelope, size_t envelope_len);

/* Moves the end of the unbroken chain forward over the records that are held; when another chain
   from record 1 on is longer, to the end of that one. */
enum error caseload_advance(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN]);

/* Calls each with the record numbers first..last that are missing below the highest one held. */
typedef enum error caseload_range_fn(void *context, uint64_t first, uint64_t last);
enum error caseload_each_gap(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                             caseload_range_fn *each, void *context);

/* Calls each with the numbers (first = last) at which two chains part: a number held twice, or a
   record that does not follow the one before it. */
enum error caseload_each_fork(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                              caseload_range_fn *each, void *context);

/* A rollback: a kiosk said less than it had said before. */
struct caseload_rollback {
    uint64_t was_seq; /* the last record and the board that it had */
    uint32_t was_board;
    uint64_t seq; /* those that it had then */
    uint32_t board;
    uint32_t day; /* when the office saw it */
};

/* Notes a rollback of a kiosk. Errors of db_run. */
enum error caseload_add_rollback(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                                 const struct caseload_rollback *rollback);

/* Calls each for the rollbacks of a kiosk, oldest first. */
typedef enum error caseload_rollback_fn(void *context, const struct caseload_rollback *rollback);
enum error caseload_each_rollback(struct caseload *caseload,
                                  const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                                  caseload_rollback_fn *each, void *context);

/* The number of the case with a blind link; ERROR_NO_ROW when there is none. */
enum error caseload_linked(struct caseload *caseload, const uint8_t link[CASELOAD_LINK_LEN],
                           uint64_t *id);

/* Makes a case with a blind link that no other has; *id is its number, from 1. */
enum error caseload_new_case(struct caseload *caseload, const uint8_t link[CASELOAD_LINK_LEN],
                             uint64_t *id);

/* A sealed thing of a case. */
struct caseload_item {
    uint64_t id; /* of caseload_next_id */
    uint64_t case_id;
    uint64_t n;            /* number of a message to the person; 0 for anything else */
    const uint8_t *sealed; /* from caseload_each_item: valid until the callback returns */
    size_t len;
};

/* Adds an item. ERROR_EXISTS when the case has a message of this number. */
enum error caseload_add_item(struct caseload *caseload, const struct caseload_item *item);

/* Calls each for the items of a case (0: of all cases, case by case) in the order they were added;
   another value than ERROR_NONE stops and is returned. each must not call caseload. What is no blob
   comes with length 0. ERROR_CASE when a case was named and has nothing. */
typedef enum error caseload_item_fn(void *context, const struct caseload_item *item);
enum error caseload_each_item(struct caseload *caseload, uint64_t case_id, caseload_item_fn *each,
                              void *context);

/* Number of the last message of a case; 0 when there is none. */
enum error caseload_last_message(struct caseload *caseload, uint64_t case_id, uint64_t *n);

#endif
