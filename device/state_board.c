/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The board in a kiosk's state folder. The head alone says which segments count, so until a new one
   stands in its place the board before is whole, and afterwards the new one is. */
#include "device/state.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "crypto/hash.h"
#include "device/heads.h"
#include "protocol/board_folder.h"
#include "protocol/names.h"

/* Others may read the files when they are given the folder's descriptor (state_make_board). */
enum { FOLDER_MODE = 0755, FILE_MODE = 0644 };

int state_make_board(int folder)
{
    enum { OPEN = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };
    int fd = openat(folder, STATE_BOARD, OPEN);
    if (fd < 0 && errno == ENOTDIR && unlinkat(folder, STATE_BOARD, 0) == 0)
        errno = ENOENT; /* a file is of no use there */
    if (fd < 0 && errno == ENOENT && mkdirat(folder, STATE_BOARD, FOLDER_MODE) == 0) {
        fd = openat(folder, STATE_BOARD, OPEN);
        if (fd >= 0)
            (void)fchmod(fd, FOLDER_MODE); /* mkdir leaves out what the umask says */
    }
    return fd;
}

static enum error write_file(const struct state *state, const char *name, const uint8_t *in,
                             size_t len)
{
    const enum error error = file_write(state->board, name, FILE_MODE, in, len);
    const int fd =
        error == ERROR_NONE ? openat(state->board, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC) : -1;
    if (fd >= 0) {
        (void)fchmod(fd, FILE_MODE); /* the umask, too */
        close(fd);
    }
    return error;
}

/* What a head says that is held and whole, and by which key it was checked. */
static enum error note_head(struct state *state, const struct head *head, const uint8_t *in,
                            size_t len, const uint8_t key[32])
{
    const struct hash_part part = {in, len};
    if (hash_sha256(state->board_hash, &part, 1) != 0)
        return ERROR_MEMORY;
    state->board_error = ERROR_NONE;
    memcpy(state->board_key, key, sizeof state->board_key);
    state->board_number = head->number;
    state->board_charter = head->charter;
    state->board_day = head->day;
    state->has_mark = head_find_mark(head, state->kiosk, &state->mark);
    return ERROR_NONE;
}

static enum error check_by(struct state *state, const uint8_t key[32])
{
    struct board_folder board;
    enum error error = board_folder_check(state->board, key, state->charter.office, &board);
    if (error == ERROR_NONE)
        error = note_head(state, &board.head, board.head_bytes, board.head_len, key);
    board_folder_close(&board);
    return error;
}

/* The keeper does this before each visit, and hashes the whole board, though mostly nothing has
   changed. What could tell that are sizes, times and inodes of the files, which root sets as they
   were, and which a disk that fails leaves as they are; a wrong tag then says that a letter did not
   arrive. The hashes of a year's board take about a second where the processor has instructions for
   them (bench/RESULTS), and only the next visitor waits for them. */
void state_load_board(struct state *state)
{
    state->board_number = 0;
    state->has_mark = false;
    state->board_error = ERROR_MISSING;
    if (state->board < 0)
        return;
    state->board_error = check_by(state, state->charter.board);
    if (state->board_error == ERROR_FORGED && state->has_former)
        state->board_error = check_by(state, state->former);
}

