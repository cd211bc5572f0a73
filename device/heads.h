/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which heads of boards this kiosk has seen, and which of them do not fit each other.

   DIR/heads, at most HEADS_LEN_MAX bytes
   offset  bytes  what
        0      8  "SANDYQD1"
        8    640  heads that do not fit (protocol/misfit)
      648  40 * n  heads that were seen, the newest last, n at most HEADS_MAX: charter (4), number
                  of the board (4), SHA-256 (32)

   All of it follows from what the courier has brought and is public. Nothing signs it: who owns the
   folder can change it, as they can keep the courier from running; what has been sent by then stays
   sent. */
#ifndef DEVICE_HEADS_H
#define DEVICE_HEADS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/head.h"
#include "protocol/misfit.h"

/* As many as there are boards in 400 days and somewhat more. */
enum { HEADS_MAX = 512, HEADS_LEN_MAX = 8 + MISFIT_ALL_LEN + HEADS_MAX * MISFIT_HEAD_LEN };

struct heads {
    struct misfit_list misfits;
    uint32_t n;
    struct misfit_head seen[HEADS_MAX];
};

/* A head, with all that it is compared by. */
struct heads_one {
    struct misfit_head name;
    uint8_t before[32]; /* hash of the head before it */
};

/* Fills *one for a head of these bytes. Returns ERROR_NONE or _MEMORY. */
enum error heads_of(const struct head *head, const uint8_t *in, size_t len, struct heads_one *one);

/* Takes a head that came, after it was checked. held is the one installed, NULL for none. Returns
   true when it does not fit and that was not known; *changed, whether there is something to
   write. */
bool heads_take(struct heads *heads, const struct heads_one *held, const struct heads_one *came,
                bool *changed);

/* To the bytes of the file, of which it returns how many, and back. Bytes that make no sense
   count as an empty list. */
size_t heads_encode(const struct heads *heads, uint8_t out[HEADS_LEN_MAX]);
void heads_decode(const uint8_t *in, size_t len, struct heads *heads);

/* Reads the file. One that is not there, or makes no sense, counts as an empty list. Returns
   ERROR_NONE, or an error of the machine. */
enum error heads_read(int dir, struct heads *heads);

/* Writes it. Errors of file_write. */
enum error heads_write(int dir, const struct heads *heads);

#endif
