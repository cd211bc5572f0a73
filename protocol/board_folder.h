/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board as a folder holds it: its head, sandyq.board, and beside it the segments that the head
   names (protocol/names). Read in place (base/mapping): a file that changes is changed here, so the
   folder must be one that only its owner writes, by rename. What lies on a medium is copied first,
   and asked about by board_folder_fits. */
#ifndef PROTOCOL_BOARD_FOLDER_H
#define PROTOCOL_BOARD_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/mapping.h"
#include "protocol/head.h"
#include "protocol/segment.h"

/* All zeros is no board. */
struct board_folder {
    struct head head;
    struct segment *segments; /* those of kinds that are known, in the order of the head */
    uint32_t segment_count;
    struct mapping head_map;
    uint8_t *head_copy; /* malloc'd; of a head that was opened unchecked */
    struct mapping *segment_maps;
};

/* Opens the board in the folder `dir` after every check: the head by board_key, each segment by its
   hash, length and office. For board_folder_close; all zeros on an error. Returns ERROR_NONE,
   _MISSING (there is no head), an error of head_decode, ERROR_BOARD_PART (a segment is missing or
   not what the head names), _MEMORY or another error of file_open. */
enum error board_folder_check(int dir, const uint8_t board_key[32],
                              const uint8_t office[CHARTER_OFFICE_LEN], struct board_folder *board);

/* The same for a board that this process's parent has checked: without signature and hashes. All of
   it is in memory when this returns, so that later no page is fetched that tells what was read. The
   head is a copy: who writes into the file while a visitor is awaited changes no notice. */
enum error board_folder_open(int dir, struct board_folder *board);

/* Whether the folder has this segment, of a kind that is known, whole. ERROR_NONE, ERROR_BOARD_PART
   when not, or why it could not be read: _MEMORY, _IO, _DESCRIPTORS. */
enum error board_folder_has(int dir, const uint8_t office[CHARTER_OFFICE_LEN],
                            const struct head_segment *segment);

/* Whether these bytes are the segment that the head of this office names. ERROR_NONE,
   ERROR_BOARD_PART or _MEMORY; *out, which may be NULL, points into in. */
enum error board_folder_fits(const uint8_t *in, size_t len,
                             const uint8_t office[CHARTER_OFFICE_LEN],
                             const struct head_segment *segment, struct segment *out);

/* Unmaps it and makes it all zeros; NULL pointers in it are passed over. */
void board_folder_close(struct board_folder *board);

#endif
