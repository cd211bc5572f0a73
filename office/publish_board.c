/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board's two segments and its head. How many bytes each has follows from how many records came
   and from the charter, whatever was written and answered. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "office/publish_parts.h"
#include "office/published.h"
#include "office/restored.h"
#include "protocol/board_folder.h"
#include "protocol/segment.h"

_Static_assert((int)SEGMENT_ANSWER_LEN == (int)ANSWER_LEN, "an answer is an entry");
_Static_assert((int)SEGMENT_TAG_LEN == (int)JOURNAL_TAG_LEN, "one kind of tag");

/* --- arrivals --- */

/* What a kiosk claims further ahead than that is not followed: whoever has its key could drive the
   numbers so far that no backup from before can be restored (FOLD_LEAP_MAX). */
static uint32_t leap(const struct publish_board *board)
{
    const uint32_t last = board->last->day;
    return published_claim(last > 0 ? last : board->vault->charter.issued, board->day);
}

/* What no import act took gets no tag and is not acknowledged, whatever stands in journal.db. */
static enum error take_kiosk(struct publish_board *board, size_t i, uint32_t *held)
{
    struct vault *vault = board->vault;
    struct arrived *arrived = &board->kiosks[i];
    const size_t left = SEGMENT_ARRIVALS_MAX - board->arrival_count;
    const size_t most = vault->charter.settings[CHARTER_ARRIVALS];
    enum error error = arrived_read(&board->told, fold_kiosk(vault->history.fold, i),
                                    board->backup->act, most < left ? most : left, arrived);
    board->damaged = board->damaged || error == ERROR_JOURNAL_ROW;
    board->arrival_count += arrived->n;
    if (arrived->board > *held && arrived->board - board->last->number <= leap(board))
        *held = arrived->board;
    return error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
}

/* The number passes what a kiosk holds, which would not give that up for an older one. */
static enum error take_all(struct publish_board *board)
{
    const size_t n = fold_kiosk_count(board->vault->history.fold);
    uint32_t held = board->last->number;
    enum error error = ERROR_NONE;
    for (; board->kiosk_count < n && error == ERROR_NONE; board->kiosk_count++)
        error = take_kiosk(board, board->kiosk_count, &held);
    board->number = held + 1;
    return error;
}

static enum error take_kiosks(struct publish_board *board)
{
    const struct publish_last *last = board->last;
    const size_t n = fold_kiosk_count(board->vault->history.fold);
    board->kiosks = calloc(n + 1, sizeof *board->kiosks);
    if (board->kiosks == NULL)
        return ERROR_MEMORY;
    enum error error = told_begin(&board->told, board->vault, last->held > 0 ? &last->head : NULL);
    if (error == ERROR_NONE)
        error = take_all(board);
    board->damaged = board->damaged || board->told.mended_count > 0;
    return error;
}

static struct segment segment_of(const struct publish_board *board, enum segment_kind kind,
                                 size_t count)
{
    const struct charter *charter = &board->vault->charter;
    struct segment segment = {
        .kind = kind,
        .number = board->number,
        .day = board->day,
        .charter = charter->number,
        .count = (uint32_t)count,
    };
    memcpy(segment.office, charter->office, sizeof segment.office);
    if (kind == SEGMENT_ANSWERS)
        memcpy(segment.before, board->last->hash, sizeof segment.before);
    return segment;
}

/* A tag that two acts signed for is the earlier one's. */
static int by_tag(const void *a, const void *b)
{
    const struct journal_record *const *x = a, *const *y = b;
    const int order = memcmp((*x)->tag, (*y)->tag, SEGMENT_TAG_LEN);
    return order != 0 ? order : ((*x)->act > (*y)->act) - ((*x)->act < (*y)->act);
}

/* A segment that has a tag twice is none: whoever signed for such a one would stop every board. In
   the place of the second stands a random one, as of what is no letter, so that the board has a tag
   for every record; and its import act is named. */
static void put_tags(struct publish_board *board, const struct journal_record **order,
                     uint8_t (*tags)[SEGMENT_TAG_LEN])
{
    size_t n = 0;
    for (size_t i = 0; i < board->kiosk_count; i++)
        for (size_t k = 0; k < board->kiosks[i].n; k++)
            order[n++] = &board->kiosks[i].all[k];
    if (n > 0)
        qsort(order, n, sizeof(*order), by_tag);
    for (size_t i = 0; i < n; i++)
        if (i > 0 && memcmp(order[i - 1]->tag, order[i]->tag, SEGMENT_TAG_LEN) == 0) {
            vault_note_damage(board->vault, 0, order[i]->act, 0);
            board->damaged = true;
            random_bytes(tags[i], sizeof *tags);
        } else
            memcpy(tags[i], order[i]->tag, sizeof *tags);
}

