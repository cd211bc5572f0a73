/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One chunk of a bundle: its letters are opened and sealed by any thread, then written by one, with
   the import act that says what was taken. */
#include "office/import_parts.h"

#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/secret.h"
#include "office/published.h"

void import_row(const struct import_source *source, const struct record *record,
                struct journal_record *row)
{
    const uint32_t latest = contact_latest_day(source->import->now);
    *row = (struct journal_record){.seq = record->seq};
    memcpy(row->kiosk, source->card.kiosk, sizeof row->kiosk);
    memcpy(row->hash, record->hash, sizeof row->hash);
    memcpy(row->previous, record->previous, sizeof row->previous);
    row->day = record->day < latest ? record->day : latest;
}

/* --- opening and sealing --- */

static enum error open_record(const struct import_chunk *chunk, struct import_record *taken,
                              uint8_t *letter)
{
    const struct import_source *source = chunk->source;
    const struct item_source from = {&source->card, &taken->record, source->import->now,
                                     source->import->vault->charter.number};
    bool opened = false;
    enum error error = opening_none(chunk->keys, &from, &taken->opening);
    if (error == ERROR_NONE)
        error = opening_envelope(chunk->keys, taken->record.envelope, letter, &opened);
    if (error == ERROR_NONE && opened)
        error = opening_file(&taken->sealed, chunk->keys, &from, letter, &taken->opening);
    return error;
}

void import_open(void *chunk, size_t i)
{
    struct import_chunk *whole = chunk;
    struct import_record *taken = &whole->records[i];
    uint8_t *letter = secret_new(LETTER_LEN);
    taken->error = letter != NULL ? open_record(whole, taken, letter) : ERROR_MEMORY;
    secret_free(letter);
    memcpy(taken->row.tag, taken->opening.tag, sizeof taken->row.tag);
    taken->row.flags =
        (uint8_t)((taken->opening.outcome == OPENING_UNREADABLE ? JOURNAL_UNREADABLE : 0) |
                  (taken->opening.misplaced ? JOURNAL_MISPLACED : 0));
}

void import_chunk_free(struct import_chunk *chunk)
{
    if (chunk == NULL)
        return;
    for (size_t i = 0; i < chunk->n; i++)
        history_batch_free(&chunk->records[i].sealed);
    free(chunk);
}

/* --- what is known of the kiosk --- */

static enum error compare(void *context, const struct contact *contact,
                          const struct contact_state *state)
{
    struct import_source *source = context;
    struct contact mine = source->contact;
    mine.flags |= CONTACT_LAST;
    source->said = source->said || contact_equal(contact, &mine);
    return ERROR_NONE;
}

/* An act that does not open is named elsewhere, and keeps no letter out. */
enum error import_follow(struct import_source *source)
{
    enum error error =
        contact_fold(source->import->vault, source->card.kiosk, &source->state, compare, source);
    return error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
}

