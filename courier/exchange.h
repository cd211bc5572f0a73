/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk side of the courier: bundles out; card, charter and board in. Every step is atomic and
   safe to repeat, so an exchange may be cut at any moment and simply run again.

   On the medium, all in one folder (files of other kiosks are left alone):

   KIOSKID.request     out, while the kiosk has no card; removed once it has one
   KIOSKID.bundle      out, the oldest records not yet acknowledged, at most BUNDLE_RECORDS_MAX
   KIOSKID-2.bundle    out, the records after those, then -3, -4 ...: always up to a bundle that is
                       not full and so is the last; higher ones of this kiosk are removed
   KIOSKID-0-1.bundle  and so on: bundles of this kiosk that were in the way and hold, or may hold,
                       records that the outbox does not: whoever set the disk back must not be able
                       to use us to erase the trace. At most 16, none twice; the bundle that would
                       take the place of one more is not written. Those that only may be evidence
                       get at most 8 of the 16 and no mention
   KIOSKID.head        out, a copy of the head of the kiosk's board where the medium has another
                       board or none
   *.card              in; of those for this kiosk the one with the highest number
   sandyq.charter      in
   sandyq.board        in, once all segments that it names are in
   sandyq-*.arrivals   in, those that the kiosk lacks of the board on the medium
   sandyq-*.answers    in, the same */
#ifndef COURIER_EXCHANGE_H
#define COURIER_EXCHANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "courier/medium.h"
#include "protocol/charter.h"

/* Where an exchange stopped. */
enum exchange_at {
    EXCHANGE_AT_MEDIA, /* the medium's folder could not be opened */
    EXCHANGE_AT_STATE, /* the state folder could not be used; ERROR_MISSING: no folder or no key */
    EXCHANGE_AT_CARRIED, /* it went through; the report says how each thing fared */
};

/* What happened to each thing carried. ERROR_MISSING: it was not on the medium. */
struct exchange_report {
    enum exchange_at at;
    enum error card; /* ERROR_OFFICE also when one was taken beside that of another office */
    bool card_in;    /* a card was taken, or the one held was there again; of this office: */
    uint8_t office[CHARTER_OFFICE_LEN];
    bool card_rivals; /* first cards of two offices were there, and neither was taken */
    enum error charter;
    enum error board; /* ERROR_BOARD_PART: a segment was missing or wrong, and none was taken */
    uint32_t board_missing; /* ... so many, of those that the kiosk lacked */
    uint64_t board_bytes;   /* of what the kiosk lacked, when that was more than the room; or 0 */
    bool misfit;       /* it does not fit those that came before: every bundle tells the office */
    enum error bundle; /* writing it; ERROR_MISSING when a request for a card went out instead */
    /* Noting what the office has, dropping what it had long, or noting the day. ERROR_NONE when
       that failed because of a fork or an outbox of no use: fork and salvaged say so. */
    enum error outbox;
    uint64_t first; /* records that went out, over all bundles; last < first for none */
    uint64_t last;
    uint64_t acknowledged; /* the office has the records up to here */
    bool fork;       /* the office acknowledged another chain than ours; nothing was dropped */
    uint64_t tip;    /* our last record */
    uint64_t beyond; /* over 0: the office or the medium has records of ours up to here, over tip */
    uint64_t unasked; /* over 0: records up to here are gone, but the board acknowledges fewer */
    uint64_t kept;    /* bundles moved aside on the medium that certainly are evidence */
    bool salvaged;    /* the outbox is of no use (bundle says why); what is whole in it was sent: */
    enum error salvage; /* ... the first error of that; ERROR_NONE when all of it went out */
    uint64_t saved;     /* ... how many records did */
};

/* Runs one exchange between the state folder and a folder as the medium; today is in days since
   1970-01-01. Fills *report in any case. Returns ERROR_NONE when all bundles, or the request, went
   out and nothing on the medium was refused. Else returns the first error in the order card,
   charter, board, an outbox of no use (salvaged), ERROR_CHAIN for fork, beyond, unasked or kept,
   bundle, outbox. While the kiosk has no card, charter and board are not looked at. A card that was
   taken makes up for a damaged one of this kiosk, but a valid one of another office is always
   reported: it may have been put there to turn the kiosk's letters to somebody else. */
enum error exchange_run(const char *state_dir, const char *media_dir, uint32_t today,
                        struct exchange_report *report);

/* The same with any kind of medium, which stays open. */
enum error exchange_over(const char *state_dir, const struct medium *medium, uint32_t today,
                         struct exchange_report *report);

#endif
