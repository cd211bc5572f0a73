/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's outbox: a numbered chain of signed records, kept until the office has acknowledged
   them. The store knows records as blobs with a number, a day and a hash; who makes and signs them
   is protocol/record. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "store/db.h"

enum { OUTBOX_HASH_LEN = 32 };

struct outbox;

/* The end of the chain. An outbox that never held a record has seq 0, day 0 and a hash of zeros. */
struct outbox_tip {
    uint64_t seq;
    uint32_t day;
    uint8_t hash[OUTBOX_HASH_LEN];
};

/* Opens or (DB_CREATE) makes the outbox at path. Errors as db_open, plus ERROR_OUTBOX when the records
   do not begin after the last dropped one or end with the tip; after an end that was not in order,
   also when one is missing between. *out is owned by the caller until
   outbox_close; NULL on error. Keeper and courier may each have it open. */
enum error outbox_open(const char *path, enum db_mode mode, struct outbox **out);

/* As db_check, and whether every record from the last dropped one to the tip is there. Takes a time
   that grows with the outbox. Returns ERROR_NONE, ERROR_OUTBOX or another error. */
enum error outbox_check(struct outbox *outbox);

/* Closes and sets *outbox to NULL. NULL is nothing. */
void outbox_close(struct outbox **outbox);

/* As db_moved, of the outbox's files. */
int outbox_moved(struct outbox *outbox);

/* The last record ever appended, also when it has been dropped since. */
enum error outbox_tip(struct outbox *outbox, struct outbox_tip *tip);

/* Appends a record in one durable transaction. tip->seq must be the present tip's seq + 1, else
   ERROR_CHAIN. Once outbox_moved, ERROR_OUTBOX. When this returns ERROR_NONE the record is on the disk; otherwise it is not in the outbox
   (only when the disk failed to sync and the machine then died may it turn up again: ask outbox_tip
   after opening). How many bytes
   that adds to the files depends on its number and size, not on what is in it. */
enum error outbox_append(struct outbox *outbox, const struct outbox_tip *tip, const uint8_t *record,
                         size_t len);

/* Number of the first record still held, or 0 when none is. */
enum error outbox_first(struct outbox *outbox, uint64_t *first);

/* Calls each for the records held of first..last, both included, in order; another value than ERROR_NONE
   stops and is returned. record is valid until each returns. ERROR_OUTBOX where one is missing. */
typedef enum error outbox_each_fn(void *context, uint64_t seq, const uint8_t *record, size_t len);
enum error outbox_each(struct outbox *outbox, uint64_t first, uint64_t last, outbox_each_fn *each,
                       void *context);

/* Drops every record up to and including seq, when the chain's hash at seq equals hash (zeros at
   0); otherwise drops nothing and returns ERROR_NO_ROW (the office saw another chain than ours, or a
   longer one) or an error. For the last dropped record it compares the hash and drops nothing more;
   for an older one it is ERROR_NONE without a look at the hash, which is no longer known. Then cuts the
   log, unless a reader holds it. */
enum error outbox_drop(struct outbox *outbox, uint64_t seq, const uint8_t hash[OUTBOX_HASH_LEN]);

/* Is what arrived of this chain: ERROR_NONE when the hash at seq is this one, or seq is older than what was dropped; ERROR_NO_ROW when the
   chain has another one there or ends before. */
enum error outbox_holds(struct outbox *outbox, uint64_t seq, const uint8_t hash[OUTBOX_HASH_LEN]);

/* The day of the last exchange with the office's courier; 0 when there was none. Setting it is
 * durable. */
enum error outbox_exchanged(struct outbox *outbox, uint32_t *day);
int outbox_set_exchanged(struct outbox *outbox, uint32_t day);

#endif
