/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The casebook file: its tables and all its SQL, transactions, and the row of the office itself. */
#include "store/caseload.h"

#include <stdlib.h>
#include <string.h>

#include "store/caseload_rows.h"
#include "store/db_sqlite.h"

static const char *const statements[SQL_COUNT] = {
    [SQL_OFFICE_ADD] = "INSERT INTO office(one, mark) VALUES(1, ?1)",
    [SQL_MARK] = "SELECT mark FROM office WHERE one = 1",
    [SQL_ID_TAKE] = "UPDATE office SET last_id = last_id + 1 WHERE one = 1",
    [SQL_ID_TAKEN] = "SELECT last_id FROM office WHERE one = 1",
    [SQL_BOARD] = "SELECT board, day, padding, hash FROM office WHERE one = 1",
    [SQL_BOARD_SET] =
        "UPDATE office SET board = ?1, day = ?2, padding = max(padding, ?3), hash = ?4 "
        "WHERE one = 1",
    [SQL_CARD_PUT] = "INSERT INTO kiosk(kiosk, row, card, enrolled) VALUES(?1, ?2, ?3, ?4) "
                     "ON CONFLICT(kiosk) DO UPDATE SET row = ?2, card = ?3",
    [SQL_CONTACT_PUT] = "UPDATE kiosk SET bundle_last = ?2, charter = ?3, board = ?4, image = ?5, "
                        "exchange_age = ?6, health = ?7, imported = ?8 WHERE kiosk = ?1",
    [SQL_KIOSK] = "SELECT kiosk, row, card, enrolled, tip_seq, tip_hash, tip_day, bundle_last, "
                  "charter, board, "
                  "image, exchange_age, health, imported, "
                  "(SELECT count(*) FROM rollback b WHERE b.kiosk = k.kiosk), "
                  "(SELECT max(seq) FROM record r WHERE r.kiosk = k.kiosk), "
                  "(SELECT max(day) FROM record r WHERE r.kiosk = k.kiosk), "
                  "(SELECT count(*) FROM record r WHERE r.kiosk = k.kiosk AND flags & 2), "
                  "(SELECT count(*) FROM record r WHERE r.kiosk = k.kiosk AND flags & 1) "
                  "FROM kiosk k WHERE ?1 IS NULL OR kiosk = ?1 ORDER BY kiosk",
    [SQL_RECORD_HAS] = "SELECT 1 FROM record WHERE kiosk = ?1 AND seq = ?2 AND hash = ?3",
    [SQL_RECORD_ADD] = "INSERT INTO record(kiosk, seq, hash, previous, day, flags) "
                       "VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_ENVELOPE_ADD] = "INSERT INTO envelope(kiosk, seq, hash, envelope) VALUES(?1, ?2, ?3, ?4)",
    [SQL_TIP] = "SELECT tip_seq, tip_hash, tip_day FROM kiosk WHERE kiosk = ?1",
    [SQL_TIP_NEXT] = "SELECT seq, hash, day FROM record WHERE kiosk = ?1 AND seq = ?2 AND "
                     "previous = ?3 ORDER BY hash LIMIT 1",
    [SQL_BEYOND] = "SELECT 1 FROM record WHERE kiosk = ?1 AND seq > ?2 LIMIT 1",
    /* All that hangs together from record 1 on, and of that the farthest. */
    [SQL_TIP_LONGEST] =
        "WITH RECURSIVE chain(seq, hash, day) AS (SELECT seq, hash, day FROM record "
        "WHERE kiosk = ?1 AND seq = 1 AND previous = zeroblob(32) "
        "UNION SELECT r.seq, r.hash, r.day FROM chain c CROSS JOIN record r ON r.kiosk = ?1 AND "
        "r.seq = c.seq + 1 AND r.previous = c.hash) "
        "SELECT seq, hash, day FROM chain WHERE seq > ?2 ORDER BY seq DESC, hash LIMIT 1",
    [SQL_TIP_SET] = "UPDATE kiosk SET tip_seq = ?2, tip_hash = ?3, tip_day = ?4 WHERE kiosk = ?1",
    [SQL_GAPS] =
        "SELECT before + 1, seq - 1 FROM (SELECT seq, lag(seq, 1, 0) OVER (ORDER BY seq) AS "
        "before FROM (SELECT DISTINCT seq FROM record WHERE kiosk = ?1)) "
        "WHERE seq > before + 1 ORDER BY seq",
    [SQL_FORKS] = "SELECT DISTINCT seq, seq FROM record r WHERE kiosk = ?1 AND ("
                  "EXISTS (SELECT 1 FROM record o WHERE o.kiosk = r.kiosk AND o.seq = r.seq AND "
                  "o.hash <> r.hash) OR (seq = 1 AND previous <> zeroblob(32)) OR "
                  "(EXISTS (SELECT 1 FROM record o WHERE o.kiosk = r.kiosk AND o.seq = r.seq - 1) "
                  "AND NOT EXISTS (SELECT 1 FROM record o WHERE o.kiosk = r.kiosk AND "
                  "o.seq = r.seq - 1 AND o.hash = r.previous))) ORDER BY seq",
    [SQL_ROLLBACK_ADD] = "INSERT INTO rollback(kiosk, was_seq, was_board, seq, board, day) "
                         "VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_ROLLBACKS] = "SELECT was_seq, was_board, seq, board, day FROM rollback WHERE kiosk = ?1 "
                      "ORDER BY id",
    [SQL_LINKED] = "SELECT id FROM cases WHERE link = ?1",
    [SQL_CASE_ADD] = "INSERT INTO cases(link) VALUES(?1) RETURNING id",
    [SQL_ITEM_ADD] = "INSERT INTO item(id, case_id, n, sealed) VALUES(?1, ?2, ?3, ?4)",
    [SQL_ITEM_BACK] = "SELECT sealed FROM item WHERE id = ?1",
    [SQL_ITEMS] = "SELECT id, case_id, n, sealed FROM item WHERE case_id = ?1 ORDER BY id",
    [SQL_ITEMS_ALL] = "SELECT id, case_id, n, sealed FROM item ORDER BY case_id, id",
    [SQL_LAST_MESSAGE] = "SELECT max(n) FROM item WHERE case_id = ?1",
};

