/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DIR/pending: the record that the visit which is going on comes to, so far. It is a whole record of the chain (protocol/record), for
   the number after the outbox's last, written in place again and again while somebody is there, whatever they do. So neither its
   times nor a power cut tell a visitor who wrote from one who read; and a power cut loses nothing of which the receipt was
   shown. When the visit is over the record goes into the outbox, and what still lies here is old. */
#ifndef DEVICE_PENDING_H
#define DEVICE_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/record.h"
#include "store/outbox.h"

/* Two copies, each in pages of its own: a write that a power cut tears spoils one of them. */
enum { PENDING_COPIES = 2, PENDING_STEP = 20480, PENDING_LEN = PENDING_COPIES * PENDING_STEP };
#define PENDING_NAME "pending"

/* Opens the file in the folder; makes it anew, with all its room, when it is missing or is no such file. Returns an error:
   _NONE with *fd, which the caller closes; _FULL, _READONLY, _SPECIAL, _IO. One that is there but cannot be opened just now
   is _IO: it may hold what was acknowledged. */
enum error pending_open(int dir, int *fd);

/* Makes the file anew, elsewhere on the disk, in the place of the one that fd is open on (-1: of none) and that stays when this
   fails. Returns as pending_open. */
enum error pending_renew(int dir, int *fd);

/* True when the file of that name is no longer this one: nothing written there would be found again. */
bool pending_moved(int dir, int fd);

/* Writes the record in place, one copy after the other, each synced: after ERROR_NONE a power cut does not take it, nor does one
   during a later write of the very same record. _IO. */
enum error pending_write(int fd, const uint8_t record[RECORD_LEN]);

/* What a cut-off visit has left: nothing, or what was torn, or has a number that the outbox has; the record after tip; a whole
   record of this kiosk that belongs to another outbox: it has a higher number, or another predecessor; nothing, and a copy
   that cannot be read. */
enum pending_finding { PENDING_OLD, PENDING_NEXT, PENDING_ASTRAY, PENDING_WORN };

/* Looks for it, in both copies, by the kiosk's public key. Of PENDING_NEXT, record gets the bytes and *next the tip that it makes.
   _IO when a copy could not be read and the other is neither that record nor a whole one with a number that the outbox has: what
   it holds may have been acknowledged, so nothing may take its number. */
enum error pending_find(int fd, const uint8_t kiosk_key[32], const struct outbox_tip *tip,
                        uint8_t record[RECORD_LEN], struct outbox_tip *next,
                        enum pending_finding *finding);

#endif
