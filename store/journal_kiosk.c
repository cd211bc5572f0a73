/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kiosks and their chains in the journal: records, gaps, forks, and where the unbroken chain ends.
 */
#include "store/journal.h"

#include <string.h>

#include "store/journal_parts.h"

static const uint8_t no_hash[JOURNAL_HASH_LEN]; /* before record 1 */

/* --- kiosks --- */

enum error journal_add_kiosk(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN])
{
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN),
                                  DB_V_BLOB(no_hash, sizeof no_hash)};
    return journal_put(journal, SQL_KIOSK_ADD, in, 2);
}

static enum error kiosk_row(void *context, const struct db_value *columns, size_t n)
{
    struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    struct journal_kiosk kiosk = {
        .tip_seq = journal_take_number(&row, 1, INT64_MAX),
        .tip_day = (uint32_t)journal_take_number(&row, 3, UINT32_MAX),
        .last_seq = journal_take_number(&row, 4, INT64_MAX),
        .last_day = (uint32_t)journal_take_number(&row, 5, UINT32_MAX),
        .unreadable = journal_take_number(&row, 6, INT64_MAX),
        .misplaced = journal_take_number(&row, 7, INT64_MAX),
    };
    rows->found = true;
    journal_take_blob(&row, 0, kiosk.kiosk, sizeof kiosk.kiosk);
    journal_take_blob(&row, 2, kiosk.tip_hash, sizeof kiosk.tip_hash);
    return row.error == ERROR_NONE ? rows->kiosk(rows->context, &kiosk) : row.error;
}

static enum error keep_kiosk(void *context, const struct journal_kiosk *kiosk)
{
    *(struct journal_kiosk *)context = *kiosk;
    return ERROR_NONE;
}

enum error journal_kiosk(struct journal *journal, const uint8_t id[JOURNAL_KIOSK_LEN],
                         struct journal_kiosk *kiosk)
{
    struct journal_rows rows = {.kiosk = keep_kiosk, .context = kiosk};
    const struct db_value in[] = {DB_V_BLOB(id, JOURNAL_KIOSK_LEN)};
    return journal_one(journal, SQL_KIOSK, in, 1, kiosk_row, &rows, &rows.found);
}

enum error journal_each_kiosk(struct journal *journal, journal_kiosk_fn *each, void *context)
{
    struct journal_rows rows = {.kiosk = each, .context = context};
    return db_run(journal->db, SQL_KIOSKS, NULL, 0, kiosk_row, &rows);
}

/* --- records --- */

enum error journal_has_record(struct journal *journal, const struct journal_record *record)
{
    int64_t one = 0;
    const struct db_value in[] = {DB_V_BLOB(record->kiosk, JOURNAL_KIOSK_LEN),
                                  DB_V_INT(record->seq), DB_V_BLOB(record->hash, JOURNAL_HASH_LEN)};
    return db_number(journal->db, SQL_RECORD_HAS, in, 3, &one);
}

enum error journal_add_record(struct journal *journal, const struct journal_record *record,
                              const uint8_t *envelope, size_t envelope_len)
{
    const struct db_value in[] = {
        DB_V_BLOB(record->kiosk, JOURNAL_KIOSK_LEN),
        DB_V_INT(record->seq),
        DB_V_BLOB(record->hash, JOURNAL_HASH_LEN),
        DB_V_BLOB(record->previous, JOURNAL_HASH_LEN),
        DB_V_INT(record->day),
        DB_V_INT(record->flags),
        DB_V_INT(record->act),
        DB_V_BLOB(record->tag, JOURNAL_TAG_LEN),
        DB_V_INT(record->board),
    };
    enum error error = journal_countable(record->seq);
    if (error == ERROR_NONE)
        error = journal_has_record(journal, record);
    if (error == ERROR_NONE)
        return ERROR_EXISTS;
    if (error == ERROR_NO_ROW)
        error = journal_put(journal, SQL_RECORD_ADD, in, 9);
    if (error != ERROR_NONE || envelope == NULL)
        return error;
    const struct db_value kept[] = {in[0], in[1], in[2], DB_V_BLOB(envelope, envelope_len)};
    return journal_put(journal, SQL_ENVELOPE_ADD, kept, 4);
}

enum error journal_publish_record(struct journal *journal, const struct journal_record *record,
                                  uint32_t board)
{
    const struct db_value in[] = {DB_V_BLOB(record->kiosk, JOURNAL_KIOSK_LEN),
                                  DB_V_INT(record->seq), DB_V_BLOB(record->hash, JOURNAL_HASH_LEN),
                                  DB_V_INT(board)};
    return journal_put(journal, SQL_RECORD_PUBLISH, in, 4);
}

enum error journal_has_tag(struct journal *journal, const uint8_t tag[JOURNAL_TAG_LEN])
{
    int64_t one = 0;
    const struct db_value in[] = {DB_V_BLOB(tag, JOURNAL_TAG_LEN)};
    return db_number(journal->db, SQL_TAG_HAS, in, 1, &one);
}

