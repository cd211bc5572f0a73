/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Messages that wait for a board: sealed, opened and planned. */
#include "office/queue.h"

#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/grow.h"
#include "base/wire.h"
#include "office/published.h"
#include "protocol/segment.h"

/* --- sealing --- */

enum { AAD_LEN = HASH_LEN + 8 };

static void fill_aad(const struct keyset *keys, uint64_t act, uint8_t aad[AAD_LEN])
{
    memcpy(aad, keys->office, HASH_LEN);
    wire_put64(aad + HASH_LEN, act);
}

enum error queue_seal(const struct keyset *keys, uint64_t act, const uint8_t entry[ANSWER_LEN],
                      uint8_t sealed[QUEUE_LEN])
{
    const struct keyset_generation *newest = keyset_newest(keys, KEYSET_REGISTER);
    uint8_t aad[AAD_LEN];
    if (newest == NULL)
        return ERROR_KEY_UNFIT;
    fill_aad(keys, act, aad);
    wire_put32(sealed, newest->generation);
    const struct box box = {newest->queue, aad, sizeof aad};
    return box_seal(&box, entry, ANSWER_LEN, sealed + 4);
}

enum error queue_open(const struct keyset *keys, const struct journal_queued *queued,
                      uint8_t entry[ANSWER_LEN])
{
    uint8_t aad[AAD_LEN];
    if (queued->len != QUEUE_LEN)
        return ERROR_SEAL;
    const struct keyset_generation *generation =
        keyset_find(keys, KEYSET_REGISTER, wire_get32(queued->sealed));
    if (generation == NULL)
        return ERROR_KEY_UNFIT;
    fill_aad(keys, queued->seq, aad);
    const struct box box = {generation->queue, aad, sizeof aad};
    return box_open(&box, queued->sealed + 4, QUEUE_LEN - 4, entry);
}

/* --- which board takes which --- */

/* What a board to come holds so far. */
struct load {
    uint32_t all;
    uint32_t textless;
};

/* Of one case: the board that takes its last message, and how many of it that board has. */
struct turn {
    uint32_t board;
    uint32_t taken;
};

struct plan {
    struct vault *vault;
    struct queue *queue;
    uint32_t answers;
    struct load *loads; /* loads[board] */
    size_t load_count, load_room;
    struct turn *turns; /* by case */
    uint32_t first[2];  /* boards before are full: for messages without a text, and with one */
    uint8_t (*tags)[SEGMENT_TAG_LEN]; /* of the messages so far, with room for all */
    size_t tag_count;
    void *tree;                /* of them, for tsearch */
    uint8_t entry[ANSWER_LEN]; /* of the message that is being taken */
    bool damaged;
};

static bool has_room(const struct plan *plan, uint32_t board, bool text)
{
    if (board >= plan->load_count)
        return true;
    const struct load *load = &plan->loads[board];
    return load->all < plan->answers && (text || load->textless < plan->answers / 4);
}

/* The first board from `board` on that has room; what comes later finds none before it either. */
static uint32_t find_board(struct plan *plan, uint32_t board, bool text)
{
    while (!has_room(plan, plan->first[text], text))
        plan->first[text]++;
    if (board < plan->first[text])
        board = plan->first[text];
    while (!has_room(plan, board, text))
        board++;
    return board;
}

static enum error load_board(struct plan *plan, uint32_t board, bool text)
{
    while (plan->load_count <= board) {
        enum error error = GROW(plan->loads, plan->load_count, 1, plan->load_room);
        if (error != ERROR_NONE)
            return error;
        plan->loads[plan->load_count++] = (struct load){0, 0};
    }
    plan->loads[board].all++;
    plan->loads[board].textless += !text;
    return ERROR_NONE;
}

static enum error place(struct plan *plan, const struct journal_queued *queued, struct turn *turn)
{
    struct queue *queue = plan->queue;
    const uint32_t after = turn->board + (turn->taken == SEGMENT_CASE_MAX);
    const uint32_t board = find_board(plan, after, queued->has_text);
    enum error error = GROW(queue->all, queue->n, 1, queue->room);
    if (error == ERROR_NONE)
        error = load_board(plan, board, queued->has_text);
    if (error != ERROR_NONE)
        return error;
    turn->taken = board == turn->board ? turn->taken + 1 : 1;
    turn->board = board;
    queue->all[queue->n++] = (struct queue_item){queued->seq, board};
    queue->boards = board > queue->boards ? board : queue->boards;
    if (board == 1)
        memcpy(queue->entries[queue->entry_count++], plan->entry, sizeof plan->entry);
    return ERROR_NONE;
}

