/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's folder, closed to all others (mode 0700), and what is in it:

   OFFICE/root.keyring   the root key's seed; needed by enroll alone, so it may be kept elsewhere
   OFFICE/desk.keyring   board key, casebook key and the intake keys of all epochs
   OFFICE/charter        the charter as signed, public
   OFFICE/casebook.db    the casebook (store/caseload)
   OFFICE/notices.txt    public notices, written by the office; may be missing
   OFFICE/lock           held (flock) by the command that works here
   OFFICE/unfinished     there while init has not come to its end */
#ifndef OFFICE_VAULT_H
#define OFFICE_VAULT_H

#include <stddef.h>
#include <stdint.h>

#include "office/keyset.h"
#include "office/passphrase.h"
#include "protocol/charter.h"
#include "store/caseload.h"

enum { VAULT_CHARTER_DAYS = 5 * 365 };

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
    struct keyset *keys; /* NULL until vault_unlock */
    struct caseload *cases;
    struct vault_damage damage[VAULT_DAMAGE_MAX]; /* met so far, each once; more are not named */
    size_t damage_count;
};

/* Fills a zeroed vault with fresh keys and a charter signed on day `today`; root (locked memory)
   gets the root key's seed. Writes nothing. ERROR_OFFICE_NAME (too long, not UTF-8, blank, or with
   a character that is not utf8_harmless; no name at all is taken), ERROR_MEMORY. */
enum error vault_fresh(struct vault *vault, const char *name, uint32_t today,
                       uint8_t root[SIGNATURE_SEED_LEN]);

/* Makes a new office in a folder that is missing or empty. fingerprint becomes the office's. On an
   error what was made is removed: those of vault_may_make but the clock, of vault_fresh,
   ERROR_PARENT, ERROR_READONLY, ERROR_FULL, ERROR_IO. */
enum error vault_make(const char *path, const char *name, const struct passphrase *passphrase,
                      char fingerprint[CHARTER_FINGERPRINT_LEN]);

/* Whether an office may be made there today, before anybody is asked for a passphrase:
   ERROR_OFFICE_CLOCK if today is before DAY_RELEASED, since an office of a wrong clock would be
   expired at birth; and what vault_make would refuse: ERROR_NOT_EMPTY, ERROR_UNFINISHED,
   ERROR_OFFICE_OPEN, ERROR_IO, ERROR_DESCRIPTORS, ERROR_MEMORY. */
enum error vault_may_make(const char *path, uint32_t today);

/* Opens and locks the office's folder and everything in it that needs no passphrase. *out is the
   caller's, for vault_close; NULL on an error: ERROR_NOT_OFFICE, ERROR_UNFINISHED,
   ERROR_OFFICE_OPEN, ERROR_OFFICE_BUSY, ERROR_OFFICE_CHARTER, ERROR_READONLY, ERROR_FULL,
   ERROR_MEMORY, errors of caseload_open. */
enum error vault_open(const char *path, struct vault **out);

/* Opens the keys, and checks that the casebook is theirs. The vault stays the caller's, also on an
   error: those of keyset_open and caseload_mark, ERROR_CASEBOOK_OTHER. */
enum error vault_unlock(struct vault *vault, const struct passphrase *passphrase);

/* Wipes the keys, unlocks the folder, frees and sets to NULL. NULL is nothing. */
void vault_close(struct vault **vault);

/* The root key's seed from root.keyring: *seed is the caller's, for secret_free. Errors of
   keyset_open_root. */
enum error vault_root(const struct vault *vault, const struct passphrase *passphrase,
                      uint8_t **seed);

/* The blind link that says which casebook key a casebook belongs to. Returns 0 or -1. */
int vault_mark(const uint8_t casebook_key[CASEBOOK_KEY_LEN], uint8_t mark[CASELOAD_LINK_LEN]);

#endif