static enum error name_own(void *context, const struct journal_board *row)
{
    struct misfit_head *own = context;
    const struct hash_part part = {row->head.bytes, row->head.len};
    own->charter = row->charter;
    own->number = row->number;
    return hash_sha256(own->hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* What the office finds itself has a place in any case: who has the kiosk's key can fill all of
   them. */
static void add_own(struct misfit_list *list, const struct misfit *misfit)
{
    if (list->n == MISFIT_MAX && !misfit_has(list, misfit))
        list->n--;
    misfit_add(list, misfit);
}

/* The office's own head of a number, by the signed act that made it: a row of the database is asked
   only for the number of its charter, and for boards that a restored office took over. An act that
   does not open, so that no board is held against it, is noted in vault->damage. */
static enum error find_own(struct vault *vault, uint32_t number, struct misfit_head *own)
{
    struct published_board board;
    const uint64_t seq = fold_board_act(vault->history.fold, number);
    enum error error = journal_head(vault->journal, number, name_own, own);
    if (seq == 0 ||
        (error != ERROR_NONE && error != ERROR_NO_ROW && error != ERROR_JOURNAL_CORRUPT))
        return error;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    if (plain == NULL)
        return ERROR_MEMORY;
    error = published_act(&vault->history, seq, plain, &board);
    if (error == ERROR_JOURNAL_ROW || error == ERROR_MALFORMED)
        vault_note_damage(vault, 0, seq, 0);
    if (error == ERROR_NONE) {
        own->number = number;
        memcpy(own->hash, board.hash, sizeof own->hash);
    }
    secret_free(plain);
    return error;
}

/* A board that is damaged, or that the office does not know, keeps no letter out. */
enum error import_compare_board(struct import_source *source)
{
    struct misfit misfit = {.had = source->bundle.board};
    if (misfit.had.number == 0)
        return ERROR_NONE;
    const enum error error = find_own(source->import->vault, misfit.had.number, &misfit.came);
    if (error == ERROR_NONE &&
        memcmp(misfit.had.hash, misfit.came.hash, sizeof misfit.had.hash) != 0)
        add_own(&source->contact.misfits, &misfit);
    switch (error) {
    case ERROR_NO_ROW:
    case ERROR_JOURNAL_CORRUPT:
    case ERROR_JOURNAL_ROW:
    case ERROR_MALFORMED:
        return ERROR_NONE;
    default:
        return error;
    }
}

/* --- writing --- */

struct writing {
    struct import_chunk *chunk;
    struct contact contact; /* of this chunk */
    bool has_act;
    size_t act; /* the import act's place in the batch */
    bool rolled_back;
    bool misfit; /* it tells of a board that does not fit */
};

/* Whether the chunk says anything that the journal lacks. */
static bool is_news(const struct writing *writing)
{
    const struct import_source *source = writing->chunk->source;
    return writing->contact.taken > 0 ||
           (!source->said && contact_tells(&source->state, &writing->contact));
}

static void fill_contact(struct writing *writing, size_t taken)
{
    const struct import_source *source = writing->chunk->source;
    struct contact *contact = &writing->contact;
    *contact = source->contact;
    contact->taken = (uint32_t)taken;
    contact->flags |= writing->chunk->last ? CONTACT_LAST : 0;
    contact->flags |= taken > 0 || source->brings_new ? CONTACT_BRINGS : 0;
}

/* The board stands in the head, too: what is higher than any that the office made is found without
   a body. */
static enum error add_import(struct writing *writing, struct history_batch *batch)
{
    const struct import_source *source = writing->chunk->source;
    const struct contact *contact = &writing->contact;
    uint8_t body[CONTACT_LEN];
    const struct act_content content = {.head = body, .head_len = sizeof body};
    struct contact_state after = source->state;
    struct act act = {
        .kind = ACT_IMPORT,
        .minute = source->import->now,
        .to = contact_counts(contact) ? contact->board : 0,
    };
    memcpy(act.subject, source->card.kiosk, CARD_KIOSK_LEN);
    contact_take(&after, contact, source->import->now / DAY_MINUTES);
    writing->misfit = contact_brings_misfit(&source->state, contact);
    writing->rolled_back = after.rollbacks > source->state.rollbacks;
    contact_encode(contact, body);
    writing->has_act = true;
    writing->act = batch->n;
    return history_batch_add(batch, source->import->vault->keys, &act, NULL, &content, NULL);
}

/* ERROR_NONE when a record has this tag, of the journal or among the n before this one. */
static enum error is_held(struct journal *journal, const struct journal_record *const *before,
                          size_t n, const uint8_t *tag)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(before[i]->tag, tag, JOURNAL_TAG_LEN) == 0)
            return ERROR_NONE;
    return journal_has_tag(journal, tag);
}

/* A letter that was sealed, or sent, twice has the tag of the first record, also under another
   charter: nobody learns that from a board, and its writer finds the first. */
static enum error settle_tag(struct journal *journal, const struct journal_record *const *before,
                             size_t n, struct import_record *one)
{
    const struct opening *opening = &one->opening;
    enum error held = is_held(journal, before, n, one->row.tag);
    for (size_t i = 0; i < opening->earlier_count && held == ERROR_NO_ROW; i++)
        held = is_held(journal, before, n, opening->earlier[i]);
    if (held == ERROR_NONE)
        memcpy(one->row.tag, opening->spare, sizeof one->row.tag);
    return held == ERROR_NO_ROW ? ERROR_NONE : held;
}

/* Whether the envelope of a letter came before, in a record of the journal or of this chunk, as
   fold_has_letter. */
static bool is_replay(const struct import_chunk *chunk, size_t i)
{
    const struct opening *opening = &chunk->records[i].opening;
    const struct fold *fold = chunk->source->import->vault->history.fold;
    if (opening->outcome != OPENING_FILED)
        return false;
    bool came = fold_has_letter(fold, opening->handle, opening->mark, opening->misplaced);
    for (size_t k = 0; k < i && !came; k++) {
        const struct opening *before = &chunk->records[k].opening;
        came = !chunk->records[k].held && before->outcome == OPENING_FILED &&
               before->mark == opening->mark && (opening->misplaced || !before->misplaced) &&
               memcmp(before->handle, opening->handle, sizeof before->handle) == 0;
    }
    return came;
}

/* Whether an act says that messages were seen of a case that there is not, nor comes with a letter
   before it. Who made it has seen none, and it would spoil the whole transaction. */
static bool is_of_no_case(const struct fold *fold, const struct history_batch *batch, size_t at)
{
    const struct act *act = &batch->acts[at].act;
    bool is = act->kind == ACT_SEEN && fold_case_of(fold, act->subject) == NULL;
    for (size_t i = 0; i < at && is; i++) {
        const struct history_act *before = &batch->acts[i];
        is = before->left_out || before->act.kind != ACT_LETTER ||
             memcmp(before->act.subject, act->subject, sizeof act->subject) != 0;
    }
    return is;
}

