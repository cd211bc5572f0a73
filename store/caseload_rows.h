/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the casebook share: the statements by name, and columns taken with care. For
   store/caseload*.c alone. */
#ifndef STORE_CASELOAD_ROWS_H
#define STORE_CASELOAD_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "store/db.h"

struct caseload {
    struct db *db;
    uint64_t
        last_id;   /* of the item added last in this transaction, of which this is the content; */
    uint8_t *last; /* NULL: none */
    size_t last_len;
};

/* Numbers of the statements; their SQL is in store/caseload.c. */
enum {
    SQL_OFFICE_ADD,
    SQL_MARK,
    SQL_ID_TAKE,
    SQL_ID_TAKEN,
    SQL_BOARD,
    SQL_BOARD_SET,
    SQL_CARD_PUT,
    SQL_CONTACT_PUT,
    SQL_KIOSK,
    SQL_RECORD_HAS,
    SQL_RECORD_ADD,
    SQL_ENVELOPE_ADD,
    SQL_TIP,
    SQL_TIP_NEXT,
    SQL_BEYOND,
    SQL_TIP_LONGEST,
    SQL_TIP_SET,
    SQL_GAPS,
    SQL_FORKS,
    SQL_ROLLBACK_ADD,
    SQL_ROLLBACKS,
    SQL_LINKED,
    SQL_CASE_ADD,
    SQL_ITEM_ADD,
    SQL_ITEM_BACK,
    SQL_ITEMS,
    SQL_ITEMS_ALL,
    SQL_LAST_MESSAGE,
    SQL_COUNT
};

/* Copies a blob of exactly len bytes; a column of another kind or size is
   ERROR_CASEBOOK_CORRUPT. */
enum error caseload_take_blob(const struct db_value *value, void *out, size_t len);

/* The number in a column; 0 for NULL and for what is no number. */
uint64_t caseload_take_number(const struct db_value *value);

#endif
