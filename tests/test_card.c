/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests and cards: what is signed comes back, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "protocol/card.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/spoil.h"

static struct fake_office office;
static uint8_t *seed;
static uint8_t key[SIGNATURE_PUBLIC_LEN];
static uint8_t file[CARD_FILE_LEN];

static int setup(void **state)
{
    fake_office_open(&office);
    seed = secret_new(SIGNATURE_SEED_LEN);
    assert_int_equal(signature_key_new(seed, key), 0);
    fake_office_card(&office, key, 3, file);
    return 0;
}

static int teardown(void **state)
{
    secret_free(seed);
    fake_office_close(&office);
    return 0;
}

static int read_card(void *context, const uint8_t *in, size_t len)
{
    struct charter charter;
    struct card card;

    return card_decode(in, len, &card, &charter);
}

static int read_request(void *context, const uint8_t *in, size_t len)
{
    uint8_t of[32];
    uint32_t day = 0;

    return card_request_decode(in, len, of, &day);
}

static void request_round_trip(void **state)
{
    uint8_t request[CARD_REQUEST_LEN];
    uint8_t of[32];
    uint32_t day = 0;

    assert_int_equal(card_request_encode(seed, FAKE_OFFICE_DAY, request), ERROR_NONE);
    assert_int_equal(card_request_decode(request, sizeof request, of, &day), ERROR_NONE);
    assert_memory_equal(of, key, sizeof of);
    assert_int_equal(day, FAKE_OFFICE_DAY);
    spoil_reader(request, sizeof request, 1, read_request, NULL);
}

static void card_round_trip(void **state)
{
    struct charter charter;
    struct card card;
    uint8_t id[CARD_KIOSK_LEN];

    assert_int_equal(card_decode(file, sizeof file, &card, &charter), ERROR_NONE);
    assert_memory_equal(card.office, office.charter.office, sizeof card.office);
    assert_memory_equal(card.key, key, sizeof key);
    assert_int_equal(card_kiosk_id(key, id), ERROR_NONE);
    assert_memory_equal(card.kiosk, id, sizeof id);
    assert_int_equal(card.number, 3);
    assert_int_equal(card.issued, FAKE_OFFICE_DAY);
    assert_int_equal(card.expires, FAKE_OFFICE_DAY + 365);
    assert_string_equal(card.facility, "PC-17");
    assert_int_equal(card.type, 1);
    assert_memory_equal(charter.hash, office.charter.hash, sizeof charter.hash);
}

/* The table in the header, byte for byte. */
static void layout_is_as_written(void **state)
{
    static const uint8_t numbers[] = {3, 0, 0, 0, 0x20, 0x4e, 0, 0, 0x8d, 0x4f, 0, 0};
    static const uint8_t tail[] = {'P', 'C', '-', '1', '7', 0, 0, 0, 0, 0,
                                   0,   0,   0,   0,   0,   0, 1, 0, 0, 0};

    assert_memory_equal(file, "SANDYQK1", 8);
    assert_memory_equal(file + 8, office.charter.office, 32);
    assert_memory_equal(file + 40, numbers, sizeof numbers);
    assert_memory_equal(file + 52, key, 32);
    assert_memory_equal(file + 84, tail, sizeof tail);
    assert_int_equal(signature_check(office.charter.root, "sandyq card v1", file, 104, file + 104),
                     ERROR_NONE);
    assert_memory_equal(file + 168, office.charter_bytes, CHARTER_LEN);
}

static void kiosk_id_is_as_written(void **state)
{
    struct hash_part parts[] = {{"sandyq kiosk v1", 15}, {key, 32}};
    uint8_t hash[HASH_LEN];
    uint8_t id[CARD_KIOSK_LEN];
    char text[CARD_KIOSK_TEXT_LEN];

    assert_int_equal(hash_sha256(hash, parts, 2), 0);
    assert_int_equal(card_kiosk_id(key, id), ERROR_NONE);
    assert_memory_equal(id, hash, sizeof id);
    card_kiosk_text((const uint8_t *)"\x00\x01\x23\x45\x67\x89\xab\xef", text);
    assert_string_equal(text, "00012345"
                              "6789abef");
}

static void spoilt_is_refused(void **state)
{
    spoil_reader(file, sizeof file, 1, read_card, NULL);
}

/* A card of one office with the charter of another glued behind it. */
static void charter_of_another_office_is_refused(void **state)
{
    struct fake_office other;
    uint8_t glued[CARD_FILE_LEN];

    fake_office_open(&other);
    memcpy(glued, file, sizeof glued);
    memcpy(glued + CARD_LEN, other.charter_bytes, CHARTER_LEN);
    assert_int_equal(read_card(NULL, glued, sizeof glued), ERROR_FORGED);
    fake_office_card(&other, key, 1, glued);
    assert_int_equal(signature_sign(other.root_seed, "sandyq card v1", file, 104, glued + 104), 0);
    memcpy(glued, file, 104);
    assert_int_equal(read_card(NULL, glued, sizeof glued), ERROR_OFFICE);
    fake_office_close(&other);
}

