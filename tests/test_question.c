/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Questions to a person: how an officer writes one, what the person gets of it, and what of their
   choice and their reading the office shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "complaint/taxonomy.h"
#include "office/casefile.h"
#include "office/question.h"
#include "office/reaction.h"
#include "office/triage.h"
#include "tests/lib/publish_test.h"

#define ASKED "Has anything happened to you?\n1 No\n2) Yes, I can write about it\n3. Yes, come\n"

/* --- as it is written --- */

static void assert_parts(const char *text, size_t len, const char *const *choices, size_t n)
{
    struct question question;
    assert_int_equal(question_split(text, strlen(text), &question), ERROR_NONE);
    assert_int_equal(question.len, len);
    assert_int_equal(question.count, n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(question.choices[i].len, strlen(choices[i]));
        assert_memory_equal(text + question.choices[i].at, choices[i], strlen(choices[i]));
    }
}

static void test_the_last_lines_are_the_answers(void **state)
{
    static const char *const three[] = {"No", "Yes, I can write about it", "Yes, come"};
    static const char *const one[] = {"I have read it"};
    assert_parts(ASKED, 29, three, 3);
    assert_parts("Read?\n\n1   I have read it  \n\n", 5, one, 1);
    /* Lines that are numbered like answers, but are not at the end or in order, are asked. */
    assert_parts("1 a\n2 b\n1 I have read it", 7, one, 1);
}

static void test_what_is_no_question(void **state)
{
    static const char *const texts[] = {
        "",
        "We visited you.",
        "1 Yes\n2 No",
        "Well?\n2 No",
        "Well?\n1 Yes\n3 No",
        "Well?\n1",
        "Well?\n1 ",
        "Well?\n1 Yes\n2 ",
        "Well?\n1Yes",
        "Well?\n0 Yes",
        "Well?\n4 a",
        " \n\n1 Yes",
        "Well?\n1 a\nb",
        "Well?\n1 a\n\n3 c",
    };
    static char longest[8 + ANSWER_CHOICE_MAX + 1] = "Well?\n1 ";
    struct question question;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_int_equal(question_split(texts[i], strlen(texts[i]), &question), ERROR_QUESTION);
        assert_int_equal(question.count + question.len, 0);
    }
    memset(longest + 8, 'x', ANSWER_CHOICE_MAX + 1);
    assert_int_equal(question_split(longest, 8 + ANSWER_CHOICE_MAX, &question), ERROR_NONE);
    assert_int_equal(question_split(longest, sizeof longest, &question), ERROR_QUESTION);
}

/* --- on its way --- */

static enum error ask(struct publish_scene *scene, const char *text)
{
    struct casefile *casefile = NULL;
    bool kept = false;
    enum error error = casefile_load(&scene->desk.vault, 1, &casefile);
    if (error == ERROR_NONE)
        error = triage_ask(casefile, text, strlen(text), FAKE_DESK_NOW, &kept);
    casefile_free(&casefile);
    return error;
}

