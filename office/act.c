/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Acts as bytes: heads and bodies, sealed and opened. */
#include "office/act.h"

#include <string.h>

#include "base/wire.h"
#include "crypto/aead.h"
#include "crypto/random.h"
#include "crypto/secret.h"

enum {
    SALT_LEN = 32,
    AT_KIND = 32,
    AT_FIELD = 34,
    AT_ZERO = 35,
    AT_MINUTE = 36,
    AT_SUBJECT = 40,
    AT_FROM = 56,
    AT_TO = 64,
    AT_DAY = 72,
    AT_OWNER = 76,
    AT_ANSWERS = 80,
    AT_STATE = 88,
    AT_URGENCY = 89,
    AT_FLAGS = 90,
    AT_LETTERS = 92,
    AT_COMMITMENT = 96,
    CLEAR_LEN = 1 + 4, /* compartment and generation, before a sealed head */
    AAD_LEN = HASH_LEN + CLEAR_LEN + HASH_LEN,
};
_Static_assert((int)AT_COMMITMENT == (int)ACT_HEAD_SHORT, "a commitment stands behind the rest");
_Static_assert(AT_COMMITMENT + HASH_LEN == ACT_HEAD_LEN, "a head's fields fill it");
_Static_assert((int)ACT_SEAL_MORE == (int)AEAD_TAG_LEN, "a tag, and no nonce");

/* --- what kinds there are --- */

static const struct act_row rows[] = {
    {ACT_FOUNDED, "founded", false, ACT_ROOT, ACT_NOTHING, false, false, 192},
    {ACT_OFFICER, "officer", false, ACT_LEAD, ACT_ROLE, false, false, 192},
    {ACT_REMOVED, "removed", false, ACT_LEAD, ACT_ROLE, false, false, 0},
    {ACT_GENERATION, "generation", false, ACT_LEAD, ACT_NEWEST, false, false, 192},
    {ACT_KIOSK, "kiosk", false, ACT_OFFICER_ROLE, ACT_CARD, false, false, 192},
    {ACT_IMPORT, "import", false, ACT_OFFICER_ROLE, ACT_NOTHING, false, false, 192},
    {ACT_BOARD, "board", false, ACT_OFFICER_ROLE, ACT_BOARD_NO, false, false, 192},
    {ACT_BACKUP, "backup", false, ACT_OFFICER_ROLE, ACT_NOTHING, false, false, 192},
    {ACT_RESTORED, "restored", false, ACT_LEAD, ACT_BOARD_NO, false, false, 192},
    {ACT_LETTER, "letter", true, ACT_OFFICER_ROLE, ACT_NOTHING, false, false, 960},
    {ACT_MESSAGE, "message", true, ACT_OFFICER_ROLE, ACT_MESSAGES, true, false, 192},
    {ACT_STATE, "state", true, ACT_OFFICER_ROLE, ACT_CASE_STATE, true, true, 0},
    {ACT_NOTE, "note", true, ACT_OFFICER_ROLE, ACT_NOTHING, false, false, 192},
    {ACT_UNDONE, "undone", true, ACT_OFFICER_ROLE, ACT_NOTHING, false, false, 0},
    {ACT_SEEN, "seen", true, ACT_OFFICER_ROLE, ACT_NOTHING, false, false, 0},
    {ACT_TAKEN_BACK, "taken back", true, ACT_OFFICER_ROLE, ACT_NOTHING, false, false, 0},
};

const struct act_row *act_row(uint16_t kind)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i].kind == kind)
            return &rows[i];
    return NULL;
}

const char *act_role_name(enum act_role role)
{
    static const char *const names[] = {"none", "officer", "lead", "root"};
    return names[role];
}

/* --- heads --- */

static void encode(const struct act *act, uint8_t plain[ACT_HEAD_LEN])
{
    memset(plain, 0, ACT_HEAD_LEN);
    random_bytes(plain, SALT_LEN);
    wire_put16(plain + AT_KIND, act->kind);
    plain[AT_FIELD] = act->field;
    wire_put32(plain + AT_MINUTE, act->minute);
    memcpy(plain + AT_SUBJECT, act->subject, ACT_SUBJECT_LEN);
    wire_put64(plain + AT_FROM, act->from);
    wire_put64(plain + AT_TO, act->to);
    wire_put32(plain + AT_DAY, act->day);
    wire_put32(plain + AT_OWNER, act->owner);
    wire_put64(plain + AT_ANSWERS, act->answers);
    plain[AT_STATE] = act->state;
    plain[AT_URGENCY] = act->urgency;
    wire_put16(plain + AT_FLAGS, act->flags);
    wire_put32(plain + AT_LETTERS, act->letters);
    memcpy(plain + AT_COMMITMENT, act->commitment, HASH_LEN);
}

