/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The journal file: its tables and all its SQL, transactions of the file, and those of officers
   with their acts. */
#include "store/journal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "store/db_sqlite.h"
#include "store/journal_parts.h"

#define TXN     "SELECT no, prev, officer, acts, hash, signature FROM txn "
#define ACT     "SELECT seq, txn, head, head_digest, body_digest FROM act "
#define CASEKEY "SELECT commitment, handle, compartment, generation, wrapped FROM casekey "
#define RECORD  "SELECT kiosk, seq, hash, previous, day, flags, act, tag, board FROM record "
#define QUEUE                                                                                      \
    "SELECT q.seq, q.sealed, a.body_digest IS NOT NULL FROM queue q JOIN act a ON a.seq = q.seq "
#define BOARD "SELECT number, day, charter, head, arrivals, answers FROM board "
#define KIOSK                                                                                      \
    "SELECT kiosk, tip_seq, tip_hash, tip_day, "                                                   \
    "(SELECT coalesce(max(seq), 0) FROM record r WHERE r.kiosk = k.kiosk), "                       \
    "(SELECT coalesce(max(day), 0) FROM record r WHERE r.kiosk = k.kiosk), "                       \
    "(SELECT count(*) FROM record r WHERE r.kiosk = k.kiosk AND (flags & 2) <> 0), "               \
    "(SELECT count(*) FROM record r WHERE r.kiosk = k.kiosk AND (flags & 1) <> 0) "                \
    "FROM kiosk k "

