/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of the taxonomy: nothing missing, nothing twice, nothing too wide, codes as agreed for
   ever. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "complaint/taxonomy.h"

enum { WIDTH_MAX = 56, WORDS_MAX = 12, ROWS_MAX = 8, TYPES = 11 };
enum { CHILD = 9, IVS = 4, WOMEN = 11 };

static void assert_shown(const char *text)
{
    assert_non_null(text);
    assert_true(text[0] != '\0');
    size_t words = 1;
    for (const char *at = text; *at != '\0'; at++)
        words += *at == ' ';
    if (strlen(text) > WIDTH_MAX || words > WORDS_MAX)
        fail_msg("too long: %s", text);
}

static void assert_words(const struct taxonomy_words *words)
{
    for (int reader = 0; reader < TAXONOMY_READERS; reader++)
        assert_shown(taxonomy_text(words, (enum taxonomy_reader)reader));
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
        assert_words(&all[i].words);
        assert_shown(all[i].heading);
        for (size_t j = 0; j < i; j++) {
            assert_string_not_equal(all[i].words.text[0], all[j].words.text[0]);
            assert_string_not_equal(all[i].heading, all[j].heading);
        }
    }
    size_t n_status = 0;
    const struct taxonomy_status *status = taxonomy_statuses(&n_status);
    for (size_t i = 0; i < n_status; i++)
        assert_shown(status[i].text);
}

static void groups_are_a_to_h(void **state)
{
    size_t n = 0;
    const struct taxonomy_group *groups = taxonomy_groups(&n);
    assert_int_equal(n, 8);
    for (size_t g = 0; g < n; g++) {
        assert_int_equal(groups[g].letter, 'A' + (int)g);
        assert_words(&groups[g].words);
    }
}

/* The codes of a screen, in its order: "A1 A2 ". */
static const char *screen(char group, enum taxonomy_reader reader, uint8_t facility)
{
    static char text[4 * TAXONOMY_CHOICES_MAX];
    const struct taxonomy_category *rows[TAXONOMY_CHOICES_MAX];
    size_t n = taxonomy_categories_for(group, reader, facility, rows);
    text[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        strcat(text, rows[i]->code);
        strcat(text, " ");
    }
    return text;
}

static const char *group_screen(enum taxonomy_reader reader, uint8_t facility)
{
    static char text[TAXONOMY_CHOICES_MAX + 1];
    const struct taxonomy_group *rows[TAXONOMY_CHOICES_MAX];
    size_t n = taxonomy_groups_for(reader, facility, rows);
    for (size_t i = 0; i < n; i++)
        text[i] = rows[i]->letter;
    text[n] = '\0';
    return text;
}

/* Eight rows and "0" are nine choices; no two of a screen read alike. */
static size_t assert_screen(char group, enum taxonomy_reader reader, uint8_t facility)
{
    const struct taxonomy_category *rows[TAXONOMY_CHOICES_MAX];
    size_t n = taxonomy_categories_for(group, reader, facility, rows);
    assert_in_range(n, 1, ROWS_MAX);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(taxonomy_text(&rows[i]->words, reader),
                                    taxonomy_text(&rows[j]->words, reader));
    return n;
}

/* Everybody reaches all 27 but one: A1 and G1 are the same for different readers. */
static void everybody_reaches_everything_in_two_digits(void **state)
{
    for (uint8_t facility = 1; facility <= TYPES; facility++)
        for (int reader = 0; reader < TAXONOMY_READERS; reader++) {
            const char *letters = group_screen((enum taxonomy_reader)reader, facility);
            size_t reached = 0;
            assert_in_range(strlen(letters), 7, ROWS_MAX);
            for (; *letters != '\0'; letters++)
                if (*letters != TAXONOMY_MINORS)
                    reached += assert_screen(*letters, (enum taxonomy_reader)reader, facility);
            assert_int_equal(reached, facility == IVS ? 25 : 26);
        }
}

static void a_place_speaks_for_its_readers(void **state)
{
    for (uint8_t facility = 0; facility <= TYPES + 1; facility++)
        assert_int_equal(taxonomy_reader(facility), facility == CHILD   ? TAXONOMY_MINOR
                                                    : facility == WOMEN ? TAXONOMY_WOMAN
                                                                        : TAXONOMY_ADULT);
}

static void under_18_is_offered_where_not_everybody_is(void **state)
{
    assert_string_equal(group_screen(TAXONOMY_ADULT, 1), "ABCDEFGH");
    assert_string_equal(group_screen(TAXONOMY_WOMAN, WOMEN), "ABCDEFGH");
    assert_string_equal(group_screen(TAXONOMY_MINOR, 1), "ABCDEFH");
    assert_string_equal(group_screen(TAXONOMY_MINOR, CHILD), "ABCDEFH");
    assert_string_equal(group_screen(TAXONOMY_ADULT, CHILD), "ABCDEFH");
    assert_string_equal(screen(TAXONOMY_MINORS, TAXONOMY_ADULT, 1), "");
}

