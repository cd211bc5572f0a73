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

/* A column of another type is damage: bytes and their length are one thing. */
static struct journal_file file_of(struct journal_row *row, size_t column)
{
    const struct db_value *value = &row->columns[column];
    if (value->type == DB_BLOB)
        return (struct journal_file){value->data, value->len};
    row->error = ERROR_JOURNAL_CORRUPT;
    return (struct journal_file){NULL, 0};
}

/* A file of which only the length was asked for. */
static struct journal_file length_of(struct journal_row *row, size_t column)
{
    return (struct journal_file){NULL, (size_t)journal_take_number(row, column, SIZE_MAX)};
}

static enum error queued_row(void *context, const struct db_value *columns, size_t n)
{
    struct journal_rows *rows = context;
    struct journal_row row = {columns, ERROR_NONE};
    const struct journal_file sealed = file_of(&row, 1);
    const struct journal_queued queued = {
        .seq = journal_take_number(&row, 0, INT64_MAX),
        .has_text = journal_take_number(&row, 2, 1) != 0,
        .sealed = sealed.bytes,
        .len = sealed.len,
    };
    rows->found = true;
    return row.error == ERROR_NONE ? rows->queued(rows->context, &queued) : row.error;
}

enum error journal_queued(struct journal *journal, uint64_t seq, journal_queued_fn *each,
                          void *context)
{
    struct journal_rows rows = {.queued = each, .context = context};
    const struct db_value in[] = {DB_V_INT(seq)};
    return journal_one(journal, SQL_QUEUE, in, 1, queued_row, &rows, &rows.found);
}

enum error journal_drop_queued(struct journal *journal, uint64_t seq)
{
    const struct db_value in[] = {DB_V_INT(seq)};
    return journal_put(journal, SQL_QUEUE_DROP, in, 1);
}

enum error journal_each_queued(struct journal *journal, journal_queued_fn *each, void *context)
{
    struct journal_rows rows = {.queued = each, .context = context};
    return db_run(journal->db, SQL_QUEUE_ALL, NULL, 0, queued_row, &rows);
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

static enum error give_board(struct journal_rows *rows, struct journal_row *row,
                             const struct journal_file files[3])
{
    const struct journal_board board = {
        .number = (uint32_t)journal_take_number(row, 0, UINT32_MAX),
        .day = (uint32_t)journal_take_number(row, 1, UINT32_MAX),
        .charter = (uint32_t)journal_take_number(row, 2, UINT32_MAX),
        .head = files[0],
        .arrivals = files[1],
        .answers = files[2],
    };
    rows->found = true;
    return row->error == ERROR_NONE ? rows->board(rows->context, &board) : row->error;
}

static enum error board_row(void *context, const struct db_value *columns, size_t n)
{
    struct journal_row row = {columns, ERROR_NONE};
    return give_board(
        context, &row,
        (struct journal_file[]){file_of(&row, 3), file_of(&row, 4), file_of(&row, 5)});
}

static enum error lengths_row(void *context, const struct db_value *columns, size_t n)
{
    struct journal_row row = {columns, ERROR_NONE};
    return give_board(context, &row,
                      (struct journal_file[]){{NULL, 0}, length_of(&row, 4), length_of(&row, 5)});
}

enum error journal_board(struct journal *journal, uint32_t number, journal_board_fn *each,
                         void *context)
{
    struct journal_rows rows = {.board = each, .context = context};
    const struct db_value in[] = {DB_V_INT(number)};
    return journal_one(journal, SQL_BOARD, in, 1, board_row, &rows, &rows.found);
}

enum error journal_head(struct journal *journal, uint32_t number, journal_board_fn *each,
                        void *context)
{
    struct journal_rows rows = {.board = each, .context = context};
    const struct db_value in[] = {DB_V_INT(number)};
    return journal_one(journal, SQL_HEAD, in, 1, board_row, &rows, &rows.found);
}

enum error journal_arrivals(struct journal *journal, uint32_t number, journal_board_fn *each,
                            void *context)
{
    struct journal_rows rows = {.board = each, .context = context};
    const struct db_value in[] = {DB_V_INT(number)};
    return journal_one(journal, SQL_ARRIVALS, in, 1, board_row, &rows, &rows.found);
}

enum error journal_each_board(struct journal *journal, journal_board_fn *each, void *context)
{
    struct journal_rows rows = {.board = each, .context = context};
    return db_run(journal->db, SQL_BOARDS, NULL, 0, lengths_row, &rows);
}

enum error journal_drop_board(struct journal *journal, uint32_t number)
{
    const struct db_value in[] = {DB_V_INT(number)};
    return journal_put(journal, SQL_BOARD_DROP, in, 1);
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
                            const struct journal_mark *mark)
{
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN), DB_V_INT(mark->seq),
                                  DB_V_BLOB(mark->hash, JOURNAL_HASH_LEN)};
    return mark->seq <= INT64_MAX ? journal_put(journal, SQL_MARK_PUT, in, 3) : ERROR_MALFORMED;
}

static enum error mark_row(void *context, const struct db_value *columns, size_t n)
{
    struct journal_mark *mark = context;
    struct journal_row row = {columns, ERROR_NONE};
    mark->seq = journal_take_number(&row, 0, INT64_MAX);
    journal_take_blob(&row, 1, mark->hash, sizeof mark->hash);
    return row.error;
}

enum error journal_mark(struct journal *journal, const uint8_t kiosk[JOURNAL_KIOSK_LEN],
                        struct journal_mark *mark)
{
    const struct db_value in[] = {DB_V_BLOB(kiosk, JOURNAL_KIOSK_LEN)};
    *mark = (struct journal_mark){.seq = 0};
    return db_run(journal->db, SQL_MARK, in, 1, mark_row, mark);
}