static void test_the_person_gets_the_answers_to_choose_from(void **state)
{
    struct publish_scene *scene = *state;
    struct answer answer;
    publish_test_file(scene, 'a');
    assert_int_equal(ask(scene, ASKED), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(publish_test_message(scene, 'a', 1, &answer), ERROR_NONE);
    assert_int_equal(answer.kind, ANSWER_QUESTION);
    assert_int_equal(answer.state, TAXONOMY_ANSWERED);
    assert_int_equal(answer.len, 29);
    assert_memory_equal(answer.text, ASKED, 29);
    assert_int_equal(answer_choices(&answer), 3);
    assert_int_equal(answer.choices[2], 9);
    assert_memory_equal(answer_choice(&answer, 2), "Yes, come", 9);
    assert_string_equal(taxonomy_status_numbered(publish_test_look(scene).status)->code,
                        "need-info");
    assert_false(publish_test_look(scene).waits);
}

static void test_what_is_no_question_is_not_sent(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    assert_int_equal(ask(scene, "Has anything happened?"), ERROR_QUESTION);
    assert_int_equal(ask(scene, " \n"), ERROR_TEXT_EMPTY);
    assert_int_equal(publish_test_look(scene).messages, 0);
    assert_true(publish_test_look(scene).waits);
}

/* Somebody whose case is closed is asked, too, whether something happened since. */
static void test_a_closed_case_stays_closed(void **state)
{
    struct publish_scene *scene = *state;
    struct answer answer;
    publish_test_file(scene, 'a');
    assert_int_equal(publish_test_status(scene, "closed-upheld"), ERROR_NONE);
    assert_int_equal(ask(scene, ASKED), ERROR_NONE);
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(publish_test_message(scene, 'a', 2, &answer), ERROR_NONE);
    assert_int_equal(answer.kind, ANSWER_QUESTION);
    assert_int_equal(answer.state, TAXONOMY_CLOSED);
    assert_string_equal(taxonomy_status_numbered(publish_test_look(scene).status)->code,
                        "closed-upheld");
}

/* --- what comes back --- */

/* The person's next letter about message 1: a follow-up with a choice, or a note of the kind seen,
   days before the desk's. */
static void comes_back(struct publish_scene *scene, enum letter_kind kind, char who, uint8_t choice,
                       uint32_t earlier, struct import_report *report)
{
    struct letter letter = fake_kiosk_letter(&scene->kiosk, who, "");
    letter.kind = kind;
    letter.seen = 1;
    letter.question = choice > 0;
    letter.choice = choice;
    letter.day -= earlier;
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    const uint64_t seq = scene->kiosk.seq;
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, seq, seq, report), ERROR_NONE);
}

static void assert_shown(struct publish_scene *scene, int json, const char *what, bool is)
{
    size_t len = 0;
    char *shown = fake_desk_show(&scene->desk, 1, json, &len);
    if ((strstr(shown, what) != NULL) != is)
        fail_msg("%s: %s in:\n%s", what, is ? "is not" : "is", shown);
    free(shown);
}

static void test_words_that_were_read_are_said_to_be(void **state)
{
    struct publish_scene *scene = *state;
    struct import_report report = {0};
    publish_test_file(scene, 'a');
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "We come.", 8, FAKE_DESK_DAY), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "Soon.", 5, FAKE_DESK_DAY), ERROR_NONE);
    assert_shown(scene, 0, "Read by the person", false);
    assert_shown(scene, 1, "\"read\": null", true);
    comes_back(scene, LETTER_SEEN, 'a', 0, 0, &report);
    assert_int_equal(report.seen, 1);
    assert_int_equal(report.covers + report.joined + report.complaints, 0);
    assert_shown(scene, 0, "Read by the person: 2026-11-22", true);
    assert_shown(scene, 1, "\"read\": \"2026-11-22\"", true);
    assert_shown(scene, 1, "\"read\": null", true); /* of the second nothing is said */
    /* It is no letter: nobody has to answer it, and it stands in no officer's way. */
    assert_false(publish_test_look(scene).waits);
    assert_int_equal(publish_test_look(scene).letters, 1);
}

/* An answer is refused when a letter came that its officer had not seen; not for a note. */
static void test_a_note_of_what_was_seen_refuses_no_answer(void **state)
{
    struct publish_scene *scene = *state;
    struct casefile *casefile = NULL;
    bool kept = false;
    publish_test_file(scene, 'a');
    assert_int_equal(casefile_load(&scene->desk.vault, 1, &casefile), ERROR_NONE);
    comes_back(scene, LETTER_SEEN, 'a', 0, 0, NULL);
    assert_int_equal(triage_answer(casefile, "yes", 3, FAKE_DESK_NOW, &kept), ERROR_NONE);
    casefile_free(&casefile);
}

/* Whoever seals such a note about a case that there is not makes none, and keeps nothing else of
   the bundle out. */
static void test_a_note_about_no_case_is_left_out(void **state)
{
    struct publish_scene *scene = *state;
    struct import_report report = {0};
    comes_back(scene, LETTER_SEEN, 'z', 0, 0, &report);
    assert_int_equal(report.records, 1);
    assert_int_equal(fold_case_count(scene->desk.vault.history.fold), 0);
    publish_test_file(scene, 'a');
    assert_int_equal(fold_case_count(scene->desk.vault.history.fold), 1);
}

