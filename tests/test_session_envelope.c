/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One session, one envelope: whoever comes and however it ends, one goes out, and from outside
   none tells another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/lang.h"
#include "session/slip.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/paper.h"
#include "tests/lib/session_test.h"

/* ---- one session, one envelope ---- */

static void test_nobody(void **state)
{
    assert_int_equal(play("[Choose a language] 7 9 0 Enter Esc F1 F2 Tab \"x\" show Gone"),
                     SESSION_NOBODY);
    assert_int_equal(session->attempts, 0);
    assert_kept(0, "Выберите язык");
    assert_not_kept(0, "KZ-17");
}

static void test_cover_at_every_end(void **state)
{
    static const char *const ways[] = {
        MENU "7",
        MENU "Idle",
        MENU "Gone",
        MENU "Esc [Choose a language] Idle",
        MENU "Esc [Choose a language] 1 7",
        MENU "F1 [Help] Idle",
        MENU "F2 [My rights] Idle",
        MENU "F2 [My rights] 1 [How to complain] F1 [Help] Gone",
        MENU "3 "
             "[My rights] 1 "
             "[How to complain] Esc "
             "[My rights] Esc "
             "[What do you want to do?] 7",
        MENU "4 "
             "[News from the Commissioner's office] Enter "
             "[What do you want to do?] 7",
        MENU "6 "
             "[Large letters and voice] 1 2 Enter "
             "[What do you want to do?] 7",
        MENU "5 [Practise: learn the keys] Esc [What do you want to do?] 7",
        MENU "5 "
             "[Practise: learn the keys] Enter "
             "[who is it about?] 0 "
             "[what is it about?] 0 "
             "[how urgent is it?] 0 0 "
             "[who may know?] 0 " SEND "[Now it would be stored] 1 "
             "[This is your number] 1 "
             "[of your number, please] Enter Enter "
             "[Wipe the number and leave?] Enter "
             "[That was practice] Enter "
             "[What do you want to do?] 7",
        MENU "1 [who is it about?] Idle",
        MENU "1 [who is it about?] 1 [what is it about?] Gone",
        MENU "8 [I am in danger or hurt now] Idle",
        MENU "9 [I think of ending my life] Esc [What do you want to do?] 7",
        TO_TEXT "[your own words] \"half a sen\" Idle",
        TO_TEXT "[your own words] \"half a sen\" F1 [Help] Gone",
        TO_TEXT "[your own words] \"half a sen\" F2 [My rights] Idle",
        WRITTEN "[Is this right?] Idle",
        WRITTEN "[Is this right?] 1 [do you want a PIN?] Idle",
        WRITTEN "[Is this right?] 1 "
                "[do you want a PIN?] 1234 Enter "
                "[the PIN once more] Gone",
        WRITTEN "[Is this right?] 1 "
                "[do you want a PIN?] 1234 Enter "
                "[the PIN once more] 1235 Enter "
                "[do you want a PIN?] Idle",
        WRITTEN "[Is this right?] 5 [Throw it away?] Idle",
        WRITTEN "[Is this right?] 5 "
                "[Throw it away?] 2 "
                "[What do you want to do?] 7",
        WRITTEN BACK "[What do you want to do?] 7 "
                     "[Throw it away?] 2",
        MENU "2 [Your number] Idle",
        MENU "2 [Your number] " FAKE_SESSION_CODE " Enter [Your PIN] Gone",
        MENU "2 [Your number] Esc [What do you want to do?] 7",
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        lang_set("en");
        assert_int_equal(play(ways[i]), SESSION_STORED);
        assert_false(session->terminal.late);
        assert_cover();
        assert_string_equal(session->terminal.now + strspn(session->terminal.now, "\n"), "");
    }
}

