/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is left of a damaged outbox: every record that this kiosk signed, wherever it still stands
   in the outbox's files or in the keeper's own file of the visit that goes on, so that damaging one
   letter does not silence all. */
#ifndef DEVICE_SALVAGE_H
#define DEVICE_SALVAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/record.h"

struct salvage;

/* Records that follow one another. */
struct salvage_run {
    uint64_t first; /* numbers of the first and last record */
    uint64_t last;
    size_t at; /* for this module alone */
};

/* Looks through outbox.db, its log and, if asked, pending in the folder. Ask only while the
   keeper's lock is held: what stands in pending during a visit is not yet a record, and changes.
   Missing files have nothing, and neither have pages that cannot be read. However the files are
   made, the time this takes grows with their length alone. Returns ERROR_NONE, also when nothing
   was found, or the first error: then *out is NULL (no memory) or has what the other files have. */
enum error salvage_find(int dir, const uint8_t kiosk_key[32], bool pending, struct salvage **out);

/* Closes the files, frees and sets *salvage to NULL; NULL is passed over. */
void salvage_free(struct salvage **salvage);

/* How many runs of at most max records there are. */
size_t salvage_runs(const struct salvage *salvage, uint64_t max);

/* Goes from one run, or from SALVAGE_START, to the next, the one with the highest numbers first.
   False when that was the last. */
#define SALVAGE_START ((struct salvage_run){.at = SIZE_MAX})
bool salvage_next(const struct salvage *salvage, uint64_t max, struct salvage_run *run);

/* Reads a run's records to out, which has (last - first + 1) * RECORD_LEN bytes. Returns ERROR_NONE
   or _IO. */
enum error salvage_read(const struct salvage *salvage, const struct salvage_run *run, uint8_t *out);

/* Are first..last, chained up to a record of this hash, all among them? */
bool salvage_has(const struct salvage *salvage, uint64_t first, uint64_t last,
                 const uint8_t hash[RECORD_HASH_LEN]);

#endif