static const char *const statements[SQL_COUNT] = {
    [SQL_OFFICE_ADD] = "INSERT INTO office(one, id) VALUES(1, ?1)",
    [SQL_OFFICE] = "SELECT id FROM office WHERE one = 1",
    [SQL_TXN_ADD] = "INSERT INTO txn(no, prev, officer, acts, hash, signature) "
                    "VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_TXN_LAST] = TXN "ORDER BY no DESC LIMIT 1",
    [SQL_TXN] = TXN "WHERE no = ?1",
    [SQL_TXNS] = TXN "WHERE no > ?1 ORDER BY no",
    [SQL_ACT_ADD] = "INSERT INTO act(seq, txn, head, head_digest, body_digest) "
                    "VALUES(?1, ?2, ?3, ?4, ?5)",
    [SQL_ACT_LAST] = "SELECT coalesce(max(seq), 0) FROM (SELECT max(seq) AS seq FROM act UNION ALL "
                     "SELECT max(seq) FROM body) numbers",
    [SQL_ACT] = ACT "WHERE seq = ?1",
    [SQL_ACTS] = ACT "WHERE seq > ?1 ORDER BY seq",
    [SQL_BODY_ADD] = "INSERT INTO body(seq, sealed) VALUES(?1, ?2)",
    [SQL_BODY] = "SELECT sealed FROM body WHERE seq = ?1",
    [SQL_CASEKEY_ADD] = "INSERT INTO casekey(commitment, handle, compartment, generation, wrapped) "
                        "VALUES(?1, ?2, ?3, ?4, ?5)",
    [SQL_REWRAP] = "UPDATE casekey SET generation = ?2, wrapped = ?3 WHERE commitment = ?1 "
                   "RETURNING commitment",
    [SQL_CASEKEY] = CASEKEY "WHERE commitment = ?1",
    /* A key wrapped to a public key is longer than one wrapped by a holder of the compartment's
       secret. */
    [SQL_CASEKEYS_STALE] =
        CASEKEY "WHERE compartment = ?1 AND generation < ?2 UNION ALL " CASEKEY
                "WHERE compartment = ?1 AND generation >= ?2 AND length(wrapped) > 60 LIMIT ?3",
    [SQL_WRAP_PUT] = "INSERT INTO wrap(officer, compartment, generation, sealed) "
                     "VALUES(?1, ?2, ?3, ?4) ON CONFLICT(officer, compartment, generation) "
                     "DO UPDATE SET sealed = excluded.sealed",
    [SQL_WRAPS] = "SELECT officer, compartment, generation, sealed FROM wrap WHERE officer = ?1 "
                  "ORDER BY compartment, generation",
    [SQL_WRAPS_DROP] = "DELETE FROM wrap WHERE officer = ?1",
    [SQL_OFFICER_ADD] = "INSERT INTO officer(no, sign, agree) VALUES(?1, ?2, ?3)",
    [SQL_OFFICERS] = "SELECT no, sign, agree FROM officer ORDER BY no",
    [SQL_KIOSK_ADD] = "INSERT INTO kiosk(kiosk, tip_seq, tip_hash, tip_day) VALUES(?1, 0, ?2, 0) "
                      "ON CONFLICT(kiosk) DO NOTHING",
    [SQL_KIOSK] = KIOSK "WHERE kiosk = ?1",
    [SQL_KIOSKS] = KIOSK "ORDER BY kiosk",
    [SQL_RECORD_HAS] = "SELECT 1 FROM record WHERE kiosk = ?1 AND seq = ?2 AND hash = ?3",
    [SQL_RECORD_ADD] = "INSERT INTO record(kiosk, seq, hash, previous, day, flags, act, tag, "
                       "board) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    [SQL_RECORD_PUBLISH] =
        "UPDATE record SET board = ?4 WHERE kiosk = ?1 AND seq = ?2 AND hash = ?3",
    [SQL_TAG_HAS] = "SELECT 1 FROM record WHERE tag = ?1 LIMIT 1",
    [SQL_ENVELOPE_ADD] = "INSERT INTO envelope(kiosk, seq, hash, envelope) VALUES(?1, ?2, ?3, ?4)",
    [SQL_RECORDS] = RECORD "WHERE act = ?1 ORDER BY act, kiosk, seq, hash",
    [SQL_RECORDS_ALL] = RECORD "ORDER BY act, kiosk, seq, hash",
    [SQL_TIP] = "SELECT tip_seq, tip_hash, tip_day FROM kiosk WHERE kiosk = ?1",
    [SQL_TIP_NEXT] = "SELECT seq, hash, day FROM record WHERE kiosk = ?1 AND seq = ?2 AND "
                     "previous = ?3 ORDER BY hash LIMIT 1",
    [SQL_BEYOND] = "SELECT 1 FROM record WHERE kiosk = ?1 AND seq > ?2 LIMIT 1",
    /* All that hangs together from record 1 on, and of that the farthest. */
    [SQL_TIP_LONGEST] =
        "WITH RECURSIVE chain(seq, hash, day) AS (SELECT seq, hash, day FROM record "
        "WHERE kiosk = ?1 AND seq = 1 AND previous = ?3 UNION SELECT r.seq, r.hash, r.day "
        "FROM chain c JOIN record r ON r.kiosk = ?1 AND r.seq = c.seq + 1 AND r.previous = c.hash) "
        "SELECT seq, hash, day FROM chain WHERE seq > ?2 "
        "ORDER BY seq DESC, CASE WHEN hash = ?4 THEN 0 ELSE 1 END, hash LIMIT 1",
    [SQL_TIP_SET] = "UPDATE kiosk SET tip_seq = ?2, tip_hash = ?3, tip_day = ?4 WHERE kiosk = ?1",
    [SQL_GAPS] = "SELECT below + 1, seq - 1 FROM (SELECT seq, "
                 "coalesce(lag(seq) OVER (ORDER BY seq), 0) AS below "
                 "FROM (SELECT DISTINCT seq FROM record WHERE kiosk = ?1) AS held) AS steps "
                 "WHERE seq > below + 1 ORDER BY seq",
    [SQL_FORKS] = "SELECT DISTINCT seq, seq FROM record r WHERE kiosk = ?1 AND ("
                  "EXISTS (SELECT 1 FROM record o WHERE o.kiosk = r.kiosk AND o.seq = r.seq AND "
                  "o.hash <> r.hash) OR (seq = 1 AND previous <> ?2) OR "
                  "(EXISTS (SELECT 1 FROM record o WHERE o.kiosk = r.kiosk AND o.seq = r.seq - 1) "
                  "AND NOT EXISTS (SELECT 1 FROM record o WHERE o.kiosk = r.kiosk AND "
                  "o.seq = r.seq - 1 AND o.hash = r.previous))) ORDER BY seq",
    [SQL_QUEUE_ADD] = "INSERT INTO queue(seq, sealed) VALUES(?1, ?2)",
    [SQL_QUEUE] = QUEUE "WHERE q.seq = ?1",
    [SQL_QUEUE_DROP] = "DELETE FROM queue WHERE seq = ?1",
    [SQL_QUEUE_ALL] = QUEUE "ORDER BY q.seq",
    [SQL_BOARD_ADD] = "INSERT INTO board(number, day, charter, head, arrivals, answers) "
                      "VALUES(?1, ?2, ?3, ?4, ?5, ?6)",
    [SQL_BOARD] = BOARD "WHERE number = ?1",
    [SQL_HEAD] =
        "SELECT number, 0, CASE WHEN typeof(charter) = 'integer' AND charter BETWEEN 0 AND "
        "4294967295 THEN charter ELSE 0 END, head, x'', x'' FROM board WHERE number = ?1",
    [SQL_ARRIVALS] = "SELECT number, 0, 0, x'', coalesce(CAST(arrivals AS BLOB), x''), x'' "
                     "FROM board WHERE number = ?1",
    [SQL_BOARDS] = "SELECT number, 0, 0, NULL, length(arrivals), length(answers) FROM board "
                   "WHERE number BETWEEN 1 AND 4294967295 ORDER BY number",
    [SQL_BOARD_DROP] = "DELETE FROM board WHERE number = ?1",
    [SQL_SEEN_ADD] =
        "INSERT INTO seen(tag, kind, board) VALUES(?1, ?2, ?3) ON CONFLICT(tag, kind) DO NOTHING",
    [SQL_SEEN] = "SELECT board FROM seen WHERE tag = ?1 AND kind = ?2",
    [SQL_MARK_PUT] =
        "INSERT INTO mark(kiosk, seq, hash) VALUES(?1, ?2, ?3) ON CONFLICT(kiosk) DO UPDATE "
        "SET seq = excluded.seq, hash = excluded.hash WHERE excluded.seq > mark.seq",
    [SQL_MARK] = "SELECT seq, hash FROM mark WHERE kiosk = ?1",
};

