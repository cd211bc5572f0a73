/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the journal share: the statements by name, and rows written and taken with
   care. For store/journal*.c alone. */
#ifndef STORE_JOURNAL_PARTS_H
#define STORE_JOURNAL_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "store/journal.h"

struct journal {
    struct db *db;
    bool writing; /* between journal_begin and its end */
    bool holding; /* between journal_hold and its end */
};

/* Numbers of the statements; their SQL is in store/journal.c. */
enum {
    SQL_OFFICE_ADD,
    SQL_OFFICE,
    SQL_TXN_ADD,
    SQL_TXN_LAST,
    SQL_TXN,
    SQL_TXNS,
    SQL_ACT_ADD,
    SQL_ACT_LAST,
    SQL_ACT,
    SQL_ACTS,
    SQL_BODY_ADD,
    SQL_BODY,
    SQL_CASEKEY_ADD,
    SQL_REWRAP,
    SQL_CASEKEY,
    SQL_CASEKEYS_STALE,
    SQL_WRAP_PUT,
    SQL_WRAPS,
    SQL_WRAPS_DROP,
    SQL_OFFICER_ADD,
    SQL_OFFICERS,
    SQL_KIOSK_ADD,
    SQL_KIOSK,
    SQL_KIOSKS,
    SQL_RECORD_HAS,
    SQL_RECORD_ADD,
    SQL_RECORD_PUBLISH,
    SQL_TAG_HAS,
    SQL_ENVELOPE_ADD,
    SQL_RECORDS,
    SQL_RECORDS_ALL,
    SQL_TIP,
    SQL_TIP_NEXT,
    SQL_BEYOND,
    SQL_TIP_LONGEST,
    SQL_TIP_SET,
    SQL_GAPS,
    SQL_FORKS,
    SQL_QUEUE_ADD,
    SQL_QUEUE,
    SQL_QUEUE_DROP,
    SQL_QUEUE_ALL,
    SQL_BOARD_ADD,
    SQL_BOARD,
    SQL_HEAD,
    SQL_ARRIVALS,
    SQL_BOARDS,
    SQL_BOARD_DROP,
    SQL_SEEN_ADD,
    SQL_SEEN,
    SQL_MARK_PUT,
    SQL_MARK,
    SQL_COUNT
};

/* Runs a statement that writes. That a transaction is open is asserted. */
enum error journal_put(struct journal *journal, size_t statement, const struct db_value *in,
                       size_t n_in);

/* Whom a row function calls. */
struct journal_rows {
    union {
        journal_txn_fn *txn;
        journal_act_fn *act;
        journal_wrap_fn *wrap;
        journal_officer_fn *officer;
        journal_kiosk_fn *kiosk;
        journal_record_fn *record;
        journal_range_fn *range;
        journal_queued_fn *queued;
        journal_board_fn *board;
    };
    void *context;
    bool found; /* there was a row; each row function sets it */
};

/* Runs a statement that reads one row, of which *found tells; ERROR_NO_ROW when there was none. */
enum error journal_one(struct journal *journal, size_t statement, const struct db_value *in,
                       size_t n_in, db_row_fn *row, void *context, const bool *found);

/* ERROR_NONE for a number that the file gives back as it was, 1 to INT64_MAX; ERROR_MALFORMED. */
enum error journal_countable(uint64_t number);

/* A row as it is taken apart. Once a column is of a wrong shape, `error` is ERROR_JOURNAL_CORRUPT.
 */
struct journal_row {
    const struct db_value *columns;
    enum error error;
};

/* Copies a blob of exactly len bytes. */
void journal_take_blob(struct journal_row *row, size_t column, void *out, size_t len);

/* Copies a blob of at most max bytes; returns how many. */
size_t journal_take_bytes(struct journal_row *row, size_t column, void *out, size_t max);

/* A number from 0 to max; 0 for anything else. */
uint64_t journal_take_number(struct journal_row *row, size_t column, uint64_t max);

#endif
