/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The body of a restored act, and what it explains. */
#include "office/restored.h"

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
    AT_SIGNATURE = 112,
};
_Static_assert(AT_SIGNATURE + SIGNATURE_LEN == RESTORED_LEN, "it ends with the signature");

/* What root signs. */
static void message_of(const uint8_t *office, const uint8_t *body,
                       uint8_t message[HASH_LEN + AT_SIGNATURE])
{
    memcpy(message, office, HASH_LEN);
    memcpy(message + HASH_LEN, body, AT_SIGNATURE);
}

enum error restored_encode(const struct restored *restored, const uint8_t office[HASH_LEN],
                           const uint8_t root_seed[SIGNATURE_SEED_LEN], uint8_t out[RESTORED_LEN])
{
    uint8_t message[HASH_LEN + AT_SIGNATURE];
    wire_put32(out, restored->board);
    wire_put32(out + AT_DAY, restored->day);
    memcpy(out + AT_HEAD, restored->head, HASH_LEN);
    wire_put32(out + AT_CHARTER, restored->charter);
    wire_put32(out + AT_FLAGS, restored->flags);
    memcpy(out + AT_LOST, restored->lost, HASH_LEN);
    memcpy(out + AT_KEPT, restored->kept, HASH_LEN);
    message_of(office, out, message);
    return signature_sign(root_seed, domain, message, sizeof message, out + AT_SIGNATURE) == 0
               ? ERROR_NONE
               : ERROR_MEMORY;
}

static enum error decode(const struct history *history, const uint8_t *in, struct restored *out)
{
    uint8_t message[HASH_LEN + AT_SIGNATURE];
    *out = (struct restored){
        .board = wire_get32(in),
        .day = wire_get32(in + AT_DAY),
        .charter = wire_get32(in + AT_CHARTER),
        .flags = wire_get32(in + AT_FLAGS),
    };
    memcpy(out->head, in + AT_HEAD, HASH_LEN);
    memcpy(out->lost, in + AT_LOST, HASH_LEN);
    memcpy(out->kept, in + AT_KEPT, HASH_LEN);
    message_of(history->keys->office, in, message);
    return signature_check(history->root, domain, message, sizeof message, in + AT_SIGNATURE);
}

enum error restored_read(struct history *history, uint64_t seq, struct restored *out)
{
    const uint8_t *content = NULL;
    size_t len = 0;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    if (plain == NULL)
        return ERROR_MEMORY;
    enum error error = history_body(history, seq, ACT_RESTORED, plain, &content, &len);
    if (error == ERROR_NONE)
        error = len == RESTORED_LEN ? decode(history, content, out) : ERROR_JOURNAL_ROW;
    secret_free(plain);
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
