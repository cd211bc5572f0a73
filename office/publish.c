/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Publish: the board and the charter, for the courier. */
#include "office/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "crypto/hash.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/tidy.h"
#include "protocol/board.h"
#include "protocol/names.h"

_Static_assert((int)BOARD_ENTRY_LEN == (int)ANSWER_LEN, "a board's entry is a sealed answer");

/* Ignore a kiosk that claims a board further ahead: following it could exhaust the numbers. */
enum { LEAP_MAX = 100000 };

#define NOTICES_FILE "notices.txt"
/* Read more than fits: CRLF line ends and blanks are removed afterwards. */
enum { NOTICES_READ_MAX = 2 * BOARD_NOTICES_MAX };

/* Everything that goes onto the board. */
struct contents {
    uint8_t *entries;
    size_t n;
    size_t room;
    struct board_mark *marks;
    size_t mark_count;
    size_t mark_room;
    char *notices;
    size_t notices_len;
    uint32_t made; /* number of the board made last */
    uint32_t held; /* the highest that a kiosk holds, within reason */
};

/* --- gathering --- */

static enum error more_entries(struct contents *contents)
{
    const size_t room = contents->room > 0 ? 2 * contents->room : 4 * BOARD_MULTIPLE;
    uint8_t *more = realloc(contents->entries, room * BOARD_ENTRY_LEN);
    if (more == NULL)
        return ERROR_MEMORY;
    contents->entries = more;
    contents->room = room;
    return ERROR_NONE;
}

static uint8_t *next_entry(struct contents *contents, enum error *error)
{
    *error = contents->n >= BOARD_ENTRIES_MAX ? ERROR_BOARD_FULL : ERROR_NONE;
    if (*error == ERROR_NONE && contents->n == contents->room)
        *error = more_entries(contents);
    return *error == ERROR_NONE ? contents->entries + contents->n++ * BOARD_ENTRY_LEN : NULL;
}

static enum error gather_entry(void *context, const struct item *item)
{
    enum error error = ERROR_NONE;
    if (item->kind != ITEM_MESSAGE)
        return ERROR_NONE;
    uint8_t *entry = next_entry(context, &error);
    if (entry != NULL)
        memcpy(entry, item->entry, BOARD_ENTRY_LEN);
    return error;
}

static enum error gather_mark(void *context, const struct caseload_kiosk *kiosk)
{
    struct contents *contents = context;
    if (contents->mark_count == contents->mark_room) {
        const size_t room = contents->mark_room > 0 ? 2 * contents->mark_room : 64;
        struct board_mark *more = realloc(contents->marks, room * sizeof *more);
        if (more == NULL)
            return ERROR_MEMORY;
        contents->marks = more;
        contents->mark_room = room;
    }
    struct board_mark *mark = &contents->marks[contents->mark_count++];
    memcpy(mark->kiosk, kiosk->kiosk, sizeof mark->kiosk);
    mark->seq = kiosk->tip_seq;
    memcpy(mark->hash, kiosk->tip_hash, sizeof mark->hash);
    mark->day = kiosk->tip_day;
    if (kiosk->board > contents->held && kiosk->board - contents->made <= LEAP_MAX)
        contents->held = kiosk->board;
    return ERROR_NONE;
}

static enum error gather_padding(const struct vault *vault, struct contents *contents,
                                 uint64_t *padding)
{
    enum error error = ERROR_NONE;
    const uint64_t real = contents->n;
    while ((real + *padding) % BOARD_MULTIPLE != 0)
        ++*padding;
    for (uint64_t i = 0; i < *padding && error == ERROR_NONE; i++) {
        uint8_t *entry = next_entry(contents, &error);
        if (entry != NULL &&
            casebook_padding(vault->keys->casebook, i, entry, BOARD_ENTRY_LEN) != 0)
            error = ERROR_MEMORY;
    }
    return error;
}

/* Damaged rows are skipped and reported at the end. */
static enum error gather(struct vault *vault, struct contents *contents, uint64_t *padding,
                         bool *damaged)
{
    enum error error = casefile_each(vault, gather_entry, contents);
    *damaged = error == ERROR_CASEBOOK_ROW;
    if (error == ERROR_NONE || *damaged)
        error = gather_padding(vault, contents, padding);
    if (error == ERROR_NONE)
        error = caseload_each_kiosk(vault->cases, gather_mark, contents);
    return error;
}

/* --- the public notices --- */

/* Checks that every kiosk can show the text; *line becomes the first line that fails, else 0. */
static enum error check_notices(const char *text, size_t len, uint32_t *line)
{
    uint32_t ch = 0;
    *line = 1;
    for (size_t i = 0; i < len;) {
        i += utf8_take(text + i, len - i, &ch);
        if (ch == UINT32_MAX)
            return ERROR_TEXT_UTF8;
        if (ch != '\n' && !utf8_harmless(ch))
            return ERROR_NOTICES_CHARACTER;
        *line += ch == '\n';
    }
    *line = 0;
    return len <= BOARD_NOTICES_MAX ? ERROR_NONE : ERROR_NOTICES_LONG;
}

static enum error gather_notices(const struct vault *vault, struct contents *contents,
                                 uint32_t *line)
{
    uint8_t *data = NULL;
    size_t len = 0;
    const enum error error = file_read(vault->dir, NOTICES_FILE, NOTICES_READ_MAX, &data, &len);
    if (error == ERROR_MISSING)
        return ERROR_NONE;
    if (error == ERROR_LARGE)
        return ERROR_NOTICES_LONG;
    if (error != ERROR_NONE)
        return error == ERROR_SPECIAL || error == ERROR_DESCRIPTORS || error == ERROR_MEMORY
                   ? error
                   : ERROR_NOTICES_FILE;
    contents->notices = (char *)data;
    contents->notices_len = tidy_text(contents->notices, len);
    return check_notices(contents->notices, contents->notices_len, line);
}

