/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk side of the courier: bundle out; card, charter and board in. Every step is atomic and safe to
   repeat, so an exchange may be cut at any moment and simply run again.

   On the medium, all in one folder (files of other kiosks are left alone):
   KIOSKID.request   out, while the kiosk has no card
   KIOSKID.bundle    out, all records not yet acknowledged, oldest first, at most BUNDLE_RECORDS_MAX
   *.card            in; the one for this kiosk is taken, the others passed over
   sandyq.charter    in
   sandyq.board      in */
#ifndef COURIER_EXCHANGE_H
#define COURIER_EXCHANGE_H

#include <stdint.h>

#define EXCHANGE_CHARTER "sandyq.charter"
#define EXCHANGE_BOARD   "sandyq.board"
#define EXCHANGE_BUNDLE  ".bundle"
#define EXCHANGE_REQUEST ".request"
#define EXCHANGE_CARD    ".card"

/* What happened to each thing carried: an enum refusal each; REFUSAL_MISSING = was not on the medium. */
struct exchange_report {
    int card;
    int charter;
    int board;
    int bundle;          /* writing it; REFUSAL_MISSING when the kiosk has no card yet and a request went out */
    uint64_t first;      /* records in the bundle; last < first for none */
    uint64_t last;
    uint64_t dropped_to; /* records up to here are acknowledged and no longer held */
    int fork;            /* 1: the office acknowledged another chain than ours; nothing was dropped */
};

/* Runs one exchange between DIR and the medium's folder. Returns REFUSAL_NONE when bundle (or request) went
   out and nothing on the medium was refused, else the first refusal; the report is filled in any case. */
int exchange_run(const char *state_dir, const char *media_dir, uint32_t today, struct exchange_report *report);

#endif