/* Records may come before the import act that takes them, whose body counts them. No index repeats
   their hashes, which would be half of what a record takes: few have one number. */
static const struct db_schema schema = {
    .words = {.missing = ERROR_JOURNAL_MISSING,
              .foreign = ERROR_JOURNAL_FOREIGN,
              .newer = ERROR_JOURNAL_NEWER,
              .older = ERROR_JOURNAL_OLDER,
              .damaged = ERROR_JOURNAL_CORRUPT},
    .application_id = 0x53514a31, /* "SQJ1" */
    .version = 1,
    /* Bodies and boards are large, and each board's backup copies every page. */
    .create =
        "PRAGMA page_size = 16384;"
        "CREATE TABLE office(one INTEGER PRIMARY KEY CHECK(one = 1), id BLOB NOT NULL);"
        "CREATE TABLE txn(no INTEGER PRIMARY KEY, prev BLOB NOT NULL UNIQUE, "
        "officer INTEGER NOT NULL, acts INTEGER NOT NULL, hash BLOB NOT NULL, "
        "signature BLOB NOT NULL);"
        "CREATE TABLE act(seq INTEGER PRIMARY KEY, txn INTEGER NOT NULL REFERENCES txn(no), "
        "head BLOB NOT NULL, head_digest BLOB NOT NULL, body_digest BLOB);"
        "CREATE TABLE body(seq INTEGER PRIMARY KEY REFERENCES act(seq), sealed BLOB NOT NULL);"
        "CREATE TABLE casekey(commitment BLOB NOT NULL PRIMARY KEY, handle BLOB NOT NULL, "
        "compartment INTEGER NOT NULL, generation INTEGER NOT NULL, wrapped BLOB NOT NULL);"
        "CREATE INDEX casekey_generation ON casekey(compartment, generation);"
        "CREATE INDEX casekey_public ON casekey(compartment, generation) "
        "WHERE length(wrapped) > 60;"
        "CREATE TABLE wrap(officer INTEGER NOT NULL, compartment INTEGER NOT NULL, "
        "generation INTEGER NOT NULL, sealed BLOB NOT NULL, "
        "PRIMARY KEY(officer, compartment, generation));"
        "CREATE TABLE officer(no INTEGER PRIMARY KEY, sign BLOB NOT NULL UNIQUE, "
        "agree BLOB NOT NULL);"
        "CREATE TABLE kiosk(kiosk BLOB NOT NULL PRIMARY KEY, tip_seq INTEGER NOT NULL, "
        "tip_hash BLOB NOT NULL, tip_day INTEGER NOT NULL);"
        "CREATE TABLE record(kiosk BLOB NOT NULL REFERENCES kiosk(kiosk), seq INTEGER NOT NULL, "
        "hash BLOB NOT NULL, previous BLOB NOT NULL, day INTEGER NOT NULL, flags INTEGER NOT NULL, "
        "act INTEGER NOT NULL REFERENCES act(seq) DEFERRABLE INITIALLY DEFERRED, tag BLOB NOT "
        "NULL, "
        "board INTEGER NOT NULL);"
        "CREATE INDEX record_kiosk ON record(kiosk, seq, day, flags);"
        "CREATE INDEX record_act ON record(act);"
        "CREATE INDEX record_tag ON record(tag);"
        "CREATE TABLE envelope(kiosk BLOB NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL, "
        "envelope BLOB NOT NULL, PRIMARY KEY(kiosk, seq, hash));"
        "CREATE TABLE queue(seq INTEGER PRIMARY KEY REFERENCES act(seq), sealed BLOB NOT NULL);"
        "CREATE TABLE board(number INTEGER PRIMARY KEY, day INTEGER NOT NULL, "
        "charter INTEGER NOT NULL, head BLOB NOT NULL, arrivals BLOB NOT NULL, "
        "answers BLOB NOT NULL);"
        "CREATE TABLE seen(tag BLOB NOT NULL, kind INTEGER NOT NULL, board INTEGER NOT NULL, "
        "PRIMARY KEY(tag, kind));"
        "CREATE TABLE mark(kiosk BLOB NOT NULL PRIMARY KEY, seq INTEGER NOT NULL, "
        "hash BLOB NOT NULL);",
    .statements = statements,
    .statement_count = SQL_COUNT,
    .log_pages = 1024,
};

