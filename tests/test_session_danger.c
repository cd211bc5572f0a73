/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A cry for help is three keys, and goes out with nothing that was not meant. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/lang.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/session_test.h"

/* Three keys from the first screen, in every language. */
static void test_danger_in_three_keys(void **state)
{
    static const char *const ways[] = {"[Choose a language] Language "
                                       "[What do you want to do?] 8 "
                                       "[I am in danger or hurt now] Enter "
                                       "[It is stored.] show 0 "
                                       "[Wipe the number and leave?] Enter",
                                       "[Choose a language] Language "
                                       "[What do you want to do?] 9 "
                                       "[I think of ending my life] Enter "
                                       "[It is stored.] show 0 "
                                       "[Wipe the number and leave?] Enter"};
    static const char *const categories[] = {"A2", "A7"};
    struct letter letter;

    for (size_t i = 0; i < 2 * LANG_COUNT; i++) {
        session->terminal.language = lang_code(i / 2);
        assert_int_equal(play(ways[i % 2]), SESSION_STORED);
        assert_int_equal(session->presses_at_store, 3);
        assert_sent(&letter, LETTER_COMPLAINT, categories[i % 2]);
        assert_string_equal(letter.language, session->terminal.language);
        assert_int_equal(letter.consent, 1);
        assert_int_equal(letter.text_len, 0);
        assert_keys(&letter, session->code, "");
    }
}

/* A person who cries for help after having written is shown what goes along. */
static void test_danger_sends_no_unseen_words(void **state)
{
    struct letter letter;

    play(MENU "1 "
              "[who is it about?] 1 "
              "[what is it about?] 3 1 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 "
              "[Is this right?] 2 "
              "[your own words] \"No doctor\" Enter " BACK "[What do you want to do?] 8 "
              "[I am in danger or hurt now] Enter "
              "[Is this right?] F3 show 1 "
              "[do you want a PIN?] Enter " GO);
    assert_kept(0, "This is what will be sent");
    assert_kept(0, "No doctor");
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.text_len, strlen("No doctor"));
    play(MENU "1 "
              "[who is it about?] 1 "
              "[what is it about?] 3 1 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 "
              "[Is this right?] 2 "
              "[your own words] \"No doctor\" Enter "
              "[Is this right?] 5 "
              "[Throw it away?] 2 "
              "[What do you want to do?] 9 "
              "[I think of ending my life] Enter " GO);
    assert_sent(&letter, LETTER_COMPLAINT, "A7");
    assert_int_equal(letter.text_len, 0);
}

/* Nobody who cries for help sends what was answered about something else. */
static void test_danger_forgets_other_answers(void **state)
{
    struct letter letter;

    play(MENU "1 "
              "[who is it about?] 2 "
              "[what is it about?] 3 1 "
              "[how urgent is it?] 1 1 "
              "[who may know?] 4 " BACK "[What do you want to do?] 8 "
              "[I am in danger or hurt now] Enter " GO);
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.about, 0);
    assert_int_equal(letter.consent, 1);
    assert_int_equal(letter.urgent_count, 0);
    fake_session_play(
        session,
        MENU "1 "
             "[who is it about?] 4 "
             "[what is it about?] Esc "
             "[who is it about?] Esc "
             "[What do you want to do?] 8 "
             "[I am hurt or very afraid now] Enter " GO); /* but not that the writer is a child */
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.about, LETTER_ABOUT_MINOR);
}

/* Back from the review of a cry: its questions, and no others. */
static void test_back_from_a_cry(void **state)
{
    struct letter letter;

    play(MENU "1 "
              "[who is it about?] 1 "
              "[what is it about?] 3 1 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 "
              "[Is this right?] 2 "
              "[your own words] \"soup\" Enter " BACK "[What do you want to do?] 8 "
              "[I am in danger or hurt now] show Enter "
              "[Is this right?] Esc "
              "[who may know?] Esc "
              "[how urgent is it?] show 1 "
              "[who may know?] 0 "
              "[Is this right?] 0 1 "
              "[do you want a PIN?] Enter " GO);
    assert_kept(0, "Press Enter to look at it");
    assert_kept(1, "Has a doctor");
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.people, 0);
    assert_int_equal(letter.urgent[2], 1);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SESSION_TEST(test_danger_in_three_keys),
        SESSION_TEST(test_danger_sends_no_unseen_words),
        SESSION_TEST(test_danger_forgets_other_answers),
        SESSION_TEST(test_back_from_a_cry),
    };

    if (session_test_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
