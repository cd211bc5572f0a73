/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads single records out of the files of an outbox that does not open any more: where SQLite puts
   a row of the outbox, as far as its record goes (sqlite.org/fileformat2.html).

   A record begins in a leaf that it has to itself, where a few hundred bytes of it stand behind the
   row's number, day and hash. The rest is in a chain of overflow pages: the number of the next
   page, 4 bytes, and 1,020 of the record. In the log each page stands behind a header of 24 bytes
   that begins with the page's number. */
#ifndef STORE_OUTBOX_RAW_H
#define STORE_OUTBOX_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
    OUTBOX_RAW_PAGE = 1024, /* bytes of a page of the outbox */
    OUTBOX_RAW_ROOM = 400,  /* zeros behind a record, so that no other fits into its leaf */
};

enum outbox_raw {
    OUTBOX_RAW_WHOLE, /* in one piece */
    OUTBOX_RAW_FILE,  /* in the pages of outbox.db */
    OUTBOX_RAW_LOG,   /* in those of its log */
};

/* Reads the record of len bytes that begins at `at` in the file. False when there is no row of that
   shape, a page of it is not found, or the file cannot be read there. What was read may be
   anything: only the record's signature tells. Reads a bounded number of pages. */
bool outbox_raw_read(int fd, enum outbox_raw form, off_t at, uint8_t *record, size_t len);

#endif
