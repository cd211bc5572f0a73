/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Kiosks and their chains in the casebook: cards, records, gaps, forks, rollbacks. */
#include "store/caseload.h"

#include <string.h>

#include "store/caseload_rows.h"

/* --- kiosks --- */

enum error caseload_put_card(struct caseload *caseload, const struct caseload_kiosk *kiosk)
{
    const struct db_value in[] = {DB_V_BLOB(kiosk->kiosk, CASELOAD_KIOSK_LEN), DB_V_INT(kiosk->row),
                                  DB_V_BLOB(kiosk->card, kiosk->card_len),
                                  DB_V_INT(kiosk->enrolled)};
    return db_put(caseload->db, SQL_CARD_PUT, in, 4);
}

enum error caseload_put_contact(struct caseload *caseload, const struct caseload_kiosk *kiosk)
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
    return db_put(caseload->db, SQL_CONTACT_PUT, in, 8);
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
    enum error error = caseload_take_blob(&columns[0], kiosk->kiosk, sizeof kiosk->kiosk);
    return error == ERROR_NONE
               ? caseload_take_blob(&columns[5], kiosk->tip_hash, sizeof kiosk->tip_hash)
               : error;
}

static enum error kiosk_row(void *context, const struct db_value *columns, size_t n)
{
    const struct kiosk_rows *rows = context;
    struct caseload_kiosk kiosk = {
        .row = caseload_take_number(&columns[1]),
        .enrolled = (uint32_t)caseload_take_number(&columns[3]),
        .tip_seq = caseload_take_number(&columns[4]),
        .tip_day = (uint32_t)caseload_take_number(&columns[6]),
        .bundle_last = caseload_take_number(&columns[7]),
        .charter = (uint32_t)caseload_take_number(&columns[8]),
        .board = (uint32_t)caseload_take_number(&columns[9]),
        .image = (uint32_t)caseload_take_number(&columns[10]),
        .exchange_age = (uint16_t)caseload_take_number(&columns[11]),
        .health = (uint8_t)caseload_take_number(&columns[12]),
        .imported = (uint32_t)caseload_take_number(&columns[13]),
        .rollbacks = (uint32_t)caseload_take_number(&columns[14]),
        .last_seq = caseload_take_number(&columns[15]),
        .last_day = (uint32_t)caseload_take_number(&columns[16]),
        .unreadable = caseload_take_number(&columns[17]),
        .misplaced = caseload_take_number(&columns[18]),
    };
    enum error error = kiosk_blobs(&kiosk, columns);
    return error == ERROR_NONE ? rows->each(rows->context, &kiosk) : error;
}

enum error caseload_each_kiosk(struct caseload *caseload, caseload_kiosk_fn *each, void *context)
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

enum error caseload_has_record(struct caseload *caseload, const struct caseload_record *record)
{
    int64_t one = 0;
    const struct db_value in[] = {DB_V_BLOB(record->kiosk, CASELOAD_KIOSK_LEN),
                                  DB_V_INT(record->seq),
                                  DB_V_BLOB(record->hash, CASELOAD_HASH_LEN)};
    return db_number(caseload->db, SQL_RECORD_HAS, in, 3, &one);
}

enum error caseload_add_record(struct caseload *caseload, const struct caseload_record *record,
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
    enum error error = db_put(caseload->db, SQL_RECORD_ADD, in, 6);
    if (error != ERROR_NONE || envelope == NULL)
        return error;
    const struct db_value kept[] = {in[0], in[1], in[2], DB_V_BLOB(envelope, envelope_len)};
    return db_put(caseload->db, SQL_ENVELOPE_ADD, kept, 4);
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
    tip->seq = caseload_take_number(&columns[0]);
    tip->day = (uint32_t)caseload_take_number(&columns[2]);
    tip->found = 1;
    return caseload_take_blob(&columns[1], tip->hash, sizeof tip->hash);
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

/* A kiosk that was set back continues from there and never returns to its old chain. As soon as the
   new chain is longer it counts, or its records would never be acknowledged. */
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
    return db_put(caseload->db, SQL_TIP_SET, set, 4);
}

struct range_rows {
    caseload_range_fn *each;
    void *context;
};

static enum error range_row(void *context, const struct db_value *columns, size_t n)
{
    const struct range_rows *rows = context;
    return rows->each(rows->context, caseload_take_number(&columns[0]),
                      caseload_take_number(&columns[1]));
}

enum error caseload_each_gap(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                             caseload_range_fn *each, void *context)
{
    struct range_rows rows = {each, context};
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN)};
    return db_run(caseload->db, SQL_GAPS, in, 1, range_row, &rows);
}

enum error caseload_each_fork(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                              caseload_range_fn *each, void *context)
{
    struct range_rows rows = {each, context};
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN)};
    return db_run(caseload->db, SQL_FORKS, in, 1, range_row, &rows);
}

enum error caseload_add_rollback(struct caseload *caseload, const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                                 const struct caseload_rollback *rollback)
{
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN),
                                  DB_V_INT(rollback->was_seq),
                                  DB_V_INT(rollback->was_board),
                                  DB_V_INT(rollback->seq),
                                  DB_V_INT(rollback->board),
                                  DB_V_INT(rollback->day)};
    return db_put(caseload->db, SQL_ROLLBACK_ADD, in, 6);
}

struct rollback_rows {
    caseload_rollback_fn *each;
    void *context;
};

static enum error rollback_row(void *context, const struct db_value *columns, size_t n)
{
    const struct rollback_rows *rows = context;
    const struct caseload_rollback rollback = {
        .was_seq = caseload_take_number(&columns[0]),
        .was_board = (uint32_t)caseload_take_number(&columns[1]),
        .seq = caseload_take_number(&columns[2]),
        .board = (uint32_t)caseload_take_number(&columns[3]),
        .day = (uint32_t)caseload_take_number(&columns[4]),
    };
    return rows->each(rows->context, &rollback);
}

enum error caseload_each_rollback(struct caseload *caseload,
                                  const uint8_t kiosk[CASELOAD_KIOSK_LEN],
                                  caseload_rollback_fn *each, void *context)
{
    struct rollback_rows rows = {each, context};
    const struct db_value in[] = {DB_V_BLOB(kiosk, CASELOAD_KIOSK_LEN)};
    return db_run(caseload->db, SQL_ROLLBACKS, in, 1, rollback_row, &rows);
}
