/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files are called that travel between a kiosk and the office. */
#ifndef PROTOCOL_NAMES_H
#define PROTOCOL_NAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/card.h"
#include "protocol/head.h"

/* The office's files: one of each in a folder, and beside the board's head its segments. */
#define NAMES_CHARTER "sandyq.charter"
#define NAMES_BOARD   "sandyq.board"

/* What a kiosk's files end with, behind its id in 16 hex digits. */
#define NAMES_BUNDLE  ".bundle"
#define NAMES_REQUEST ".request"

/* What a card's file ends with; what stands before it is free. */
#define NAMES_CARD ".card"

/* Room for any name made here, with its NUL. */
enum { NAMES_LEN = 64 };

/* What the names of segments end with. */
#define NAMES_ARRIVALS ".arrivals"
#define NAMES_ANSWERS  ".answers"

/* What the copy ends with that a kiosk leaves of its board's head, behind its id. */
#define NAMES_HEAD ".head"

/* A copy of the head of the board that this kiosk has: KIOSKID.head. */
void names_head(const uint8_t kiosk[CARD_KIOSK_LEN], char out[NAMES_LEN]);

/* The kiosk's request for a card: KIOSKID.request. */
void names_request(const uint8_t kiosk[CARD_KIOSK_LEN], char out[NAMES_LEN]);

/* Bundle `number` of an exchange, from 1: KIOSKID.bundle, KIOSKID-2.bundle, KIOSKID-3.bundle ... */
void names_bundle(const uint8_t kiosk[CARD_KIOSK_LEN], uint64_t number, char out[NAMES_LEN]);

/* The number in a name that names_bundle makes for this kiosk; 0 for every other name, and for
   KIOSKID.bundle, which has none. */
uint64_t names_bundle_number(const uint8_t kiosk[CARD_KIOSK_LEN], const char *name);

/* Place `place`, from 1, for a bundle that is kept as evidence: KIOSKID-0-1.bundle ... Sorts before
   the bundles of an exchange, so an import reads it before them. */
void names_evidence(const uint8_t kiosk[CARD_KIOSK_LEN], int place, char out[NAMES_LEN]);

/* Whether a file of this name may be one whose name ends so (with a dot and more), as media spell
   names: in capitals, or with no more than three letters behind the dot. What it is, its content
   says. */
bool names_ends(const char *name, const char *end);

/* A segment: sandyq-NUMBER-HASH and its kind, HASH being the first 4 bytes in hex, so that segments
   of one number do not take each other's place. False for a kind that this version does not
   know. */
bool names_segment(const struct head_segment *segment, char out[NAMES_LEN]);

/* Whether a file of this name is one of the head's segments, if it is whole. */
bool names_listed(const struct head *head, const char *name);

/* Whether the name is spelt as that of any segment. */
bool names_like_segment(const char *name);

#endif
