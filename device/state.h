/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk's state folder, as keeper and courier see it: key, card, charter, board, outbox. The
   folder must belong to the user who runs this and be closed to all others (mode 0700).

   DIR/kiosk.key       "SANDYQS1" and the Ed25519 seed, 40 bytes, mode 0600
   DIR/enroll.request  for the office, until a card has come
   DIR/card            the card file that opened this kiosk, or its successor, mode 0600
   DIR/charter         the newest charter, once one newer than that in the card file has come
   DIR/charter.board   the charter under whose board key the board held was checked, while the
                       newest one names another key
   DIR/board/          the newest board (protocol/board_folder); counts only under the board key of
                       one of these charters, and only whole
   DIR/heads           which heads of boards came, and which do not fit (device/heads)
   DIR/outbox.db       the outbox
   DIR/pending         the record of the visit that is going on (device/pending)
   DIR/lock            held (flock) by the keeper while it serves
   DIR/courier.lock    held by a courier's exchange */
#ifndef DEVICE_STATE_H
#define DEVICE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/card.h"
#include "protocol/charter.h"
#include "protocol/head.h"
#include "protocol/misfit.h"
#include "store/outbox.h"

/* The outbox, the board's folder, and the request for a card until one has come. */
#define STATE_OUTBOX  "outbox.db"
#define STATE_BOARD   "board"
#define STATE_REQUEST "enroll.request"

/* What the folder held when it was opened. A courier may bring a newer card, charter or board at
   any time; long-lived processes reopen before each use. */
struct state {
    int dir;   /* the folder */
    int board; /* the board's folder in it; -1 when there is none and none can be made: */
    enum error folder_error; /* ... why */
    uint8_t *seed;   /* the kiosk's signing key, in secret_new memory; NULL before enrolment */
    uint8_t key[32]; /* its public half */
    uint8_t kiosk[CARD_KIOSK_LEN];
    bool has_card;         /* card and charter are there and checked */
    enum error card_error; /* why has_card is false: _MISSING, or what is wrong with the card */
    struct card card;
    struct charter charter;
    uint8_t charter_bytes[CHARTER_LEN]; /* it, as the office signed it */
    bool has_former;                    /* an earlier charter named another key for boards: */
    uint8_t former[32];                 /* ... the board that was installed under it is kept */
    enum error unread; /* why card or charter, which are there, just cannot be read, or ERROR_NONE.
                          Then nothing is installed: it may be older, or another office's */
    enum error board_error; /* whether a board is held: ERROR_NONE, _MISSING, or what is wrong with
                               it */
    uint8_t board_key[32];  /* by which it was checked */
    uint8_t board_hash[32]; /* SHA-256 of its head */
    uint32_t board_number;  /* 0 when no board is held that is whole and passes its checks */
    uint32_t board_charter; /* number of the charter that the office had then */
    uint32_t board_day;     /* that it came out on */
    bool has_mark;          /* the board names this kiosk: */
    struct head_mark mark;  /* ... so far its records have arrived */
    char path[4096];
};

/* Opens the folder and reads and checks key, card, charter and board. What is missing or fails its
   checks is no error but counts as not there (has_card and board_number say), so that a new one can
   be installed; only a damaged key is an error. Errors of state_folder, ERROR_NAME_LONG, or what
   is wrong with the key; on error *out is NULL. */
enum error state_open(const char *dir, struct state **out);

/* Wipes the seed, closes the folder and sets *state to NULL; NULL is passed over. */
void state_close(struct state **state);

/* Opens the folder if it belongs to this user and is closed to all others. *fd is for the caller to
   close, also after an error unless it is -1. Returns ERROR_NONE, ERROR_OPEN or errors of
   error_of_folder. */
enum error state_folder(const char *dir, int *fd);

/* Opens the board's folder in a state folder, or makes it where this process still may. A session
   can run as another user, and a board is no secret: so others may read it if they are given its
   descriptor. By name nobody reaches it, since the folder around it is closed. Returns a descriptor
   for the caller to close, or -1 with errno. */
int state_make_board(int folder);

/* Takes the named lock file ("lock" or "courier.lock") until *fd is closed. Returns ERROR_NONE,
   _BUSY while another process holds it, _READONLY, _FULL or _IO; *fd is -1 on error. */
enum error state_lock(const struct state *state, const char *name, int *fd);