static void what_matters_most_to_a_reader_stands_first(void **state)
{
    assert_string_equal(screen('A', TAXONOMY_ADULT, 1), "A1 A2 A3 A4 A5 A6 A7 A8 ");
    assert_string_equal(screen('A', TAXONOMY_MINOR, CHILD), "G1 A2 A3 A4 A5 A6 A7 A8 ");
    assert_string_equal(screen('C', TAXONOMY_ADULT, 1), "C1 C2 C3 C4 ");
    assert_string_equal(screen('C', TAXONOMY_WOMAN, WOMEN), "C3 C1 C2 C4 ");
    assert_string_equal(screen('F', TAXONOMY_ADULT, IVS), "F2 F3 ");
}

/* A child is not asked to know what grown-ups call things. */
static void assert_plain(const char *text)
{
    static const char *const legal[] = {
        "prosecutor", "parole",  "pension",      "awyer",   "solation",  "staff",
        "Staff",      "omplain", "Commissioner", "release", "treatment", "deadline",
        "humiliate",  "Sexual",  "independent",  "insult",  "Transfer",  "Punish"};
    for (size_t i = 0; i < sizeof legal / sizeof *legal; i++)
        if (strstr(text, legal[i]) != NULL)
            fail_msg("%s: %s", legal[i], text);
}

static void minors_read_no_legal_words(void **state)
{
    const struct taxonomy_group *groups[TAXONOMY_CHOICES_MAX];
    const struct taxonomy_category *rows[TAXONOMY_CHOICES_MAX];
    size_t n_groups = taxonomy_groups_for(TAXONOMY_MINOR, CHILD, groups);
    for (size_t g = 0; g < n_groups; g++) {
        size_t n = taxonomy_categories_for(groups[g]->letter, TAXONOMY_MINOR, CHILD, rows);
        assert_plain(taxonomy_text(&groups[g]->words, TAXONOMY_MINOR));
        for (size_t i = 0; i < n; i++)
            assert_plain(taxonomy_text(&rows[i]->words, TAXONOMY_MINOR));
    }
    for (uint8_t q = 1; q <= TAXONOMY_QUESTIONS_MAX; q++)
        assert_plain(taxonomy_question(q, TAXONOMY_MINOR));
    for (uint8_t level = TAXONOMY_CONSENT_MIN; level <= TAXONOMY_CONSENT_MAX; level++)
        assert_plain(taxonomy_consent_text(level, TAXONOMY_MINOR));
}

static void questions_have_words_and_a_name(void **state)
{
    for (uint8_t q = 1; q <= TAXONOMY_QUESTIONS_MAX; q++) {
        for (int reader = 0; reader < TAXONOMY_READERS; reader++) {
            const char *text = taxonomy_question(q, (enum taxonomy_reader)reader);
            assert_shown(text);
            assert_int_equal(text[strlen(text) - 1], '?');
        }
        assert_shown(taxonomy_question_name(q));
        for (uint8_t other = 1; other < q; other++)
            assert_string_not_equal(taxonomy_question_name(q), taxonomy_question_name(other));
    }
    assert_null(taxonomy_question(0, TAXONOMY_ADULT));
    assert_null(taxonomy_question(TAXONOMY_QUESTIONS_MAX + 1, TAXONOMY_ADULT));
    assert_null(taxonomy_question_name(0));
    assert_null(taxonomy_question_name(TAXONOMY_QUESTIONS_MAX + 1));
}

static void questions_asked_are_known_and_asked_once(void **state)
{
    size_t n = 0;
    const struct taxonomy_category *all = taxonomy_categories(&n);
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < TAXONOMY_ASKED_MAX; k++) {
            const uint8_t q = all[i].asked[k];
            assert_true(q == 0 || taxonomy_question(q, TAXONOMY_ADULT) != NULL);
            assert_true(k == 0 || q == 0 || all[i].asked[k - 1] != 0);
            assert_true(k == 0 || all[i].code[0] != 'D' || q == 0);
            for (size_t j = 0; j < k; j++)
                assert_true(q == 0 || all[i].asked[j] != q);
        }
}

/* answers: one of "yn-" for each question. */
static int triage(const char *category, const char *answers)
{
    uint8_t given[TAXONOMY_QUESTIONS_MAX] = {0};
    size_t n = strlen(answers);
    for (size_t i = 0; i < n; i++)
        given[i] = answers[i] == 'y' ? 1 : answers[i] == 'n' ? 2 : 0;
    return taxonomy_triage(category, given, n);
}

