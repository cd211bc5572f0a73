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
#include "base/grow.h"
#include "base/utf8.h"
#include "base/wire.h"
#include "crypto/answer.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "office/arrived.h"
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

/* The board published last, as the body of its act has it: number (4), day (4), entries of padding
   (8), SHA-256 of its bytes. The padding never gets less. */
struct last_board {
    uint32_t number; /* 0: none */
    uint32_t day;
    uint64_t padding;
    uint8_t hash[HASH_LEN];
};
enum { BODY_LEN = 4 + 4 + 8 + HASH_LEN };

static enum error read_last(struct vault *vault, struct last_board *last)
{
    const uint8_t *content = NULL;
    size_t len = 0;
    uint32_t number = 0;
    const uint64_t seq = fold_board(vault->history.fold, &number);
    *last = (struct last_board){.number = number};
    if (seq == 0)
        return ERROR_NONE;
    uint8_t *plain = secret_new(ACT_BODY_MAX);
    if (plain == NULL)
        return ERROR_MEMORY;
    enum error error = history_body(&vault->history, seq, ACT_BOARD, plain, &content, &len);
    if (error == ERROR_NONE && len != BODY_LEN)
        error = ERROR_JOURNAL_ROW;
    if (error == ERROR_NONE) {
        last->day = wire_get32(content + 4);
        last->padding = wire_get64(content + 8);
        memcpy(last->hash, content + 16, HASH_LEN);
    }
    secret_free(plain);
    return error;
}

/* --- gathering --- */

/* Room for all messages that there are and for the padding behind them. */
static enum error make_room(const struct fold *fold, uint64_t padding, struct contents *contents)
{
    uint64_t wanted = padding + BOARD_MULTIPLE;
    for (uint64_t id = 1; id <= fold_case_count(fold); id++)
        wanted += fold_case(fold, id)->messages;
    if (wanted > BOARD_ENTRIES_MAX)
        wanted = BOARD_ENTRIES_MAX;
    contents->entries = malloc(wanted * BOARD_ENTRY_LEN);
    contents->room = (size_t)wanted;
    return contents->entries != NULL ? ERROR_NONE : ERROR_MEMORY;
}

static uint8_t *next_entry(struct contents *contents, enum error *error)
{
    *error = contents->n < contents->room ? ERROR_NONE : ERROR_BOARD_FULL;
    return *error == ERROR_NONE ? contents->entries + contents->n++ * BOARD_ENTRY_LEN : NULL;
}

/* The receipt keys of the case that is being walked, from its first letter; in secret memory. */
struct sealing {
    struct contents *contents;
    uint64_t keys_of; /* 0: none yet */
    struct code_keys keys;
    struct answer answer;
};

/* A message is sealed the same way each time, so every board carries the same bytes of it. */
static enum error gather_message(struct sealing *sealing, const struct item *item)
{
    enum error error = ERROR_NONE;
    struct answer *answer = &sealing->answer;
    if (sealing->keys_of != item->case_id || item->len > ANSWER_TEXT_MAX)
        return ERROR_JOURNAL_ROW;
    uint8_t *entry = next_entry(sealing->contents, &error);
    if (entry == NULL)
        return error;
    answer->state = item->state;
    answer->day = item->day;
    answer->len = (uint16_t)item->len;
    memcpy(answer->text, item->text, item->len);
    return answer_seal(&sealing->keys, item->n, answer, entry);
}

static enum error gather_item(void *context, const struct item *item)
{
    struct sealing *sealing = context;
    if (item->kind == ITEM_LETTER && sealing->keys_of != item->case_id) {
        item_keys(item->letter, &sealing->keys);
        sealing->keys_of = item->case_id;
    }
    return item->kind == ITEM_MESSAGE && item->verdict == FOLD_COUNTS
               ? gather_message(sealing, item)
               : ERROR_NONE;
}

static enum error gather_messages(struct vault *vault, struct contents *contents, bool *damaged)
{
    struct sealing *sealing = secret_new(sizeof *sealing);
    if (sealing == NULL)
        return ERROR_MEMORY;
    sealing->contents = contents;
    enum error error = casefile_each(vault, gather_item, sealing);
    secret_free(sealing);
    *damaged = error == ERROR_JOURNAL_ROW;
    return *damaged ? ERROR_NONE : error;
}

static enum error gather_mark(struct contents *contents, const struct journal_kiosk *kiosk,
                              uint32_t board)
{
    enum error error = GROW(contents->marks, contents->mark_count, 1, contents->mark_room);
    if (error != ERROR_NONE)
        return error;
    struct board_mark *mark = &contents->marks[contents->mark_count++];
    memcpy(mark->kiosk, kiosk->kiosk, sizeof mark->kiosk);
    mark->seq = kiosk->tip_seq;
    memcpy(mark->hash, kiosk->tip_hash, sizeof mark->hash);
    mark->day = kiosk->tip_day;
    if (board > contents->held && board - contents->made <= LEAP_MAX)
        contents->held = board;
    return ERROR_NONE;
}

static int by_kiosk(const void *a, const void *b)
{
    const struct board_mark *x = a, *y = b;
    return memcmp(x->kiosk, y->kiosk, sizeof x->kiosk);
}

