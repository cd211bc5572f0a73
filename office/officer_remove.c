/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Removing an officer: new generations for those who stay, and the keys of cases wrapped anew. */
#include "office/officer.h"

#include <stdlib.h>

#include "base/error.h"
#include "base/grow.h"
#include "office/generation.h"
#include "office/grant.h"
#include "office/holders.h"

/* What a removal makes new at once. Board key and intake key stand in the charter: they come with
   the next one. */
static const uint16_t renewed[] = {KEYSET_HOUSE, KEYSET_REGISTER, KEYSET_GENERAL};
enum { RENEWED = sizeof renewed / sizeof *renewed };

/* --- the removal --- */

struct removal {
    struct vault *vault;
    uint32_t no;
    uint32_t now;
    struct keyset *made; /* the new generations, until the journal has them */
};

/* Inside the transaction: whoever a colleague named a moment ago is among those who stay. */
static enum error give_new(void *context, const struct history_batch *batch)
{
    struct removal *removal = context;
    struct vault *vault = removal->vault;
    struct holders holders;
    enum error error = journal_drop_wraps(vault->journal, removal->no);
    if (error != ERROR_NONE)
        return error;
    error = holders_read(vault, &holders);
    for (size_t i = 0; i < RENEWED && error == ERROR_NONE; i++)
        for (size_t j = 0; j < holders.n && error == ERROR_NONE; j++)
            error = holders_give(vault, removal->made->generations[i], &holders.all[j]);
    holders_free(&holders);
    return error;
}

/* Everything in it is still sealed for the generation that all have: who reads it learns from it
   which secrets were made, and takes no others. */
static enum error fill_batch(struct removal *removal, struct history_batch *batch)
{
    struct vault *vault = removal->vault;
    const struct fold *fold = vault->history.fold;
    const struct act act = {.kind = ACT_REMOVED,
                            .field = ACT_ROLE,
                            .minute = removal->now,
                            .owner = removal->no,
                            .from = fold_officer(fold, removal->no)->role,
                            .to = ACT_NOBODY};
    enum error error = history_batch_add(batch, vault->keys, &act, NULL, NULL, NULL);
    for (size_t i = 0; i < RENEWED && error == ERROR_NONE; i++) {
        error = generation_make(removal->made, renewed[i], fold_generation(fold, renewed[i]) + 1);
        if (error == ERROR_NONE)
            error = generation_add(batch, vault->keys, removal->made->generations[i], removal->now);
    }
    return error;
}

static enum error hold_made(struct removal *removal)
{
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < RENEWED && error == ERROR_NONE; i++) {
        const struct keyset_generation *made = removal->made->generations[i];
        error = keyset_add(removal->vault->keys, made->compartment, made->generation, made->secret);
    }
    return error;
}

/* A lead, or root. */
static bool may_remove(const struct vault *vault)
{
    const uint32_t self = vault->keys->officer;
    return self == 0 || fold_is_lead(vault->history.fold, self);
}

static enum error check(const struct vault *vault, uint32_t no)
{
    const struct fold *fold = vault->history.fold;
    const struct fold_officer *officer = fold_officer(fold, no);
    if (!may_remove(vault))
        return ERROR_FORBIDDEN;
    if (officer == NULL || officer->role == ACT_NOBODY)
        return ERROR_OFFICER_NUMBER;
    if (fold_is_lead(fold, no) && fold_leads(fold) == 1)
        return ERROR_LAST_LEAD;
    return no == vault->keys->officer ? ERROR_OWN_REMOVAL : ERROR_NONE;
}

static enum error remove_once(struct removal *removal)
{
    struct vault *vault = removal->vault;
    struct history_batch batch = {.beside = give_new, .context = removal};
    enum error error = history_follow(&vault->history);
    if (error == ERROR_NONE)
        error = check(vault, removal->no);
    if (error != ERROR_NONE)
        return error;
    error = keyset_new(vault->charter.office, &removal->made);
    if (error == ERROR_NONE)
        error = fill_batch(removal, &batch);
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    if (error == ERROR_NONE)
        error = hold_made(removal);
    keyset_free(&removal->made);
    history_batch_free(&batch);
    return error;
}

