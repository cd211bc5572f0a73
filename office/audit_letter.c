/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A letter's tag follows from the letter: it is made again and looked for. */
#include "office/audit_letter.h"

#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "office/item.h"

enum { LETTER_AT = CARD_KIOSK_LEN + 8 + 1 };

/* In secret memory. */
struct made {
    uint8_t raw[LETTER_LEN];
    struct letter letter;
    struct code_keys keys;
};

/* False when nobody looks for it. */
static bool read_letter(const uint8_t *content, size_t len, struct made *made)
{
    if (len < LETTER_AT || len > LETTER_AT + LETTER_LEN)
        return false;
    memcpy(made->raw, content + LETTER_AT, len - LETTER_AT);
    if (letter_decode(made->raw, &made->letter) != ERROR_NONE)
        return false;
    item_keys(&made->letter, &made->keys);
    return memcmp(made->letter.kiosk, content, CARD_KIOSK_LEN) == 0 &&
           made->letter.session == wire_get64(content + CARD_KIOSK_LEN);
}

static enum error look_for(struct journal *journal, uint32_t charter, const struct made *made)
{
    uint8_t tag[JOURNAL_TAG_LEN];
    enum error error = ERROR_NO_ROW;
    for (; charter > 0 && error == ERROR_NO_ROW; charter--) {
        error = answer_arrival_tag(&made->keys, charter, made->letter.arrival, tag);
        if (error == ERROR_NONE)
            error = journal_has_tag(journal, tag);
    }
    return error;
}

enum error audit_letter_check(struct journal *journal, uint32_t charter, const uint8_t *content,
                              size_t len, bool *fits)
{
    struct made *made = secret_new(sizeof *made);
    enum error error = made != NULL ? ERROR_NONE : ERROR_MEMORY;
    *fits = true;
    if (error == ERROR_NONE && read_letter(content, len, made)) {
        error = look_for(journal, charter, made);
        *fits = error == ERROR_NONE;
    }
    secret_free(made);
    return error == ERROR_NO_ROW ? ERROR_NONE : error;
}
