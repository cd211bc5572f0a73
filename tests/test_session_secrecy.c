/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Nothing that somebody beside the person could see or hear stays on the screen unasked. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/fake_session.h"
#include "tests/lib/session_test.h"

/* ---- not being seen ---- */

static void test_text_is_dots_until_shown(void **state)
{
    fake_session_play(session,
                      TO_TEXT "[your own words] \"Secret words here\" show F3 show F3 show Enter "
                              "[Is this right?] show F3 show Idle");
    for (int i = 0; i < 5; i++) {
        bool open = i == 1 || i == 4;

        assert_true((strstr(session->terminal.kept[i], "Secret") != NULL) == open);
        /* The word at the cursor is seen while writing. */
        assert_true((strstr(session->terminal.kept[i], "here") != NULL) == (open || i < 3));
    }
}

static void test_code_is_dots_until_shown(void **state)
{
    play(MENU "2 [Your number] 12345678 show F3 show Idle");
    assert_not_kept(0, "1234");
    assert_kept(0, "5678");
    assert_kept(1, "1234");
    play(MENU
         "2 [Your number] 12345678 F3 Enter show F3 show Idle"); /* hidden again after an error */
    assert_kept(0, "1234");
    assert_not_kept(1, "1234");
}

static void test_countdown(void **state)
{
    play(MENU "Wait show Wait show 7 show 7");
    assert_kept(0, "Closing in 20 s");
    assert_kept(1, "Closing in 19 s");
    assert_not_kept(2, "Closing");
    assert_kept(2, "What do you want to do?");
    play(TO_TEXT "[your own words] \"x\" Wait F2 [My rights] show Idle"); /* the key that hides
                                                                             counts at once */
    assert_kept(0, "My rights");
}

/* ---- practice, slips, the voice ---- */

static void test_voice(void **state)
{
    fake_session_voice(session);
    fake_session_play(
        session,
        MENU "1 [who is it about?] 1 [what is it about?] Idle"); /* off until someone asks for it */
    assert_int_equal(session->sayings, 0);
    play("[Choose a language] 5 3 "
         "[What do you want to do?] 1 "
         "[who is it about?] Idle");
    assert_int_equal(session->sayings, 4); /* three screens, and that it will close */
    play("[Choose a language] 5 3 "
         "[What do you want to do?] 1 "
         "[who is it about?] Gone");
    assert_int_equal(session->sayings, 3);
    assert_non_null(strstr(session->said, "who is it about?"));
    assert_non_null(strstr(session->said, "1: Me."));
    assert_non_null(strstr(session->said, "0: Skip this question."));
    assert_true(session->silences > 0);
    play("[Choose a language] 5 3 "
         "[What do you want to do?] 1 "
         "[who is it about?] F7 F8 Gone"); /* again, and slower */
    assert_int_equal(session->sayings, 5);
    assert_int_equal(session->pace, 1);
    fake_session_play(session,
                      "[Choose a language] 53 "
                      "[What do you want to do?] 1 "
                      "[who is it about?] 1 "
                      "[what is it about?] 1 2 "
                      "[how urgent is it?] 0 0 "
                      "[who may know?] 0 "
                      "[Is this right?] 2 "
                      "[your own words] \"Secret \" Gone"); /* each word when it is finished */
    assert_string_equal(session->said, "Secret");
    fake_session_play(session,
                      "[Choose a language] 5 show 3 "
                      "[What do you want to do?] show 8 "
                      "[I am in danger or hurt now] Enter "
                      "[It is stored.] 1 "
                      "[This is your number] show Gone"); /* on every screen: a voice is on */
    for (int i = 0; i < 3; i++)
        assert_kept(i, "Voice");
    assert_null(strstr(session->said, "1: I have it.")); /* the number, only when asked for */
    fake_session_play(session,
                      "[Choose a language] 53 "
                      "[What do you want to do?] 1 "
                      "[who is it about?] 1 "
                      "[what is it about?] 1 2 "
                      "[how urgent is it?] 0 0 "
                      "[who may know?] 0 "
                      "[Is this right?] 2 "
                      "[your own words] \"Secret words\" F7 Gone"); /* once, not at every key */
    assert_null(strstr(session->said, "Secret"));
    assert_non_null(strstr(session->said, "words"));
}

/* Who listens needs no light: nothing is on the screen, everything is said. */
static void test_dark_screen(void **state)
{
    fake_session_voice(session);
    play("[Choose a language] 5 3 "
         "[What do you want to do?] 6 "
         "[Large letters and voice] 4 show Enter 1 show Gone");
    assert_string_equal(session->terminal.kept[0] + strspn(session->terminal.kept[0], "\n"), "");
    assert_string_equal(session->terminal.kept[1] + strspn(session->terminal.kept[1], "\n"), "");
    assert_non_null(strstr(session->said, "who is it about?"));
    fake_session_play(
        session,
        "[Choose a language] 5 3 "
        "[What do you want to do?] 6 "
        "[Large letters and voice] 4 3 show Gone"); /* without the voice the light comes back */
    assert_kept(0, "Large letters: off");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SESSION_TEST(test_text_is_dots_until_shown),
        SESSION_TEST(test_code_is_dots_until_shown),
        SESSION_TEST(test_countdown),
        SESSION_TEST(test_voice),
        SESSION_TEST(test_dark_screen),
    };

    if (session_test_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