static void test_leaving_asks_about_unsent_text(void **state)
{
    play(WRITTEN BACK "[What do you want to do?] 7 "
                      "[Throw it away?] show 1 "
                      "[What do you want to do?] 1 "
                      "[who is it about?] 1 "
                      "[what is it about?] 1 2 "
                      "[how urgent is it?] 0 0 "
                      "[who may know?] 0 "
                      "[Is this right?] F3 show Idle");
    assert_kept(0, "Throw it away?");
    assert_kept(1, "I am not safe");
    assert_cover();
}

static void test_cover_not_stored(void **state)
{
    session->failing = 9;
    assert_int_equal(play(MENU "7"), SESSION_FAILED);
    assert_int_equal(session->stored, 0);
}

/* To a camera the sending of a complaint and leaving the library are the same screens after the
   same work. */
static void test_sending_looks_like_leaving(void **state)
{
    static const char *const texts[] = {"An answer"};
    static const char *const ways[] = {MENU "3 "
                                            "[My rights] 1 "
                                            "[How to complain] Esc "
                                            "[My rights] Esc "
                                            "[What do you want to do?] 7 "
                                            "[Goodbye] before show",
                                       MENU "7 [Goodbye] before show",
                                       MENU "2 "
                                            "[Your number] " FAKE_SESSION_CODE " Enter "
                                            "[Your PIN] Enter "
                                            "[There is nothing to read yet] Enter "
                                            "[What do you want to do?] 7 "
                                            "[Goodbye] before show",
                                       MENU "5 "
                                            "[Practise: learn the keys] Enter "
                                            "[who is it about?] 0 "
                                            "[what is it about?] 0 "
                                            "[how urgent is it?] 0 0 "
                                            "[who may know?] 0 " SEND "[Now it would be stored] 0 "
                                            "[Wipe the number and leave?] Enter "
                                            "[That was practice] Enter "
                                            "[What do you want to do?] 7 "
                                            "[Goodbye] before show"};
    char *waiting = NULL;

    play(WRITTEN SEND "[It is stored.] before " GO);
    waiting = strdup(session->terminal.kept[0]);
    assert_non_null(strstr(waiting, "Please wait"));
    assert_int_equal(session->derived, 4);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        play(ways[i]);
        assert_string_equal(session->terminal.kept[0], waiting);
        assert_kept(1, "Goodbye");
    }
    assert_int_equal(fake_session_answer(session, &session_keys, texts, 1), 0);
    play(MENU "2 "
              "[Your number] " FAKE_SESSION_CODE " Enter "
              "[Your PIN] " FAKE_SESSION_PIN " Enter "
              "[It arrived.] 1 "
              "[your own words] \"x\" Enter [who may know?] 0 "
              "[Is this right?] 1 "
              "[Send it now?] Enter "
              "[It is stored] before Enter");
    assert_string_equal(session->terminal.kept[0], waiting);
    free(waiting);
}

/* ---- not being seen ---- */

