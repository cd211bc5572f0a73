/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was answered and typed arrives, and nothing else does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/lang.h"
#include "complaint/taxonomy.h"
#include "session/slip.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/raster.h"
#include "tests/lib/session_test.h"

/* ---- what was answered and typed arrives ---- */

static char scanned[64]; /* what a scanner reads from the last receipt */

static void scan(const struct screen *screen)
{
    if (screen_at(screen, 4, 4)->style == SCREEN_MODULES)
        assert_int_equal(raster_scan(screen, scanned, sizeof scanned), 1);
}

static void test_complaint_arrives(void **state)
{
    static const char text[] = "Мені ұрды. Меня били! 12 \n'%s%n ә€";
    struct letter letter;
    char code[CODE_LEN];
    char parsed[CODE_LEN];

    session->quick = false;
    session->terminal.watch = scan;
    assert_int_equal(
        play(MENU
             "1 "
             "[who is it about?] 3 "
             "[how many people?] 12 Enter "
             "[what is it about?] 1 1 "
             "[how urgent is it?] 1 2 0 "
             "[who may know?] 3 "
             "[Is this right?] 2 "
             "[your own words] \"Мені ұрды. Меня били! 12 \" Tab \"'%s%n ә€\" Enter "
             "[Is this right?] 3 "
             "[your name] \"айгүл\" Enter "
             "[Is this right?] 1 "
             "[do you want a PIN?] show 135 Enter show Backspace Backspace Backspace 13579 Enter "
             "[the PIN once more] 13578 Enter "
             "[do you want a PIN?] show 13579 Enter "
             "[the PIN once more] 13579 Enter "
             "[It is stored.] show 1 "
             "[This is your number] show 1 "
             "[of your number, please] Enter Enter "
             "[Wipe the number and leave?] Esc "
             "[It is stored.] 1 "
             "[This is your number] Esc "
             "[It is stored.] 1 "
             "[This is your number] 1 "
             "[of your number, please] Check Enter Check Enter "
             "[Wipe the number and leave?] show Enter"),
        SESSION_STORED);
    assert_kept(1, "A PIN has 4 digits or more");
    assert_kept(2, "not the same");
    assert_not_kept(3, "1234");
    assert_kept(5, "Wipe the number");

    fake_terminal_code(session->terminal.kept[4], code);
    assert_int_equal(code_parse(code, strlen(code), parsed), ERROR_NONE);
    assert_string_equal(scanned, code);

    assert_sent(&letter, LETTER_COMPLAINT, "A1");
    assert_string_equal(letter.language, "en");
    assert_int_equal(letter.about, 3);
    assert_int_equal(letter.people, 12);
    assert_int_equal(letter.consent, 3);
    assert_int_equal(letter.urgent_count, 2); /* marks: yes, danger: no, a doctor: not said */
    assert_int_equal(letter.urgent[0], 1);
    assert_int_equal(letter.urgent[1], 2);
    assert_int_equal(letter.name_len, strlen("Айгүл"));
    assert_memory_equal(letter.name, "Айгүл", letter.name_len);
    assert_int_equal(letter.text_len, sizeof text - 1);
    assert_memory_equal(letter.text, text, letter.text_len);
    assert_keys(&letter, code, "13579");
}

/* Digits and Enter alone: every question answered, no word typed. */
static void test_digits_are_enough(void **state)
{
    struct letter letter;

    for (size_t i = 0; i < LANG_COUNT; i++) {
        session->terminal.language = lang_code(i);
        assert_int_equal(play("[Choose a language] Language "
                              "[What do you want to do?] 1 "
                              "[who is it about?] 1 "
                              "[what is it about?] 1 1 "
                              "[how urgent is it?] 1 1 2 "
                              "[who may know?] 1 " SEND GO),
                         SESSION_STORED);
        assert_true(session->presses_at_store <= 11);
        assert_sent(&letter, LETTER_COMPLAINT, "A1");
        assert_int_equal(letter.about, 1);
        assert_int_equal(letter.urgent_count, 3);
        assert_int_equal(letter.text_len, 0);
        assert_int_equal(letter.name_len, 0);
    }
}

