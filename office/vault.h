/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's folder, closed to all others (mode 0700), and what is in it:

   OFFICE/root.keyring   the root key's seed; needed by enroll alone, so it may be kept elsewhere
   OFFICE/desk.keyring   board key, casebook key and the intake keys of all epochs
   OFFICE/charter        the charter as signed, public
   OFFICE/casebook.db    the casebook (store/caseload)
   OFFICE/notices.txt    public notices, written by the office; may be missing
   OFFICE/lock           held (flock) by the command that works here
   OFFICE/unfinished     there while init has not come to its end

   Both keyrings are crypto/keyring files under the office's passphrase. Inside root.keyring: the
   seed. Inside desk.keyring: version 1 (1 byte), office id (32), board seed (32), casebook key
   (32), count of intake keys (2), then for each its epoch (4), its secret (32) and its public half
   (32). */
#ifndef OFFICE_VAULT_H
#define OFFICE_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/casebook.h"
#include "crypto/envelope.h"
#include "crypto/signature.h"
#include "office/passphrase.h"
#include "protocol/charter.h"
#include "store/caseload.h"

enum { VAULT_INTAKE_MAX = 64, VAULT_CHARTER_DAYS = 5 * 365 };

struct vault_intake {
    uint32_t epoch;
    uint8_t id[ENVELOPE_ID_LEN];
    uint8_t secret[ENVELOPE_KEY_LEN];
    uint8_t public_key[ENVELOPE_KEY_LEN];
};

/* In secret_new memory. */
struct vault_keys {
    uint8_t board[SIGNATURE_SEED_LEN];
    uint8_t casebook[CASEBOOK_KEY_LEN];
    size_t intake_count;
    struct vault_intake intake[VAULT_INTAKE_MAX];
};

/* A row of the casebook that would not open; message is its number, 0 for anything else. */
struct vault_damage {
    uint64_t case_id;
    uint64_t message;
};
enum { VAULT_DAMAGE_MAX = 64 };

struct vault {
    int dir;
    int lock;
    struct charter charter;
    uint8_t charter_bytes[CHARTER_LEN];
    struct vault_keys *keys;
    struct caseload *cases;
    struct vault_damage damage[VAULT_DAMAGE_MAX]; /* met so far, each once; more are not named */
    size_t damage_count;
};

/* Fills a zeroed vault with fresh keys and a charter signed on day `today`; root (secret_new
   memory) gets the root key's seed. Writes nothing. */
enum error vault_fresh(struct vault *vault, const char *name, uint32_t today,
                       uint8_t root[SIGNATURE_SEED_LEN]);

/* Makes a new office in a folder that is missing or empty. On success fingerprint is the office's;
   else what was made is removed. */
enum error vault_make(const char *path, const char *name, const struct passphrase *passphrase,
                      char fingerprint[CHARTER_FINGERPRINT_LEN]);

/* What vault_make would refuse, before anybody is asked for a passphrase. */
enum error vault_may_make(const char *path);

/* Opens and locks the office's folder and everything in it that needs no passphrase; then
   vault_unlock opens the rest. *out is freed by vault_close, also when unlocking failed. */
enum error vault_open(const char *path, struct vault **out);
enum error vault_unlock(struct vault *vault, const struct passphrase *passphrase);
void vault_close(struct vault **vault);

/* The root key's seed from root.keyring: *seed is the caller's, for secret_free. */
enum error vault_root(const struct vault *vault, const struct passphrase *passphrase,
                      uint8_t **seed);

/* The blind link that says which casebook key a casebook belongs to. Returns 0 or -1. */
int vault_mark(const uint8_t casebook_key[CASEBOOK_KEY_LEN], uint8_t mark[CASELOAD_LINK_LEN]);

#endif
