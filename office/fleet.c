/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chains say about each kiosk; and how a kiosk becomes one of ours. */
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
#include "office/casefile.h"

/* --- looking --- */

static enum error add_range(void *context, uint64_t first, uint64_t last)
{
    struct fleet_ranges *ranges = context;
    struct fleet_range *more = realloc(ranges->all, (ranges->n + 1) * sizeof *more);
    if (more == NULL)
        return ERROR_IO;
    ranges->all = more;
    ranges->all[ranges->n++] = (struct fleet_range){first, last};
    return ERROR_NONE;
}

static enum error add_rollback(void *context, const struct caseload_rollback *rollback)
{
    struct fleet_rollbacks *rollbacks = context;
    struct caseload_rollback *more = realloc(rollbacks->all, (rollbacks->n + 1) * sizeof *more);
    if (more == NULL)
        return ERROR_IO;
    rollbacks->all = more;
    rollbacks->all[rollbacks->n++] = *rollback;
    return ERROR_NONE;
}

struct rows {
    struct fleet_row *all;
    size_t n;
};

static enum error add_kiosk(void *context, const struct caseload_kiosk *kiosk)
{
    struct rows *rows = context;
    struct fleet_row *more = realloc(rows->all, (rows->n + 1) * sizeof *more);
    if (more == NULL)
        return ERROR_IO;
    rows->all = more;
    memset(&rows->all[rows->n], 0, sizeof *more);
    rows->all[rows->n++].kiosk = *kiosk;
    return ERROR_NONE;
}

static enum error complete(struct vault *vault, uint32_t today, struct fleet_row *row)
{
    const uint32_t since = row->kiosk.last_seq > 0 ? row->kiosk.last_day : row->kiosk.enrolled;
    row->silent = today > since ? today - since : 0;
    enum error error = casefile_card(vault, &row->kiosk, &row->card);
    if (error == ERROR_NONE)
        error = caseload_each_gap(vault->cases, row->kiosk.kiosk, add_range, &row->gaps);
    if (error == ERROR_NONE)
        error = caseload_each_fork(vault->cases, row->kiosk.kiosk, add_range, &row->forks);
    if (error == ERROR_NONE)
        error =
            caseload_each_rollback(vault->cases, row->kiosk.kiosk, add_rollback, &row->rollbacks);
    return error;
}

enum error fleet_list(struct vault *vault, uint32_t today, struct fleet_row **out, size_t *n)
{
    struct rows rows = {0};
    enum error error = caseload_each_kiosk(vault->cases, add_kiosk, &rows);
    for (size_t i = 0; i < rows.n && error == ERROR_NONE; i++)
        error = complete(vault, today, &rows.all[i]);
    if (error != ERROR_NONE) {
        fleet_free(rows.all, rows.n);
        rows = (struct rows){0};
    }
    *out = rows.all;
    *n = rows.n;
    return error;
}

void fleet_free(struct fleet_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(rows[i].gaps.all);
        free(rows[i].forks.all);
        free(rows[i].rollbacks.all);
    }
    free(rows);
}

struct ahead {
    uint8_t *kiosk;
    uint32_t board;
};

static enum error look_ahead(void *context, const struct caseload_kiosk *kiosk)
{
    struct ahead *ahead = context;
    if (kiosk->board > ahead->board) {
        memcpy(ahead->kiosk, kiosk->kiosk, CARD_KIOSK_LEN);
        ahead->board = kiosk->board;
    }
    return ERROR_NONE;
}

enum error fleet_ahead(struct vault *vault, uint8_t kiosk[CARD_KIOSK_LEN], uint32_t *board)
{
    struct caseload_board made;
    enum error error = caseload_board(vault->cases, &made);
    struct ahead ahead = {.kiosk = kiosk, .board = made.number};
    if (error == ERROR_NONE)
        error = caseload_each_kiosk(vault->cases, look_ahead, &ahead);
    *board = error == ERROR_NONE && ahead.board > made.number ? ahead.board : 0;
    return error;
}

/* --- enrolling --- */

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

/* The number after the one of the card that the kiosk has; 1 for a new kiosk. */
static enum error next_number(const struct vault *vault, struct card *card)
{
    struct caseload_kiosk kiosk;
    struct card held;
    enum error error = caseload_kiosk(vault->cases, card->kiosk, &kiosk);
    card->number = 1;
    if (error != ERROR_NONE)
        return error == ERROR_NO_ROW ? ERROR_NONE : error;
    error = casefile_card(vault, &kiosk, &held);
    if (error == ERROR_NONE)
        card->number = held.number + 1;
    return error;
}

/* What is in the way of a card: nothing, or a card that may be replaced. */
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
        return errno == ENOENT ? ERROR_NONE : ERROR_CARD_PLACE;
    if (S_ISDIR(about.st_mode))
        return ERROR_CARD_FOLDER;
    enum error error = file_read(dir, name, CARD_FILE_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = card_decode(data, len, &card, &charter);
    free(data);
    return error == ERROR_NONE ? ERROR_NONE : ERROR_CARD_PLACE;
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
    enum error error = dir >= 0 ? check_place(dir, name) : ERROR_MISSING;
    if (error == ERROR_NONE)
        error = file_begin(dir, name, 0644, writer);
    if (error == ERROR_NONE)
        error = file_add(*writer, file, CARD_FILE_LEN);
    free(folder);
    if (dir >= 0)
        close(dir);
    return error;
}

static enum error sign_card(const struct vault *vault, const uint8_t *root,
                            const struct fleet_order *order, struct card *card,
                            uint8_t file[CARD_FILE_LEN])
{
    if (strlen(order->facility) > CARD_FACILITY_MAX)
        return ERROR_FACILITY;
    memcpy(card->facility, order->facility, strlen(order->facility) + 1);
    enum error error = read_request(order->request, card->key);
    if (error == ERROR_NONE)
        error = card_kiosk_id(card->key, card->kiosk);
    if (error == ERROR_NONE)
        error = next_number(vault, card);
    if (error != ERROR_NONE)
        return error;
    error = card_encode(card, vault->charter_bytes, root, file);
    return error == ERROR_MALFORMED ? ERROR_FACILITY : error;
}

/* Into the casebook before the card has its name: a card that is out must belong to a kiosk whose
   bundles are taken. */
enum error fleet_enroll(struct vault *vault, const uint8_t *root, const struct fleet_order *order,
                        char kiosk[CARD_KIOSK_TEXT_LEN], const char **blamed)
{
    uint8_t file[CARD_FILE_LEN];
    struct file_writer *writer = NULL;
    const uint32_t today = day_today();
    struct card card = {.issued = today, .expires = vault->charter.expires, .type = order->type};
    *blamed = order->request;
    enum error error = sign_card(vault, root, order, &card, file);
    if (error == ERROR_NONE) {
        *blamed = order->out;
        error = begin_card(order->out, file, &writer);
    }
    if (error == ERROR_NONE) {
        *blamed = NULL;
        error = casefile_keep_card(vault, file, today);
    }
    if (error == ERROR_NONE) {
        *blamed = order->out;
        error = file_commit(&writer);
    }
    file_abandon(&writer);
    card_kiosk_text(card.kiosk, kiosk);
    return error;
}