static int encode(const char *facility, uint8_t type, uint32_t expires)
{
    struct card card = {.number = 1, .issued = FAKE_OFFICE_DAY, .expires = expires, .type = type};
    uint8_t out[CARD_FILE_LEN];

    memcpy(card.key, key, sizeof card.key);
    memset(card.facility, 0, sizeof card.facility);
    memcpy(card.facility, facility, strlen(facility));
    return card_encode(&card, office.charter_bytes, office.root_seed, out);
}

static void facilities_are_codes(void **state)
{
    assert_int_equal(encode("A", 1, FAKE_OFFICE_DAY), ERROR_NONE);
    assert_int_equal(encode("ABC-DEF-0123456", 1, FAKE_OFFICE_DAY), ERROR_NONE);
    assert_int_equal(encode("ABC-DEF-01234567", 1, FAKE_OFFICE_DAY), ERROR_MALFORMED);
    assert_int_equal(encode("", 1, FAKE_OFFICE_DAY), ERROR_MALFORMED);
    assert_int_equal(encode("-A1", 1, FAKE_OFFICE_DAY), ERROR_MALFORMED);
    assert_int_equal(encode("pc-17", 1, FAKE_OFFICE_DAY), ERROR_MALFORMED);
    assert_int_equal(encode("PC 17", 1, FAKE_OFFICE_DAY), ERROR_MALFORMED);
    assert_int_equal(encode("PC\x1b[2J", 1, FAKE_OFFICE_DAY), ERROR_MALFORMED);
    assert_int_equal(encode("A", 255, FAKE_OFFICE_DAY), ERROR_MALFORMED);
    assert_int_equal(encode("A", 1, FAKE_OFFICE_DAY - 1), ERROR_MALFORMED);
}

static void only_the_root_of_the_charter_signs(void **state)
{
    struct card card = {
        .issued = FAKE_OFFICE_DAY, .expires = FAKE_OFFICE_DAY, .facility = "A", .type = 1};
    uint8_t out[CARD_FILE_LEN];

    assert_int_equal(card_encode(&card, office.charter_bytes, office.board_seed, out),
                     ERROR_OFFICE);
}

static void signed_nonsense_is_refused(void **state)
{
    static const struct {
        size_t at;
        uint8_t byte;
    } cases[] = {{84, 'p'}, {99, 'X'}, {84, 0}, {101, 1}, {103, 1}, {49, 0x4d}};
    uint8_t bytes[CARD_FILE_LEN];

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        memcpy(bytes, file, sizeof bytes);
        bytes[cases[i].at] = cases[i].byte;
        assert_int_equal(
            signature_sign(office.root_seed, "sandyq card v1", bytes, 104, bytes + 104), 0);
        assert_int_equal(read_card(NULL, bytes, sizeof bytes), ERROR_MALFORMED);
    }
    memcpy(bytes, file, sizeof bytes);
    bytes[100] = 200; /* a kind of place that we do not know yet */
    assert_int_equal(signature_sign(office.root_seed, "sandyq card v1", bytes, 104, bytes + 104),
                     0);
    assert_int_equal(read_card(NULL, bytes, sizeof bytes), ERROR_NONE);
}

static void newer_follows(void **state)
{
    struct charter charter;
    struct card held;
    uint8_t other[32] = {1};

    assert_int_equal(card_decode(file, sizeof file, &held, &charter), ERROR_NONE);
    struct card next = held;
    assert_int_equal(card_follows(NULL, &next, key), ERROR_NONE);
    assert_int_equal(card_follows(NULL, &next, other), ERROR_KIOSK);
    assert_int_equal(card_follows(&held, &next, key), ERROR_NONE);
    next.type++;
    assert_int_equal(card_follows(&held, &next, key), ERROR_OLDER);
    next.number++;
    assert_int_equal(card_follows(&held, &next, key), ERROR_NONE);
    assert_int_equal(card_follows(&next, &held, key), ERROR_OLDER);
    next.office[0] ^= 1;
    assert_int_equal(card_follows(&held, &next, key), ERROR_OFFICE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(request_round_trip),
        cmocka_unit_test(card_round_trip),
        cmocka_unit_test(layout_is_as_written),
        cmocka_unit_test(kiosk_id_is_as_written),
        cmocka_unit_test(spoilt_is_refused),
        cmocka_unit_test(charter_of_another_office_is_refused),
        cmocka_unit_test(facilities_are_codes),
        cmocka_unit_test(only_the_root_of_the_charter_signs),
        cmocka_unit_test(signed_nonsense_is_refused),
        cmocka_unit_test(newer_follows),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
