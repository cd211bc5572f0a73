/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case: loaded once, walked as often as needed. */
#include "office/casefile.h"

#include <string.h>

#include "base/error.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"
#include "office/casefile_parts.h"

/* --- over the acts --- */

struct pass {
    struct vault *vault;
    struct item_reader *reader;
    item_fn *each;
    void *context;
    uint64_t last; /* no act behind this one is looked at */
    bool damaged;
};

static enum error visit(struct pass *pass, uint64_t case_id, uint64_t seq)
{
    struct item item;
    enum error error = item_read(pass->reader, seq, &item);
    if (error != ERROR_JOURNAL_ROW)
        return error == ERROR_NONE ? pass->each(pass->context, &item) : error;
    vault_note_damage(pass->vault, case_id, seq, item.n);
    pass->damaged = true;
    return ERROR_NONE;
}

static enum error visit_case(struct pass *pass, uint64_t case_id)
{
    const struct fold *fold = pass->vault->history.fold;
    enum error error = ERROR_NONE;
    for (uint64_t seq = fold_case(fold, case_id)->first;
         seq != 0 && seq <= pass->last && error == ERROR_NONE; seq = fold_act(fold, seq)->next)
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
    struct pass pass = {.vault = vault, .each = each, .context = context, .last = UINT64_MAX};
    return run(&pass, 1, fold_case_count(vault->history.fold));
}

/* --- one case --- */

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
    struct pass pass = {.vault = vault, .each = keep_item, .context = casefile, .last = UINT64_MAX};
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

enum error casefile_find(const struct casefile *casefile, const struct fold_case **found)
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
    struct pass pass = {
        .vault = casefile->vault, .each = each, .context = context, .last = casefile->seen.last};
    const struct fold_case *of_case = NULL;
    enum error error = casefile_find(casefile, &of_case);
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
