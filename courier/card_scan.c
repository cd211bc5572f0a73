/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Looks through the cards on a medium for the newest one of this kiosk. */
#include "courier/card_scan.h"

#include <stdlib.h>
#include <string.h>

#include "protocol/names.h"

/* One scan on its way over the files. */
struct walk {
    const struct medium *medium;
    const struct state *state;
    struct card_scan *scan;
};

/* Of two cards with the same numbers the bytes decide, so that the order of the files does not. */
static bool is_better(const struct card_scan *scan, const struct card *card,
                      uint32_t charter_number, const uint8_t *data)
{
    if (!scan->found || card->number != scan->card.number)
        return !scan->found || card->number > scan->card.number;
    if (charter_number != scan->charter_number)
        return charter_number > scan->charter_number;
    return memcmp(data, scan->bytes, CARD_FILE_LEN) > 0;
}

/* Takes note of a valid card for this kiosk. */
static void add_card(const struct walk *walk, const struct card *card, uint32_t charter_number,
                     const uint8_t *data)
{
    struct card_scan *scan = walk->scan;
    const bool has_card = walk->state->has_card;
    const struct card *known = has_card ? &walk->state->card : &scan->card;

    if ((has_card || scan->found) &&
        memcmp(known->office, card->office, sizeof card->office) != 0) {
        scan->other_office = true;
        return;
    }
    if (!is_better(scan, card, charter_number, data))
        return;
    scan->found = true;
    scan->card = *card;
    scan->charter_number = charter_number;
    memcpy(scan->bytes, data, CARD_FILE_LEN);
}

static void look_at(const char *name, void *visitor)
{
    const struct walk *walk = visitor;
    uint8_t key[sizeof walk->state->key];
    struct charter charter;
    struct card card;
    uint8_t *data = NULL;
    size_t len = 0;

    if (!names_ends(name, NAMES_CARD))
        return;
    enum error error = medium_read(walk->medium, name, CARD_FILE_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = card_names(data, len, key);
    if (error == ERROR_NONE && memcmp(key, walk->state->key, sizeof key) != 0)
        goto out;
    if (error == ERROR_NONE)
        error = card_decode(data, len, &card, &charter);
    if (error == ERROR_NONE)
        add_card(walk, &card, charter.number, data);
    else if (walk->scan->error == ERROR_MISSING)
        walk->scan->error = error;
    if (error_is_machine(error))
        walk->scan->unread = error;
out:
    free(data);
}

enum error card_scan(const struct medium *medium, const struct state *state, struct card_scan *scan)
{
    struct walk walk = {medium, state, scan};

    *scan = (struct card_scan){.error = ERROR_MISSING};
    return medium_each(medium, look_at, &walk);
}
