/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Those who are to have the office's secrets: every officer who was not removed, and the recovery
 * key. */
#ifndef OFFICE_HOLDERS_H
#define OFFICE_HOLDERS_H

#include <stddef.h>

#include "office/grant.h"
#include "office/vault.h"

struct holders {
    struct grant_holder *all; /* the recovery key first, then officers by number */
    size_t n;
};

/* Reads them from the history as it stands. *holders is for holders_free. ERROR_JOURNAL_ROW when
   the keys of one are not those that were named; errors of history_body, ERROR_MEMORY. */
enum error holders_read(struct vault *vault, struct holders *holders);

/* Frees the list. An empty one is nothing. */
void holders_free(struct holders *holders);

/* Wraps a generation that is held for one holder. A secret that is not the one that was committed
   to is given to nobody: ERROR_JOURNAL_ROW. Errors of grant_secret. */
enum error holders_wrap(const struct vault *vault, const struct keyset_generation *generation,
                        const struct grant_holder *holder, struct journal_wrap *wrap);

/* As holders_wrap, and puts the wrap into the journal, inside a transaction. Errors of the store.
 */
enum error holders_give(struct vault *vault, const struct keyset_generation *generation,
                        const struct grant_holder *holder);

/* Writes anew those files of intake keys whose wraps are for others than the holders now, within
   the gate. Does next to nothing when there are none. Errors of holders_read, intake_save and
   history_append. */
enum error holders_settle_intake(struct vault *vault);

#endif
