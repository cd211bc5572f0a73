/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The view: packed and sealed, opened and held against the journal. */
#include "office/view.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/utf8.h"
#include "base/grow.h"
#include "base/wire.h"
#include "crypto/box.h"

static const char magic[] = "SANDYQV1";

/* It is written when it lacks so many acts or rows. */
enum { WORTH = 256 };

enum {
    VIEW_MAX = 1 << 30,
    AAD_LEN = FILE_MAGIC_LEN + HASH_LEN + 4,
    START_LEN = HASH_LEN + 8 + HASH_LEN + 8,
    FAULT_LEN = 1 + 8 + 8,
    ONE_LEN = 8 + SIGNATURE_PUBLIC_LEN + HASH_LEN + SIGNATURE_LEN,
    AT_CATEGORY = 1,
    AT_FACILITY = AT_CATEGORY + 2,
    AT_LANGUAGE = AT_FACILITY + 15,
    AT_DAY = AT_LANGUAGE + 2,
    ROW_LEN = AT_DAY + 4,
};

static void fill_aad(const struct view *view, uint8_t aad[AAD_LEN])
{
    memcpy(aad, magic, FILE_MAGIC_LEN);
    memcpy(aad + FILE_MAGIC_LEN, view->history->keys->office, HASH_LEN);
    wire_put32(aad + FILE_MAGIC_LEN + HASH_LEN, view->history->keys->officer);
}

/* --- rows --- */

void view_end(struct view *view)
{
    free(view->rows);
    *view = (struct view){.history = view->history, .home = view->home};
}

enum error view_cover(struct view *view)
{
    const size_t n = fold_case_count(view->history->fold);
    if (view->anew != view->history->anew) {
        view->row_count = 0;
        view->anew = view->history->anew;
    }
    if (n > view->row_count &&
        GROW(view->rows, view->row_count, n - view->row_count, view->row_room) != ERROR_NONE)
        return ERROR_MEMORY;
    if (n > view->row_count)
        memset(view->rows + view->row_count, 0, (n - view->row_count) * sizeof *view->rows);
    view->row_count = n;
    return ERROR_NONE;
}

static size_t known_rows(const struct view *view)
{
    size_t n = 0;
    for (size_t i = 0; i < view->row_count; i++)
        n += view->rows[i].known;
    return n;
}

static void put_row(const struct view_row *row, uint8_t *out)
{
    out[0] = row->known;
    memcpy(out + AT_CATEGORY, row->category, 2);
    memcpy(out + AT_FACILITY, row->facility, 15);
    memcpy(out + AT_LANGUAGE, row->language, 2);
    wire_put32(out + AT_DAY, row->day);
}

/* False for what no letter says. */
static bool get_row(const uint8_t *in, struct view_row *row)
{
    *row = (struct view_row){.known = in[0] != 0, .day = wire_get32(in + AT_DAY)};
    memcpy(row->category, in + AT_CATEGORY, 2);
    memcpy(row->facility, in + AT_FACILITY, 15);
    memcpy(row->language, in + AT_LANGUAGE, 2);
    return utf8_valid(row->category, strlen(row->category)) &&
           utf8_valid(row->facility, strlen(row->facility)) &&
           utf8_valid(row->language, strlen(row->language));
}

/* --- to bytes --- */

static size_t left_of(const struct history *history, const struct signatures_one **left)
{
    size_t n = 0;
    *left = NULL;
    if (history->signatures != NULL)
        *left = signatures_left(history->signatures, &n);
    return n;
}

static uint8_t *put_history(const struct history *history, uint8_t *out)
{
    const struct signatures_one *left = NULL;
    const size_t n = left_of(history, &left);
    memcpy(out, history->first, HASH_LEN);
    wire_put64(out + 32, history->txn);
    memcpy(out + 40, history->next, HASH_LEN);
    wire_put64(out + 72, history->lost);
    out += START_LEN;
    wire_put32(out, (uint32_t)history->fault_count);
    out += 4;
    for (size_t i = 0; i < history->fault_count; i++, out += FAULT_LEN) {
        out[0] = (uint8_t)history->faults[i].kind;
        wire_put64(out + 1, history->faults[i].txn);
        wire_put64(out + 9, history->faults[i].seq);
    }
    wire_put32(out, (uint32_t)n);
    out += 4;
    for (size_t i = 0; i < n; i++, out += ONE_LEN) {
        wire_put64(out, left[i].txn);
        memcpy(out + 8, left[i].by, SIGNATURE_PUBLIC_LEN);
        memcpy(out + 8 + SIGNATURE_PUBLIC_LEN, left[i].hash, HASH_LEN);
        memcpy(out + 8 + SIGNATURE_PUBLIC_LEN + HASH_LEN, left[i].signature, SIGNATURE_LEN);
    }
    return out;
}

