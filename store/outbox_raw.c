/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Follows a record through the pages of a damaged outbox. */
#include "store/outbox_raw.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "base/wire.h"

enum {
    FRAME_HEADER = 24,
    FRAME = FRAME_HEADER + OUTBOX_RAW_PAGE,
    LOG_HEADER = 32,
    NEAR = 64,    /* frames: a commit of one record has some twenty */
    SALTS_AT = 8, /* in a frame's header: of one use of the log */
    SALTS = 8,
    POINTER = 4,
    HASH = 32,
    DAY_MAX = 4,
    ROW_HEADER = 9, /* its own length and the types of five columns */
    TYPE_HASH = 0x4c,
    BLOB_TYPE = 12, /* of none; two more for each byte */
};

static bool read_at(int fd, off_t at, uint8_t *out, size_t len)
{
    size_t got = 0;
    while (got < len) {
        ssize_t n = pread(fd, out + got, len - got, at + (off_t)got);
        if (n == 0 || (n < 0 && errno != EINTR))
            return false;
        if (n > 0)
            got += (size_t)n;
    }
    return true;
}

/* A number of n groups of 7 bits. */
static void put_varint(uint8_t *out, size_t n, uint32_t number)
{
    for (size_t i = n; i-- > 0; number >>= 7)
        out[i] = (uint8_t)((number & 0x7f) | (i + 1 < n ? 0x80 : 0));
}

/* The header of a row with a day of so many bytes and a record of len bytes. */
static void row_header(size_t day, size_t len, uint8_t out[ROW_HEADER])
{
    out[0] = ROW_HEADER;
    out[1] = 0; /* the number is the row's id */
    out[2] = (uint8_t)day;
    out[3] = TYPE_HASH;
    put_varint(out + 4, 3, (uint32_t)(BLOB_TYPE + 2 * len));
    put_varint(out + 7, 2, BLOB_TYPE + 2 * OUTBOX_RAW_ROOM);
}

/* How many bytes of the row stand before the record; 0 when what stands there is no row. */
static size_t bytes_before(int fd, off_t at, size_t len)
{
    enum { MOST = ROW_HEADER + DAY_MAX + HASH };
    uint8_t found[MOST], wanted[ROW_HEADER];
    if (at < MOST || !read_at(fd, at - MOST, found, MOST))
        return 0;
    for (size_t day = 1; day <= DAY_MAX; day++) {
        row_header(day, len, wanted);
        if (memcmp(found + DAY_MAX - day, wanted, ROW_HEADER) == 0)
            return ROW_HEADER + day + HASH;
    }
    return 0;
}

/* How many bytes of a row that is too long for a leaf stand in the leaf. */
static size_t bytes_in_leaf(size_t row)
{
    const size_t least = (OUTBOX_RAW_PAGE - 12) * 32 / 255 - 23;
    const size_t more = least + (row - least) % (OUTBOX_RAW_PAGE - POINTER);
    return more <= OUTBOX_RAW_PAGE - 35 ? more : least;
}

/* Where the page stands; -1 when it is not found. In a log the frame that is nearest counts: one
   commit wrote them together, and what is farther off, or has other salts, is of an older one. */
static off_t find_page(int fd, enum outbox_raw form, off_t near, uint32_t page)
{
    uint8_t header[SALTS_AT + SALTS], leaf[SALTS_AT + SALTS];
    if (form == OUTBOX_RAW_FILE)
        return page > 1 ? (off_t)(page - 1) * OUTBOX_RAW_PAGE : -1;
    const off_t own = (near - LOG_HEADER) / FRAME;
    if (!read_at(fd, LOG_HEADER + own * FRAME, leaf, sizeof(leaf)))
        return -1;
    for (off_t step = 1; step <= NEAR; step++)
        for (int side = -1; side <= 1; side += 2) {
            const off_t frame = LOG_HEADER + (own + side * step) * FRAME;
            if (frame >= LOG_HEADER && read_at(fd, frame, header, sizeof(header)) &&
                wire_get32_big(header) == page &&
                memcmp(header + SALTS_AT, leaf + SALTS_AT, SALTS) == 0)
                return frame + FRAME_HEADER;
        }
    return -1;
}

static bool read_chain(int fd, enum outbox_raw form, off_t leaf, uint32_t page, uint8_t *out,
                       size_t len)
{
    uint8_t next[POINTER];
    while (len > 0) {
        const size_t take =
            len < OUTBOX_RAW_PAGE - POINTER ? len : (size_t)OUTBOX_RAW_PAGE - POINTER;
        const off_t at = find_page(fd, form, leaf, page);
        if (at < 0 || !read_at(fd, at, next, POINTER) || !read_at(fd, at + POINTER, out, take))
            return false;
        page = wire_get32_big(next);
        out += take;
        len -= take;
    }
    return true;
}

bool outbox_raw_read(int fd, enum outbox_raw form, off_t at, uint8_t *record, size_t len)
{
    uint8_t first[POINTER];
    if (form == OUTBOX_RAW_WHOLE)
        return read_at(fd, at, record, len);
    const size_t before = bytes_before(fd, at, len);
    if (before == 0)
        return false;
    const size_t here = bytes_in_leaf(before + len + OUTBOX_RAW_ROOM) - before;
    return read_at(fd, at, record, here) && read_at(fd, at + (off_t)here, first, POINTER) &&
           read_chain(fd, form, at, wire_get32_big(first), record + here, len - here);
}