static enum error record_row(void *context, const struct db_value *columns, size_t n)
{
    const struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    struct journal_record record = {
        .seq = journal_take_number(&row, 1, INT64_MAX),
        .day = (uint32_t)journal_take_number(&row, 4, UINT32_MAX),
        .flags = (uint8_t)journal_take_number(&row, 5, UINT8_MAX),
        .act = journal_take_number(&row, 6, INT64_MAX),
        .board = (uint32_t)journal_take_number(&row, 8, UINT32_MAX),
    };
    journal_take_blob(&row, 0, record.kiosk, sizeof record.kiosk);
    journal_take_blob(&row, 2, record.hash, sizeof record.hash);
    journal_take_blob(&row, 3, record.previous, sizeof record.previous);
    journal_take_blob(&row, 7, record.tag, sizeof record.tag);
    return row.error == ERROR_NONE ? rows->record(rows->context, &record) : row.error;
}

enum error journal_each_record(struct journal *journal, uint64_t act, journal_record_fn *each,
                               void *context)
{
    struct journal_rows rows = {.record = each, .context = context};
    const struct db_value in[] = {DB_V_INT(act)};
    if (act == 0)
        return db_run(journal->db, SQL_RECORDS_ALL, NULL, 0, record_row, &rows);
    return db_run(journal->db, SQL_RECORDS, in, 1, record_row, &rows);
}

/* --- the end of the unbroken chain --- */

struct tip {
    uint64_t seq;
    uint8_t hash[JOURNAL_HASH_LEN];
    uint32_t day;
    bool found;
};

static enum error tip_row(void *context, const struct db_value *columns, size_t n)
{
    struct tip *tip = context;
    struct journal_row row = {columns, ERROR_NONE};
    tip->seq = journal_take_number(&row, 0, INT64_MAX);
    tip->day = (uint32_t)journal_take_number(&row, 2, UINT32_MAX);
    tip->found = true;
    journal_take_blob(&row, 1, tip->hash, sizeof tip->hash);
    return row.error;
}

static enum error tip_forward(struct journal *journal, const uint8_t *kiosk, struct tip *tip)
{
    enum error error = ERROR_NONE;
    do {
        const uint64_t next = tip->seq + 1;
        uint8_t previous[JOURNAL_HASH_LEN];
        memcpy(previous, tip->hash, sizeof previous);
        const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN), DB_V_INT(next),
                                      DB_V_BLOB(previous, sizeof previous)};
        tip->found = false;
        error = db_run(journal->db, SQL_TIP_NEXT, in, 3, tip_row, tip);
    } while (error == ERROR_NONE && tip->found);
    return error;
}

/* A kiosk that was set back continues from there and never returns to its old chain. As soon as the
   new chain is longer it counts, or its records would never be acknowledged. */
static enum error tip_longest(struct journal *journal, const uint8_t *kiosk, struct tip *tip)
{
    uint8_t was[JOURNAL_HASH_LEN];
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN), DB_V_INT(tip->seq),
                                  DB_V_BLOB(no_hash, sizeof no_hash), DB_V_BLOB(was, sizeof was)};
    int64_t beyond = 0;
    memcpy(was, tip->hash, sizeof was);
    enum error error = db_number(journal->db, SQL_BEYOND, in, 2, &beyond);
    if (error == ERROR_NONE)
        error = db_run(journal->db, SQL_TIP_LONGEST, in, 4, tip_row, tip);
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}

enum error journal_advance(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN])
{
    struct tip tip = {0};
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN)};
    enum error error = journal_one(journal, SQL_TIP, in, 1, tip_row, &tip, &tip.found);
    const uint64_t was = tip.seq;
    if (error == ERROR_NONE)
        error = tip_forward(journal, kiosk, &tip);
    if (error == ERROR_NONE)
        error = tip_longest(journal, kiosk, &tip);
    if (error != ERROR_NONE || tip.seq == was)
        return error;
    const struct db_value set[] = {in[0], DB_V_INT(tip.seq), DB_V_BLOB(tip.hash, sizeof tip.hash),
                                   DB_V_INT(tip.day)};
    return journal_put(journal, SQL_TIP_SET, set, 4);
}

enum error journal_tip(struct journal *journal, const struct journal_kiosk *kiosk,
                       struct journal_kiosk *found)
{
    struct tip tip = {0};
    const struct db_value in[] = {DB_V_BLOB(kiosk->kiosk, JOURNAL_KIOSK_LEN), DB_V_INT(0),
                                  DB_V_BLOB(no_hash, sizeof no_hash),
                                  DB_V_BLOB(kiosk->tip_hash, sizeof kiosk->tip_hash)};
    enum error error = db_run(journal->db, SQL_TIP_LONGEST, in, 4, tip_row, &tip);
    *found = *kiosk;
    found->tip_seq = tip.seq;
    found->tip_day = tip.day;
    memcpy(found->tip_hash, tip.hash, sizeof found->tip_hash);
    return error;
}

/* --- gaps and forks --- */

static enum error range_row(void *context, const struct db_value *columns, size_t n)
{
    const struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    const uint64_t first = journal_take_number(&row, 0, INT64_MAX);
    const uint64_t last = journal_take_number(&row, 1, INT64_MAX);
    return row.error == ERROR_NONE ? rows->range(rows->context, first, last) : row.error;
}

enum error journal_each_gap(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                            journal_range_fn *each, void *context)
{
    struct journal_rows rows = {.range = each, .context = context};
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN)};
    return db_run(journal->db, SQL_GAPS, in, 1, range_row, &rows);
}

enum error journal_each_fork(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                             journal_range_fn *each, void *context)
{
    struct journal_rows rows = {.range = each, .context = context};
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN),
                                  DB_V_BLOB(no_hash, sizeof no_hash)};
    return db_run(journal->db, SQL_FORKS, in, 2, range_row, &rows);
}