/* From the first letter to the answer and more about it, in every language. */
static void test_full_path_with_followup(void **state)
{
    static const char *const texts[] = {"", "We visited."};
    struct code_keys own;
    struct letter letter;
    char script[640];

    for (size_t i = 0; i < LANG_COUNT; i++) {
        session->terminal.language = lang_code(i);
        play("[Choose a language] Language "
             "[What do you want to do?] 1 "
             "[who is it about?] 1 "
             "[what is it about?] 3 1 "
             "[how urgent is it?] 0 0 "
             "[who may know?] 0 "
             "[Is this right?] 2 "
             "[your own words] \"Дәрігер жоқ\" Enter "
             "[Is this right?] 1 "
             "[do you want a PIN?] 123456 Enter "
             "[the PIN once more] 123456 Enter "
             "[It is stored.] 1 "
             "[This is your number] 1 "
             "[of your number, please] Check Enter Check Enter "
             "[Wipe the number and leave?] Enter");
        assert_sent(&letter, LETTER_COMPLAINT, "C1");
        assert_int_equal(fake_session_derive(session, session->code, "123456", NULL, &own), 0);
        assert_int_equal(fake_session_answer(session, &own, texts, 2), 0);
        snprintf(script, sizeof script,
                 "[Choose a language] Language "
                 "[What do you want to do?] 2 "
                 "[Your number] %s Enter "
                 "[Your PIN] 123456 Enter "
                 "[There is an answer for you.] show 1 "
                 "[your own words] \"Тағы да\" Enter "
                 "[who may know?] 0 "
                 "[Is this right?] 1 "
                 "[Send it now?] Enter "
                 "[It is stored] Enter",
                 session->code);
        play(script);
        assert_kept(0, "We visited.");
        assert_sent(&letter, LETTER_FOLLOWUP, "H1");
        assert_memory_equal(letter.tag_key, own.tag, CODE_KEY_LEN);
        assert_memory_equal(letter.text, "Тағы да", letter.text_len);
    }
}

/* A PIN that was begun and left must not lock what is sent later. */
static void test_half_a_pin_locks_nothing(void **state)
{
    struct letter letter;

    play(WRITTEN "[Is this right?] 1 "
                 "[do you want a PIN?] 12 Esc " BACK "[What do you want to do?] 8 "
                 "[I am in danger or hurt now] Enter " SEND GO);
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_keys(&letter, session->code, "");
    play(WRITTEN "[Is this right?] 1 "
                 "[do you want a PIN?] 123456 Enter "
                 "[the PIN once more] 1234 Esc "
                 "[do you want a PIN?] Esc " SEND GO);
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_keys(&letter, session->code, "");
}

/* Without a text there are only the answers: they are not lost unasked. */
static void test_leaving_asks_about_answers(void **state)
{
    play(MENU "1 "
              "[who is it about?] 1 "
              "[what is it about?] 1 1 "
              "[how urgent is it?] 1 1 1 "
              "[who may know?] 1 "
              "[Is this right?] Esc "
              "[who may know?] Esc "
              "[how urgent is it?] Esc Esc Esc "
              "[what is it about?] Esc "
              "[who is it about?] Esc "
              "[What do you want to do?] 7 "
              "[Throw it away?] show 1 "
              "[What do you want to do?] 2 "
              "[Throw it away?] show 1 "
              "[What do you want to do?] 8 "
              "[I am in danger or hurt now] 1 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 " BACK "[What do you want to do?] 7 "
              "[Throw it away?] show Idle");
    for (int i = 0; i < 3; i++)
        assert_kept(i, "Throw it away?");
    assert_cover();
}

/* Through all questions once more with Enter: nothing changes. */
static void test_enter_keeps_what_was_answered(void **state)
{
    struct letter letter;

    play(MENU "1 "
              "[who is it about?] 3 "
              "[how many people?] 12 Enter "
              "[what is it about?] 1 1 "
              "[how urgent is it?] 1 2 0 "
              "[who may know?] 3 "
              "[Is this right?] 4 "
              "[who is it about?] Enter "
              "[how many people?] Enter "
              "[what is it about?] Enter "
              "[how urgent is it?] show Enter Enter Enter "
              "[who may know?] Enter " SEND GO);
    assert_kept(0, "Enter keeps: Yes");
    assert_sent(&letter, LETTER_COMPLAINT, "A1");
    assert_int_equal(letter.about, 3);
    assert_int_equal(letter.people, 12);
    assert_int_equal(letter.urgent[0], 1);
    assert_int_equal(letter.urgent[1], 2);
    assert_int_equal(letter.consent, 3);
}

