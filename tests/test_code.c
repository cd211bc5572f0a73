/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Receipt codes: made, misread, mistyped, and turned into keys the way another library does it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <gcrypt.h>
#include <sodium.h>
#include <stdbool.h>
#include <string.h>

#include "crypto/argon.h"
#include "crypto/code.h"
#include "crypto/secret.h"
#include "tests/lib/hex.h"

enum { CODES = 20 };

static int parse(const char *typed, char code[CODE_LEN])
{
    return code_parse(typed, strlen(typed), code);
}

static void a_new_code_is_24_digits_that_check(void **state)
{
    char code[CODE_LEN], read[CODE_LEN], other[CODE_LEN];
    for (int i = 0; i < 1000; i++) {
        code_new(code);
        assert_int_equal(strspn(code, "0123456789"), CODE_DIGITS);
        assert_int_equal(code[CODE_DIGITS], '\0');
        assert_int_equal(parse(code, read), ERROR_NONE);
        assert_string_equal(read, code);
        code_new(other);
        assert_string_not_equal(code, other);
    }
}

/* 880,000 digits: each of the ten comes up 88,000 times, give or take 281; five of those is a wrong
   alarm in one run of 170,000. Bytes taken modulo 10 as they come would miss by 2,062. */
static void digits_come_up_equally_often(void **state)
{
    size_t seen[10] = {0};
    char code[CODE_LEN];
    for (int i = 0; i < 40000; i++) {
        code_new(code);
        for (size_t at = 0; at < CODE_DIGITS - 2; at++)
            seen[code[at] - '0']++;
    }
    for (int digit = 0; digit < 10; digit++)
        assert_in_range(seen[digit], 88000 - 1407, 88000 + 1407);
}

/* ISO 7064 gives 794 the check digits 44; zeros before change nothing. */
static void check_digits_are_those_of_iso_7064(void **state)
{
    char code[CODE_LEN];
    assert_int_equal(parse("000000000000000000079444", code), ERROR_NONE);
    assert_int_equal(parse("000000000000000000079445", code), ERROR_CODE_CHECK);
    assert_int_equal(parse("000000000000000000000000", code), ERROR_CODE_CHECK);
}

static void one_wrong_digit_is_always_caught(void **state)
{
    char code[CODE_LEN], wrong[CODE_LEN], read[CODE_LEN];
    for (int n = 0; n < CODES; n++) {
        code_new(code);
        for (size_t at = 0; at < CODE_DIGITS; at++)
            for (char digit = '0'; digit <= '9'; digit++) {
                memcpy(wrong, code, sizeof wrong);
                wrong[at] = digit;
                assert_int_equal(parse(wrong, read),
                                 digit == code[at] ? ERROR_NONE : ERROR_CODE_CHECK);
            }
    }
}

static void any_two_swapped_digits_are_caught(void **state)
{
    char code[CODE_LEN], wrong[CODE_LEN], read[CODE_LEN];
    for (int n = 0; n < CODES; n++) {
        code_new(code);
        for (size_t i = 0; i < CODE_DIGITS; i++)
            for (size_t j = i + 1; j < CODE_DIGITS; j++) {
                memcpy(wrong, code, sizeof wrong);
                wrong[i] = code[j];
                wrong[j] = code[i];
                assert_int_equal(parse(wrong, read),
                                 code[i] == code[j] ? ERROR_NONE : ERROR_CODE_CHECK);
            }
    }
}

static void spaces_and_dashes_may_stand_anywhere(void **state)
{
    char read[CODE_LEN];
    assert_int_equal(parse("  0000 0000-0000 0000--0007 9444 -", read), ERROR_NONE);
    assert_string_equal(read, "000000000000000000079444");
}

static void what_is_wrong_is_named(void **state)
{
    static const struct {
        const char *typed;
        int why;
    } cases[] = {
        {"", ERROR_CODE_SHORT},
        {" - ", ERROR_CODE_SHORT},
        {"00000000000000000007944", ERROR_CODE_SHORT},
        {"0000000000000000000794440", ERROR_CODE_LONG},
        {"0000 0000 0000 0000 0007 944O", ERROR_CODE_FOREIGN},
        {"000000000000000000079444\n", ERROR_CODE_FOREIGN},
        {"x", ERROR_CODE_FOREIGN},
        {"\xd9\xa0", ERROR_CODE_FOREIGN}, /* an Arabic zero */
    };
    static const char zeros[CODE_LEN];
    char read[CODE_LEN];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(read, 'x', sizeof read);
        assert_int_equal(parse(cases[i].typed, read), cases[i].why);
        assert_memory_equal(read, zeros, sizeof read);
    }
    assert_int_equal(code_parse("0000\0", 5, read), ERROR_CODE_FOREIGN);
}

static void a_code_is_grouped_by_fours(void **state)
{
    char grouped[CODE_GROUPED_LEN], read[CODE_LEN];
    code_group("123456789012345678901234", grouped);
    assert_string_equal(grouped, "1234 5678 9012 3456 7890 1234");
    assert_int_equal(sizeof grouped, strlen(grouped) + 1);
    code_group("000000000000000000079444", grouped);
    assert_int_equal(parse(grouped, read), ERROR_NONE);
}

