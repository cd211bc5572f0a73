/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chains say about each kiosk: how far it came, what is missing, what does not fit. */
#ifndef OFFICE_FLEET_H
#define OFFICE_FLEET_H

#include <stddef.h>
#include <stdint.h>

#include "office/vault.h"
#include "protocol/card.h"

struct fleet_range {
    uint64_t first;
    uint64_t last;
};

struct fleet_ranges {
    struct fleet_range *all;
    size_t n;
};

struct fleet_rollbacks {
    struct caseload_rollback *all;
    size_t n;
};

/* Every day has a record, and a week is long for a stick. */
enum { FLEET_SILENCE = 7 };

struct fleet_row {
    struct caseload_kiosk kiosk;
    struct card card;
    uint32_t
        silent; /* days since its last record, or since it was enrolled; over FLEET_SILENCE it is
                        evidence */
    struct fleet_ranges gaps;
    struct fleet_ranges forks; /* first = last */
    struct fleet_rollbacks rollbacks;
};

/* Reads all kiosks by id. *rows, *n are for fleet_free. */
enum error fleet_list(struct vault *vault, uint32_t today, struct fleet_row **rows, size_t *n);
void fleet_free(struct fleet_row *rows, size_t n);

/* The kiosk that holds the highest board, when it is higher than any that this casebook made, as
   after a backup was put back. Then *board is its number, else 0. */
enum error fleet_ahead(struct vault *vault, uint8_t kiosk[CARD_KIOSK_LEN], uint32_t *board);

/* Signs a card for the kiosk of a request file and keeps it in the casebook; a kiosk enrolled
   before gets a card of a higher number. root is the root key's seed. The card file goes to `out`,
   which must be free or hold a card; nothing is enrolled when it cannot be written. On an error
   *blamed is the file that it is about, or NULL for the office. */
struct fleet_order {
    const char *request;
    const char *facility;
    uint8_t type;
    const char *out;
};
enum error fleet_enroll(struct vault *vault, const uint8_t *root, const struct fleet_order *order,
                        char kiosk[CARD_KIOSK_TEXT_LEN], const char **blamed);

#endif