static uint8_t *pack(const struct view *view, size_t *len)
{
    const struct history *history = view->history;
    const struct signatures_one *left = NULL;
    const size_t rows = view->anew == history->anew ? view->row_count : 0;
    *len = START_LEN + 4 + history->fault_count * FAULT_LEN + 4 +
           left_of(history, &left) * ONE_LEN + 4 + rows * ROW_LEN + fold_size(history->fold);
    uint8_t *plain = malloc(*len);
    if (plain == NULL)
        return NULL;
    uint8_t *out = put_history(history, plain);
    wire_put32(out, (uint32_t)rows);
    out += 4;
    for (size_t i = 0; i < rows; i++, out += ROW_LEN)
        put_row(&view->rows[i], out);
    fold_pack(history->fold, out);
    return plain;
}

static void seal_and_write(struct view *view)
{
    uint8_t aad[AAD_LEN];
    size_t len = 0;
    const struct box box = {view->history->keys->view, aad, sizeof aad};
    fill_aad(view, aad);
    uint8_t *plain = pack(view, &len);
    uint8_t *file = plain != NULL ? malloc(FILE_MAGIC_LEN + len + BOX_OVERHEAD) : NULL;
    if (file != NULL && len < VIEW_MAX / 2 &&
        box_seal(&box, plain, len, file + FILE_MAGIC_LEN) == ERROR_NONE) {
        memcpy(file, magic, FILE_MAGIC_LEN);
        file_sweep(view->home);
        (void)file_write(view->home, VIEW_FILE, 0600, file, FILE_MAGIC_LEN + len + BOX_OVERHEAD);
    }
    free(plain);
    free(file);
}

/* What was sealed for a key that is not held may open in another command; and of faults all are
   kept, or none. */
static bool is_lasting(const struct history *history)
{
    if (history->fold == NULL || history->stale || history->fault_count > HISTORY_FAULTS_MAX)
        return false;
    for (size_t i = 0; i < history->fault_count; i++)
        if (history->faults[i].kind == HISTORY_KEY || history->faults[i].kind == HISTORY_SECRET)
            return false;
    return true;
}

static bool is_worth_it(const struct view *view)
{
    const struct history *history = view->history;
    const struct signatures_one *left = NULL;
    const size_t n = left_of(history, &left);
    return view->saved_txn == 0 || fold_last(history->fold) >= view->saved_acts + WORTH ||
           known_rows(view) >= view->saved_rows + WORTH ||
           (n < view->saved_left && (n == 0 || view->saved_left - n >= WORTH)) ||
           n > view->saved_left;
}

void view_save(struct view *view)
{
    const bool ready = view->history != NULL && view->home >= 0 && view->history->keys != NULL &&
                       view->history->keys->officer != 0 &&
                       history_check(view->history, 0) == ERROR_NONE;
    if (ready && is_lasting(view->history) && is_worth_it(view))
        seal_and_write(view);
}

/* --- and back --- */

struct input {
    const uint8_t *at;
    size_t len;
};

/* The next bytes of the input, NULL when there are not as many. */
static const uint8_t *take(struct input *input, size_t n, size_t each)
{
    const uint8_t *taken = input->at;
    if (n > input->len / each)
        return NULL;
    input->at += n * each;
    input->len -= n * each;
    return taken;
}

/* How many of a list follow, and its bytes; NULL when there are not as many. */
static const uint8_t *take_list(struct input *input, size_t each, size_t *n)
{
    const uint8_t *count = take(input, 1, 4);
    *n = count != NULL ? wire_get32(count) : 0;
    return count != NULL ? take(input, *n, each) : NULL;
}

