/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one place where ciphertext becomes a complaint. */
#include "office/casefile.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"

enum {
    ITEM_VERSION = 1,
    ITEM_KIND = 1,
    ITEM_CASE = 2,
    ITEM_DAY = 10,
    ITEM_LEN = 14,
    ITEM_BODY = 18,
    ITEM_ROUND = 1024,
    HEAD_FLAGS = CARD_KIOSK_LEN + 8,
    HEAD_TYPE = HEAD_FLAGS + 1,
    LETTER_HEAD = HEAD_TYPE + 1,
    MESSAGE_HEAD = 8 + 1,
    ITEM_MAX = (ITEM_BODY + LETTER_HEAD + LETTER_LEN + ITEM_ROUND - 1) / ITEM_ROUND * ITEM_ROUND,
};
_Static_assert((int)LETTER_LEN == (int)ENVELOPE_LETTER_LEN, "an envelope holds one letter");
_Static_assert((int)LETTER_KIOSK_LEN == (int)CARD_KIOSK_LEN, "one kind of kiosk id");
_Static_assert((int)LETTER_KEY_LEN == (int)CODE_KEY_LEN, "one kind of receipt key");
_Static_assert(sizeof(struct code_keys) == 2 * CODE_KEY_LEN, "no holes in the keys");

/* --- writing --- */

/* An item on its way into the casebook: head and body stand one after the other. */
struct draft {
    enum casefile_kind kind;
    uint64_t case_id;
    uint64_t n;
    uint32_t day;
    const void *head;
    size_t head_len;
    const void *body;
    size_t body_len;
};

static size_t fill(const struct draft *draft, uint8_t *plain)
{
    const size_t len = draft->head_len + draft->body_len;
    assert(ITEM_BODY + len <= ITEM_MAX);
    plain[0] = ITEM_VERSION;
    plain[ITEM_KIND] = (uint8_t)draft->kind;
    wire_put64(plain + ITEM_CASE, draft->case_id);
    wire_put32(plain + ITEM_DAY, draft->day);
    wire_put32(plain + ITEM_LEN, (uint32_t)len);
    memcpy(plain + ITEM_BODY, draft->head, draft->head_len);
    if (draft->body_len > 0)
        memcpy(plain + ITEM_BODY + draft->head_len, draft->body, draft->body_len);
    return (ITEM_BODY + len + ITEM_ROUND - 1) / ITEM_ROUND * ITEM_ROUND;
}

