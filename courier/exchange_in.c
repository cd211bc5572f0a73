/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an exchange takes from the medium: card, charter and board. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "courier/card_scan.h"
#include "courier/exchange_parts.h"
#include "protocol/names.h"
#include "protocol/segment.h"

/* Looks at every card before it takes one. A card of another office cannot be made up for later: a
   kiosk that took the wrong first card, or whose keepers never heard of it, would seal its letters
   to a stranger. One that could not be looked at may be such a card. */
enum error exchange_take_card(struct exchange *x)
{
    struct card_scan scan;
    enum error error = card_scan(x->medium, x->state, &scan);
    if (error != ERROR_NONE)
        return error;
    error = scan.error;
    x->report->card_rivals = scan.other_office && !x->state->has_card;
    if (scan.unread != ERROR_NONE && !x->state->has_card)
        return scan.unread;
    if (scan.found && !x->report->card_rivals) {
        error = state_install_card(x->state, scan.bytes, sizeof scan.bytes);
        x->report->card_in = error == ERROR_NONE;
        memcpy(x->report->office, scan.card.office, sizeof x->report->office);
    }
    if (scan.other_office)
        return ERROR_OFFICE;
    return error == ERROR_NONE ? scan.unread : error;
}

enum error exchange_take_charter(struct exchange *x)
{
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = medium_read(x->medium, NAMES_CHARTER, CHARTER_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = state_install_charter(x->state, data, len);
    free(data);
    return error;
}

/* Brings one segment that the folder lacks. What is wrong with it on the medium is one and the same
   to the person: a part of the board. */
static enum error take_segment(struct exchange *x, const struct head_segment *segment)
{
    char name[NAMES_LEN];
    uint8_t *data = NULL;
    size_t len = 0;
    if (!names_segment(segment, name)) /* of a kind that a later version reads */
        return ERROR_NONE;
    enum error error = state_has_segment(x->state, segment);
    if (error != ERROR_BOARD_PART && error != ERROR_IO) /* what the disk does not give is lacking */
        return error;
    error = medium_read(x->medium, name, segment_len(segment->kind, segment->count), &data, &len);
    if (error == ERROR_NONE)
        error = state_add_segment(x->state, segment, data, len);
    else if (!error_is_machine(error))
        error = ERROR_BOARD_PART;
    free(data);
    return error;
}

static enum error take_head(struct exchange *x, const uint8_t *in, size_t len)
{
    struct head head;
    enum error error = state_check_board(x->state, in, len, x->today, &head);
    if (error == ERROR_NONE || error == ERROR_OLDER) {
        const enum error noted = state_note_head(x->state, in, len, &x->report->misfit);
        error = noted != ERROR_NONE ? noted : error;
    }
    if (error != ERROR_NONE || state_holds_board(x->state, &head))
        return error;
    for (uint32_t i = 0; i < head.segment_count && error == ERROR_NONE; i++) {
        const struct head_segment segment = head_segment(&head, i);
        error = take_segment(x, &segment);
    }
    if (error == ERROR_NONE)
        error = state_install_board(x->state, in, len, x->today);
    if (error == ERROR_FULL)
        state_drop_segments(x->state);
    return error;
}

enum error exchange_take_board(struct exchange *x)
{
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = medium_read(x->medium, NAMES_BOARD, HEAD_MAX, &data, &len);
    if (error == ERROR_NONE)
        error = take_head(x, data, len);
    free(data);
    return error;
}
