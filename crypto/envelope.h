/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The envelope: a letter sealed to the office's intake key, always ENVELOPE_LEN bytes.
   Layout and key schedule: sandyq-formats(5), ENVELOPE. HPKE base mode, RFC 9180.

   offset  bytes  what
        0      8  "SANDYQE1"
        8      2  KEM   0x0020 DHKEM(X25519, HKDF-SHA256)
       10      2  KDF   0x0001 HKDF-SHA256
       12      2  AEAD  0x0003 ChaCha20-Poly1305
       14     16  intake key id
       30   1120  encapsulated key: X25519's 32 bytes, then zeros; a later KEM takes all
     1150  15234  ciphertext and tag of the letter
   The three suite numbers are little-endian here like every integer of ours; inside HPKE's suite_id
   they are big-endian, as RFC 9180 writes them. Mode base (0), no PSK, the first message (sequence
   number 0) of a fresh context. info = "sandyq envelope v1" (18 ASCII bytes, no NUL) || key id, 34
   bytes; aad = bytes 0 to 1149. Byte 7 from '2' to '9' is a newer version; any other byte there is
   foreign. */
#ifndef CRYPTO_ENVELOPE_H
#define CRYPTO_ENVELOPE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
    ENVELOPE_LEN = 16384,
    ENVELOPE_LETTER_LEN = 15218,
    ENVELOPE_KEY_LEN = 32,
    ENVELOPE_ID_LEN = 16,
    ENVELOPE_KEM = 0x0020,
    ENVELOPE_KDF = 0x0001,
    ENVELOPE_AEAD = 0x0003,
};

/* Makes a new intake key pair; secret must lie in secret_new memory. Desk only. Returns ERROR_NONE
   or ERROR_MEMORY. */
enum error envelope_key_new(uint8_t secret[ENVELOPE_KEY_LEN], uint8_t public_key[ENVELOPE_KEY_LEN]);

/* id = first 16 bytes of SHA-256("sandyq intake v1" || public key). Returns 0 or -1 (memory). */
int envelope_key_id(const uint8_t public_key[ENVELOPE_KEY_LEN], uint8_t id[ENVELOPE_ID_LEN]);

/* Seals a letter of ENVELOPE_LETTER_LEN bytes to an intake public key, with a fresh ephemeral key.
   Returns ERROR_NONE, ERROR_KEY_UNFIT (a small-order point) or ERROR_MEMORY; on error out is
   zeroed. */
enum error envelope_seal(const uint8_t public_key[ENVELOPE_KEY_LEN],
                         const uint8_t letter[ENVELOPE_LETTER_LEN], uint8_t out[ENVELOPE_LEN]);

/* Reads which key an envelope names, without opening it. Returns ERROR_NONE, _FOREIGN, _NEWER or
   _SUITE (envelope_open.c, which a kiosk is not linked with). */
enum error envelope_names(const uint8_t envelope[ENVELOPE_LEN], uint8_t id[ENVELOPE_ID_LEN]);

/* Opens an envelope with the intake secret (32 bytes in secret_new memory) into letter, which the
   caller owns and wipes. Safe in several threads at once. Returns ERROR_NONE, an error of
   envelope_names, ERROR_KEY_UNFIT (it names another key), ERROR_SEAL (it was changed) or
   ERROR_MEMORY; on error letter is zeroed. */
enum error envelope_open(const uint8_t secret[ENVELOPE_KEY_LEN],
                         const uint8_t envelope[ENVELOPE_LEN], uint8_t letter[ENVELOPE_LETTER_LEN]);

/* The same when the public key of the secret is at hand: saves one of two X25519 multiplications,
   half the time. A public key of another secret gives ERROR_KEY_UNFIT or ERROR_SEAL. */
enum error envelope_open_pair(const uint8_t secret[ENVELOPE_KEY_LEN],
                              const uint8_t public_key[ENVELOPE_KEY_LEN],
                              const uint8_t envelope[ENVELOPE_LEN],
                              uint8_t letter[ENVELOPE_LETTER_LEN]);

#endif