/* A commitment is there exactly when it is not zeros, so that nothing has two forms. */
static size_t head_len(const uint8_t plain[ACT_HEAD_LEN])
{
    static const uint8_t none[HASH_LEN];
    return memcmp(plain + AT_COMMITMENT, none, HASH_LEN) != 0 ? ACT_HEAD_LEN : ACT_HEAD_SHORT;
}

/* A field that this desk does not know may come with a kind that it does not know. */
static enum error decode(const uint8_t *plain, struct act *act)
{
    *act = (struct act){
        .kind = wire_get16(plain + AT_KIND),
        .field = plain[AT_FIELD],
        .minute = wire_get32(plain + AT_MINUTE),
        .from = wire_get64(plain + AT_FROM),
        .to = wire_get64(plain + AT_TO),
        .day = wire_get32(plain + AT_DAY),
        .owner = wire_get32(plain + AT_OWNER),
        .answers = wire_get64(plain + AT_ANSWERS),
        .state = plain[AT_STATE],
        .urgency = plain[AT_URGENCY],
        .flags = wire_get16(plain + AT_FLAGS),
        .letters = wire_get32(plain + AT_LETTERS),
    };
    memcpy(act->subject, plain + AT_SUBJECT, ACT_SUBJECT_LEN);
    memcpy(act->commitment, plain + AT_COMMITMENT, HASH_LEN);
    const struct act_row *row = act_row(act->kind);
    if (row == NULL)
        return ERROR_NONE;
    const bool field_fits =
        act->kind == ACT_UNDONE ? act->field < ACT_FIELDS : act->field == (uint8_t)row->field;
    return field_fits && plain[AT_ZERO] == 0 ? ERROR_NONE : ERROR_MALFORMED;
}

static int digest_of(const char *domain, const uint8_t *plain, size_t len, uint8_t digest[HASH_LEN])
{
    const struct hash_part parts[] = {{domain, strlen(domain) + 1}, {plain, len}};
    return hash_sha256(digest, parts, 2);
}

static const char head_domain[] = "sandyq head v1";
static const char body_domain[] = "sandyq body v1";

/* The nonce is the beginning of the digest. That is of a random salt and everything behind it, so
   it is as rare twice as a random one, and then both are of one text. */
static struct aead aead_of(const uint8_t *key, const uint8_t *digest, const uint8_t *aad,
                           size_t aad_len)
{
    return (struct aead){AEAD_AES256_GCM, key, digest, aad, aad_len};
}

static void head_aad(const uint8_t *office, const uint8_t *clear, const uint8_t *digest,
                     uint8_t aad[AAD_LEN])
{
    memcpy(aad, office, HASH_LEN);
    memcpy(aad + HASH_LEN, clear, CLEAR_LEN);
    memcpy(aad + HASH_LEN + CLEAR_LEN, digest, HASH_LEN);
}

enum error act_seal_head(const struct act_key *key, const struct act *act,
                         uint8_t sealed[ACT_HEAD_SEALED], size_t *len, uint8_t digest[HASH_LEN])
{
    uint8_t plain[ACT_HEAD_LEN], aad[AAD_LEN];
    encode(act, plain);
    const size_t plain_len = head_len(plain);
    *len = CLEAR_LEN + plain_len + ACT_SEAL_MORE;
    sealed[0] = key->compartment;
    wire_put32(sealed + 1, key->generation);
    enum error error = ERROR_MEMORY;
    if (digest_of(head_domain, plain, plain_len, digest) == 0) {
        head_aad(key->office, sealed, digest, aad);
        const struct aead with = aead_of(key->key, digest, aad, sizeof aad);
        error = aead_seal(&with, plain, plain_len, sealed + CLEAR_LEN);
    }
    explicit_bzero(plain, sizeof plain);
    return error;
}

bool act_head_needs(const struct journal_act *row, uint8_t *compartment, uint32_t *generation)
{
    if (row->head_len != ACT_HEAD_SEALED && row->head_len != ACT_HEAD_SEALED_SHORT)
        return false;
    *compartment = row->head[0];
    *generation = wire_get32(row->head + 1);
    return true;
}

