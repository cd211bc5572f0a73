/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thing of a case, sealed into a row of the casebook and read back. */
#include "office/item.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/secret.h"

enum {
    VERSION = 1,
    AT_KIND = 1,
    AT_CASE = 2,
    AT_DAY = 10,
    AT_LEN = 14,
    AT_BODY = 18,
    ROUND = 1024,
    HEAD_FLAGS = CARD_KIOSK_LEN + 8,
    HEAD_TYPE = HEAD_FLAGS + 1,
    LETTER_HEAD = HEAD_TYPE + 1,
    MESSAGE_HEAD = 8 + 1,
    PLAIN_MAX = (AT_BODY + LETTER_HEAD + LETTER_LEN + ROUND - 1) / ROUND * ROUND,
};
_Static_assert((int)LETTER_LEN == (int)ENVELOPE_LETTER_LEN, "an envelope holds one letter");
_Static_assert((int)LETTER_KIOSK_LEN == (int)CARD_KIOSK_LEN, "one kind of kiosk id");
_Static_assert((int)LETTER_KEY_LEN == (int)CODE_KEY_LEN, "one kind of receipt key");
_Static_assert(sizeof(struct code_keys) == 2 * CODE_KEY_LEN, "no holes in the keys");

/* --- writing --- */

/* An item to be sealed; its body follows its head. */
struct unsealed {
    enum item_kind kind;
    uint64_t case_id;
    uint64_t n;
    uint32_t day;
    const void *head;
    size_t head_len;
    const void *body;
    size_t body_len;
};

/* Returns the padded length. */
static size_t fill(const struct unsealed *fresh, uint8_t *plain)
{
    const size_t len = fresh->head_len + fresh->body_len;
    assert(AT_BODY + len <= PLAIN_MAX);
    plain[0] = VERSION;
    plain[AT_KIND] = (uint8_t)fresh->kind;
    wire_put64(plain + AT_CASE, fresh->case_id);
    wire_put32(plain + AT_DAY, fresh->day);
    wire_put32(plain + AT_LEN, (uint32_t)len);
    memcpy(plain + AT_BODY, fresh->head, fresh->head_len);
    if (fresh->body_len > 0)
        memcpy(plain + AT_BODY + fresh->head_len, fresh->body, fresh->body_len);
    return (AT_BODY + len + ROUND - 1) / ROUND * ROUND;
}

static enum error add(struct vault *vault, const struct unsealed *fresh)
{
    enum error error = ERROR_MEMORY;
    struct caseload_item item = {.case_id = fresh->case_id, .n = fresh->n};
    uint8_t *plain = secret_new(PLAIN_MAX);
    uint8_t *sealed = malloc(PLAIN_MAX + CASEBOOK_OVERHEAD);
    if (plain == NULL || sealed == NULL)
        goto out;
    error = caseload_next_id(vault->cases, &item.id);
    if (error != ERROR_NONE)
        goto out;
    const size_t len = fill(fresh, plain);
    item.sealed = sealed;
    item.len = len + CASEBOOK_OVERHEAD;
    if (casebook_seal(vault->keys->casebook, item.id, plain, len, sealed) != 0)
        error = ERROR_MEMORY;
    else
        error = caseload_add_item(vault->cases, &item);
out:
    secret_free(plain);
    free(sealed);
    return error;
}

enum error item_add_letter(struct vault *vault, const struct item_source *source, uint64_t case_id,
                           bool misplaced, const uint8_t *letter)
{
    uint8_t head[LETTER_HEAD];
    size_t len = LETTER_LEN;
    while (len > 0 && letter[len - 1] == 0)
        len--;
    memcpy(head, source->card->kiosk, CARD_KIOSK_LEN);
    wire_put64(head + CARD_KIOSK_LEN, source->record->seq);
    head[HEAD_FLAGS] = misplaced ? CASELOAD_MISPLACED : 0;
    head[HEAD_TYPE] = source->card->type;
    const struct unsealed fresh = {.kind = ITEM_LETTER,
                                   .case_id = case_id,
                                   .day = source->today,
                                   .head = head,
                                   .head_len = sizeof head,
                                   .body = letter,
                                   .body_len = len};
    return add(vault, &fresh);
}

enum error item_add_message(struct vault *vault, uint64_t case_id, const struct code_keys *keys,
                            uint64_t n, const struct answer *answer)
{
    uint8_t head[MESSAGE_HEAD], entry[ANSWER_LEN];
    enum error error = answer_seal(keys, n, answer, entry);
    if (error != ERROR_NONE)
        return error;
    wire_put64(head, n);
    head[8] = answer->len > 0;
    const struct unsealed fresh = {.kind = ITEM_MESSAGE,
                                   .case_id = case_id,
                                   .n = n,
                                   .day = answer->day,
                                   .head = head,
                                   .head_len = sizeof head,
                                   .body = entry,
                                   .body_len = sizeof entry};
    return add(vault, &fresh);
}

enum error item_add_status(struct vault *vault, uint64_t case_id, uint32_t day, uint8_t status)
{
    const struct unsealed fresh = {
        .kind = ITEM_STATUS, .case_id = case_id, .day = day, .head = &status, .head_len = 1};
    return add(vault, &fresh);
}

