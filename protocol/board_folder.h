/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A board as a folder holds it: its head, sandyq.board, and beside it the segments that the head
   names (protocol/names). All checks are made on bytes in this process's own memory, so that what
   was checked is what is used, whoever writes into the files meanwhile. */
#ifndef PROTOCOL_BOARD_FOLDER_H
#define PROTOCOL_BOARD_FOLDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/head.h"
#include "protocol/segment.h"

/* All zeros is no board. */
struct board_folder {
    struct head head;
    struct segment *segments; /* those of kinds that are known, in the order of the head */
    uint32_t segment_count;
    uint8_t *head_bytes; /* the files; malloc'd */
    size_t head_len;
    uint8_t **segment_bytes;
};

/* Checks the board in the folder `dir`: the head by board_key, each segment of a kind that is known
   by its hash, length and office. *board then has the head and no segments, for
   board_folder_close; all zeros on an error. Returns ERROR_NONE, _MISSING (there is no head), an
   error of head_decode, ERROR_BOARD_PART (a segment is missing or not what the head names), _MEMORY
   or another error of file_read. */
enum error board_folder_check(int dir, const uint8_t board_key[32],
                              const uint8_t office[CHARTER_OFFICE_LEN], struct board_folder *board);

/* The same, and *board has the segments, too. All of it is in memory when this returns: nothing is
   read later that could be other bytes, could fail, or tells when somebody looked. */
enum error board_folder_open(int dir, const uint8_t board_key[32],
                             const uint8_t office[CHARTER_OFFICE_LEN], struct board_folder *board);

/* Whether the folder has this segment, of a kind that is known, whole. ERROR_NONE, ERROR_BOARD_PART
   when not, or why it could not be read: _MEMORY, _IO, _DESCRIPTORS. */
enum error board_folder_has(int dir, const uint8_t office[CHARTER_OFFICE_LEN],
                            const struct head_segment *segment);

/* Whether such an answer says that the segment is to be written anew: it is not there whole, or the
   disk does not give it, or not to this user. */
bool board_folder_lacks(enum error has);

/* Whether these bytes are the segment that the head of this office names. ERROR_NONE,
   ERROR_BOARD_PART or _MEMORY; *out, which may be NULL, points into in. */
enum error board_folder_fits(const uint8_t *in, size_t len,
                             const uint8_t office[CHARTER_OFFICE_LEN],
                             const struct head_segment *segment, struct segment *out);

/* Frees it and makes it all zeros; NULL pointers in it are passed over. */
void board_folder_close(struct board_folder *board);

#endif