/* --- what may leave --- */

static int compare_tags(const void *a, const void *b)
{
    return memcmp(a, b, SEGMENT_TAG_LEN);
}

/* A segment that has a tag twice is none: whoever queued such entries would stop every board.
   ERROR_SEAL for the second. */
static enum error keep_tag(struct plan *plan)
{
    void *tag = plan->tags[plan->tag_count];
    memcpy(tag, plan->entry, SEGMENT_TAG_LEN);
    void *const *const there = tsearch(tag, &plan->tree, compare_tags);
    if (there == NULL)
        return ERROR_MEMORY;
    if (*there != tag)
        return ERROR_SEAL;
    plan->tag_count++;
    return ERROR_NONE;
}

/* The tree owns no tag, and tdestroy asks for a function all the same. */
static void free_nothing(void *tag)
{
}

/* It is opened before it has a place, so that nothing that cannot leave keeps answers waiting. */
static enum error take_row(void *context, const struct journal_queued *queued)
{
    struct plan *plan = context;
    const struct fold_act *act = fold_act(plan->vault->history.fold, queued->seq);
    enum error error = queue_open(plan->vault->keys, queued, plan->entry);
    if (error == ERROR_NONE)
        error = keep_tag(plan);
    return error == ERROR_NONE ? place(plan, queued, &plan->turns[act->place]) : error;
}

/* Of a message that no board took; one that may be on a board whose act does not open is left out.
 */
static enum error take_message(struct plan *plan, const struct published *published, uint64_t seq)
{
    const struct fold_act *act = fold_act(plan->vault->history.fold, seq);
    enum error error = seq > published->blind
                           ? journal_queued(plan->vault->journal, seq, take_row, plan)
                           : ERROR_NO_ROW;
    if (error != ERROR_NO_ROW && error != ERROR_SEAL && error != ERROR_KEY_UNFIT)
        return error;
    vault_note_damage(plan->vault, act->place + 1, seq, act->to);
    plan->damaged = true;
    return ERROR_NONE;
}

static enum error take_messages(struct plan *plan, const struct published *published)
{
    const struct fold *fold = plan->vault->history.fold;
    enum error error = ERROR_NONE;
    for (uint64_t seq = 1; seq <= fold_last(fold) && error == ERROR_NONE; seq++) {
        const struct fold_act *act = fold_act(fold, seq);
        if (act->kind == ACT_MESSAGE && act->verdict == FOLD_COUNTS && act->place != FOLD_NOWHERE &&
            published_find(published, seq) == NULL && !fold_taken_back(fold, seq))
            error = take_message(plan, published, seq);
    }
    return error;
}

enum error queue_read(struct vault *vault, uint32_t answers, struct queue *queue)
{
    const size_t cases = fold_case_count(vault->history.fold);
    struct published published = {.all = NULL};
    struct plan plan = {.vault = vault, .queue = queue, .answers = answers, .first = {1, 1}};
    *queue = (struct queue){.entries = calloc(answers + 1, sizeof *queue->entries)};
    plan.turns = calloc(cases + 1, sizeof *plan.turns);
    plan.tags = calloc(fold_last(vault->history.fold) + 1, sizeof *plan.tags);
    enum error error = queue->entries != NULL && plan.turns != NULL && plan.tags != NULL
                           ? ERROR_NONE
                           : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = published_read(&vault->history, &published);
    if (error == ERROR_NONE)
        error = take_messages(&plan, &published);
    published_free(&published);
    tdestroy(plan.tree, free_nothing);
    free(plan.tags);
    free(plan.turns);
    free(plan.loads);
    if (error != ERROR_NONE)
        queue_free(queue);
    return error == ERROR_NONE && plan.damaged ? ERROR_JOURNAL_ROW : error;
}

void queue_free(struct queue *queue)
{
    free(queue->all);
    free(queue->entries);
    *queue = (struct queue){.all = NULL};
}