static void test_cover_key(void **state)
{
    play(TO_TEXT "[your own words] F3 \"Not seen\" F2 "
                 "[My rights] show 2 "
                 "[Nobody may torture you] show F2 "
                 "[your own words] show F2 "
                 "[Nobody may torture you] show F1 "
                 "[Help] F2 "
                 "[your own words] show Esc "
                 "[Is this right?] show Enter F2 "
                 "[Nobody may torture you] \" ever\" F2 "
                 "[Is this right?] show Idle");
    assert_kept(0, "My rights");
    assert_not_kept(0, "Not seen");
    assert_not_kept(1, "My rights");
    assert_kept(2, "••• seen"); /* what was shown is dots again */
    assert_string_equal(session->terminal.kept[3],
                        session->terminal.kept[1]); /* where it was left */
    assert_kept(4, "••• seen");
    assert_cover();
    play(TO_TEXT "[your own words] F2 "
                 "[My rights] Rush F2 F2 show Calm F2 "
                 "[your own words] show Rush F2 "
                 "[My rights] show Idle");
    assert_kept(0, "My rights"); /* a key that bounces or is held hides */
    assert_kept(1, "your own words");
    assert_kept(2, "My rights");
    fake_session_play(session,
                      TO_TEXT "[your own words] F2 "
                              "[My rights] F1 "
                              "[Help] show F2 "
                              "[your own words] F1 "
                              "[Help] show Idle"); /* help from the library does not give F2 away */
    assert_not_kept(0, "F2");
    assert_kept(1, "F2");
    play(TO_TEXT "[your own words] F2 "
                 "[My rights] F1 "
                 "[Help] F2 "
                 "[your own words] show Idle"); /* from the library's help straight back */
    assert_kept(0, "your own words");
    /* In the library there is nothing to hide. */
    play(MENU "3 [My rights] show F2 show 1 [How to complain] F2 show Idle");
    assert_string_equal(session->terminal.kept[0], session->terminal.kept[1]);
    assert_not_kept(2, "What do you want to do?");
    play(MENU "3 "
              "[My rights] show Esc "
              "[What do you want to do?] F2 "
              "[My rights] show F2 "
              "[What do you want to do?] show F2 "
              "[My rights] Esc show Idle");
    assert_string_equal(session->terminal.kept[0], session->terminal.kept[1]);
    assert_kept(2, "What do you want to do?");
    assert_kept(3, "My rights");
    /* Whoever finds the library there and tries the obvious keys finds nothing else. */
    play(TO_TEXT "[your own words] F2 "
                 "[My rights] Esc Esc Enter 0 show Wait F2 show F2 "
                 "[your own words] show Idle");
    assert_kept(0, "My rights");
    assert_kept(1, "My rights"); /* in the countdown any key stays, this one too */
    assert_kept(2, "your own words");
    fake_session_play(session,
                      TO_TEXT "[your own words] F1 "
                              "[Help] F2 "
                              "[My rights] F1 "
                              "[Help] show Idle"); /* help, library, and the library's own help */
    assert_kept(0, "Short pages");
}

/* ---- sending needs two keys that someone meant ---- */

static void test_a_burst_sends_nothing(void **state)
{
    play(MENU "Rush 8 Enter 9 Enter Calm 8 "
              "[I am in danger or hurt now] Rush Enter Enter Calm Esc "
              "[What do you want to do?] show Idle");
    assert_kept(0, "What do you want to do?");
    assert_cover();
    play(WRITTEN "[Is this right?] Rush 1 Enter 1 Enter 12 "
                 "[your own words] 34 Enter "
                 "[Is this right?] 12 "
                 "[your own words] 34 Enter "
                 "[Is this right?] Idle");
    assert_cover();
    play(WRITTEN "[Is this right?] 1 "
                 "[do you want a PIN?] Rush Enter 123456 Enter Calm Enter "
                 "[the PIN once more] Rush 123456 Enter Enter Idle");
    assert_cover();
}

/* No single key leads from the receipt to its end. */
static void test_receipt_is_not_left_by_accident(void **state)
{
    static const char *const presses[] = {
        "1",  "2",  "3",  "0",  "Enter", "Esc",  "Tab", "F1", "F2", "F3",        "F4",
        "F5", "F6", "F7", "F8", "PgDn",  "Home", "End", "Up", "9",  "Backspace", "\" \""};
    char script[256];

    for (size_t i = 0; i < sizeof presses / sizeof *presses; i++) {
        for (int shown = 0; shown < 2; shown++) {
            snprintf(script, sizeof script,
                     MENU "8 "
                          "[I am in danger or hurt now] Enter "
                          "[It is stored.] %s "
                          "[%s] %s show Idle",
                     shown ? "1" : "", shown ? "This is your number" : "It is stored.", presses[i]);
            play(script);
            assert_int_equal(session->terminal.kept_count, 1);
            assert_not_kept(0, "Goodbye");
        }
    }
}

static void test_group_typed_back(void **state)
{
    play(MENU "8 "
              "[I am in danger or hurt now] Enter "
              "[It is stored.] 1 "
              "[This is your number] 1 "
              "[of your number, please] Wrong Enter show Esc "
              "[This is your number] show 1 "
              "[of your number, please] Check Enter Check Enter "
              "[Wipe the number and leave?] show Enter");
    assert_kept(0, "not the same");
    assert_kept(1, "This is your number");
    assert_kept(2, "Wipe the number");
}

