/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fold as bytes: how many there are of each list, then the lists; integers little-endian. */
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "office/fold_parts.h"

enum {
    LISTS = 5,
    START_LEN = LISTS * 4 + 8 + 4 + 1,
    ACT_LEN = 30 + FOLD_SEAL_LEN,
    CASE_LEN = ACT_SUBJECT_LEN + 4 + 4 + 4 + 8 + 8,
    OFFICER_LEN = 1 + 8 + HASH_LEN,
    KIOSK_LEN = JOURNAL_KIOSK_LEN + 4 + 8 + 8 + 8,
    GENERATION_LEN = 2 + 4 + HASH_LEN,
};

size_t fold_size(const struct fold *fold)
{
    return START_LEN + fold->act_count * ACT_LEN + fold->case_count * CASE_LEN +
           fold->officer_count * OFFICER_LEN + fold->kiosk_count * KIOSK_LEN +
           fold->generation_count * GENERATION_LEN;
}

/* --- one of each --- */

static void put_act(const struct fold_act *act, uint8_t *out)
{
    wire_put16(out, act->kind);
    out[2] = act->verdict;
    out[3] = act->field;
    wire_put32(out + 4, act->officer);
    wire_put32(out + 8, act->minute);
    wire_put32(out + 12, act->place);
    wire_put32(out + 16, act->next);
    wire_put32(out + 20, act->from);
    wire_put32(out + 24, act->to);
    out[28] = act->state;
    out[29] = act->flags;
    memcpy(out + 30, act->seal, FOLD_SEAL_LEN);
}

static void get_act(const uint8_t *in, struct fold_act *act)
{
    *act = (struct fold_act){
        .kind = wire_get16(in),
        .verdict = in[2],
        .field = in[3],
        .officer = wire_get32(in + 4),
        .minute = wire_get32(in + 8),
        .place = wire_get32(in + 12),
        .next = wire_get32(in + 16),
        .from = wire_get32(in + 20),
        .to = wire_get32(in + 24),
        .state = in[28],
        .flags = in[29],
    };
    memcpy(act->seal, in + 30, FOLD_SEAL_LEN);
}

enum { MISPLACED = 1, WAITS = 2 };

static void put_case(const struct fold_case *one, uint8_t *out)
{
    memcpy(out, one->handle, ACT_SUBJECT_LEN);
    out += ACT_SUBJECT_LEN;
    out[0] = one->state;
    out[1] = one->urgency;
    out[2] = one->told;
    out[3] = (uint8_t)((one->misplaced ? MISPLACED : 0) | (one->waits ? WAITS : 0));
    wire_put32(out + 4, one->letters);
    wire_put32(out + 8, one->messages);
    wire_put64(out + 12, one->first);
    wire_put64(out + 20, one->last);
}

static void get_case(const uint8_t *in, uint64_t number, struct fold_case *one)
{
    const uint8_t *rest = in + ACT_SUBJECT_LEN;
    *one = (struct fold_case){
        .number = number,
        .state = rest[0],
        .urgency = rest[1],
        .told = rest[2],
        .misplaced = (rest[3] & MISPLACED) != 0,
        .waits = (rest[3] & WAITS) != 0,
        .letters = wire_get32(rest + 4),
        .messages = wire_get32(rest + 8),
        .first = wire_get64(rest + 12),
        .last = wire_get64(rest + 20),
    };
    memcpy(one->handle, in, ACT_SUBJECT_LEN);
}

static void put_kiosk(const struct fold_kiosk *kiosk, uint8_t *out)
{
    memcpy(out, kiosk->id, JOURNAL_KIOSK_LEN);
    out += JOURNAL_KIOSK_LEN;
    wire_put32(out, kiosk->card);
    wire_put64(out + 4, kiosk->carded);
    wire_put64(out + 12, kiosk->first);
    wire_put64(out + 20, kiosk->last);
}

static void get_kiosk(const uint8_t *in, struct fold_kiosk *kiosk)
{
    const uint8_t *rest = in + JOURNAL_KIOSK_LEN;
    memcpy(kiosk->id, in, JOURNAL_KIOSK_LEN);
    kiosk->card = wire_get32(rest);
    kiosk->carded = wire_get64(rest + 4);
    kiosk->first = wire_get64(rest + 12);
    kiosk->last = wire_get64(rest + 20);
}

static void put_officer(const struct fold_officer *officer, uint8_t *out)
{
    out[0] = (uint8_t)officer->role;
    wire_put64(out + 1, officer->named);
    memcpy(out + 9, officer->commitment, HASH_LEN);
}

static void get_officer(const uint8_t *in, uint32_t no, struct fold_officer *officer)
{
    *officer =
        (struct fold_officer){.no = no, .role = (enum act_role)in[0], .named = wire_get64(in + 1)};
    memcpy(officer->commitment, in + 9, HASH_LEN);
}

static void put_generation(const struct fold_generation *generation, uint8_t *out)
{
    wire_put16(out, generation->compartment);
    wire_put32(out + 2, generation->generation);
    memcpy(out + 6, generation->commitment, HASH_LEN);
}

static void get_generation(const uint8_t *in, struct fold_generation *generation)
{
    generation->compartment = wire_get16(in);
    generation->generation = wire_get32(in + 2);
    memcpy(generation->commitment, in + 6, HASH_LEN);
}

/* --- the whole --- */

