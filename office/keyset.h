/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys that an officer holds: their own, and the secrets of the office that were given to them.

   The office's secrets are in compartments. Each has generations, and a generation's secret S is 32
   random bytes, from which HKDF-Expand-SHA-256(S, label, 32) makes its keys:
     "sandyq head v1"              heads of acts (house: acts of the office; register: of cases)
     "sandyq body v1"              bodies of acts of the office (house)
     "sandyq case wrap v1"         wraps of case keys
     "sandyq compartment pair v1"  ikm of its X25519 pair (RFC 9180, section 7.1.3)
     "sandyq link v1"              handles of cases (register, its first generation for ever)
     "sandyq queue v1"             answers that wait for a board (register)
     "sandyq board v1"             seed of the board key (board) */
#ifndef OFFICE_KEYSET_H
#define OFFICE_KEYSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/hpke.h"
#include "crypto/signature.h"

enum { KEYSET_KEY_LEN = 32, KEYSET_INTAKE_MAX = 64 };

enum keyset_compartment {
    KEYSET_HOUSE = 1,
    KEYSET_REGISTER = 2,
    KEYSET_BOARD = 3,
    KEYSET_GENERAL = 16, /* cases */
};

/* The compartments that an office begins with, ended by 0. */
extern const uint16_t keyset_compartments[];

/* A generation's secret and what is made of it. In secret_new memory. */
struct keyset_generation {
    uint16_t compartment;
    uint32_t generation;
    uint8_t secret[KEYSET_KEY_LEN];
    uint8_t head[KEYSET_KEY_LEN];
    uint8_t body[KEYSET_KEY_LEN];
    uint8_t wrap[KEYSET_KEY_LEN];
    uint8_t queue[KEYSET_KEY_LEN];
    uint8_t pair[HPKE_KEY_LEN];
    uint8_t pair_public[HPKE_KEY_LEN];
};

struct keyset_intake {
    uint32_t epoch;
    uint8_t id[ENVELOPE_ID_LEN];
    uint8_t secret[ENVELOPE_KEY_LEN];
    uint8_t public_key[ENVELOPE_KEY_LEN];
};

/* All keys of an officer. In secret_new memory. */
struct keyset {
    uint8_t office[HASH_LEN];
    uint32_t officer; /* 0: root, or not known yet */
    uint8_t sign[SIGNATURE_SEED_LEN];
    uint8_t sign_public[SIGNATURE_PUBLIC_LEN];
    uint8_t agree[HPKE_KEY_LEN];
    uint8_t agree_public[HPKE_KEY_LEN];
    uint8_t view[KEYSET_KEY_LEN];
    uint8_t link[KEYSET_KEY_LEN]; /* once the first generation of the register is held */
    size_t intake_count;
    struct keyset_intake intake[KEYSET_INTAKE_MAX];
    size_t generation_count, generation_room;
    struct keyset_generation **generations; /* malloc'd */
};

/* A keyset of an office without any key. *out is the caller's, for keyset_free. ERROR_MEMORY. */
enum error keyset_new(const uint8_t office[HASH_LEN], struct keyset **out);

/* Fresh keys of an officer's own. ERROR_MEMORY. */
enum error keyset_make_own(struct keyset *keys);

/* A copy that stays as it is when keys are added to the first or taken away: for threads. *out is
   the caller's, for keyset_free; NULL on an error. ERROR_MEMORY. */
enum error keyset_copy(const struct keyset *keys, struct keyset **out);

/* Wipes, frees and sets to NULL. Does nothing for NULL. */
void keyset_free(struct keyset **keys);

/* Adds a generation by its secret, unless it is held already. ERROR_MEMORY. */
enum error keyset_add(struct keyset *keys, uint16_t compartment, uint32_t generation,
                      const uint8_t secret[KEYSET_KEY_LEN]);

/* Takes a generation away again. */
void keyset_drop(struct keyset *keys, uint16_t compartment, uint32_t generation);

/* A generation that is held, or the newest that is held; NULL when none is. */
const struct keyset_generation *keyset_find(const struct keyset *keys, uint16_t compartment,
                                            uint32_t generation);
const struct keyset_generation *keyset_newest(const struct keyset *keys, uint16_t compartment);

/* SHA-256("sandyq compartment v1" || 0 || office || compartment, 2 bytes || generation, 4 bytes ||
   S): what the act that made a generation says of its secret. ERROR_MEMORY. */
enum error keyset_commitment(const uint8_t office[HASH_LEN],
                             const struct keyset_generation *generation, uint8_t out[HASH_LEN]);

/* The seed of the board key, from the newest generation of the board's compartment; in secret_new
   memory. ERROR_KEY_UNFIT when none is held, ERROR_MEMORY. */
enum error keyset_board(const struct keyset *keys, uint8_t seed[SIGNATURE_SEED_LEN]);

/* The handle of the case of a letter's tag key: the first 16 bytes of HMAC-SHA-256(link key, tag
   key). ERROR_KEY_UNFIT, ERROR_MEMORY. */
enum error keyset_handle(const struct keyset *keys, const uint8_t *tag_key, size_t len,
                         uint8_t handle[16]);

/* Adds an intake key by its secret. ERROR_MEMORY; ERROR_KEYRING_DAMAGED when there are too many. */
enum error keyset_add_intake(struct keyset *keys, uint32_t epoch,
                             const uint8_t secret[ENVELOPE_KEY_LEN]);

/* The intake key that an envelope names; NULL when it is not held. */
const struct keyset_intake *keyset_intake(const struct keyset *keys,
                                          const uint8_t id[ENVELOPE_ID_LEN]);

#endif
