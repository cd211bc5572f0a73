/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolling a kiosk: reads its request, signs its card, stores it and writes it out. */
#include "office/fleet.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"

static enum error read_request(const char *path, uint8_t key[32])
{
    uint8_t *data = NULL;
    size_t len = 0;
    uint32_t day = 0;
    enum error error = file_read(AT_FDCWD, path, CARD_REQUEST_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = card_request_decode(data, len, key, &day);
    free(data);
    return error;
}

/* One more than the number of the kiosk's present card; 1 for a new kiosk. */
static uint32_t next_number(const struct vault *vault, const struct card *card)
{
    const struct fold_kiosk *known = fold_kiosk_of(vault->history.fold, card->kiosk);
    return known != NULL ? known->card + 1 : 1;
}

/* ERROR_NONE if the name is free or a card, which may be replaced. */
static enum error check_place(int dir, const char *name)
{
    struct stat about;
    struct card card;
    struct charter charter;
    uint8_t *data = NULL;
    size_t len = 0;
    if (name[0] == '\0')
        return ERROR_CARD_FOLDER;
    if (fstatat(dir, name, &about, AT_SYMLINK_NOFOLLOW) != 0)
        return errno == ENOENT ? ERROR_NONE : error_of_errno(errno);
    if (S_ISDIR(about.st_mode))
        return ERROR_CARD_FOLDER;
    enum error error = file_read(dir, name, CARD_FILE_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = card_decode(data, len, &card, &charter);
    free(data);
    return error == ERROR_NONE || error_is_machine(error) ? error : ERROR_CARD_PLACE;
}

static enum error begin_card(const char *out, const uint8_t file[CARD_FILE_LEN],
                             struct file_writer **writer)
{
    const char *slash = strrchr(out, '/');
    const char *name = slash != NULL ? slash + 1 : out;
    char *folder = slash != NULL ? strndup(out, (size_t)(slash - out) + 1) : strdup(".");
    if (folder == NULL)
        return ERROR_MEMORY;
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    enum error error = dir >= 0                              ? check_place(dir, name)
                       : errno == ENOENT || errno == ENOTDIR ? ERROR_MISSING
                                                             : error_of_errno(errno);
    if (error == ERROR_NONE)
        error = file_begin(dir, name, 0644, writer);
    if (error == ERROR_NONE)
        error = file_add(*writer, file, CARD_FILE_LEN);
    free(folder);
    if (dir >= 0)
        close(dir);
    return error;
}

static enum error sign_card(const struct vault *vault, const struct root *root,
                            const struct fleet_order *order, struct card *card,
                            uint8_t file[CARD_FILE_LEN])
{
    memcpy(card->facility, order->facility, strlen(order->facility) + 1);
    enum error error = read_request(order->request, card->key);
    if (error == ERROR_NONE)
        error = card_kiosk_id(card->key, card->kiosk);
    if (error != ERROR_NONE)
        return error;
    card->number = next_number(vault, card);
    return card_encode(card, vault->charter_bytes, root->seed, file);
}

/* The journal comes first: once a card is out, bundles of its kiosk must be accepted. */
enum error fleet_enroll(struct vault *vault, const struct root *root,
                        const struct fleet_order *order, char kiosk[CARD_KIOSK_TEXT_LEN],
                        const char **blamed)
{
    uint8_t file[CARD_FILE_LEN];
    struct file_writer *writer = NULL;
    const uint32_t today = order->now / DAY_MINUTES;
    struct card card = {.issued = today, .expires = vault->charter.expires, .type = order->type};
    *blamed = NULL;
    if (card.issued > card.expires)
        return ERROR_OFFICE_EXPIRED;
    *blamed = order->facility;
    if (!card_facility_valid(order->facility))
        return ERROR_FACILITY;
    *blamed = order->request;
    enum error error = sign_card(vault, root, order, &card, file);
    if (error == ERROR_NONE) {
        *blamed = order->out;
        error = begin_card(order->out, file, &writer);
    }
    if (error == ERROR_NONE) {
        *blamed = NULL;
        error = fleet_keep_card(vault, file, order->now);
    }
    if (error == ERROR_NONE) {
        *blamed = order->out;
        error = file_commit(&writer);
    }
    file_abandon(&writer);
    card_kiosk_text(card.kiosk, kiosk);
    return error;
}
