/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's keys and the two files that hold them under the office's passphrase
   (crypto/keyring):

   root.keyring  the root key's seed
   desk.keyring  everything else:
                 offset  bytes  what
                      0      1  version, 1
                      1     32  office id
                     33     32  board key's seed
                     65     32  casebook key
                     97      2  count of intake keys
                     99  68 each  epoch (4), secret (32), public key (32) */
#ifndef OFFICE_KEYSET_H
#define OFFICE_KEYSET_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/casebook.h"
#include "crypto/envelope.h"
#include "crypto/signature.h"
#include "office/passphrase.h"
#include "protocol/charter.h"

enum { KEYSET_INTAKE_MAX = 64 };

#define KEYSET_DESK_FILE "desk.keyring"
#define KEYSET_ROOT_FILE "root.keyring"

struct keyset_intake {
    uint32_t epoch;
    uint8_t id[ENVELOPE_ID_LEN];
    uint8_t secret[ENVELOPE_KEY_LEN];
    uint8_t public_key[ENVELOPE_KEY_LEN];
};

/* All keys of the desk. Lies in secret_new memory; secret_free wipes it. */
struct keyset {
    uint8_t board[SIGNATURE_SEED_LEN];
    uint8_t casebook[CASEBOOK_KEY_LEN];
    size_t intake_count;
    struct keyset_intake intake[KEYSET_INTAKE_MAX];
};

/* Makes fresh keys, with one intake key of epoch 1, and the root key's seed in root (locked
   memory). Puts the public halves of board and intake key into the charter. *out is the caller's,
   for secret_free. ERROR_MEMORY. */
enum error keyset_new(struct charter *charter, uint8_t root[SIGNATURE_SEED_LEN],
                      struct keyset **out);

/* Writes desk.keyring or root.keyring in the folder dir, replacing what is there. Errors as
   file_write, and ERROR_MEMORY. */
enum error keyset_seal(int dir, const struct keyset *keys, const uint8_t office[CHARTER_OFFICE_LEN],
                       const struct passphrase *passphrase);
enum error keyset_seal_root(int dir, const uint8_t seed[SIGNATURE_SEED_LEN],
                            const struct passphrase *passphrase);

/* Reads desk.keyring in the folder dir. *out is the caller's, for secret_free; NULL on an error:
   ERROR_PASSPHRASE, one of ERROR_KEYRING_*, ERROR_MEMORY, ERROR_IO. */
enum error keyset_open(int dir, const uint8_t office[CHARTER_OFFICE_LEN],
                       const struct passphrase *passphrase, struct keyset **out);

/* Reads root.keyring; its key must have this public half. *seed is the caller's, for secret_free;
   NULL on an error: ERROR_PASSPHRASE, one of ERROR_ROOT_*, ERROR_KEYRING_FOREIGN or _NEWER,
   ERROR_MEMORY, ERROR_IO. */
enum error keyset_open_root(int dir, const uint8_t public_key[SIGNATURE_PUBLIC_LEN],
                            const struct passphrase *passphrase, uint8_t **seed);

#endif
