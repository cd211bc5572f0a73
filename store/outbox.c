/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's outbox in one SQLite file: a table of records and one row that knows the chain's two
   ends.

   A record of 16,492 bytes fills sixteen pages of 1 KiB and a part of a leaf, and room behind it
   keeps the leaf for it alone: seventeen pages a record, 1.056 times its bytes. So a page that goes
   bad costs one record. Two placeholders make the tree of records two levels deep from the first
   record on, so each adds and writes the same, whatever is in it, but for one more page of the tree
   at about every 114th. store/outbox_raw knows this layout too, for a file that no longer opens. */
#include "store/outbox.h"

#include <stdlib.h>
#include <string.h>

#include "store/db_sqlite.h"

enum {
    APPLICATION_ID = 0x53514f42, /* "SQOB" */
    VERSION = 1,
    DROP_PART = 128, /* records that one transaction drops */
};

struct outbox {
    struct db *db;
    bool lost; /* what was committed did not come back */
};

enum statement {
    ENDS_GET,
    ENDS_FIT,
    ENDS_OWED,
    ENDS_WHOLE,
    TIP_SET,
    DROPPED_SET,
    EXCHANGED_GET,
    EXCHANGED_SET,
    RECORD_ADD,
    RECORD_BACK,
    RECORD_FIRST,
    RECORD_RANGE,
    RECORD_HASH,
    RECORD_PART,
    RECORD_DROP,
    ACKNOWLEDGED_LAST,
    ACKNOWLEDGED_BEFORE,
    ACKNOWLEDGED_UNDO,
    ACKNOWLEDGED_ADD,
    ACKNOWLEDGED_FORGET,
    STATEMENT_COUNT,
};

static const char *const statements[STATEMENT_COUNT] = {
    [ENDS_GET] = "SELECT tip_seq, tip_day, tip_hash, dropped_seq, dropped_hash FROM ends",
    /* 1 when the records held begin after the last dropped one and end with the tip. */
    [ENDS_FIT] = "SELECT (SELECT ifnull(min(seq), dropped_seq + 1) FROM record WHERE seq > 0) = "
                 "dropped_seq + 1"
                 " AND (SELECT ifnull(max(seq), dropped_seq) FROM record WHERE seq > 0) = tip_seq"
                 " AND (SELECT ifnull(max(hash), dropped_hash) FROM record"
                 "   WHERE seq > 0 AND seq = tip_seq) = tip_hash FROM ends",
    /* 1 when none is missing that the office lacks, for which each is counted. */
    [ENDS_OWED] =
        "SELECT (SELECT count(*) FROM record WHERE seq > had) = tip_seq - had FROM"
        " (SELECT tip_seq, max(dropped_seq, ifnull("
        "   (SELECT seq FROM acknowledged ORDER BY day DESC LIMIT 1), 0)) AS had FROM ends)",
    /* 1 when none between the ends is missing. */
    [ENDS_WHOLE] =
        "SELECT (SELECT count(*) FROM record WHERE seq > 0) = tip_seq - dropped_seq FROM ends",
    [TIP_SET] = "UPDATE ends SET tip_seq = ?1, tip_day = ?2, tip_hash = ?3",
    [DROPPED_SET] = "UPDATE ends SET dropped_seq = ?1, dropped_hash = ?2",
    [EXCHANGED_GET] = "SELECT exchanged_day FROM ends",
    [EXCHANGED_SET] = "UPDATE ends SET exchanged_day = ?1",
    [RECORD_ADD] = "INSERT INTO record (seq, day, hash, bytes, room)"
                   " VALUES (?1, ?2, ?3, ?4, zeroblob(400))",
    [RECORD_BACK] = "SELECT tip_seq, tip_day, tip_hash, seq, day, hash, bytes"
                    " FROM ends, record WHERE seq > 0 AND seq = ?1",
    [RECORD_FIRST] = "SELECT min(seq) FROM record WHERE seq > 0",
    [RECORD_RANGE] = "SELECT seq, bytes FROM record"
                     " WHERE seq > 0 AND seq BETWEEN ?1 AND ?2 ORDER BY seq",
    [RECORD_HASH] = "SELECT hash FROM record WHERE seq > 0 AND seq = ?1",
    [RECORD_PART] = "SELECT seq, hash FROM record WHERE seq > 0 AND seq <= ?1"
                    " ORDER BY seq LIMIT ?2",
    [RECORD_DROP] = "DELETE FROM record WHERE seq > 0 AND seq <= ?1",
    [ACKNOWLEDGED_LAST] = "SELECT day, seq FROM acknowledged ORDER BY day DESC LIMIT 1",
    [ACKNOWLEDGED_BEFORE] = "SELECT day, seq FROM acknowledged WHERE day <= ?1"
                            " ORDER BY day DESC LIMIT 1",
    [ACKNOWLEDGED_UNDO] = "DELETE FROM acknowledged WHERE day >= ?1 OR seq > ?2",
    [ACKNOWLEDGED_ADD] = "INSERT INTO acknowledged (day, seq) VALUES (?1, ?2)",
    [ACKNOWLEDGED_FORGET] = "DELETE FROM acknowledged WHERE day <"
                            " (SELECT max(day) FROM acknowledged WHERE day <= ?1)",
};

