/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's casebook file: kiosks, chains, cases and sealed items as rows. */
#include "store/caseload.h"

#include <stdlib.h>
#include <string.h>

struct caseload {
    struct db *db;
};

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
    SQL_ITEMS,
    SQL_ITEMS_ALL,
    SQL_LAST_MESSAGE,
    SQL_COUNT
};

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
    [SQL_CASE_ADD] = "INSERT INTO cases(link) VALUES(?1)",
    [SQL_ITEM_ADD] = "INSERT INTO item(id, case_id, n, sealed) VALUES(?1, ?2, ?3, ?4)",
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
        return ERROR_IO;
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
    error = db_run(caseload->db, SQL_OFFICE_ADD, in, 1, NULL, NULL);
    caseload_close(&caseload);
    return error;
}

void caseload_close(struct caseload **caseload)
{
    if (*caseload == NULL)
        return;
    db_close(&(*caseload)->db);
    free(*caseload);
    *caseload = NULL;
}

int caseload_begin(struct caseload *caseload)
{
    return db_begin(caseload->db);
}

int caseload_commit(struct caseload *caseload)
{
    return db_commit(caseload->db);
}

void caseload_rollback(struct caseload *caseload)
{
    db_rollback(caseload->db);
}

int caseload_checkpoint(struct caseload *caseload)
{
    return db_checkpoint(caseload->db);
}

/* --- taking columns apart; a column of another kind or size than ours is ERROR_CASEBOOK_CORRUPT --- */

static enum error take_blob(const struct db_value *value, void *out, size_t len)
{
    if (value->type != DB_BLOB || value->len != len)
        return ERROR_CASEBOOK_CORRUPT;
    memcpy(out, value->data, len);
    return ERROR_NONE;
}

static uint64_t take_number(const struct db_value *value)
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
    return take_blob(&columns[0], row->mark, CASELOAD_LINK_LEN);
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
    enum error error = db_run(caseload->db, SQL_ID_TAKE, NULL, 0, NULL, NULL);
    if (error == ERROR_NONE)
        error = db_number(caseload->db, SQL_ID_TAKEN, NULL, 0, &number);
    *id = (uint64_t)number;
    return error == ERROR_NO_ROW ? ERROR_CASEBOOK_CORRUPT : error;
}

static enum error board_row(void *context, const struct db_value *columns, size_t n)
{
    struct caseload_board *board = context;
    board->number = (uint32_t)take_number(&columns[0]);
    board->day = (uint32_t)take_number(&columns[1]);
    board->padding = take_number(&columns[2]);
    return take_blob(&columns[3], board->hash, sizeof board->hash);
}

int caseload_board(struct caseload *caseload, struct caseload_board *board)
{
    memset(board, 0, sizeof *board);
    return db_run(caseload->db, SQL_BOARD, NULL, 0, board_row, board);
}

int caseload_set_board(struct caseload *caseload, const struct caseload_board *board)
{
    const struct db_value in[] = {DB_V_INT(board->number), DB_V_INT(board->day),
                                  DB_V_INT(board->padding),
                                  DB_V_BLOB(board->hash, CASELOAD_HASH_LEN)};
    return db_run(caseload->db, SQL_BOARD_SET, in, 4, NULL, NULL);
}

/* --- kiosks --- */

int caseload_put_card(struct caseload *caseload, const struct caseload_kiosk *kiosk)
{
    const struct db_value in[] = {DB_V_BLOB(kiosk->kiosk, CASELOAD_KIOSK_LEN), DB_V_INT(kiosk->row),
                                  DB_V_BLOB(kiosk->card, kiosk->card_len),
                                  DB_V_INT(kiosk->enrolled)};
    return db_run(caseload->db, SQL_CARD_PUT, in, 4, NULL, NULL);
}

int caseload_put_contact(struct caseload *caseload, const struct caseload_kiosk *kiosk)
{
    const struct db_value in[] = {
        DB_V_BLOB(kiosk->kiosk, CASELOAD_KIOSK_LEN),
        DB_V_INT(kiosk->bundle_last),
        DB_V_INT(kiosk->charter),
        DB_V_INT(kiosk->board),
        DB_V_INT(kiosk->image),
        DB_V_INT(kiosk->exchange_age),
        DB_V_INT(kiosk->health),
        DB_V_INT(kiosk->imported),
    };
    return db_run(caseload->db, SQL_CONTACT_PUT, in, 8, NULL, NULL);
}

struct kiosk_rows {
    caseload_kiosk_fn *each;
    void *context;
};

static enum error kiosk_blobs(struct caseload_kiosk *kiosk, const struct db_value *columns)
{
    if (columns[2].type != DB_BLOB || columns[2].len > sizeof kiosk->card)
        return ERROR_CASEBOOK_CORRUPT;
    memcpy(kiosk->card, columns[2].data, columns[2].len);
    kiosk->card_len = columns[2].len;
    enum error error = take_blob(&columns[0], kiosk->kiosk, sizeof kiosk->kiosk);
    return error == ERROR_NONE ? take_blob(&columns[5], kiosk->tip_hash, sizeof kiosk->tip_hash)
                               : error;
}