/* ---- practice, slips, the voice ---- */

static void test_practice_sends_nothing(void **state)
{
    play(WRITTEN BACK "[What do you want to do?] 5 "
                      "[Practise: learn the keys] Enter "
                      "[who is it about?] show 1 "
                      "[what is it about?] 4 2 "
                      "[how urgent is it?] 0 "
                      "[who may know?] 0 "
                      "[Is this right?] 2 "
                      "[your own words] \"Cold soup\" Enter " SEND
                      "[Now it would be stored] show 1 "
                      "[This is your number] show 1 "
                      "[of your number, please] Enter Enter "
                      "[Wipe the number and leave?] Enter "
                      "[That was practice] show Enter "
                      "[What do you want to do?] 1 "
                      "[who is it about?] 1 "
                      "[what is it about?] 1 2 "
                      "[how urgent is it?] 0 0 "
                      "[who may know?] 0 "
                      "[Is this right?] F3 show Idle");
    assert_kept(0, "This is practice");
    assert_kept(1, "would be stored");
    assert_kept(3, "Nothing was sent");
    assert_kept(4, "I am not safe"); /* the real draft is as it was */
    assert_not_kept(4, "practice");
    assert_int_equal(session->attempts, 1);
    assert_cover();
}

/* The slip that was printed is the slip of a valid code, which a scanner reads from it, and of
   nothing else: so all slips differ only in their digits and modules (test_slip). */
static void assert_slip(char code[CODE_LEN])
{
    static uint8_t want[SLIP_MAX];
    static struct paper paper;
    char digits[64];

    assert_int_equal(session->slips, 1);
    assert_int_equal(paper_read(&paper, session->slip, session->slip_len), 0);
    assert_int_equal(paper_scan(&paper, digits, sizeof digits), 1);
    assert_int_equal(code_parse(digits, strlen(digits), code), ERROR_NONE);
    assert_int_equal(slip_make(code, SLIP_58, want), session->slip_len);
    assert_memory_equal(want, session->slip, session->slip_len);
}

/* Every session may print a slip, also one that filed nothing. */
static void test_slips_look_the_same(void **state)
{
    char code[CODE_LEN];
    struct letter letter;

    fake_session_printer(session);
    play(MENU "8 "
              "[I am in danger or hurt now] Enter "
              "[It is stored.] 2 show 0 "
              "[Wipe the number and leave?] Enter");
    assert_kept(0, "The slip is printed");
    assert_slip(code);
    assert_string_equal(code, session->code);
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    play(MENU "7 [Before you leave] 2 show 1");
    assert_kept(0, "The slip is printed");
    assert_slip(code);
    assert_cover();
    play(MENU "8 "
              "[I am in danger or hurt now] Enter "
              "[It is stored.] dead 2 show paper 2 show 1 "
              "[This is your number] show 0 Enter");
    assert_kept(0, "does not answer");
    assert_kept(1, "no paper");
    assert_int_equal(session->stored, 1);
    play(MENU "7 [Before you leave] dead 2 show 1");
    assert_kept(0, "No slip can be printed");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SESSION_TEST(test_nobody),
        SESSION_TEST(test_cover_at_every_end),
        SESSION_TEST(test_leaving_asks_about_unsent_text),
        SESSION_TEST(test_cover_not_stored),
        SESSION_TEST(test_sending_looks_like_leaving),
        SESSION_TEST(test_cover_key),
        SESSION_TEST(test_a_burst_sends_nothing),
        SESSION_TEST(test_receipt_is_not_left_by_accident),
        SESSION_TEST(test_group_typed_back),
        SESSION_TEST(test_practice_sends_nothing),
        SESSION_TEST(test_slips_look_the_same),
    };

    if (session_test_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
