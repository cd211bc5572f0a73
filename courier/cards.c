/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The cards on a medium: which one is for this kiosk, and does another office want it? */
#include "courier/cards.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "protocol/names.h"

static bool is_card_name(const char *name)
{
    size_t len = strlen(name);
    size_t end = strlen(NAMES_CARD);

    return name[0] != '.' && len > end && strcmp(name + len - end, NAMES_CARD) == 0;
}

static bool is_better(const struct cards *cards, const struct card *card, uint32_t charter_number,
                      const uint8_t *data)
{
    if (!cards->found || card->number != cards->card.number)
        return !cards->found || card->number > cards->card.number;
    if (charter_number != cards->charter_number)
        return charter_number > cards->charter_number;
    return memcmp(data, cards->bytes, CARD_FILE_LEN) > 0;
}

/* A card for this kiosk that is whole: of which office, and is it the highest one so far? */
static void weigh_card(const struct state *state, struct cards *cards, const struct card *card,
                       uint32_t charter_number, const uint8_t *data)
{
    const struct card *known = state->has_card ? &state->card : &cards->card;

    if ((state->has_card || cards->found) &&
        memcmp(known->office, card->office, sizeof card->office) != 0) {
        cards->strange = true;
        return;
    }
    if (!is_better(cards, card, charter_number, data))
        return;
    cards->found = true;
    cards->card = *card;
    cards->charter_number = charter_number;
    memcpy(cards->bytes, data, CARD_FILE_LEN);
}

static void look_at_card(int media, const char *name, const struct state *state,
                         struct cards *cards)
{
    uint8_t key[sizeof state->key];
    struct charter charter;
    struct card card;
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = file_read(media, name, CARD_FILE_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = card_names(data, len, key);
    if (error == ERROR_NONE && memcmp(key, state->key, sizeof key) != 0)
        goto out;
    if (error == ERROR_NONE)
        error = card_decode(data, len, &card, &charter);
    if (error == ERROR_NONE)
        weigh_card(state, cards, &card, charter.number, data);
    else if (cards->error == ERROR_MISSING)
        cards->error = error;
out:
    free(data);
}

enum error cards_look(int media, const struct state *state, struct cards *cards)
{
    DIR *folder = file_folder(media);

    if (folder == NULL)
        return ERROR_IO;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (is_card_name(entry->d_name))
            look_at_card(media, entry->d_name, state, cards);
    closedir(folder);
    return ERROR_NONE;
}
