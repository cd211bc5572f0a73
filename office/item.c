/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A thing of a case, sealed into an act and read back. */
#include "office/item.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "base/wire.h"
#include "complaint/taxonomy.h"
#include "crypto/answer.h"
#include "crypto/secret.h"

enum {
    AT_SEQ = CARD_KIOSK_LEN,
    AT_TYPE = AT_SEQ + 8,
    LETTER_HEAD = AT_TYPE + 1,
    MINUTES = 24 * 60,
};
_Static_assert((int)LETTER_KIOSK_LEN == (int)CARD_KIOSK_LEN, "one kind of kiosk id");
_Static_assert((int)LETTER_KEY_LEN == (int)CODE_KEY_LEN, "one kind of receipt key");
_Static_assert(sizeof(struct code_keys) == 2 * CODE_KEY_LEN, "no holes in the keys");

enum taxonomy_urgency item_urgency(const struct letter *letter)
{
    if (taxonomy_category(letter->category) == NULL)
        return TAXONOMY_U0;
    return taxonomy_triage(letter->category, letter->urgent, letter->urgent_count);
}

void item_keys(const struct letter *letter, struct code_keys *keys)
{
    memcpy(keys->tag, letter->tag_key, CODE_KEY_LEN);
    memcpy(keys->answer, letter->answer_key, CODE_KEY_LEN);
}

/* --- writing --- */

static void fill_content(const struct item_source *source, const uint8_t *raw,
                         uint8_t head[LETTER_HEAD], struct act_content *content)
{
    size_t len = LETTER_LEN;
    while (len > 0 && raw[len - 1] == 0)
        len--;
    memcpy(head, source->card->kiosk, CARD_KIOSK_LEN);
    wire_put64(head + AT_SEQ, source->record->seq);
    head[AT_TYPE] = source->card->type;
    *content = (struct act_content){head, LETTER_HEAD, raw, len};
}

static enum error seal_letter(struct history_batch *batch, const struct keyset *keys,
                              const struct act *act, const struct act_content *content,
                              uint8_t *secret, struct journal_casekey *casekey)
{
    struct history_act *added = NULL;
    enum error error = grant_case_key(keys, KEYSET_GENERAL, act->subject, secret, casekey);
    const struct history_key key = {secret, casekey->commitment};
    if (error == ERROR_NONE)
        error = history_batch_add(batch, keys, act, &key, content, &added);
    if (error == ERROR_NONE)
        added->casekey = casekey;
    return error;
}

enum error item_mark(const uint8_t *envelope, uint32_t *mark)
{
    static const char domain[] = "sandyq envelope v1";
    uint8_t digest[HASH_LEN];
    const struct hash_part parts[] = {{domain, sizeof domain}, {envelope, ENVELOPE_LEN}};
    if (hash_sha256(digest, parts, 2) != 0)
        return ERROR_MEMORY;
    *mark = wire_get32(digest);
    *mark += *mark == 0;
    return ERROR_NONE;
}

enum error item_add_letter(struct history_batch *batch, const struct keyset *keys,
                           const struct item_source *source, const struct letter *letter,
                           bool misplaced, const uint8_t *raw)
{
    uint8_t head[LETTER_HEAD];
    uint32_t mark = 0;
    struct act_content content;
    struct act act = {
        .kind = ACT_LETTER,
        .minute = source->now,
        .urgency = (uint8_t)item_urgency(letter),
        .flags = misplaced ? ACT_MISPLACED : 0,
    };
    fill_content(source, raw, head, &content);
    enum error error = keyset_handle(keys, letter->tag_key, LETTER_KEY_LEN, act.subject);
    if (error == ERROR_NONE)
        error = item_mark(source->record->envelope, &mark);
    if (error != ERROR_NONE)
        return error;
    act.to = mark;
    error = ERROR_MEMORY;
    uint8_t *secret = secret_new(KEYSET_KEY_LEN);
    struct journal_casekey *casekey = malloc(sizeof *casekey);
    if (secret != NULL && casekey != NULL)
        error = seal_letter(batch, keys, &act, &content, secret, casekey);
    secret_free(secret);
    if (error != ERROR_NONE)
        free(casekey);
    return error;
}

enum error item_add_seen(struct history_batch *batch, const struct keyset *keys,
                         const struct item_source *source, const struct letter *letter)
{
    const uint32_t today = source->now / MINUTES;
    struct act act = {
        .kind = ACT_SEEN,
        .minute = source->now,
        .to = letter->seen,
        .day = letter->day < today ? letter->day : today,
    };
    enum error error = keyset_handle(keys, letter->tag_key, LETTER_KEY_LEN, act.subject);
    return error == ERROR_NONE ? history_batch_add(batch, keys, &act, NULL, NULL, NULL) : error;
}

