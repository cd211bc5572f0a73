/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was published and what waits for it, held against the acts. */
#include "office/audit_board.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "crypto/secret.h"
#include "office/published.h"
#include "office/queue.h"
#include "office/restored.h"
#include "protocol/board_folder.h"

/* A tag, whose act it is, and on which board; 0 for what stands in the queue. */
struct tagged {
    uint32_t board;
    uint8_t tag[SEGMENT_TAG_LEN];
    uint64_t act;
};

struct tagged_list {
    struct tagged *all;
    size_t n, room;
};

/* Boards and messages are numbered in the order of their acts: one look at each is enough. */
struct check {
    struct history *history;
    audit_board_fn *each;
    void *context;
    uint64_t at;      /* the act that was looked at last */
    uint64_t *boards; /* the acts of all boards, which are in the order of their numbers */
    size_t board_count, board_room;
    struct tagged_list arrivals; /* of records that have left */
    struct tagged_list entries;  /* of the queue */
    uint64_t blamed;             /* the import act that was named last */
    struct published published;
    uint8_t *plain; /* ACT_BODY_MAX, secret_new memory */
};

/* The next act of this kind that counts, behind the last one that was looked at; NULL at the end.
   A message that was taken back is none. */
static const struct fold_act *next_act(struct check *check, enum act_kind kind)
{
    const struct fold *fold = check->history->fold;
    const struct fold_act *act = NULL;
    while (check->at < fold_last(fold)) {
        act = fold_act(fold, ++check->at);
        if (act->kind == kind && act->verdict == FOLD_COUNTS &&
            (kind != ACT_MESSAGE || !fold_taken_back(fold, check->at)))
            return act;
    }
    return NULL;
}

static enum error list_boards(struct check *check)
{
    enum error error = ERROR_NONE;
    check->at = 0;
    while (error == ERROR_NONE && next_act(check, ACT_BOARD) != NULL) {
        error = GROW(check->boards, check->board_count, 1, check->board_room);
        if (error == ERROR_NONE)
            check->boards[check->board_count++] = check->at;
    }
    return error;
}

/* The act that made the board of this number; 0 for none. */
static uint64_t board_act(const struct check *check, uint32_t number)
{
    size_t from = 0, to = check->board_count;
    while (from < to) {
        const size_t middle = from + (to - from) / 2;
        const uint32_t there = fold_act(check->history->fold, check->boards[middle])->to;
        if (there == number)
            return check->boards[middle];
        if (there < number)
            from = middle + 1;
        else
            to = middle;
    }
    return 0;
}

/* --- tags --- */

static int compare_tags(const void *a, const void *b)
{
    return memcmp(a, b, SEGMENT_TAG_LEN);
}

static const uint8_t *find_tag(const struct segment *segment, const uint8_t *tag)
{
    return segment->count > 0
               ? bsearch(tag, segment->tags, segment->count, SEGMENT_TAG_LEN, compare_tags)
               : NULL;
}

static int by_board(const void *a, const void *b)
{
    const struct tagged *x = a, *y = b;
    if (x->board != y->board)
        return x->board < y->board ? -1 : 1;
    const int order = memcmp(x->tag, y->tag, sizeof x->tag);
    return order != 0 ? order : (x->act > y->act) - (x->act < y->act);
}

static void sort(struct tagged_list *list)
{
    if (list->n > 0)
        qsort(list->all, list->n, sizeof *list->all, by_board);
}

static enum error add(struct tagged_list *list, uint32_t board, const uint8_t *tag, uint64_t act)
{
    enum error error = GROW(list->all, list->n, 1, list->room);
    if (error != ERROR_NONE)
        return error;
    struct tagged *added = &list->all[list->n++];
    *added = (struct tagged){.board = board, .act = act};
    memcpy(added->tag, tag, sizeof added->tag);
    return ERROR_NONE;
}

/* Whether this one of a sorted list has the tag of the one before it, on the same board. */
static bool is_again(const struct tagged_list *list, size_t i)
{
    const struct tagged *one = &list->all[i];
    return i > 0 && i < list->n && one->board == one[-1].board &&
           memcmp(one->tag, one[-1].tag, sizeof one->tag) == 0;
}

/* --- arrivals --- */

/* Each import act is named once. */
static enum error blame(struct check *check, uint64_t act)
{
    const bool named = check->blamed == act;
    check->blamed = act;
    return named ? ERROR_NONE : check->each(check->context, AUDIT_BOARD_TAGS, act);
}

/* A record leaves on a board after its import. */
static enum error take_record(void *context, const struct journal_record *record)
{
    struct check *check = context;
    if (record->board == 0)
        return ERROR_NONE;
    if (board_act(check, record->board) <= record->act)
        return blame(check, record->act);
    return add(&check->arrivals, record->board, record->tag, record->act);
}