/* --- the board's bytes --- */

struct encoded {
    uint8_t *data;
    size_t len;
    uint8_t hash[HASH_LEN];
};

static enum error encode(const struct vault *vault, const struct contents *contents,
                         const struct caseload_board *state, struct encoded *encoded)
{
    struct board board = {
        .number = state->number,
        .day = state->day,
        .kiosk_count = (uint32_t)contents->mark_count,
        .entry_count = (uint32_t)contents->n,
        .notices_len = (uint32_t)contents->notices_len,
        .notices = contents->notices,
        .entries = contents->entries,
    };
    memcpy(board.office, vault->charter.office, sizeof board.office);
    free(encoded->data);
    encoded->data = NULL;
    enum error error =
        board_encode(&board, contents->marks, vault->keys->board, &encoded->data, &encoded->len);
    if (error != ERROR_NONE)
        return error;
    const struct hash_part part = {encoded->data, encoded->len};
    return hash_sha256(encoded->hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* Encodes with the last number and day first; if the bytes differ from the last board, with the
   next number. */
static enum error encode_next(const struct vault *vault, const struct contents *contents,
                              struct caseload_board *state, uint32_t today, struct encoded *encoded)
{
    enum error error = ERROR_NONE;
    const bool again = state->number > 0 && contents->held <= state->number;
    if (again)
        error = encode(vault, contents, state, encoded);
    if (error != ERROR_NONE || (again && memcmp(encoded->hash, state->hash, HASH_LEN) == 0))
        return error;
    state->number = (contents->held > state->number ? contents->held : state->number) + 1;
    state->day = today;
    error = encode(vault, contents, state, encoded);
    memcpy(state->hash, encoded->hash, HASH_LEN);
    return error;
}

/* --- the files --- */

/* Where the name is taken by something else, another has to be chosen, as for one that cannot be
   written. */
static enum error out_error(int number)
{
    return number == ENOENT    ? ERROR_MISSING
           : number == ENOTDIR ? ERROR_READONLY
                               : error_of_errno(number);
}

enum error publish_folder(const char *out)
{
    struct stat about;
    if (stat(out, &about) != 0 && mkdir(out, 0755) != 0 && errno != EEXIST)
        return out_error(errno);
    return file_settle(out);
}

static enum error open_out(const char *path, int *dir)
{
    enum error error = publish_folder(path);
    if (error == ERROR_NONE)
        *dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return error != ERROR_NONE || *dir >= 0 ? error : out_error(errno);
}

/* Both files, written but not yet renamed into place. */
struct pair {
    struct file_writer *charter;
    struct file_writer *board;
};

static enum error lay_files(const struct vault *vault, const char *path,
                            const struct encoded *encoded, struct pair *pair)
{
    int dir = -1;
    enum error error = open_out(path, &dir);
    if (error != ERROR_NONE)
        return error;
    file_sweep(dir);
    error = file_begin(dir, NAMES_CHARTER, 0644, &pair->charter);
    if (error == ERROR_NONE)
        error = file_add(pair->charter, vault->charter_bytes, CHARTER_LEN);
    if (error == ERROR_NONE)
        error = file_begin(dir, NAMES_BOARD, 0644, &pair->board);
    if (error == ERROR_NONE)
        error = file_add(pair->board, encoded->data, encoded->len);
    close(dir);
    return error;
}

/* The files are written first, so that a full medium costs no number; they get their names only
   after the number is durable in the casebook, so that no two boards ever share one. */
static enum error put_out(struct vault *vault, const char *path, const struct caseload_board *state,
                          const struct encoded *encoded, bool changed)
{
    struct pair pair = {0};
    enum error error = lay_files(vault, path, encoded, &pair);
    if (error == ERROR_NONE && changed)
        error = caseload_set_board(vault->cases, state);
    if (error == ERROR_NONE)
        error = file_commit(&pair.charter);
    if (error == ERROR_NONE)
        error = file_commit(&pair.board);
    file_abandon(&pair.charter);
    file_abandon(&pair.board);
    return error;
}

static enum error make_board(struct vault *vault, const char *out, uint32_t today,
                             struct contents *contents, struct publish_report *report)
{
    struct encoded encoded = {0};
    struct caseload_board state;
    bool damaged = false;
    enum error error = caseload_board(vault->cases, &state);
    const uint32_t was = contents->made = contents->held = state.number;
    if (error == ERROR_NONE)
        error = gather(vault, contents, &state.padding, &damaged);
    if (error == ERROR_NONE)
        error = encode_next(vault, contents, &state, today, &encoded);
    report->number = state.number;
    report->entries = (uint32_t)contents->n;
    report->changed = state.number != was;
    if (error == ERROR_NONE)
        error = put_out(vault, out, &state, &encoded, report->changed);
    free(encoded.data);
    return error == ERROR_NONE && damaged ? ERROR_CASEBOOK_ROW : error;
}

enum error publish_run(struct vault *vault, const char *out, uint32_t today,
                       struct publish_report *report)
{
    struct contents contents = {0};
    report->line = 0;
    enum error error = gather_notices(vault, &contents, &report->line);
    report->blamed = error == ERROR_NONE ? NULL : NOTICES_FILE;
    report->notices = (uint32_t)contents.notices_len;
    if (error == ERROR_NONE)
        error = fleet_ahead(vault, report->ahead_kiosk, &report->ahead);
    if (error == ERROR_NONE)
        error = make_board(vault, out, today, &contents, report);
    free(contents.notices);
    free(contents.entries);
    free(contents.marks);
    return error;
}
