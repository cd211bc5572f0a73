/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's questions on the screen, what is said of messages that were read, and messages of a
   kind that this program does not know. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/fake_session.h"
#include "tests/lib/session_test.h"

#define ASK                                                                                        \
    FAKE_SESSION_ASKS "Has anything happened to you?|No|Yes, I can write about it|Yes, come here"

/* To the messages. */
#define READ                                                                                       \
    MENU "2 "                                                                                      \
         "[Your number] " FAKE_SESSION_CODE " Enter "                                              \
         "[Your PIN] " FAKE_SESSION_PIN " Enter "

/* From the messages, by the menu. */
#define LEAVE "Enter [What do you want to do?] Idle"

static void give(const char *const *texts, size_t n)
{
    assert_int_equal(fake_session_answer(session, &session_keys, texts, n), 0);
}

/* --- answering --- */

static void test_a_digit_answers(void **state)
{
    static const char *const texts[] = {"We visited.", ASK};
    struct letter letter;
    give(texts, 2);
    assert_int_equal(play(READ "[There is an answer for you.] show 2 "
                               "[The office asks you] show 2 "
                               "[who may know?] show 0 "
                               "[Is this right?] show 1 "
                               "[Send it now?] Enter "
                               "[It is stored] Enter"),
                     SESSION_STORED);
    assert_kept(0, "Has anything happened to you?");
    assert_kept(0, "This is a question. Press 2 to answer it.");
    assert_kept(0, "2  Answer the office's question");
    assert_kept(1, "2  Yes, I can write about it");
    assert_not_kept(2, "Enter keeps");
    assert_kept(3, "Your answer: 2 Yes, I can write about it");
    assert_kept(3, "Who may know: Only the Commissioner's office.");
    assert_sent(&letter, LETTER_FOLLOWUP, "H1");
    assert_int_equal(letter.question, 2);
    assert_int_equal(letter.choice, 2);
    assert_int_equal(letter.seen, 2);
    assert_int_equal(letter.consent, 1);
    assert_int_equal(letter.text_len, 0);
    assert_in_range(letter.arrival, 1, LETTER_ARRIVAL_MAX);
    assert_memory_equal(letter.tag_key, session_keys.tag, CODE_KEY_LEN);
}

/* Words can go with it, and it can be chosen anew. */
static void test_an_answer_with_words(void **state)
{
    static const char *const texts[] = {ASK};
    struct letter letter;
    give(texts, 1);
    play(READ "[It arrived.] 2 "
              "[The office asks you] 1 "
              "[who may know?] Esc "
              "[It arrived.] 2 "
              "[The office asks you] 3 "
              "[who may know?] 3 "
              "[Is this right?] 2 "
              "[your own words] \"today\" Esc "
              "[Is this right?] 2 "
              "[your own words] Enter "
              "[Is this right?] F3 show 1 "
              "[Send it now?] Enter "
              "[It is stored] Enter");
    assert_kept(0, "Your answer: 3 Yes, come here");
    assert_kept(0, "Today");
    assert_sent(&letter, LETTER_FOLLOWUP, "H1");
    assert_int_equal(letter.question, 1);
    assert_int_equal(letter.choice, 3);
    assert_int_equal(letter.consent, 3);
    assert_int_equal(letter.text_len, 5);
}

static void test_several_questions_the_last_first(void **state)
{
    static const char *const texts[] = {FAKE_SESSION_ASKS "First?|Yes", "We visited.",
                                        FAKE_SESSION_ASKS "Second?|Yes|No"};
    struct letter letter;
    give(texts, 3);
    play(READ "[There is an answer for you.] 2 "
              "[The office asks you] show 0 show 2 0 show 0 1 "
              "[who may know?] 0 "
              "[Is this right?] 1 [Send it now?] Enter [It is stored] Enter");
    assert_kept(0, "Second?");
    assert_kept(1, "First?"); /* which has no second answer: that key does nothing */
    assert_kept(2, "Second?");
    assert_sent(&letter, LETTER_FOLLOWUP, "H1");
    assert_int_equal(letter.question, 1);
    assert_int_equal(letter.choice, 1);
}

/* What was chosen and then left does not go with something else. */
static void test_a_choice_that_was_left_is_not_sent(void **state)
{
    static const char *const texts[] = {ASK};
    struct letter letter;
    give(texts, 1);
    play(READ "[It arrived.] 2 "
              "[The office asks you] 3 "
              "[who may know?] 4 "
              "[Is this right?] Esc [who may know?] Esc "
              "[It arrived.] 1 "
              "[your own words] \"other\" Enter "
              "[who may know?] show 0 "
              "[Is this right?] show 1 [Send it now?] Enter [It is stored] Enter");
    assert_not_kept(0, "Enter keeps");
    assert_not_kept(1, "Your answer");
    assert_sent(&letter, LETTER_FOLLOWUP, "H1");
    assert_int_equal(letter.question, 0);
    assert_int_equal(letter.choice, 0);
    assert_int_equal(letter.consent, 1);
}