static enum error make_arrivals(struct publish_board *board)
{
    const size_t most = board->arrival_count + 1;
    const struct journal_record **order = calloc(most, sizeof(*order));
    uint8_t(*tags)[SEGMENT_TAG_LEN] = calloc(most, sizeof *tags);
    enum error error = order != NULL && tags != NULL ? ERROR_NONE : ERROR_MEMORY;
    if (error == ERROR_NONE) {
        const struct segment segment = segment_of(board, SEGMENT_ARRIVALS, board->arrival_count);
        put_tags(board, order, tags);
        error = segment_encode(&segment, tags[0], &board->arrivals, &board->arrivals_len);
    }
    free(order);
    free(tags);
    return error;
}

/* --- answers --- */

static enum error make_answers(struct publish_board *board)
{
    const uint32_t count = board->vault->charter.settings[CHARTER_ANSWERS];
    const struct segment segment = segment_of(board, SEGMENT_ANSWERS, count);
    enum error error = queue_read(board->vault, count, &board->queue);
    board->damaged = board->damaged || error == ERROR_JOURNAL_ROW;
    if (error != ERROR_NONE && error != ERROR_JOURNAL_ROW)
        return error;
    struct queue *queue = &board->queue;
    random_bytes(queue->entries[queue->entry_count],
                 (count - queue->entry_count) * sizeof *queue->entries);
    return segment_encode(&segment, queue->entries[0], &board->answers, &board->answers_len);
}

/* --- the head --- */

/* The segments of boards that are younger than the term, and the two new ones. */
struct list {
    const struct publish_board *board;
    struct head_segment all[HEAD_SEGMENTS_MAX + 2];
    size_t n;
    uint32_t named; /* segments of the last head that the journal has */
    bool damaged;   /* a board that is to come back is not what it was */
};

