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
#include "protocol/board.h"
#include "protocol/names.h"

_Static_assert((int)BOARD_ENTRY_LEN == (int)ANSWER_LEN, "a board's entry is a sealed answer");

/* A kiosk whose number is further ahead is broken or lies: following it would use up all numbers. */
enum { LEAP_MAX = 100000 };

#define NOTICES_FILE "notices.txt"
/* What is read of it: with the line ends of other systems it may be longer than what is left. */
enum { NOTICES_READ_MAX = 2 * BOARD_NOTICES_MAX };

/* What goes onto the board, gathered. */
struct stack {
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

static enum error more_entries(struct stack *stack)
{
    const size_t room = stack->room > 0 ? 2 * stack->room : 4 * BOARD_MULTIPLE;
    uint8_t *more = realloc(stack->entries, room * BOARD_ENTRY_LEN);
    if (more == NULL)
        return ERROR_MEMORY;
    stack->entries = more;
    stack->room = room;
    return ERROR_NONE;
}

static uint8_t *next_entry(struct stack *stack, enum error *error)
{
    *error = stack->n >= BOARD_ENTRIES_MAX ? ERROR_BOARD_FULL : ERROR_NONE;
    if (*error == ERROR_NONE && stack->n == stack->room)
        *error = more_entries(stack);
    return *error == ERROR_NONE ? stack->entries + stack->n++ * BOARD_ENTRY_LEN : NULL;
}

static enum error gather_entry(void *context, const struct casefile_item *item)
{
    enum error error = ERROR_NONE;
    if (item->kind != CASEFILE_MESSAGE)
        return ERROR_NONE;
    uint8_t *entry = next_entry(context, &error);
    if (entry != NULL)
        memcpy(entry, item->entry, BOARD_ENTRY_LEN);
    return error;
}

static enum error gather_mark(void *context, const struct caseload_kiosk *kiosk)
{
    struct stack *stack = context;
    if (stack->mark_count == stack->mark_room) {
        const size_t room = stack->mark_room > 0 ? 2 * stack->mark_room : 64;
        struct board_mark *more = realloc(stack->marks, room * sizeof *more);
        if (more == NULL)
            return ERROR_IO;
        stack->marks = more;
        stack->mark_room = room;
    }
    struct board_mark *mark = &stack->marks[stack->mark_count++];
    memcpy(mark->kiosk, kiosk->kiosk, sizeof mark->kiosk);
    mark->seq = kiosk->tip_seq;
    memcpy(mark->hash, kiosk->tip_hash, sizeof mark->hash);
    mark->day = kiosk->tip_day;
    if (kiosk->board > stack->held && kiosk->board - stack->made <= LEAP_MAX)
        stack->held = kiosk->board;
    return ERROR_NONE;
}

static enum error gather_padding(const struct vault *vault, struct stack *stack, uint64_t *padding)
{
    enum error error = ERROR_NONE;
    const uint64_t real = stack->n;
    while ((real + *padding) % BOARD_MULTIPLE != 0)
        ++*padding;
    for (uint64_t i = 0; i < *padding && error == ERROR_NONE; i++) {
        uint8_t *entry = next_entry(stack, &error);
        if (entry != NULL &&
            casebook_padding(vault->keys->casebook, i, entry, BOARD_ENTRY_LEN) != 0)
            error = ERROR_MEMORY;
    }
    return error;
}

/* A damaged row keeps no other from the board; whoever publishes is told at the end. */
static enum error gather(struct vault *vault, struct stack *stack, uint64_t *padding, bool *damaged)
{
    enum error error = casefile_each(vault, 0, gather_entry, stack);
    *damaged = error == ERROR_CASEBOOK_ROW;
    if (error == ERROR_NONE || *damaged)
        error = gather_padding(vault, stack, padding);
    if (error == ERROR_NONE)
        error = caseload_each_kiosk(vault->cases, gather_mark, stack);
    return error;
}

/* --- the public notices --- */

static size_t cut_blanks(const char *text, size_t len, const char *blanks)
{
    while (len > 0 && strchr(blanks, text[len - 1]) != NULL && text[len - 1] != '\0')
        len--;
    return len;
}

/* Takes out what editors leave and nobody sees. Returns the length that is left. */
static size_t tidy_notices(char *text, size_t len)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n = 0;
    const bool marked = len >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0;
    for (size_t i = marked ? sizeof mark - 1 : 0; i < len; i++) {
        if (text[i] == '\n')
            n = cut_blanks(text, n, " \t\r");
        text[n++] = text[i];
    }
    return cut_blanks(text, n, " \t\r\n");
}

/* Can every kiosk show it? line is the first that it cannot. */
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

