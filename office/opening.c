/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file where an envelope becomes a complaint: opened with an intake key, decoded, and filed
   into its case. */
#include "office/opening.h"

#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/answer.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"

_Static_assert((int)LETTER_LEN == (int)ENVELOPE_LETTER_LEN, "an envelope holds one letter");
_Static_assert((int)ANSWER_TAG_LEN == (int)JOURNAL_TAG_LEN, "one kind of tag");

enum error opening_envelope(const struct keyset *keys, const uint8_t *envelope, uint8_t *letter,
                            bool *opened)
{
    uint8_t id[ENVELOPE_ID_LEN] = {0};
    const struct keyset_intake *intake = NULL;
    enum error error = envelope_names(envelope, id);
    if (error == ERROR_NONE && (intake = keyset_intake(keys, id)) == NULL)
        error = ERROR_KEY_UNFIT;
    if (error == ERROR_NONE)
        error = envelope_open_pair(intake->secret, intake->public_key, envelope, letter);
    *opened = error == ERROR_NONE;
    return error == ERROR_MEMORY ? ERROR_MEMORY : ERROR_NONE;
}

/* The newest intake key held, or NULL. */
static const struct keyset_intake *newest_intake(const struct keyset *keys)
{
    const struct keyset_intake *newest = NULL;
    for (size_t i = 0; i < keys->intake_count; i++)
        if (newest == NULL || keys->intake[i].epoch > newest->epoch)
            newest = &keys->intake[i];
    return newest;
}

static enum error make_spare(const struct keyset_intake *intake, const struct item_source *source,
                             uint8_t spare[JOURNAL_TAG_LEN])
{
    static const char label[] = "sandyq spare v1";
    uint8_t number[8], charter[4], digest[HASH_LEN];
    const struct hash_part info = {label, sizeof label - 1};
    const struct hash_part parts[] = {{source->card->kiosk, CARD_KIOSK_LEN},
                                      {number, sizeof number},
                                      {source->record->hash, HASH_LEN},
                                      {charter, sizeof charter}};
    uint8_t *key = secret_new(HASH_LEN);
    wire_put64(number, source->record->seq);
    wire_put32(charter, source->charter);
    const bool made = key != NULL && hash_expand(key, HASH_LEN, intake->secret, &info, 1) == 0 &&
                      hash_hmac(digest, key, HASH_LEN, parts, 4) == 0;
    if (made)
        memcpy(spare, digest, JOURNAL_TAG_LEN);
    secret_free(key);
    return made ? ERROR_NONE : ERROR_MEMORY;
}

enum error opening_none(const struct keyset *keys, const struct item_source *source,
                        struct opening *opening)
{
    const struct keyset_intake *intake = newest_intake(keys);
    enum error error = ERROR_NONE;
    *opening = (struct opening){.outcome = OPENING_UNREADABLE};
    if (intake != NULL)
        error = make_spare(intake, source, opening->spare);
    else
        random_bytes(opening->spare, sizeof opening->spare);
    memcpy(opening->tag, opening->spare, sizeof opening->tag);
    return error;
}

static bool names_record(const struct item_source *source, const struct letter *letter)
{
    return memcmp(letter->kiosk, source->card->kiosk, CARD_KIOSK_LEN) == 0 &&
           letter->session == source->record->seq;
}

static bool is_misplaced(const struct item_source *source, const struct letter *letter)
{
    return !names_record(source, letter) || strcmp(letter->facility, source->card->facility) != 0;
}

static enum error make_tags(const struct item_source *source, const struct letter *letter,
                            struct opening *opening)
{
    struct code_keys *keys = secret_new(sizeof *keys);
    if (keys == NULL)
        return ERROR_MEMORY;
    item_keys(letter, keys);
    enum error error = answer_arrival_tag(keys, source->charter, letter->arrival, opening->tag);
    for (uint32_t i = 0; i < OPENING_EARLIER_MAX && i + 1 < source->charter && error == ERROR_NONE;
         i++)
        error = answer_arrival_tag(keys, source->charter - 1 - i, letter->arrival,
                                   opening->earlier[opening->earlier_count++]);
    secret_free(keys);
    return error;
}

static enum error add_seen(struct history_batch *batch, const struct keyset *keys,
                           const struct item_source *source, const struct letter *letter,
                           struct opening *opening)
{
    enum error error = keyset_handle(keys, letter->tag_key, LETTER_KEY_LEN, opening->handle);
    return error == ERROR_NONE ? item_add_seen(batch, keys, source, letter) : error;
}

static enum error add_acts(struct history_batch *batch, const struct keyset *keys,
                           const struct item_source *source, const struct letter *letter,
                           const uint8_t *raw, struct opening *opening)
{
    enum error error = keyset_handle(keys, letter->tag_key, LETTER_KEY_LEN, opening->handle);
    if (error == ERROR_NONE)
        error = item_add_letter(batch, keys, source, letter, opening->misplaced, raw);
    if (error == ERROR_NONE)
        error = item_mark(source->record->envelope, &opening->mark);
    if (error == ERROR_NONE && names_record(source, letter))
        error = make_tags(source, letter, opening);
    return error;
}

enum error opening_file(struct history_batch *batch, const struct keyset *keys,
                        const struct item_source *source, const uint8_t *raw,
                        struct opening *opening)
{
    static const enum opening_outcome outcomes[] = {
        [LETTER_COVER] = OPENING_COVER,
        [LETTER_COMPLAINT] = OPENING_FILED,
        [LETTER_FOLLOWUP] = OPENING_FILED,
        [LETTER_SEEN] = OPENING_SEEN,
    };
    enum error error = ERROR_NONE;
    struct letter *letter = secret_new(sizeof *letter);
    if (letter == NULL)
        return ERROR_MEMORY;
    if (letter_decode(raw, letter) == ERROR_NONE) {
        opening->outcome = outcomes[letter->kind];
        opening->misplaced = is_misplaced(source, letter);
        if (opening->outcome == OPENING_FILED)
            error = add_acts(batch, keys, source, letter, raw, opening);
        else if (opening->outcome == OPENING_SEEN)
            error = add_seen(batch, keys, source, letter, opening);
    }
    secret_free(letter);
    return error;
}
