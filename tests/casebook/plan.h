/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What happens in a casebook before the office takes part: kiosks, people who write at them, floods
   of letters from one place, and kiosks that fall silent. All of it follows from a seed. */
#ifndef TESTS_CASEBOOK_PLAN_H
#define TESTS_CASEBOOK_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "protocol/card.h"
#include "tests/casebook/words.h"

/* Two years, which end when this version was released. */
enum { PLAN_LAST_DAY = 20787, PLAN_DAYS = 730, PLAN_FIRST_DAY = PLAN_LAST_DAY - PLAN_DAYS + 1 };

struct plan_kiosk {
    uint8_t seed[32];
    uint8_t key[32];
    uint8_t id[CARD_KIOSK_LEN];
    char facility[CARD_FACILITY_MAX + 1];
    uint8_t type;
    uint32_t silent_from; /* days without any record; 0 and 0: none */
    uint32_t silent_to;
    uint32_t first_letter; /* its letters, by index */
    uint32_t letter_end;
};

struct plan_person {
    uint32_t kiosk;
    uint32_t day;
    char category[3];
    uint8_t language; /* enum words_language */
    uint8_t again;    /* letters that follow the first */
    bool misplaced;
};

struct plan_letter {
    uint32_t day;
    uint32_t kiosk;
    uint32_t person;
    uint8_t n; /* of this person, from 0 */
};

struct plan {
    uint64_t seed;
    uint32_t kiosk_count;
    struct plan_kiosk *kiosks;
    uint32_t person_count;
    struct plan_person *people;
    uint32_t letter_count;
    struct plan_letter *letters; /* by kiosk, then by day */
};

/* Plans a casebook of so many people, one case each. *plan is for plan_free. ERROR_MEMORY. */
enum error plan_make(uint64_t seed, uint32_t people, struct plan *plan);
void plan_free(struct plan *plan);

/* Key, id and place of kiosk i, also of one beyond those of the plan. ERROR_MEMORY. */
enum error plan_make_kiosk(uint64_t seed, uint32_t i, struct plan_kiosk *kiosk);

/* Whether a kiosk makes no record on a day. */
bool plan_silent(const struct plan_kiosk *kiosk, uint32_t day);

#endif
