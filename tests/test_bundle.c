/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles: a run of the chain, whole or not at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "protocol/bundle.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/spoil.h"

enum { RECORDS = 3 };

static struct fake_office office;
static uint8_t *seed;
static uint8_t key[SIGNATURE_PUBLIC_LEN];

static int setup(void **state)
{
    fake_office_open(&office);
    seed = secret_new(SIGNATURE_SEED_LEN);
    assert_int_equal(signature_key_new(seed, key), 0);
    return 0;
}

static int teardown(void **state)
{
    secret_free(seed);
    fake_office_close(&office);
    return 0;
}

static struct bundle header(uint64_t first, uint64_t last)
{
    struct bundle bundle = {
        .first = first,
        .last = last,
        .charter_number = 5,
        .board = {1, 6, {7}},
        .image_version = 7,
        .exchange_age = 8,
        .health = BUNDLE_DISK_OK | BUNDLE_CLOCK_OK,
        .misfits = {.n = 2, .all = {{{1, 2, {3}}, {4, 5, {6}}}, {{1, 2, {3}}, {4, 5, {7}}}}}};

    assert_int_equal(card_kiosk_id(key, bundle.kiosk), ERROR_NONE);
    memcpy(bundle.office, office.charter.office, sizeof bundle.office);
    return bundle;
}

/* A record without a signature, which is all that the records before the last one need. */
static void put_unsigned(uint64_t seq, uint8_t hash[RECORD_HASH_LEN], uint8_t *out)
{
    struct record record;

    memset(out, 0, RECORD_LEN);
    wire_put64(out, seq);
    memcpy(out + 8, hash, RECORD_HASH_LEN);
    assert_int_equal(record_decode(out, &record), ERROR_NONE);
    memcpy(hash, record.hash, RECORD_HASH_LEN);
}

/* A good bundle of the records first to last; malloc'd. */
static uint8_t *make(uint64_t first, uint64_t last, size_t *len)
{
    static const uint8_t envelope[ENVELOPE_LEN];
    struct bundle bundle = header(first, last);
    uint8_t hash[RECORD_HASH_LEN] = {0};
    uint64_t count = last - (first - 1);

    *len = bundle_len(count);
    uint8_t *out = malloc(*len);
    assert_non_null(out);
    uint8_t *at = out + BUNDLE_HEADER_LEN;
    for (uint64_t i = 1; i < count; i++, at += RECORD_LEN)
        put_unsigned(first + i - 1, hash, at);
    if (count > 0)
        assert_int_equal(record_encode(last, hash, FAKE_OFFICE_DAY, envelope, seed, at, hash),
                         ERROR_NONE);
    assert_int_equal(bundle_seal(&bundle, seed, out), ERROR_NONE);
    return out;
}

static int read_bundle(void *context, const uint8_t *in, size_t len)
{
    struct bundle bundle;

    return bundle_decode(in, len, key, office.charter.office, &bundle);
}

/* Signs the frame of changed bytes as the kiosk would. */
static int decode_signed(uint8_t *in, size_t len)
{
    assert_int_equal(signature_sign(seed, "sandyq bundle v1", in, len - 64, in + len - 64), 0);
    return read_bundle(NULL, in, len);
}

static void round_trip(void **state)
{
    struct bundle bundle;
    struct record record;
    uint8_t id[CARD_KIOSK_LEN];
    size_t len = 0;
    uint8_t *in = make(1, RECORDS, &len);

    assert_int_equal(bundle_names(in, len, id), ERROR_NONE);
    assert_int_equal(bundle_decode(in, len, key, NULL, &bundle), ERROR_NONE);
    assert_memory_equal(bundle.kiosk, id, sizeof id);
    assert_memory_equal(bundle.office, office.charter.office, sizeof bundle.office);
    assert_int_equal(bundle.first, 1);
    assert_int_equal(bundle.last, RECORDS);
    assert_int_equal(bundle.charter_number, 5);
    assert_int_equal(bundle.board.number, 6);
    assert_int_equal(bundle.board.charter, 1);
    assert_int_equal(bundle.board.hash[0], 7);
    assert_int_equal(bundle.image_version, 7);
    assert_int_equal(bundle.exchange_age, 8);
    assert_int_equal(bundle.health, BUNDLE_DISK_OK | BUNDLE_CLOCK_OK);
    assert_int_equal(bundle.misfits.n, 2);
    assert_int_equal(bundle.misfits.all[1].had.number, 2);
    assert_int_equal(bundle.misfits.all[1].came.hash[0], 7);
    assert_int_equal(record_decode(bundle.records + RECORD_LEN, &record), ERROR_NONE);
    assert_int_equal(record.seq, 2);
    free(in);
}

/* The table in the header, byte for byte. */
static void layout_is_as_written(void **state)
{
    static const uint8_t numbers[] = {4, 0, 0, 0, 0, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0,
                                      0, 5, 0, 0, 0, 1, 0, 0, 0, 6, 0, 0, 0, 7},
                         behind[] = {7, 0, 0, 0, 8, 0, 6, 0};
    uint8_t id[CARD_KIOSK_LEN];
    size_t len = 0;
    uint8_t *in = make(4, 6, &len);

    assert_int_equal(len, 756 + 3 * 16492 + 64);
    assert_memory_equal(in, "SANDYQB1", 8);
    assert_int_equal(card_kiosk_id(key, id), ERROR_NONE);
    assert_memory_equal(in + 8, id, sizeof id);
    assert_memory_equal(in + 16, office.charter.office, 32);
    assert_memory_equal(in + 48, numbers, sizeof numbers);
    assert_memory_equal(in + 108, behind, sizeof behind);
    assert_memory_equal(in + 116, "\1\0\0\0\2\0\0\0\3", 9);
    assert_memory_equal(in + 156, "\4\0\0\0\5\0\0\0\6", 9);
    assert_memory_equal(in + 236, "\4\0\0\0\5\0\0\0\7", 9);
    assert_int_equal(in[276], 0);
    assert_int_equal(signature_check(key, "sandyq bundle v1", in, len - 64, in + len - 64),
                     ERROR_NONE);
    free(in);
}