static const struct db_schema schema = {
    .words = {.missing = ERROR_CASEBOOK_MISSING,
              .foreign = ERROR_CASEBOOK_FOREIGN,
              .newer = ERROR_CASEBOOK_NEWER,
              .older = ERROR_CASEBOOK_OLDER,
              .damaged = ERROR_CASEBOOK_CORRUPT},
    .application_id = 0x53514332, /* "SQC2" */
    .version = 2,
    .create =
        "CREATE TABLE office(one INTEGER PRIMARY KEY CHECK(one = 1), mark BLOB NOT NULL, "
        "last_id INTEGER NOT NULL DEFAULT 0, board INTEGER NOT NULL DEFAULT 0, "
        "day INTEGER NOT NULL DEFAULT 0, padding INTEGER NOT NULL DEFAULT 0, "
        "hash BLOB NOT NULL DEFAULT (zeroblob(32)));"
        "CREATE TABLE kiosk(kiosk BLOB PRIMARY KEY, row INTEGER NOT NULL, card BLOB NOT NULL, "
        "enrolled INTEGER NOT NULL, tip_seq INTEGER NOT NULL DEFAULT 0, "
        "tip_hash BLOB NOT NULL DEFAULT (zeroblob(32)), tip_day INTEGER NOT NULL DEFAULT 0, "
        "bundle_last INTEGER NOT NULL DEFAULT 0, charter INTEGER NOT NULL DEFAULT 0, "
        "board INTEGER NOT NULL DEFAULT 0, image INTEGER NOT NULL DEFAULT 0, "
        "exchange_age INTEGER NOT NULL DEFAULT 65535, health INTEGER NOT NULL DEFAULT 0, "
        "imported INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID;"
        "CREATE TABLE rollback(id INTEGER PRIMARY KEY, kiosk BLOB NOT NULL "
        "REFERENCES kiosk(kiosk), was_seq INTEGER NOT NULL, was_board INTEGER NOT NULL, "
        "seq INTEGER NOT NULL, board INTEGER NOT NULL, day INTEGER NOT NULL);"
        "CREATE TABLE record(kiosk BLOB NOT NULL REFERENCES kiosk(kiosk), seq INTEGER NOT NULL, "
        "hash BLOB NOT NULL, previous BLOB NOT NULL, day INTEGER NOT NULL, flags INTEGER NOT NULL, "
        "PRIMARY KEY(kiosk, seq, hash)) WITHOUT ROWID;"
        "CREATE TABLE envelope(kiosk BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, "
        "envelope BLOB NOT NULL, PRIMARY KEY(kiosk, seq, hash), "
        "FOREIGN KEY(kiosk, seq, hash) REFERENCES record(kiosk, seq, hash));"
        "CREATE TABLE cases(id INTEGER PRIMARY KEY, link BLOB NOT NULL UNIQUE);"
        "CREATE TABLE item(id INTEGER PRIMARY KEY, case_id INTEGER NOT NULL REFERENCES cases(id), "
        "n INTEGER, sealed BLOB NOT NULL);"
        "CREATE INDEX item_case ON item(case_id, id);"
        "CREATE UNIQUE INDEX item_message ON item(case_id, n) WHERE n IS NOT NULL;",
    .statements = statements,
    .statement_count = SQL_COUNT,
};

/* --- opening and transactions --- */

