/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reading an answer, and nothing tells a wrong code from no answer; the terminal and the place
   as they come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "session/library.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/folder.h"
#include "tests/lib/session_test.h"

/* ---- reading ---- */

static void test_answer_and_followup(void **state)
{
    static const char *const texts[] = {"", "We visited. Tell us more.",
                                        "A prosecutor has it now."};
    struct letter letter;

    assert_int_equal(fake_session_answer(session, &session_keys, texts, 3), 0);
    assert_int_equal(play(MENU "2 "
                               "[Your number] " FAKE_SESSION_CODE " Enter "
                               "[Your PIN] " FAKE_SESSION_PIN " Enter "
                               "[There is an answer for you.] show 1 "
                               "[your own words] \"It goes on\" Enter "
                               "[who may know?] show 2 "
                               "[Is this right?] F3 show 1 "
                               "[Send it now?] show Enter "
                               "[It is stored] show Enter"),
                     SESSION_STORED);
    assert_true(strstr(session->terminal.kept[0], texts[1]) <
                strstr(session->terminal.kept[0], texts[2]));
    assert_kept(0, texts[1]);
    /* The day before the last record's: on that one more may have been written. */
    assert_kept(0, "18 November 2026. If you wrote here by then");
    assert_not_kept(1, "Enter keeps"); /* what the complaint allowed is not asked for */
    assert_kept(2, "Who may know: Also a prosecutor, without my name.");
    assert_not_kept(4, "1234");
    assert_sent(&letter, LETTER_FOLLOWUP, "H1");
    assert_int_equal(letter.consent, 2);
    assert_int_equal(letter.seen, 3);
    assert_int_equal(letter.question, 0);
    assert_int_equal(letter.text_len, 10);
    assert_memory_equal(letter.text, "It goes on", 10);
    assert_memory_equal(letter.tag_key, session_keys.tag, CODE_KEY_LEN);
    assert_memory_equal(letter.answer_key, session_keys.answer, CODE_KEY_LEN);
}

static void test_nothing_has_arrived_yet(void **state)
{
    static const char *const texts[] = {""};

    session->arrived = 0;
    assert_int_equal(fake_session_answer(session, &session_keys, texts, 1), 0);
    play(MENU "2 "
              "[Your number] " FAKE_SESSION_CODE " Enter "
              "[Your PIN] " FAKE_SESSION_PIN " Enter "
              "[It arrived.] show Enter "
              "[What do you want to do?] 7");
    assert_kept(0, "No word has come back yet");
    assert_not_kept(0, "1970");
}

static void test_nothing_looks_the_same(void **state)
{
    static const char *const texts[] = {"An answer"};
    char *none = NULL;

    assert_int_equal(fake_session_answer(session, &session_keys, texts, 0), 0);
    play(MENU "2 "
              "[Your number] " FAKE_SESSION_CODE " Enter "
              "[Your PIN] " FAKE_SESSION_PIN " Enter "
              "[There is nothing to read yet] show Enter "
              "[What do you want to do?] Idle");
    none = strdup(session->terminal.kept[0]);
    assert_int_equal(session->derived, 4);
    assert_cover();
    assert_int_equal(fake_session_answer(session, &session_keys, texts, 1), 0);
    play(MENU "2 "
              "[Your number] " FAKE_SESSION_CODE " Enter "
              "[Your PIN] 2469 Enter "
              "[There is nothing to read yet] show Enter "
              "[What do you want to do?] Idle");
    assert_string_equal(session->terminal.kept[0], none);
    assert_int_equal(session->derived, 4);
    play(MENU "2 "
              "[Your number] " FAKE_SESSION_UNKNOWN " Enter "
              "[Your PIN] Enter "
              "[There is nothing to read yet] show Enter "
              "[What do you want to do?] Idle");
    assert_string_equal(session->terminal.kept[0], none);
    assert_int_equal(session->derived, 4);
    assert_cover();
    free(none);
}

static void test_wrong_digit_is_told_at_once(void **state)
{
    play(
        MENU
        "2 "
        "[Your number] 123456789012345678901234 show Backspace 5 show Backspace Enter show 7 Idle");
    assert_kept(0, "One of the digits is wrong");
    assert_not_kept(1, "One of the digits is wrong");
    assert_kept(2, "Some are missing");
    assert_int_equal(session->derived, 4); /* at the end, with other numbers */
}

/* A scanner types in one burst, whatever layout was in use, and ends with Enter. */
static void test_scanner_types_the_code(void **state)
{
    play(TO_TEXT "[your own words] F4 F4 Enter " BACK "[What do you want to do?] 2 "
                 "[Throw it away?] 2 "
                 "[Your number] Rush \"1234-5678 9O12-3456 789o i235\" Enter "
                 "[Your PIN] Calm show Idle");
    assert_kept(0, "Your PIN");
    play(MENU "2 [Your number] \"ABC;<>!\" show Idle");
    assert_kept(0, "____ ____ ____");
}

static void test_news(void **state)
{
    static const char *const texts[] = {""};

    play(MENU "4 [News from the Commissioner's office] show Idle");
    assert_kept(0, "no news");
    assert_int_equal(fake_session_answer(session, &session_keys, texts, 1), 0);
    play(MENU "4 [News from the Commissioner's office] show Idle");
    assert_kept(0, "12 December");
    assert_cover();
}

