/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk's enrolment: the request it makes, and the card the office signs. A card file carries the
   charter behind the card, so that one file opens a new kiosk.

   request, 108 bytes                         card file, 8360 bytes
   offset  bytes  what                        offset  bytes  what
        0      8  "SANDYQR1"                       0      8  "SANDYQK1"
        8     32  kiosk public key                 8     32  office id
       40      4  day                             40      4  number; the higher one wins
       44     64  signature by the kiosk key,     44      4  day of issue
                  domain "sandyq request v1",     48      4  last day of validity
                  over bytes 0 to 43              52     32  kiosk public key (Ed25519)
                                                  84     16  facility code, 1 to 15 of A-Z 0-9 -
                                                             (no - in front), then zeros
   kiosk id = first 8 bytes of                   100      1  facility type (complaint/taxonomy)
   SHA-256("sandyq kiosk v1" ||                  101      3  zeros
   kiosk public key)                             104     64  signature by the root key, domain
                                                             "sandyq card v1", over bytes 0 to 103
                                                 168   8192  charter */
#ifndef PROTOCOL_CARD_H
#define PROTOCOL_CARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "protocol/charter.h"

enum { CARD_REQUEST_LEN = 108, CARD_LEN = 168, CARD_FILE_LEN = CARD_LEN + CHARTER_LEN };
enum { CARD_KIOSK_LEN = 8, CARD_FACILITY_MAX = 15 };
enum { CARD_KIOSK_TEXT_LEN = 2 * CARD_KIOSK_LEN + 1 };

struct card {
    uint8_t office[CHARTER_OFFICE_LEN];
    uint32_t number;
    uint32_t issued;
    uint32_t expires;
    uint8_t key[32];               /* the kiosk's public key */
    uint8_t kiosk[CARD_KIOSK_LEN]; /* derived */
    char facility[CARD_FACILITY_MAX + 1];
    uint8_t type;
};

/* The id of a kiosk from its public key. Returns ERROR_NONE or _MEMORY. */
enum error card_kiosk_id(const uint8_t key[32], uint8_t id[CARD_KIOSK_LEN]);

/* The id as 16 lower-case hex digits. */
void card_kiosk_text(const uint8_t id[CARD_KIOSK_LEN], char out[CARD_KIOSK_TEXT_LEN]);

/* Makes and signs a request. Returns ERROR_NONE or _MEMORY. */
enum error card_request_encode(const uint8_t kiosk_seed[32], uint32_t day,
                               uint8_t out[CARD_REQUEST_LEN]);

/* Reads a request; checks magic, length and the signature by the key that it names. Returns
   ERROR_NONE, _FOREIGN, _NEWER, _TRUNCATED or _FORGED. */
enum error card_request_decode(const uint8_t *in, size_t len, uint8_t key[32], uint32_t *day);

/* Whether card_encode takes this facility code, of any length: 1 to 15 of A-Z 0-9 -, with no - in
   front. */
bool card_facility_valid(const char *facility);

/* Signs a card for the office of `charter`, whose encoded bytes follow the card. The members kiosk
   and office of *card are not read: both follow from the keys. Returns ERROR_NONE, _MALFORMED
   (facility, a type that complaint/taxonomy does not have, or a last day before the day of issue),
   _OFFICE (root_seed is not the root of that charter), an error of charter_decode, or _MEMORY. */
enum error card_encode(const struct card *card, const uint8_t charter[CHARTER_LEN],
                       const uint8_t root_seed[32], uint8_t out[CARD_FILE_LEN]);

/* Reads a card file and the charter in it; both signatures are checked by the root of that charter.
   Any type is taken, so that an old kiosk lives on in a new kind of place. Returns ERROR_NONE,
   _FOREIGN, _NEWER, _TRUNCATED, _FORGED, _OFFICE, _MALFORMED or _MEMORY; on error *card and
   *charter are undefined. */
enum error card_decode(const uint8_t *in, size_t len, struct card *card, struct charter *charter);

/* The same for a card without a charter behind it, of the office whose charter this is. */
enum error card_view(const uint8_t in[CARD_LEN], const struct charter *charter, struct card *card);

/* Whose card is it? Reads the public key of something that looks like a card, so that the cards of
   other kiosks can be passed over. Nothing of an unchecked card may be believed. Returns
   ERROR_NONE, _FOREIGN, _NEWER or _TRUNCATED. */
enum error card_names(const uint8_t *in, size_t len, uint8_t key[32]);

/* May `next` replace `held` (NULL when there is none) at the kiosk with this public key? Returns
   ERROR_NONE, _KIOSK, _OFFICE or _OLDER (a lower number, or the same number with other
   contents). */
enum error card_follows(const struct card *held, const struct card *next, const uint8_t key[32]);

#endif
