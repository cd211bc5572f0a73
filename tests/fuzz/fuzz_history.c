/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A transaction of any acts, with any heads and bodies, sealed and signed as only a colleague can:
   those that make no sense count for nothing, every desk comes to the same, and what is shown
   cannot act. Input: how (1 byte: which call fails; 32 of root, 64 of nobody, 128 it fails in what
   is shown and done then), then acts, each: kind (1 byte; 255: its head does not open, 254: it is
   for a key that nobody has), field (1; 0: the kind's own), whom it is about (1), from, to, owner,
   answers, state, urgency, flags, letters (1 each), length of the body (1; 255: none, 128: as long
   as a good one, below 32: so long), place of the changes in it (2), how many (1), changes. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/secret.h"
#include "office/item.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/office.h"
#include "tests/lib/folder.h"

enum { HEAD = 1, ROOT = 32, NOBODY = 64, LATER = 128 };
enum {
    ACT = 15,
    ACTS = 8,
    KINDS = ACT_UNDONE + 1,
    AS_LONG = 128,
    NO_BODY = 255,
    SHORT = 32,
    SHUT = 255,
    ASTRAY = 254
};

static struct fake_desk *desk;
static struct {
    uint8_t content[ACT_CONTENT_MAX];
    size_t len;
} good[KINDS];                             /* of each kind, the body of one */
static uint8_t commitment[HASH_LEN], *key; /* of a case */
static uint8_t subjects[3][ACT_SUBJECT_LEN];

static void finish(void)
{
    secret_free(key);
}

/* --- what is good --- */

static void keep(uint16_t kind, const uint8_t *content, size_t len)
{
    memcpy(good[kind].content, content, len);
    good[kind].len = len;
}

static enum error learn(void *context, const struct journal_act *row)
{
    static const uint8_t none[HASH_LEN];
    struct vault *vault = &desk->vault;
    uint8_t sealed[JOURNAL_BODY_MAX], *plain = context;
    const struct act_body_key body = {vault->charter.office, key};
    const uint8_t *content = NULL;
    size_t len = 0;
    struct act act;

    must(history_open_head(vault->keys, row, &act) == ERROR_NONE && act.kind < KINDS);
    if (act.kind == ACT_KIOSK)
        memcpy(subjects[2], act.subject, ACT_SUBJECT_LEN);
    if (memcmp(row->body_digest, none, HASH_LEN) == 0)
        return ERROR_NONE;
    if (act_row(act.kind)->of_case) {
        memcpy(commitment, act.commitment, HASH_LEN);
        must(item_key(vault, vault->journal, commitment, key) == ERROR_NONE);
        must(journal_body(vault->journal, row->seq, sealed, &len) == ERROR_NONE);
        must(act_open_body(&body, sealed, len, row->body_digest, plain, &content, &len) ==
             ERROR_NONE);
    } else {
        must(history_body(&vault->history, row->seq, (enum act_kind)act.kind, plain, &content,
                          &len) == ERROR_NONE);
    }
    keep(act.kind, content, len);
    return ERROR_NONE;
}

static void start(void)
{
    uint8_t *plain = NULL;

    fuzz_fail_at(0);
    if (desk != NULL)
        return;
    desk = fuzz_office();
    key = secret_new(KEYSET_KEY_LEN);
    plain = secret_new(ACT_BODY_MAX);
    must(key != NULL && plain != NULL && atexit(finish) == 0);
    must(journal_each_act(desk->vault.journal, 0, learn, plain) == ERROR_NONE);
    secret_free(plain);
    for (size_t i = 0; i < 2; i++)
        memcpy(subjects[i], fold_case(desk->vault.history.fold, i + 1)->handle, ACT_SUBJECT_LEN);
}

/* --- the transaction --- */

/* Small numbers mean something, and the largest ones may overflow. */
static uint64_t number(uint8_t byte)
{
    return byte < 248 ? byte : UINT64_MAX >> (8 * (255 - byte));
}

static struct act take_act(const uint8_t *at)
{
    const struct act_row *row = act_row(at[0]);
    struct act act = {
        .kind = at[0],
        .field = at[1] == 0 && row != NULL ? (uint8_t)row->field : at[1],
        .minute = FAKE_DESK_NOW,
        .from = number(at[3]),
        .to = number(at[4]),
        .day = FAKE_DESK_DAY,
        .owner = (uint32_t)number(at[5]),
        .answers = number(at[6]),
        .state = at[7],
        .urgency = at[8],
        .flags = (uint16_t)number(at[9]),
        .letters = (uint32_t)number(at[10]),
    };

    if (at[2] < 3)
        memcpy(act.subject, subjects[at[2]], sizeof act.subject);
    else
        memset(act.subject, at[2], sizeof act.subject);
    return act;
}

/* Adds an act to the batch. Returns its bytes. */
static size_t add(struct history_batch *batch, const uint8_t *at, size_t size)
{
    static uint8_t content[ACT_CONTENT_MAX];
    const struct act act = take_act(at);
    const struct act_row *row = act_row(act.kind);
    const struct history_key of_case = {key, commitment};
    const size_t changes = at[14] < size - ACT ? at[14] : size - ACT;
    struct history_act *added = NULL;
    struct act_content body = {content, 0, NULL, 0};

    memset(content, 0, sizeof content);
    if (act.kind < KINDS) {
        memcpy(content, good[act.kind].content, good[act.kind].len);
        body.head_len = good[act.kind].len;
    }
    body.head_len += at[11];
    body.head_len = body.head_len < AS_LONG ? 0 : body.head_len - AS_LONG;
    body.head_len = at[11] < SHORT ? at[11] : body.head_len;
    fuzz_change(content, body.head_len, wire_get16(at + 12), at + ACT, changes);
    must(history_batch_add(batch, desk->vault.keys, &act,
                           row != NULL && row->of_case ? &of_case : NULL,
                           at[11] != NO_BODY ? &body : NULL, &added) == ERROR_NONE);
    added->head[at[0] == SHUT ? added->head_len - 1 : 1] ^= at[0] >= ASTRAY ? 9 : 0;
    return ACT + changes;
}

static void sign(const uint8_t *data, const struct history_batch *batch, struct journal_txn *txn)
{
    uint8_t digests[ACTS * 2 * HASH_LEN];
    const struct vault *vault = &desk->vault;

    for (size_t i = 0; i < batch->n; i++) {
        memcpy(digests + i * 2 * HASH_LEN, batch->acts[i].head_digest, HASH_LEN);
        memcpy(digests + (i * 2 + 1) * HASH_LEN, batch->acts[i].body_digest, HASH_LEN);
    }
    must(history_hash(vault->charter.office, txn, digests, txn->hash) == ERROR_NONE);
    must(signature_sign(data[0] & ROOT ? desk->office.root_seed : vault->keys->sign, HISTORY_DOMAIN,
                        txn->hash, HASH_LEN, txn->signature) == 0);
}

/* As a desk writes it that does not look at what it writes. */
static void write_all(const uint8_t *data, const struct history_batch *batch)
{
    struct vault *vault = &desk->vault;
    struct journal *journal = NULL; /* of the other desk */
    const uint64_t last = fold_last(vault->history.fold);
    struct journal_txn txn = {.no = vault->history.txn + 1, .acts = (uint32_t)batch->n};

    txn.officer = data[0] & ROOT ? 0 : data[0] & NOBODY ? 9 : 1;
    memcpy(txn.prev, vault->history.next, HASH_LEN);
    sign(data, batch, &txn);
    must(journal_open(folder_path(desk->dir, "journal.db"), &journal) == ERROR_NONE);
    must(journal_begin(journal) == ERROR_NONE);
    must(journal_add_txn(journal, &txn) == ERROR_NONE);
    for (size_t i = 0; i < batch->n; i++) {
        const struct history_act *added = &batch->acts[i];
        struct journal_act row = {
            .seq = last + 1 + i, .txn = txn.no, .head = added->head, .head_len = added->head_len};
        memcpy(row.head_digest, added->head_digest, HASH_LEN);
        memcpy(row.body_digest, added->body_digest, HASH_LEN);
        must(journal_add_act(journal, &row) == ERROR_NONE);
        if (added->body != NULL)
            must(journal_add_body(journal, row.seq, added->body, added->body_len) == ERROR_NONE);
    }
    must(journal_commit(journal) == ERROR_NONE);
    journal_close(&journal);
}

/* --- what comes of it --- */

static uint8_t *packed(const struct fold *fold, size_t *len)
{
    *len = fold_size(fold);
    uint8_t *bytes = malloc(*len);
    must(bytes != NULL);
    fold_pack(fold, bytes);
    return bytes;
}

static void check_same(const struct fold *a, const struct fold *b)
{
    size_t len[2];
    uint8_t *bytes[] = {packed(a, &len[0]), packed(b, &len[1])};

    must(len[0] == len[1] && memcmp(bytes[0], bytes[1], len[0]) == 0);
    free(bytes[0]);
    free(bytes[1]);
}

/* Who reads on, who reads it for the first time, and who kept it come to the same. */
static void check_others(void)
{
    struct vault *vault = &desk->vault;
    struct history other = {.journal = vault->journal,
                            .keys = vault->keys,
                            .root = vault->charter.root,
                            .gate = -1,
                            .at_once = true};
    struct fold *kept = NULL;
    size_t len = 0;

    must(history_follow(&other) == ERROR_NONE && other.fault_count == vault->history.fault_count);
    check_same(vault->history.fold, other.fold);
    uint8_t *bytes = packed(other.fold, &len);
    must(fold_unpack(bytes, len, &kept) == ERROR_NONE);
    check_same(kept, other.fold);
    fold_free(&kept);
    free(bytes);
    history_end(&other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct history_batch batch = {.acts = NULL};

    start();
    if (size < HEAD)
        return 0;
    fuzz_office_back(desk);
    must(fake_desk_reopen(desk) == ERROR_NONE);
    for (size_t at = HEAD; size - at >= ACT && batch.n < ACTS;)
        at += add(&batch, data + at, size - at);
    if (batch.n > 0)
        write_all(data, &batch);
    history_batch_free(&batch);
    const unsigned fault = data[0] & LATER ? 0 : data[0] % 32;
    const unsigned later = data[0] & LATER ? data[0] % 32 : 0;
    fuzz_fail_at(fault);
    const enum error error = history_follow(&desk->vault.history);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || fault > 0);
    must(history_follow(&desk->vault.history) == ERROR_NONE);
    check_others();
    fuzz_office_show(desk, 5 * later);
    fuzz_office_go_on(desk, later);
    return 0;
}
