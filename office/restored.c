/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of a restored act, and what it explains. */
#include "office/restored.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/secret.h"

static const char domain[] = "sandyq restored v1";

enum {
    AT_DAY = 4,
    AT_HEAD = 8,
    AT_CHARTER = 40,
    AT_FLAGS = 44,
    AT_LOST = 48,
    AT_KEPT = 80,
    AT_LEFT = 112,
    LEFT_LEN = 12,
};

size_t restored_len(size_t n)
{
    return AT_LEFT + n * LEFT_LEN + SIGNATURE_LEN;
}

/* The digest of what root signs: the office's id and all before the signature. */
static enum error digest_of(const uint8_t *office, const uint8_t *body, size_t len,
                            uint8_t digest[HASH_LEN])
{
    const struct hash_part parts[] = {{office, HASH_LEN}, {body, len - SIGNATURE_LEN}};
    return hash_sha256(digest, parts, 2) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error restored_encode(const struct restored *restored, const struct restored_left *left,
                           size_t n, const uint8_t office[HASH_LEN],
                           const uint8_t root_seed[SIGNATURE_SEED_LEN], uint8_t *out)
{
    uint8_t digest[HASH_LEN];
    const size_t len = restored_len(n);
    wire_put32(out, restored->board);
    wire_put32(out + AT_DAY, restored->day);
    memcpy(out + AT_HEAD, restored->head, HASH_LEN);
    wire_put32(out + AT_CHARTER, restored->charter);
    wire_put32(out + AT_FLAGS, restored->flags);
    memcpy(out + AT_LOST, restored->lost, HASH_LEN);
    memcpy(out + AT_KEPT, restored->kept, HASH_LEN);
    for (size_t i = 0; i < n; i++) {
        uint8_t *to = out + AT_LEFT + i * LEFT_LEN;
        if (left[i].act > UINT32_MAX)
            return ERROR_MALFORMED;
        wire_put32(to, (uint32_t)left[i].act);
        wire_put32(to + 4, left[i].board);
        wire_put32(to + 8, left[i].day);
    }
    enum error error = digest_of(office, out, len, digest);
    if (error != ERROR_NONE)
        return error;
    return signature_sign_hashed(root_seed, domain, digest, out + len - SIGNATURE_LEN) == 0
               ? ERROR_NONE
               : ERROR_MEMORY;
}

/* A body, opened. */
struct body {
    uint8_t *plain; /* secret_new memory */
    const uint8_t *content;
    size_t left; /* messages */
};

/* Opens a body that root signed; for secret_free(body->plain), also on an error. */
static enum error open_body(struct history *history, uint64_t seq, struct body *body)
{
    uint8_t digest[HASH_LEN];
    size_t len = 0;
    *body = (struct body){.plain = secret_new(ACT_BODY_MAX)};
    if (body->plain == NULL)
        return ERROR_MEMORY;
    enum error error = history_body(history, seq, ACT_RESTORED, body->plain, &body->content, &len);
    if (error != ERROR_NONE)
        return error;
    if (len < restored_len(0) || (len - restored_len(0)) % LEFT_LEN != 0)
        return ERROR_JOURNAL_ROW;
    body->left = (len - restored_len(0)) / LEFT_LEN;
    error = digest_of(history->keys->office, body->content, len, digest);
    return error == ERROR_NONE ? signature_check_hashed(history->root, domain, digest,
                                                        body->content + len - SIGNATURE_LEN)
                               : error;
}

uint64_t restored_last(const struct fold *fold)
{
    uint64_t seq = fold_last(fold);
    for (; seq > 0; seq--) {
        const struct fold_act *act = fold_act(fold, seq);
        if (act->kind == ACT_RESTORED && act->verdict == FOLD_COUNTS)
            break;
    }
    return seq;
}

enum error restored_read(struct history *history, uint64_t seq, struct restored *out)
{
    struct body body;
    enum error error = open_body(history, seq, &body);
    if (error == ERROR_NONE) {
        const uint8_t *in = body.content;
        *out = (struct restored){
            .board = wire_get32(in),
            .day = wire_get32(in + AT_DAY),
            .charter = wire_get32(in + AT_CHARTER),
            .flags = wire_get32(in + AT_FLAGS),
        };
        memcpy(out->head, in + AT_HEAD, HASH_LEN);
        memcpy(out->lost, in + AT_LOST, HASH_LEN);
        memcpy(out->kept, in + AT_KEPT, HASH_LEN);
    }
    secret_free(body.plain);
    return error;
}

/* They ascend, came before the act, and left on boards up to the one that it goes on from. */
static enum error decode_left(const struct body *body, uint64_t seq, struct restored_left *left)
{
    const uint32_t last = wire_get32(body->content);
    uint64_t before = 0;
    for (size_t i = 0; i < body->left; i++) {
        const uint8_t *in = body->content + AT_LEFT + i * LEFT_LEN;
        left[i] = (struct restored_left){wire_get32(in), wire_get32(in + 4), wire_get32(in + 8)};
        if (left[i].act <= before || left[i].act >= seq || left[i].board > last)
            return ERROR_JOURNAL_ROW;
        before = left[i].act;
    }
    return ERROR_NONE;
}

enum error restored_messages(struct history *history, uint64_t seq, struct restored_left **left,
                             size_t *n)
{
    struct body body;
    *left = NULL;
    enum error error = open_body(history, seq, &body);
    if (error == ERROR_NONE) {
        *n = body.left;
        *left = calloc(body.left + 1, sizeof **left);
        error = *left != NULL ? decode_left(&body, seq, *left) : ERROR_MEMORY;
    }
    secret_free(body.plain);
    if (error != ERROR_NONE) {
        free(*left);
        *left = NULL;
    }
    return error;
}

enum error restored_explain(struct history *history)
{
    const struct fold_act *act = fold_act(history->fold, history->parted);
    struct restored restored;
    if (history->lost == 0 || act == NULL || act->kind != ACT_RESTORED ||
        act->verdict != FOLD_COUNTS)
        return ERROR_NONE;
    const enum error error = restored_read(history, history->parted, &restored);
    if (error == ERROR_NONE)
        history_forgive(history);
    return error == ERROR_FORGED || error == ERROR_JOURNAL_ROW ? ERROR_NONE : error;
}