/* Two leads who remove somebody at the same time want the same generations; the second of them
   makes others. */
enum { TRIES = 16 };

enum error officer_remove(struct vault *vault, uint32_t no, uint32_t now)
{
    struct removal removal = {.vault = vault, .no = no, .now = now};
    enum error error = ERROR_CHANGED;
    for (int i = 0; i < TRIES && error == ERROR_CHANGED; i++)
        error = remove_once(&removal);
    return error == ERROR_NONE ? officer_settle(vault) : error;
}

/* --- keys of cases --- */

/* Keys that were wrapped anew and are to be written. */
struct chunk {
    struct vault *vault;
    uint16_t compartment;
    uint32_t generation;
    size_t n;
    size_t found, room;
    struct journal_casekey *keys;
};

/* When a colleague has made a newer generation meanwhile, these would be older ones again. */
static enum error write_chunk(void *context, const struct history_batch *batch)
{
    const struct chunk *chunk = context;
    enum error error = ERROR_NONE;
    if (fold_generation(chunk->vault->history.fold, chunk->compartment) != chunk->generation)
        return ERROR_CHANGED;
    for (size_t i = 0; i < chunk->n && error == ERROR_NONE; i++) {
        error = journal_rewrap(chunk->vault->journal, &chunk->keys[i]);
        if (error == ERROR_NO_ROW)
            error = ERROR_NONE;
    }
    return error;
}

/* Keeps those that open; what is damaged stays as it is. */
static enum error wrap_chunk(struct chunk *chunk)
{
    chunk->n = 0;
    for (size_t i = 0; i < chunk->found && chunk->n < OFFICER_CHUNK; i++) {
        enum error error = grant_rewrap(chunk->vault->keys, &chunk->keys[i]);
        if (error == ERROR_NONE)
            chunk->keys[chunk->n++] = chunk->keys[i];
        else if (error != ERROR_SEAL && error != ERROR_KEY_UNFIT)
            return error;
    }
    return ERROR_NONE;
}

static enum error settle_chunk(struct chunk *chunk)
{
    struct vault *vault = chunk->vault;
    struct history_batch batch = {.beside = write_chunk, .context = chunk};
    enum error error = journal_stale_casekeys(vault->journal, chunk->compartment, chunk->generation,
                                              chunk->keys, chunk->room, &chunk->found);
    if (error == ERROR_NONE)
        error = wrap_chunk(chunk);
    return error == ERROR_NONE && chunk->n > 0 ? history_append(&vault->history, &batch) : error;
}

/* Keys that do not open, of which anybody can add any number, must not hide those that do: where a
   chunk had nothing else, more are looked at together. */
static enum error widen(struct chunk *chunk)
{
    if (chunk->n > 0 || chunk->found < chunk->room)
        return ERROR_NONE;
    return GROW(chunk->keys, chunk->room, OFFICER_CHUNK, chunk->room);
}

/* Until there is none, or nothing but keys that do not open. */
static enum error settle_cases(struct vault *vault, uint16_t compartment)
{
    const struct keyset_generation *newest = keyset_newest(vault->keys, compartment);
    if (newest == NULL || newest->generation != fold_generation(vault->history.fold, compartment))
        return ERROR_NONE;
    struct chunk chunk = {
        .vault = vault, .compartment = compartment, .generation = newest->generation};
    enum error error = ERROR_NONE;
    do {
        error = widen(&chunk);
        if (error == ERROR_NONE)
            error = settle_chunk(&chunk);
    } while (error == ERROR_NONE && (chunk.n > 0 || chunk.found == chunk.room));
    free(chunk.keys);
    return error == ERROR_CHANGED ? ERROR_NONE : error;
}

enum error officer_settle(struct vault *vault)
{
    if (!may_remove(vault))
        return ERROR_NONE;
    enum error error = holders_settle_intake(vault);
    for (size_t i = 0; keyset_compartments[i] != 0 && error == ERROR_NONE; i++)
        if (keyset_compartments[i] >= KEYSET_GENERAL)
            error = settle_cases(vault, keyset_compartments[i]);
    return error;
}
