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
    assert_int_equal(signature_sign(office.root_seed, "sandyq charter v1", in, 8128, in + 8128), 0);
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
    assert_memory_equal(charter.board, office.charter.board, 32);
    assert_int_equal(charter.intake_count, 1);
    assert_int_equal(charter.intake[0].epoch, 1);
    assert_memory_equal(charter.intake[0].key, office.charter.intake[0].key, 32);
    for (size_t i = 0; i < CHARTER_SETTINGS; i++)
        assert_int_equal(charter.settings[i], charter_ranges[i].usual);
    assert_string_equal(charter.texts, "name - Office of the Commissioner\n");
}

/* The table in the header, byte for byte. */
static void layout_is_as_written(void **state)
{
    const uint8_t *bytes = office.charter_bytes;
    static const uint8_t days[] = {1, 0, 0, 0, 0x20, 0x4e, 0, 0, 0x8d, 0x4f, 0, 0};
    static const uint8_t settings[64] = {31, 0, 0, 0, 0,   1, 0, 0, 0, 4, 0, 0, 0x90, 1, 0, 0,
                                         0,  2, 0, 0, 200, 0, 0, 0, 3, 0, 0, 0, 15,   0, 0, 0};
    static const uint8_t intake[] = {1, 0, 0, 0, 1, 0, 0, 0, 0x20, 0, 1, 0, 3, 0, 32, 0};
    static const char texts[CHARTER_TEXTS_LEN] = "name - Office of the Commissioner\n";

    assert_memory_equal(bytes, "SANDYQC1", 8);
    assert_memory_equal(bytes + 8, office.charter.root, 32);
    assert_memory_equal(bytes + 40, days, sizeof days);
    assert_memory_equal(bytes + 52, office.charter.board, 32);
    assert_memory_equal(bytes + 84, settings, sizeof settings);
    assert_memory_equal(bytes + 148, intake, sizeof intake);
    assert_memory_equal(bytes + 164, office.charter.intake[0].key, 32);
    for (size_t i = 196; i < 5064; i++)
        assert_int_equal(bytes[i], 0);
    assert_memory_equal(bytes + 5064, texts, sizeof texts);
    assert_int_equal(
        signature_check(office.charter.root, "sandyq charter v1", bytes, 8128, bytes + 8128),
        ERROR_NONE);
}

static void spoilt_is_refused(void **state)
{
    spoil_reader(office.charter_bytes, CHARTER_LEN, 1, read_charter, NULL);
}

static void texts_are_found_by_language(void **state)
{
    static const char phone[] = "1424, тәулік бойы";
    struct charter charter = office.charter;
    char out[CHARTER_TEXT_MAX + 1];
    uint8_t bytes[CHARTER_LEN];

    assert_int_equal(charter_add_text(&charter, CHARTER_PHONE, "kk", phone), ERROR_NONE);
    assert_int_equal(charter_add_text(&charter, CHARTER_PHONE, "-", "112"), ERROR_NONE);
    assert_int_equal(charter_add_text(&charter, CHARTER_ADDRESS, "qazlatn", "Astana"), ERROR_NONE);
    assert_int_equal(charter_encode(&charter, office.root_seed, bytes), ERROR_NONE);
    assert_int_equal(charter_decode(bytes, sizeof bytes, &charter), ERROR_NONE);
    assert_true(charter_find_text(&charter, CHARTER_PHONE, "kk", 0, out));
    assert_string_equal(out, phone);
    assert_true(charter_find_text(&charter, CHARTER_PHONE, "kk", 1, out));
    assert_string_equal(out, "112");
    assert_false(charter_find_text(&charter, CHARTER_PHONE, "kk", 2, out));
    assert_string_equal(out, "");
    assert_true(charter_find_text(&charter, CHARTER_PHONE, "ru", 0, out));
    assert_string_equal(out, "112");
    assert_false(charter_find_text(&charter, CHARTER_ADDRESS, "qaz", 0, out));
    assert_true(charter_find_text(&charter, CHARTER_ADDRESS, NULL, 0, out));
    assert_string_equal(out, "Astana");
}

static void only_texts_are_added(void **state)
{
    char longest[CHARTER_TEXT_MAX + 2] = "";
    struct charter charter = office.charter;
    const char *wrong[][2] = {
        {"-", ""},         {"-", "two\nlines"},   {"-", "\xc3("},  {"-", "\xe2\x80\xae"},
        {"-", longest},    {"a", "text"},         {"", "text"},    {"RU", "text"},
        {"ru-RU", "text"}, {"abcdefghi", "text"}, {"r u", "text"}, {"ru x", "text"},
    };

    memset(longest, 'a', sizeof longest - 1);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_int_equal(charter_add_text(&charter, CHARTER_NAME, wrong[i][0], wrong[i][1]),
                         ERROR_MALFORMED);
    assert_string_equal(charter.texts, office.charter.texts);
    longest[CHARTER_TEXT_MAX] = '\0';
    while (charter_add_text(&charter, CHARTER_PHONE, "-", longest) == ERROR_NONE)
        continue;
    assert_in_range(strlen(charter.texts), CHARTER_TEXTS_LEN - 2 * CHARTER_TEXT_MAX,
                    CHARTER_TEXTS_LEN);
}

