/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk in memory: its key, its records, and the bundles that carry them. Everything here
   fails the running test when it cannot do its work. */
#ifndef TESTS_LIB_FAKE_KIOSK_H
#define TESTS_LIB_FAKE_KIOSK_H

#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/code.h"
#include "protocol/card.h"
#include "protocol/charter.h"
#include "protocol/misfit.h"
#include "protocol/record.h"

enum { FAKE_KIOSK_DAY = 20779 /* its letters are written then, its records made from then on */ };

struct fake_kiosk {
    uint8_t *seed;
    uint8_t key[32];
    uint8_t id[CARD_KIOSK_LEN];
    uint8_t office[CHARTER_OFFICE_LEN];
    char facility[CARD_FACILITY_MAX + 1];
    uint64_t seq; /* of the last record */
    uint8_t hash[RECORD_HASH_LEN];
    uint8_t *records;           /* all of them, from number 1 */
    uint64_t room;              /* that they have */
    uint32_t board;             /* number of the board the bundle says it holds */
    uint8_t board_hash[32];     /* of its head */
    struct misfit_list misfits; /* that the bundle tells of */
};

/* A kiosk with fresh keys that nobody has enrolled (fake_desk enrols). */
void fake_kiosk_make(struct fake_kiosk *kiosk, const char *facility);
void fake_kiosk_drop(struct fake_kiosk *kiosk);

/* A complaint for the kiosk's next record, with no name; its receipt keys are 32 times `who` and
   who + 1. */
struct letter fake_kiosk_letter(const struct fake_kiosk *kiosk, char who, const char *text);
void fake_kiosk_keys(char who, struct code_keys *keys);

/* Seals the letter to the charter's intake key into the next record. fake_kiosk_cover adds a cover,
   fake_kiosk_raw any ENVELOPE_LEN bytes. */
void fake_kiosk_add(struct fake_kiosk *kiosk, const struct charter *charter,
                    const struct letter *letter);
void fake_kiosk_cover(struct fake_kiosk *kiosk, const struct charter *charter);
void fake_kiosk_raw(struct fake_kiosk *kiosk, const uint8_t *envelope);

/* The bundle of the records first..last; malloc'd. */
uint8_t *fake_kiosk_bundle(const struct fake_kiosk *kiosk, uint64_t first, uint64_t last,
                           size_t *len);

#endif