void fold_pack(const struct fold *fold, uint8_t *out)
{
    const size_t counts[LISTS] = {fold->act_count, fold->case_count, fold->officer_count,
                                  fold->kiosk_count, fold->generation_count};
    for (size_t i = 0; i < LISTS; i++, out += 4)
        wire_put32(out, (uint32_t)counts[i]);
    wire_put64(out, fold->board);
    wire_put32(out + 8, fold->board_no);
    out[12] = fold->training;
    out += 13;
    for (size_t i = 0; i < fold->act_count; i++, out += ACT_LEN)
        put_act(&fold->acts[i], out);
    for (size_t i = 0; i < fold->case_count; i++, out += CASE_LEN)
        put_case(&fold->cases[i], out);
    for (size_t i = 0; i < fold->officer_count; i++, out += OFFICER_LEN)
        put_officer(&fold->officers[i], out);
    for (size_t i = 0; i < fold->kiosk_count; i++, out += KIOSK_LEN)
        put_kiosk(&fold->kiosks[i], out);
    for (size_t i = 0; i < fold->generation_count; i++, out += GENERATION_LEN)
        put_generation(&fold->generations[i], out);
}

/* How many there are of each. */
static void make_lists(struct fold *fold, const uint8_t *in)
{
    fold->act_count = fold->act_room = wire_get32(in);
    fold->case_count = fold->case_room = wire_get32(in + 4);
    fold->officer_count = fold->officer_room = wire_get32(in + 8);
    fold->kiosk_count = fold->kiosk_room = wire_get32(in + 12);
    fold->generation_count = fold->generation_room = wire_get32(in + 16);
    fold->board = wire_get64(in + 20);
    fold->board_no = wire_get32(in + 28);
    fold->training = in[32] != 0;
}

static enum error allocate(struct fold *fold)
{
    fold->acts = calloc(fold->act_count + 1, sizeof *fold->acts);
    fold->cases = calloc(fold->case_count + 1, sizeof *fold->cases);
    fold->officers = calloc(fold->officer_count + 1, sizeof *fold->officers);
    fold->kiosks = calloc(fold->kiosk_count + 1, sizeof *fold->kiosks);
    fold->generations = calloc(fold->generation_count + 1, sizeof *fold->generations);
    return fold->acts != NULL && fold->cases != NULL && fold->officers != NULL &&
                   fold->kiosks != NULL && fold->generations != NULL
               ? ERROR_NONE
               : ERROR_MEMORY;
}

static bool is_act(const struct fold *fold, uint64_t seq)
{
    return seq >= 1 && seq <= fold->act_count;
}

/* That whoever walks over it comes to an end, and never beside it. */
static bool makes_sense(const struct fold *fold)
{
    const size_t places =
        fold->case_count > fold->kiosk_count ? fold->case_count : fold->kiosk_count;
    bool right = fold->board <= fold->act_count;
    for (size_t i = 0; i < fold->act_count && right; i++) {
        const struct fold_act *act = &fold->acts[i];
        right = act->verdict <= FOLD_SENSELESS && act->next <= fold->act_count &&
                (act->next == 0 || act->next > i + 1) &&
                (act->place == FOLD_NOWHERE || act->place < places);
    }
    for (size_t i = 0; i < fold->case_count && right; i++)
        right = is_act(fold, fold->cases[i].first) && is_act(fold, fold->cases[i].last);
    for (size_t i = 0; i < fold->kiosk_count && right; i++)
        right = is_act(fold, fold->kiosks[i].first) && is_act(fold, fold->kiosks[i].last) &&
                is_act(fold, fold->kiosks[i].carded);
    for (size_t i = 0; i < fold->officer_count && right; i++)
        right = fold->officers[i].role <= ACT_ROOT && is_act(fold, fold->officers[i].named);
    return right;
}

static enum error get_lists(const uint8_t *in, struct fold *fold)
{
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < fold->act_count; i++, in += ACT_LEN)
        get_act(in, &fold->acts[i]);
    for (size_t i = 0; i < fold->case_count && error == ERROR_NONE; i++, in += CASE_LEN) {
        get_case(in, i + 1, &fold->cases[i]);
        error = fold_index_add(fold->handles, fold->cases[i].handle, (uint32_t)i);
    }
    if (error != ERROR_NONE)
        return error;
    for (size_t i = 0; i < fold->officer_count; i++, in += OFFICER_LEN)
        get_officer(in, (uint32_t)i + 1, &fold->officers[i]);
    for (size_t i = 0; i < fold->kiosk_count; i++, in += KIOSK_LEN)
        get_kiosk(in, &fold->kiosks[i]);
    for (size_t i = 0; i < fold->generation_count; i++, in += GENERATION_LEN)
        get_generation(in, &fold->generations[i]);
    return makes_sense(fold) ? ERROR_NONE : ERROR_MALFORMED;
}

enum error fold_unpack(const uint8_t *in, size_t len, struct fold **out)
{
    *out = NULL;
    if (len < START_LEN)
        return ERROR_MALFORMED;
    enum error error = fold_new(out);
    if (error != ERROR_NONE)
        return error;
    make_lists(*out, in);
    error = fold_size(*out) == len ? allocate(*out) : ERROR_MALFORMED;
    if (error == ERROR_NONE)
        error = get_lists(in + START_LEN, *out);
    if (error != ERROR_NONE)
        fold_free(out);
    return error;
}
