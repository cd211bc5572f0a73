/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a fold is made of. For office/fold*.c alone. */
#ifndef OFFICE_FOLD_PARTS_H
#define OFFICE_FOLD_PARTS_H

#include "office/fold.h"
#include "office/fold_index.h"

struct fold_generation {
    uint16_t compartment;
    uint32_t generation;
    uint8_t commitment[HASH_LEN];
};

struct fold {
    uint32_t officer; /* of the transaction that is being taken, and its role before */
    enum act_role role;
    struct fold_act *acts; /* acts[seq - 1] */
    size_t act_count, act_room;
    struct fold_case *cases; /* cases[number - 1] */
    size_t case_count, case_room;
    struct fold_index *handles;
    struct fold_officer *officers; /* officers[no - 1] */
    size_t officer_count, officer_room;
    struct fold_kiosk *kiosks;
    size_t kiosk_count, kiosk_room;
    struct fold_generation *generations;
    size_t generation_count, generation_room;
    uint64_t board; /* act and number of the last board */
    uint32_t board_no;
    bool training;
};

#endif
