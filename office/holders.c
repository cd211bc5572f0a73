/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets brought to those who are to have them. */
#include "office/holders.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "office/intake.h"

/* The act that founded the office, whose body is the charter and the recovery key's public half. */
static uint64_t find_founding(const struct fold *fold)
{
    for (uint64_t seq = 1; seq <= fold_last(fold); seq++) {
        const struct fold_act *act = fold_act(fold, seq);
        if (act->kind == ACT_FOUNDED && act->verdict == FOLD_COUNTS)
            return seq;
    }
    return 0;
}

static enum error read_recovery(struct vault *vault, struct grant_holder *holder)
{
    const uint8_t *content = NULL;
    size_t len = 0;
    const uint64_t seq = find_founding(vault->history.fold);
    if (seq == 0)
        return ERROR_JOURNAL_ROW;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    if (plain == NULL)
        return ERROR_MEMORY;
    enum error error = history_body(&vault->history, seq, ACT_FOUNDED, plain, &content, &len);
    if (error == ERROR_NONE && len != CHARTER_LEN + HPKE_KEY_LEN)
        error = ERROR_JOURNAL_ROW;
    holder->officer = 0;
    if (error == ERROR_NONE)
        memcpy(holder->agree, content + CHARTER_LEN, HPKE_KEY_LEN);
    secret_free(plain);
    return error;
}

static enum error read_officer(struct vault *vault, uint32_t no, struct grant_holder *holder)
{
    struct journal_officer officer;
    enum error error = history_signer(&vault->history, no, &officer);
    if (error == ERROR_NO_ROW || error == ERROR_SEAL)
        return ERROR_JOURNAL_ROW;
    holder->officer = no;
    memcpy(holder->agree, officer.agree, HPKE_KEY_LEN);
    return error;
}

enum error holders_read(struct vault *vault, struct holders *holders)
{
    const struct fold *fold = vault->history.fold;
    const uint32_t count = fold_officer_count(fold);
    *holders = (struct holders){.all = calloc((size_t)count + 1, sizeof *holders->all)};
    if (holders->all == NULL)
        return ERROR_MEMORY;
    enum error error = read_recovery(vault, &holders->all[holders->n++]);
    for (uint32_t no = 1; no <= count && error == ERROR_NONE; no++)
        if (fold_officer(fold, no)->role != ACT_NOBODY)
            error = read_officer(vault, no, &holders->all[holders->n++]);
    return error;
}

void holders_free(struct holders *holders)
{
    free(holders->all);
    *holders = (struct holders){.all = NULL};
}

enum error holders_wrap(const struct vault *vault, const struct keyset_generation *generation,
                        const struct grant_holder *holder, struct journal_wrap *wrap)
{
    uint8_t commitment[HASH_LEN];
    const uint8_t *made =
        fold_commitment(vault->history.fold, generation->compartment, generation->generation);
    enum error error = keyset_commitment(vault->charter.office, generation, commitment);
    if (error == ERROR_NONE && (made == NULL || memcmp(made, commitment, HASH_LEN) != 0))
        error = ERROR_JOURNAL_ROW;
    return error == ERROR_NONE ? grant_secret(vault->charter.office, generation, holder, wrap)
                               : error;
}

enum error holders_give(struct vault *vault, const struct keyset_generation *generation,
                        const struct grant_holder *holder)
{
    struct journal_wrap wrap;
    enum error error = holders_wrap(vault, generation, holder, &wrap);
    return error == ERROR_NONE ? journal_put_wrap(vault->journal, &wrap) : error;
}

/* --- intake keys --- */

/* Whether every intake key that is held is for these holders. */
static enum error look_at_intake(const struct vault *vault, const struct holders *holders,
                                 bool *same)
{
    enum error error = ERROR_NONE;
    *same = true;
    for (size_t i = 0; i < vault->keys->intake_count && *same && error == ERROR_NONE; i++)
        error = intake_is_for(vault->dir, vault->charter.office, &vault->keys->intake[i],
                              holders->all, holders->n, same);
    return error;
}

static enum error write_intake(void *context, const struct history_batch *batch)
{
    struct vault *vault = context;
    struct holders holders;
    enum error error = holders_read(vault, &holders);
    for (size_t i = 0; i < vault->keys->intake_count && error == ERROR_NONE; i++)
        error = intake_save(vault->dir, vault_mode(vault), vault->charter.office,
                            &vault->keys->intake[i], holders.all, holders.n);
    holders_free(&holders);
    return error;
}

enum error holders_settle_intake(struct vault *vault)
{
    struct history_batch batch = {.beside = write_intake, .context = vault};
    struct holders holders;
    bool same = true;
    enum error error = holders_read(vault, &holders);
    if (error == ERROR_NONE)
        error = look_at_intake(vault, &holders, &same);
    holders_free(&holders);
    return error == ERROR_NONE && !same ? history_append(&vault->history, &batch) : error;
}
