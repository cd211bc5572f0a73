/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a board; then the same as changes to a good one, signed anew with a fixed key, so
   that what stands behind the signature is reached. Input: marks (1 byte), entries (1), notices
   (1), place of the changes (2), changes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "courier/board.h"
#include "courier/refusal.h"
#include "crypto/secret.h"
#include "crypto/sign.h"
#include "crypto/wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MARKS = 4, ENTRIES = 4 };

static const uint8_t seed[SIGN_SEED_LEN] = {1, 2, 3};
static const uint8_t office[CHARTER_OFFICE_LEN] = {4, 5, 6};
static uint8_t key[SIGN_PUBLIC_LEN];
static uint8_t entries[ENTRIES * BOARD_ENTRY_LEN];
static struct board_mark marks[MARKS];
static char notices[256];

static void start(void)
{
    static bool started;

    if (started)
        return;
    started = true;
    if (secret_start() != SECRET_OK || sign_public(seed, key) != 0)
        abort();
    for (int i = 0; i < MARKS; i++)
        marks[i].kiosk[0] = (uint8_t)i;
    for (int i = 0; i < ENTRIES; i++)
        entries[i * BOARD_ENTRY_LEN] = (uint8_t)i;
    memset(notices, 'a', sizeof notices);
}

/* Whatever is taken must be searchable: each mark and each entry is found where it stands. */
static void search(const struct board *board)
{
    struct board_mark mark;

    for (uint32_t i = 0; i < board->kiosk_count; i++)
        if (!board_find_mark(board, board->marks + (size_t)i * BOARD_MARK_LEN, &mark))
            abort();
    for (uint32_t i = 0; i < board->entry_count; i++) {
        const uint8_t *entry = board->entries + (size_t)i * BOARD_ENTRY_LEN;
        if (board_find(board, entry) != entry)
            abort();
    }
}

static void read_board(const uint8_t *in, size_t len)
{
    struct board board;
    struct board viewed;

    int view = board_view(in, len, &viewed);
    if (view == REFUSAL_NONE)
        search(&viewed);
    if (board_decode(in, len, key, office, &board) == REFUSAL_NONE && view != REFUSAL_NONE)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct board board = {.number = 1, .entries = entries, .notices = notices};
    uint8_t *in = NULL;
    size_t len = 0;

    start();
    read_board(data, size);
    if (size < 5)
        return 0;
    memcpy(board.office, office, sizeof board.office);
    board.kiosk_count = data[0] % (MARKS + 1);
    board.entry_count = data[1] % (ENTRIES + 1);
    board.notices_len = data[2];
    if (board_encode(&board, marks, seed, &in, &len) != REFUSAL_NONE)
        abort();
    size_t place = wire_get16(data + 3) % (len - SIGN_LEN);
    for (size_t i = 5; i < size && place + i - 5 < len - SIGN_LEN; i++)
        in[place + i - 5] ^= data[i];
    if (sign_make(seed, "sandyq board v1", in, len - SIGN_LEN, in + len - SIGN_LEN) != 0)
        abort();
    read_board(in, len);
    free(in);
    return 0;
}
