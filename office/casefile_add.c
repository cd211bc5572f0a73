/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the office adds to a case, and what it takes back. */
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "complaint/taxonomy.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "office/casefile_parts.h"
#include "office/question.h"
#include "office/queue.h"
#include "office/restored.h"
#include "protocol/segment.h"

/* For each public state, the number of messages a case may reach with one that carries only that
   state. The last number is reserved for the closing, the few before it for texts. */
static const uint64_t messages_max[] = {
    [TAXONOMY_ARRIVED] = ANSWER_COUNT_MAX - 4,
    [TAXONOMY_LOOKING] = ANSWER_COUNT_MAX - 4,
    [TAXONOMY_ANSWERED] = ANSWER_COUNT_MAX - 4,
    [TAXONOMY_CLOSED] = ANSWER_COUNT_MAX,
};
enum { TEXTS_MAX = ANSWER_COUNT_MAX - 1 };

bool casefile_tells(const struct casefile *casefile, uint8_t state)
{
    return casefile_told(casefile) != state && casefile->seen.messages < messages_max[state];
}

/* The key of the first letter that opens, in secret memory, and its commitment. */
struct own_key {
    uint8_t key[KEYSET_KEY_LEN];
    uint8_t commitment[HASH_LEN];
};

struct key_search {
    struct vault *vault;
    struct own_key *own;
};

static enum error try_key(void *context, const struct journal_act *row)
{
    struct key_search *search = context;
    struct act act;
    enum error error = history_open_head(search->vault->keys, row, &act);
    if (error == ERROR_NONE)
        error = fold_is_sealed(search->vault->history.fold, row->seq, row->head_digest,
                               row->body_digest);
    if (error == ERROR_NONE)
        error = item_key(search->vault, search->vault->journal, act.commitment, search->own->key);
    if (error == ERROR_NONE)
        memcpy(search->own->commitment, act.commitment, HASH_LEN);
    return error == ERROR_SEAL || error == ERROR_MALFORMED || error == ERROR_KEY_UNFIT
               ? ERROR_JOURNAL_ROW
               : error;
}

static enum error find_key(const struct casefile *casefile, struct own_key *own)
{
    struct key_search search = {casefile->vault, own};
    const struct fold_case *of_case = NULL;
    enum error error = casefile_find(casefile, &of_case);
    if (error != ERROR_NONE)
        return error;
    const struct fold *fold = casefile->vault->history.fold;
    error = ERROR_JOURNAL_ROW;
    for (uint64_t seq = of_case->first; seq != 0 && error == ERROR_JOURNAL_ROW;
         seq = fold_act(fold, seq)->next)
        if (fold_act(fold, seq)->kind == ACT_LETTER)
            error = journal_act(casefile->vault->journal, seq, try_key, &search);
    return error;
}

static enum error add_message(struct history_batch *batch, const struct keyset *keys,
                              const struct item_case *of_case, uint64_t n,
                              const struct casefile_reply *reply)
{
    const bool text = reply->len > 0;
    if (n > (text ? (uint64_t)TEXTS_MAX : messages_max[reply->state]))
        return text ? ERROR_MESSAGES : ERROR_NONE;
    const struct item_message message = {n, reply->state, reply->asks, reply->text, reply->len};
    return item_add_message(batch, keys, of_case, &message);
}

/* What of a message is known only when its act has a number: where it is queued. */
struct queueing {
    struct vault *vault;
    bool queues;
    uint8_t entry[ANSWER_LEN];
};

static enum error queue_beside(void *context, const struct history_batch *batch)
{
    const struct queueing *queueing = context;
    struct vault *vault = queueing->vault;
    uint8_t sealed[QUEUE_LEN];
    for (size_t i = 0; i < batch->n && queueing->queues; i++) {
        const struct history_act *added = &batch->acts[i];
        if (added->act.kind != ACT_MESSAGE)
            continue;
        enum error error = queue_seal(vault->keys, added->seq, queueing->entry, sealed);
        return error == ERROR_NONE
                   ? journal_add_queued(vault->journal, added->seq, sealed, sizeof sealed)
                   : error;
    }
    return ERROR_NONE;
}

