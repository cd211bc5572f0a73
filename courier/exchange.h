/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk side of the courier: bundle out; card, charter and board in. Every step is atomic and safe to
   repeat, so an exchange may be cut at any moment and simply run again.

   On the medium, all in one folder (files of other kiosks are left alone):
   KIOSKID.request   out, while the kiosk has no card; removed once it has one
   KIOSKID.bundle    out, the oldest records not yet acknowledged, at most BUNDLE_RECORDS_MAX
   KIOSKID-2.bundle  out, those after them while there are more, and so on with -3, -4 ...: always up to a
                     bundle that is not full, which so is the last; higher ones of this kiosk are removed
   KIOSKID-0-1.bundle  and so on: a bundle of this kiosk that was in the way and holds, or may hold, records
                     that the outbox does not: whoever set the disk back shall not use us to wipe out the trace. At
                     most 16, none twice; then the bundle that would take the place of one more is not written. Of those that
                     only may at most 8 are kept, and without a word
   *.card            in; of those for this kiosk the one with the highest number, the others passed over
   sandyq.charter    in
   sandyq.board      in */
#ifndef COURIER_EXCHANGE_H
#define COURIER_EXCHANGE_H

#include <stdint.h>

#include "protocol/charter.h"

/* Where an exchange stopped. */
enum exchange_at {
    EXCHANGE_AT_MEDIA, /* the medium's folder could not be opened */
    EXCHANGE_AT_STATE, /* the state folder could not be used; ERROR_MISSING: no folder, or no key in it */
    EXCHANGE_AT_CARRIED, /* it went through; the members below say how each thing fared */
};

/* What happened to each thing carried: an enum error each; ERROR_MISSING = was not on the medium. */
struct exchange_report {
    enum exchange_at at;
    int card;    /* ERROR_OFFICE also when one was taken beside that of another office */
    int card_in; /* 1: a card was taken, or the one held was there again; of this office: */
    uint8_t office[CHARTER_OFFICE_LEN];
    int card_rivals; /* 1: first cards of two offices were there; neither was taken */
    int charter;
    int board;
    int bundle; /* writing it; ERROR_MISSING when the kiosk has no card yet and a request went out */
    int outbox; /* dropping what the office has, or noting the day, while the bundles went out or did not;
                   ERROR_NONE also when that makes the outbox one of no use, or a fork (both see below) */
    uint64_t first; /* records that went out, over all bundles; last < first for none */
    uint64_t last;
    uint64_t dropped_to; /* records up to here are acknowledged and no longer held */
    int fork;        /* 1: the office acknowledged another chain than ours; nothing was dropped */
    uint64_t tip;    /* our last record */
    uint64_t beyond; /* over 0: the office or the medium has records of ours up to here, over tip */
    uint64_t unasked; /* over 0: records up to here are gone, but the board acknowledges fewer */
    uint64_t kept;    /* bundles laid aside on the medium that do hold such, see above */
    int salvaged; /* 1: the outbox is of no use (bundle says why), and what is whole in its files was sent: */
    int salvage;    /* ... the first error of that; ERROR_NONE when all of it went out */
    uint64_t saved; /* ... how many records did */
};

/* Runs one exchange between DIR and the medium's folder. Returns ERROR_NONE when all bundles (or the request)
   went out and nothing on the medium was refused, else the first error, in the order card, charter, board, an
   outbox of no use (salvaged), fork, beyond, unasked or kept (ERROR_CHAIN), bundle, outbox; the report is filled in
   any case. While the kiosk has no card, charter and board are not looked at. A card taken makes up for a damaged
   one of this kiosk's, but a whole one of another office is always reported: it may have been laid there to turn
   the kiosk's letters to somebody else. */
enum error exchange_run(const char *state_dir, const char *media_dir, uint32_t today,
                        struct exchange_report *report);

#endif