static struct act begin(const struct item_case *of_case, enum act_kind kind)
{
    struct act act = {
        .kind = (uint16_t)kind,
        .minute = of_case->now,
        .letters = of_case->seen->letters,
    };
    memcpy(act.subject, of_case->seen->handle, sizeof act.subject);
    return act;
}

enum error item_add_message(struct history_batch *batch, const struct keyset *keys,
                            const struct item_case *of_case, const struct item_message *message)
{
    const struct act_content content = {.text = message->text, .text_len = message->len};
    const bool text = message->len > 0;
    struct act act = begin(of_case, ACT_MESSAGE);
    if (message->len > ANSWER_TEXT_MAX)
        return ERROR_TEXT_LONG;
    act.field = ACT_MESSAGES;
    act.from = of_case->seen->messages;
    act.to = message->n;
    act.day = of_case->now / MINUTES;
    act.state = message->state;
    act.flags = (text ? ACT_HAS_TEXT : 0) | (message->asks ? ACT_ASKS : 0);
    return history_batch_add(batch, keys, &act, text ? &of_case->key : NULL, text ? &content : NULL,
                             NULL);
}

enum error item_add_status(struct history_batch *batch, const struct keyset *keys,
                           const struct item_case *of_case, uint8_t status)
{
    struct act act = begin(of_case, ACT_STATE);
    act.field = ACT_CASE_STATE;
    act.from = of_case->seen->state;
    act.to = status;
    return history_batch_add(batch, keys, &act, NULL, NULL, NULL);
}

enum error item_add_note(struct history_batch *batch, const struct keyset *keys,
                         const struct item_case *of_case, const char *text, size_t len)
{
    const struct act_content content = {.text = text, .text_len = len};
    const struct act act = begin(of_case, ACT_NOTE);
    if (len > ITEM_NOTE_MAX)
        return ERROR_TEXT_LONG;
    return history_batch_add(batch, keys, &act, &of_case->key, &content, NULL);
}

/* --- reading --- */

struct item_reader {
    const struct vault *vault;
    struct journal *journal;
    uint8_t commitment[HASH_LEN]; /* of the key that is held */
    bool has_key;
    uint8_t key[KEYSET_KEY_LEN];
    struct letter letter;
    uint8_t raw[LETTER_LEN];
    uint8_t plain[ACT_BODY_MAX];
};

enum error item_reader_new(struct vault *vault, struct journal *journal, struct item_reader **out)
{
    *out = secret_new(sizeof **out);
    if (*out == NULL)
        return ERROR_MEMORY;
    (*out)->vault = vault;
    (*out)->journal = journal;
    return ERROR_NONE;
}

void item_reader_free(struct item_reader **reader)
{
    secret_free(*reader);
    *reader = NULL;
}

enum error item_key(const struct vault *vault, struct journal *journal,
                    const uint8_t commitment[HASH_LEN], uint8_t key[KEYSET_KEY_LEN])
{
    struct journal_casekey row;
    enum error error = journal_casekey(journal, commitment, &row);
    if (error == ERROR_NONE)
        error = grant_open_case_key(vault->keys, &row, key);
    return error == ERROR_NO_ROW || error == ERROR_SEAL || error == ERROR_KEY_UNFIT
               ? ERROR_JOURNAL_ROW
               : error;
}

/* Acts that follow a letter in its case mostly use the same key. */
static enum error hold_key(struct item_reader *reader, const uint8_t *commitment)
{
    if (reader->has_key && memcmp(reader->commitment, commitment, HASH_LEN) == 0)
        return ERROR_NONE;
    enum error error = item_key(reader->vault, reader->journal, commitment, reader->key);
    reader->has_key = error == ERROR_NONE;
    memcpy(reader->commitment, commitment, HASH_LEN);
    return error;
}

struct content {
    const uint8_t *data;
    size_t len;
};

/* Opens the body of an act; one without a body has no content. */
static enum error open_body(struct item_reader *reader, const struct act *act, uint64_t seq,
                            const uint8_t *digest, struct content *content)
{
    static const uint8_t none[HASH_LEN];
    uint8_t sealed[JOURNAL_BODY_MAX];
    size_t len = 0;
    *content = (struct content){(const uint8_t *)"", 0};
    if (memcmp(digest, none, HASH_LEN) == 0)
        return ERROR_NONE;
    enum error error = hold_key(reader, act->commitment);
    if (error == ERROR_NONE)
        error = journal_body(reader->journal, seq, sealed, &len);
    const struct act_body_key key = {reader->vault->keys->office, reader->key};
    if (error == ERROR_NONE)
        error =
            act_open_body(&key, sealed, len, digest, reader->plain, &content->data, &content->len);
    return error == ERROR_NO_ROW || error == ERROR_SEAL || error == ERROR_MALFORMED
               ? ERROR_JOURNAL_ROW
               : error;
}

