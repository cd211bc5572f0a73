/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cover is an empty draft, sealed like any other. */
#include "session/cover.h"

#include "session/draft.h"

int cover_seal(const struct charter *charter, const struct card *card, uint64_t number,
               uint32_t day, uint8_t envelope[ENVELOPE_LEN])
{
    struct draft *draft = draft_new(LETTER_COVER, "en");
    int result = -1;
    if (draft != NULL)
        result = draft_seal(draft, charter, card, number, day, envelope);
    draft_free(&draft);
    return result;
}
