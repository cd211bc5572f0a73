/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What rests in the office's database: every row sealed under its own subkey of the casebook key.
   subkey = HKDF-Expand-SHA-256(casebook key, info = "sandyq casebook v1" || row id, 32 bytes);
   AES-256-GCM with a random 96-bit nonce; aad = row id. Sealed row = 12 bytes nonce, ciphertext, 16
   bytes tag. The row id is 8 bytes, little-endian, in both places; no text has a NUL. */
#ifndef CRYPTO_CASEBOOK_H
#define CRYPTO_CASEBOOK_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum { CASEBOOK_KEY_LEN = 32, CASEBOOK_OVERHEAD = 12 + 16, CASEBOOK_LINK_LEN = 16 };

/* Seals len bytes as row id into out, len + CASEBOOK_OVERHEAD bytes. Returns 0, or -1 (memory). */
int casebook_seal(const uint8_t key[CASEBOOK_KEY_LEN], uint64_t id, const void *plain, size_t len,
                  uint8_t *out);

/* Opens a sealed row into plain, len - CASEBOOK_OVERHEAD bytes that the caller wipes. Returns
   ERROR_NONE, ERROR_SEAL when it was changed, belongs to another id, or is too short, or
   ERROR_MEMORY; on error plain is zeroed. */
enum error casebook_open(const uint8_t key[CASEBOOK_KEY_LEN], uint64_t id, const uint8_t *sealed,
                         size_t len, void *plain);

/* A blind index: the first 16 bytes of HMAC-SHA-256(link key, value), link key =
   HKDF-Expand-SHA-256(casebook key, info = "sandyq casebook link v1", 32 bytes). Equal values give
   equal links, and a link reveals nothing without the key. Returns 0, or -1 (memory). */
int casebook_link(const uint8_t key[CASEBOOK_KEY_LEN], const void *value, size_t len,
                  uint8_t link[CASEBOOK_LINK_LEN]);

/* Fills out with padding entry number i of the board. It looks random and is the same at every
   call, so that comparing two boards does not show which entries are padding:
   HKDF-Expand-SHA-256(casebook key, info = "sandyq casebook padding v1" || i as 8 bytes
   little-endian, len bytes). len is at most 255 * 32. Returns 0, or -1 (memory). */
int casebook_padding(const uint8_t key[CASEBOOK_KEY_LEN], uint64_t i, uint8_t *out, size_t len);

#endif
