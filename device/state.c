/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's state folder. Every file in it is replaced whole, so at any moment a reader finds
   either the old or the new one; what does not pass its checks counts as not there, so that the
   office can replace it. */
#include "device/state.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "device/kiosk_key.h"
#include "protocol/bundle.h"

#define CARD_FILE    "card"
#define CHARTER_FILE "charter"

enum error state_folder(const char *dir, int *fd)
{
    struct stat st;

    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd < 0)
        return error_of_folder(errno);
    if (fstat(*fd, &st) != 0)
        return ERROR_IO;
    return st.st_uid == geteuid() && (st.st_mode & 077) == 0 ? ERROR_NONE : ERROR_OPEN;
}

static enum error load_key(struct state *state)
{
    enum error error = kiosk_key_read(state->dir, &state->seed);

    if (error == ERROR_MISSING)
        return ERROR_NONE;
    if (error == ERROR_NONE && signature_public(state->seed, state->key) != 0)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = card_kiosk_id(state->key, state->kiosk);
    return error;
}

static enum error load_card(struct state *state)
{
    uint8_t *data = NULL;
    size_t len = 0;

    if (state->seed == NULL)
        return ERROR_MISSING;
    enum error error = file_read(state->dir, CARD_FILE, CARD_FILE_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = card_decode(data, len, &state->card, &state->charter);
    if (error == ERROR_NONE) {
        error = card_follows(NULL, &state->card, state->key);
        memcpy(state->charter_bytes, data + CARD_LEN, CHARTER_LEN);
    }
    free(data);
    return error;
}

static void hold_charter(struct state *state, const struct charter *charter,
                         const uint8_t in[CHARTER_LEN])
{
    state->charter = *charter;
    memcpy(state->charter_bytes, in, CHARTER_LEN);
}

/* Takes the charter in the folder if it is newer than the one in the card. */
static void load_charter(struct state *state)
{
    struct charter charter;
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = file_read(state->dir, CHARTER_FILE, CHARTER_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = charter_decode(data, len, &charter);
    if (error == ERROR_NONE)
        error = charter_follows(&state->charter, &charter);
    if (error == ERROR_NONE)
        hold_charter(state, &charter, data);
    if (error_is_machine(error))
        state->unread = error;
    free(data);
}

static void open_board(struct state *state)
{
    state->board = state_make_board(state->dir);
    if (state->board < 0)
        state->folder_error = errno == ENOTDIR ? ERROR_NOT_FOLDER : error_of_errno(errno);
    if (error_passes(state->folder_error)) /* else only the board cannot be had */
        state->unread = state->folder_error;
}

enum error state_open(const char *dir, struct state **out)
{
    char path[PATH_MAX];
    struct state *state = NULL;

    *out = NULL;
    if (realpath(dir, path) == NULL)
        return error_of_folder(errno);
    state = calloc(1, sizeof *state);
    if (state == NULL)
        return ERROR_MEMORY;
    state->board = -1;
    state->board_error = ERROR_MISSING;
    enum error error = state_folder(dir, &state->dir);
    if (error == ERROR_NONE && strlen(path) + sizeof "/" STATE_OUTBOX > sizeof state->path)
        error = ERROR_NAME_LONG;
    if (error == ERROR_NONE)
        error = load_key(state);
    if (error != ERROR_NONE) {
        state_close(&state);
        return error;
    }
    snprintf(state->path, sizeof state->path, "%s", path);
    open_board(state);
    state->card_error = load_card(state);
    state->has_card = state->card_error == ERROR_NONE;
    if (error_is_machine(state->card_error))
        state->unread = state->card_error;
    if (state->has_card) {
        load_charter(state);
        state_load_former(state);
        state_load_board(state);
    }
    *out = state;
    return ERROR_NONE;
}

void state_close(struct state **state)
{
    if (*state == NULL)
        return;
    if ((*state)->board >= 0)
        close((*state)->board);
    if ((*state)->dir >= 0)
        close((*state)->dir);
    secret_free((*state)->seed);
    free(*state);
    *state = NULL;
}

enum error state_lock_folder(int dir, const char *name, int *fd)
{
    *fd = openat(dir, name, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (*fd < 0)
        return error_of_errno(errno);
    if (flock(*fd, LOCK_EX | LOCK_NB) == 0)
        return ERROR_NONE;
    enum error error = errno == EWOULDBLOCK ? ERROR_BUSY : ERROR_IO;
    close(*fd);
    *fd = -1;
    return error;
}

enum error state_lock(const struct state *state, const char *name, int *fd)
{
    return state_lock_folder(state->dir, name, fd);
}

enum error state_unwell(const struct state *state)
{
    if (state->unread != ERROR_NONE)
        return state->unread;
    return error_is_machine(state->board_error) ? state->board_error : ERROR_NONE;
}

enum error state_ready(const struct state *state, uint32_t today)
{
    if (!state->has_card)
        return state->card_error;
    if (today > state->card.expires || today > state->charter.expires)
        return ERROR_EXPIRED;
    return ERROR_NONE;
}

static enum error write_charter(struct state *state, const uint8_t *in,
                                const struct charter *charter)
{
    enum error error = state_keep_former(state, charter);
    if (error == ERROR_NONE)
        error = file_write(state->dir, CHARTER_FILE, 0600, in, CHARTER_LEN);
    if (error != ERROR_NONE)
        return error;
    hold_charter(state, charter, in);
    state_load_former(state);
    state_load_board(state);
    return ERROR_NONE;
}

enum error state_install_card(struct state *state, const uint8_t *in, size_t len)
{
    struct charter charter;
    struct card card;

    if (state->unread != ERROR_NONE)
        return state->unread;
    if (state->seed == NULL)
        return ERROR_MISSING;
    enum error error = card_decode(in, len, &card, &charter);
    if (error == ERROR_NONE)
        error = card_follows(state->has_card ? &state->card : NULL, &card, state->key);
    if (error != ERROR_NONE)
        return error;
    bool first = !state->has_card;
    if (!first && charter.number > state->charter.number)
        error = state_keep_former(state, &charter); /* the card file holds that charter, too */
    if (error != ERROR_NONE)
        return error;
    if (first || card.number > state->card.number) {
        error = file_write(state->dir, CARD_FILE, 0600, in, len);
        if (error != ERROR_NONE)
            return error;
        state->card = card;
        unlinkat(state->dir, STATE_REQUEST, 0);
    }
    if (!first && charter.number > state->charter.number)
        return write_charter(state, in + CARD_LEN, &charter);
    if (first) {
        state->has_card = true;
        state->card_error = ERROR_NONE;
        hold_charter(state, &charter, in + CARD_LEN);
        load_charter(state);
        state_load_former(state);
        state_load_board(state);
    }
    return ERROR_NONE;
}

enum error state_install_charter(struct state *state, const uint8_t *in, size_t len)
{
    struct charter charter;

    if (state->unread != ERROR_NONE)
        return state->unread;
    if (!state->has_card)
        return ERROR_MISSING;
    enum error error = charter_decode(in, len, &charter);
    if (error == ERROR_NONE)
        error = charter_follows(&state->charter, &charter);
    if (error != ERROR_NONE || charter.number == state->charter.number)
        return error;
    return write_charter(state, in, &charter);
}

bool state_has_room(const struct state *state, uint64_t bytes)
{
    struct statvfs disk;

    return fstatvfs(state->dir, &disk) == 0 &&
           (uint64_t)disk.f_bavail * disk.f_frsize >= (uint64_t)BUNDLE_MAX + bytes;
}

enum error state_acknowledge(const struct state *state, struct outbox *outbox, uint64_t *upto)
{
    struct outbox_tip at = {.day = state->board_day};

    *upto = 0;
    if (state->board_number == 0)
        return ERROR_NONE;
    if (state->has_mark && state->mark.seq > 0) {
        at.seq = state->mark.seq;
        memcpy(at.hash, state->mark.hash, sizeof at.hash);
    }
    const enum error error =
        outbox_acknowledge(outbox, &at, state_has_room(state, 0) ? OUTBOX_KEPT_DAYS : 1);
    if (error == ERROR_NO_ROW)
        return ERROR_CHAIN;
    if (error == ERROR_NONE)
        *upto = at.seq;
    return error;
}

void state_outbox_path(const struct state *state, char out[4096])
{
    strcpy(out, state->path);
    strcat(out, "/" STATE_OUTBOX);
}