/* What was answered can be changed, kept and taken back. */
static void test_answers_are_kept_and_taken_back(void **state)
{
    struct letter letter;

    play(MENU "1 "
              "[who is it about?] 3 "
              "[how many people?] 12 Enter "
              "[what is it about?] 3 1 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 "
              "[Is this right?] 4 "
              "[who is it about?] 3 "
              "[how many people?] Enter "
              "[what is it about?] 3 1 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 " SEND GO);
    assert_sent(&letter, LETTER_COMPLAINT, "C1");
    assert_int_equal(letter.people, 12);
    play(MENU "1 "
              "[who is it about?] 4 "
              "[what is it about?] 1 1 "
              "[how urgent is it?] 0 0 0 "
              "[who may know?] 0 "
              "[Is this right?] 4 "
              "[who is it about?] 0 "
              "[what is it about?] show 1 0 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 " SEND GO);
    assert_kept(0, "Isolation, being tied up"); /* an adult's words again */
    assert_int_equal(fake_session_open(session, &letter), ERROR_NONE);
    assert_int_equal(letter.about, 0);
    play(MENU "1 "
              "[who is it about?] 1 "
              "[what is it about?] 7 Esc "
              "[who is it about?] 1 "
              "[what is it about?] 3 1 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 " SEND GO); /* looked at, not said */
    assert_int_equal(fake_session_open(session, &letter), ERROR_NONE);
    assert_int_equal(letter.about, 1);
    play(MENU "1 "
              "[who is it about?] 4 "
              "[what is it about?] 1 1 "
              "[how urgent is it?] 0 0 0 "
              "[who may know?] 0 "
              "[Is this right?] 5 "
              "[Throw it away?] 2 "
              "[What do you want to do?] show Idle"); /* thrown away with all the rest */
    assert_kept(0, "I think of ending my life");
}

static void test_empty_complaint_after_failed_stores(void **state)
{
    struct letter letter;

    assert_int_equal(play(MENU "1 "
                               "[who is it about?] 0 "
                               "[what is it about?] 0 "
                               "[how urgent is it?] 0 0 "
                               "[who may know?] 0 "
                               "[Is this right?] 1 "
                               "[do you want a PIN?] fail fail Enter "
                               "[It is not stored yet] show 1 show 1 "
                               "[It is stored.] show 0 "
                               "[Wipe the number and leave?] Enter"),
                     SESSION_STORED);
    assert_int_equal(session->attempts, 3);
    assert_false(session->changed);
    assert_int_equal(session->stored, 1);
    assert_kept(0, "not stored yet");
    assert_string_equal(session->terminal.kept[0], session->terminal.kept[1]);
    assert_kept(2, "It is stored");
    assert_sent(&letter, LETTER_COMPLAINT, "H1");
    assert_int_equal(letter.text_len, 0);
    assert_int_equal(letter.about, 0);
    assert_int_equal(letter.urgent_count, 0);
}

static void test_leaving_after_a_failed_store(void **state)
{
    assert_int_equal(play(WRITTEN "[Is this right?] 1 "
                                  "[do you want a PIN?] fail Enter "
                                  "[It is not stored yet] Esc 2"),
                     SESSION_STORED);
    assert_cover();
}

/* Another category, so other questions: the old answers go. */
static void test_review_changes(void **state)
{
    struct letter letter;

    play(MENU "1 "
              "[who is it about?] 1 "
              "[what is it about?] 1 1 "
              "[how urgent is it?] 1 1 1 "
              "[who may know?] 1 "
              "[Is this right?] 2 "
              "[your own words] \"I am not safe\" Enter "
              "[Is this right?] F3 show 2 "
              "[your own words] \" here\" Enter "
              "[Is this right?] F3 show 4 "
              "[who is it about?] 2 "
              "[what is it about?] 3 1 "
              "[how urgent is it?] 1 0 "
              "[who may know?] 2 "
              "[Is this right?] show 4 "
              "[who is it about?] Esc "
              "[What do you want to do?] Esc "
              "[Choose a language] 1 0 0 0 0 0 show 1 Enter 0 Enter");
    assert_kept(0, "Someone in charge hurt me");
    assert_kept(1, "I am not safe here");
    assert_kept(2, "no doctor");
    assert_kept(2, "Someone else");
    assert_not_kept(2, "marks");
    assert_int_equal(session->stored, 1);
    assert_int_equal(fake_session_open(session, &letter), ERROR_NONE);
}