static void answers_make_it_more_urgent(void **state)
{
    assert_int_equal(triage("A3", ""), TAXONOMY_U2);
    assert_int_equal(triage("A3", "y"), TAXONOMY_U1); /* marks fade */
    assert_int_equal(triage("A3", "y-y"), TAXONOMY_U1);
    assert_int_equal(triage("A3", "y-n"), TAXONOMY_U0); /* and no doctor has looked */
    assert_int_equal(triage("A3", "--n"), TAXONOMY_U2);
    assert_int_equal(triage("D1", "-y"), TAXONOMY_U0);   /* danger */
    assert_int_equal(triage("C1", "---y"), TAXONOMY_U0); /* worse */
    assert_int_equal(triage("C4", "---y"), TAXONOMY_U0);
    assert_int_equal(triage("D1", "---y"), TAXONOMY_U2);
    assert_int_equal(triage("D1", "--ny"), TAXONOMY_U1);
    assert_int_equal(triage("B1", "----y"), TAXONOMY_U1);   /* alone */
    assert_int_equal(triage("D2", "-----y"), TAXONOMY_U1);  /* not eating */
    assert_int_equal(triage("F2", "------y"), TAXONOMY_U1); /* past release */
    assert_int_equal(triage("E1", "-------y"), TAXONOMY_U1);
    assert_int_equal(triage("F2", "-------y"), TAXONOMY_U2);
    assert_int_equal(triage("a7", "nnnnnnnn"), TAXONOMY_U0);
    assert_int_equal(triage("Z9", ""), TAXONOMY_U3);
    assert_int_equal(triage("Z9", "-y"), TAXONOMY_U0);
    assert_int_equal(triage("Z9", "---y"), TAXONOMY_U2);
}

static void advance(uint8_t answers[TAXONOMY_QUESTIONS_MAX])
{
    size_t i = 0;
    while (i < TAXONOMY_QUESTIONS_MAX && ++answers[i] == 3)
        answers[i++] = 0;
}

/* Every category with every set of answers, against the same set with one answer skipped. */
static void no_answer_makes_it_less_urgent(void **state)
{
    size_t n = 0;
    const struct taxonomy_category *all = taxonomy_categories(&n);
    uint8_t answers[TAXONOMY_QUESTIONS_MAX] = {0};
    for (int set = 0; set < 6561; set++, advance(answers))
        for (size_t i = 0; i < n; i++) {
            const enum taxonomy_urgency is = taxonomy_triage(all[i].code, answers, 8);
            assert_true(is <= all[i].urgency);
            for (size_t q = 0; q < 8; q++) {
                uint8_t skipped[TAXONOMY_QUESTIONS_MAX];
                memcpy(skipped, answers, sizeof skipped);
                skipped[q] = 0;
                assert_true(is <= taxonomy_triage(all[i].code, skipped, 8));
            }
        }
}

static void facility_types_have_their_numbers(void **state)
{
    static const char *const codes[] = {"PEN",  "RCP", "SIZO",  "IVS",   "GUARD", "SPR",
                                        "HLTH", "SOC", "CHILD", "OTHER", "WOMEN"};
    size_t n = 0;
    const struct taxonomy_facility *all = taxonomy_facilities(&n);
    assert_int_equal(n, TYPES);
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
    assert_null(taxonomy_facility_numbered(TYPES + 1));
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
    assert_null(taxonomy_consent_text(0, TAXONOMY_ADULT));
    assert_null(taxonomy_consent_text(5, TAXONOMY_ADULT));
    assert_null(taxonomy_urgency_text((enum taxonomy_urgency)4));
    for (uint8_t level = TAXONOMY_CONSENT_MIN; level <= TAXONOMY_CONSENT_MAX; level++)
        for (int reader = 0; reader < TAXONOMY_READERS; reader++)
            assert_shown(taxonomy_consent_text(level, (enum taxonomy_reader)reader));
    for (int u = TAXONOMY_U0; u <= TAXONOMY_U3; u++)
        assert_shown(taxonomy_urgency_text((enum taxonomy_urgency)u));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_code_is_there_with_its_urgency),
        cmocka_unit_test(texts_are_there_differ_and_fit),
        cmocka_unit_test(groups_are_a_to_h),
        cmocka_unit_test(everybody_reaches_everything_in_two_digits),
        cmocka_unit_test(a_place_speaks_for_its_readers),
        cmocka_unit_test(under_18_is_offered_where_not_everybody_is),
        cmocka_unit_test(what_matters_most_to_a_reader_stands_first),
        cmocka_unit_test(minors_read_no_legal_words),
        cmocka_unit_test(questions_have_words_and_a_name),
        cmocka_unit_test(questions_asked_are_known_and_asked_once),
        cmocka_unit_test(answers_make_it_more_urgent),
        cmocka_unit_test(no_answer_makes_it_less_urgent),
        cmocka_unit_test(facility_types_have_their_numbers),
        cmocka_unit_test(statuses_are_found_and_say_a_public_state),
        cmocka_unit_test(categories_are_found_in_either_case),
        cmocka_unit_test(unknown_numbers_have_no_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
