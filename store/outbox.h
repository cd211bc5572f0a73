/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's outbox: a numbered chain of signed records, kept for some time after the office has
   acknowledged them, for it may be restored from a backup. To the store a record is a blob with a
   number, a day and a hash. Functions return an enum error unless they say otherwise. */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "store/db.h"

enum { OUTBOX_HASH_LEN = 32, OUTBOX_KEPT_DAYS = 60 /* that what is acknowledged stays */ };

struct outbox;

/* The end of the chain. An outbox that never held a record has seq 0, day 0 and a hash of zeros. */
struct outbox_tip {
    uint64_t seq;
    uint32_t day;
    uint8_t hash[OUTBOX_HASH_LEN];
};

/* Opens or (DB_CREATE) makes the outbox at path. Errors as db_open, and ERROR_OUTBOX when the
   records do not begin after the last dropped one or do not end with the tip; if the file was not
   closed in order, also when one is missing that no board acknowledged. *out is owned by the caller
   until outbox_close; NULL on error. Keeper and courier may each have it open. */
enum error outbox_open(const char *path, enum db_mode mode, struct outbox **out);

/* As db_check; also checks that every record from the last dropped one to the tip is there. */
enum error outbox_check(struct outbox *outbox);

/* Closes and frees *outbox and sets it to NULL. Does nothing when it is NULL. */
void outbox_close(struct outbox **outbox);

/* As db_moved, of the outbox's files. True for ever also once a record that was committed did not
   come back. */
bool outbox_moved(struct outbox *outbox);

/* Sets *tip to the last record ever appended, even if it has been dropped since. */
enum error outbox_tip(struct outbox *outbox, struct outbox_tip *tip);

/* Appends a record in one durable transaction. ERROR_CHAIN unless tip->seq is the present tip's seq
   + 1; ERROR_OUTBOX once outbox_moved. After ERROR_NONE the record is on the disk, where it was
   read again after the commit; after anything else it is not in the outbox (only if the disk failed
   to sync and the machine then died, or could not be read, may it be there all the same: ask
   outbox_tip after opening). How many bytes that adds to the files depends
   on its number and size, not on what is in it. */
enum error outbox_append(struct outbox *outbox, const struct outbox_tip *tip, const uint8_t *record,
                         size_t len);

/* Sets *first to the number of the first record still held, or to 0 when there is none. */
enum error outbox_first(struct outbox *outbox, uint64_t *first);

/* Calls each for the records held from first to last, both included, in order. Any value but
   ERROR_NONE ends the run and is returned. record is valid until each returns. ERROR_OUTBOX when
   one is missing. */
typedef enum error outbox_each_fn(void *context, uint64_t seq, const uint8_t *record, size_t len);
enum error outbox_each(struct outbox *outbox, uint64_t first, uint64_t last, outbox_each_fn *each,
                       void *context);

/* Notes that a board of upto->day acknowledges every record up to and including upto->seq (0:
   none), if the chain has upto->hash there (zeros at 0); then drops what a board acknowledged
   `keep` days before that day or earlier, no board since took back, and this one acknowledges, too.
   Days are those of boards, which the office signs: whoever sets the kiosk's clock drops nothing.

   ERROR_NO_ROW, and nothing is noted or dropped, when the office saw another chain, or a longer
   one. ERROR_FULL when it could not be noted, but what was due may be dropped. After another error
   some of that may be dropped; calling again drops the rest. At the last dropped record it compares
   the hash; below that the hash is no longer known, and it is taken as right. Once there is a board
   that old, empties the log, too, unless a reader holds it. */
enum error outbox_acknowledge(struct outbox *outbox, const struct outbox_tip *upto, uint32_t keep);

/* Is what arrived part of this chain? ERROR_NONE when the chain's hash at seq is this one, or seq
   is below the last dropped record; ERROR_NO_ROW when the chain has another hash there or ends
   before. */
enum error outbox_holds(struct outbox *outbox, uint64_t seq, const uint8_t hash[OUTBOX_HASH_LEN]);

/* The day of the last exchange with the office's courier, in days since 1970-01-01; 0 when there
   was none. When outbox_set_exchanged returns ERROR_NONE it is durable. */
enum error outbox_exchanged(struct outbox *outbox, uint32_t *day);
enum error outbox_set_exchanged(struct outbox *outbox, uint32_t day);

#endif