static enum error get_faults(struct input *input, struct history *history)
{
    size_t n = 0;
    const uint8_t *in = take_list(input, FAULT_LEN, &n);
    if (in == NULL || n > HISTORY_FAULTS_MAX)
        return ERROR_MALFORMED;
    for (size_t i = 0; i < n; i++, in += FAULT_LEN) {
        if (in[0] >= HISTORY_FAULTS)
            return ERROR_MALFORMED;
        history_note_fault(history, (enum history_fault_kind)in[0], wire_get64(in + 1),
                           wire_get64(in + 9));
    }
    return ERROR_NONE;
}

static enum error get_signatures(struct input *input, struct history *history)
{
    size_t n = 0;
    const uint8_t *in = take_list(input, ONE_LEN, &n);
    enum error error = in == NULL ? ERROR_MALFORMED : ERROR_NONE;
    if (n > 0 && error == ERROR_NONE)
        error = signatures_new(&history->signatures);
    for (size_t i = 0; i < n && error == ERROR_NONE; i++, in += ONE_LEN) {
        struct signatures_one one = {.txn = wire_get64(in)};
        memcpy(one.by, in + 8, SIGNATURE_PUBLIC_LEN);
        memcpy(one.hash, in + 8 + SIGNATURE_PUBLIC_LEN, HASH_LEN);
        memcpy(one.signature, in + 8 + SIGNATURE_PUBLIC_LEN + HASH_LEN, SIGNATURE_LEN);
        error = signatures_add(history->signatures, &one);
    }
    return error;
}

static enum error get_rows(struct input *input, struct view *view)
{
    size_t n = 0;
    const uint8_t *in = take_list(input, ROW_LEN, &n);
    if (in == NULL)
        return ERROR_MALFORMED;
    view->rows = calloc(n + 1, sizeof *view->rows);
    if (view->rows == NULL)
        return ERROR_MEMORY;
    view->row_count = view->row_room = n;
    for (size_t i = 0; i < n; i++, in += ROW_LEN)
        if (!get_row(in, &view->rows[i]))
            return ERROR_MALFORMED;
    return ERROR_NONE;
}

static enum error unpack(struct view *view, const uint8_t *plain, size_t len)
{
    struct history *history = view->history;
    struct input input = {plain, len};
    const uint8_t *start = take(&input, 1, START_LEN);
    if (start == NULL)
        return ERROR_MALFORMED;
    memcpy(history->first, start, HASH_LEN);
    history->txn = wire_get64(start + 32);
    memcpy(history->next, start + 40, HASH_LEN);
    history->lost = wire_get64(start + 72);
    enum error error = get_faults(&input, history);
    if (error == ERROR_NONE)
        error = get_signatures(&input, history);
    if (error == ERROR_NONE)
        error = get_rows(&input, view);
    if (error == ERROR_NONE)
        error = fold_unpack(input.at, input.len, &history->fold);
    return error == ERROR_NONE && view->row_count > fold_case_count(history->fold) ? ERROR_MALFORMED
                                                                                   : error;
}

/* --- against the journal --- */

struct last_act {
    const struct fold *fold;
    bool same;
};

static enum error compare_act(void *context, const struct journal_act *row)
{
    struct last_act *last = context;
    enum error error = fold_is_sealed(last->fold, row->seq, row->head_digest, row->body_digest);
    last->same = error == ERROR_NONE;
    return error == ERROR_SEAL ? ERROR_NONE : error;
}

/* Whether the journal has the transaction and the act at which the view ends, these very ones. The
   acts of a transaction that nobody signed have no seal, and are not asked for. */
static enum error stands(const struct view *view, bool *there)
{
    static const uint8_t none[FOLD_SEAL_LEN];
    const struct history *history = view->history;
    const struct fold_act *end = fold_act(history->fold, fold_last(history->fold));
    struct last_act last = {history->fold, true};
    struct journal_txn txn;
    uint8_t next[HASH_LEN];
    *there = false;
    enum error error = journal_txn(view->history->journal, history->txn, &txn);
    if (error == ERROR_NONE)
        error = history_next(&txn, next);
    if (error == ERROR_NONE && memcmp(next, history->next, HASH_LEN) == 0)
        *there = true;
    if (*there && end != NULL && memcmp(end->seal, none, sizeof none) != 0)
        error = journal_act(view->history->journal, fold_last(history->fold), compare_act, &last);
    if (error == ERROR_NO_ROW)
        *there = false;
    *there = *there && last.same;
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}

