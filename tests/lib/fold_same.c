/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two folds compared field by field. */
#include "tests/lib/fold_same.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define SAME(field)  assert_int_equal(x->field, y->field)
#define BYTES(field) assert_memory_equal(x->field, y->field, sizeof x->field)

static void same_acts(const struct fold *a, const struct fold *b)
{
    assert_int_equal(fold_last(a), fold_last(b));
    for (uint64_t seq = 1; seq <= fold_last(a); seq++) {
        const struct fold_act *x = fold_act(a, seq), *y = fold_act(b, seq);
        SAME(kind);
        SAME(verdict);
        SAME(field);
        SAME(officer);
        SAME(minute);
        SAME(place);
        SAME(next);
        SAME(from);
        SAME(to);
        BYTES(seal);
    }
}

static void same_cases(const struct fold *a, const struct fold *b)
{
    assert_int_equal(fold_case_count(a), fold_case_count(b));
    for (uint64_t number = 1; number <= fold_case_count(a); number++) {
        const struct fold_case *x = fold_case(a, number), *y = fold_case(b, number);
        BYTES(handle);
        SAME(number);
        SAME(state);
        SAME(urgency);
        SAME(told);
        SAME(misplaced);
        SAME(waits);
        SAME(letters);
        SAME(messages);
        SAME(first);
        SAME(last);
        assert_ptr_equal(fold_case_of(a, x->handle), x);
        assert_ptr_equal(fold_case_of(b, x->handle), y);
    }
}

static void same_officers(const struct fold *a, const struct fold *b)
{
    assert_int_equal(fold_officer_count(a), fold_officer_count(b));
    for (uint32_t no = 1; no <= fold_officer_count(a); no++) {
        const struct fold_officer *x = fold_officer(a, no), *y = fold_officer(b, no);
        SAME(no);
        SAME(role);
        SAME(named);
        BYTES(commitment);
    }
    assert_int_equal(fold_leads(a), fold_leads(b));
}

static void same_kiosks(const struct fold *a, const struct fold *b)
{
    assert_int_equal(fold_kiosk_count(a), fold_kiosk_count(b));
    for (size_t i = 0; i < fold_kiosk_count(a); i++) {
        const struct fold_kiosk *x = fold_kiosk(a, i), *y = fold_kiosk(b, i);
        BYTES(id);
        SAME(card);
        SAME(carded);
        SAME(first);
        SAME(last);
    }
}

static void same_generations(const struct fold *a, const struct fold *b)
{
    for (uint16_t compartment = 1; compartment < 64; compartment++) {
        const uint32_t newest = fold_generation(a, compartment);
        assert_int_equal(newest, fold_generation(b, compartment));
        for (uint32_t n = 1; n <= newest; n++)
            assert_memory_equal(fold_commitment(a, compartment, n),
                                fold_commitment(b, compartment, n), HASH_LEN);
    }
}

void fold_same(const struct fold *a, const struct fold *b)
{
    uint32_t board_a = 0, board_b = 0;
    same_acts(a, b);
    same_cases(a, b);
    same_officers(a, b);
    same_kiosks(a, b);
    same_generations(a, b);
    assert_int_equal(fold_board(a, &board_a), fold_board(b, &board_b));
    assert_int_equal(fold_training(a), fold_training(b));
    assert_int_equal(board_a, board_b);
}