static void test_full_text(void **state)
{
    static const char beginning[] = TO_TEXT "F3 \"";
    static char script[LETTER_TEXT_MAX + 1024];
    struct letter letter;
    char *at = stpcpy(script, beginning);

    /* Characters of four bytes: the limit is reached with the fewest session_keys. */
    for (size_t i = 0; i < LETTER_TEXT_MAX / 4; i++)
        at = stpcpy(at, "𠀀");
    stpcpy(at, "\" \"more than fits\" show Enter " SEND GO);
    play(script);
    assert_kept(0, "Letters left: 0");
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.text_len, LETTER_TEXT_MAX);
    assert_memory_equal(letter.text, script + strlen(beginning), LETTER_TEXT_MAX);
}

/* ---- the words follow the place and the answer ---- */

static void test_words_for_the_reader(void **state)
{
    struct letter letter;

    play(MENU "1 [who is it about?] 1 [what is it about?] show 1 show Idle");
    assert_kept(0, "I am under 18");
    assert_kept(1, "Someone in charge hurt me");
    play(MENU "1 "
              "[who is it about?] 4 "
              "[what is it about?] show 1 show 1 "
              "[how urgent is it?] 0 0 0 "
              "[who may know?] 0 " SEND GO);
    assert_not_kept(0, "I am under 18");
    assert_kept(1, "An adult here");
    assert_sent(&letter, LETTER_COMPLAINT, "G1");
    assert_int_equal(letter.about, LETTER_ABOUT_MINOR);
    play(MENU "1 "
              "[who is it about?] 1 "
              "[what is it about?] 7 Esc "
              "[who is it about?] show 1 "
              "[what is it about?] 7 1 0 "
              "[how urgent is it?] 0 0 "
              "[who may know?] Esc "
              "[how urgent is it?] Esc Esc "
              "[what is it about?] Esc "
              "[who is it about?] Esc "
              "[What do you want to do?] Esc "
              "[Choose a language] show Idle");
    assert_kept(0, "who is it about");
    fake_session_play(session,
                      MENU "1 "
                           "[who is it about?] 1 "
                           "[what is it about?] 7 Esc "
                           "[who is it about?] Esc "
                           "[What do you want to do?] show Idle"); /* looked at, not said */
    assert_kept(0, "I think of ending my life");
    /* Said in the list of groups. */
    play(MENU "1 [who is it about?] 1 [what is it about?] 7 1 show Idle");
    assert_kept(0, "An adult here");
    session->place.card.type = taxonomy_facility("CHILD")->number;
    play(MENU "1 [who is it about?] show 1 [what is it about?] 1 show Idle");
    assert_not_kept(0, "under 18");
    assert_kept(1, "An adult here");
    session->place.card.type = taxonomy_facility("WOMEN")->number;
    play(MENU "1 [who is it about?] 1 [what is it about?] 3 show Idle");
    assert_true(strstr(session->terminal.kept[0], "Pregnancy") <
                strstr(session->terminal.kept[0], "I am ill"));
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SESSION_TEST(test_complaint_arrives),
        SESSION_TEST(test_digits_are_enough),
        SESSION_TEST(test_full_path_with_followup),
        SESSION_TEST(test_half_a_pin_locks_nothing),
        SESSION_TEST(test_leaving_asks_about_answers),
        SESSION_TEST(test_enter_keeps_what_was_answered),
        SESSION_TEST(test_answers_are_kept_and_taken_back),
        SESSION_TEST(test_empty_complaint_after_failed_stores),
        SESSION_TEST(test_leaving_after_a_failed_store),
        SESSION_TEST(test_review_changes),
        SESSION_TEST(test_full_text),
        SESSION_TEST(test_words_for_the_reader),
    };

    if (session_test_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