static enum error gather_notices(const struct vault *vault, struct stack *stack, uint32_t *line)
{
    uint8_t *data = NULL;
    size_t len = 0;
    const enum error error = file_read(vault->dir, NOTICES_FILE, NOTICES_READ_MAX, &data, &len);
    if (error == ERROR_MISSING)
        return ERROR_NONE;
    if (error == ERROR_LARGE)
        return ERROR_NOTICES_LONG;
    if (error != ERROR_NONE)
        return error == ERROR_SPECIAL ? ERROR_SPECIAL : ERROR_NOTICES_FILE;
    stack->notices = (char *)data;
    stack->notices_len = tidy_notices(stack->notices, len);
    return check_notices(stack->notices, stack->notices_len, line);
}

/* --- the board's bytes --- */

struct print {
    uint8_t *data;
    size_t len;
    uint8_t hash[HASH_LEN];
};

static enum error press(const struct vault *vault, const struct stack *stack,
                        const struct caseload_board *state, struct print *print)
{
    struct board board = {
        .number = state->number,
        .day = state->day,
        .kiosk_count = (uint32_t)stack->mark_count,
        .entry_count = (uint32_t)stack->n,
        .notices_len = (uint32_t)stack->notices_len,
        .notices = stack->notices,
        .entries = stack->entries,
    };
    memcpy(board.office, vault->charter.office, sizeof board.office);
    free(print->data);
    print->data = NULL;
    enum error error =
        board_encode(&board, stack->marks, vault->keys->board, &print->data, &print->len);
    if (error != ERROR_NONE)
        return error;
    const struct hash_part part = {print->data, print->len};
    return hash_sha256(print->hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* First as the board published last would be; when that gives other bytes, as the next one. */
static enum error press_next(const struct vault *vault, const struct stack *stack,
                             struct caseload_board *state, uint32_t today, struct print *print)
{
    enum error error = ERROR_NONE;
    const bool again = state->number > 0 && stack->held <= state->number;
    if (again)
        error = press(vault, stack, state, print);
    if (error != ERROR_NONE || (again && memcmp(print->hash, state->hash, HASH_LEN) == 0))
        return error;
    state->number = (stack->held > state->number ? stack->held : state->number) + 1;
    state->day = today;
    error = press(vault, stack, state, print);
    memcpy(state->hash, print->hash, HASH_LEN);
    return error;
}

/* --- the files --- */

static enum error open_out(const char *path, int *dir)
{
    if (mkdir(path, 0755) != 0 && errno != EEXIST)
        return errno == ENOENT ? ERROR_MISSING : ERROR_READONLY;
    enum error error = file_settle(path);
    if (error == ERROR_NONE)
        *dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return error != ERROR_NONE || *dir >= 0 ? error : ERROR_READONLY;
}

/* The two files on their way: written, but not yet under their names. */
struct pair {
    struct file_writer *charter;
    struct file_writer *board;
};

static enum error lay_files(const struct vault *vault, const char *path, const struct print *print,
                            struct pair *pair)
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
        error = file_add(pair->board, print->data, print->len);
    close(dir);
    return error;
}

/* The number is durable in the casebook before a file carries it: no two boards ever share a
   number. The files are laid down first, so that a full medium uses up no number. */
static enum error put_out(struct vault *vault, const char *path, const struct caseload_board *state,
                          const struct print *print, bool changed)
{
    struct pair pair = {0};
    enum error error = lay_files(vault, path, print, &pair);
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

static enum error press_and_put(struct vault *vault, const char *out, uint32_t today,
                                struct stack *stack, struct publish_report *report)
{
    struct print print = {0};
    struct caseload_board state;
    bool damaged = false;
    enum error error = caseload_board(vault->cases, &state);
    const uint32_t was = stack->made = stack->held = state.number;
    if (error == ERROR_NONE)
        error = gather(vault, stack, &state.padding, &damaged);
    if (error == ERROR_NONE)
        error = press_next(vault, stack, &state, today, &print);
    report->number = state.number;
    report->entries = (uint32_t)stack->n;
    report->changed = state.number != was;
    if (error == ERROR_NONE)
        error = put_out(vault, out, &state, &print, report->changed);
    free(print.data);
    return error == ERROR_NONE && damaged ? ERROR_CASEBOOK_ROW : error;
}

enum error publish_run(struct vault *vault, const char *out, uint32_t today,
                       struct publish_report *report)
{
    struct stack stack = {0};
    report->line = 0;
    enum error error = gather_notices(vault, &stack, &report->line);
    report->blamed = error == ERROR_NONE ? NULL : NOTICES_FILE;
    report->notices = (uint32_t)stack.notices_len;
    if (error == ERROR_NONE)
        error = fleet_ahead(vault, report->ahead_kiosk, &report->ahead);
    if (error == ERROR_NONE)
        error = press_and_put(vault, out, today, &stack, report);
    free(stack.notices);
    free(stack.entries);
    free(stack.marks);
    return error;
}
