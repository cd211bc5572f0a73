/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Maps the files of a board. A board can have hundreds of megabytes. */
#include "protocol/board_folder.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/hash.h"
#include "protocol/names.h"

void board_folder_close(struct board_folder *board)
{
    for (uint32_t i = 0; i < board->segment_count; i++)
        mapping_close(&board->segment_maps[i]);
    mapping_close(&board->head_map);
    free(board->head_copy);
    free(board->segments);
    free(board->segment_maps);
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

static enum error map_segment(int dir, const struct head_segment *segment, bool resident,
                              struct mapping *map)
{
    char name[NAMES_LEN];
    (void)names_segment(segment, name);
    const enum error error = mapping_open(dir, name, SEGMENT_MAX, resident, map);
    return error == ERROR_NONE || error_is_machine(error) ? error : ERROR_BOARD_PART;
}

enum error board_folder_has(int dir, const uint8_t office[CHARTER_OFFICE_LEN],
                            const struct head_segment *segment)
{
    char name[NAMES_LEN];
    uint8_t *data = NULL;
    size_t len = 0;
    if (!names_segment(segment, name))
        return ERROR_BOARD_PART;
    enum error error = file_read(dir, name, SEGMENT_MAX, &data, &len);
    if (error == ERROR_NONE)
        error = board_folder_fits(data, len, office, segment, NULL);
    free(data);
    return error == ERROR_NONE || error_is_machine(error) ? error : ERROR_BOARD_PART;
}

/* --- the whole --- */

static enum error map_segments(int dir, bool checked, struct board_folder *board)
{
    const struct head *head = &board->head;
    char name[NAMES_LEN];
    enum error error = ERROR_NONE;
    board->segments = calloc(head->segment_count + 1, sizeof *board->segments);
    board->segment_maps = calloc(head->segment_count + 1, sizeof *board->segment_maps);
    if (board->segments == NULL || board->segment_maps == NULL)
        return ERROR_MEMORY;
    for (uint32_t i = 0; i < head->segment_count && error == ERROR_NONE; i++) {
        const struct head_segment named = head_segment(head, i);
        struct mapping *map = &board->segment_maps[board->segment_count];
        struct segment *segment = &board->segments[board->segment_count];
        if (!names_segment(&named, name))
            continue;
        error = map_segment(dir, &named, !checked, map);
        board->segment_count += error == ERROR_NONE;
        if (error == ERROR_NONE)
            error = checked ? board_folder_fits(map->bytes, map->len, head->office, &named, segment)
                            : view(map->bytes, map->len, head->office, &named, segment);
    }
    return error;
}

enum error board_folder_check(int dir, const uint8_t board_key[32],
                              const uint8_t office[CHARTER_OFFICE_LEN], struct board_folder *board)
{
    *board = (struct board_folder){.segment_count = 0};
    enum error error = mapping_open(dir, NAMES_BOARD, HEAD_MAX, false, &board->head_map);
    if (error == ERROR_NONE)
        error = head_decode(board->head_map.bytes, board->head_map.len, board_key, office,
                            &board->head);
    if (error == ERROR_NONE)
        error = map_segments(dir, true, board);
    if (error != ERROR_NONE)
        board_folder_close(board);
    return error;
}

enum error board_folder_open(int dir, struct board_folder *board)
{
    *board = (struct board_folder){.segment_count = 0};
    enum error error = mapping_open(dir, NAMES_BOARD, HEAD_MAX, true, &board->head_map);
    if (error == ERROR_NONE && (board->head_copy = malloc(board->head_map.len + 1)) == NULL)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE) {
        memcpy(board->head_copy, board->head_map.bytes, board->head_map.len);
        error = head_view(board->head_copy, board->head_map.len, &board->head);
    }
    if (error == ERROR_NONE)
        error = map_segments(dir, false, board);
    if (error != ERROR_NONE)
        board_folder_close(board);
    return error;
}