enum error state_board(const struct state *state, int *fd)
{
    *fd = -1;
    if (state->board_error != ERROR_NONE)
        return state->board_error;
    *fd = openat(state->board, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return *fd >= 0 ? ERROR_NONE : error_of_lack(errno, ERROR_IO);
}

/* --- a key that was changed --- */

#define FORMER_FILE "charter.board"

enum error state_decode_head(const struct state *state, const uint8_t *in, size_t len,
                             struct head *head)
{
    const struct charter *charter = &state->charter;
    const enum error error = head_decode(in, len, charter->board, charter->office, head);
    return error == ERROR_FORGED && state->has_former
               ? head_decode(in, len, state->former, charter->office, head)
               : error;
}

void state_load_former(struct state *state)
{
    struct charter charter;
    uint8_t *data = NULL;
    size_t len = 0;
    enum error error = file_read(state->dir, FORMER_FILE, CHARTER_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = charter_decode(data, len, &charter);
    if (error == ERROR_NONE)
        error = charter_follows(&charter, &state->charter);
    state->has_former = error == ERROR_NONE;
    if (error == ERROR_NONE)
        memcpy(state->former, charter.board, sizeof state->former);
    if (error_is_machine(error))
        state->unread = error;
    free(data);
}

enum error state_keep_former(struct state *state, const struct charter *next)
{
    struct head head;
    uint8_t *bytes = NULL;
    size_t len = 0;
    const struct charter *held = &state->charter;
    if (state->board < 0 || memcmp(held->board, next->board, sizeof held->board) == 0)
        return ERROR_NONE;
    enum error error = file_read(state->board, NAMES_BOARD, HEAD_MAX, &bytes, &len);
    if (error == ERROR_NONE)
        error = head_decode(bytes, len, held->board, held->office, &head);
    if (error == ERROR_NONE)
        error = file_write(state->dir, FORMER_FILE, 0600, state->charter_bytes, CHARTER_LEN);
    else if (!error_is_machine(error)) /* none, or one that counts under a key kept before */
        error = ERROR_NONE;
    free(bytes);
    return error;
}

/* --- may it be installed? --- */

/* The head in the folder, also when segments of it are missing, so that even then nothing older is
   taken. *bytes is for the caller to free; NULL when there is none that passes its checks. Returns
   ERROR_NONE, also for none, or why it cannot be read. */
static enum error read_held(const struct state *state, uint8_t **bytes, size_t *len,
                            struct head *head)
{
    enum error error = file_read(state->board, NAMES_BOARD, HEAD_MAX, bytes, len);
    if (error == ERROR_NONE)
        error = state_decode_head(state, *bytes, *len, head);
    if (error != ERROR_NONE) {
        free(*bytes);
        *bytes = NULL;
    }
    return error_is_machine(error) ? error : ERROR_NONE;
}

/* Whether it counts under the charter's own key. */
static bool is_current(const struct state *state, const uint8_t *in, size_t len)
{
    const struct charter *charter = &state->charter;
    struct head head;
    return !state->has_former ||
           head_decode(in, len, charter->board, charter->office, &head) == ERROR_NONE;
}

static enum error compare(const struct state *state, const uint8_t *in, size_t len,
                          const struct head *head, uint32_t today)
{
    struct head held_head;
    uint8_t *held = NULL;
    size_t held_len = 0;
    enum error error = read_held(state, &held, &held_len, &held_head);
    if (error != ERROR_NONE)
        return error;
    const int newer = held != NULL ? head_compare(head, &held_head) : 1;
    const bool same = held != NULL && held_len == len && memcmp(held, in, len) == 0;
    if (!same && !is_current(state, in, len))
        error = ERROR_FORGED; /* only what was installed counts under a key that was changed */
    else if (newer <= 0)
        error = same ? ERROR_NONE : ERROR_OLDER;
    else if (today > state->charter.expires)
        error = ERROR_EXPIRED;
    free(held);
    return error;
}

enum error state_check_board(const struct state *state, const uint8_t *in, size_t len,
                             uint32_t today, struct head *head)
{
    if (state->unread != ERROR_NONE)
        return state->unread;
    if (!state->has_card)
        return ERROR_MISSING;
    if (state->board < 0)
        return state->folder_error;
    const enum error error = state_decode_head(state, in, len, head);
    return error == ERROR_NONE ? compare(state, in, len, head, today) : error;
}

/* --- does it fit those before? --- */

/* The head held, for heads_take; *has is false for none. */
static enum error name_held(const struct state *state, struct heads_one *one, bool *has)
{
    struct head head;
    uint8_t *held = NULL;
    size_t len = 0;
    enum error error = read_held(state, &held, &len, &head);
    *has = error == ERROR_NONE && held != NULL;
    if (*has)
        error = heads_of(&head, held, len, one);
    free(held);
    return error;
}

enum error state_note_head(const struct state *state, const uint8_t *in, size_t len, bool *misfit)
{
    struct heads heads;
    struct heads_one held, came;
    struct head head;
    bool has_held = false, changed = false;
    *misfit = false;
    if (head_view(in, len, &head) != ERROR_NONE || !is_current(state, in, len))
        return ERROR_NONE;
    enum error error = heads_of(&head, in, len, &came);
    if (error == ERROR_NONE)
        error = name_held(state, &held, &has_held);
    if (error == ERROR_NONE)
        error = heads_read(state->dir, &heads);
    if (error != ERROR_NONE)
        return error;
    *misfit = heads_take(&heads, has_held ? &held : NULL, &came, &changed);
    return changed ? heads_write(state->dir, &heads) : ERROR_NONE;
}

void state_misfits(const struct state *state, struct misfit_list *list)
{
    struct heads heads;
    list->n = 0;
    if (heads_read(state->dir, &heads) == ERROR_NONE)
        *list = heads.misfits;
}

bool state_holds_board(const struct state *state, const struct head *head)
{
    return state->board_number == head->number && state->board_charter == head->charter;
}

/* --- segments --- */

enum error state_has_segment(const struct state *state, const struct head_segment *segment)
{
    return board_folder_has(state->board, state->charter.office, segment);
}

enum error state_add_segment(const struct state *state, const struct head_segment *segment,
                             const uint8_t *in, size_t len)
{
    char name[NAMES_LEN];
    if (!names_segment(segment, name))
        return ERROR_BOARD_PART;
    const enum error error = board_folder_fits(in, len, state->charter.office, segment, NULL);
    return error == ERROR_NONE ? write_file(state, name, in, len) : error;
}

static enum error has_all(const struct state *state, const struct head *head)
{
    char name[NAMES_LEN];
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < head->segment_count && error == ERROR_NONE; i++) {
        const struct head_segment segment = head_segment(head, i);
        if (names_segment(&segment, name))
            error = state_has_segment(state, &segment);
    }
    return error;
}

/* Removes what no head names; before is NULL when there was none. What cannot be removed now will
   be by the next board. */
static void remove_others(const struct state *state, const struct head *head,
                          const struct head *before)
{
    DIR *folder = file_folder(state->board);
    const char *name = NULL;
    while (folder != NULL && file_next(folder, &name) == ERROR_NONE && name != NULL)
        if (strcmp(name, NAMES_BOARD) != 0 && name[0] != '.' && !names_listed(head, name) &&
            (before == NULL || !names_listed(before, name)))
            unlinkat(state->board, name, 0);
    if (folder != NULL)
        closedir(folder);
}

void state_drop_segments(const struct state *state)
{
    struct head held_head;
    uint8_t *held = NULL;
    size_t len = 0;
    if (state->board >= 0 && read_held(state, &held, &len, &held_head) == ERROR_NONE &&
        held != NULL)
        remove_others(state, &held_head, NULL);
    free(held);
}

/* --- the head --- */

static enum error replace(struct state *state, const uint8_t *in, size_t len,
                          const struct head *head)
{
    struct head before;
    uint8_t *held = NULL;
    size_t held_len = 0;
    enum error error = read_held(state, &held, &held_len, &before);
    const bool same = held != NULL && held_len == len && memcmp(held, in, len) == 0;
    if (error == ERROR_NONE && !same)
        error = write_file(state, NAMES_BOARD, in, len);
    if (error == ERROR_NONE)
        error = note_head(state, head, in, len,
                          is_current(state, in, len) ? state->charter.board : state->former);
    if (error == ERROR_NONE && !same) {
        remove_others(state, head, held != NULL ? &before : NULL);
        unlinkat(state->dir, FORMER_FILE, 0);
        state->has_former = false;
    }
    free(held);
    return error;
}

enum error state_install_board(struct state *state, const uint8_t *in, size_t len, uint32_t today)
{
    struct head head;
    enum error error = state_check_board(state, in, len, today, &head);
    if (error != ERROR_NONE || state_holds_board(state, &head))
        return error;
    error = has_all(state, &head);
    return error == ERROR_NONE ? replace(state, in, len, &head) : error;
}

void state_sweep(const struct state *state)
{
    file_sweep(state->dir);
    if (state->board >= 0)
        file_sweep(state->board);
}