static void empty_and_later_runs_are_good(void **state)
{
    static const uint64_t runs[][2] = {{1, 0}, {9, 8}, {9, 9}, {9, 11}};
    size_t len = 0;

    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        uint8_t *in = make(runs[i][0], runs[i][1], &len);
        assert_int_equal(read_bundle(NULL, in, len), ERROR_NONE);
        free(in);
    }
}

static void spoilt_is_refused(void **state)
{
    size_t len = 0;
    uint8_t *in = make(1, RECORDS, &len);

    spoil_reader(in, len, 499, read_bundle, NULL);
    free(in);
    in = make(1, 0, &len);
    spoil_reader(in, len, 1, read_bundle, NULL);
    free(in);
}

static void other_kiosk_and_office_are_refused(void **state)
{
    struct bundle bundle;
    struct fake_office other;
    size_t len = 0;
    uint8_t *in = make(1, 1, &len);

    fake_office_open(&other);
    assert_int_equal(bundle_decode(in, len, key, other.charter.office, &bundle), ERROR_OFFICE);
    assert_int_equal(bundle_decode(in, len, other.charter.root, NULL, &bundle), ERROR_KIOSK);
    fake_office_close(&other);
    free(in);
}

static void broken_chains_are_refused(void **state)
{
    size_t len = 0;
    uint8_t *in = make(1, RECORDS, &len);
    uint8_t *second = in + BUNDLE_HEADER_LEN + RECORD_LEN;

    second[100] ^= 1; /* what the third says it follows is not there any more */
    assert_int_equal(decode_signed(in, len), ERROR_CHAIN);
    second[100] ^= 1;
    assert_int_equal(decode_signed(in, len), ERROR_NONE);
    wire_put64(second, 3);
    assert_int_equal(decode_signed(in, len), ERROR_CHAIN);
    wire_put64(second, 2);
    in[BUNDLE_HEADER_LEN + 8] = 1; /* something before the first */
    assert_int_equal(decode_signed(in, len), ERROR_CHAIN);
    in[BUNDLE_HEADER_LEN + 8] = 0;
    in[len - 64 - 1] ^= 1; /* the signature of the last record */
    assert_int_equal(decode_signed(in, len), ERROR_FORGED);
    free(in);
}

static void signed_nonsense_is_refused(void **state)
{
    size_t len = 0;
    uint8_t *in = make(1, 0, &len);

    in[115] = 1;
    assert_int_equal(decode_signed(in, len), ERROR_MALFORMED);
    in[115] = 0;
    in[114] = 8;
    assert_int_equal(decode_signed(in, len), ERROR_MALFORMED);
    in[114] = 0;
    in[244] = 6; /* heads that do not fit: one twice, */
    assert_int_equal(decode_signed(in, len), ERROR_MALFORMED);
    in[244] = 7;
    in[120] = 0; /* one of number 0, */
    assert_int_equal(decode_signed(in, len), ERROR_MALFORMED);
    in[120] = 2;
    in[755] = 1; /* something behind them */
    assert_int_equal(decode_signed(in, len), ERROR_MALFORMED);
    in[755] = 0;
    in[72] = 0; /* a board of number 0 */
    assert_int_equal(decode_signed(in, len), ERROR_MALFORMED);
    in[72] = 6;
    assert_int_equal(decode_signed(in, len), ERROR_NONE);
    free(in);
}

/* Counts that overflow, wrap or lie. */
static void impossible_ranges_are_refused(void **state)
{
    static const uint64_t ranges[][2] = {
        {0, 0},          {0, UINT64_MAX},       {1, UINT64_MAX},        {5, 3},
        {1, 4097},       {UINT64_MAX, 0},       {1, UINT64_C(1) << 63}, {UINT64_MAX, UINT64_MAX},
        {2, UINT64_MAX}, {1, UINT64_C(1) << 50}};
    size_t len = 0;
    uint8_t *in = make(1, 0, &len);

    for (size_t i = 0; i < sizeof ranges / sizeof ranges[0]; i++) {
        struct bundle bundle = header(ranges[i][0], ranges[i][1]);
        wire_put64(in + 48, ranges[i][0]);
        wire_put64(in + 56, ranges[i][1]);
        assert_int_equal(decode_signed(in, len), ERROR_TRUNCATED);
        if (ranges[i][0] != UINT64_MAX || ranges[i][1] != UINT64_MAX)
            assert_int_equal(bundle_seal(&bundle, seed, in), ERROR_MALFORMED);
    }
    free(in);
}

static void full_bundle_is_good(void **state)
{
    size_t len = 0;
    uint8_t *in = make(7, 6 + BUNDLE_RECORDS_MAX, &len);

    assert_int_equal(len, BUNDLE_MAX);
    assert_int_equal(read_bundle(NULL, in, len), ERROR_NONE);
    free(in);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(layout_is_as_written),
        cmocka_unit_test(empty_and_later_runs_are_good),
        cmocka_unit_test(spoilt_is_refused),
        cmocka_unit_test(other_kiosk_and_office_are_refused),
        cmocka_unit_test(broken_chains_are_refused),
        cmocka_unit_test(signed_nonsense_is_refused),
        cmocka_unit_test(impossible_ranges_are_refused),
        cmocka_unit_test(full_bundle_is_good),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