static enum error list_arrivals(struct check *check)
{
    enum error error = journal_each_record(check->history->journal, 0, take_record, check);
    sort(&check->arrivals);
    return error;
}

/* Both are sorted: a tag that stands in two segments is of one record only, and misses in the other
   one. *same when there are as many tags as records, and those of all records, but where a tag was
   signed for twice: then the board has a random one besides, and the second act is named. */
static enum error has_arrivals(struct check *check, const struct segment *segment, bool *same)
{
    const struct tagged *all = check->arrivals.all;
    size_t at = 0, to = check->arrivals.n, n = 0, there = 0, twice = 0;
    enum error error = ERROR_NONE;
    while (at < to) { /* the first record of this board */
        const size_t middle = at + (to - at) / 2;
        if (all[middle].board < segment->number)
            at = middle + 1;
        else
            to = middle;
    }
    for (; at + n < check->arrivals.n && all[at + n].board == segment->number; n++)
        if (is_again(&check->arrivals, at + n)) {
            twice++;
            error = error == ERROR_NONE ? blame(check, all[at + n].act) : error;
        } else
            there += find_tag(segment, all[at + n].tag) != NULL;
    *same = n == segment->count && there + twice == n;
    return error;
}

/* --- boards --- */

/* The segment of this kind that the board of this number added. ERROR_BOARD_PART when the head
   names none, or another one. */
static enum error find_part(const struct journal_file *file, const struct head *head,
                            uint32_t number, enum segment_kind kind, struct segment *part)
{
    for (uint32_t i = 0; i < head->segment_count; i++) {
        const struct head_segment segment = head_segment(head, i);
        if (segment.number == number && segment.kind == kind)
            return board_folder_fits(file->bytes, file->len, head->office, &segment, part);
    }
    return ERROR_BOARD_PART;
}

/* A board's two segments; ERROR_BOARD_PART when it is not what its act says. */
static enum error view_board(const struct journal_board *row, const struct published_board *said,
                             struct segment *arrivals, struct segment *answers)
{
    uint8_t hash[HASH_LEN];
    struct head head;
    const struct hash_part part = {row->head.bytes, row->head.len};
    if (row->head.bytes == NULL)
        return ERROR_BOARD_PART;
    if (hash_sha256(hash, &part, 1) != 0)
        return ERROR_MEMORY;
    if (memcmp(hash, said->hash, HASH_LEN) != 0 ||
        head_view(row->head.bytes, row->head.len, &head) != ERROR_NONE ||
        head.number != row->number || head.day != row->day || head.charter != row->charter ||
        said->day != row->day)
        return ERROR_BOARD_PART;
    enum error error = find_part(&row->arrivals, &head, head.number, SEGMENT_ARRIVALS, arrivals);
    return error == ERROR_NONE
               ? find_part(&row->answers, &head, head.number, SEGMENT_ANSWERS, answers)
               : error;
}

/* A message that a board is said to have taken, and whether it is there. */
struct sought {
    struct check *check;
    const struct segment *answers;
    bool there;
};

static enum error seek(void *context, const struct journal_queued *queued)
{
    struct sought *sought = context;
    const struct segment *answers = sought->answers;
    uint8_t *entry = sought->check->plain;
    enum error error = queue_open(sought->check->history->keys, queued, entry);
    sought->there = error != ERROR_NONE; /* what does not open is named by itself */
    if (error != ERROR_NONE)
        return error == ERROR_SEAL || error == ERROR_KEY_UNFIT ? ERROR_NONE : error;
    const uint8_t *tag = find_tag(answers, entry);
    if (tag == NULL)
        return ERROR_NONE;
    const size_t i = (size_t)(tag - answers->tags) / SEGMENT_TAG_LEN;
    sought->there = memcmp(entry + SEGMENT_TAG_LEN, answers->bodies + i * SEGMENT_BODY_LEN,
                           SEGMENT_BODY_LEN) == 0;
    return ERROR_NONE;
}

static enum error check_messages(struct check *check, uint64_t by, const struct segment *answers)
{
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < check->published.n && error == ERROR_NONE; i++) {
        const struct published_message *message = &check->published.all[i];
        struct sought sought = {check, answers, false};
        if (message->by != by || message->board != answers->number)
            continue;
        error = journal_queued(check->history->journal, message->act, seek, &sought);
        if (error == ERROR_NONE && !sought.there)
            error = check->each(check->context, AUDIT_BOARD_MESSAGES, message->act);
        error = error == ERROR_NO_ROW ? ERROR_NONE : error; /* named by itself */
    }
    return error;
}