/* ---- the terminal ---- */

static void test_small_terminal(void **state)
{
    play(TO_TEXT "[your own words] F3 \"kept\" resize 10x40 show \"lost\" "
                 "Enter resize 50x120 show resize 24x64 show Idle");
    assert_kept(0, "The screen is too small.");
    assert_not_kept(0, "ept");
    assert_kept(1, "Kept");
    assert_not_kept(1, "lost");
    assert_kept(2, "Kept");
    assert_cover();
}

/* Another size and back before every key of a visit: what was answered and typed arrives all the
   same. */
static void test_resized_at_every_screen(void **state)
{
    struct letter letter;

    session->terminal.restless = true;
    fake_session_play(
        session,
        "3 1 3 12 Enter 1 1 1 2 0 3 2 \"all of it\" Enter 1 246813 Enter 246813 Enter 1 1 Check "
        "Enter Check Enter Enter");
    assert_sent(&letter, LETTER_COMPLAINT, "A1");
    assert_int_equal(letter.people, 12);
    assert_int_equal(letter.consent, 3);
    assert_int_equal(letter.text_len, strlen("All of it"));
    assert_memory_equal(letter.text, "All of it", letter.text_len);
    assert_keys(&letter, session->code, "246813");
}

static void test_place_without_pages(void **state)
{
    struct library *library = session->library;

    session->place.library = session->library = library_load("/nonexistent");
    assert_non_null(session->library);
    play(MENU "3 "
              "[My rights] show 1 0 Esc "
              "[What do you want to do?] F2 "
              "[My rights] 1 0 F2 "
              "[What do you want to do?] show Idle");
    assert_kept(0, "There are no pages");
    assert_kept(1, "What do you want to do?");
    library_free(&library);
}

static void write_page(const char *dir, const char *language, int number)
{
    static const char page[] = "Title\n\nText\n";
    char name[64];

    snprintf(name, sizeof name, "%s/%02d-page.txt", language, number);
    folder_write(folder_path(dir, name), page, sizeof page - 1);
}

/* An office that has put more pages into one language than into another. */
static void test_languages_with_unequal_pages(void **state)
{
    struct library *library = session->library;
    char *dir = folder_make();

    assert_int_equal(mkdir(folder_path(dir, "en"), 0700), 0);
    assert_int_equal(mkdir(folder_path(dir, "kk"), 0700), 0);
    for (int i = 1; i <= 9; i++)
        write_page(dir, "en", i);
    write_page(dir, "kk", 1);
    session->place.library = session->library = library_load(dir);
    assert_non_null(session->library);
    /* F2 hides the menu behind the ninth page; then the language changes, and F2 is pressed again.
     */
    play(MENU "F2 "
              "[My rights] 7 3 "
              "[Title] F2 "
              "[What do you want to do?] Esc "
              "[Choose a language] 1 F2 show Idle");
    assert_kept(0, "Title");
    /* The same, from the second screen of the list. */
    play(MENU "F2 "
              "[My rights] 7 F2 "
              "[What do you want to do?] Esc "
              "[Choose a language] 1 F2 show Idle");
    assert_kept(0, "Title");
    folder_remove(&dir);
    library_free(&library);
}

/* Large print that a passer-by switched on is not the next one's. */
static void test_first_screen_forgets(void **state)
{
    play(MENU "Esc "
              "[Choose a language] 4 3 "
              "[What do you want to do?] 1 "
              "[who is it about?] 0 "
              "[what is it about?] 0 "
              "[how urgent is it?] 0 0 "
              "[who may know?] 0 "
              "[Is this right?] 2 "
              "[your own words] \"long story\" Idle"); /* writing is under way: no shorter time */
    assert_int_equal(session->terminal.idled, session->place.idle_seconds);
    assert_int_equal(play("[Choose a language] 4 show Idle"), SESSION_NOBODY);
    assert_kept(0, "↓");
    assert_int_equal(session->attempts, 0);
}

static void test_languages_in_another_order(void **state)
{
    struct letter letter;

    memcpy(session->place.languages, "ru\0en\0kk", sizeof session->place.languages);
    play("[Choose a language] show 2 "
         "[What do you want to do?] 8 "
         "[I am in danger or hurt now] Enter " GO);
    assert_true(strstr(session->terminal.kept[0], "Русский") <
                strstr(session->terminal.kept[0], "English"));
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_string_equal(letter.language, "en");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SESSION_TEST(test_answer_and_followup),    SESSION_TEST(test_nothing_has_arrived_yet),
        SESSION_TEST(test_nothing_looks_the_same), SESSION_TEST(test_wrong_digit_is_told_at_once),
        SESSION_TEST(test_scanner_types_the_code), SESSION_TEST(test_news),
        SESSION_TEST(test_small_terminal),         SESSION_TEST(test_resized_at_every_screen),
        SESSION_TEST(test_place_without_pages),    SESSION_TEST(test_languages_with_unequal_pages),
        SESSION_TEST(test_first_screen_forgets),   SESSION_TEST(test_languages_in_another_order),
    };

    if (session_test_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
