/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case: loaded once, walked as often as needed, and what the office adds to it. */
#include "office/casefile.h"

#include <string.h>

#include "base/error.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"

/* --- over the rows --- */

struct pass {
    struct vault *vault;
    struct item_reader *reader;
    struct answer *answer; /* where messages are opened; NULL: they stay sealed */
    item_fn *each;
    void *context;
    bool damaged;
};

static void note_damage(struct pass *pass, const struct caseload_item *row)
{
    struct vault *vault = pass->vault;
    pass->damaged = true;
    for (size_t i = 0; i < vault->damage_count; i++)
        if (vault->damage[i].case_id == row->case_id && vault->damage[i].message == row->n)
            return;
    if (vault->damage_count < VAULT_DAMAGE_MAX)
        vault->damage[vault->damage_count++] = (struct vault_damage){row->case_id, row->n};
}

static enum error each_row(void *context, const struct caseload_item *row)
{
    struct pass *pass = context;
    struct item item;
    enum error error = item_read(pass->reader, row, &item);
    if (error == ERROR_NONE && item.kind == ITEM_MESSAGE && pass->answer != NULL) {
        error = item_open(&item, pass->answer);
        if (error == ERROR_CASEBOOK_ROW) {
            note_damage(pass, row);
            error = ERROR_NONE;
        }
    }
    if (error == ERROR_NONE)
        error = pass->each(pass->context, &item);
    if (error != ERROR_CASEBOOK_ROW)
        return error;
    note_damage(pass, row);
    return ERROR_NONE;
}

/* Visits every row of a case (0: of all). ERROR_CASEBOOK_ROW: all but the damaged ones. */
static enum error run(struct pass *pass, uint64_t case_id)
{
    enum error error = item_reader_new(pass->vault->keys, &pass->reader);
    if (error == ERROR_NONE)
        error = caseload_each_item(pass->vault->cases, case_id, each_row, pass);
    item_reader_free(&pass->reader);
    return error == ERROR_NONE && pass->damaged ? ERROR_CASEBOOK_ROW : error;
}

enum error casefile_each(struct vault *vault, item_fn *each, void *context)
{
    struct pass pass = {.vault = vault, .each = each, .context = context};
    return run(&pass, 0);
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
    uint64_t id;
    bool damaged;
    bool has_keys;
    bool too_long; /* nothing is kept */
    struct code_keys keys;
    struct answer answer; /* the message being read */
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
    kept->item.entry = NULL;
    kept->item.keys = NULL;
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
    if (item->kind == ITEM_LETTER && !casefile->has_keys) {
        item_keys(item->letter, &casefile->keys);
        casefile->has_keys = true;
    }
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
    if (case_id == 0)
        return ERROR_CASE;
    casefile = *out = secret_new(sizeof *casefile);
    if (casefile == NULL)
        return ERROR_MEMORY;
    casefile->vault = vault;
    casefile->id = case_id;
    struct pass pass = {
        .vault = vault, .answer = &casefile->answer, .each = keep_item, .context = casefile};
    enum error error = run(&pass, case_id);
    casefile->damaged = pass.damaged;
    if (error == ERROR_NONE || error == ERROR_CASEBOOK_ROW)
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

uint64_t casefile_id(const struct casefile *casefile)
{
    return casefile->id;
}

enum error casefile_walk(struct casefile *casefile, item_fn *each, void *context)
{
    if (casefile->too_long) {
        struct pass pass = {.vault = casefile->vault,
                            .answer = &casefile->answer,
                            .each = each,
                            .context = context};
        return run(&pass, casefile->id);
    }
    for (const struct kept *kept = casefile->first; kept != NULL; kept = kept->next) {
        enum error error = each(context, &kept->item);
        if (error != ERROR_NONE)
            return error;
    }
    return casefile->damaged ? ERROR_CASEBOOK_ROW : ERROR_NONE;
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

static enum error tell(const struct casefile *casefile, const struct answer *answer)
{
    struct vault *vault = casefile->vault;
    const bool text = answer->len > 0;
    uint64_t last = 0;
    enum error error = caseload_last_message(vault->cases, casefile->id, &last);
    if (error != ERROR_NONE)
        return error;
    if (last >= (text ? (uint64_t)TEXTS_MAX : messages_max[answer->state]))
        return text ? ERROR_MESSAGES : ERROR_NONE;
    return item_add_message(vault, casefile->id, &casefile->keys, last + 1, answer);
}

static enum error add_reply(const struct casefile *casefile, const struct casefile_reply *reply)
{
    enum error error = ERROR_NONE;
    if (reply->answer != NULL)
        error = tell(casefile, reply->answer);
    if (error == ERROR_NONE && reply->status != 0)
        error = item_add_status(casefile->vault, casefile->id, reply->day, reply->status);
    return error;
}

enum error casefile_reply(const struct casefile *casefile, const struct casefile_reply *reply)
{
    struct caseload *cases = casefile->vault->cases;
    if (!casefile->has_keys)
        return ERROR_CASEBOOK_ROW;
    enum error error = caseload_begin(cases);
    return error == ERROR_NONE ? caseload_finish(cases, add_reply(casefile, reply)) : error;
}

enum error casefile_note(struct vault *vault, uint64_t case_id, uint32_t day, const char *text,
                         size_t len)
{
    enum error error = caseload_begin(vault->cases);
    if (error != ERROR_NONE)
        return error;
    return caseload_finish(vault->cases, item_add_note(vault, case_id, day, text, len));
}