/* Leaves out what somebody else took since it was chosen, and says what is left. */
static enum error before(void *context, struct history_batch *batch)
{
    struct writing *writing = context;
    struct import_chunk *chunk = writing->chunk;
    const struct fold *fold = chunk->source->import->vault->history.fold;
    const struct journal_record *taken[IMPORT_CHUNK_MAX];
    size_t n = 0;
    for (size_t i = 0; i < chunk->n; i++) {
        struct import_record *one = &chunk->records[i];
        enum error held = journal_has_record(chunk->source->import->vault->journal, &one->row);
        if (held != ERROR_NONE && held != ERROR_NO_ROW)
            return held;
        one->held = held == ERROR_NONE;
        one->replay = is_replay(chunk, i);
        for (size_t k = 0; k < one->acts; k++)
            batch->acts[one->at + k].left_out =
                one->held || one->replay || is_of_no_case(fold, batch, one->at + k);
        if (one->held)
            continue;
        held = settle_tag(chunk->source->import->vault->journal, taken, n, one);
        if (held != ERROR_NONE)
            return held;
        taken[n++] = &one->row;
    }
    fill_contact(writing, n);
    enum error error = import_follow(chunk->source);
    if (error == ERROR_NONE)
        error = contact_digest(taken, n, writing->contact.digest);
    return error == ERROR_NONE && is_news(writing) ? add_import(writing, batch) : error;
}

static enum error beside(void *context, const struct history_batch *batch)
{
    const struct writing *writing = context;
    struct import_chunk *chunk = writing->chunk;
    struct journal *journal = chunk->source->import->vault->journal;
    if (!writing->has_act)
        return ERROR_NONE;
    enum error error = journal_add_kiosk(journal, chunk->source->card.kiosk);
    for (size_t i = 0; i < chunk->n && error == ERROR_NONE; i++) {
        struct import_record *one = &chunk->records[i];
        const bool unreadable = one->opening.outcome == OPENING_UNREADABLE;
        one->row.act = batch->acts[writing->act].seq;
        if (!one->held)
            error = journal_add_record(journal, &one->row, unreadable ? one->record.envelope : NULL,
                                       ENVELOPE_LEN);
    }
    return error == ERROR_NONE ? journal_advance(journal, chunk->source->card.kiosk) : error;
}

/* Puts the acts of all records into one batch, with room for the import act. */
static enum error gather(struct import_chunk *chunk, struct history_batch *batch)
{
    size_t room = 1;
    for (size_t i = 0; i < chunk->n; i++) {
        if (chunk->records[i].error != ERROR_NONE)
            return chunk->records[i].error;
        room += chunk->records[i].sealed.n;
    }
    batch->acts = calloc(room, sizeof *batch->acts);
    if (batch->acts == NULL)
        return ERROR_MEMORY;
    batch->room = room;
    for (size_t i = 0; i < chunk->n; i++) {
        struct import_record *one = &chunk->records[i];
        one->at = batch->n;
        one->acts = one->sealed.n;
        if (one->acts > 0)
            memcpy(batch->acts + one->at, one->sealed.acts, one->acts * sizeof *batch->acts);
        batch->n += one->acts;
        free(one->sealed.acts);
        one->sealed = (struct history_batch){.acts = NULL};
    }
    return ERROR_NONE;
}

/* A case is new when the letter is its first act. */
static void count_filed(const struct import_record *one, const struct history_batch *batch,
                        const struct fold *fold, struct import_report *report)
{
    const struct fold_case *of_case = fold_case_of(fold, one->opening.handle);
    const bool fresh = of_case != NULL && of_case->first == batch->acts[one->at].seq;
    report->complaints += fresh;
    report->joined += !fresh;
}

static void count(const struct writing *writing, const struct history_batch *batch)
{
    struct import_source *source = writing->chunk->source;
    const struct fold *fold = source->import->vault->history.fold;
    struct import_report *report = &source->import->report;
    for (size_t i = 0; i < writing->chunk->n; i++) {
        const struct import_record *one = &writing->chunk->records[i];
        source->held += one->held;
        if (one->held)
            continue;
        report->records++;
        report->misplaced += one->opening.misplaced;
        report->covers += one->opening.outcome == OPENING_COVER;
        report->seen += one->opening.outcome == OPENING_SEEN;
        report->unreadable += one->opening.outcome == OPENING_UNREADABLE;
        report->replays += one->replay;
        if (one->opening.outcome == OPENING_FILED && !one->replay)
            count_filed(one, batch, fold, report);
    }
    report->rollbacks += writing->rolled_back;
    report->misfits += writing->misfit;
    source->brings_new = source->brings_new || writing->contact.taken > 0;
}

static enum error append(struct writing *writing)
{
    struct history_batch batch = {.before = before, .beside = beside, .context = writing};
    enum error error = gather(writing->chunk, &batch);
    if (error == ERROR_NONE)
        error = history_append(&writing->chunk->source->import->vault->history, &batch);
    if (error == ERROR_NONE)
        count(writing, &batch);
    history_batch_free(&batch);
    return error;
}

enum error import_write(struct import_chunk *chunk)
{
    struct writing writing = {.chunk = chunk};
    if (chunk->n > 0)
        return append(&writing);
    enum error error = import_follow(chunk->source);
    fill_contact(&writing, 0);
    return error == ERROR_NONE && is_news(&writing) ? append(&writing) : error;
}
