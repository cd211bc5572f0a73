/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a new kiosk's key, empty outbox and request; a power cut may stop it anywhere. */
#include "device/enroll.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "device/kiosk_key.h"
#include "device/state.h"

/* A new kiosk begins with an empty outbox, so that an outbox that is missing later is known to be a
   loss. It is made before the key: a kiosk that has a key has had its outbox. */
static enum error make_outbox(const char *dir)
{
    char path[PATH_MAX + sizeof STATE_OUTBOX];
    char real[PATH_MAX];
    struct outbox *outbox = NULL;

    if (realpath(dir, real) == NULL)
        return error_of_folder(errno);
    snprintf(path, sizeof path, "%s/" STATE_OUTBOX, real);
    enum error error = outbox_open(path, DB_CREATE, &outbox);
    outbox_close(&outbox);
    return error;
}

static enum error make_in(int dir, const char *name, uint32_t today, uint8_t id[CARD_KIOSK_LEN])
{
    uint8_t request[CARD_REQUEST_LEN];
    uint8_t key[SIGNATURE_PUBLIC_LEN];
    uint8_t *seed = NULL;

    enum error error = kiosk_key_read(dir, &seed);
    if (error == ERROR_MISSING) {
        error = make_outbox(name);
        if (error == ERROR_NONE)
            error = kiosk_key_make(dir, &seed);
    }
    if (error == ERROR_NONE)
        error = card_request_encode(seed, today, request);
    if (error == ERROR_NONE)
        error = file_write(dir, STATE_REQUEST, 0600, request, sizeof request);
    if (error == ERROR_NONE && signature_public(seed, key) != 0)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = card_kiosk_id(key, id);
    secret_free(seed);
    return error;
}

enum error enroll_kiosk(const char *dir, uint32_t today, char kiosk[CARD_KIOSK_TEXT_LEN])
{
    uint8_t id[CARD_KIOSK_LEN];
    int folder = -1;
    int lock = -1;
    int board = -1; /* made here, since a courier may make no folder */

    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return errno == ENOENT || errno == ENOTDIR ? ERROR_PARENT : error_of_errno(errno);
    enum error error = state_folder(dir, &folder);
    if (error == ERROR_NONE)
        error = file_settle(dir);
    if (error == ERROR_NONE)
        error = state_lock_folder(folder, "courier.lock", &lock);
    if (error == ERROR_NONE) {
        file_sweep(folder);
        error = make_in(folder, dir, today, id);
    }
    if (error == ERROR_NONE)
        card_kiosk_text(id, kiosk);
    if (error == ERROR_NONE && (board = state_make_board(folder)) < 0)
        error = error_of_errno(errno);
    if (board >= 0)
        close(board);
    if (lock >= 0)
        close(lock);
    if (folder >= 0)
        close(folder);
    return error;
}
