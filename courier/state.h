/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk's state folder, as keeper and courier see it: key, card, charter, board, outbox. The folder must
   belong to the user who runs this and be closed to all others (mode 0700).

   DIR/kiosk.key       "SANDYQS1" and the Ed25519 seed, 40 bytes, mode 0600
   DIR/enroll.request  for the office, until a card has come
   DIR/card            the card file that opened this kiosk, or its successor (mode 0600)
   DIR/charter         the newest charter
   DIR/board           the newest board
   DIR/outbox.db       the outbox
   DIR/lock            held (flock) by the keeper while it serves
   DIR/courier.lock    held by a courier's exchange */
#ifndef COURIER_STATE_H
#define COURIER_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "courier/board.h"
#include "courier/card.h"
#include "courier/charter.h"

struct state {
    int dir;                /* the folder */
    uint8_t *seed;          /* the kiosk's signing key, in secret_new memory; NULL before enrolment */
    uint8_t key[32];        /* its public half */
    uint8_t kiosk[CARD_KIOSK_LEN];
    bool has_card;          /* card and charter are there and checked */
    struct card card;
    struct charter charter;
    uint32_t board_number;  /* 0 when no board is held */
    char path[4096];
};

/* Opens the folder and reads and checks key, card, charter and the board's number. Missing card,
   charter or board are no error (has_card says). *out is freed by state_close. */
int state_open(const char *dir, struct state **out);
void state_close(struct state **state);

/* Makes kiosk.key if there is none, and enroll.request. Makes the folder itself (0700) if needed. */
int state_enroll(const char *dir, uint32_t today, char kiosk[CARD_KIOSK_TEXT_LEN]);

/* Takes the named lock file ("lock" or "courier.lock"). Returns REFUSAL_NONE with *fd, or REFUSAL_BUSY. */
int state_lock(const struct state *state, const char *name, int *fd);

/* May this kiosk serve today? REFUSAL_NONE, _MISSING (no card or charter yet) or _EXPIRED. */
int state_ready(const struct state *state, uint32_t today);

/* Opens the board for reading only: *fd, *len. REFUSAL_MISSING when there is none. */
int state_board(const struct state *state, int *fd, size_t *len);

/* Installs a card file, a charter or a board from bytes, after every check against what is held; keeps
   what is held otherwise. Installing the very same again is REFUSAL_NONE and writes nothing. A board also
   drops from the outbox what it acknowledges: see exchange. */
int state_install_card(struct state *state, const uint8_t *in, size_t len);
int state_install_charter(struct state *state, const uint8_t *in, size_t len);
int state_install_board(struct state *state, const uint8_t *in, size_t len, uint32_t today);

/* Path of the outbox, DIR/outbox.db. */
void state_outbox_path(const struct state *state, char out[4096]);

/* Today in days since 1970-01-01, by the local clock; and a day as "2026-11-22". */
uint32_t state_today(void);
enum { STATE_DAY_LEN = 11 };
void state_day_text(uint32_t day, char out[STATE_DAY_LEN]);

#endif
