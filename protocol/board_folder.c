/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads a board into memory, or only checks it. A board can have hundreds of megabytes. */
#include "protocol/board_folder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/hash.h"
#include "protocol/names.h"

void board_folder_close(struct board_folder *board)
{
    for (uint32_t i = 0; board->segment_bytes != NULL && i < board->segment_count; i++)
        free(board->segment_bytes[i]);
    free(board->head_bytes);
    free(board->segments);
    free(board->segment_bytes);
    *board = (struct board_folder){.segment_count = 0};
}

/* --- segments --- */

/* Whether it says of itself what the head says of it. */
static enum error view(const uint8_t *in, size_t len, const uint8_t office[CHARTER_OFFICE_LEN],
                       const struct head_segment *named, struct segment *segment)
{
    if (segment_view(in, len, segment) != ERROR_NONE ||
        memcmp(segment->office, office, CHARTER_OFFICE_LEN) != 0 ||
        segment->number != named->number || segment->kind != named->kind ||
        segment->count != named->count)
        return ERROR_BOARD_PART;
    return ERROR_NONE;
}

enum error board_folder_fits(const uint8_t *in, size_t len,
                             const uint8_t office[CHARTER_OFFICE_LEN],
                             const struct head_segment *segment, struct segment *out)
{
    const struct hash_part part = {in, len};
    uint8_t hash[HASH_LEN];
    struct segment unused;
    if (hash_sha256(hash, &part, 1) != 0)
        return ERROR_MEMORY;
    if (memcmp(hash, segment->hash, sizeof hash) != 0)
        return ERROR_BOARD_PART;
    return view(in, len, office, segment, out != NULL ? out : &unused);
}

/* Reads a segment of a known kind, whole. *bytes is for the caller to free, NULL on an error. */
static enum error read_segment(int dir, const uint8_t office[CHARTER_OFFICE_LEN],
                               const struct head_segment *named, const char *name, uint8_t **bytes,
                               struct segment *out)
{
    size_t len = 0;
    enum error error = file_read(dir, name, SEGMENT_MAX, bytes, &len);
    if (error == ERROR_NONE)
        error = board_folder_fits(*bytes, len, office, named, out);
    if (error == ERROR_NONE)
        return ERROR_NONE;
    free(*bytes);
    *bytes = NULL;
    return error_is_machine(error) ? error : ERROR_BOARD_PART;
}

enum error board_folder_has(int dir, const uint8_t office[CHARTER_OFFICE_LEN],
                            const struct head_segment *segment)
{
    char name[NAMES_LEN];
    uint8_t *bytes = NULL;
    if (!names_segment(segment, name))
        return ERROR_BOARD_PART;
    const enum error error = read_segment(dir, office, segment, name, &bytes, NULL);
    free(bytes);
    return error;
}

/* --- the whole --- */

static enum error read_head(int dir, const uint8_t board_key[32],
                            const uint8_t office[CHARTER_OFFICE_LEN], struct board_folder *board)
{
    const enum error error =
        file_read(dir, NAMES_BOARD, HEAD_MAX, &board->head_bytes, &board->head_len);
    if (error != ERROR_NONE)
        return error;
    return head_decode(board->head_bytes, board->head_len, board_key, office, &board->head);
}

static enum error read_segments(int dir, struct board_folder *board)
{
    const struct head *head = &board->head;
    char name[NAMES_LEN];
    enum error error = ERROR_NONE;
    board->segments = calloc(head->segment_count + 1, sizeof *board->segments);
    board->segment_bytes = calloc(head->segment_count + 1, sizeof *board->segment_bytes);
    if (board->segments == NULL || board->segment_bytes == NULL)
        return ERROR_MEMORY;
    for (uint32_t i = 0; i < head->segment_count && error == ERROR_NONE; i++) {
        const struct head_segment named = head_segment(head, i);
        const uint32_t at = board->segment_count;
        if (!names_segment(&named, name))
            continue;
        error = read_segment(dir, head->office, &named, name, &board->segment_bytes[at],
                             &board->segments[at]);
        board->segment_count += error == ERROR_NONE;
    }
    return error;
}

bool board_folder_lacks(enum error has)
{
    return has == ERROR_BOARD_PART || (error_is_machine(has) && !error_passes(has));
}

static enum error check_segments(int dir, const struct head *head)
{
    char name[NAMES_LEN];
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < head->segment_count && error == ERROR_NONE; i++) {
        const struct head_segment named = head_segment(head, i);
        if (names_segment(&named, name))
            error = board_folder_has(dir, head->office, &named);
    }
    return error;
}

enum error board_folder_check(int dir, const uint8_t board_key[32],
                              const uint8_t office[CHARTER_OFFICE_LEN], struct board_folder *board)
{
    *board = (struct board_folder){.segment_count = 0};
    enum error error = read_head(dir, board_key, office, board);
    if (error == ERROR_NONE)
        error = check_segments(dir, &board->head);
    if (error != ERROR_NONE)
        board_folder_close(board);
    return error;
}

enum error board_folder_open(int dir, const uint8_t board_key[32],
                             const uint8_t office[CHARTER_OFFICE_LEN], struct board_folder *board)
{
    *board = (struct board_folder){.segment_count = 0};
    enum error error = read_head(dir, board_key, office, board);
    if (error == ERROR_NONE)
        error = read_segments(dir, board);
    if (error != ERROR_NONE)
        board_folder_close(board);
    return error;
}