static const struct db_schema schema = {
    .words = {.missing = ERROR_OUTBOX,
              .foreign = ERROR_OUTBOX,
              .newer = ERROR_NEWER,
              .older = ERROR_OUTBOX,
              .damaged = ERROR_OUTBOX,
              .altered = ERROR_OUTBOX_ALTERED},
    .application_id = APPLICATION_ID,
    .version = VERSION,
    .create =
        "PRAGMA page_size = 1024;"
        "CREATE TABLE record (seq INTEGER PRIMARY KEY, day INTEGER NOT NULL, hash BLOB NOT NULL,"
        " bytes BLOB NOT NULL, room BLOB NOT NULL) STRICT;"
        "CREATE TABLE ends (one INTEGER PRIMARY KEY CHECK (one = 1), tip_seq INTEGER NOT NULL,"
        " tip_day INTEGER NOT NULL, tip_hash BLOB NOT NULL, dropped_seq INTEGER NOT NULL,"
        " dropped_hash BLOB NOT NULL, exchanged_day INTEGER NOT NULL) STRICT;"
        "CREATE TABLE acknowledged (day INTEGER PRIMARY KEY, seq INTEGER NOT NULL) STRICT;"
        "INSERT INTO ends VALUES (1, 0, 0, zeroblob(32), 0, zeroblob(32), 0);"
        "INSERT INTO record VALUES (-1, 0, zeroblob(32), zeroblob(0), zeroblob(700));"
        "INSERT INTO record VALUES (0, 0, zeroblob(32), zeroblob(0), zeroblob(700));",
    .statements = statements,
    .statement_count = STATEMENT_COUNT,
};

struct ends {
    struct outbox_tip tip, dropped;
    int found;
};

static enum error hash_take(const struct db_value *column, uint8_t hash[OUTBOX_HASH_LEN])
{
    if (column->type != DB_BLOB || column->len != OUTBOX_HASH_LEN)
        return ERROR_OUTBOX;
    memcpy(hash, column->data, OUTBOX_HASH_LEN);
    return ERROR_NONE;
}

static enum error ends_row(void *context, const struct db_value *columns, size_t n)
{
    struct ends *ends = context;
    ends->found = 1;
    ends->tip.seq = (uint64_t)columns[0].number;
    ends->tip.day = (uint32_t)columns[1].number;
    ends->dropped.seq = (uint64_t)columns[3].number;
    enum error error = hash_take(&columns[2], ends->tip.hash);
    return error != ERROR_NONE ? error : hash_take(&columns[4], ends->dropped.hash);
}

static enum error ends_get(struct outbox *outbox, struct ends *ends)
{
    memset(ends, 0, sizeof(*ends));
    enum error error = db_run(outbox->db, ENDS_GET, NULL, 0, ends_row, ends);
    if (error == ERROR_NONE && !ends->found)
        error = ERROR_OUTBOX;
    return error;
}

/* ERROR_OUTBOX unless the statement gives 1. */
static enum error must_hold(struct outbox *outbox, enum statement statement)
{
    int64_t holds = 0;
    enum error error = db_number(outbox->db, statement, NULL, 0, &holds);
    return error == ERROR_NO_ROW || (error == ERROR_NONE && holds != 1) ? ERROR_OUTBOX : error;
}

