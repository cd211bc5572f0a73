/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the chains say about each kiosk: how far it came, what is missing, what does not fit. */
#ifndef OFFICE_FLEET_H
#define OFFICE_FLEET_H

#include <stddef.h>
#include <stdint.h>

#include "office/contact.h"
#include "office/vault.h"
#include "protocol/card.h"

struct fleet_range {
    uint64_t first;
    uint64_t last;
};

struct fleet_ranges {
    struct fleet_range *all;
    size_t n, room;
};

struct fleet_rollbacks {
    struct contact_rollback *all;
    size_t n, room;
};

/* Boards that do not fit, and the day on which the office was told. */
struct fleet_misfit {
    struct misfit misfit;
    uint32_t day;
};

struct fleet_misfits {
    struct fleet_misfit *all;
    size_t n, room;
};

/* More days of silence are evidence: every day has a record, and a week is long for a stick. */
enum { FLEET_SILENCE = 7 };

struct fleet_row {
    struct journal_kiosk kiosk;   /* its id, and what its records come to */
    struct contact_state contact; /* what its bundles said */
    struct card card;             /* zeros when it does not open */
    uint32_t enrolled;            /* day */
    uint32_t silent;              /* days since its last record, or since it was enrolled */
    struct fleet_ranges gaps;
    struct fleet_ranges forks; /* first = last */
    struct fleet_rollbacks rollbacks;
    struct fleet_misfits misfits; /* none twice */
};

/* Reads all kiosks by id. *rows and *n are for fleet_free. With ERROR_JOURNAL_ROW some acts of
   kiosks are damaged (vault->damage), and the list holds what opens. NULL and 0 on another error:
   ERROR_MEMORY, errors of the store. */
enum error fleet_list(struct vault *vault, uint32_t now, struct fleet_row **rows, size_t *n);

/* Frees a list; does nothing for NULL. */
void fleet_free(struct fleet_row *rows, size_t n);

/* The number of the highest board that a kiosk holds, when it is higher than any that the journal
   made, as after a backup was put back; kiosk is then its id. 0 for none. */
uint32_t fleet_ahead(const struct vault *vault, uint8_t kiosk[CARD_KIOSK_LEN]);

/* Adds the act that a kiosk has this card, which a card file begins with, in a transaction of its
   own; the kiosk may be new. ERROR_CHANGED when a colleague gave it a card meanwhile; errors of
   card_view and history_append. */
enum error fleet_keep_card(struct vault *vault, const uint8_t file[CARD_LEN], uint32_t now);

/* Opens the card of a kiosk. ERROR_NOT_ENROLLED when there is no such kiosk; ERROR_JOURNAL_ROW when
   the card does not open, or is not this office's or this kiosk's; ERROR_MEMORY, errors of the
   store. */
enum error fleet_card(struct vault *vault, const uint8_t kiosk[CARD_KIOSK_LEN], struct card *card);

/* An order for a card: the kiosk's request file, its place, the card file to write, and the minute
   of the day that it is issued on. */
struct fleet_order {
    const char *request;
    const char *facility;
    uint8_t type;
    const char *out; /* must be free, or a card */
    uint32_t now;
};

/* Signs the card with the root key, keeps it in the journal and writes it out; a kiosk enrolled
   before gets a card of a higher number. Nothing is enrolled when the file cannot be begun; when
   only its last step fails, the kiosk is enrolled, and enrolling it again writes the file. kiosk
   becomes the kiosk's id as text. On an error *blamed is the file that it is about, or the
   facility's code, or NULL for the office: ERROR_OFFICE_EXPIRED, ERROR_FACILITY, ERROR_CARD_PLACE,
   ERROR_CARD_FOLDER, errors of file_read, file_write, card_request_decode, fleet_card and
   fleet_keep_card. */
enum error fleet_enroll(struct vault *vault, const struct root *root,
                        const struct fleet_order *order, char kiosk[CARD_KIOSK_TEXT_LEN],
                        const char **blamed);

#endif