static enum error check_files(void *context, const struct journal_board *row)
{
    struct check *check = context;
    struct segment arrivals, answers;
    struct published_board said;
    const uint64_t act = check->at;
    bool same = false;
    enum error error = published_act(check->history, act, check->plain, &said);
    if (error == ERROR_JOURNAL_ROW)
        return ERROR_NONE; /* the body is named by itself */
    if (error == ERROR_NONE)
        error = view_board(row, &said, &arrivals, &answers);
    if (error == ERROR_BOARD_PART || error == ERROR_MALFORMED)
        return check->each(check->context, AUDIT_BOARD_MADE, act);
    if (error == ERROR_NONE)
        error = has_arrivals(check, &arrivals, &same);
    if (error == ERROR_NONE && !same)
        error = check->each(check->context, AUDIT_BOARD_TAGS, act);
    return error == ERROR_NONE ? check_messages(check, act, &answers) : error;
}

/* Boards that a restored office took over: the act has the hash of the newest head, and that names
   their segments. */
struct taken {
    struct check *check;
    struct restored restored;
    uint8_t *bytes; /* of the head, malloc'd */
    size_t len;
    bool same;
    bool named; /* an act does not open, or root did not sign it: that is named by itself */
};

static enum error keep_head(void *context, const struct journal_board *row)
{
    struct taken *taken = context;
    taken->len = row->head.len;
    taken->bytes = malloc(row->head.len + 1);
    if (taken->bytes == NULL)
        return ERROR_MEMORY;
    if (row->head.len > 0)
        memcpy(taken->bytes, row->head.bytes, row->head.len);
    return ERROR_NONE;
}

/* A segment that nobody had a copy of is not there, and then no message is known to be on it. */
static enum error fits_taken(const struct journal_file *file, const struct head *head,
                             uint32_t number, enum segment_kind kind, struct segment *part)
{
    *part = (struct segment){.kind = kind, .number = number};
    return file->len > 0 ? find_part(file, head, number, kind, part) : ERROR_NONE;
}

static enum error compare_taken(void *context, const struct journal_board *row)
{
    struct taken *taken = context;
    uint8_t hash[HASH_LEN];
    struct head head;
    struct segment arrivals, answers;
    const struct hash_part part = {taken->bytes, taken->len};
    if (hash_sha256(hash, &part, 1) != 0)
        return ERROR_MEMORY;
    if (memcmp(hash, taken->restored.head, HASH_LEN) != 0 ||
        head_view(taken->bytes, taken->len, &head) != ERROR_NONE)
        return ERROR_NONE;
    enum error error = fits_taken(&row->arrivals, &head, row->number, SEGMENT_ARRIVALS, &arrivals);
    if (error == ERROR_NONE)
        error = fits_taken(&row->answers, &head, row->number, SEGMENT_ANSWERS, &answers);
    if (error == ERROR_BOARD_PART)
        return ERROR_NONE;
    taken->same = true;
    return error == ERROR_NONE ? check_messages(taken->check, taken->check->at, &answers) : error;
}

static enum error check_taken(struct check *check, uint32_t number, struct taken *taken)
{
    struct journal *journal = check->history->journal;
    enum error error = journal_head(journal, taken->restored.board, keep_head, taken);
    if (error == ERROR_NONE)
        error = journal_board(journal, number, compare_taken, taken);
    free(taken->bytes);
    return (error == ERROR_NONE || error == ERROR_NO_ROW) && !taken->same
               ? check->each(check->context, AUDIT_BOARD_MADE, check->at)
               : error;
}

/* Finds the act by which a restored office took the board of this number over: the first that goes
   on from this board or a later one. 0 for none. */
static enum error taken_by(struct check *check, uint32_t number, struct taken *taken)
{
    const struct fold *fold = check->history->fold;
    check->at = 0;
    for (uint64_t seq = 1; seq <= fold_last(fold); seq++) {
        const struct fold_act *act = fold_act(fold, seq);
        if (act->kind != ACT_RESTORED || act->verdict != FOLD_COUNTS)
            continue;
        const enum error error = restored_read(check->history, seq, &taken->restored);
        if (error == ERROR_JOURNAL_ROW || error == ERROR_FORGED)
            taken->named = true;
        else if (error != ERROR_NONE)
            return error;
        else if (taken->restored.board >= number) {
            check->at = seq;
            break;
        }
    }
    return ERROR_NONE;
}