/* What a newer office may say: another kind of text, one more setting, a key of another suite in
   front of ours. */
static void what_is_not_known_is_passed_over(void **state)
{
    uint8_t bytes[CHARTER_LEN];
    struct charter charter;

    memcpy(bytes, office.charter_bytes, sizeof bytes);
    memcpy(bytes + 5064 + strlen(office.charter.texts), "web kk example.kz\n", 18);
    bytes[84 + 4 * CHARTER_SETTINGS] = 9;
    bytes[148] = 2;
    memcpy(bytes + 152 + 1228, bytes + 152, 1228);
    bytes[152] = 2;
    bytes[156] = 0x7a; /* X-Wing */
    bytes[157] = 0x64;
    bytes[152 + 1227] = 1;
    assert_int_equal(
        signature_sign(office.root_seed, "sandyq charter v1", bytes, 8128, bytes + 8128), 0);
    assert_int_equal(charter_decode(bytes, sizeof bytes, &charter), ERROR_NONE);
    assert_int_equal(charter.intake_count, 1);
    assert_int_equal(charter.intake[0].epoch, 1);
}

struct edit {
    size_t at;
    uint8_t is;
    enum error error;
};

static void signed_nonsense_is_refused(void **state)
{
    static const struct edit edits[] = {
        {49, 0x4d, ERROR_MALFORMED},   /* ends the day before it is issued */
        {84, 128, ERROR_MALFORMED},    /* an eighth day of the week */
        {89, 0, ERROR_MALFORMED},      /* no answers */
        {148, 0, ERROR_MALFORMED},     /* no intake key */
        {148, 2, ERROR_MALFORMED},     /* one of epoch 0 */
        {148, 5, ERROR_MALFORMED},     /* more than there is room for */
        {152, 0, ERROR_MALFORMED},     /* epoch 0 */
        {156, 0x7a, ERROR_NEWER},      /* no suite that we know */
        {162, 31, ERROR_MALFORMED},    /* a shorter key */
        {1000, 1, ERROR_MALFORMED},    /* something behind the key */
        {2000, 1, ERROR_MALFORMED},    /* something behind the keys */
        {5064, 'N', ERROR_MALFORMED},  /* no kind */
        {5070, '-', ERROR_MALFORMED},  /* no blank behind the language */
        {5073, 0xff, ERROR_MALFORMED}, /* no UTF-8 */
        {5075, 0, ERROR_MALFORMED},    /* a text that is cut off */
        {8127, 'x', ERROR_MALFORMED},  /* something behind the texts */
    };
    uint8_t bytes[CHARTER_LEN];

    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        memcpy(bytes, office.charter_bytes, sizeof bytes);
        bytes[edits[i].at] = edits[i].is;
        assert_int_equal(decode_signed(bytes), edits[i].error);
    }
}

static void keys_stand_from_the_newest_on(void **state)
{
    struct charter charter = office.charter;
    uint8_t out[CHARTER_LEN];

    charter.intake_count = 2;
    charter.intake[1] = charter.intake[0];
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_MALFORMED);
    charter.intake[0].epoch = 2;
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_NONE);
    charter.intake_count = 0;
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_MALFORMED);
    charter.intake_count = CHARTER_INTAKES + 1;
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_MALFORMED);
}

static void last_day_before_issue_is_not_written(void **state)
{
    struct charter charter = office.charter;
    uint8_t out[CHARTER_LEN];

    charter.expires = charter.issued - 1;
    assert_int_equal(charter_encode(&charter, office.root_seed, out), ERROR_MALFORMED);
}

static struct charter signed_anew(struct fake_office *of, uint32_t number, uint32_t expires)
{
    of->charter.number = number;
    of->charter.expires = expires;
    fake_office_charter(of);
    return of->charter;
}

static void newer_follows(void **state)
{
    const uint32_t last = office.charter.expires;
    struct fake_office other;
    const struct charter second = signed_anew(&office, 2, last + 1),
                         rival = signed_anew(&office, 1, last + 1),
                         first = signed_anew(&office, 1, last);

    assert_int_equal(charter_follows(&first, &first), ERROR_NONE);
    assert_int_equal(charter_follows(&first, &rival), ERROR_OLDER);
    assert_int_equal(charter_follows(&first, &second), ERROR_NONE);
    assert_int_equal(charter_follows(&second, &first), ERROR_OLDER);
    fake_office_open(&other);
    const struct charter strange = signed_anew(&other, 9, last);
    assert_int_equal(charter_follows(&first, &strange), ERROR_OFFICE);
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
        cmocka_unit_test(texts_are_found_by_language),
        cmocka_unit_test(only_texts_are_added),
        cmocka_unit_test(what_is_not_known_is_passed_over),
        cmocka_unit_test(signed_nonsense_is_refused),
        cmocka_unit_test(keys_stand_from_the_newest_on),
        cmocka_unit_test(last_day_before_issue_is_not_written),
        cmocka_unit_test(newer_follows),
        cmocka_unit_test(fingerprint_is_readable),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