static enum error kiosk_row(void *context, const struct db_value *columns, size_t n)
{
    const struct kiosk_rows *rows = context;
    struct caseload_kiosk kiosk = {
        .row = take_number(&columns[1]),
        .enrolled = (uint32_t)take_number(&columns[3]),
        .tip_seq = take_number(&columns[4]),
        .tip_day = (uint32_t)take_number(&columns[6]),
        .bundle_last = take_number(&columns[7]),
        .charter = (uint32_t)take_number(&columns[8]),
        .board = (uint32_t)take_number(&columns[9]),
        .image = (uint32_t)take_number(&columns[10]),
        .exchange_age = (uint16_t)take_number(&columns[11]),
        .health = (uint8_t)take_number(&columns[12]),
        .imported = (uint32_t)take_number(&columns[13]),
        .rollbacks = (uint32_t)take_number(&columns[14]),
        .last_seq = take_number(&columns[15]),
        .last_day = (uint32_t)take_number(&columns[16]),
        .unreadable = take_number(&columns[17]),
        .misplaced = take_number(&columns[18]),
    };
    enum error error = kiosk_blobs(&kiosk, columns);
    return error == ERROR_NONE ? rows->each(rows->context, &kiosk) : error;
}

int caseload_each_kiosk(struct caseload *caseload, caseload_kiosk_fn *each, void *context)
{
    struct kiosk_rows rows = {each, context};
    const struct db_value in[] = {DB_V_NULL};
    return db_run(caseload->db, SQL_KIOSK, in, 1, kiosk_row, &rows);
}

static enum error keep_kiosk(void *context, const struct caseload_kiosk *kiosk)
{
    *(struct caseload_kiosk *)context = *kiosk;
    return ERROR_NONE;
}

enum error caseload_kiosk(struct caseload *caseload, const uint8_t id[CASELOAD_KIOSK_LEN],
                          struct caseload_kiosk *kiosk)
{
    memset(kiosk, 0, sizeof *kiosk);
    struct kiosk_rows rows = {keep_kiosk, kiosk};
    const struct db_value in[] = {DB_V_BLOB(id, CASELOAD_KIOSK_LEN)};
    enum error error = db_run(caseload->db, SQL_KIOSK, in, 1, kiosk_row, &rows);
    return error == ERROR_NONE && kiosk->card_len == 0 ? ERROR_NO_ROW : error;
}

/* --- chains --- */

int caseload_has_record(struct caseload *caseload, const struct caseload_record *record)
{
    int64_t one = 0;
    const struct db_value in[] = {DB_V_BLOB(record->kiosk, CASELOAD_KIOSK_LEN),
                                  DB_V_INT(record->seq),
                                  DB_V_BLOB(record->hash, CASELOAD_HASH_LEN)};
    return db_number(caseload->db, SQL_RECORD_HAS, in, 3, &one);
}

int caseload_add_record(struct caseload *caseload, const struct caseload_record *record,
                        const uint8_t *envelope, size_t envelope_len)
{
    const struct db_value in[] = {
        DB_V_BLOB(record->kiosk, CASELOAD_KIOSK_LEN),
        DB_V_INT(record->seq),
        DB_V_BLOB(record->hash, CASELOAD_HASH_LEN),
        DB_V_BLOB(record->previous, CASELOAD_HASH_LEN),
        DB_V_INT(record->day),
        DB_V_INT(record->flags),
    };
    enum error error = db_run(caseload->db, SQL_RECORD_ADD, in, 6, NULL, NULL);
    if (error != ERROR_NONE || envelope == NULL)
        return error;
    const struct db_value kept[] = {in[0], in[1], in[2], DB_V_BLOB(envelope, envelope_len)};
    return db_run(caseload->db, SQL_ENVELOPE_ADD, kept, 4, NULL, NULL);
}

struct tip {
    uint64_t seq;
    uint8_t hash[CASELOAD_HASH_LEN];
    uint32_t day;
    int found;
};

static enum error tip_row(void *context, const struct db_value *columns, size_t n)
{
    struct tip *tip = context;
    tip->seq = take_number(&columns[0]);
    tip->day = (uint32_t)take_number(&columns[2]);
    tip->found = 1;
    return take_blob(&columns[1], tip->hash, sizeof tip->hash);
}

static enum error tip_forward(struct caseload *caseload, const uint8_t *kiosk, struct tip *tip)
{
    enum error error = ERROR_NONE;
    do {
        const uint64_t next = tip->seq + 1;
        uint8_t previous[CASELOAD_HASH_LEN];
        memcpy(previous, tip->hash, sizeof previous);
        const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN), DB_V_INT(next),
                                      DB_V_BLOB(previous, sizeof previous)};
        tip->found = 0;
        error = db_run(caseload->db, SQL_TIP_NEXT, in, 3, tip_row, tip);
    } while (error == ERROR_NONE && tip->found);
    return error;
}