static enum error check_board(void *context, const struct journal_board *row)
{
    struct check *check = context;
    check->at = board_act(check, row->number);
    if (check->at != 0)
        return journal_board(check->history->journal, row->number, check_files, check);
    struct taken taken = {.check = check};
    const enum error error = taken_by(check, row->number, &taken);
    if (error != ERROR_NONE || (check->at == 0 && taken.named))
        return error;
    return check->at != 0 ? check_taken(check, row->number, &taken)
                          : check->each(check->context, AUDIT_BOARD_MADE, 0);
}

static enum error check_boards(struct check *check)
{
    uint32_t number = 0;
    const uint64_t last = fold_board(check->history->fold, &number);
    check->at = 0;
    enum error error = journal_each_board(check->history->journal, check_board, check);
    const bool made = last > 0 && fold_act(check->history->fold, last)->kind == ACT_BOARD;
    return error == ERROR_NONE && made && check->at < last
               ? check->each(check->context, AUDIT_BOARD_MADE, last)
               : error;
}

/* --- messages --- */

static enum error check_left(struct check *check)
{
    const struct published *published = &check->published;
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < published->n && error == ERROR_NONE; i++) {
        const struct published_message *message = &published->all[i];
        const struct fold_act *act = fold_act(check->history->fold, message->act);
        if (act->kind != ACT_MESSAGE || act->verdict != FOLD_COUNTS)
            error = check->each(check->context, AUDIT_BOARD_MADE, message->by);
        else if ((i > 0 && published->all[i - 1].act == message->act) ||
                 fold_taken_back(check->history->fold, message->act))
            error = check->each(check->context, AUDIT_BOARD_MESSAGES, message->act);
    }
    /* Whether root signed a restored act is asked with the journal. */
    const struct fold_act *blind = fold_act(check->history->fold, published->blind);
    return error == ERROR_NONE && blind != NULL && blind->kind == ACT_BOARD
               ? check->each(check->context, AUDIT_BOARD_MADE, published->blind)
               : error;
}

static enum error check_queued(void *context, const struct journal_queued *queued)
{
    struct check *check = context;
    uint64_t before = check->at;
    const struct fold_act *act = next_act(check, ACT_MESSAGE);
    enum error error = ERROR_NONE;
    for (; act != NULL && check->at < queued->seq && error == ERROR_NONE;
         act = next_act(check, ACT_MESSAGE)) {
        error = check->each(check->context, AUDIT_BOARD_MESSAGES, check->at);
        before = check->at;
    }
    if (error != ERROR_NONE)
        return error;
    if (act == NULL || check->at != queued->seq) {
        check->at = before;
        return check->each(check->context, AUDIT_BOARD_MESSAGES, queued->seq);
    }
    error = queue_open(check->history->keys, queued, check->plain);
    if (error == ERROR_SEAL)
        return check->each(check->context, AUDIT_BOARD_MESSAGES, queued->seq);
    if (error != ERROR_NONE)
        return error == ERROR_KEY_UNFIT ? ERROR_NONE : error;
    return add(&check->entries, 0, check->plain, queued->seq);
}

/* Two entries of one tag do not both leave: which of them is the person's, nobody can tell. */
static enum error check_entries(struct check *check)
{
    enum error error = ERROR_NONE;
    sort(&check->entries);
    for (size_t i = 0; i < check->entries.n && error == ERROR_NONE; i++)
        if (is_again(&check->entries, i) || is_again(&check->entries, i + 1))
            error = check->each(check->context, AUDIT_BOARD_MESSAGES, check->entries.all[i].act);
    return error;
}

static enum error check_queue(struct check *check)
{
    check->at = 0;
    enum error error = journal_each_queued(check->history->journal, check_queued, check);
    while (error == ERROR_NONE && next_act(check, ACT_MESSAGE) != NULL)
        error = check->each(check->context, AUDIT_BOARD_MESSAGES, check->at);
    return error == ERROR_NONE ? check_entries(check) : error;
}

/* --- the whole --- */

static enum error run(struct check *check)
{
    enum error error = published_read(check->history, &check->published);
    if (error == ERROR_NONE)
        error = list_boards(check);
    if (error == ERROR_NONE)
        error = list_arrivals(check);
    if (error == ERROR_NONE)
        error = check_boards(check);
    if (error == ERROR_NONE)
        error = check_left(check);
    return error == ERROR_NONE ? check_queue(check) : error;
}

enum error audit_board_check(struct history *history, audit_board_fn *each, void *context)
{
    struct check check = {.history = history, .each = each, .context = context};
    check.plain = secret_new(ACT_BODY_MAX);
    enum error error = check.plain != NULL ? run(&check) : ERROR_MEMORY;
    published_free(&check.published);
    free(check.boards);
    free(check.arrivals.all);
    free(check.entries.all);
    secret_free(check.plain);
    return error;
}