enum error outbox_open(const char *path, enum db_mode mode, struct outbox **out)
{
    *out = NULL;
    struct outbox *outbox = calloc(1, sizeof(*outbox));
    if (outbox == NULL)
        return ERROR_MEMORY;
    enum error error = db_open(path, &schema, mode, &outbox->db);
    if (error == ERROR_NONE)
        error = must_hold(outbox, ENDS_FIT);
    if (error == ERROR_NONE && db_unclean(outbox->db))
        error = must_hold(outbox, ENDS_OWED);
    if (error != ERROR_NONE && outbox->db != NULL && db_unclean(outbox->db))
        db_keep_log(outbox->db, true);
    if (error != ERROR_NONE)
        outbox_close(&outbox);
    *out = outbox;
    return error;
}

enum error outbox_check(struct outbox *outbox)
{
    enum error error = db_check(outbox->db);
    return error == ERROR_NONE ? must_hold(outbox, ENDS_WHOLE) : error;
}

void outbox_close(struct outbox **outbox)
{
    if (*outbox == NULL)
        return;
    db_close(&(*outbox)->db);
    free(*outbox);
    *outbox = NULL;
}

bool outbox_moved(struct outbox *outbox)
{
    return outbox->lost || db_moved(outbox->db);
}

enum error outbox_tip(struct outbox *outbox, struct outbox_tip *tip)
{
    struct ends ends;
    enum error error = ends_get(outbox, &ends);
    if (error == ERROR_NONE)
        *tip = ends.tip;
    return error;
}

/* What stands in the files now is what was put in. Whatever the reason, without that nobody is told
   that it is stored; and since it may be stored all the same, nothing more is taken. */
static enum error read_back(struct outbox *outbox, const struct db_value row[4])
{
    const struct db_value wanted[] = {row[0], row[1], row[2], row[0], row[1], row[2], row[3]};
    outbox->lost = db_expect(outbox->db, RECORD_BACK, row, 1, wanted, 7) != ERROR_NONE;
    return outbox->lost ? ERROR_OUTBOX : ERROR_NONE;
}

enum error outbox_append(struct outbox *outbox, const struct outbox_tip *tip, const uint8_t *record,
                         size_t len)
{
    const struct db_value row[] = {DB_V_INT(tip->seq), DB_V_INT(tip->day),
                                   DB_V_BLOB(tip->hash, OUTBOX_HASH_LEN), DB_V_BLOB(record, len)};
    struct ends ends;
    enum error error = outbox_moved(outbox) ? ERROR_OUTBOX : db_begin(outbox->db);
    if (error != ERROR_NONE)
        return error;
    error = ends_get(outbox, &ends);
    if (error == ERROR_NONE && tip->seq != ends.tip.seq + 1)
        error = ERROR_CHAIN;
    if (error == ERROR_NONE)
        error = db_put(outbox->db, RECORD_ADD, row, 4);
    if (error == ERROR_NONE)
        error = db_put(outbox->db, TIP_SET, row, 3);
    if (error == ERROR_NONE && outbox_moved(outbox))
        error = ERROR_OUTBOX;
    error = db_finish(outbox->db, error);
    /* A commit to a file that was removed in this very moment stores nothing. */
    if (error == ERROR_NONE && outbox_moved(outbox))
        error = ERROR_OUTBOX;
    return error == ERROR_NONE ? read_back(outbox, row) : error;
}

enum error outbox_first(struct outbox *outbox, uint64_t *first)
{
    int64_t number = 0;
    enum error error = db_number(outbox->db, RECORD_FIRST, NULL, 0, &number);
    if (error == ERROR_NONE || error == ERROR_NO_ROW)
        *first = (uint64_t)number;
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}

struct each_call {
    outbox_each_fn *each;
    void *context;
    uint64_t next; /* 0: before the first record */
};

static enum error each_row(void *context, const struct db_value *columns, size_t n)
{
    struct each_call *call = context;
    const uint64_t seq = (uint64_t)columns[0].number;
    if (call->next != 0 && seq != call->next)
        return ERROR_OUTBOX;
    call->next = seq + 1;
    return call->each(call->context, seq, columns[1].data, columns[1].len);
}