/* The receipt keys of a case, which its letters share, and a message; in secret memory. */
struct sealing {
    struct code_keys keys;
    bool found;
    struct answer answer;
};

static enum error keep_keys(void *context, const struct item *item)
{
    struct sealing *sealing = context;
    if (item->kind == ITEM_LETTER && !sealing->found) {
        item_keys(item->letter, &sealing->keys);
        sealing->found = true;
    }
    return ERROR_NONE;
}

static enum error find_keys(struct casefile *casefile, struct sealing *sealing)
{
    const enum error error = casefile_walk(casefile, keep_keys, sealing);
    return error == ERROR_JOURNAL_ROW && sealing->found ? ERROR_NONE : error;
}

/* The number of the next message. Those under which something was published that was lost with an
   earlier journal stay theirs: no tag ever stands on a board with two texts. */
static enum error next_number(const struct casefile *casefile, const struct sealing *sealing,
                              uint64_t *n)
{
    uint8_t tag[ANSWER_TAG_LEN];
    uint32_t board = 0;
    enum error error = ERROR_NONE;
    *n = casefile->seen.messages + 1;
    if (restored_last(casefile->vault->history.fold) == 0)
        return ERROR_NONE;
    for (; error == ERROR_NONE; ++*n) {
        error = answer_tag(&sealing->keys, *n, tag);
        if (error == ERROR_NONE)
            error = journal_seen(casefile->vault->journal, tag, SEGMENT_ANSWERS, &board);
        if (error == ERROR_NO_ROW)
            return ERROR_NONE;
    }
    return error;
}

static enum error seal_entry(const struct casefile_reply *reply, uint64_t n,
                             struct sealing *sealing, uint8_t entry[ANSWER_LEN])
{
    struct answer *answer = &sealing->answer;
    if (reply->len > ANSWER_TEXT_MAX)
        return ERROR_TEXT_LONG;
    answer->kind = ANSWER_TEXT;
    answer->state = reply->state;
    answer->day = reply->now / DAY_MINUTES;
    answer->len = (uint16_t)reply->len;
    if (reply->len > 0)
        memcpy(answer->text, reply->text, reply->len);
    const enum error error =
        reply->asks ? question_fill(reply->text, reply->len, answer) : ERROR_NONE;
    return error == ERROR_NONE ? answer_seal(&sealing->keys, n, answer, entry) : error;
}

static enum error add_sealed(struct casefile *casefile, struct history_batch *batch,
                             const struct item_case *of_case, const struct casefile_reply *reply,
                             struct sealing *sealing, struct queueing *queueing)
{
    const size_t was = batch->n;
    uint64_t n = 0;
    enum error error = find_keys(casefile, sealing);
    if (error == ERROR_NONE)
        error = next_number(casefile, sealing, &n);
    if (error == ERROR_NONE)
        error = add_message(batch, casefile->vault->keys, of_case, n, reply);
    if (error != ERROR_NONE || batch->n == was)
        return error;
    error = seal_entry(reply, n, sealing, queueing->entry);
    queueing->queues = error == ERROR_NONE;
    return error;
}

/* Adds the message to the batch, and seals its entry for a board, which is queued beside it: so
   publishing opens no case. */
static enum error add_queued(struct casefile *casefile, struct history_batch *batch,
                             const struct item_case *of_case, const struct casefile_reply *reply,
                             struct queueing *queueing)
{
    struct sealing *sealing = secret_new(sizeof *sealing);
    if (sealing == NULL)
        return ERROR_MEMORY;
    queueing->vault = casefile->vault;
    batch->beside = queue_beside;
    batch->context = queueing;
    enum error error = add_sealed(casefile, batch, of_case, reply, sealing, queueing);
    secret_free(sealing);
    return error;
}

static enum error append_note(struct casefile *casefile, const struct item_case *of_case,
                              const char *text, size_t len)
{
    struct history_batch batch = {.n = 0};
    struct vault *vault = casefile->vault;
    enum error error = item_add_note(&batch, vault->keys, of_case, text, len);
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    history_batch_free(&batch);
    return error;
}

