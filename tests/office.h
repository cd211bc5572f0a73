/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away office in memory and kiosks in scratch folders, for the tests of every room.

       struct office office;
       char dir[OFFICE_PATH_LEN], media[OFFICE_PATH_LEN];
       office_open(&office);
       office_scratch(dir);
       office_scratch(media);
       office_kiosk(&office, dir, "PC-17", 1);        enrolled, with card and charter
       office_fill(dir, 3);                           three records in its outbox
       ...
       office_remove(dir);
       office_remove(media);
       office_close(&office);

   Everything here fails the running test when it cannot do its work. */
#ifndef TESTS_OFFICE_H
#define TESTS_OFFICE_H

#include <stddef.h>
#include <stdint.h>

#include "device/state.h"
#include "protocol/board.h"
#include "protocol/card.h"
#include "protocol/charter.h"

enum {
    OFFICE_PATH_LEN = 256,
    OFFICE_DAY = 20000 /* 2024-10-04, the day on which all of it happens */
};

struct office {
    uint8_t *root_seed; /* seeds and the intake secret in secret_new memory */
    uint8_t *board_seed;
    uint8_t *intake_secret;
    struct charter charter; /* number 1, valid for a year; office_charter makes others */
    uint8_t charter_bytes[CHARTER_LEN];
};

/* Starts crypto/ once per process, then makes an office with fresh keys. */
void office_open(struct office *office);
void office_close(struct office *office);

/* Signs office->charter anew after a test has changed its fields (number, name, board key ...). */
void office_charter(struct office *office);

/* A fresh folder of mode 0700 below TMPDIR, or /dev/shm where it has room, or /tmp; and its removal with all
   that is in it. */
void office_scratch(char dir[OFFICE_PATH_LEN]);
void office_remove(const char *dir);

/* Enrols a kiosk in dir (which may exist) and installs a card, number 1, with the office's charter. */
void office_kiosk(const struct office *office, const char *dir, const char *facility, uint8_t type);

/* A card file for the kiosk of this public key, with the office's charter in it. */
void office_card(const struct office *office, const uint8_t key[32], uint32_t number,
                 uint8_t out[CARD_FILE_LEN]);

/* Appends one record holding this envelope (ENVELOPE_LEN bytes; NULL for bytes that only look like one) to the
   outbox of dir. office_fill appends n of the latter. Returns the number of the last record. */
uint64_t office_append(const char *dir, const uint8_t *envelope, uint32_t day);
uint64_t office_fill(const char *dir, unsigned n);

/* The mark that acknowledges what the outbox of dir holds up to its record seq, which must still be there. */
struct board_mark office_mark(const char *dir, uint64_t seq);

/* A board of this number with these marks and these entries (NULL: as many random ones); malloc'd. */
uint8_t *office_board(const struct office *office, uint32_t number, const struct board_mark *marks,
                      uint32_t mark_count, const uint8_t *entries, uint32_t entry_count,
                      size_t *len);

/* The records held in the outbox of dir: *first and the number of the last; 0 held: last < first. */
void office_held(const char *dir, uint64_t *first, uint64_t *last);

/* Writes and reads (malloc'd) whole files of a folder. */
void office_put(const char *dir, const char *name, const void *data, size_t len);
uint8_t *office_get(const char *dir, const char *name, size_t *len);

/* Tries a reader of a format: takes the file as it is, refuses it cut at every length, with a byte too many, with
   any one byte flipped, of a newer version (ERROR_NEWER), with another magic (ERROR_FOREIGN) and empty.
   Lengths and bytes are tried at every step-th place, and all of the first and the last 200 whatever the step
   is. Each try lies in memory of exactly its length. */
typedef int office_read_fn(void *context, const uint8_t *in, size_t len);
void office_spoil(const uint8_t *good, size_t len, size_t step, office_read_fn *read,
                  void *context);

#endif
