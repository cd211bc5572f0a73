/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The names of files that travel, as sandyq-formats(5) has them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "protocol/names.h"
#include "protocol/segment.h"

static const uint8_t kiosk[CARD_KIOSK_LEN] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef};

static void files_of_a_kiosk_have_its_id(void **state)
{
    char name[NAMES_LEN];
    names_request(kiosk, name);
    assert_string_equal(name, "0123456789abcdef.request");
    names_bundle(kiosk, 1, name);
    assert_string_equal(name, "0123456789abcdef.bundle");
    names_bundle(kiosk, UINT64_MAX, name);
    assert_string_equal(name, "0123456789abcdef-18446744073709551615.bundle");
    assert_true(names_bundle_number(kiosk, name) == UINT64_MAX);
    names_evidence(kiosk, 2, name);
    assert_string_equal(name, "0123456789abcdef-0-2.bundle");
    assert_true(names_bundle_number(kiosk, name) == 0);
}

static void a_segment_has_its_boards_number_and_hash(void **state)
{
    struct head_segment segment = {
        .number = 7, .kind = SEGMENT_ARRIVALS, .hash = {0x00, 0x1a, 0xff, 0x80, 0x77}};
    char name[NAMES_LEN];
    assert_true(names_segment(&segment, name));
    assert_string_equal(name, "sandyq-7-001aff80.arrivals");
    segment.kind = SEGMENT_ANSWERS;
    segment.number = UINT32_MAX;
    assert_true(names_segment(&segment, name));
    assert_string_equal(name, "sandyq-4294967295-001aff80.answers");
}

static void a_segment_of_an_unknown_kind_has_no_name(void **state)
{
    static const uint32_t kinds[] = {0, 3, UINT32_MAX};
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        const struct head_segment segment = {.number = 1, .kind = kinds[i]};
        char name[NAMES_LEN] = "before";
        assert_false(names_segment(&segment, name));
        assert_string_equal(name, "");
    }
}

static void what_is_spelt_as_a_segment_may_be_removed(void **state)
{
    static const char *const good[] = {"sandyq-7-001aff80.arrivals", "sandyq-7.answers"};
    static const char *const bad[] = {
        "sandyq.board", "sandyq-7", "sandyq-7.answers.old", "x-sandyq-7.answers", "list.answers",
        "sandyq-",      ""};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(names_like_segment(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(names_like_segment(bad[i]));
}

static void names_are_known_as_media_spell_them(void **state)
{
    static const char *const good[] = {"sandyq.board", "SANDYQ.BOARD", "SANDYQ~1.BOA", "x.boa"};
    static const char *const bad[] = {"board",  ".board",        "sandyq.boar",    "sandyq.bo",  "",
                                      ".b.boa", "sandyq.board~", "sandyq.board.x", "sandyq.boat"};
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(names_ends(good[i], ".board"));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(names_ends(bad[i], ".board"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_of_a_kiosk_have_its_id),
        cmocka_unit_test(what_is_spelt_as_a_segment_may_be_removed),
        cmocka_unit_test(names_are_known_as_media_spell_them),
        cmocka_unit_test(a_segment_has_its_boards_number_and_hash),
        cmocka_unit_test(a_segment_of_an_unknown_kind_has_no_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
