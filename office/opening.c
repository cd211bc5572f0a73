/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file where an envelope becomes a complaint: opened with an intake key, decoded, and filed
   into its case. */
#include "office/opening.h"

#include <string.h>

#include "base/error.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"

_Static_assert((int)LETTER_LEN == (int)ENVELOPE_LETTER_LEN, "an envelope holds one letter");

enum error opening_envelope(const struct keyset *keys, const uint8_t *envelope, uint8_t *letter,
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

static bool is_misplaced(const struct item_source *source, const struct letter *letter)
{
    return memcmp(letter->kiosk, source->card->kiosk, CARD_KIOSK_LEN) != 0 ||
           letter->session != source->record->seq ||
           strcmp(letter->facility, source->card->facility) != 0;
}

/* The first message has no text: the kiosk turns its state into "it arrived" in any language. */
static enum error greet(struct vault *vault, const struct letter *letter, uint64_t case_id,
                        uint32_t today)
{
    enum error error = ERROR_MEMORY;
    struct code_keys *keys = secret_new(sizeof *keys);
    struct answer *answer = secret_new(sizeof *answer);
    if (keys != NULL && answer != NULL) {
        item_keys(letter, keys);
        answer->state = TAXONOMY_ARRIVED;
        answer->day = today;
        error = item_add_message(vault, case_id, keys, 1, answer);
    }
    secret_free(keys);
    secret_free(answer);
    return error;
}

/* Finds the case that the letter's tag key links to, or makes one. */
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

static enum error file_letter(struct vault *vault, const struct item_source *source,
                              const struct letter *letter, const uint8_t *raw,
                              enum opening_outcome *outcome)
{
    uint64_t id = 0;
    bool fresh = false;
    enum error error = find_case(vault, letter, &id, &fresh);
    if (error != ERROR_NONE)
        return error;
    *outcome = fresh ? OPENING_NEW : OPENING_JOINED;
    error = item_add_letter(vault, source, id, is_misplaced(source, letter), raw);
    if (error == ERROR_NONE && fresh)
        error = greet(vault, letter, id, source->today);
    return error;
}

enum error opening_file(struct vault *vault, const struct item_source *source, const uint8_t *raw,
                        enum opening_outcome *outcome, bool *misplaced)
{
    enum error error = ERROR_NONE;
    struct letter *letter = secret_new(sizeof *letter);
    if (letter == NULL)
        return ERROR_MEMORY;
    *outcome = OPENING_UNREADABLE;
    *misplaced = false;
    if (letter_decode(raw, letter) == ERROR_NONE) {
        *outcome = OPENING_COVER;
        *misplaced = is_misplaced(source, letter);
        if (letter->kind != LETTER_COVER)
            error = file_letter(vault, source, letter, raw, outcome);
    }
    secret_free(letter);
    return error;
}