enum error caseload_open(const char *path, enum db_mode mode, struct caseload **out)
{
    *out = NULL;
    struct caseload *caseload = calloc(1, sizeof *caseload);
    if (caseload == NULL)
        return ERROR_MEMORY;
    enum error error = db_open(path, &schema, mode, &caseload->db);
    if (error != ERROR_NONE) {
        free(caseload);
        return error;
    }
    *out = caseload;
    return ERROR_NONE;
}

enum error caseload_make(const char *path, const uint8_t mark[CASELOAD_LINK_LEN])
{
    struct caseload *caseload = NULL;
    enum error error = caseload_open(path, DB_CREATE, &caseload);
    if (error != ERROR_NONE)
        return error;
    const struct db_value in[] = {DB_V_BLOB(mark, CASELOAD_LINK_LEN)};
    error = db_put(caseload->db, SQL_OFFICE_ADD, in, 1);
    caseload_close(&caseload);
    return error;
}

void caseload_close(struct caseload **caseload)
{
    if (*caseload == NULL)
        return;
    db_close(&(*caseload)->db);
    free((*caseload)->last);
    free(*caseload);
    *caseload = NULL;
}

enum error caseload_begin(struct caseload *caseload)
{
    return db_begin(caseload->db);
}

static void forget_last(struct caseload *caseload)
{
    free(caseload->last);
    caseload->last = NULL;
}

enum error caseload_commit(struct caseload *caseload)
{
    enum error error = db_commit(caseload->db);
    if (error == ERROR_NONE && caseload->last != NULL) {
        const struct db_value id = DB_V_INT(caseload->last_id);
        const struct db_value sealed = DB_V_BLOB(caseload->last, caseload->last_len);
        error = db_expect(caseload->db, SQL_ITEM_BACK, &id, 1, &sealed, 1);
    }
    forget_last(caseload);
    return error;
}

void caseload_rollback(struct caseload *caseload)
{
    db_rollback(caseload->db);
    forget_last(caseload);
}

enum error caseload_finish(struct caseload *caseload, enum error error)
{
    if (error == ERROR_NONE)
        error = caseload_commit(caseload);
    if (error != ERROR_NONE)
        caseload_rollback(caseload);
    return error;
}

enum error caseload_checkpoint(struct caseload *caseload)
{
    return db_checkpoint(caseload->db);
}

/* --- columns --- */

enum error caseload_take_blob(const struct db_value *value, void *out, size_t len)
{
    if (value->type != DB_BLOB || value->len != len)
        return ERROR_CASEBOOK_CORRUPT;
    memcpy(out, value->data, len);
    return ERROR_NONE;
}

uint64_t caseload_take_number(const struct db_value *value)
{
    return value->type == DB_INT ? (uint64_t)value->number : 0;
}

/* --- the office's own row --- */

struct mark_row {
    uint8_t *mark;
    int found;
};

static enum error mark_row(void *context, const struct db_value *columns, size_t n)
{
    struct mark_row *row = context;
    row->found = 1;
    return caseload_take_blob(&columns[0], row->mark, CASELOAD_LINK_LEN);
}

enum error caseload_mark(struct caseload *caseload, uint8_t mark[CASELOAD_LINK_LEN])
{
    struct mark_row row = {.mark = mark};
    enum error error = db_run(caseload->db, SQL_MARK, NULL, 0, mark_row, &row);
    return error == ERROR_NONE && !row.found ? ERROR_CASEBOOK_CORRUPT : error;
}

enum error caseload_next_id(struct caseload *caseload, uint64_t *id)
{
    int64_t number = 0;
    enum error error = db_put(caseload->db, SQL_ID_TAKE, NULL, 0);
    if (error == ERROR_NONE)
        error = db_number(caseload->db, SQL_ID_TAKEN, NULL, 0, &number);
    *id = (uint64_t)number;
    return error == ERROR_NO_ROW ? ERROR_CASEBOOK_CORRUPT : error;
}

static enum error board_row(void *context, const struct db_value *columns, size_t n)
{
    struct caseload_board *board = context;
    board->number = (uint32_t)caseload_take_number(&columns[0]);
    board->day = (uint32_t)caseload_take_number(&columns[1]);
    board->padding = caseload_take_number(&columns[2]);
    return caseload_take_blob(&columns[3], board->hash, sizeof board->hash);
}

enum error caseload_board(struct caseload *caseload, struct caseload_board *board)
{
    memset(board, 0, sizeof *board);
    return db_run(caseload->db, SQL_BOARD, NULL, 0, board_row, board);
}

enum error caseload_set_board(struct caseload *caseload, const struct caseload_board *board)
{
    const struct db_value in[] = {DB_V_INT(board->number), DB_V_INT(board->day),
                                  DB_V_INT(board->padding),
                                  DB_V_BLOB(board->hash, CASELOAD_HASH_LEN)};
    return db_put(caseload->db, SQL_BOARD_SET, in, 4);
}
