/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The officers of an office: how one joins, is named and removed. */
#ifndef OFFICE_OFFICER_H
#define OFFICE_OFFICER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/naming.h"
#include "office/passphrase.h"
#include "office/vault.h"

/* --- one's own keyring; home is one's folder, NULL for the usual one (office/home) --- */

/* Whether there is a keyring in one's folder. */
bool officer_has_keyring(const char *home, const uint8_t office[HASH_LEN]);

/* Makes a keyring under the passphrase, pins in it the first transaction of an open vault, and
   leaves a request with this name in the office's folder; a keyring that is there already is opened
   with the passphrase, and the request left again. fingerprint is what a lead needs.
   ERROR_OFFICE_NAME, ERROR_REQUEST_KNOWN when the office has named this keyring before,
   ERROR_JOURNAL_OTHER when root did not sign the first transaction, errors of home_open,
   identity_load, identity_save and request_write. */
enum error officer_join(const struct vault *vault, const char *home, const char *name,
                        const struct passphrase *passphrase,
                        char fingerprint[NAMING_FINGERPRINT_LEN]);

/* Whether the passphrase opens one's keyring: ERROR_NONE, errors of home_open and identity_load. */
enum error officer_check(const char *home, const uint8_t office[HASH_LEN],
                         const struct passphrase *passphrase);

/* Puts one's keyring under another passphrase; until that is done the old file stays whole. Errors
   of home_open, identity_load and identity_save. */
enum error officer_passphrase(const char *home, const uint8_t office[HASH_LEN],
                              const struct passphrase *was, const struct passphrase *becomes);

/* --- officers of an unlocked vault --- */

struct officer_row {
    uint32_t no;
    enum act_role role; /* ACT_NOBODY once removed */
    char name[NAMING_NAME_MAX + 1];
    char fingerprint[NAMING_FINGERPRINT_LEN];
    uint32_t since;   /* minute in which they were named */
    uint32_t removed; /* minute of their removal; 0: none */
};

/* Reads all officers there ever were, by number. *rows is malloc'd, for the caller to free, NULL on
   an error. A name that does not open is "". Errors of the store, ERROR_MEMORY. */
enum error officer_list(struct vault *vault, struct officer_row **rows, size_t *n);

/* Whom to name, by the fingerprint of their request, as what, and in which minute. */
struct officer_order {
    const char *fingerprint;
    enum act_role role;
    uint32_t now;
};

/* Names the one who asked, gives them every secret that is held here, and removes the request. *no
   becomes their number, *name their name. ERROR_REQUEST_KNOWN when they were named before; errors
   of request_find, history_append, holders_give and holders_settle_intake. */
enum error officer_add(struct vault *vault, const struct officer_order *order, uint32_t *no,
                       char name[NAMING_NAME_MAX + 1]);

/* Removes an officer: drops what was wrapped for them, makes new generations of house, register and
   cases for all who stay, then does what officer_settle does. ERROR_OFFICER_NUMBER (there is none,
   or not any more), ERROR_LAST_LEAD, ERROR_OWN_REMOVAL, ERROR_FORBIDDEN; errors of history_append,
   holders_give and officer_settle. */
enum error officer_remove(struct vault *vault, uint32_t no, uint32_t now);

/* Ends what a removal or a naming began and was cut off in: brings intake files to those who are to
   have them and wraps keys of cases for the newest generation, at most OFFICER_CHUNK in one
   transaction. Does next to nothing when there is nothing to do, and nothing at all unless a lead
   or root asks for it. Errors of holders_settle_intake, history_append and the store. */
enum { OFFICER_CHUNK = 256 };
enum error officer_settle(struct vault *vault);

/* Whether somebody was removed who knows the board key and the intake keys that are still used. */
enum error officer_renewal_due(struct vault *vault, bool *due);

#endif
