/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk's state folder, as keeper and courier see it: key, card, charter, board, outbox. The
   folder must belong to the user who runs this and be closed to all others (mode 0700).

   DIR/kiosk.key       "SANDYQS1" and the Ed25519 seed, 40 bytes, mode 0600
   DIR/enroll.request  for the office, until a card has come
   DIR/card            the card file that opened this kiosk, or its successor, mode 0600
   DIR/charter         the newest charter, once one newer than that in the card file has come
   DIR/board           the newest board; counts only under the board key of the newest charter
   DIR/outbox.db       the outbox
   DIR/pending         the record of the visit that is going on (device/pending)
   DIR/lock            held (flock) by the keeper while it serves
   DIR/courier.lock    held by a courier's exchange */
#ifndef DEVICE_STATE_H
#define DEVICE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/board.h"
#include "protocol/card.h"
#include "protocol/charter.h"
#include "store/outbox.h"

/* The outbox, and the request for a card until one has come, in the folder. */
#define STATE_OUTBOX  "outbox.db"
#define STATE_REQUEST "enroll.request"

/* What the folder held when it was opened. A courier may bring a newer card, charter or board at
   any time; long-lived processes reopen before each use. */
struct state {
    int dir;         /* the folder */
    uint8_t *seed;   /* the kiosk's signing key, in secret_new memory; NULL before enrolment */
    uint8_t key[32]; /* its public half */
    uint8_t kiosk[CARD_KIOSK_LEN];
    bool has_card;         /* card and charter are there and checked */
    enum error card_error; /* why has_card is false: _MISSING, or what is wrong with the card */
    struct card card;
    struct charter charter;
    bool unread; /* card, charter or board is there but could not be read just now. Then nothing is
                    installed: it may be older than what is held, or another office's */
    uint32_t board_number;  /* 0 when no board is held that passes its checks */
    uint32_t board_day;     /* that it came out on */
    bool has_mark;          /* the board names this kiosk: */
    struct board_mark mark; /* ... so far its records have arrived */
    char path[4096];
};

/* Opens the folder and reads and checks key, card, charter and board. What is missing or fails its
   checks is no error but counts as not there (has_card and board_number say), so that a new one can
   be installed; only a damaged key is an error. Returns ERROR_NONE, _MISSING (no such folder),
   _SPECIAL, _OPEN, _IO, or what is wrong with the key; on error *out is NULL. */
enum error state_open(const char *dir, struct state **out);

/* Wipes the seed, closes the folder and sets *state to NULL; NULL is passed over. */
void state_close(struct state **state);

/* Opens the folder if it belongs to this user and is closed to all others. *fd is for the caller to
   close, also after an error unless it is -1. Returns ERROR_NONE, _MISSING, _SPECIAL, _OPEN or
   _IO. */
enum error state_folder(const char *dir, int *fd);

/* Takes the named lock file ("lock" or "courier.lock") until *fd is closed. Returns ERROR_NONE,
   _BUSY while another process holds it, _READONLY, _FULL or _IO; *fd is -1 on error. */
enum error state_lock(const struct state *state, const char *name, int *fd);

/* The same for a folder that is not opened as a state. */
enum error state_lock_folder(int folder, const char *name, int *fd);

/* May this kiosk serve today (days since 1970-01-01)? Returns ERROR_NONE, _MISSING (no card yet),
   what is wrong with the card, or _EXPIRED. */
enum error state_ready(const struct state *state, uint32_t today);

/* Opens the board for reading: *fd, for the caller to close, and *len. Returns an error of
   file_open, or _MISSING when no board passed its checks as the state was opened. The file was
   checked then or, if a courier has replaced it since, by that courier. */
enum error state_board(const struct state *state, int *fd, size_t *len);

/* Installs a card file, a charter or a board from its bytes, after every check against what is
   held; keeps what is held otherwise. Hold "courier.lock" meanwhile. Installing the very same again
   is ERROR_NONE and writes nothing. Returns ERROR_IO while not all that is held could be read,
   ERROR_MISSING without a card (for the card: without a key), what is wrong with the file, or why
   it could not be written. A board is ERROR_EXPIRED when the charter that names its key is over. */
enum error state_install_card(struct state *state, const uint8_t *in, size_t len);
enum error state_install_charter(struct state *state, const uint8_t *in, size_t len);
enum error state_install_board(struct state *state, const uint8_t *in, size_t len, uint32_t today);

/* Whether the disk has room for as much as a bundle takes. */
bool state_has_room(const struct state *state);

/* Tells the outbox what the board held acknowledges: nothing when it does not name this kiosk,
   which takes back what earlier boards did. Where the disk has no such room, what an earlier board
   acknowledged goes at once: people who write now come before an office that was restored. *upto is
   the last number acknowledged, or 0. Without a board nothing is done. Errors of
   outbox_acknowledge; ERROR_CHAIN in the place of its ERROR_NO_ROW: nothing is noted or dropped
   then. */
enum error state_acknowledge(const struct state *state, struct outbox *outbox, uint64_t *upto);

/* The path of the outbox, DIR/outbox.db. */
void state_outbox_path(const struct state *state, char out[4096]);

#endif
