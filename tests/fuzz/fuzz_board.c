/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a board; then the same as changes to a good one, signed anew with a fixed key, so
   that what stands behind the signature is reached. Input: how (1 byte: which call fails, 128
   leaves the old signature), marks (1), entries (1), notices (1), place of the changes (2),
   changes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/signature.h"
#include "protocol/board.h"
#include "tests/fuzz/fuzz.h"

enum { MARKS = 4, ENTRIES = 4, HEAD = 6, UNSIGNED = 128, TOO_MANY = 255 };

static const uint8_t seed[SIGNATURE_SEED_LEN] = {1, 2, 3};
static const uint8_t office[CHARTER_OFFICE_LEN] = {4, 5, 6};
static uint8_t key[SIGNATURE_PUBLIC_LEN];
static uint8_t entries[ENTRIES * BOARD_ENTRY_LEN];
static struct board_mark marks[MARKS];
static char notices[256];

static void start(void)
{
    static bool started;

    fuzz_start();
    fuzz_fail_at(0);
    if (started)
        return;
    started = true;
    must(signature_public(seed, key) == 0);
    for (int i = 0; i < MARKS; i++)
        marks[i].kiosk[0] = (uint8_t)i;
    for (int i = 0; i < ENTRIES; i++)
        entries[i * BOARD_ENTRY_LEN] = (uint8_t)i;
    memset(notices, 'a', sizeof notices);
}

/* The entry of a tag, and nothing for a tag that nobody has. */
static void copy(const struct board *board, const uint8_t *entry)
{
    static uint8_t out[2][BOARD_ENTRY_LEN];
    static const uint8_t zeros[BOARD_ENTRY_LEN];
    uint8_t tags[2][BOARD_TAG_LEN];

    memcpy(tags[0], entry, BOARD_TAG_LEN);
    memset(tags[1], 0x5a, BOARD_TAG_LEN);
    board_copy_all(board, (const uint8_t(*)[BOARD_TAG_LEN])tags, 2, out);
    must(memcmp(out[0], entry, BOARD_ENTRY_LEN) == 0);
    must(board_find(board, tags[1]) != NULL || memcmp(out[1], zeros, sizeof zeros) == 0);
}

/* Whatever is taken must be searchable: each mark and each entry is found where it stands. */
static void search(const struct board *board)
{
    static const uint8_t nobody[BOARD_TAG_LEN] = {9, 9, 9, 9, 9, 9, 9, 9};
    struct board_mark mark;

    for (uint32_t i = 0; i < board->kiosk_count; i++)
        must(board_find_mark(board, board->marks + (size_t)i * BOARD_MARK_LEN, &mark));
    if (board_find_mark(board, nobody, &mark))
        must(memcmp(mark.kiosk, nobody, CARD_KIOSK_LEN) == 0);
    for (uint32_t i = 0; i < board->entry_count; i++) {
        const uint8_t *entry = board->entries + (size_t)i * BOARD_ENTRY_LEN;
        must(board_find(board, entry) == entry);
        copy(board, entry);
    }
    must(board->entry_count > 0 || board_find(board, nobody) == NULL);
}

static int read_board(const uint8_t *in, size_t len)
{
    struct board board;
    struct board viewed;
    const int view = board_view(in, len, &viewed);
    const int taken = board_decode(in, len, key, office, &board);

    if (view == ERROR_NONE)
        search(&viewed);
    must(taken != ERROR_NONE || view == ERROR_NONE);
    return taken;
}

/* A board of these many marks, entries and bytes of notices; NULL when it is refused, as it must
   be when there is too much of something or a call fails. */
static uint8_t *make(const uint8_t *data, size_t *len)
{
    struct board board = {.number = 1, .entries = entries, .notices = notices};
    uint8_t *in = NULL;

    memcpy(board.office, office, sizeof board.office);
    board.kiosk_count = data[1] == TOO_MANY ? BOARD_KIOSKS_MAX + 1 : data[1] % (MARKS + 1);
    board.entry_count = data[2] == TOO_MANY ? BOARD_ENTRIES_MAX + 1 : data[2] % (ENTRIES + 1);
    board.notices_len = data[3] == TOO_MANY ? BOARD_NOTICES_MAX + 1 : data[3];
    fuzz_fail_at(data[0] % 8);
    const int error = board_encode(&board, marks, seed, &in, len);
    fuzz_fail_at(0);
    must((error == ERROR_NONE) == (in != NULL));
    must(error == ERROR_NONE || data[0] % 8 > 0 || data[1] == TOO_MANY || data[2] == TOO_MANY ||
         data[3] == TOO_MANY);
    return in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = 0;

    start();
    read_board(data, size);
    if (size < HEAD)
        return 0;
    uint8_t *in = make(data, &len);
    if (in == NULL)
        return 0;
    must(read_board(in, len) == ERROR_NONE);
    fuzz_change(in, len - SIGNATURE_LEN, wire_get16(data + 4) % (len - SIGNATURE_LEN), data + HEAD,
                size - HEAD);
    if (!(data[0] & UNSIGNED))
        must(signature_sign(seed, "sandyq board v1", in, len - SIGNATURE_LEN,
                            in + len - SIGNATURE_LEN) == 0);
    read_board(in, len);
    free(in);
    return 0;
}