enum error outbox_each(struct outbox *outbox, uint64_t first, uint64_t last, outbox_each_fn *each,
                       void *context)
{
    struct each_call call = {each, context, 0};
    if (first > INT64_MAX)
        return ERROR_NONE;
    if (last > INT64_MAX)
        last = INT64_MAX;
    const struct db_value range[] = {DB_V_INT(first), DB_V_INT(last)};
    return db_run(outbox->db, RECORD_RANGE, range, 2, each_row, &call);
}

struct hash_found {
    uint8_t hash[OUTBOX_HASH_LEN];
    int found;
};

static enum error hash_row(void *context, const struct db_value *columns, size_t n)
{
    struct hash_found *found = context;
    found->found = 1;
    return hash_take(&columns[0], found->hash);
}

/* ERROR_OUTBOX when there is no such record. */
static enum error hash_at(struct outbox *outbox, uint64_t seq, uint8_t hash[OUTBOX_HASH_LEN])
{
    const struct db_value key = DB_V_INT(seq);
    struct hash_found at = {.found = 0};
    enum error error = db_run(outbox->db, RECORD_HASH, &key, 1, hash_row, &at);
    if (error == ERROR_NONE && !at.found)
        error = ERROR_OUTBOX;
    memcpy(hash, at.hash, OUTBOX_HASH_LEN);
    return error;
}

/* ERROR_NONE when the chain has this hash there, ERROR_NO_ROW when it has another or ends before.
   Below the last dropped record hashes are no longer known, and it is taken as right. */
static enum error check_hash(struct outbox *outbox, const struct ends *ends,
                             const struct outbox_tip *at)
{
    uint8_t hash[OUTBOX_HASH_LEN];
    enum error error = ERROR_NONE;
    if (at->seq > ends->tip.seq)
        return ERROR_NO_ROW;
    if (at->seq < ends->dropped.seq)
        return ERROR_NONE;
    if (at->seq == ends->dropped.seq)
        memcpy(hash, ends->dropped.hash, sizeof(hash));
    else
        error = hash_at(outbox, at->seq, hash);
    if (error != ERROR_NONE)
        return error;
    return memcmp(hash, at->hash, sizeof(hash)) == 0 ? ERROR_NONE : ERROR_NO_ROW;
}

enum error outbox_holds(struct outbox *outbox, uint64_t seq, const uint8_t hash[OUTBOX_HASH_LEN])
{
    struct outbox_tip upto = {.seq = seq};
    struct ends ends;
    enum error error = ends_get(outbox, &ends);

    memcpy(upto.hash, hash, sizeof(upto.hash));
    return error == ERROR_NONE ? check_hash(outbox, &ends, &upto) : error;
}

static enum error drop_records(struct outbox *outbox, const struct outbox_tip *upto)
{
    const struct db_value row[] = {DB_V_INT(upto->seq), DB_V_BLOB(upto->hash, OUTBOX_HASH_LEN)};
    enum error error = db_run(outbox->db, RECORD_DROP, row, 1, NULL, NULL);
    if (error == ERROR_NONE)
        error = db_put(outbox->db, DROPPED_SET, row, 2);
    return error;
}

/* The last of the rows stays. */
static enum error part_row(void *context, const struct db_value *columns, size_t n)
{
    struct outbox_tip *part = context;
    part->seq = (uint64_t)columns[0].number;
    return hash_take(&columns[1], part->hash);
}

/* The first of the records up to seq; ERROR_OUTBOX when seq is not there. */
static enum error drop_first(struct outbox *outbox, uint64_t seq, unsigned most,
                             struct outbox_tip *part)
{
    const struct db_value in[] = {DB_V_INT(seq), DB_V_INT(most)};
    uint8_t unused[OUTBOX_HASH_LEN];
    enum error error = hash_at(outbox, seq, unused);
    if (error == ERROR_NONE)
        error = db_run(outbox->db, RECORD_PART, in, 2, part_row, part);
    return error == ERROR_NONE ? drop_records(outbox, part) : error;
}

