/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Secrets given from one holder to another: those of compartments to officers, and the key of each
   letter to its compartment. */
#ifndef OFFICE_GRANT_H
#define OFFICE_GRANT_H

#include <stdint.h>

#include "office/keyset.h"
#include "store/journal.h"

/* Somebody who is given keys: an officer, or the recovery key as officer 0. */
struct grant_holder {
    uint32_t officer;
    uint8_t agree[HPKE_KEY_LEN]; /* public key */
};

/* Wraps a generation's secret for its holder. info of the wrap: "sandyq wrap v1" || 0 || office ||
   compartment, 2 bytes || generation, 4 bytes || officer, 4 bytes. ERROR_KEY_UNFIT, ERROR_MEMORY.
 */
enum error grant_secret(const uint8_t office[HASH_LEN], const struct keyset_generation *generation,
                        const struct grant_holder *holder, struct journal_wrap *wrap);

/* Opens a wrap with the officer's own pair and adds the generation to their keys. ERROR_SEAL when
   it was changed or is for another, ERROR_KEY_UNFIT, errors of keyset_add. */
enum error grant_take(struct keyset *keys, const struct journal_wrap *wrap);

/* Makes the key of a letter of the case with this handle, and wraps it for the newest generation of
   the compartment that is held. key lies in secret_new memory. commitment = SHA-256("sandyq case
   key v1" || 0 || office || handle || key); wrapped = box of the key under the generation's case
   wrap key, aad = office || commitment. ERROR_KEY_UNFIT when no generation is held, ERROR_MEMORY.
 */
enum error grant_case_key(const struct keyset *keys, uint16_t compartment,
                          const uint8_t handle[JOURNAL_HANDLE_LEN], uint8_t key[KEYSET_KEY_LEN],
                          struct journal_casekey *out);

/* Opens a case key and compares it with its commitment. key lies in secret_new memory.
   ERROR_KEY_UNFIT when its generation is not held, ERROR_SEAL when it was changed, ERROR_MEMORY. */
enum error grant_open_case_key(const struct keyset *keys, const struct journal_casekey *row,
                               uint8_t key[KEYSET_KEY_LEN]);

/* Wraps a case key anew for the newest generation of its compartment that is held. Errors as
   above. */
enum error grant_rewrap(const struct keyset *keys, struct journal_casekey *row);

#endif