/* A kiosk that was set back goes on from there, and the chain that it left ends for ever. Once the
   one it is on is longer, that one counts; else its records would never be acknowledged. */
static enum error tip_longest(struct caseload *caseload, const uint8_t *kiosk, struct tip *tip)
{
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN), DB_V_INT(tip->seq)};
    int64_t beyond = 0;
    enum error error = db_number(caseload->db, SQL_BEYOND, in, 2, &beyond);
    if (error == ERROR_NONE)
        error = db_run(caseload->db, SQL_TIP_LONGEST, in, 2, tip_row, tip);
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}

enum error caseload_advance(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN])
{
    struct tip tip = {0};
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN)};
    enum error error = db_run(caseload->db, SQL_TIP, in, 1, tip_row, &tip);
    if (error != ERROR_NONE || !tip.found)
        return error != ERROR_NONE ? error : ERROR_NO_ROW;
    const uint64_t was = tip.seq;
    error = tip_forward(caseload, kiosk, &tip);
    if (error == ERROR_NONE)
        error = tip_longest(caseload, kiosk, &tip);
    if (error != ERROR_NONE || tip.seq == was)
        return error;
    const struct db_value set[] = {in[0], DB_V_INT(tip.seq), DB_V_BLOB(tip.hash, sizeof tip.hash),
                                   DB_V_INT(tip.day)};
    return db_run(caseload->db, SQL_TIP_SET, set, 4, NULL, NULL);
}

struct range_rows {
    caseload_range_fn *each;
    void *context;
};

static enum error range_row(void *context, const struct db_value *columns, size_t n)
{
    const struct range_rows *rows = context;
    return rows->each(rows->context, take_number(&columns[0]), take_number(&columns[1]));
}

int caseload_each_gap(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                      caseload_range_fn *each, void *context)
{
    struct range_rows rows = {each, context};
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN)};
    return db_run(caseload->db, SQL_GAPS, in, 1, range_row, &rows);
}

int caseload_each_fork(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                       caseload_range_fn *each, void *context)
{
    struct range_rows rows = {each, context};
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN)};
    return db_run(caseload->db, SQL_FORKS, in, 1, range_row, &rows);
}

int caseload_add_rollback(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                          const struct caseload_rollback *rollback)
{
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN),
                                  DB_V_INT(rollback->was_seq),
                                  DB_V_INT(rollback->was_board),
                                  DB_V_INT(rollback->seq),
                                  DB_V_INT(rollback->board),
                                  DB_V_INT(rollback->day)};
    return db_run(caseload->db, SQL_ROLLBACK_ADD, in, 6, NULL, NULL);
}

struct rollback_rows {
    caseload_rollback_fn *each;
    void *context;
};

static enum error rollback_row(void *context, const struct db_value *columns, size_t n)
{
    const struct rollback_rows *rows = context;
    const struct caseload_rollback rollback = {
        .was_seq = take_number(&columns[0]),
        .was_board = (uint32_t)take_number(&columns[1]),
        .seq = take_number(&columns[2]),
        .board = (uint32_t)take_number(&columns[3]),
        .day = (uint32_t)take_number(&columns[4]),
    };
    return rows->each(rows->context, &rollback);
}

int caseload_each_rollback(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                           caseload_rollback_fn *each, void *context)
{
    struct rollback_rows rows = {each, context};
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN)};
    return db_run(caseload->db, SQL_ROLLBACKS, in, 1, rollback_row, &rows);
}

/* --- cases --- */

enum error caseload_linked(struct caseload *caseload, const uint8_t link[CASELOAD_LINK_LEN],
                           uint64_t *id)
{
    int64_t number = 0;
    const struct db_value in[] = {DB_V_BLOB(link, CASELOAD_LINK_LEN)};
    enum error error = db_number(caseload->db, SQL_LINKED, in, 1, &number);
    *id = (uint64_t)number;
    return error;
}

enum error caseload_new_case(struct caseload *caseload, const uint8_t link[CASELOAD_LINK_LEN],
                             uint64_t *id)
{
    const struct db_value in[] = {DB_V_BLOB(link, CASELOAD_LINK_LEN)};
    enum error error = db_run(caseload->db, SQL_CASE_ADD, in, 1, NULL, NULL);
    if (error == ERROR_NONE)
        *id = (uint64_t)db_last_id(caseload->db);
    return error;
}

int caseload_add_item(struct caseload *caseload, const struct caseload_item *item)
{
    const struct db_value n = item->n > 0 ? DB_V_INT(item->n) : DB_V_NULL;
    const struct db_value in[] = {DB_V_INT(item->id), DB_V_INT(item->case_id), n,
                                  DB_V_BLOB(item->sealed, item->len)};
    return db_run(caseload->db, SQL_ITEM_ADD, in, 4, NULL, NULL);
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
        .id = take_number(&columns[0]),
        .case_id = take_number(&columns[1]),
        .n = take_number(&columns[2]),
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
