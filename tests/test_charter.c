/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Charters: what is signed comes back, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "base/error.h"
#include "crypto/hash.h"
#include "crypto/signature.h"
#include "protocol/charter.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/spoil.h"

static struct fake_office office;

static int setup(void **state)
{
    fake_office_open(&office);
    return 0;
}

static int teardown(void **state)
{
    fake_office_close(&office);
    return 0;
}

static int read_charter(void *context, const uint8_t *in, size_t len)
{
    struct charter charter;

    return charter_decode(in, len, &charter);
}

/* Signs bytes that no honest office would sign. */
static int decode_signed(const uint8_t *bytes)
{
    uint8_t in[CHARTER_LEN];

    memcpy(in, bytes, CHARTER_LEN);
    assert_int_equal(signature_sign(office.root_seed, "sandyq charter v1", in, 254, in + 254), 0);
    return read_charter(NULL, in, sizeof in);
}

static void round_trip(void **state)
{
    struct charter charter;
    uint8_t office_id[HASH_LEN];
    struct hash_part root = {office.charter_bytes + 8, 32};

    assert_int_equal(charter_decode(office.charter_bytes, CHARTER_LEN, &charter), ERROR_NONE);
    assert_int_equal(hash_sha256(office_id, &root, 1), 0);
    assert_memory_equal(charter.office, office_id, sizeof office_id);
    assert_int_equal(charter.number, 1);
    assert_int_equal(charter.issued, FAKE_OFFICE_DAY);
    assert_int_equal(charter.expires, FAKE_OFFICE_DAY + 365);
    assert_int_equal(charter.epoch, 1);
    assert_memory_equal(charter.intake, office.charter.intake, 32);
    assert_memory_equal(charter.board, office.charter.board, 32);
    assert_string_equal(charter.name, "Office of the Commissioner");
}

/* The table in the header, byte for byte. */
static void layout_is_as_written(void **state)
{
    const uint8_t *bytes = office.charter_bytes;
    static const uint8_t fields[] = {1, 0, 0, 0, 0x20, 0x4e, 0, 0, 0x8d, 0x4f, 0,
                                     0, 1, 0, 0, 0,    0x20, 0, 1, 0,    3,    0};

    assert_memory_equal(bytes, "SANDYQC1", 8);
    assert_memory_equal(bytes + 8, office.charter.root, 32);
    assert_memory_equal(bytes + 40, fields, sizeof fields);
    assert_memory_equal(bytes + 62, office.charter.intake, 32);
    assert_memory_equal(bytes + 94, office.charter.board, 32);
    assert_string_equal((const char *)bytes + 126, "Office of the Commissioner");
    assert_int_equal(
        signature_check(office.charter.root, "sandyq charter v1", bytes, 254, bytes + 254),
        ERROR_NONE);
}

static void spoilt_is_refused(void **state)
{
    spoil_reader(office.charter_bytes, CHARTER_LEN, 1, read_charter, NULL);
}

static void names_are_text(void **state)
{
    struct charter charter = office.charter;
    uint8_t out[CHARTER_LEN];

    memset(charter.name, 'a', CHARTER_NAME_MAX);
    charter.name[CHARTER_NAME_MAX] = '\0';
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_NONE);
    assert_int_equal(read_charter(NULL, out, sizeof out), ERROR_NONE);
    charter.name[CHARTER_NAME_MAX] = 'a';
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_MALFORMED);
    strcpy(charter.name, "\xc3(");
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_MALFORMED);
    strcpy(charter.name, "Адам құқықтары жөніндегі уәкіл");
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_NONE);
    strcpy(charter.name, "");
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_NONE);
}

static void signed_nonsense_is_refused(void **state)
{
    uint8_t bytes[CHARTER_LEN];

    memcpy(bytes, office.charter_bytes, sizeof bytes);
    bytes[48] = 0x1f; /* ends the day before it is issued */
    bytes[49] = 0x4e;
    assert_int_equal(decode_signed(bytes), ERROR_MALFORMED);
    memcpy(bytes, office.charter_bytes, sizeof bytes);
    bytes[253] = 'x'; /* something hidden behind the name */
    assert_int_equal(decode_signed(bytes), ERROR_MALFORMED);
    memcpy(bytes, office.charter_bytes, sizeof bytes);
    bytes[126] = 0xff;
    assert_int_equal(decode_signed(bytes), ERROR_MALFORMED);
    memcpy(bytes, office.charter_bytes, sizeof bytes);
    bytes[56] = 0x7a; /* X-Wing: a version of Sandyq that we are not */
    bytes[57] = 0x64;
    assert_int_equal(decode_signed(bytes), ERROR_NEWER);
}

static void last_day_before_issue_is_not_written(void **state)
{
    struct charter charter = office.charter;
    uint8_t out[CHARTER_LEN];

    charter.expires = charter.issued - 1;
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_MALFORMED);
}

static void newer_follows(void **state)
{
    struct charter next = office.charter;
    struct fake_office other;

    assert_int_equal(charter_follows(&office.charter, &next), ERROR_NONE);
    next.expires++;
    assert_int_equal(charter_follows(&office.charter, &next), ERROR_OLDER);
    next.number = 2;
    assert_int_equal(charter_follows(&office.charter, &next), ERROR_NONE);
    assert_int_equal(charter_follows(&next, &office.charter), ERROR_OLDER);
    fake_office_open(&other);
    other.charter.number = 9;
    assert_int_equal(charter_follows(&office.charter, &other.charter), ERROR_OFFICE);
    fake_office_close(&other);
}

/* The same by hand: 0x00000001, 0x0000270f = 9999, 0x00002710 = 10000, 0xffffffff = 4294967295,
   0. */
static void fingerprint_is_readable(void **state)
{
    static const uint8_t id[CHARTER_OFFICE_LEN] = {0, 0,    0,    1,    0,    0,    0x27, 0x0f, 0,
                                                   0, 0x27, 0x10, 0xff, 0xff, 0xff, 0xff, 0};
    char text[CHARTER_FINGERPRINT_LEN];

    charter_fingerprint(id, text);
    assert_string_equal(text, "0001 9999 0000 7295 0000");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(round_trip),
        cmocka_unit_test(layout_is_as_written),
        cmocka_unit_test(spoilt_is_refused),
        cmocka_unit_test(names_are_text),
        cmocka_unit_test(signed_nonsense_is_refused),
        cmocka_unit_test(last_day_before_issue_is_not_written),
        cmocka_unit_test(newer_follows),
        cmocka_unit_test(fingerprint_is_readable),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
