/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Records: one link of the chain. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/signature.h"
#include "protocol/record.h"
#include "tests/lib/fake_office.h"

static struct fake_office office;
static uint8_t envelope[ENVELOPE_LEN];
static uint8_t bytes[RECORD_LEN];
static uint8_t hash[RECORD_HASH_LEN];
static const uint8_t previous[RECORD_HASH_LEN] = {7, 7, 7};

/* The board key of the office serves as a kiosk's key here. */
static int setup(void **state)
{
    fake_office_open(&office);
    random_bytes(envelope, sizeof envelope);
    assert_int_equal(record_encode(0x0102030405060708, previous, FAKE_OFFICE_DAY, envelope,
                                   office.board_seed, bytes, hash),
                     ERROR_NONE);
    return 0;
}

static int teardown(void **state)
{
    fake_office_close(&office);
    return 0;
}

static void round_trip(void **state)
{
    struct record record;

    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    assert_true(record.seq == 0x0102030405060708);
    assert_memory_equal(record.previous, previous, sizeof previous);
    assert_int_equal(record.day, FAKE_OFFICE_DAY);
    assert_memory_equal(record.envelope, envelope, sizeof envelope);
    assert_memory_equal(record.hash, hash, sizeof hash);
    assert_int_equal(record_check(&record, office.charter.board), ERROR_NONE);
}

static void layout_is_as_written(void **state)
{
    static const uint8_t seq[] = {8, 7, 6, 5, 4, 3, 2, 1};
    static const uint8_t day[] = {0x20, 0x4e, 0, 0};
    struct hash_part part = {bytes, 16428};
    uint8_t expected[HASH_LEN];

    assert_memory_equal(bytes, seq, sizeof seq);
    assert_memory_equal(bytes + 8, previous, sizeof previous);
    assert_memory_equal(bytes + 40, day, sizeof day);
    assert_memory_equal(bytes + 44, envelope, sizeof envelope);
    assert_int_equal(
        signature_check(office.charter.board, "sandyq record v1", bytes, 16428, bytes + 16428),
        ERROR_NONE);
    assert_int_equal(hash_sha256(expected, &part, 1), 0);
    assert_memory_equal(hash, expected, sizeof expected);
}

static int check(const uint8_t key[SIGNATURE_PUBLIC_LEN])
{
    struct record record;

    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    return record_check(&record, key);
}

static void spoilt_is_forged(void **state)
{
    for (size_t i = 0; i < RECORD_LEN; i += i < 100 || i > RECORD_LEN - 100 ? 1 : 97) {
        bytes[i] ^= 0x10;
        assert_int_equal(check(office.charter.board), ERROR_FORGED);
        bytes[i] ^= 0x10;
    }
    assert_int_equal(check(office.charter.root), ERROR_FORGED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(layout_is_as_written),
        cmocka_unit_test(spoilt_is_forged),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
