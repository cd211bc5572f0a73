/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Cases and their sealed items in the casebook. */
#include "store/caseload.h"

#include <stdlib.h>
#include <string.h>

#include "store/caseload_rows.h"

enum error caseload_linked(struct caseload *caseload, const uint8_t link[CASELOAD_LINK_LEN],
                           uint64_t *id)
{
    int64_t number = 0;
    const struct db_value in[] = {DB_V_BLOB(link, CASELOAD_LINK_LEN)};
    enum error error = db_number(caseload->db, SQL_LINKED, in, 1, &number);
    *id = (uint64_t)number;
    return error;
}

static enum error id_row(void *context, const struct db_value *columns, size_t n)
{
    *(uint64_t *)context = caseload_take_number(&columns[0]);
    return ERROR_NONE;
}

enum error caseload_new_case(struct caseload *caseload, const uint8_t link[CASELOAD_LINK_LEN],
                             uint64_t *id)
{
    const struct db_value in[] = {DB_V_BLOB(link, CASELOAD_LINK_LEN)};
    *id = 0;
    enum error error = db_run(caseload->db, SQL_CASE_ADD, in, 1, id_row, id);
    return error == ERROR_NONE && *id == 0 ? ERROR_CASEBOOK_CORRUPT : error;
}

/* For caseload_commit. */
static enum error remember(struct caseload *caseload, const struct caseload_item *item)
{
    uint8_t *last = realloc(caseload->last, item->len > 0 ? item->len : 1);
    if (last == NULL)
        return ERROR_MEMORY;
    memcpy(last, item->sealed, item->len);
    caseload->last = last;
    caseload->last_id = item->id;
    caseload->last_len = item->len;
    return ERROR_NONE;
}

enum error caseload_add_item(struct caseload *caseload, const struct caseload_item *item)
{
    const struct db_value n = item->n > 0 ? DB_V_INT(item->n) : DB_V_NULL;
    const struct db_value in[] = {DB_V_INT(item->id), DB_V_INT(item->case_id), n,
                                  DB_V_BLOB(item->sealed, item->len)};
    enum error error = db_put(caseload->db, SQL_ITEM_ADD, in, 4);
    return error == ERROR_NONE ? remember(caseload, item) : error;
}

struct item_rows {
    caseload_item_fn *each;
    void *context;
    int found;
};

static enum error item_row(void *context, const struct db_value *columns, size_t n)
{
    struct item_rows *rows = context;
    rows->found = 1;
    const struct caseload_item item = {
        .id = caseload_take_number(&columns[0]),
        .case_id = caseload_take_number(&columns[1]),
        .n = caseload_take_number(&columns[2]),
        .sealed = columns[3].type == DB_BLOB ? columns[3].data : NULL,
        .len = columns[3].type == DB_BLOB ? columns[3].len : 0,
    };
    return rows->each(rows->context, &item);
}

enum error caseload_each_item(struct caseload *caseload, uint64_t case_id, caseload_item_fn *each,
                              void *context)
{
    struct item_rows rows = {each, context, 0};
    if (case_id == 0)
        return db_run(caseload->db, SQL_ITEMS_ALL, NULL, 0, item_row, &rows);
    const struct db_value in[] = {DB_V_INT(case_id)};
    enum error error = db_run(caseload->db, SQL_ITEMS, in, 1, item_row, &rows);
    return error == ERROR_NONE && !rows.found ? ERROR_CASE : error;
}

enum error caseload_last_message(struct caseload *caseload, uint64_t case_id, uint64_t *n)
{
    int64_t number = 0;
    const struct db_value in[] = {DB_V_INT(case_id)};
    enum error error = db_number(caseload->db, SQL_LAST_MESSAGE, in, 1, &number);
    *n = (uint64_t)number;
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}