/* As when an office that was restored imports all of it again, in one bundle. */
static void test_a_note_that_comes_with_its_case_is_kept(void **state)
{
    struct publish_scene *scene = *state;
    struct fake_kiosk *kiosk = &scene->kiosk;
    struct letter letter = fake_kiosk_letter(kiosk, 'a', "text");
    fake_kiosk_add(kiosk, &scene->desk.vault.charter, &letter);
    letter = fake_kiosk_letter(kiosk, 'a', "");
    letter.kind = LETTER_SEEN;
    letter.seen = 1;
    fake_kiosk_add(kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, kiosk, 1, 2, NULL), ERROR_NONE);
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "We come.", 8, FAKE_DESK_DAY), ERROR_NONE);
    assert_shown(scene, 0, "Read by the person: 2026-11-22", true);
}

static void test_the_choice_stands_beside_its_question(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    assert_int_equal(ask(scene, ASKED), ERROR_NONE);
    assert_shown(scene, 0, "A question. No answer to it has come yet.", true);
    assert_shown(scene, 1, "\"kind\": \"question\"", true);
    assert_shown(scene, 1, "\"text\": \"Has anything happened to you?\"", true);
    assert_shown(scene, 1, "\"Yes, I can write about it\"", true);
    comes_back(scene, LETTER_FOLLOWUP, 'a', 2, 0, NULL);
    assert_shown(scene, 0, "No answer to it", false);
    assert_shown(scene, 0,
                 "Answered by the person: 2026-11-22\n        2 Yes, I can write about it\n", true);
    assert_shown(scene, 0, "Answers message 1: 2", true);
    assert_shown(scene, 1, "\"choice\": 2", true);
    assert_true(publish_test_look(scene).waits);
}

/* The last one counts, by the days of the letters: they may arrive in another order. */
static void test_who_answers_twice_has_changed_their_mind(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    assert_int_equal(ask(scene, ASKED), ERROR_NONE);
    comes_back(scene, LETTER_FOLLOWUP, 'a', 3, 0, NULL);
    comes_back(scene, LETTER_FOLLOWUP, 'a', 1, 1, NULL);
    assert_shown(scene, 0, "Answered by the person: 2026-11-22\n        3 Yes, come\n", true);
    assert_shown(scene, 0, "Read by the person: 2026-11-21", true);
}

static void test_an_answer_that_there_is_not_is_shown_as_such(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    assert_int_equal(ask(scene, "Well?\n1 Yes"), ERROR_NONE);
    comes_back(scene, LETTER_FOLLOWUP, 'a', 3, 0, NULL);
    assert_shown(scene, 0, "3 There is no such answer.", true);
}

/* What a person allows stands beside each of their letters. */
static void test_a_followup_has_a_consent_of_its_own(void **state)
{
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', "more");
    letter.kind = LETTER_FOLLOWUP;
    letter.consent = 2;
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 2, 2, NULL), ERROR_NONE);
    size_t len = 0;
    char *shown = fake_desk_show(&scene->desk, 1, 0, &len);
    const char *followup = strstr(shown, "The person wrote again");
    assert_non_null(followup);
    assert_non_null(strstr(followup, "Who may know: "));
    assert_non_null(strstr(followup, taxonomy_consent_text(2, TAXONOMY_ADULT)));
    free(shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_last_lines_are_the_answers),
        cmocka_unit_test(test_what_is_no_question),
        PUBLISH_TEST(test_the_person_gets_the_answers_to_choose_from),
        PUBLISH_TEST(test_what_is_no_question_is_not_sent),
        PUBLISH_TEST(test_a_closed_case_stays_closed),
        PUBLISH_TEST(test_words_that_were_read_are_said_to_be),
        PUBLISH_TEST(test_a_note_of_what_was_seen_refuses_no_answer),
        PUBLISH_TEST(test_a_note_about_no_case_is_left_out),
        PUBLISH_TEST(test_a_note_that_comes_with_its_case_is_kept),
        PUBLISH_TEST(test_the_choice_stands_beside_its_question),
        PUBLISH_TEST(test_who_answers_twice_has_changed_their_mind),
        PUBLISH_TEST(test_an_answer_that_there_is_not_is_shown_as_such),
        PUBLISH_TEST(test_a_followup_has_a_consent_of_its_own),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
