/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rows of the journal, written and taken with care. */
#include "store/journal_parts.h"

#include <assert.h>
#include <string.h>

enum error journal_put(struct journal *journal, size_t statement, const struct db_value *in,
                       size_t n_in)
{
    assert(journal->writing);
    return db_run(journal->db, statement, in, n_in, NULL, NULL);
}

enum error journal_one(struct journal *journal, size_t statement, const struct db_value *in,
                       size_t n_in, db_row_fn *row, void *context, const bool *found)
{
    enum error error = db_run(journal->db, statement, in, n_in, row, context);
    return error == ERROR_NONE && !*found ? ERROR_NO_ROW : error;
}

enum error journal_countable(uint64_t number)
{
    return number > 0 && number <= INT64_MAX ? ERROR_NONE : ERROR_MALFORMED;
}

void journal_take_blob(struct journal_row *row, size_t column, void *out, size_t len)
{
    if (journal_take_bytes(row, column, out, len) != len)
        row->error = ERROR_JOURNAL_CORRUPT;
}

size_t journal_take_bytes(struct journal_row *row, size_t column, void *out, size_t max)
{
    const struct db_value *value = &row->columns[column];
    if (value->type == DB_BLOB && value->len <= max) {
        if (value->len > 0)
            memcpy(out, value->data, value->len);
        return value->len;
    }
    row->error = ERROR_JOURNAL_CORRUPT;
    return 0;
}

uint64_t journal_take_number(struct journal_row *row, size_t column, uint64_t max)
{
    const struct db_value *value = &row->columns[column];
    if (value->type == DB_INT && value->number >= 0 && (uint64_t)value->number <= max)
        return (uint64_t)value->number;
    row->error = ERROR_JOURNAL_CORRUPT;
    return 0;
}