/* The same for a folder that is not opened as a state. */
enum error state_lock_folder(int folder, const char *name, int *fd);

/* Why part of what the folder holds, the board or what comes before it, just cannot be read, or
   ERROR_NONE. */
enum error state_unwell(const struct state *state);

/* May this kiosk serve today (days since 1970-01-01)? Returns ERROR_NONE, _MISSING (no card yet),
   what is wrong with the card, or _EXPIRED. */
enum error state_ready(const struct state *state, uint32_t today);

/* Opens the board's folder for a session, which checks what lies there by board_key: *fd is for the
   caller to close. Returns board_error, or an error of the machine; then *fd is -1. */
enum error state_board(const struct state *state, int *fd);

/* Checks a head as head_decode does, by the key of boards of the charter or, where an earlier one
   is kept, by that one's. Only what is held counts under the latter. Errors of head_decode. */
enum error state_decode_head(const struct state *state, const uint8_t *in, size_t len,
                             struct head *head);

/* Notes the board's key in *state when the charter that is kept beside the board is an earlier one
   of this office. */
void state_load_former(struct state *state);

/* Keeps the charter held beside the board, if the board counts under it and `next`, which takes its
   place, names another key. Returns ERROR_NONE, or why it could not be written. */
enum error state_keep_former(struct state *state, const struct charter *next);

/* Reads the board held, all of it, and notes in *state what it says (board_error and so on). */
void state_load_board(struct state *state);

/* Installs a card file or a charter from its bytes, after every check against what is held; keeps
   what is held otherwise. Hold "courier.lock" meanwhile. Installing the very same again is
   ERROR_NONE and writes nothing. Returns why card or charter cannot be read just now, ERROR_MISSING
   without a card (for the card: without a key), what is wrong with the file, or why it could not be
   written. */
enum error state_install_card(struct state *state, const uint8_t *in, size_t len);
enum error state_install_charter(struct state *state, const uint8_t *in, size_t len);

/* A board is installed in three steps, whole or not at all at any cut: its head is looked at, each
   segment that the folder lacks is added, and then the head is written, which is the moment it
   counts. Hold "courier.lock" meanwhile.

   May this head be installed today? *head points into in. Returns ERROR_NONE, also for the one that
   is held; ERROR_OLDER, also for another of the same number; ERROR_EXPIRED when the charter that
   names its key is over; why the board's folder cannot be made, or the head in it cannot be read;
   ERROR_MISSING and the errors above. */
enum error state_check_board(const struct state *state, const uint8_t *in, size_t len,
                             uint32_t today, struct head *head);

/* Compares a head that state_check_board knew for the office's with those that came before, and
   writes down what does not fit. To be called before it is installed. *misfit tells whether it does
   not fit and that was not known. Returns ERROR_NONE, an error of the machine or of file_write:
   then do not install it, or nobody could tell later. */
enum error state_note_head(const struct state *state, const uint8_t *in, size_t len, bool *misfit);

/* The heads that do not fit, for bundles; none when they cannot be read. */
void state_misfits(const struct state *state, struct misfit_list *list);

/* Whether this head, for which state_check_board returned ERROR_NONE, is the one that is held,
   whole: then there is nothing to do. */
bool state_holds_board(const struct state *state, const struct head *head);

/* Whether the folder has a segment of this office whole. Errors of board_folder_has. */
enum error state_has_segment(const struct state *state, const struct head_segment *segment);

/* Adds a segment from its bytes. Returns ERROR_NONE, _BOARD_PART when they are not those that the
   head names, or why it could not be written. */
enum error state_add_segment(const struct state *state, const struct head_segment *segment,
                             const uint8_t *in, size_t len);

/* Writes the head, and removes the segments that neither it nor the one before it names: a session
   that just starts may still read that one. Errors of state_check_board; ERROR_BOARD_PART when the
   folder lacks a segment; or why it could not be written. */
enum error state_install_board(struct state *state, const uint8_t *in, size_t len, uint32_t today);

/* Removes segments that the head held does not name, after a board could not be brought whole: they
   may fill the disk that letters need. Nothing when no head is held. */
void state_drop_segments(const struct state *state);

/* Removes the temporary files that a courier's death has left. */
void state_sweep(const struct state *state);

/* Whether the disk has room for as much as a bundle takes and so many bytes more. */
bool state_has_room(const struct state *state, uint64_t bytes);

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