enum error act_open_head(const struct act_key *key, const struct journal_act *row, struct act *act)
{
    uint8_t plain[ACT_HEAD_LEN] = {0}, aad[AAD_LEN], digest[HASH_LEN];
    const size_t plain_len = row->head_len - CLEAR_LEN - ACT_SEAL_MORE;
    head_aad(key->office, row->head, row->head_digest, aad);
    const struct aead with = aead_of(key->key, row->head_digest, aad, sizeof aad);
    enum error error = aead_open(&with, row->head + CLEAR_LEN, row->head_len - CLEAR_LEN, plain);
    if (error == ERROR_NONE && digest_of(head_domain, plain, plain_len, digest) != 0)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE && memcmp(digest, row->head_digest, HASH_LEN) != 0)
        error = ERROR_SEAL;
    if (error == ERROR_NONE && plain_len != head_len(plain))
        error = ERROR_MALFORMED;
    if (error == ERROR_NONE)
        error = decode(plain, act);
    explicit_bzero(plain, sizeof plain);
    return error;
}

/* --- bodies --- */

/* Lengths of sealed bodies: few, so that a length tells little, and many rows to a page. */
static const size_t classes[] = {192, 480, 960, 3968, JOURNAL_BODY_MAX};

/* What a detainee wrote has fewer lengths than what an officer wrote. */
static size_t class_of(uint16_t kind, size_t content_len)
{
    const struct act_row *row = act_row(kind);
    const size_t least = row != NULL ? row->body : 0;
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (classes[i] >= least && ACT_CONTENT_AT + content_len + ACT_SEAL_MORE <= classes[i])
            return classes[i];
    return 0;
}

static void body_aad(const uint8_t *office, const uint8_t *digest, uint8_t aad[2 * HASH_LEN])
{
    memcpy(aad, office, HASH_LEN);
    memcpy(aad + HASH_LEN, digest, HASH_LEN);
}

enum error act_seal_body(const struct act_body_key *key, uint16_t kind,
                         const struct act_content *content, uint8_t sealed[JOURNAL_BODY_MAX],
                         size_t *len, uint8_t digest[HASH_LEN])
{
    uint8_t aad[2 * HASH_LEN];
    const size_t content_len = content->head_len + content->text_len;
    *len = class_of(kind, content_len);
    if (*len == 0)
        return ERROR_TEXT_LONG;
    const size_t plain_len = *len - ACT_SEAL_MORE;
    uint8_t *plain = secret_new(plain_len);
    if (plain == NULL)
        return ERROR_MEMORY;
    random_bytes(plain, SALT_LEN);
    wire_put32(plain + SALT_LEN, (uint32_t)content_len);
    if (content->head_len > 0)
        memcpy(plain + ACT_CONTENT_AT, content->head, content->head_len);
    if (content->text_len > 0)
        memcpy(plain + ACT_CONTENT_AT + content->head_len, content->text, content->text_len);
    enum error error = ERROR_MEMORY;
    if (digest_of(body_domain, plain, plain_len, digest) == 0) {
        body_aad(key->office, digest, aad);
        const struct aead with = aead_of(key->key, digest, aad, sizeof aad);
        error = aead_seal(&with, plain, plain_len, sealed);
    }
    secret_free(plain);
    return error;
}

static bool is_class(size_t len)
{
    for (size_t i = 0; i < sizeof classes / sizeof *classes; i++)
        if (len == classes[i])
            return true;
    return false;
}

enum error act_open_body(const struct act_body_key *key, const uint8_t *sealed, size_t len,
                         const uint8_t digest[HASH_LEN], uint8_t plain[ACT_BODY_MAX],
                         const uint8_t **content, size_t *content_len)
{
    uint8_t aad[2 * HASH_LEN], found[HASH_LEN];
    if (!is_class(len))
        return ERROR_SEAL;
    body_aad(key->office, digest, aad);
    const struct aead with = aead_of(key->key, digest, aad, sizeof aad);
    enum error error = aead_open(&with, sealed, len, plain);
    if (error == ERROR_NONE && digest_of(body_domain, plain, len - ACT_SEAL_MORE, found) != 0)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE && memcmp(found, digest, HASH_LEN) != 0)
        error = ERROR_SEAL;
    if (error != ERROR_NONE)
        return error;
    *content = plain + ACT_CONTENT_AT;
    *content_len = wire_get32(plain + SALT_LEN);
    return *content_len <= len - ACT_SEAL_MORE - ACT_CONTENT_AT ? ERROR_NONE : ERROR_MALFORMED;
}
