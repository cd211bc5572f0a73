/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the taxonomy: nothing missing, nothing twice, nothing too wide, codes as agreed for
 * ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "complaint/taxonomy.h"

enum { WIDTH_MAX = 56 };

static void assert_shown(const char *text)
{
    assert_non_null(text);
    assert_true(text[0] != '\0');
    if (strlen(text) > WIDTH_MAX)
        fail_msg("too wide: %s", text);
}

static void every_code_is_there_with_its_urgency(void **state)
{
    static const char agreed[] =
        "A1 1 A2 0 A3 2 A4 1 A5 1 A6 1 A7 0 A8 0 B1 2 B2 3 C1 2 C2 2 C3 2 C4 2 "
        "D1 3 D2 3 D3 3 D4 3 E1 2 E2 3 E3 3 F1 3 F2 3 F3 2 G1 1 H1 3 H2 3 ";
    char is[sizeof(agreed) + 1] = "";
    size_t n = 0, at = 0;
    const struct taxonomy_category *all = taxonomy_categories(&n);
    assert_int_equal(n, 27);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(is + at, sizeof(is) - at, "%s %d ", all[i].code, all[i].urgency);
    assert_string_equal(is, agreed);
}

static void texts_are_there_differ_and_fit(void **state)
{
    size_t n = 0;
    const struct taxonomy_category *all = taxonomy_categories(&n);
    for (size_t i = 0; i < n; i++) {
        assert_shown(all[i].text);
        assert_shown(all[i].heading);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(all[i].text, all[j].text);
            assert_string_not_equal(all[i].heading, all[j].heading);
        }
    }
    size_t n_status = 0;
    const struct taxonomy_status *status = taxonomy_statuses(&n_status);
    for (size_t i = 0; i < n_status; i++)
        assert_shown(status[i].text);
}

/* A digit chooses a group, then a digit a row in it: neither may have more than nine. */
static void every_category_has_a_group_of_at_most_nine(void **state)
{
    size_t n_groups = 0, n = 0, in_groups = 0;
    const struct taxonomy_group *groups = taxonomy_groups(&n_groups);
    const struct taxonomy_category *all = taxonomy_categories(&n);
    assert_int_equal(n_groups, 8);
    for (size_t g = 0; g < n_groups; g++) {
        size_t members = 0;
        assert_int_equal(groups[g].letter, 'A' + (int)g);
        assert_shown(groups[g].text);
        for (size_t i = 0; i < n; i++)
            members += all[i].code[0] == groups[g].letter;
        assert_in_range(members, 1, 9);
        in_groups += members;
    }
    assert_int_equal(in_groups, n);
}

static void facility_types_have_their_numbers(void **state)
{
    static const char *const codes[] = {"PEN", "RCP",  "SIZO", "IVS",   "GUARD",
                                        "SPR", "HLTH", "SOC",  "CHILD", "OTHER"};
    size_t n = 0;
    const struct taxonomy_facility *all = taxonomy_facilities(&n);
    assert_int_equal(n, 10);
    for (size_t i = 0; i < n; i++) {
        assert_string_equal(all[i].code, codes[i]);
        assert_int_equal(all[i].number, i + 1);
        assert_shown(all[i].text);
        assert_ptr_equal(taxonomy_facility(codes[i]), &all[i]);
        assert_ptr_equal(taxonomy_facility_numbered(all[i].number), &all[i]);
    }
    assert_ptr_equal(taxonomy_facility("sizo"), &all[2]);
    assert_null(taxonomy_facility("SIZ"));
    assert_null(taxonomy_facility_numbered(0));
    assert_null(taxonomy_facility_numbered(11));
}

static void statuses_are_found_and_say_a_public_state(void **state)
{
    size_t n = 0;
    const struct taxonomy_status *all = taxonomy_statuses(&n);
    for (size_t i = 0; i < n; i++) {
        assert_ptr_equal(taxonomy_status(all[i].code), &all[i]);
        assert_ptr_equal(taxonomy_status_numbered(all[i].number), &all[i]);
        assert_non_null(taxonomy_public_text((uint8_t)all[i].public_state));
    }
    assert_int_equal(taxonomy_status("received")->public_state, TAXONOMY_ARRIVED);
    assert_int_equal(taxonomy_status("answer-ready")->public_state, TAXONOMY_LOOKING);
    assert_int_equal(taxonomy_status("need-info")->public_state, TAXONOMY_ANSWERED);
    assert_int_equal(taxonomy_status("Closed")->public_state, TAXONOMY_CLOSED);
    assert_int_equal(taxonomy_status("reopened")->public_state, TAXONOMY_LOOKING);
    assert_null(taxonomy_status(""));
    assert_null(taxonomy_status_numbered(0));
}

static void categories_are_found_in_either_case(void **state)
{
    assert_string_equal(taxonomy_category("a7")->code, "A7");
    assert_null(taxonomy_category("A9"));
    assert_null(taxonomy_category("A"));
    assert_null(taxonomy_category(""));
}

static void unknown_numbers_have_no_text(void **state)
{
    assert_null(taxonomy_public_text(0));
    assert_null(taxonomy_public_text(5));
    assert_null(taxonomy_consent_text(0));
    assert_null(taxonomy_consent_text(5));
    assert_null(taxonomy_urgency_text((enum taxonomy_urgency)4));
    for (uint8_t level = TAXONOMY_CONSENT_MIN; level <= TAXONOMY_CONSENT_MAX; level++)
        assert_shown(taxonomy_consent_text(level));
    for (int u = TAXONOMY_U0; u <= TAXONOMY_U3; u++)
        assert_shown(taxonomy_urgency_text((enum taxonomy_urgency)u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_is_there_with_its_urgency),
        cmocka_unit_test(texts_are_there_differ_and_fit),
        cmocka_unit_test(every_category_has_a_group_of_at_most_nine),
        cmocka_unit_test(facility_types_have_their_numbers),
        cmocka_unit_test(statuses_are_found_and_say_a_public_state),
        cmocka_unit_test(categories_are_found_in_either_case),
        cmocka_unit_test(unknown_numbers_have_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
