/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chains say about each kiosk: how far it came, what is missing, what does not fit. */
#ifndef DESK_KIOSKS_H
#define DESK_KIOSKS_H

#include <stddef.h>
#include <stdint.h>

#include "courier/card.h"
#include "desk/vault.h"

struct kiosks_range {
    uint64_t first;
    uint64_t last;
};

struct kiosks_ranges {
    struct kiosks_range *all;
    size_t n;
};

struct kiosks_row {
    struct caseload_kiosk kiosk;
    struct card card;
    uint32_t silent; /* days since its last record, or since it was enrolled */
    struct kiosks_ranges gaps;
    struct kiosks_ranges forks;
};

/* Reads all kiosks by id. *rows, *n are for kiosks_free. */
int kiosks_list(struct vault *vault, uint32_t today, struct kiosks_row **rows, size_t *n);
void kiosks_free(struct kiosks_row *rows, size_t n);

/* Signs a card for the kiosk of a request file and keeps it in the casebook; a kiosk enrolled
   before gets a card of a higher number. root is the root key's seed. The card file goes to `out`.
 */
struct kiosks_place {
    const char *facility;
    uint8_t type;
};
int kiosks_enroll(struct vault *vault, const uint8_t *root, const char *request,
                  const struct kiosks_place *place, const char *out,
                  char kiosk[CARD_KIOSK_TEXT_LEN]);

#endif