enum error item_add_note(struct vault *vault, uint64_t case_id, uint32_t day, const char *text,
                         size_t len)
{
    const struct unsealed fresh = {
        .kind = ITEM_NOTE, .case_id = case_id, .day = day, .head = text, .head_len = len};
    return len <= ITEM_NOTE_MAX ? add(vault, &fresh) : ERROR_TEXT_LONG;
}

/* --- reading --- */

struct item_reader {
    const uint8_t *casebook; /* the key */
    uint64_t keys_of;        /* the case that keys belong to; 0: none yet */
    struct code_keys keys;
    struct letter letter;
    uint8_t raw[LETTER_LEN];
    uint8_t plain[PLAIN_MAX];
};

enum error item_reader_new(const struct keyset *keys, struct item_reader **out)
{
    *out = secret_new(sizeof **out);
    if (*out == NULL)
        return ERROR_MEMORY;
    (*out)->casebook = keys->casebook;
    return ERROR_NONE;
}

void item_reader_free(struct item_reader **reader)
{
    secret_free(*reader);
    *reader = NULL;
}

void item_keys(const struct letter *letter, struct code_keys *keys)
{
    memcpy(keys->tag, letter->tag_key, CODE_KEY_LEN);
    memcpy(keys->answer, letter->answer_key, CODE_KEY_LEN);
}

/* The keys of a case are those of its first letter. */
static enum error take_letter(struct item_reader *reader, const uint8_t *body, size_t len,
                              struct item *item)
{
    if (len < LETTER_HEAD || len > LETTER_HEAD + LETTER_LEN)
        return ERROR_CASEBOOK_ROW;
    memset(reader->raw, 0, sizeof reader->raw);
    memcpy(reader->raw, body + LETTER_HEAD, len - LETTER_HEAD);
    if (letter_decode(reader->raw, &reader->letter) != ERROR_NONE)
        return ERROR_CASEBOOK_ROW;
    item->kiosk = body;
    item->seq = wire_get64(body + CARD_KIOSK_LEN);
    item->misplaced = body[HEAD_FLAGS] != 0;
    item->type = body[HEAD_TYPE];
    item->letter = &reader->letter;
    if (reader->keys_of != item->case_id)
        item_keys(&reader->letter, &reader->keys);
    reader->keys_of = item->case_id;
    return ERROR_NONE;
}

static enum error take_body(struct item_reader *reader, const uint8_t *body, size_t len,
                            struct item *item)
{
    switch (item->kind) {
    case ITEM_LETTER:
        return take_letter(reader, body, len, item);
    case ITEM_MESSAGE:
        if (len != MESSAGE_HEAD + ANSWER_LEN)
            return ERROR_CASEBOOK_ROW;
        item->n = wire_get64(body);
        item->has_text = body[8] != 0;
        item->entry = body + MESSAGE_HEAD;
        item->keys = reader->keys_of == item->case_id ? &reader->keys : NULL;
        return ERROR_NONE;
    case ITEM_STATUS:
        item->status = len == 1 ? body[0] : 0;
        return len == 1 ? ERROR_NONE : ERROR_CASEBOOK_ROW;
    case ITEM_NOTE:
        item->text = (const char *)body;
        item->len = len;
        return ERROR_NONE;
    }
    return ERROR_CASEBOOK_ROW;
}

enum error item_read(struct item_reader *reader, const struct caseload_item *row, struct item *item)
{
    uint8_t *plain = reader->plain;
    const size_t room = row->len - CASEBOOK_OVERHEAD;
    if (row->len < CASEBOOK_OVERHEAD + AT_BODY || room > PLAIN_MAX)
        return ERROR_CASEBOOK_ROW;
    enum error error = casebook_open(reader->casebook, row->id, row->sealed, row->len, plain);
    if (error != ERROR_NONE)
        return error == ERROR_MEMORY ? ERROR_MEMORY : ERROR_CASEBOOK_ROW;
    const size_t len = wire_get32(plain + AT_LEN);
    *item = (struct item){
        .kind = (enum item_kind)plain[AT_KIND],
        .case_id = wire_get64(plain + AT_CASE),
        .day = wire_get32(plain + AT_DAY),
    };
    if (plain[0] != VERSION || item->case_id != row->case_id || len > room - AT_BODY)
        return ERROR_CASEBOOK_ROW;
    error = take_body(reader, plain + AT_BODY, len, item);
    return error == ERROR_NONE && item->n != row->n ? ERROR_CASEBOOK_ROW : error;
}

enum error item_open(struct item *item, struct answer *answer)
{
    if (item->keys == NULL)
        return ERROR_CASEBOOK_ROW;
    enum error error = answer_open(item->keys, item->n, item->entry, answer);
    if (error != ERROR_NONE)
        return error == ERROR_MEMORY ? ERROR_MEMORY : ERROR_CASEBOOK_ROW;
    item->opened = true;
    item->state = answer->state;
    item->text = answer->text;
    item->len = answer->len;
    return ERROR_NONE;
}