static enum error add(struct vault *vault, const struct draft *draft)
{
    enum error error = ERROR_MEMORY;
    struct caseload_item item = {.case_id = draft->case_id, .n = draft->n};
    uint8_t *plain = secret_new(ITEM_MAX);
    uint8_t *sealed = malloc(ITEM_MAX + CASEBOOK_OVERHEAD);
    if (plain == NULL || sealed == NULL)
        goto out;
    error = caseload_next_id(vault->cases, &item.id);
    if (error != ERROR_NONE)
        goto out;
    const size_t len = fill(draft, plain);
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

static enum error add_letter(struct vault *vault, const struct casefile_source *source,
                             uint64_t case_id, bool misplaced, const uint8_t *letter)
{
    uint8_t head[LETTER_HEAD];
    size_t len = LETTER_LEN;
    while (len > 0 && letter[len - 1] == 0)
        len--;
    memcpy(head, source->card->kiosk, CARD_KIOSK_LEN);
    wire_put64(head + CARD_KIOSK_LEN, source->record->seq);
    head[HEAD_FLAGS] = misplaced ? CASELOAD_MISPLACED : 0;
    head[HEAD_TYPE] = source->card->type;
    const struct draft draft = {.kind = CASEFILE_LETTER,
                                .case_id = case_id,
                                .day = source->today,
                                .head = head,
                                .head_len = sizeof head,
                                .body = letter,
                                .body_len = len};
    return add(vault, &draft);
}

/* Seals message n once and for all: what is stored is what every board will carry. */
static enum error add_message(struct vault *vault, uint64_t case_id, const struct code_keys *keys,
                              uint64_t n, const struct answer *answer)
{
    uint8_t head[MESSAGE_HEAD], entry[ANSWER_LEN];
    enum error error = answer_seal(keys, n, answer, entry);
    if (error != ERROR_NONE)
        return error == ERROR_TEXT_LONG ? ERROR_TEXT_LONG : ERROR_MEMORY;
    wire_put64(head, n);
    head[8] = answer->len > 0;
    const struct draft draft = {.kind = CASEFILE_MESSAGE,
                                .case_id = case_id,
                                .n = n,
                                .day = answer->day,
                                .head = head,
                                .head_len = sizeof head,
                                .body = entry,
                                .body_len = sizeof entry};
    return add(vault, &draft);
}

/* --- from envelope to case --- */

enum error casefile_open(const struct vault_keys *keys, const uint8_t *envelope, uint8_t *letter,
                         bool *opened)
{
    uint8_t id[ENVELOPE_ID_LEN] = {0};
    enum error error = envelope_names(envelope, id);
    size_t i = 0;
    while (i < keys->intake_count && memcmp(keys->intake[i].id, id, sizeof id) != 0)
        i++;
    if (error == ERROR_NONE && i == keys->intake_count)
        error = ERROR_KEY_UNFIT;
    if (error == ERROR_NONE)
        error = envelope_open_pair(keys->intake[i].secret, keys->intake[i].public_key, envelope,
                                   letter);
    *opened = error == ERROR_NONE;
    return error == ERROR_MEMORY ? ERROR_MEMORY : ERROR_NONE;
}

static bool is_misplaced(const struct casefile_source *source, const struct letter *letter)
{
    return memcmp(letter->kiosk, source->card->kiosk, CARD_KIOSK_LEN) != 0 ||
           letter->session != source->record->seq ||
           strcmp(letter->facility, source->card->facility) != 0;
}

static void letter_keys(const struct letter *letter, struct code_keys *keys)
{
    memcpy(keys->tag, letter->tag_key, CODE_KEY_LEN);
    memcpy(keys->answer, letter->answer_key, CODE_KEY_LEN);
}

/* The first message has no text: its state alone says "it arrived", in the language of the reader.
 */
static enum error greet(struct vault *vault, const struct letter *letter, uint64_t case_id,
                        uint32_t today)
{
    enum error error = ERROR_MEMORY;
    struct code_keys *keys = secret_new(sizeof *keys);
    struct answer *answer = secret_new(sizeof *answer);
    if (keys != NULL && answer != NULL) {
        letter_keys(letter, keys);
        answer->state = TAXONOMY_ARRIVED;
        answer->day = today;
        error = add_message(vault, case_id, keys, 1, answer);
    }
    secret_free(keys);
    secret_free(answer);
    return error;
}

/* The case of a letter: the one its tag key links to, or a new one. */
static enum error find_case(struct vault *vault, const struct letter *letter, uint64_t *id,
                            bool *fresh)
{
    uint8_t link[CASEBOOK_LINK_LEN];
    if (casebook_link(vault->keys->casebook, letter->tag_key, LETTER_KEY_LEN, link) != 0)
        return ERROR_MEMORY;
    enum error error = caseload_linked(vault->cases, link, id);
    *fresh = error == ERROR_NO_ROW;
    if (*fresh)
        error = caseload_new_case(vault->cases, link, id);
    return error;
}

static enum error file_letter(struct vault *vault, const struct casefile_source *source,
                              const struct letter *letter, const uint8_t *raw,
                              enum casefile_outcome *outcome)
{
    uint64_t id = 0;
    bool fresh = false;
    enum error error = find_case(vault, letter, &id, &fresh);
    if (error != ERROR_NONE)
        return error;
    *outcome = fresh ? CASEFILE_NEW : CASEFILE_JOINED;
    error = add_letter(vault, source, id, is_misplaced(source, letter), raw);
    if (error == ERROR_NONE && fresh)
        error = greet(vault, letter, id, source->today);
    return error;
}

enum error casefile_take(struct vault *vault, const struct casefile_source *source,
                         const uint8_t *raw, enum casefile_outcome *outcome, bool *misplaced)
{
    enum error error = ERROR_NONE;
    struct letter *letter = secret_new(sizeof *letter);
    if (letter == NULL)
        return ERROR_MEMORY;
    *outcome = CASEFILE_UNREADABLE;
    *misplaced = false;
    if (letter_decode(raw, letter) == ERROR_NONE) {
        *outcome = CASEFILE_COVER;
        *misplaced = is_misplaced(source, letter);
        if (letter->kind != LETTER_COVER)
            error = file_letter(vault, source, letter, raw, outcome);
    }
    secret_free(letter);
    return error;
}

/* --- reading back --- */

/* What reading needs of locked memory, in one block. */
struct page {
    uint8_t plain[ITEM_MAX];
    uint8_t raw[LETTER_LEN];
    struct letter letter;
    struct code_keys keys;
};

struct reading {
    struct vault *vault;
    casefile_fn *each;
    void *context;
    struct page *page;
    uint64_t keys_of; /* the case that page->keys belong to; 0: none yet */
    bool damaged;
    enum error error;
};

static enum error take_letter(struct reading *reading, const uint8_t *body, size_t len,
                              struct casefile_item *item)
{
    struct page *page = reading->page;
    if (len < LETTER_HEAD || len > LETTER_HEAD + LETTER_LEN)
        return ERROR_CASEBOOK_ROW;
    memset(page->raw, 0, sizeof page->raw);
    memcpy(page->raw, body + LETTER_HEAD, len - LETTER_HEAD);
    if (letter_decode(page->raw, &page->letter) != ERROR_NONE)
        return ERROR_CASEBOOK_ROW;
    item->kiosk = body;
    item->seq = wire_get64(body + CARD_KIOSK_LEN);
    item->misplaced = body[HEAD_FLAGS] != 0;
    item->type = body[HEAD_TYPE];
    item->letter = &page->letter;
    if (reading->keys_of != item->case_id)
        letter_keys(&page->letter, &page->keys);
    reading->keys_of = item->case_id;
    return ERROR_NONE;
}

static enum error take_body(struct reading *reading, const uint8_t *body, size_t len,
                            struct casefile_item *item)
{
    switch (item->kind) {
    case CASEFILE_LETTER:
        return take_letter(reading, body, len, item);
    case CASEFILE_MESSAGE:
        if (len != MESSAGE_HEAD + ANSWER_LEN)
            return ERROR_CASEBOOK_ROW;
        item->n = wire_get64(body);
        item->has_text = body[8] != 0;
        item->entry = body + MESSAGE_HEAD;
        item->keys = reading->keys_of == item->case_id ? &reading->page->keys : NULL;
        return ERROR_NONE;
    case CASEFILE_STATUS:
        item->status = len == 1 ? body[0] : 0;
        return len == 1 ? ERROR_NONE : ERROR_CASEBOOK_ROW;
    case CASEFILE_NOTE:
        item->text = (const char *)body;
        item->len = len;
        return ERROR_NONE;
    }
    return ERROR_CASEBOOK_ROW;
}

/* A row that fits nowhere else: its id is bound by the seal, its case and number stand inside. */
static enum error read_row(struct reading *reading, const struct caseload_item *row)
{
    uint8_t *plain = reading->page->plain;
    const size_t room = row->len - CASEBOOK_OVERHEAD;
    if (row->len < CASEBOOK_OVERHEAD + ITEM_BODY || room > ITEM_MAX ||
        casebook_open(reading->vault->keys->casebook, row->id, row->sealed, row->len, plain) != 0)
        return ERROR_CASEBOOK_ROW;
    const size_t len = wire_get32(plain + ITEM_LEN);
    struct casefile_item item = {
        .kind = (enum casefile_kind)plain[ITEM_KIND],
        .case_id = wire_get64(plain + ITEM_CASE),
        .day = wire_get32(plain + ITEM_DAY),
    };
    if (plain[0] != ITEM_VERSION || item.case_id != row->case_id || len > room - ITEM_BODY)
        return ERROR_CASEBOOK_ROW;
    enum error error = take_body(reading, plain + ITEM_BODY, len, &item);
    if (error == ERROR_NONE && item.n != row->n)
        error = ERROR_CASEBOOK_ROW;
    return error == ERROR_NONE ? reading->each(reading->context, &item) : error;
}

static void note_damage(struct vault *vault, const struct caseload_item *row)
{
    for (size_t i = 0; i < vault->damage_count; i++)
        if (vault->damage[i].case_id == row->case_id && vault->damage[i].message == row->n)
            return;
    if (vault->damage_count < VAULT_DAMAGE_MAX)
        vault->damage[vault->damage_count++] = (struct vault_damage){row->case_id, row->n};
}

static enum error each_row(void *context, const struct caseload_item *row)
{
    struct reading *reading = context;
    reading->error = read_row(reading, row);
    if (reading->error == ERROR_CASEBOOK_ROW) {
        note_damage(reading->vault, row);
        reading->damaged = true;
        reading->error = ERROR_NONE;
    }
    return reading->error == ERROR_NONE ? ERROR_NONE : ERROR_IO;
}

enum error casefile_each(struct vault *vault, uint64_t case_id, casefile_fn *each, void *context)
{
    struct reading reading = {.vault = vault, .each = each, .context = context};
    reading.page = secret_new(sizeof *reading.page);
    if (reading.page == NULL)
        return ERROR_MEMORY;
    enum error error = caseload_each_item(vault->cases, case_id, each_row, &reading);
    secret_free(reading.page);
    if (reading.error != ERROR_NONE || error != ERROR_NONE)
        return reading.error != ERROR_NONE ? reading.error : error;
    return reading.damaged ? ERROR_CASEBOOK_ROW : ERROR_NONE;
}

enum error casefile_message(const struct casefile_item *item, struct answer *answer)
{
    if (item->keys == NULL)
        return ERROR_CASEBOOK_ROW;
    enum error error = answer_open(item->keys, item->n, item->entry, answer);
    return error == ERROR_NONE     ? ERROR_NONE
           : error == ERROR_MEMORY ? ERROR_MEMORY
                                   : ERROR_CASEBOOK_ROW;
}

/* --- what the office adds --- */

/* Runs one addition in a transaction of its own. */
static enum error finish(struct vault *vault, enum error error)
{
    if (error == ERROR_NONE)
        error = caseload_commit(vault->cases);
    if (error != ERROR_NONE)
        caseload_rollback(vault->cases);
    return error;
}

static enum error add_alone(struct vault *vault, const struct draft *draft)
{
    enum error error = caseload_begin(vault->cases);
    if (error != ERROR_NONE)
        return error;
    return finish(vault, add(vault, draft));
}

struct found_keys {
    struct code_keys *keys;
    bool found;
};

static enum error keep_keys(void *context, const struct casefile_item *item)
{
    struct found_keys *found = context;
    if (item->kind == CASEFILE_LETTER && !found->found) {
        letter_keys(item->letter, found->keys);
        found->found = true;
    }
    return ERROR_NONE;
}

static uint64_t messages_max(const struct answer *answer)
{
    if (answer->len > 0)
        return CASEFILE_TEXTS_MAX;
    return answer->state == TAXONOMY_CLOSED ? ANSWER_COUNT_MAX : CASEFILE_STATES_MAX;
}

static enum error say(struct vault *vault, uint64_t case_id, const struct code_keys *keys,
                      const struct answer *answer)
{
    uint64_t last = 0;
    enum error error = caseload_last_message(vault->cases, case_id, &last);
    if (error != ERROR_NONE)
        return error;
    if (last >= messages_max(answer))
        return answer->len > 0 ? ERROR_MESSAGES : ERROR_NONE;
    return add_message(vault, case_id, keys, last + 1, answer);
}

static enum error say_and_set(struct vault *vault, uint64_t case_id, const struct code_keys *keys,
                              const struct casefile_reply *reply)
{
    enum error error = ERROR_NONE;
    if (reply->answer != NULL)
        error = say(vault, case_id, keys, reply->answer);
    const struct draft draft = {.kind = CASEFILE_STATUS,
                                .case_id = case_id,
                                .day = reply->day,
                                .head = &reply->status,
                                .head_len = 1};
    return error == ERROR_NONE && reply->status != 0 ? add(vault, &draft) : error;
}

/* A damaged row does not stop an answer, as long as one letter still gives the keys. */
enum error casefile_reply(struct vault *vault, uint64_t case_id, const struct casefile_reply *reply)
{
    struct found_keys found = {.keys = secret_new(sizeof *found.keys)};
    if (found.keys == NULL)
        return ERROR_MEMORY;
    enum error error = casefile_each(vault, case_id, keep_keys, &found);
    if (error == ERROR_CASEBOOK_ROW && found.found)
        error = ERROR_NONE;
    if (error == ERROR_NONE && !found.found)
        error = ERROR_CASEBOOK_ROW;
    if (error == ERROR_NONE)
        error = caseload_begin(vault->cases);
    if (error == ERROR_NONE)
        error = finish(vault, say_and_set(vault, case_id, found.keys, reply));
    secret_free(found.keys);
    return error;
}

enum error casefile_note(struct vault *vault, uint64_t case_id, uint32_t day, const char *text,
                         size_t len)
{
    if (len > CASEFILE_NOTE_MAX)
        return ERROR_TEXT_LONG;
    const struct draft draft = {
        .kind = CASEFILE_NOTE, .case_id = case_id, .day = day, .head = text, .head_len = len};
    return add_alone(vault, &draft);
}

/* --- cards --- */

static enum error put_card(struct vault *vault, struct caseload_kiosk *kiosk, const uint8_t *file)
{
    enum error error = caseload_next_id(vault->cases, &kiosk->row);
    if (error != ERROR_NONE)
        return error;
    if (casebook_seal(vault->keys->casebook, kiosk->row, file, CARD_FILE_LEN, kiosk->card) != 0)
        return ERROR_MEMORY;
    kiosk->card_len = CARD_FILE_LEN + CASEBOOK_OVERHEAD;
    return caseload_put_card(vault->cases, kiosk);
}

enum error casefile_keep_card(struct vault *vault, const uint8_t file[CARD_FILE_LEN],
                              uint32_t today)
{
    _Static_assert((int)CARD_FILE_LEN + (int)CASEBOOK_OVERHEAD <= (int)CASELOAD_CARD_MAX,
                   "room for a card");
    struct card card;
    struct charter charter;
    struct caseload_kiosk kiosk = {.enrolled = today};
    enum error error = card_decode(file, CARD_FILE_LEN, &card, &charter);
    if (error != ERROR_NONE)
        return error;
    memcpy(kiosk.kiosk, card.kiosk, sizeof kiosk.kiosk);
    error = caseload_begin(vault->cases);
    return error == ERROR_NONE ? finish(vault, put_card(vault, &kiosk, file)) : error;
}

enum error casefile_card(const struct vault *vault, const struct caseload_kiosk *kiosk,
                         struct card *card)
{
    uint8_t file[CARD_FILE_LEN]; /* not secret: the kiosk carries it in the clear */
    struct charter charter;
    if (kiosk->card_len != CARD_FILE_LEN + CASEBOOK_OVERHEAD ||
        casebook_open(vault->keys->casebook, kiosk->row, kiosk->card, kiosk->card_len, file) != 0 ||
        card_decode(file, sizeof file, card, &charter) != ERROR_NONE ||
        memcmp(card->office, vault->charter.office, CHARTER_OFFICE_LEN) != 0 ||
        memcmp(card->kiosk, kiosk->kiosk, CARD_KIOSK_LEN) != 0)
        return ERROR_CASEBOOK_ROW;
    return ERROR_NONE;
}