/* The first act of the journal that the view has not, or has otherwise. */
struct parting {
    const struct fold *fold;
    uint64_t at;
};

static enum error is_parted(void *context, const struct journal_act *row)
{
    struct parting *parting = context;
    enum error error = ERROR_SEAL;
    if (row->seq <= fold_last(parting->fold))
        error = fold_is_sealed(parting->fold, row->seq, row->head_digest, row->body_digest);
    if (error == ERROR_SEAL)
        parting->at = row->seq;
    return error;
}

static enum error find_parting(const struct view *view, uint64_t *at)
{
    struct parting parting = {.fold = view->history->fold};
    enum error error = journal_each_act(view->history->journal, 0, is_parted, &parting);
    *at = parting.at;
    return error == ERROR_SEAL ? ERROR_NONE : error;
}

static size_t note_removed(const struct fold *fold, uint32_t removed[VIEW_REMOVED_MAX])
{
    size_t n = 0;
    for (uint32_t no = fold_officer_count(fold); no > 0 && n < VIEW_REMOVED_MAX; no--)
        if (fold_officer(fold, no)->role == ACT_NOBODY)
            removed[n++] = no;
    return n;
}

static void forget(struct view *view)
{
    struct history *history = view->history;
    fold_free(&history->fold);
    signatures_free(&history->signatures);
    view_end(view);
    history->txn = history->lost = history->parted = 0;
    history->fault_count = 0;
    memset(history->first, 0, HASH_LEN);
    memset(history->next, 0, HASH_LEN);
}

static void note_saved(struct view *view)
{
    const struct signatures_one *left = NULL;
    view->saved_txn = view->history->txn;
    view->saved_acts = fold_last(view->history->fold);
    view->saved_rows = known_rows(view);
    view->saved_left = left_of(view->history, &left);
}

static enum error hold_against(struct view *view, const uint8_t *first)
{
    bool there = false;
    if (memcmp(view->history->first, first, HASH_LEN) != 0)
        return ERROR_MALFORMED;
    enum error error = stands(view, &there);
    if (error != ERROR_NONE)
        return error;
    const uint64_t txn = view->history->txn;
    uint64_t parted = 0;
    if (there) {
        note_saved(view);
        return ERROR_NONE;
    }
    error = find_parting(view, &parted);
    if (error == ERROR_NONE) {
        uint32_t removed[VIEW_REMOVED_MAX];
        const size_t n = note_removed(view->history->fold, removed);
        forget(view);
        memcpy(view->removed, removed, n * sizeof *removed);
        view->removed_count = n;
        view->history->lost = txn;
        view->history->parted = parted;
    }
    return error;
}

/* A file that is not this officer's view of this office, or of another version, does not open. */
static enum error open_file(struct view *view, const uint8_t *file, size_t len)
{
    uint8_t aad[AAD_LEN];
    const struct box box = {view->history->keys->view, aad, sizeof aad};
    if (len < FILE_MAGIC_LEN + BOX_OVERHEAD || memcmp(file, magic, FILE_MAGIC_LEN) != 0)
        return ERROR_MALFORMED;
    fill_aad(view, aad);
    const size_t plain_len = len - FILE_MAGIC_LEN - BOX_OVERHEAD;
    uint8_t *plain = malloc(plain_len + 1);
    if (plain == NULL)
        return ERROR_MEMORY;
    enum error error = box_open(&box, file + FILE_MAGIC_LEN, len - FILE_MAGIC_LEN, plain);
    if (error == ERROR_NONE)
        error = unpack(view, plain, plain_len);
    free(plain);
    return error;
}

enum error view_load(struct view *view, const uint8_t *first)
{
    uint8_t *file = NULL;
    size_t len = 0;
    if (view->home < 0 || file_read(view->home, VIEW_FILE, VIEW_MAX, &file, &len) != ERROR_NONE)
        return ERROR_NONE;
    enum error error = open_file(view, file, len);
    free(file);
    if (error == ERROR_NONE)
        error = hold_against(view, first);
    if (error != ERROR_NONE)
        forget(view);
    return error == ERROR_SEAL || error == ERROR_MALFORMED || error == ERROR_MEMORY ? ERROR_NONE
                                                                                    : error;
}
