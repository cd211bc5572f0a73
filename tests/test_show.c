/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk shows of a case: its order in the list, its answers, and nothing that was not
   said. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "office/triage.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/import_test.h"

static void test_most_urgent_and_oldest_first(void **state)
{
    struct import_scene *scene = *state;
    static const struct {
        const char *category;
        uint32_t day;
        uint8_t danger;
    } letters[] = {{"D2", 10, 0}, {"A8", 30, 0}, {"A8", 20, 0},
                   {"Z9", 25, 0}, {"D3", 22, 1}, {"A4", 1, 2}};
    static const uint64_t expected[] = {3, 5, 4, 2, 6, 1};
    enum { N = 6 };
    for (int i = 0; i < N; i++) {
        struct letter letter = fake_kiosk_letter(&scene->kiosk, (char)('a' + 2 * i), "");
        memcpy(letter.category, letters[i].category, 3);
        letter.urgent[1] = letters[i].danger;
        letter.urgent_count = 2;
        letter.day = letters[i].day;
        fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, N, NULL), ERROR_NONE);
    struct triage_case *cases = NULL;
    size_t n = 0;
    assert_int_equal(triage_list(&scene->desk.vault, &cases, &n), ERROR_NONE);
    assert_int_equal(n, N);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(cases[i].id, expected[i]);
    free(cases);
}

static enum taxonomy_urgency urgency_of(struct import_scene *scene, uint64_t case_id)
{
    struct triage_case row;
    assert_int_equal(fake_desk_row(&scene->desk, case_id, &row), ERROR_NONE);
    return row.urgency;
}

static void test_a_follow_up_makes_a_case_more_urgent(void **state)
{
    struct import_scene *scene = *state;
    struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', "");
    memcpy(letter.category, "C1", 3);
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    assert_int_equal(urgency_of(scene, 1), TAXONOMY_U2);
    letter.kind = LETTER_FOLLOWUP;
    letter.session = 2;
    memcpy(letter.urgent, "\0\0\2\1", 4);
    letter.urgent_count = 4;
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 2, 2, NULL), ERROR_NONE);
    assert_int_equal(urgency_of(scene, 1), TAXONOMY_U0);
}

/* --- what the office sees of a letter --- */

/* From a children's home, by somebody who chose the minors' words there. */
static struct letter child_letter(const struct fake_kiosk *kiosk)
{
    struct letter letter = fake_kiosk_letter(kiosk, 'k', "");
    memcpy(letter.category, "G1", 3);
    memcpy(letter.urgent, "\1\2\0\0\0\0\0\1", 8);
    letter.urgent_count = 8;
    letter.about = LETTER_ABOUT_MINOR;
    letter.people = 3;
    letter.consent = 2;
    letter.name = "Айгүл\nКім";
    letter.name_len = strlen(letter.name);
    return letter;
}

static void test_show_says_what_was_answered(void **state)
{
    static const char expected[] = "    Facility: CH-2, Children's home or school\n";
    static const char more[] = "    Category: G1, An adult here scares me or hurts me\n"
                               "    Urgency: U0, Within 4 hours\n"
                               "    Raised by the answers from: U1\n"
                               "    Marks on the body now: yes\n"
                               "    Still in danger now: no\n"
                               "    Seen by a doctor: skipped\n"
                               "    Court day or deadline this week: yes\n"
                               "    About: the writer, who is under 18\n"
                               "    How many people: 3\n"
                               "    Who may know: Also a prosecutor, without my name\n"
                               "    Name that the person gave:\n"
                               "    | Айгүл\n"
                               "    | Кім\n"
                               "\n"
                               "    (no text)\n";
    struct import_scene *scene = *state;
    struct fake_kiosk child;
    size_t len = 0;
    fake_desk_enroll_at(&scene->desk, &child, "CH-2", 9);
    struct letter letter = child_letter(&child);
    fake_kiosk_add(&child, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &child, 1, 1, NULL), ERROR_NONE);
    char *shown = fake_desk_show(&scene->desk, 1, 0, &len);
    if (strstr(shown, expected) == NULL || strstr(shown, more) == NULL)
        fail_msg("not shown in:\n%s", shown);
    free(shown);
    fake_kiosk_drop(&child);
}

static void test_json_says_what_was_answered(void **state)
{
    static const char *const expected[] = {
        "\"facility\": \"PC-17\",\n      \"type\": \"PEN\"",
        "\"urgent\": [\n        \"yes\",\n        \"no\",\n        \"skipped\"",
        "{\n          \"number\": 1,\n          \"name\": \"Marks on the body now\",\n"
        "          \"answer\": \"yes\"\n        }",
        "\"number\": 3,\n          \"name\": \"Seen by a doctor\",\n"
        "          \"answer\": \"skipped\"",
        "\"number\": 8,\n",
        "\"urgency\": \"U0\"",
        "\"about\": \"me-under-18\"",
        "\"people\": 3",
        "\"name\": \"Айгүл\\nКім\"",
    };
    struct import_scene *scene = *state;
    size_t len = 0;
    struct letter letter = child_letter(&scene->kiosk);
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    char *shown = fake_desk_show(&scene->desk, 1, 1, &len);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (strstr(shown, expected[i]) == NULL)
            fail_msg("no %s in:\n%s", expected[i], shown);
    assert_null(strstr(shown, "\"number\": 4"));
    free(shown);
}

/* Nobody gave a name, nothing was asked: no empty lines of a form. */
static void test_what_was_not_said_is_not_shown(void **state)
{
    struct import_scene *scene = *state;
    size_t len = 0;
    struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', "text");
    memcpy(letter.category, "D3", 3);
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    char *shown = fake_desk_show(&scene->desk, 1, 0, &len);
    assert_null(strstr(shown, "Name"));
    assert_null(strstr(shown, "About"));
    assert_null(strstr(shown, "skipped"));
    assert_null(strstr(shown, "Raised"));
    free(shown);
    shown = fake_desk_show(&scene->desk, 1, 1, &len);
    assert_non_null(strstr(shown, "\"name\": \"\""));
    assert_non_null(strstr(shown, "\"questions\": []"));
    free(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(test_most_urgent_and_oldest_first),
        IMPORT_TEST(test_a_follow_up_makes_a_case_more_urgent),
        IMPORT_TEST(test_show_says_what_was_answered),
        IMPORT_TEST(test_json_says_what_was_answered),
        IMPORT_TEST(test_what_was_not_said_is_not_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
