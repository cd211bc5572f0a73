/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the bundles tell about the kiosk that made them: how far its chain goes, its health, and
   whether it was set back to an older state. Each import act says what one bundle told, and what is
   known of a kiosk follows from its import acts, one after another.

   body of an import act, 716 bytes
   offset  bytes  what
        0      8  kiosk id
        8      8  number of the first record of the bundle
       16      8  number of its last one
       24      4  number of the charter that the kiosk held
       28      4  number of the board
       32      4  version of the image
       36      2  days since its last exchange, 65535 for never
       38      1  health
       39      1  flags, enum contact_flag
       40      4  how many records the act took
       44     32  digest of these: SHA-256 over kiosk (8), number (8), hash (32), previous (32),
                  day (4), flags (1), tag (16) of each, by number and hash
       76    640  heads that do not fit what the kiosk had seen (protocol/misfit) */
#ifndef OFFICE_CONTACT_H
#define OFFICE_CONTACT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/hash.h"
#include "office/vault.h"
#include "protocol/bundle.h"
#include "store/journal.h"

enum contact_flag {
    CONTACT_FULL = 1,   /* the bundle is full, so not the last one of its exchange */
    CONTACT_CLOCK = 2,  /* the day of its last record is believable */
    CONTACT_LAST = 4,   /* the last act of the bundle: the one that tells about the kiosk */
    CONTACT_BRINGS = 8, /* the bundle brought records that the journal lacked */
};

enum { CONTACT_LEN = 76 + MISFIT_ALL_LEN };

/* What an import act says. */
struct contact {
    uint8_t kiosk[CARD_KIOSK_LEN];
    uint64_t first;
    uint64_t last;
    uint32_t charter;
    uint32_t board;
    uint32_t image;
    uint16_t exchange_age;
    uint8_t health;
    uint8_t flags;
    uint32_t taken;
    uint8_t digest[HASH_LEN];
    struct misfit_list misfits;
};

/* The latest day that is believed of a kiosk, in this minute. Its clock may be some minutes ahead,
   but one set years ahead must not keep the kiosk from ever being silent. */
uint32_t contact_latest_day(uint32_t now);

/* What a bundle says that is imported in this minute; flags of the first two kinds, nothing taken.
 */
void contact_of(const struct bundle *bundle, uint32_t now, struct contact *contact);

/* The digest of n records, which are in order. ERROR_MEMORY. */
enum error contact_digest(const struct journal_record *const *records, size_t n,
                          uint8_t digest[HASH_LEN]);

/* To bytes and back. ERROR_MALFORMED when they are no contact; what a newer desk may add behind it
   is not looked at. */
void contact_encode(const struct contact *contact, uint8_t out[CONTACT_LEN]);
enum error contact_decode(const uint8_t *in, size_t len, struct contact *contact);

/* Whether the contact tells about the kiosk: only the last act of the last bundle does. */
bool contact_counts(const struct contact *contact);

/* Whether both were told by the same bundle, as far as it tells about the kiosk. */
bool contact_equal(const struct contact *a, const struct contact *b);

/* A rollback: a kiosk said less than it had said before. */
struct contact_rollback {
    uint64_t was_seq; /* the last record and the board that it had */
    uint32_t was_board;
    uint64_t seq; /* those that it had then */
    uint32_t board;
    uint32_t day; /* when the office saw it */
};

/* What a kiosk has come to; zeros before anything is known. */
struct contact_state {
    uint64_t bundle_last; /* highest record that its bundles claimed since a rollback */
    uint32_t charter;     /* numbers of the charter and board that the kiosk holds */
    uint32_t board;
    uint32_t image;
    uint16_t exchange_age;
    uint8_t health;
    uint32_t imported;                /* day of the last import; 0 never */
    uint32_t rollbacks;               /* how many there were, */
    struct contact_rollback rollback; /* and the last one */
    uint64_t highest;                 /* highest record that it had before one of them */
    struct misfit_list misfits;       /* of the last bundle that had as many as any */
    uint64_t act;                     /* the last act that is in here, */
    uint32_t day;                     /* and its day */
};

/* Takes what was told on a day. state->rollbacks goes up by one when it shows a rollback that was
   not known yet. */
void contact_take(struct contact_state *state, const struct contact *contact, uint32_t day);

/* Whether it tells of a head that does not fit and that was not told of before. */
bool contact_brings_misfit(const struct contact_state *state, const struct contact *contact);

/* Whether taking it would change anything but the day of the last import. */
bool contact_tells(const struct contact_state *state, const struct contact *contact);

/* Gets each contact of a kiosk, oldest first, and what the kiosk has come to by it; another value
   than ERROR_NONE stops. */
typedef enum error contact_fn(void *context, const struct contact *contact,
                              const struct contact_state *state);

/* Brings the state of a kiosk up to date with its acts in the history, from state->act on. each may
   be NULL. An act whose body does not open closes no other: it is passed over and noted in
   vault->damage, and at the end ERROR_JOURNAL_ROW is returned. ERROR_MEMORY, errors of each and of
   the store: the state is not up to date. */
enum error contact_fold(struct vault *vault, const uint8_t kiosk[CARD_KIOSK_LEN],
                        struct contact_state *state, contact_fn *each, void *context);

#endif
