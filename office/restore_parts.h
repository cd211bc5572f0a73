/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of restore share: boards read from copies. For office/restore*.c alone. */
#ifndef OFFICE_RESTORE_PARTS_H
#define OFFICE_RESTORE_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/vault.h"
#include "protocol/head.h"
#include "protocol/segment.h"

/* A segment that the journal lacks. */
struct restore_segment {
    struct head_segment named;
    struct segment segment; /* points into bytes */
    uint8_t *bytes;         /* malloc'd */
    size_t len;
};

struct restore_boards {
    struct vault *vault;
    uint32_t own;     /* number of the last board that the journal has */
    uint32_t highest; /* number of a head that was read, whichever is the newest */
    uint8_t *bytes;   /* of the newest head, malloc'd; NULL: none is of a board that is newer */
    size_t len;
    struct head head;
    struct restore_segment *all;
    size_t n, room;
};

/* Reads the head in a folder and the copies that kiosks left of theirs, and those of their segments
   that the journal lacks and that are there whole. A head of a board that is not newer than the
   journal's own tells nothing, and is read only to see that it is one. For restore_boards_free,
   also on an error: ERROR_MISSING (neither a head nor a copy), errors of head_decode, of opening
   the folder and of reading. */
enum error restore_boards_read(struct restore_boards *boards, const char *folder);
void restore_boards_free(struct restore_boards *boards);

/* How many segments of the newest head neither the journal nor a copy has. */
size_t restore_boards_missing(const struct restore_boards *boards, bool arrivals_only);

/* The segment that has an answer with this tag; NULL when none has. */
const struct restore_segment *restore_boards_answer(const struct restore_boards *boards,
                                                    const uint8_t tag[SEGMENT_TAG_LEN]);

/* Writes boards, tags and marks into the journal, in its transaction. Errors of the store. */
enum error restore_boards_keep(const struct restore_boards *boards);

#endif
