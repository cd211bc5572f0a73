/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case: loaded once, walked as often as needed, and what the office adds to it. */
#include "office/casefile.h"

#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "complaint/taxonomy.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "office/question.h"
#include "office/queue.h"
#include "protocol/segment.h"

/* --- over the acts --- */

struct pass {
    struct vault *vault;
    struct item_reader *reader;
    item_fn *each;
    void *context;
    bool damaged;
};

static enum error visit(struct pass *pass, uint64_t case_id, uint64_t seq)
{
    struct item item;
    enum error error = item_read(pass->reader, seq, &item);
    if (error == ERROR_NONE)
        error = pass->each(pass->context, &item);
    if (error != ERROR_JOURNAL_ROW)
        return error;
    vault_note_damage(pass->vault, case_id, seq, item.n);
    pass->damaged = true;
    return ERROR_NONE;
}

static enum error visit_case(struct pass *pass, uint64_t case_id)
{
    const struct fold *fold = pass->vault->history.fold;
    enum error error = ERROR_NONE;
    for (uint64_t seq = fold_case(fold, case_id)->first; seq != 0 && error == ERROR_NONE;
         seq = fold_act(fold, seq)->next)
        error = visit(pass, case_id, seq);
    return error;
}

/* Visits every act of the cases first to last. ERROR_JOURNAL_ROW: all but the damaged ones. */
static enum error run(struct pass *pass, uint64_t first, uint64_t last)
{
    enum error error = item_reader_new(pass->vault, pass->vault->journal, &pass->reader);
    for (uint64_t id = first; id <= last && error == ERROR_NONE; id++)
        error = visit_case(pass, id);
    item_reader_free(&pass->reader);
    return error == ERROR_NONE && pass->damaged ? ERROR_JOURNAL_ROW : error;
}

enum error casefile_each(struct vault *vault, item_fn *each, void *context)
{
    struct pass pass = {.vault = vault, .each = each, .context = context};
    return run(&pass, 1, fold_case_count(vault->history.fold));
}

/* --- one case --- */

/* An item kept in memory, followed by the data it points to. */
struct kept {
    struct kept *next;
    struct item item;
    struct letter letter;
    char bytes[];
};

/* In secret_new memory. */
struct casefile {
    struct vault *vault;
    struct fold_case seen; /* as it was loaded */
    bool training;
    bool damaged;
    bool too_long; /* nothing is kept */
    struct kept *first;
    struct kept *last;
    size_t size; /* of all that is kept */
};

static void drop_items(struct casefile *casefile)
{
    while (casefile->first != NULL) {
        struct kept *next = casefile->first->next;
        secret_free(casefile->first);
        casefile->first = next;
    }
    casefile->last = NULL;
}

/* Size of the data an item points to. */
static size_t bytes_of(const struct item *item)
{
    return item->kind == ITEM_LETTER
               ? CARD_KIOSK_LEN + item->letter->text_len + item->letter->name_len
               : item->len;
}

static const char *copy(char **to, const void *from, size_t len)
{
    const char *start = *to;
    if (len > 0)
        memcpy(*to, from, len);
    *to += len;
    return start;
}

static void fill(struct kept *kept, const struct item *item)
{
    char *to = kept->bytes;
    kept->item = *item;
    if (item->kind != ITEM_LETTER) {
        kept->item.text = copy(&to, item->text, item->len);
        return;
    }
    kept->letter = *item->letter;
    kept->letter.text = copy(&to, item->letter->text, item->letter->text_len);
    kept->letter.name = copy(&to, item->letter->name, item->letter->name_len);
    kept->item.letter = &kept->letter;
    kept->item.kiosk = (const uint8_t *)copy(&to, item->kiosk, CARD_KIOSK_LEN);
}

/* Once the limit is reached, everything kept so far is dropped as well. */
static enum error keep_item(void *context, const struct item *item)
{
    struct casefile *casefile = context;
    const size_t size = sizeof(struct kept) + bytes_of(item);
    if (casefile->too_long)
        return ERROR_NONE;
    casefile->size += size;
    struct kept *kept = casefile->size <= CASEFILE_KEPT_MAX ? secret_new(size) : NULL;
    if (kept == NULL) {
        drop_items(casefile);
        casefile->too_long = true;
        return ERROR_NONE;
    }
    fill(kept, item);
    if (casefile->last != NULL)
        casefile->last->next = kept;
    else
        casefile->first = kept;
    casefile->last = kept;
    return ERROR_NONE;
}

enum error casefile_load(struct vault *vault, uint64_t case_id, struct casefile **out)
{
    struct casefile *casefile = *out = NULL;
    enum error error = history_follow(&vault->history);
    if (error != ERROR_NONE)
        return error;
    const struct fold_case *seen = fold_case(vault->history.fold, case_id);
    if (seen == NULL)
        return ERROR_CASE;
    casefile = *out = secret_new(sizeof *casefile);
    if (casefile == NULL)
        return ERROR_MEMORY;
    casefile->vault = vault;
    casefile->seen = *seen;
    casefile->training = fold_training(vault->history.fold);
    struct pass pass = {.vault = vault, .each = keep_item, .context = casefile};
    error = run(&pass, case_id, case_id);
    casefile->damaged = pass.damaged;
    if (error == ERROR_NONE || error == ERROR_JOURNAL_ROW)
        return ERROR_NONE;
    casefile_free(out);
    return error;
}

void casefile_free(struct casefile **casefile)
{
    if (*casefile == NULL)
        return;
    drop_items(*casefile);
    secret_free(*casefile);
    *casefile = NULL;
}

const struct fold_case *casefile_seen(const struct casefile *casefile)
{
    return &casefile->seen;
}

uint8_t casefile_told(const struct casefile *casefile)
{
    return casefile->seen.told != 0 ? casefile->seen.told : TAXONOMY_ARRIVED;
}

bool casefile_training(const struct casefile *casefile)
{
    return casefile->training;
}

/* The case as the history has it by now. What the casefile saw may stand no longer: the history may
   have been made anew since, without an act that turned out to be forged, and cases then have other
   numbers; or it could not be read to its end. ERROR_CASE when there is none any more, errors of
   history_follow. */
static enum error find_case(const struct casefile *casefile, const struct fold_case **found)
{
    struct history *history = &casefile->vault->history;
    enum error error = history_follow(history);
    if (error != ERROR_NONE)
        return error;
    *found = fold_case_of(history->fold, casefile->seen.handle);
    return *found != NULL ? ERROR_NONE : ERROR_CASE;
}

static enum error walk_again(struct casefile *casefile, item_fn *each, void *context)
{
    struct pass pass = {.vault = casefile->vault, .each = each, .context = context};
    const struct fold_case *of_case = NULL;
    enum error error = find_case(casefile, &of_case);
    return error == ERROR_NONE ? run(&pass, of_case->number, of_case->number) : error;
}

enum error casefile_walk(struct casefile *casefile, item_fn *each, void *context)
{
    if (casefile->too_long)
        return walk_again(casefile, each, context);
    for (const struct kept *kept = casefile->first; kept != NULL; kept = kept->next) {
        enum error error = each(context, &kept->item);
        if (error != ERROR_NONE)
            return error;
    }
    return casefile->damaged ? ERROR_JOURNAL_ROW : ERROR_NONE;
}

/* --- what the office adds --- */

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
    enum error error = find_case(casefile, &of_case);
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
    for (*n = casefile->seen.messages + 1; error == ERROR_NONE; ++*n) {
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
    enum error error = find_case(casefile, &found);
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
