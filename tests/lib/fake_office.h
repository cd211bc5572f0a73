/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away office in memory: its keys, its charter, and what it signs.

       struct fake_office office;
       fake_office_open(&office);
       char *dir = folder_make(), *media = folder_make();
       kiosk_folder_enroll(&office, dir, "PC-17", 1);    with card and charter
       kiosk_folder_fill(dir, 3);                        three records in its outbox
       ...
       folder_remove(&dir);
       folder_remove(&media);
       fake_office_close(&office);

   Everything here fails the running test when it cannot do its work. */
#ifndef TESTS_LIB_FAKE_OFFICE_H
#define TESTS_LIB_FAKE_OFFICE_H

#include <stddef.h>
#include <stdint.h>

#include "protocol/card.h"
#include "protocol/charter.h"
#include "protocol/head.h"

enum { FAKE_OFFICE_DAY = 20000 /* 2024-10-04, the day on which all of it happens */ };

/* How many boards a head's segments come from. */
enum { FAKE_OFFICE_BOARDS = 3 };

/* A segment that was made. */
struct fake_segment {
    struct head_segment named;
    uint8_t *bytes;
    size_t len;
};

struct fake_office {
    uint8_t *root_seed; /* seeds and the intake secret in secret_new memory */
    uint8_t *board_seed;
    uint8_t *intake_secret;
    uint32_t board_days;    /* from one board to the next */
    struct charter charter; /* number 1, valid for a year; fake_office_charter makes others */
    uint8_t charter_bytes[CHARTER_LEN];
    struct fake_segment segments[2 * FAKE_OFFICE_BOARDS]; /* in the order of a head */
    uint32_t segment_count;
    uint32_t head_number;  /* of the board that was made last, */
    uint8_t head_hash[32]; /* and of its head, which the next one names */
};

/* Starts crypto/ once per process. */
void fake_office_start(void);

/* The same, then makes an office with fresh keys. */
void fake_office_open(struct fake_office *office);
void fake_office_close(struct fake_office *office);

/* Signs office->charter anew after a test has changed its fields (number, name, board key ...). */
void fake_office_charter(struct fake_office *office);

/* Signs a card: its file, with the office's charter in it. */
void fake_office_sign(const struct fake_office *office, const struct card *card,
                      uint8_t out[CARD_FILE_LEN]);

/* A card for the kiosk of this public key, valid for a year at PC-17, a prison. */
void fake_office_card(const struct fake_office *office, const uint8_t key[32], uint32_t number,
                      uint8_t out[CARD_FILE_LEN]);

/* What a test wants of a board; zeros and NULL for the rest. */
struct fake_board {
    uint32_t number;
    uint32_t day; /* 0: board_days after the last, so long that what that acknowledged is dropped */
    const struct head_mark *marks;
    uint32_t mark_count;
    const char *notices;
    const uint8_t *answers; /* whole entries; NULL: as many random ones */
    uint32_t answer_count;
    const uint8_t *arrivals; /* tags; NULL: as many random ones */
    uint32_t arrival_count;
};

/* Writes a board into a folder: its two segments, those of the FAKE_OFFICE_BOARDS - 1 boards of
   lower numbers that were made last, and the head that names them all. */
void fake_office_board(struct fake_office *office, const struct fake_board *board, const char *dir);

/* Frees what was made of boards, for an office that is not closed. */
void fake_office_forget(struct fake_office *office);

#endif