/* One transaction of at most so many records; sets more when some are left. */
static enum error drop_part(struct outbox *outbox, uint64_t seq, unsigned most, bool *more)
{
    struct outbox_tip part = {.seq = 0};
    struct ends ends;
    *more = false;
    enum error error = db_begin(outbox->db);
    if (error != ERROR_NONE)
        return error;
    error = ends_get(outbox, &ends);
    if (error == ERROR_NONE && seq > ends.dropped.seq)
        error = drop_first(outbox, seq, most, &part);
    error = db_finish(outbox->db, error);
    *more = error == ERROR_NONE && part.seq > 0 && part.seq < seq;
    return error;
}

/* Drops the records up to one that was acknowledged long ago, in parts, for a transaction is in
   memory until its commit; one by one where the disk has no room for the log of more. Then, also
   when nothing was left to drop, empties the log: a reader may have been in the way before. */
static enum error drop(struct outbox *outbox, uint64_t seq)
{
    enum error error = ERROR_NONE;
    unsigned most = DROP_PART;
    for (bool more = true; error == ERROR_NONE && more;) {
        error = drop_part(outbox, seq, most, &more);
        if (error == ERROR_FULL && most > 1) {
            error = ERROR_NONE;
            most = 1;
            more = true;
            (void)db_checkpoint(outbox->db);
        }
    }
    (void)db_checkpoint(outbox->db);
    return error;
}

static enum error acknowledged_row(void *context, const struct db_value *columns, size_t n)
{
    struct outbox_tip *at = context;
    at->day = (uint32_t)columns[0].number;
    at->seq = (uint64_t)columns[1].number;
    return ERROR_NONE;
}

/* What is on the board takes the place of what later boards said, and of what said more: the office
   may have been set back. */
static enum error note(struct outbox *outbox, const struct outbox_tip *upto)
{
    const struct db_value in[] = {DB_V_INT(upto->day), DB_V_INT(upto->seq)};
    const struct db_value oldest = DB_V_INT((int64_t)upto->day - OUTBOX_KEPT_DAYS);
    enum error error = db_run(outbox->db, ACKNOWLEDGED_UNDO, in, 2, NULL, NULL);
    if (error == ERROR_NONE)
        error = db_put(outbox->db, ACKNOWLEDGED_ADD, in, 2);
    return error == ERROR_NONE ? db_run(outbox->db, ACKNOWLEDGED_FORGET, &oldest, 1, NULL, NULL)
                               : error;
}

/* Notes what a board acknowledges, unless that is noted already. */
static enum error note_once(struct outbox *outbox, const struct outbox_tip *upto)
{
    struct outbox_tip last = {.day = 0};
    struct ends ends;
    enum error error = db_begin(outbox->db);
    if (error != ERROR_NONE)
        return error;
    error = ends_get(outbox, &ends);
    if (error == ERROR_NONE)
        error = check_hash(outbox, &ends, upto);
    if (error == ERROR_NONE)
        error = db_run(outbox->db, ACKNOWLEDGED_LAST, NULL, 0, acknowledged_row, &last);
    if (error == ERROR_NONE && (last.day != upto->day || last.seq != upto->seq))
        error = note(outbox, upto);
    return db_finish(outbox->db, error);
}

enum error outbox_acknowledge(struct outbox *outbox, const struct outbox_tip *upto, uint32_t keep)
{
    const struct db_value latest = DB_V_INT((int64_t)upto->day - keep);
    struct outbox_tip before = {.day = 0};
    const enum error noted = note_once(outbox, upto);
    if (noted != ERROR_NONE && noted != ERROR_FULL)
        return noted;
    enum error error =
        db_run(outbox->db, ACKNOWLEDGED_BEFORE, &latest, 1, acknowledged_row, &before);
    if (error == ERROR_NONE && before.day > 0)
        error = drop(outbox, before.seq < upto->seq ? before.seq : upto->seq);
    return noted != ERROR_NONE ? noted : error;
}

enum error outbox_exchanged(struct outbox *outbox, uint32_t *day)
{
    int64_t number = 0;
    enum error error = db_number(outbox->db, EXCHANGED_GET, NULL, 0, &number);
    if (error == ERROR_NONE)
        *day = (uint32_t)number;
    return error == ERROR_NO_ROW ? ERROR_OUTBOX : error;
}

enum error outbox_set_exchanged(struct outbox *outbox, uint32_t day)
{
    const struct db_value value = DB_V_INT(day);
    return db_put(outbox->db, EXCHANGED_SET, &value, 1);
}
