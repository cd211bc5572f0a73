/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes, reads and searches boards. A board can have hundreds of megabytes and is read in
   place. */
#include "protocol/board.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "base/utf8.h"
#include "base/wire.h"
#include "crypto/answer.h"
#include "crypto/signature.h"

static const char magic[] = "SANDYQA1";
static const char domain[] = "sandyq board v1";

enum {
    AT_OFFICE = 8,
    AT_NUMBER = 40,
    AT_DAY = 44,
    AT_KIOSKS = 48,
    AT_NOTICES = 52,
    AT_ENTRIES = 56,
    MARK_SEQ = 8,
    MARK_HASH = 16,
    MARK_DAY = 48,
};
_Static_assert(AT_ENTRIES + 4 == BOARD_HEADER_LEN, "the header ends where the marks begin");
_Static_assert(MARK_DAY + 4 == BOARD_MARK_LEN, "a mark ends with its day");
_Static_assert((int)BOARD_ENTRY_LEN == (int)ANSWER_LEN && (int)BOARD_TAG_LEN == (int)ANSWER_TAG_LEN,
               "an entry is a sealed answer");

/* Length of the whole file, or 0 when a count is beyond its limit. */
static size_t total_len(const struct board *board)
{
    if (board->kiosk_count > BOARD_KIOSKS_MAX || board->notices_len > BOARD_NOTICES_MAX ||
        board->entry_count > BOARD_ENTRIES_MAX)
        return 0;
    return BOARD_HEADER_LEN + (size_t)board->kiosk_count * BOARD_MARK_LEN + board->notices_len +
           (size_t)board->entry_count * BOARD_ENTRY_LEN + SIGNATURE_LEN;
}

static int compare_marks(const void *a, const void *b)
{
    return memcmp(a, b, CARD_KIOSK_LEN);
}

static int compare_tags(const void *a, const void *b)
{
    return memcmp(a, b, BOARD_TAG_LEN);
}

static int compare_entries(const void *a, const void *b)
{
    const uint8_t *const *x = a;
    const uint8_t *const *y = b;

    return compare_tags(*x, *y);
}

static void put_marks(const struct board *board, const struct board_mark *marks, uint8_t *out)
{
    for (uint32_t i = 0; i < board->kiosk_count; i++) {
        uint8_t *at = out + (size_t)i * BOARD_MARK_LEN;
        memcpy(at, marks[i].kiosk, CARD_KIOSK_LEN);
        wire_put64(at + MARK_SEQ, marks[i].seq);
        memcpy(at + MARK_HASH, marks[i].hash, sizeof marks[i].hash);
        wire_put32(at + MARK_DAY, marks[i].day);
    }
    if (board->kiosk_count > 1)
        qsort(out, board->kiosk_count, BOARD_MARK_LEN, compare_marks);
}

/* Sorts pointers, then copies each entry once to where it belongs. */
static enum error put_entries(const struct board *board, uint8_t *out)
{
    const uint8_t **order = NULL;

    if (board->entry_count == 0)
        return ERROR_NONE;
    order = calloc(board->entry_count, sizeof *order);
    if (order == NULL)
        return ERROR_MEMORY;
    for (uint32_t i = 0; i < board->entry_count; i++)
        order[i] = board->entries + (size_t)i * BOARD_ENTRY_LEN;
    qsort(order, board->entry_count, sizeof *order, compare_entries);
    for (uint32_t i = 0; i < board->entry_count; i++)
        memcpy(out + (size_t)i * BOARD_ENTRY_LEN, order[i], BOARD_ENTRY_LEN);
    free(order);
    return ERROR_NONE;
}

static void put_header(const struct board *board, uint8_t *out)
{
    memcpy(out, magic, FILE_MAGIC_LEN);
    memcpy(out + AT_OFFICE, board->office, CHARTER_OFFICE_LEN);
    wire_put32(out + AT_NUMBER, board->number);
    wire_put32(out + AT_DAY, board->day);
    wire_put32(out + AT_KIOSKS, board->kiosk_count);
    wire_put32(out + AT_NOTICES, board->notices_len);
    wire_put32(out + AT_ENTRIES, board->entry_count);
}

/* Fills *board from a file whose length agrees with its own counts. */
static enum error get_frame(const uint8_t *in, size_t len, struct board *board)
{
    enum error error = file_magic(in, len, magic);

    if (error != ERROR_NONE)
        return error;
    if (len < BOARD_HEADER_LEN)
        return ERROR_TRUNCATED;
    memcpy(board->office, in + AT_OFFICE, CHARTER_OFFICE_LEN);
    board->number = wire_get32(in + AT_NUMBER);
    board->day = wire_get32(in + AT_DAY);
    board->kiosk_count = wire_get32(in + AT_KIOSKS);
    board->notices_len = wire_get32(in + AT_NOTICES);
    board->entry_count = wire_get32(in + AT_ENTRIES);
    if (total_len(board) != len)
        return ERROR_TRUNCATED;
    board->marks = in + BOARD_HEADER_LEN;
    board->notices = (const char *)board->marks + (size_t)board->kiosk_count * BOARD_MARK_LEN;
    board->entries = (const uint8_t *)board->notices + board->notices_len;
    return ERROR_NONE;
}

