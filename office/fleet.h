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

/* More days of silence are evidence: every day has a record, and a week is long for a stick. */
enum { FLEET_SILENCE = 7 };

struct fleet_row {
    struct caseload_kiosk kiosk;
    struct card card;
    uint32_t silent; /* days since its last record, or since it was enrolled */
    struct fleet_ranges gaps;
    struct fleet_ranges forks; /* first = last */
    struct fleet_rollbacks rollbacks;
};

/* Reads all kiosks by id. *rows and *n are for fleet_free; NULL and 0 on an error: ERROR_MEMORY,
   ERROR_CASEBOOK_ROW, errors of the store. */
enum error fleet_list(struct vault *vault, uint32_t today, struct fleet_row **rows, size_t *n);

/* Frees a list; NULL and 0 are nothing. */
void fleet_free(struct fleet_row *rows, size_t n);

/* The kiosk that holds the highest board, when it is higher than any that this casebook made, as
   after a backup was put back. Then *board is its number, else 0. */
enum error fleet_ahead(struct vault *vault, uint8_t kiosk[CARD_KIOSK_LEN], uint32_t *board);

/* Seals a card file and keeps it in the casebook, for a kiosk enrolled on day `today` unless it is
   known already, in a transaction of its own. Errors of card_decode and the store, ERROR_MEMORY. */
enum error fleet_keep_card(struct vault *vault, const uint8_t file[CARD_FILE_LEN], uint32_t today);

/* Opens the card of a kiosk. ERROR_CASEBOOK_ROW when it does not open, or is not this office's or
   this kiosk's. */
enum error fleet_card(const struct vault *vault, const struct caseload_kiosk *kiosk,
                      struct card *card);

/* An order for a card: the kiosk's request file, its place, and the card file to write. */
struct fleet_order {
    const char *request;
    const char *facility;
    uint8_t type;
    const char *out; /* must be free, or a card */
};

/* Signs the card with the root key's seed, keeps it in the casebook and writes it out; a kiosk
   enrolled before gets a card of a higher number. Nothing is enrolled when the file cannot be
   written. kiosk becomes the kiosk's id as text. On an error *blamed is the file that it is about,
   or NULL for the office: ERROR_OFFICE_EXPIRED, ERROR_FACILITY, ERROR_CARD_PLACE,
   ERROR_CARD_FOLDER, ERROR_MEMORY, errors of file_read, file_write, card_request_decode and the
   store. */
enum error fleet_enroll(struct vault *vault, const uint8_t *root, const struct fleet_order *order,
                        char kiosk[CARD_KIOSK_TEXT_LEN], const char **blamed);

#endif