/* --- opening and transactions of the file --- */

static enum error open_as(const char *path, const struct db_schema *as, enum db_mode mode,
                          struct journal **out)
{
    *out = NULL;
    struct journal *journal = calloc(1, sizeof *journal);
    if (journal == NULL)
        return ERROR_MEMORY;
    enum error error = db_open(path, as, mode, &journal->db);
    if (error != ERROR_NONE) {
        free(journal);
        return error;
    }
    *out = journal;
    return ERROR_NONE;
}

enum error journal_make(const char *path, bool shared, const uint8_t office[JOURNAL_HASH_LEN])
{
    struct db_schema as = schema;
    struct journal *journal = NULL;
    as.mode = shared ? 0660 : 0600;
    enum error error = open_as(path, &as, DB_CREATE, &journal);
    if (error != ERROR_NONE)
        return error;
    const struct db_value in[] = {DB_V_BLOB(office, JOURNAL_HASH_LEN)};
    error = db_run(journal->db, SQL_OFFICE_ADD, in, 1, NULL, NULL);
    journal_close(&journal);
    return error;
}

enum error journal_open(const char *path, struct journal **out)
{
    return open_as(path, &schema, DB_OPEN, out);
}

void journal_close(struct journal **journal)
{
    if (*journal == NULL)
        return;
    db_close(&(*journal)->db);
    free(*journal);
    *journal = NULL;
}

enum error journal_begin(struct journal *journal)
{
    assert(!journal->writing && !journal->holding);
    enum error error = db_begin(journal->db);
    journal->writing = error == ERROR_NONE;
    return error;
}

enum error journal_commit(struct journal *journal)
{
    journal->writing = false;
    return db_commit(journal->db);
}

