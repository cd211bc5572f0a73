/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The one file where an envelope becomes a complaint: opened with an intake key, decoded, and filed
   into its case. */
#include "office/opening.h"

#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"

_Static_assert((int)LETTER_LEN == (int)ENVELOPE_LETTER_LEN, "an envelope holds one letter");

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

static bool is_misplaced(const struct item_source *source, const struct letter *letter)
{
    return memcmp(letter->kiosk, source->card->kiosk, CARD_KIOSK_LEN) != 0 ||
           letter->session != source->record->seq ||
           strcmp(letter->facility, source->card->facility) != 0;
}

/* The first message has no text: the kiosk turns its state into "it arrived" in any language. */
static enum error add_acts(struct history_batch *batch, const struct keyset *keys,
                           const struct item_source *source, const struct letter *letter,
                           const uint8_t *raw, struct opening *opening)
{
    enum error error = keyset_handle(keys, letter->tag_key, LETTER_KEY_LEN, opening->handle);
    if (error == ERROR_NONE)
        error = item_add_letter(batch, keys, source, letter, opening->misplaced, raw);
    if (error == ERROR_NONE)
        error = item_add_arrived(batch, keys, opening->handle, source->now);
    return error;
}

enum error opening_file(struct history_batch *batch, const struct keyset *keys,
                        const struct item_source *source, const uint8_t *raw,
                        struct opening *opening)
{
    enum error error = ERROR_NONE;
    struct letter *letter = secret_new(sizeof *letter);
    if (letter == NULL)
        return ERROR_MEMORY;
    *opening = (struct opening){.outcome = OPENING_UNREADABLE};
    if (letter_decode(raw, letter) == ERROR_NONE) {
        opening->outcome = letter->kind == LETTER_COVER ? OPENING_COVER : OPENING_FILED;
        opening->misplaced = is_misplaced(source, letter);
        if (opening->outcome == OPENING_FILED)
            error = add_acts(batch, keys, source, letter, raw, opening);
    }
    secret_free(letter);
    return error;
}