static enum error list_file(struct list *list, uint32_t number, const uint8_t *file, size_t len)
{
    struct segment segment;
    const struct hash_part part = {file, len};
    if (segment_view(file, len, &segment) != ERROR_NONE || segment.number != number)
        return ERROR_JOURNAL_CORRUPT;
    struct head_segment *added = &list->all[list->n++];
    *added = (struct head_segment){.number = number, .kind = segment.kind, .count = segment.count};
    return hash_sha256(added->hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* Boards whose days have to agree that a term is over before anything is gone for good: a few
   wrong ones take nothing away. */
enum { AGREE = 60 };

/* The first of the days of the last boards, this one among them; 0 while there are not so many. */
static uint32_t agreed_day(const struct publish_board *board)
{
    const struct told *told = &board->told;
    uint32_t day = board->day;
    if (told->n < AGREE - 1)
        return 0;
    for (size_t i = told->n - (AGREE - 1); i < told->n; i++)
        if (told->boards[i].day < day)
            day = told->boards[i].day;
    return day;
}

/* A board that comes back. */
struct back {
    struct list *list;
    const uint8_t *head; /* its hash */
    bool fits;
};

static const struct journal_file *file_of_kind(const struct journal_board *row, uint32_t kind)
{
    return kind == SEGMENT_ARRIVALS ? &row->arrivals : &row->answers;
}

static enum error take_back(struct back *back, const struct head_segment *named,
                            const struct journal_board *row)
{
    struct list *list = back->list;
    const uint8_t *office = list->board->vault->charter.office;
    const struct journal_file *file = file_of_kind(row, named->kind);
    const enum error error = board_folder_fits(file->bytes, file->len, office, named, NULL);
    back->fits = error == ERROR_NONE;
    if (back->fits)
        list->all[list->n++] = *named;
    return error == ERROR_MEMORY ? error : ERROR_NONE;
}

/* The row is what the head says that the act names, or nothing. */
static enum error list_row(void *context, const struct journal_board *row)
{
    struct back *back = context;
    const struct hash_part part = {row->head.bytes, row->head.len};
    uint8_t hash[HASH_LEN];
    struct head head;
    enum error error = hash_sha256(hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
    back->fits = error == ERROR_NONE && memcmp(hash, back->head, sizeof hash) == 0 &&
                 head_view(row->head.bytes, row->head.len, &head) == ERROR_NONE;
    for (uint32_t i = 0; back->fits && i < head.segment_count && error == ERROR_NONE; i++) {
        const struct head_segment named = head_segment(&head, i);
        if (named.number == row->number)
            error = take_back(back, &named, row);
    }
    return error;
}

/* A board that the last head left out, since the clock was wrong or for its size, comes back as it
   was; one that is not what it was is noted in vault->damage. */
static enum error list_back(struct list *list, const struct told_board *made)
{
    struct vault *vault = list->board->vault;
    struct published_board said;
    struct back back = {.list = list, .head = said.hash};
    const size_t n = list->n;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    enum error error =
        plain != NULL ? published_act(&vault->history, made->act, plain, &said) : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = journal_board(vault->journal, made->number, list_row, &back);
    secret_free(plain);
    const bool spoilt = error == ERROR_JOURNAL_ROW || error == ERROR_MALFORMED ||
                        error == ERROR_JOURNAL_CORRUPT; /* a row of another shape */
    if (error == ERROR_NONE ? back.fits : !spoilt)
        return error;
    list->n = n;
    list->damaged = true;
    vault_note_damage(vault, 0, made->act, 0);
    return ERROR_NONE;
}

/* The day of a board is that of its act, not what its row says. Boards that a restored office took
   over have none: they stay a term from the restore on, and one wrong day does not end that. */
bool publish_board_over(const struct publish_board *board, uint32_t number, bool agreed)
{
    const uint32_t term = board->vault->charter.settings[CHARTER_TERM];
    const struct told_board *made = told_board(&board->told, number);
    const uint32_t day = made != NULL ? made->day : board->told.restored_day;
    const uint32_t today = made != NULL && !agreed ? board->day : agreed_day(board);
    return today >= day && today - day >= term;
}

static void make_room(struct list *list)
{
    if (list->n + 2 <= HEAD_SEGMENTS_MAX)
        return;
    list->n -= 2;
    memmove(list->all, list->all + 2, list->n * sizeof *list->all);
}

/* What the last head names is taken as it stands there. What it does not name and no act made,
   nobody here signed for. */
static enum error list_board(void *context, const struct journal_board *row)
{
    struct list *list = context;
    const struct publish_board *board = list->board;
    const struct head *head = &board->last->head;
    const struct told_board *made = told_board(&board->told, row->number);
    const bool own = told_board(&board->told, head->number) != NULL;
    const bool keep = !publish_board_over(board, row->number, false);
    uint32_t i = 0;
    while (i < head->segment_count && head_segment(head, i).number != row->number)
        i++;
    const bool named = i < head->segment_count;
    if (keep && (named || made != NULL))
        make_room(list);
    if (!named)
        return keep && made != NULL ? list_back(list, made) : ERROR_NONE;
    for (; i < head->segment_count && head_segment(head, i).number == row->number; i++) {
        const struct head_segment segment = head_segment(head, i);
        const size_t len = file_of_kind(row, segment.kind)->len;
        if (segment_len(segment.kind, segment.count) == 0)
            return ERROR_JOURNAL_CORRUPT; /* no head of this office names such a kind */
        /* A restored office may lack what another's head names, never what its own does. */
        list->named += len > 0 || !own;
        if (keep && len > 0)
            list->all[list->n++] = segment;
    }
    return ERROR_NONE;
}

/* How many of the oldest leave, so that the board is not larger than the charter lets it be. */
static size_t list_excess(const struct list *list)
{
    const uint64_t most = (uint64_t)list->board->vault->charter.settings[CHARTER_SIZE] << 20;
    uint64_t sum = 0;
    size_t first = list->n;
    while (first > 0 && list->n - first < HEAD_SEGMENTS_MAX) {
        sum += segment_len(list->all[first - 1].kind, list->all[first - 1].count);
        if (sum > most && list->n - first >= 2)
            break;
        first--;
    }
    return first;
}

static enum error make_list(struct list *list)
{
    const struct publish_board *board = list->board;
    enum error error = ERROR_NONE;
    if (board->last->held > 0)
        error = journal_each_board(board->vault->journal, list_board, list);
    if (error == ERROR_NONE && list->named != board->last->head.segment_count)
        error = ERROR_JOURNAL_CORRUPT; /* somebody took a board out */
    if (error == ERROR_NONE)
        error = list_file(list, board->number, board->arrivals, board->arrivals_len);
    return error == ERROR_NONE ? list_file(list, board->number, board->answers, board->answers_len)
                               : error;
}

static struct head_mark *make_marks(const struct publish_board *board)
{
    struct head_mark *marks = calloc(board->kiosk_count + 1, sizeof *marks);
    for (size_t i = 0; i < board->kiosk_count && marks != NULL; i++) {
        const struct journal_kiosk *kiosk = &board->kiosks[i].kiosk;
        memcpy(marks[i].kiosk, kiosk->kiosk, sizeof marks[i].kiosk);
        marks[i].seq = kiosk->tip_seq;
        memcpy(marks[i].hash, kiosk->tip_hash, sizeof marks[i].hash);
        marks[i].day = kiosk->tip_day;
    }
    return marks;
}

/* The last restore, in every head from then on: whoever holds an older one sees there why it does
   not fit. What is wrong with its act, the audit says. */
static enum error fill_restored(struct vault *vault, struct head *head)
{
    const uint64_t seq = restored_last(vault->history.fold);
    struct restored restored;
    if (seq == 0)
        return ERROR_NONE;
    const enum error error = restored_read(&vault->history, seq, &restored);
    if (error != ERROR_NONE)
        return error == ERROR_FORGED || error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
    head->restored = restored.board;
    memcpy(head->lost, restored.lost, sizeof head->lost);
    memcpy(head->kept, restored.kept, sizeof head->kept);
    return ERROR_NONE;
}

static enum error fill_head(const struct publish_board *board, struct head *head)
{
    struct vault *vault = board->vault;
    struct journal_txn txn;
    *head = (struct head){
        .charter = vault->charter.number,
        .number = board->number,
        .day = board->day,
        .kiosk_count = (uint32_t)board->kiosk_count,
        .notices_len = (uint32_t)board->notices_len,
    };
    memcpy(head->office, vault->charter.office, sizeof head->office);
    memcpy(head->before, board->last->hash, sizeof head->before);
    enum error error = journal_txn(vault->journal, vault->history.txn, &txn);
    memcpy(head->journal, txn.hash, sizeof head->journal);
    if (error == ERROR_NONE)
        error = fill_restored(vault, head);
    return error == ERROR_NO_ROW ? ERROR_JOURNAL_ROW : error;
}

static enum error sign_head(struct publish_board *board, struct head *head,
                            const struct head_lists *lists)
{
    uint8_t *seed = secret_new(SIGNATURE_SEED_LEN);
    enum error error = seed != NULL ? keyset_board(board->vault->keys, seed) : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = head_encode(head, lists, seed, &board->head, &board->head_len);
    secret_free(seed);
    return error;
}

static enum error make_head(struct publish_board *board)
{
    struct head head;
    struct list *list = calloc(1, sizeof *list);
    struct head_mark *marks = make_marks(board);
    enum error error = list != NULL && marks != NULL ? fill_head(board, &head) : ERROR_MEMORY;
    if (error == ERROR_NONE) {
        list->board = board;
        error = make_list(list);
        board->damaged = board->damaged || list->damaged;
    }
    if (error == ERROR_NONE) {
        const size_t excess = list_excess(list);
        const struct head_lists lists = {
            .marks = marks, .segments = list->all + excess, .notices = board->notices};
        head.segment_count = (uint32_t)(list->n - excess);
        error = sign_head(board, &head, &lists);
    }
    free(list);
    free(marks);
    return error;
}

/* --- the whole --- */

enum error publish_board_make(struct publish_board *board)
{
    struct journal *journal = board->vault->journal;
    bool held = false;
    enum error error = journal_hold(journal, &held);
    if (error == ERROR_NONE)
        error = take_kiosks(board);
    if (error == ERROR_NONE)
        error = make_arrivals(board);
    if (error == ERROR_NONE)
        error = make_answers(board);
    if (error == ERROR_NONE)
        error = make_head(board);
    journal_release(journal, &held);
    return error;
}

void publish_board_free(struct publish_board *board)
{
    for (size_t i = 0; i < board->kiosk_count; i++)
        arrived_free(&board->kiosks[i]);
    free(board->kiosks);
    told_free(&board->told);
    queue_free(&board->queue);
    free(board->arrivals);
    free(board->answers);
    free(board->head);
    *board = (struct publish_board){.vault = NULL};
}