void journal_rollback(struct journal *journal)
{
    journal->writing = false;
    db_rollback(journal->db);
}

enum error journal_finish(struct journal *journal, enum error error)
{
    if (error == ERROR_NONE)
        return journal_commit(journal);
    journal_rollback(journal);
    return error;
}

enum error journal_hold(struct journal *journal, bool *held)
{
    *held = false;
    if (journal->writing || journal->holding)
        return ERROR_NONE;
    enum error error = db_hold(journal->db);
    *held = journal->holding = error == ERROR_NONE;
    return error;
}

void journal_release(struct journal *journal, bool *held)
{
    if (*held) {
        (void)db_commit(journal->db);
        *held = journal->holding = false;
    }
}

enum error journal_version(struct journal *journal, int64_t *version)
{
    return db_version(journal->db, version);
}

enum error journal_checkpoint(struct journal *journal)
{
    return db_checkpoint(journal->db);
}

enum error journal_copy(struct journal *journal, const char *path)
{
    return db_copy(journal->db, path);
}

enum error journal_check(struct journal *journal)
{
    return db_check(journal->db);
}

/* --- the office --- */

struct office_row {
    uint8_t *id;
    bool found;
};

static enum error office_row(void *context, const struct db_value *columns, size_t n)
{
    struct office_row *office = context;
    struct journal_row row = {columns, ERROR_NONE};
    office->found = true;
    journal_take_blob(&row, 0, office->id, JOURNAL_HASH_LEN);
    return row.error;
}

enum error journal_office(struct journal *journal, uint8_t office[JOURNAL_HASH_LEN])
{
    struct office_row row = {office, false};
    enum error error = journal_one(journal, SQL_OFFICE, NULL, 0, office_row, &row, &row.found);
    return error == ERROR_NO_ROW ? ERROR_JOURNAL_CORRUPT : error;
}

/* --- transactions of officers --- */

static enum error txn_row(void *context, const struct db_value *columns, size_t n)
{
    struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    struct journal_txn txn = {
        .no = journal_take_number(&row, 0, INT64_MAX),
        .officer = (uint32_t)journal_take_number(&row, 2, UINT32_MAX),
        .acts = (uint32_t)journal_take_number(&row, 3, UINT32_MAX),
    };
    rows->found = true;
    journal_take_blob(&row, 1, txn.prev, sizeof txn.prev);
    journal_take_blob(&row, 4, txn.hash, sizeof txn.hash);
    journal_take_blob(&row, 5, txn.signature, sizeof txn.signature);
    return row.error == ERROR_NONE ? rows->txn(rows->context, &txn) : row.error;
}

static enum error keep_txn(void *context, const struct journal_txn *txn)
{
    *(struct journal_txn *)context = *txn;
    return ERROR_NONE;
}

enum error journal_last_txn(struct journal *journal, struct journal_txn *txn)
{
    struct journal_rows rows = {.txn = keep_txn, .context = txn};
    return journal_one(journal, SQL_TXN_LAST, NULL, 0, txn_row, &rows, &rows.found);
}

enum error journal_txn(struct journal *journal, uint64_t no, struct journal_txn *txn)
{
    struct journal_rows rows = {.txn = keep_txn, .context = txn};
    const struct db_value in[] = {DB_V_INT(no)};
    return journal_one(journal, SQL_TXN, in, 1, txn_row, &rows, &rows.found);
}

enum error journal_add_txn(struct journal *journal, const struct journal_txn *txn)
{
    const struct db_value in[] = {
        DB_V_INT(txn->no),
        DB_V_BLOB(txn->prev, sizeof txn->prev),
        DB_V_INT(txn->officer),
        DB_V_INT(txn->acts),
        DB_V_BLOB(txn->hash, sizeof txn->hash),
        DB_V_BLOB(txn->signature, sizeof txn->signature),
    };
    enum error error = journal_countable(txn->no);
    return error == ERROR_NONE ? journal_put(journal, SQL_TXN_ADD, in, 6) : error;
}

/* The number that rows are above; of those that no row can have, the highest that one could. */
static struct db_value above(uint64_t number)
{
    return DB_V_INT(number <= INT64_MAX ? number : INT64_MAX);
}