static enum error append_reply(struct casefile *casefile, const struct item_case *of_case,
                               const struct casefile_reply *reply)
{
    struct history_batch batch = {.n = 0};
    struct queueing queueing = {.queues = false};
    struct vault *vault = casefile->vault;
    enum error error = ERROR_NONE;
    if (reply->message)
        error = add_queued(casefile, &batch, of_case, reply, &queueing);
    if (error == ERROR_NONE && reply->status != 0)
        error = item_add_status(&batch, vault->keys, of_case, reply->status);
    if (error == ERROR_NONE && batch.n > 0)
        error = history_append(&vault->history, &batch);
    history_batch_free(&batch);
    return error;
}

enum error casefile_reply(struct casefile *casefile, const struct casefile_reply *reply, bool *kept)
{
    struct own_key *own = secret_new(sizeof *own);
    *kept = false;
    if (own == NULL)
        return ERROR_MEMORY;
    const struct item_case of_case = {&casefile->seen, {own->key, own->commitment}, reply->now};
    enum error error = find_key(casefile, own);
    if (error == ERROR_NONE)
        error = append_reply(casefile, &of_case, reply);
    if (error == ERROR_CHANGED && reply->message && reply->len > 0)
        *kept = append_note(casefile, &of_case, reply->text, reply->len) == ERROR_NONE;
    secret_free(own);
    return error;
}

enum error casefile_note(struct casefile *casefile, uint32_t now, const char *text, size_t len)
{
    struct own_key *own = secret_new(sizeof *own);
    if (own == NULL)
        return ERROR_MEMORY;
    const struct item_case of_case = {&casefile->seen, {own->key, own->commitment}, now};
    enum error error = find_key(casefile, own);
    if (error == ERROR_NONE)
        error = append_note(casefile, &of_case, text, len);
    secret_free(own);
    return error;
}

/* --- taking back --- */

/* The act that set the status last, NULL when there is none or it took another back itself. */
static const struct fold_act *last_status(const struct casefile *casefile,
                                          const struct fold_case *of_case, uint64_t *seq)
{
    const struct fold *fold = casefile->vault->history.fold;
    const struct fold_act *last = NULL;
    for (uint64_t at = of_case->first; at != 0; at = fold_act(fold, at)->next) {
        const struct fold_act *act = fold_act(fold, at);
        if (act->field == ACT_CASE_STATE && act->verdict == FOLD_COUNTS) {
            last = act;
            *seq = at;
        }
    }
    return last != NULL && last->kind == ACT_STATE && last->to == casefile->seen.state ? last
                                                                                       : NULL;
}

static enum error add_undone(struct history_batch *batch, const struct casefile *casefile,
                             const struct fold_act *past, uint64_t seq, uint32_t now)
{
    struct act act = {
        .kind = ACT_UNDONE,
        .field = ACT_CASE_STATE,
        .minute = now,
        .from = past->to,
        .to = past->from,
        .answers = seq,
    };
    memcpy(act.subject, casefile->seen.handle, sizeof act.subject);
    return history_batch_add(batch, casefile->vault->keys, &act, NULL, NULL, NULL);
}

/* The person is told when what they see changes back. */
enum error casefile_undo(struct casefile *casefile, uint32_t now)
{
    struct history_batch batch = {.n = 0};
    struct queueing queueing = {.queues = false};
    struct vault *vault = casefile->vault;
    const struct item_case of_case = {.seen = &casefile->seen, .now = now};
    const struct fold_case *found = NULL;
    uint64_t seq = 0;
    enum error error = casefile_find(casefile, &found);
    if (error != ERROR_NONE)
        return error;
    const struct fold_act *past = last_status(casefile, found, &seq);
    const struct taxonomy_status *back =
        past != NULL ? taxonomy_status_numbered((uint8_t)past->from) : NULL;
    if (back == NULL)
        return ERROR_NO_UNDO;
    error = add_undone(&batch, casefile, past, seq, now);
    if (error == ERROR_NONE && back->public_state != casefile_told(casefile)) {
        const struct casefile_reply tell = {
            .now = now, .message = true, .state = (uint8_t)back->public_state};
        error = add_queued(casefile, &batch, &of_case, &tell, &queueing);
    }
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    history_batch_free(&batch);
    return error;
}
