/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles of this kiosk that stand on the medium where new ones are to go. One with records that we
   signed and do not know shows that the disk was set back, or that our key is in use elsewhere. Who
   did that must not be able to use us to erase the trace, so such a bundle is moved aside. */
#ifndef COURIER_EVIDENCE_H
#define COURIER_EVIDENCE_H

#include <stdint.h>

#include "courier/medium.h"
#include "device/salvage.h"
#include "device/state.h"
#include "store/outbox.h"

/* What a bundle is compared with, owned by the exchange, and what has come of it. */
struct evidence {
    const struct medium *medium;
    const struct state *state;
    struct outbox *outbox;   /* for an outbox that can be used */
    struct salvage *salvage; /* or else for one that cannot; NULL else */
    uint64_t tip;            /* number of the outbox's last record */
    uint64_t beyond;         /* 0, or the highest number over tip that is known to have been sent */
    uint64_t kept;           /* bundles that were moved aside and certainly are evidence */
};

/* Makes way for a file that is to be written over or removed: moves it aside if it is evidence, or
   may be. Returns ERROR_NONE when the name may be used, _FULL also when no place is left for
   evidence, _READONLY or _IO, or _MEMORY, _DESCRIPTORS or _BUSY when it cannot be judged just now;
   then leave the file where it is. */
enum error evidence_make_way(struct evidence *evidence, const char *name);

/* Removes the bundles with a number above written, which an earlier exchange with more records has
   left; evidence among them is moved aside. */
void evidence_remove_surplus(struct evidence *evidence, uint64_t written);

#endif