/* Are count keys of key_len bytes, one at the start of each row, strictly ascending? */
static bool ascending(const uint8_t *rows, size_t count, size_t row_len, size_t key_len)
{
    for (size_t i = 1; i < count; i++)
        if (memcmp(rows + (i - 1) * row_len, rows + i * row_len, key_len) >= 0)
            return false;
    return true;
}

static enum error check_fields(const struct board *board)
{
    if (board->number == 0 || !utf8_valid(board->notices, board->notices_len) ||
        !ascending(board->marks, board->kiosk_count, BOARD_MARK_LEN, CARD_KIOSK_LEN) ||
        !ascending(board->entries, board->entry_count, BOARD_ENTRY_LEN, BOARD_TAG_LEN))
        return ERROR_MALFORMED;
    return ERROR_NONE;
}

enum error board_encode(const struct board *board, const struct board_mark *marks,
                        const uint8_t board_seed[32], uint8_t **out, size_t *len)
{
    struct board made;
    size_t total = total_len(board);

    *out = NULL;
    *len = 0;
    if (total == 0)
        return ERROR_MALFORMED;
    uint8_t *bytes = malloc(total);
    if (bytes == NULL)
        return ERROR_MEMORY;
    put_header(board, bytes);
    put_marks(board, marks, bytes + BOARD_HEADER_LEN);
    size_t notices_at = BOARD_HEADER_LEN + (size_t)board->kiosk_count * BOARD_MARK_LEN;
    if (board->notices_len > 0)
        memcpy(bytes + notices_at, board->notices, board->notices_len);
    enum error error = put_entries(board, bytes + notices_at + board->notices_len);
    if (error == ERROR_NONE)
        error = board_view(bytes, total, &made);
    if (error == ERROR_NONE && signature_sign(board_seed, domain, bytes, total - SIGNATURE_LEN,
                                              bytes + total - SIGNATURE_LEN) != 0)
        error = ERROR_MEMORY;
    if (error != ERROR_NONE) {
        free(bytes);
        return error;
    }
    *out = bytes;
    *len = total;
    return ERROR_NONE;
}

enum error board_decode(const uint8_t *in, size_t len, const uint8_t board_key[32],
                        const uint8_t office[CHARTER_OFFICE_LEN], struct board *board)
{
    enum error error = get_frame(in, len, board);

    if (error != ERROR_NONE)
        return error;
    /* Checked before the signature, which fails as well for a board of another office: the error
       should name the real cause. */
    if (memcmp(board->office, office, CHARTER_OFFICE_LEN) != 0)
        return ERROR_OFFICE;
    error = signature_check(board_key, domain, in, len - SIGNATURE_LEN, in + len - SIGNATURE_LEN);
    return error == ERROR_NONE ? check_fields(board) : error;
}

enum error board_view(const uint8_t *in, size_t len, struct board *board)
{
    enum error error = get_frame(in, len, board);

    return error == ERROR_NONE ? check_fields(board) : error;
}

bool board_find_mark(const struct board *board, const uint8_t kiosk[CARD_KIOSK_LEN],
                     struct board_mark *mark)
{
    /* Without marks the pointer may be past the end, which bsearch(3) must not be given. */
    if (board->kiosk_count == 0)
        return false;
    const uint8_t *at =
        bsearch(kiosk, board->marks, board->kiosk_count, BOARD_MARK_LEN, compare_marks);
    if (at == NULL)
        return false;
    memcpy(mark->kiosk, at, CARD_KIOSK_LEN);
    mark->seq = wire_get64(at + MARK_SEQ);
    memcpy(mark->hash, at + MARK_HASH, sizeof mark->hash);
    mark->day = wire_get32(at + MARK_DAY);
    return true;
}

/* 0xff when the tags are equal, else 0; no branch. */
static uint8_t equal_tag(const uint8_t *a, const uint8_t *b)
{
    uint64_t x[2];
    uint64_t y[2];

    memcpy(x, a, sizeof x);
    memcpy(y, b, sizeof y);
    uint64_t difference = (x[0] ^ y[0]) | (x[1] ^ y[1]);
    return (uint8_t)(((difference | (0 - difference)) >> 63) - 1);
}
_Static_assert(BOARD_TAG_LEN == 2 * sizeof(uint64_t), "a tag is compared as two numbers");

/* Takes over the entry where mask is 0xff, and does the same work where it is 0. */
static void add_masked(uint8_t *restrict out, const uint8_t *restrict entry, uint8_t mask)
{
    for (size_t i = 0; i < BOARD_ENTRY_LEN; i++)
        out[i] |= entry[i] & mask;
}

void board_copy_all(const struct board *board, const uint8_t (*tags)[BOARD_TAG_LEN], size_t n,
                    uint8_t (*out)[BOARD_ENTRY_LEN])
{
    memset(out, 0, n * BOARD_ENTRY_LEN);
    /* No tag is on the board twice, so at most one entry is copied to each place. */
    for (size_t i = 0; i < board->entry_count; i++) {
        const uint8_t *entry = board->entries + i * BOARD_ENTRY_LEN;
        for (size_t k = 0; k < n; k++)
            add_masked(out[k], entry, equal_tag(entry, tags[k]));
    }
}

const uint8_t *board_find(const struct board *board, const uint8_t tag[BOARD_TAG_LEN])
{
    if (board->entry_count == 0)
        return NULL;
    return bsearch(tag, board->entries, board->entry_count, BOARD_ENTRY_LEN, compare_tags);
}