static enum error take_letter(struct item_reader *reader, const struct content *content,
                              struct item *item)
{
    if (content->len < LETTER_HEAD || content->len > LETTER_HEAD + LETTER_LEN)
        return ERROR_JOURNAL_ROW;
    memset(reader->raw, 0, sizeof reader->raw);
    memcpy(reader->raw, content->data + LETTER_HEAD, content->len - LETTER_HEAD);
    if (letter_decode(reader->raw, &reader->letter) != ERROR_NONE)
        return ERROR_JOURNAL_ROW;
    item->kiosk = content->data;
    item->seq = wire_get64(content->data + AT_SEQ);
    item->type = content->data[AT_TYPE];
    item->letter = &reader->letter;
    return ERROR_NONE;
}

static enum error take_text(const struct content *content, struct item *item)
{
    item->text = (const char *)content->data;
    item->len = content->len;
    return utf8_valid(item->text, item->len) ? ERROR_NONE : ERROR_JOURNAL_ROW;
}

static bool says_its_day(const struct act *act)
{
    return act->kind == ACT_MESSAGE || act->kind == ACT_SEEN;
}

static void take_head(const struct act *act, struct item *item)
{
    static const struct {
        uint16_t kind;
        enum item_kind item;
    } kinds[] = {
        {ACT_LETTER, ITEM_LETTER},         {ACT_MESSAGE, ITEM_MESSAGE},
        {ACT_STATE, ITEM_STATUS},          {ACT_NOTE, ITEM_NOTE},
        {ACT_UNDONE, ITEM_STATUS},         {ACT_SEEN, ITEM_SEEN},
        {ACT_TAKEN_BACK, ITEM_TAKEN_BACK},
    };
    item->kind = ITEM_OTHER;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].kind == act->kind)
            item->kind = kinds[i].item;
    item->minute = act->minute;
    item->day = says_its_day(act) ? act->day : act->minute / MINUTES;
    item->misplaced = (act->flags & ACT_MISPLACED) != 0;
    item->n = says_its_day(act) || act->kind == ACT_TAKEN_BACK ? act->to : 0;
    item->has_text = item->kind == ITEM_MESSAGE && (act->flags & ACT_HAS_TEXT) != 0;
    item->asks = item->has_text && (act->flags & ACT_ASKS) != 0;
    item->state = act->state;
    item->undoes = act->kind == ACT_UNDONE;
    if (item->kind == ITEM_STATUS) {
        item->was = (uint8_t)act->from;
        item->status = (uint8_t)act->to;
    }
}

struct found {
    const struct keyset *keys;
    enum error opened;
    struct act act;
    uint8_t head_digest[HASH_LEN];
    uint8_t body_digest[HASH_LEN];
};

static enum error open_row(void *context, const struct journal_act *row)
{
    struct found *found = context;
    found->opened = history_open_head(found->keys, row, &found->act);
    memcpy(found->head_digest, row->head_digest, HASH_LEN);
    memcpy(found->body_digest, row->body_digest, HASH_LEN);
    return ERROR_NONE;
}

enum error item_read(struct item_reader *reader, uint64_t seq, struct item *item)
{
    const struct vault *vault = reader->vault;
    struct found found = {.keys = vault->keys, .opened = ERROR_SEAL};
    struct content content;
    const struct fold_act *kept = fold_act(vault->history.fold, seq);
    *item = (struct item){.kind = ITEM_OTHER, .act = seq};
    enum error error = journal_act(reader->journal, seq, open_row, &found);
    if (error == ERROR_NO_ROW || (error == ERROR_NONE && found.opened != ERROR_NONE))
        error = found.opened == ERROR_MEMORY ? ERROR_MEMORY : ERROR_JOURNAL_ROW;
    if (error != ERROR_NONE || kept == NULL)
        return error != ERROR_NONE ? error : ERROR_JOURNAL_ROW;
    error = fold_is_sealed(vault->history.fold, seq, found.head_digest, found.body_digest);
    if (error != ERROR_NONE)
        return error == ERROR_SEAL ? ERROR_JOURNAL_ROW : error;
    take_head(&found.act, item);
    item->taken_back = item->kind == ITEM_MESSAGE && fold_taken_back(vault->history.fold, seq);
    item->officer = kept->officer;
    item->verdict = (enum fold_verdict)kept->verdict;
    if (kept->place != FOLD_NOWHERE)
        item->case_id = kept->place + 1;
    if (item->kind == ITEM_OTHER || item->kind == ITEM_STATUS || item->kind == ITEM_SEEN)
        return ERROR_NONE;
    error = open_body(reader, &found.act, seq, found.body_digest, &content);
    if (error != ERROR_NONE)
        return error;
    return item->kind == ITEM_LETTER ? take_letter(reader, &content, item)
                                     : take_text(&content, item);
}