enum error journal_each_txn(struct journal *journal, uint64_t after, journal_txn_fn *each,
                            void *context)
{
    struct journal_rows rows = {.txn = each, .context = context};
    const struct db_value in[] = {above(after)};
    return db_run(journal->db, SQL_TXNS, in, 1, txn_row, &rows);
}

/* --- acts --- */

static enum error act_row(void *context, const struct db_value *columns, size_t n)
{
    struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    struct journal_act act = {
        .seq = journal_take_number(&row, 0, INT64_MAX),
        .txn = journal_take_number(&row, 1, INT64_MAX),
    };
    rows->found = true;
    if (columns[2].type == DB_BLOB) {
        act.head = columns[2].data;
        act.head_len = columns[2].len;
    }
    journal_take_blob(&row, 3, act.head_digest, sizeof act.head_digest);
    if (columns[4].type != DB_NULL)
        journal_take_blob(&row, 4, act.body_digest, sizeof act.body_digest);
    return row.error == ERROR_NONE ? rows->act(rows->context, &act) : row.error;
}

enum error journal_last_act(struct journal *journal, uint64_t *seq)
{
    int64_t number = 0;
    enum error error = db_number(journal->db, SQL_ACT_LAST, NULL, 0, &number);
    *seq = (uint64_t)number;
    return error == ERROR_NO_ROW || number < 0 ? ERROR_JOURNAL_CORRUPT : error;
}

enum error journal_add_act(struct journal *journal, const struct journal_act *act)
{
    static const uint8_t none[JOURNAL_HASH_LEN];
    const bool has_body = memcmp(act->body_digest, none, sizeof none) != 0;
    const struct db_value in[] = {
        DB_V_INT(act->seq),
        DB_V_INT(act->txn),
        DB_V_BLOB(act->head, act->head_len),
        DB_V_BLOB(act->head_digest, sizeof act->head_digest),
        has_body ? DB_V_BLOB(act->body_digest, sizeof act->body_digest) : DB_V_NULL,
    };
    enum error error = journal_countable(act->seq);
    assert(act->head_len <= JOURNAL_HEAD_MAX);
    return error == ERROR_NONE ? journal_put(journal, SQL_ACT_ADD, in, 5) : error;
}

enum error journal_each_act(struct journal *journal, uint64_t after, journal_act_fn *each,
                            void *context)
{
    struct journal_rows rows = {.act = each, .context = context};
    const struct db_value in[] = {above(after)};
    return db_run(journal->db, SQL_ACTS, in, 1, act_row, &rows);
}

enum error journal_act(struct journal *journal, uint64_t seq, journal_act_fn *each, void *context)
{
    struct journal_rows rows = {.act = each, .context = context};
    const struct db_value in[] = {DB_V_INT(seq)};
    return journal_one(journal, SQL_ACT, in, 1, act_row, &rows, &rows.found);
}

/* --- bodies --- */

enum error journal_add_body(struct journal *journal, uint64_t seq, const uint8_t *sealed,
                            size_t len)
{
    const struct db_value in[] = {DB_V_INT(seq), DB_V_BLOB(sealed, len)};
    assert(len <= JOURNAL_BODY_MAX);
    return journal_put(journal, SQL_BODY_ADD, in, 2);
}

struct body_row {
    uint8_t *sealed;
    size_t len;
    bool found;
};

static enum error body_row(void *context, const struct db_value *columns, size_t n)
{
    struct body_row *body = context;
    struct journal_row row = {columns, ERROR_NONE};
    body->found = true;
    body->len = journal_take_bytes(&row, 0, body->sealed, JOURNAL_BODY_MAX);
    return row.error;
}

enum error journal_body(struct journal *journal, uint64_t seq, uint8_t sealed[JOURNAL_BODY_MAX],
                        size_t *len)
{
    struct body_row row = {.sealed = sealed};
    const struct db_value in[] = {DB_V_INT(seq)};
    enum error error = journal_one(journal, SQL_BODY, in, 1, body_row, &row, &row.found);
    *len = row.len;
    return error;
}
