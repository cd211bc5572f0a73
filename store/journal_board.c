/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the office publishes: answers that wait for a board, and the boards as they went out. */
#include "store/journal.h"

#include "store/journal_parts.h"

/* --- answers --- */

enum error journal_add_queued(struct journal *journal, uint64_t seq, const uint8_t *sealed,
                              size_t len)
{
    const struct db_value in[] = {DB_V_INT(seq), DB_V_BLOB(sealed, len)};
    return journal_put(journal, SQL_QUEUE_ADD, in, 2);
}

/* A blob, or the length of one. */
static struct journal_file file_of(const struct db_value *value)
{
    if (value->type == DB_INT && value->number > 0)
        return (struct journal_file){NULL, (size_t)value->number};
    return value->type == DB_BLOB ? (struct journal_file){value->data, value->len}
                                  : (struct journal_file){NULL, 0};
}

static enum error queued_row(void *context, const struct db_value *columns, size_t n)
{
    const struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    const struct journal_file sealed = file_of(&columns[1]);
    const struct journal_queued queued = {
        .seq = journal_take_number(&row, 0, INT64_MAX),
        .board = (uint32_t)journal_take_number(&row, 2, UINT32_MAX),
        .has_text = journal_take_number(&row, 3, 1) != 0,
        .sealed = sealed.bytes,
        .len = sealed.len,
    };
    return row.error == ERROR_NONE ? rows->queued(rows->context, &queued) : row.error;
}

enum error journal_each_queued(struct journal *journal, bool all, journal_queued_fn *each,
                               void *context)
{
    struct journal_rows rows = {.queued = each, .context = context};
    return db_run(journal->db, all ? SQL_QUEUE : SQL_QUEUE_WAITING, NULL, 0, queued_row, &rows);
}

enum error journal_publish_queued(struct journal *journal, uint64_t seq, uint32_t board)
{
    const struct db_value in[] = {DB_V_INT(seq), DB_V_INT(board)};
    return journal_put(journal, SQL_QUEUE_PUBLISH, in, 2);
}

/* --- boards --- */

enum error journal_add_board(struct journal *journal, const struct journal_board *board)
{
    const struct db_value in[] = {
        DB_V_INT(board->number),
        DB_V_INT(board->day),
        DB_V_INT(board->charter),
        DB_V_BLOB(board->head.bytes, board->head.len),
        DB_V_BLOB(board->arrivals.bytes, board->arrivals.len),
        DB_V_BLOB(board->answers.bytes, board->answers.len),
    };
    enum error error = journal_countable(board->number);
    return error == ERROR_NONE ? journal_put(journal, SQL_BOARD_ADD, in, 6) : error;
}

static enum error board_row(void *context, const struct db_value *columns, size_t n)
{
    struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    const struct journal_board board = {
        .number = (uint32_t)journal_take_number(&row, 0, UINT32_MAX),
        .day = (uint32_t)journal_take_number(&row, 1, UINT32_MAX),
        .charter = (uint32_t)journal_take_number(&row, 2, UINT32_MAX),
        .head = file_of(&columns[3]),
        .arrivals = file_of(&columns[4]),
        .answers = file_of(&columns[5]),
    };
    rows->found = true;
    return row.error == ERROR_NONE ? rows->board(rows->context, &board) : row.error;
}

enum error journal_board(struct journal *journal, uint32_t number, journal_board_fn *each,
                         void *context)
{
    struct journal_rows rows = {.board = each, .context = context};
    const struct db_value in[] = {DB_V_INT(number)};
    return journal_one(journal, SQL_BOARD, in, 1, board_row, &rows, &rows.found);
}

enum error journal_each_board(struct journal *journal, journal_board_fn *each, void *context)
{
    struct journal_rows rows = {.board = each, .context = context};
    return db_run(journal->db, SQL_BOARDS, NULL, 0, board_row, &rows);
}

enum error journal_drop_boards(struct journal *journal, uint32_t day, uint32_t number)
{
    const struct db_value in[] = {DB_V_INT(day), DB_V_INT(number)};
    return journal_put(journal, SQL_BOARDS_DROP, in, 2);
}

/* --- boards of before a restore --- */

enum error journal_add_seen(struct journal *journal, const uint8_t tag[JOURNAL_TAG_LEN],
                            uint32_t kind, uint32_t board)
{
    const struct db_value in[] = {DB_V_BLOB(tag, JOURNAL_TAG_LEN), DB_V_INT(kind), DB_V_INT(board)};
    return journal_put(journal, SQL_SEEN_ADD, in, 3);
}

enum error journal_seen(struct journal *journal, const uint8_t tag[JOURNAL_TAG_LEN], uint32_t kind,
                        uint32_t *board)
{
    int64_t found = 0;
    const struct db_value in[] = {DB_V_BLOB(tag, JOURNAL_TAG_LEN), DB_V_INT(kind)};
    enum error error = db_number(journal->db, SQL_SEEN, in, 2, &found);
    *board = (uint32_t)found;
    return error;
}

enum error journal_put_mark(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                            uint64_t seq)
{
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN), DB_V_INT(seq)};
    return seq <= INT64_MAX ? journal_put(journal, SQL_MARK_PUT, in, 2) : ERROR_MALFORMED;
}

enum error journal_mark(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                        uint64_t *seq)
{
    int64_t found = 0;
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN)};
    enum error error = db_number(journal->db, SQL_MARK, in, 1, &found);
    *seq = found > 0 ? (uint64_t)found : 0;
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}
