/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys in the journal: of cases, of compartments as each officer holds them, of the officers. */
#include "store/journal.h"

#include <assert.h>

#include "store/journal_parts.h"

/* --- keys of cases --- */

static struct journal_casekey casekey_of(struct journal_row *row)
{
    struct journal_casekey key = {
        .compartment = (uint16_t)journal_take_number(row, 2, UINT16_MAX),
        .generation = (uint32_t)journal_take_number(row, 3, UINT32_MAX),
    };
    journal_take_blob(row, 0, key.commitment, sizeof key.commitment);
    journal_take_blob(row, 1, key.handle, sizeof key.handle);
    key.len = journal_take_bytes(row, 4, key.wrapped, sizeof key.wrapped);
    return key;
}

enum error journal_add_casekey(struct journal *journal, const struct journal_casekey *key)
{
    const struct db_value in[] = {
        DB_V_BLOB(key->commitment, sizeof key->commitment),
        DB_V_BLOB(key->handle, sizeof key->handle),
        DB_V_INT(key->compartment),
        DB_V_INT(key->generation),
        DB_V_BLOB(key->wrapped, key->len),
    };
    assert(key->len <= sizeof key->wrapped);
    return journal_put(journal, SQL_CASEKEY_ADD, in, 5);
}

static enum error rewrapped_row(void *context, const struct db_value *columns, size_t n)
{
    *(bool *)context = true;
    return ERROR_NONE;
}

enum error journal_rewrap(struct journal *journal, const struct journal_casekey *key)
{
    bool found = false;
    const struct db_value in[] = {
        DB_V_BLOB(key->commitment, sizeof key->commitment),
        DB_V_INT(key->generation),
        DB_V_BLOB(key->wrapped, key->len),
    };
    assert(journal->writing && key->len <= sizeof key->wrapped);
    return journal_one(journal, SQL_REWRAP, in, 3, rewrapped_row, &found, &found);
}

/* Where keys are kept: there is room for n. */
struct casekey_rows {
    struct journal_casekey *keys;
    size_t n;
    bool found;
};

static enum error casekey_row(void *context, const struct db_value *columns, size_t n)
{
    struct casekey_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    rows->keys[rows->n++] = casekey_of(&row);
    rows->found = true;
    return row.error;
}

enum error journal_casekey(struct journal *journal, const uint8_t commitment[JOURNAL_HASH_LEN],
                           struct journal_casekey *key)
{
    struct casekey_rows rows = {.keys = key};
    const struct db_value in[] = {DB_V_BLOB(commitment, JOURNAL_HASH_LEN)};
    return journal_one(journal, SQL_CASEKEY, in, 1, casekey_row, &rows, &rows.found);
}

enum error journal_stale_casekeys(struct journal *journal, uint16_t compartment,
                                  uint32_t generation, struct journal_casekey *keys, size_t n,
                                  size_t *found)
{
    struct casekey_rows rows = {.keys = keys};
    const struct db_value in[] = {DB_V_INT(compartment), DB_V_INT(generation), DB_V_INT(n)};
    enum error error = db_run(journal->db, SQL_CASEKEYS_STALE, in, 3, casekey_row, &rows);
    *found = error == ERROR_NONE ? rows.n : 0;
    return error;
}

/* --- secrets of compartments --- */

enum error journal_put_wrap(struct journal *journal, const struct journal_wrap *wrap)
{
    const struct db_value in[] = {
        DB_V_INT(wrap->officer),
        DB_V_INT(wrap->compartment),
        DB_V_INT(wrap->generation),
        DB_V_BLOB(wrap->sealed, sizeof wrap->sealed),
    };
    return journal_put(journal, SQL_WRAP_PUT, in, 4);
}

static enum error wrap_row(void *context, const struct db_value *columns, size_t n)
{
    const struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    struct journal_wrap wrap = {
        .officer = (uint32_t)journal_take_number(&row, 0, UINT32_MAX),
        .compartment = (uint16_t)journal_take_number(&row, 1, UINT16_MAX),
        .generation = (uint32_t)journal_take_number(&row, 2, UINT32_MAX),
    };
    journal_take_blob(&row, 3, wrap.sealed, sizeof wrap.sealed);
    return row.error == ERROR_NONE ? rows->wrap(rows->context, &wrap) : row.error;
}

enum error journal_each_wrap(struct journal *journal, uint32_t officer, journal_wrap_fn *each,
                             void *context)
{
    struct journal_rows rows = {.wrap = each, .context = context};
    const struct db_value in[] = {DB_V_INT(officer)};
    return db_run(journal->db, SQL_WRAPS, in, 1, wrap_row, &rows);
}

enum error journal_drop_wraps(struct journal *journal, uint32_t officer)
{
    const struct db_value in[] = {DB_V_INT(officer)};
    return journal_put(journal, SQL_WRAPS_DROP, in, 1);
}

/* --- officers --- */

enum error journal_add_officer(struct journal *journal, const struct journal_officer *officer)
{
    const struct db_value in[] = {
        DB_V_INT(officer->no),
        DB_V_BLOB(officer->sign, sizeof officer->sign),
        DB_V_BLOB(officer->agree, sizeof officer->agree),
    };
    return journal_put(journal, SQL_OFFICER_ADD, in, 3);
}

static enum error officer_row(void *context, const struct db_value *columns, size_t n)
{
    const struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    struct journal_officer officer = {.no = (uint32_t)journal_take_number(&row, 0, UINT32_MAX)};
    journal_take_blob(&row, 1, officer.sign, sizeof officer.sign);
    journal_take_blob(&row, 2, officer.agree, sizeof officer.agree);
    return row.error == ERROR_NONE ? rows->officer(rows->context, &officer) : row.error;
}

enum error journal_each_officer(struct journal *journal, journal_officer_fn *each, void *context)
{
    struct journal_rows rows = {.officer = each, .context = context};
    return db_run(journal->db, SQL_OFFICERS, NULL, 0, officer_row, &rows);
}