/* What no import act took is not acknowledged, whatever stands in journal.db. */
static enum error gather_marks(struct vault *vault, struct contents *contents, bool *damaged)
{
    const struct fold *fold = vault->history.fold;
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < fold_kiosk_count(fold) && error == ERROR_NONE; i++) {
        struct journal_kiosk kiosk;
        uint32_t board = 0;
        error = arrived_tip(vault, fold_kiosk(fold, i), &kiosk, &board);
        *damaged = *damaged || error == ERROR_JOURNAL_ROW;
        if (error == ERROR_NONE || error == ERROR_JOURNAL_ROW)
            error = gather_mark(contents, &kiosk, board);
    }
    if (contents->mark_count > 0)
        qsort(contents->marks, contents->mark_count, sizeof *contents->marks, by_kiosk);
    return error;
}

/* Entry number i of the padding: HKDF-Expand(padding key, "sandyq padding v1" || i, 8 bytes). It
   looks random and is the same on every board, so that comparing two does not show which it is. */
static enum error pad(const struct keyset *keys, uint64_t i, uint8_t entry[BOARD_ENTRY_LEN])
{
    static const char label[] = "sandyq padding v1";
    uint8_t number[8];
    wire_put64(number, i);
    const struct hash_part parts[] = {{label, sizeof label - 1}, {number, sizeof number}};
    return hash_expand(entry, BOARD_ENTRY_LEN, keys->padding, parts, 2) == 0 ? ERROR_NONE
                                                                             : ERROR_MEMORY;
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
        if (entry != NULL)
            error = pad(vault->keys, i, entry);
    }
    return error;
}

/* Damaged messages are left out and reported at the end. */
static enum error gather(struct vault *vault, struct contents *contents, uint64_t *padding,
                         bool *damaged)
{
    enum error error = make_room(vault->history.fold, *padding, contents);
    if (error == ERROR_NONE)
        error = gather_messages(vault, contents, damaged);
    if (error == ERROR_NONE)
        error = gather_padding(vault, contents, padding);
    if (error == ERROR_NONE)
        error = gather_marks(vault, contents, damaged);
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
                         const struct last_board *state, struct encoded *encoded)
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
    uint8_t *seed = secret_new(SIGNATURE_SEED_LEN);
    enum error error = seed != NULL ? keyset_board(vault->keys, seed) : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = board_encode(&board, contents->marks, seed, &encoded->data, &encoded->len);
    secret_free(seed);
    if (error != ERROR_NONE)
        return error;
    const struct hash_part part = {encoded->data, encoded->len};
    return hash_sha256(encoded->hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* Encodes with the last number and day first; if the bytes differ from the last board, with the
   next number. */
static enum error encode_next(const struct vault *vault, const struct contents *contents,
                              struct last_board *state, uint32_t today, struct encoded *encoded)
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

static enum error note_board(struct vault *vault, const struct last_board *next, uint32_t was,
                             uint32_t now)
{
    struct history_batch batch = {.n = 0};
    uint8_t body[BODY_LEN];
    const struct act_content content = {.head = body, .head_len = sizeof body};
    const struct act act = {
        .kind = ACT_BOARD, .field = ACT_BOARD_NO, .minute = now, .from = was, .to = next->number};
    wire_put32(body, next->number);
    wire_put32(body + 4, next->day);
    wire_put64(body + 8, next->padding);
    memcpy(body + 16, next->hash, HASH_LEN);
    enum error error = history_batch_add(&batch, vault->keys, &act, NULL, &content, NULL);
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    history_batch_free(&batch);
    return error;
}

/* The files are written first, so that a full medium costs no number; they get their names only
   after the number is durable in the journal, so that no two boards ever share one. */
static enum error put_out(struct vault *vault, const char *path, const struct last_board *next,
                          const struct encoded *encoded, uint32_t was, uint32_t now)
{
    struct pair pair = {0};
    enum error error = lay_files(vault, path, encoded, &pair);
    if (error == ERROR_NONE && next->number != was)
        error = note_board(vault, next, was, now);
    if (error == ERROR_NONE)
        error = file_commit(&pair.charter);
    if (error == ERROR_NONE)
        error = file_commit(&pair.board);
    file_abandon(&pair.charter);
    file_abandon(&pair.board);
    return error;
}

static enum error make_board(struct vault *vault, const char *out, uint32_t now,
                             struct contents *contents, struct publish_report *report)
{
    struct encoded encoded = {0};
    struct last_board state;
    bool damaged = false;
    enum error error = read_last(vault, &state);
    const uint32_t was = contents->made = contents->held = state.number;
    if (error == ERROR_NONE)
        error = gather(vault, contents, &state.padding, &damaged);
    if (error == ERROR_NONE)
        error = encode_next(vault, contents, &state, now / (24 * 60), &encoded);
    report->number = state.number;
    report->entries = (uint32_t)contents->n;
    report->changed = state.number != was;
    if (error == ERROR_NONE)
        error = put_out(vault, out, &state, &encoded, was, now);
    free(encoded.data);
    return error == ERROR_NONE && damaged ? ERROR_JOURNAL_ROW : error;
}

enum error publish_run(struct vault *vault, const char *out, uint32_t now,
                       struct publish_report *report)
{
    struct contents contents = {0};
    report->line = 0;
    enum error error = gather_notices(vault, &contents, &report->line);
    report->blamed = error == ERROR_NONE ? NULL : NOTICES_FILE;
    report->notices = (uint32_t)contents.notices_len;
    if (error == ERROR_NONE)
        error = history_settle(&vault->history);
    if (error == ERROR_NONE)
        error = fleet_ahead(vault, report->ahead_kiosk, &report->ahead);
    (void)journal_checkpoint(vault->journal); /* what a board acknowledges is in the file then */
    if (error == ERROR_NONE)
        error = make_board(vault, out, now, &contents, report);
    free(contents.notices);
    free(contents.entries);
    free(contents.marks);
    return error;
}