/* RFC 9106 section 5.3, through the library call that argon_derive makes. */
static void argon2id_gives_the_value_of_rfc_9106(void **state)
{
    const unsigned long params[] = {32, 3, 32, 4};
    uint8_t password[32], salt[16], known[8], data[12], tag[32];
    gcry_kdf_hd_t kdf = NULL;
    memset(password, 1, sizeof password);
    memset(salt, 2, sizeof salt);
    memset(known, 3, sizeof known);
    memset(data, 4, sizeof data);
    assert_int_equal(gcry_kdf_open(&kdf, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, params, 4, password,
                                   sizeof password, salt, sizeof salt, known, sizeof known, data,
                                   sizeof data),
                     0);
    assert_int_equal(gcry_kdf_compute(kdf, NULL), 0);
    assert_int_equal(gcry_kdf_final(kdf, sizeof tag, tag), 0);
    gcry_kdf_close(kdf);
    hex_assert(tag, sizeof tag, "0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
}

/* libgcrypt has no floor under the memory: 8 KiB are a derivation to it. Only the cost that
   stands in code.h is used here, and keyrings with less than 64 MiB are refused
   (test_keyring.c). It calls an empty password an error before 1.11, so none is ever given to
   it. */
static void libgcrypt_has_no_floor(void **state)
{
    const unsigned long params[] = {ARGON_LEN, 1, 8, 1};
    uint8_t salt[ARGON_SALT_LEN] = {0};
    gcry_kdf_hd_t kdf = NULL;
    assert_int_equal(gcry_kdf_open(&kdf, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, params, 4, "p", 1,
                                   salt, sizeof salt, NULL, 0, NULL, 0),
                     0);
    gcry_kdf_close(kdf);
    kdf = NULL;
    if (gcry_check_version("1.11.0") == NULL)
        assert_int_not_equal(gcry_kdf_open(&kdf, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, params, 4, "",
                                           0, salt, sizeof salt, NULL, 0, NULL, 0),
                             0);
    assert_in_range(ARGON_KIB, 65536, UINT32_MAX);
}

static void count_step(void *context, int done, int steps)
{
    int *seen = context;

    assert_int_equal(done, *seen + 1);
    assert_true(done <= steps);
    *seen = done;
}

static void argon2id_gives_what_libsodium_gives(void **state)
{
    static const struct {
        uint32_t kib, passes;
        const char *password;
    } cases[] = {{8, 1, "p"}, {64, 3, "a passphrase"}, {1024, 2, "\xd0\xb6"}};
    const uint8_t salt[ARGON_SALT_LEN] = "sixteen bytes ..";
    uint8_t ours[ARGON_LEN], theirs[ARGON_LEN];
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct argon_cost cost = {cases[i].kib, cases[i].passes};
        size_t len = strlen(cases[i].password);
        int seen = 0;
        const struct argon_watch watch = {count_step, &seen};
        assert_int_equal(argon_derive(&cost, cases[i].password, len, salt, &watch, ours), 0);
        assert_int_equal(seen, 4 * cases[i].passes);
        assert_int_equal(crypto_pwhash(theirs, sizeof theirs, cases[i].password, len, salt,
                                       cases[i].passes, (size_t)cases[i].kib * 1024,
                                       crypto_pwhash_ALG_ARGON2ID13),
                         0);
        assert_memory_equal(ours, theirs, sizeof ours);
    }
}

/* HKDF-Expand to one block, by hand. */
static void expand(const uint8_t root[32], const char *info, uint8_t out[32])
{
    const uint8_t one = 1;
    crypto_auth_hmacsha256_state h;
    crypto_auth_hmacsha256_init(&h, root, 32);
    crypto_auth_hmacsha256_update(&h, (const uint8_t *)info, strlen(info));
    crypto_auth_hmacsha256_update(&h, &one, 1);
    crypto_auth_hmacsha256_final(&h, out);
}

/* One derivation here and one there: the header's words are enough for a stranger. */
static void a_stranger_derives_the_same_keys(void **state)
{
    static const char code[] = "000000000000000000079444", pin[] = "271828",
                      both[] = "000000000000000000079444271828";
    uint8_t office[CODE_OFFICE_LEN], salted[14 + CODE_OFFICE_LEN], salt[32], root[32], want[32];
    struct code_keys *keys = secret_new(sizeof *keys);
    assert_non_null(keys);
    memset(office, 'o', sizeof office);
    assert_int_equal(code_derive(code, pin, office, NULL, keys), ERROR_NONE);
    memcpy(salted, "sandyq code v1", 14);
    memcpy(salted + 14, office, sizeof office);
    crypto_hash_sha256(salt, salted, sizeof salted);
    assert_int_equal(crypto_pwhash(root, sizeof root, both, strlen(both), salt, 3,
                                   256UL * 1024 * 1024, crypto_pwhash_ALG_ARGON2ID13),
                     0);
    expand(root, "sandyq tag v1", want);
    assert_memory_equal(keys->tag, want, sizeof want);
    expand(root, "sandyq answer v1", want);
    assert_memory_equal(keys->answer, want, sizeof want);
    hex_assert(keys->tag, 32, "f12b21ed3d7cf0c6c2a25eba496b4506b85e5fce79ee2147b285fe3821741455");
    hex_assert(keys->answer, 32,
               "ef683000c8ac9c862ae21399c78edba44a282a07b90ce2595f285793cd86dc7b");
    secret_free(keys);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_code_is_24_digits_that_check),
        cmocka_unit_test(digits_come_up_equally_often),
        cmocka_unit_test(check_digits_are_those_of_iso_7064),
        cmocka_unit_test(one_wrong_digit_is_always_caught),
        cmocka_unit_test(any_two_swapped_digits_are_caught),
        cmocka_unit_test(spaces_and_dashes_may_stand_anywhere),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(a_code_is_grouped_by_fours),
        cmocka_unit_test(argon2id_gives_the_value_of_rfc_9106),
        cmocka_unit_test(libgcrypt_has_no_floor),
        cmocka_unit_test(argon2id_gives_what_libsodium_gives),
        cmocka_unit_test(a_stranger_derives_the_same_keys),
    };
    if (secret_start() != ERROR_NONE || sodium_init() < 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