static void test_thrown_away_is_not_sent(void **state)
{
    static const char *const texts[] = {ASK};
    struct letter letter;
    give(texts, 1);
    play(READ "[It arrived.] 2 "
              "[The office asks you] 3 "
              "[who may know?] 4 "
              "[Is this right?] 3 [Throw it away?] 2 "
              "[It arrived.] " LEAVE);
    assert_sent(&letter, LETTER_SEEN, "H1");
    assert_int_equal(letter.question, 0);
    assert_int_equal(letter.consent, 1);
}

static void test_without_a_question_there_is_nothing_to_answer(void **state)
{
    static const char *const texts[] = {"", "We visited."};
    give(texts, 2);
    play(READ "[There is an answer for you.] show 2 show Idle");
    assert_not_kept(0, "question");
    assert_kept(1, "There is an answer for you.");
}

/* --- what was seen --- */

static void test_who_only_read_says_so(void **state)
{
    static const char *const texts[] = {"", "We visited.", NULL, "We come again."};
    struct letter letter;
    give(texts, 4);
    play(READ "[There is an answer for you.] Enter [What do you want to do?] 7 Enter Enter");
    assert_sent(&letter, LETTER_SEEN, "H1");
    assert_int_equal(letter.seen, 4);
    assert_int_equal(letter.text_len, 0);
    assert_int_equal(letter.arrival, 0);
    assert_memory_equal(letter.tag_key, session_keys.tag, CODE_KEY_LEN);
    assert_memory_equal(letter.answer_key, session_keys.answer, CODE_KEY_LEN);
    play(READ "[There is an answer for you.] Idle");
    assert_sent(&letter, LETTER_SEEN, "H1");
}

/* A letter that arrived is no message, and a number that was found not to exist is no case. */
static void test_nothing_seen_is_a_cover(void **state)
{
    static const char *const texts[] = {"We visited."};
    give(texts, 0);
    play(READ "[There is nothing to read yet] " LEAVE);
    assert_cover();
    give(texts, 1);
    play(MENU "2 [Your number] " FAKE_SESSION_UNKNOWN " Enter [Your PIN] Enter "
              "[There is nothing to read yet] " LEAVE);
    assert_cover();
}

static void test_who_reads_and_then_complains_sends_the_complaint(void **state)
{
    static const char *const texts[] = {"We visited."};
    struct letter letter;
    give(texts, 1);
    play(READ "[It arrived.] Enter [What do you want to do?] 8 "
              "[I am in danger or hurt now] Enter " GO);
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.seen, 0);
}

/* --- a newer office --- */

static void test_a_newer_message_is_named_and_not_seen(void **state)
{
    static const char *const texts[] = {"We visited.", FAKE_SESSION_NEWER, "We come again."};
    struct letter letter;
    give(texts, 3);
    play(READ "[There is an answer for you.] show " LEAVE);
    assert_kept(0, "too old to");
    assert_kept(0, "We come again.");
    /* Up to the first only: words that were not shown were not read. */
    assert_sent(&letter, LETTER_SEEN, "H1");
    assert_int_equal(letter.seen, 1);
}

/* A question as long as can be, and answers of two lines: all of it can be read. */
static void test_the_longest_question_is_read_to_its_end(void **state)
{
    static char text[ANSWER_TEXT_MAX + 8];
    const char *const texts[] = {text};
    char *to = text + strlen(strcpy(text, FAKE_SESSION_ASKS "Begin "));
    const size_t long_len = ANSWER_TEXT_MAX - 3 * ANSWER_CHOICE_MAX - 10;
    struct letter letter;
    memset(to, 'x', long_len);
    for (size_t i = 30; i < long_len; i += 30)
        to[i] = ' ';
    strcpy(to + long_len, " end");
    for (int i = 0; i < 3; i++) {
        to = strcat(text, "|") + strlen(text);
        memset(to, (char)('a' + i), ANSWER_CHOICE_MAX);
        to[ANSWER_CHOICE_MAX] = '\0';
        to[ANSWER_CHOICE_MAX / 2] = ' ';
    }
    to[ANSWER_CHOICE_MAX - 1] = 'Z';
    give(texts, 1);
    play(READ
         "[It arrived.] 2 [The office asks you] show End show 3 "
         "[who may know?] 0 [Is this right?] show 1 [Send it now?] Enter [It is stored] Enter");
    assert_kept(0, "Begin");
    assert_kept(1, "cZ");
    assert_kept(2, "cZ");
    assert_sent(&letter, LETTER_FOLLOWUP, "H1");
    assert_int_equal(letter.choice, 3);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SESSION_TEST(test_a_digit_answers),
        SESSION_TEST(test_an_answer_with_words),
        SESSION_TEST(test_several_questions_the_last_first),
        SESSION_TEST(test_a_choice_that_was_left_is_not_sent),
        SESSION_TEST(test_thrown_away_is_not_sent),
        SESSION_TEST(test_without_a_question_there_is_nothing_to_answer),
        SESSION_TEST(test_who_only_read_says_so),
        SESSION_TEST(test_nothing_seen_is_a_cover),
        SESSION_TEST(test_who_reads_and_then_complains_sends_the_complaint),
        SESSION_TEST(test_a_newer_message_is_named_and_not_seen),
        SESSION_TEST(test_the_longest_question_is_read_to_its_end),
    };

    if (session_test_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
