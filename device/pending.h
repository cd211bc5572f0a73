/* SPDX-License-Identifier: GPL-3.0-or-later */
/* DIR/pending: the record of the visit that is going on, as it stands so far. It is a whole record
   of the chain (protocol/record) with the number after the outbox's last, written in place again
   and again while somebody is there, whatever they do. So neither the times of writing nor a power
   cut tell a visitor who wrote from one who read, and a power cut loses nothing whose receipt was
   shown. When the visit is over the record goes into the outbox, and what is still in this file is
   old. */
#ifndef DEVICE_PENDING_H
#define DEVICE_PENDING_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/record.h"
#include "store/outbox.h"

/* Two copies, each in pages of its own: a write that a power cut tears spoils one of them. */
enum { PENDING_COPIES = 2, PENDING_STEP = 20480, PENDING_LEN = PENDING_COPIES * PENDING_STEP };
#define PENDING_NAME "pending"

/* Opens the file in the folder; makes it anew, at its full size, when it is missing or is no such
   file. Returns ERROR_NONE with *fd, which the caller closes, or _FULL, _READONLY, _SPECIAL, _IO.
   One that is there but cannot be opened just now is _IO: it may hold what was acknowledged. */
enum error pending_open(int dir, int *fd);

/* Makes the file anew, elsewhere on the disk, and closes and replaces the one that *fd is open on
   (-1: none); on error that one stays. Returns as pending_open. */
enum error pending_renew(int dir, int *fd);

/* True when the file of that name is no longer this one: nothing written here would be found
   again. */
bool pending_moved(int dir, int fd);

/* Writes the record in place, one copy after the other, each synced. After ERROR_NONE a power cut
   does not lose it, not even one during a later write of the very same record. Returns _IO else. */
enum error pending_write(int fd, const uint8_t record[RECORD_LEN]);

/* What a visit that was cut off has left. */
enum pending_finding {
    PENDING_OLD,    /* nothing, or something torn, or a number that the outbox has */
    PENDING_NEXT,   /* the record after the outbox's tip */
    PENDING_ASTRAY, /* a whole record of this kiosk that belongs to another outbox: its number is
                       higher still, or it has another predecessor */
    PENDING_WORN,   /* nothing, and a copy that the disk cannot read */
};

/* Looks for it in both copies, by the kiosk's public key. Of PENDING_NEXT, record gets the bytes
   and *next the tip that it makes. Returns ERROR_NONE, or _IO when a copy could not be read and the
   other is neither that record nor a whole one with a number that the outbox has: what it holds may
   have been acknowledged, so nothing may take its number. */
enum error pending_find(int fd, const uint8_t kiosk_key[32], const struct outbox_tip *tip,
                        uint8_t record[RECORD_LEN], struct outbox_tip *next,
                        enum pending_finding *finding);

#endif
