/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A session's promises: one envelope, what was typed arrives, nothing tells a wrong code from no
 * answer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"
#include "session/library.h"
#include "session/slip.h"
#include "tests/booth.h"
#include "tests/folder.h"
#include "tests/paper.h"
#include "tests/raster.h"

/* English, write, me, group A, category A2, both questions and consent skipped; then own words. */
#define TO_REVIEW "3 1 1 1 2 0 0 0 "
#define TO_TEXT   TO_REVIEW "2 "
#define WRITTEN   TO_TEXT "\"I am not safe\" Enter "
#define SEND      "1 Enter " /* without a PIN */
#define GO        "0 Enter " /* from the receipt, without the number */

static struct booth *booth;
static struct code_keys keys; /* of BOOTH_CODE and BOOTH_PIN as the booth derives them */

static int setup(void **state)
{
    booth = booth_new();
    if (booth == NULL)
        return -1;
    booth->quick = true;
    return booth_derive(booth, BOOTH_CODE, BOOTH_PIN, NULL, &keys);
}

static int teardown(void **state)
{
    assert_false(booth->clipped);
    booth_free(&booth);
    return 0;
}

/* ---- one session, one envelope ---- */

static void assert_cover(void)
{
    struct letter letter;

    assert_int_equal(booth->stored, 1);
    assert_int_equal(booth_open(booth, &letter), ERROR_NONE);
    assert_int_equal(letter.kind, LETTER_COVER);
    assert_int_equal(letter.session, BOOTH_NUMBER);
    assert_int_equal(letter.day, BOOTH_DAY);
    assert_string_equal(letter.facility, "KZ-17");
    assert_memory_equal(letter.kiosk, booth->place.card.kiosk, LETTER_KIOSK_LEN);
}

static void assert_sent(struct letter *letter, enum letter_kind kind, const char *category)
{
    assert_int_equal(booth->stored, 1);
    assert_int_equal(booth_open(booth, letter), ERROR_NONE);
    assert_int_equal(letter->kind, kind);
    assert_string_equal(letter->category, category);
}

static void test_nobody(void **state)
{
    assert_int_equal(booth_play(booth, "7 9 0 Enter Esc F1 F2 Tab \"x\" show Gone"),
                     SESSION_NOBODY);
    assert_int_equal(booth->attempts, 0);
    assert_non_null(strstr(booth->kept[0], "Выберите язык"));
    assert_null(strstr(booth->kept[0], "KZ-17"));
}

static void test_cover_at_every_end(void **state)
{
    static const char *const ways[] = {
        "3 7",
        "3 Idle",
        "3 Gone",
        "3 Esc Idle",
        "3 Esc 1 7",
        "3 F1 Idle",
        "3 F2 Idle",
        "3 F2 1 F1 Gone",
        "3 3 1 Esc Esc 7",
        "3 4 Enter 7",
        "3 6 1 2 Enter 7",
        "3 5 Esc 7",
        "3 5 Enter 0 0 0 0 0 1 Enter 1 1 Enter Enter Enter Enter 7",
        "3 1 Idle",
        "3 1 1 Gone",
        "3 8 Idle",
        "3 9 Esc 7",
        TO_TEXT "\"half a sen\" Idle",
        TO_TEXT "\"half a sen\" F1 Gone",
        TO_TEXT "\"half a sen\" F2 Idle",
        WRITTEN "Idle",
        WRITTEN "1 Idle",
        WRITTEN "1 1234 Enter Gone",
        WRITTEN "1 1234 Enter 1235 Enter Idle",
        WRITTEN "5 Idle",
        WRITTEN "5 2 7",
        WRITTEN "Esc Esc Esc Esc Esc Esc 7 2",
        "3 2 Idle",
        "3 2 " BOOTH_CODE " Enter Gone",
        "3 2 Esc 7",
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        lang_set("en");
        assert_int_equal(booth_play(booth, ways[i]), SESSION_STORED);
        assert_false(booth->late);
        assert_cover();
        assert_string_equal(booth->now + strspn(booth->now, "\n"), "");
    }
}

static void test_leaving_asks_about_unsent_text(void **state)
{
    booth_play(booth, WRITTEN "Esc Esc Esc Esc Esc Esc 7 show 1 1 1 1 2 0 0 0 F3 show Idle");
    assert_non_null(strstr(booth->kept[0], "Throw it away?"));
    assert_non_null(strstr(booth->kept[1], "I am not safe"));
    assert_cover();
}

static void test_cover_not_stored(void **state)
{
    booth->failing = 9;
    assert_int_equal(booth_play(booth, "3 7"), SESSION_FAILED);
    assert_int_equal(booth->stored, 0);
}

/* To a camera the sending of a complaint and leaving the library are the same screens after the same work. */
static void test_sending_looks_like_leaving(void **state)
{
    static const char *const texts[] = {"An answer"};
    static const char *const ways[] = {"3 3 1 Esc Esc 7 before show", "3 7 before show",
                                       "3 2 " BOOTH_CODE " Enter Enter Enter 7 before show",
                                       "3 5 Enter 0 0 0 0 0 1 Enter 0 Enter Enter 7 before show"};
    char *waiting = NULL;

    booth_play(booth, WRITTEN SEND "before " GO);
    waiting = strdup(booth->kept[0]);
    assert_non_null(strstr(waiting, "Please wait"));
    assert_int_equal(booth->derived, 1);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        booth_play(booth, ways[i]);
        assert_string_equal(booth->kept[0], waiting);
        assert_non_null(strstr(booth->kept[1], "Goodbye"));
    }
    assert_int_equal(booth_answer(booth, &keys, texts, 1), 0);
    booth_play(booth,
               "3 2 " BOOTH_CODE " Enter " BOOTH_PIN " Enter 1 \"x\" Enter 1 Enter before Enter");
    assert_string_equal(booth->kept[0], waiting);
    free(waiting);
}

/* ---- what was answered and typed arrives ---- */

static void assert_keys(const struct letter *letter, const char *code, const char *pin)
{
    struct code_keys want;

    assert_int_equal(booth_derive(booth, code, pin, NULL, &want), 0);
    assert_memory_equal(letter->tag_key, want.tag, CODE_KEY_LEN);
    assert_memory_equal(letter->answer_key, want.answer, CODE_KEY_LEN);
}

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

    booth->quick = false;
    booth->watch = scan;
    assert_int_equal(
        booth_play(booth, "3 1 3 12 Enter 1 1 1 2 0 3 "
                          "2 \"Мені ұрды. Меня били! 12 \" Tab \"'%s%n ә€\" Enter "
                          "3 \"айгүл\" Enter "
                          "1 show 135 Enter show Backspace Backspace Backspace "
                          "13579 Enter 13578 Enter show 13579 Enter 13579 Enter "
                          "show 1 show 1 Enter Enter Esc 1 Esc 1 1 Check Enter Check Enter show "
                          "Enter"),
        SESSION_STORED);
    assert_non_null(strstr(booth->kept[1], "A PIN has 4 digits or more"));
    assert_non_null(strstr(booth->kept[2], "not the same"));
    assert_null(strstr(booth->kept[3], "1234"));
    assert_non_null(strstr(booth->kept[5], "Wipe the number"));

    booth_code(booth->kept[4], code);
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

/* Three keys from the first screen, in every language. */
static void test_danger_in_three_keys(void **state)
{
    static const char *const ways[] = {"Language 8 Enter show 0 Enter",
                                       "Language 9 Enter show 0 Enter"};
    static const char *const categories[] = {"A2", "A7"};
    struct letter letter;

    for (size_t i = 0; i < 2 * LANG_COUNT; i++) {
        booth->language = lang_code(i / 2);
        assert_int_equal(booth_play(booth, ways[i % 2]), SESSION_STORED);
        assert_int_equal(booth->presses_at_store, 3);
        assert_sent(&letter, LETTER_COMPLAINT, categories[i % 2]);
        assert_string_equal(letter.language, booth->language);
        assert_int_equal(letter.consent, 1);
        assert_int_equal(letter.text_len, 0);
        assert_keys(&letter, booth->code, "");
    }
}

/* Digits and Enter alone: every question answered, no word typed. */
static void test_digits_are_enough(void **state)
{
    struct letter letter;

    for (size_t i = 0; i < LANG_COUNT; i++) {
        booth->language = lang_code(i);
        assert_int_equal(booth_play(booth, "Language 1 1 1 1 1 1 2 1 1 Enter 0 Enter"),
                         SESSION_STORED);
        assert_true(booth->presses_at_store <= 11);
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
    char script[256];

    for (size_t i = 0; i < LANG_COUNT; i++) {
        booth->language = lang_code(i);
        booth_play(booth, "Language 1 1 3 1 0 0 0 2 \"Дәрігер жоқ\" Enter 1 123456 Enter 123456 "
                          "Enter 1 1 Check Enter Check Enter Enter");
        assert_sent(&letter, LETTER_COMPLAINT, "C1");
        assert_int_equal(booth_derive(booth, booth->code, "123456", NULL, &own), 0);
        assert_int_equal(booth_answer(booth, &own, texts, 2), 0);
        snprintf(script, sizeof script,
                 "Language 2 %s Enter 123456 Enter show 1 \"Тағы да\" Enter 1 Enter Enter",
                 booth->code);
        booth_play(booth, script);
        assert_non_null(strstr(booth->kept[0], "We visited."));
        assert_sent(&letter, LETTER_FOLLOWUP, "H1");
        assert_memory_equal(letter.tag_key, own.tag, CODE_KEY_LEN);
        assert_memory_equal(letter.text, "Тағы да", letter.text_len);
    }
}

/* A PIN that was begun and left must not lock what is sent later. */
static void test_half_a_pin_locks_nothing(void **state)
{
    struct letter letter;

    booth_play(booth, WRITTEN "1 12 Esc Esc Esc Esc Esc Esc Esc 8 Enter 1 Enter 0 Enter");
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_keys(&letter, booth->code, "");
    booth_play(booth, WRITTEN "1 123456 Enter 1234 Esc Esc 1 Enter 0 Enter");
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_keys(&letter, booth->code, "");
}

/* Who cries for help after having written is shown what goes along. */
static void test_danger_sends_no_unseen_words(void **state)
{
    struct letter letter;

    booth_play(booth,
               "3 1 1 3 1 0 0 0 2 \"No doctor\" Enter Esc Esc Esc Esc Esc Esc 8 Enter F3 show "
               "1 Enter 0 Enter");
    assert_non_null(strstr(booth->kept[0], "This is what will be sent"));
    assert_non_null(strstr(booth->kept[0], "No doctor"));
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.text_len, strlen("No doctor"));
    booth_play(booth, "3 1 1 3 1 0 0 0 2 \"No doctor\" Enter 5 2 9 Enter 0 Enter");
    assert_sent(&letter, LETTER_COMPLAINT, "A7");
    assert_int_equal(letter.text_len, 0);
}

/* Who cannot write has only the answers: they are not lost unasked. */
static void test_leaving_asks_about_answers(void **state)
{
    booth_play(booth,
               "3 1 1 1 1 1 1 1 1 Esc Esc Esc Esc Esc Esc Esc 7 show 1 2 show 1 8 1 0 0 0 Esc Esc "
               "Esc Esc Esc Esc 7 show Idle");
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(booth->kept[i], "Throw it away?"));
    assert_cover();
}

/* Through all questions once more with Enter: nothing changes. */
static void test_enter_keeps_what_was_answered(void **state)
{
    struct letter letter;

    booth_play(
        booth,
        "3 1 3 12 Enter 1 1 1 2 0 3 4 Enter Enter Enter show Enter Enter Enter Enter 1 Enter "
        "0 Enter");
    assert_non_null(strstr(booth->kept[0], "Enter keeps: Yes"));
    assert_sent(&letter, LETTER_COMPLAINT, "A1");
    assert_int_equal(letter.about, 3);
    assert_int_equal(letter.people, 12);
    assert_int_equal(letter.urgent[0], 1);
    assert_int_equal(letter.urgent[1], 2);
    assert_int_equal(letter.consent, 3);
}

/* Nobody who cries for help sends what was answered about something else. */
static void test_danger_forgets_other_answers(void **state)
{
    struct letter letter;

    booth_play(booth, "3 1 2 3 1 1 1 4 Esc Esc Esc Esc Esc Esc 8 Enter 0 Enter");
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.about, 0);
    assert_int_equal(letter.consent, 1);
    assert_int_equal(letter.urgent_count, 0);
    booth_play(booth, "3 1 4 Esc Esc 8 Enter 0 Enter"); /* but not that the writer is a child */
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.about, LETTER_ABOUT_MINOR);
}

/* Back from the review of a cry: its questions, and no others. */
static void test_back_from_a_cry(void **state)
{
    struct letter letter;

    booth_play(
        booth,
        "3 1 1 3 1 0 0 0 2 \"soup\" Enter Esc Esc Esc Esc Esc Esc 8 show Enter Esc Esc show 1 0 0 "
        "1 Enter 0 Enter");
    assert_non_null(strstr(booth->kept[0], "Press Enter to look at it"));
    assert_non_null(strstr(booth->kept[1], "Has a doctor"));
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.people, 0);
    assert_int_equal(letter.urgent[2], 1);
}

/* What was answered can be changed, kept and taken back. */
static void test_answers_are_kept_and_taken_back(void **state)
{
    struct letter letter;

    booth_play(booth, "3 1 3 12 Enter 3 1 0 0 0 4 3 Enter 3 1 0 0 0 1 Enter 0 Enter");
    assert_sent(&letter, LETTER_COMPLAINT, "C1");
    assert_int_equal(letter.people, 12);
    booth_play(booth, "3 1 4 1 1 0 0 0 0 4 0 show 1 0 0 0 0 1 Enter 0 Enter");
    assert_non_null(
        strstr(booth->kept[0], "Isolation, being tied up")); /* an adult's words again */
    assert_int_equal(booth_open(booth, &letter), ERROR_NONE);
    assert_int_equal(letter.about, 0);
    booth_play(booth, "3 1 1 7 Esc 1 3 1 0 0 0 1 Enter 0 Enter"); /* looked at, not said */
    assert_int_equal(booth_open(booth, &letter), ERROR_NONE);
    assert_int_equal(letter.about, 1);
    booth_play(booth, "3 1 4 1 1 0 0 0 0 5 2 show Idle"); /* thrown away with all the rest */
    assert_non_null(strstr(booth->kept[0], "I think of ending my life"));
}

static void test_empty_complaint_after_failed_stores(void **state)
{
    struct letter letter;

    assert_int_equal(
        booth_play(booth, "3 1 0 0 0 0 0 1 fail fail Enter show 1 show 1 show 0 Enter"),
        SESSION_STORED);
    assert_int_equal(booth->attempts, 3);
    assert_false(booth->changed);
    assert_int_equal(booth->stored, 1);
    assert_non_null(strstr(booth->kept[0], "not stored yet"));
    assert_string_equal(booth->kept[0], booth->kept[1]);
    assert_non_null(strstr(booth->kept[2], "It is stored"));
    assert_sent(&letter, LETTER_COMPLAINT, "H1");
    assert_int_equal(letter.text_len, 0);
    assert_int_equal(letter.about, 0);
    assert_int_equal(letter.urgent_count, 0);
}

static void test_leaving_after_a_failed_store(void **state)
{
    assert_int_equal(booth_play(booth, WRITTEN "1 fail Enter Esc 2"), SESSION_STORED);
    assert_cover();
}

/* Another category, so other questions: the old answers go. */
static void test_review_changes(void **state)
{
    struct letter letter;

    booth_play(booth,
               "3 1 1 1 1 1 1 1 1 2 \"I am not safe\" Enter F3 show 2 \" here\" Enter F3 show "
               "4 2 3 1 1 0 2 show 4 Esc Esc 1 0 0 0 0 0 show 1 Enter 0 Enter");
    assert_non_null(strstr(booth->kept[0], "Someone in charge hurt me"));
    assert_non_null(strstr(booth->kept[1], "I am not safe here"));
    assert_non_null(strstr(booth->kept[2], "no doctor"));
    assert_non_null(strstr(booth->kept[2], "Someone else"));
    assert_null(strstr(booth->kept[2], "marks"));
    assert_int_equal(booth->stored, 1);
    assert_int_equal(booth_open(booth, &letter), ERROR_NONE);
}

static void test_full_text(void **state)
{
    static char script[LETTER_TEXT_MAX + 256];
    struct letter letter;
    char *at = stpcpy(script, TO_TEXT "F3 \"");

    /* Characters of four bytes: the limit is reached with the fewest keys. */
    for (size_t i = 0; i < LETTER_TEXT_MAX / 4; i++)
        at = stpcpy(at, "𠀀");
    stpcpy(at, "\" \"more than fits\" show Enter 1 Enter 0 Enter");
    booth_play(booth, script);
    assert_non_null(strstr(booth->kept[0], "Letters left: 0"));
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_int_equal(letter.text_len, LETTER_TEXT_MAX);
    assert_memory_equal(letter.text, script + strlen(TO_TEXT "F3 \""), LETTER_TEXT_MAX);
}

/* ---- the words follow the place and the answer ---- */

static void test_words_for_the_reader(void **state)
{
    struct letter letter;

    booth_play(booth, "3 1 1 show 1 show Idle");
    assert_non_null(strstr(booth->kept[0], "I am under 18"));
    assert_non_null(strstr(booth->kept[1], "Someone in charge hurt me"));
    booth_play(booth, "3 1 4 show 1 show 1 0 0 0 0 1 Enter 0 Enter");
    assert_null(strstr(booth->kept[0], "I am under 18"));
    assert_non_null(strstr(booth->kept[1], "An adult here"));
    assert_sent(&letter, LETTER_COMPLAINT, "G1");
    assert_int_equal(letter.about, LETTER_ABOUT_MINOR);
    booth_play(booth, "3 1 1 7 Esc show 1 7 1 0 0 0 Esc Esc Esc Esc Esc Esc show Idle");
    assert_non_null(strstr(booth->kept[0], "who is it about"));
    booth_play(booth, "3 1 1 7 Esc Esc show Idle"); /* looked at, not said */
    assert_non_null(strstr(booth->kept[0], "I think of ending my life"));
    booth_play(booth, "3 1 1 7 1 show Idle"); /* said in the list of groups */
    assert_non_null(strstr(booth->kept[0], "An adult here"));
    booth->place.card.type = taxonomy_facility("CHILD")->number;
    booth_play(booth, "3 1 show 1 1 show Idle");
    assert_null(strstr(booth->kept[0], "under 18"));
    assert_non_null(strstr(booth->kept[1], "An adult here"));
    booth->place.card.type = taxonomy_facility("WOMEN")->number;
    booth_play(booth, "3 1 1 3 show Idle");
    assert_true(strstr(booth->kept[0], "Pregnancy") < strstr(booth->kept[0], "I am ill"));
}

/* ---- not being seen ---- */

static void test_text_is_dots_until_shown(void **state)
{
    booth_play(booth, TO_TEXT "\"Secret words here\" show F3 show F3 show Enter show F3 show Idle");
    for (int i = 0; i < 5; i++) {
        bool open = i == 1 || i == 4;

        assert_true((strstr(booth->kept[i], "Secret") != NULL) == open);
        /* The word at the cursor is seen while writing. */
        assert_true((strstr(booth->kept[i], "here") != NULL) == (open || i < 3));
    }
}

static void test_code_is_dots_until_shown(void **state)
{
    booth_play(booth, "3 2 12345678 show F3 show Idle");
    assert_null(strstr(booth->kept[0], "1234"));
    assert_non_null(strstr(booth->kept[0], "5678"));
    assert_non_null(strstr(booth->kept[1], "1234"));
    booth_play(booth, "3 2 12345678 F3 Enter show F3 show Idle"); /* hidden again after an error */
    assert_non_null(strstr(booth->kept[0], "1234"));
    assert_null(strstr(booth->kept[1], "1234"));
}

static void test_cover_key(void **state)
{
    booth_play(booth, TO_TEXT "F3 \"Not seen\" F2 show 2 show F2 show F2 show F1 F2 show "
                              "Esc show Enter F2 \" ever\" F2 show Idle");
    assert_non_null(strstr(booth->kept[0], "My rights"));
    assert_null(strstr(booth->kept[0], "Not seen"));
    assert_null(strstr(booth->kept[1], "My rights"));
    assert_non_null(strstr(booth->kept[2], "••• seen")); /* what was shown is dots again */
    assert_string_equal(booth->kept[3], booth->kept[1]); /* where it was left */
    assert_non_null(strstr(booth->kept[4], "••• seen"));
    assert_cover();
    booth_play(booth, TO_TEXT "F2 Rush F2 F2 show Calm F2 show Rush F2 show Idle");
    assert_non_null(strstr(booth->kept[0], "My rights")); /* a key that bounces or is held hides */
    assert_non_null(strstr(booth->kept[1], "your own words"));
    assert_non_null(strstr(booth->kept[2], "My rights"));
    booth_play(booth,
               TO_TEXT "F2 F1 show F2 F1 show Idle"); /* the cover's help does not give it away */
    assert_null(strstr(booth->kept[0], "F2"));
    assert_non_null(strstr(booth->kept[1], "F2"));
    booth_play(booth, TO_TEXT "F2 F1 F2 show Idle"); /* from the cover's help straight back */
    assert_non_null(strstr(booth->kept[0], "your own words"));
    booth_play(booth,
               "3 3 show F2 show 1 F2 show Idle"); /* in the library there is nothing to hide */
    assert_string_equal(booth->kept[0], booth->kept[1]);
    assert_null(strstr(booth->kept[2], "What do you want to do?"));
    booth_play(booth, "3 3 show Esc F2 show F2 show F2 Esc show Idle");
    assert_string_equal(booth->kept[0], booth->kept[1]);
    assert_non_null(strstr(booth->kept[2], "What do you want to do?"));
    assert_non_null(strstr(booth->kept[3], "My rights"));
    /* Whoever finds the cover and tries the obvious keys finds nothing else. */
    booth_play(booth, TO_TEXT "F2 Esc Esc Enter 0 show Wait F2 show F2 show Idle");
    assert_non_null(strstr(booth->kept[0], "My rights"));
    assert_non_null(
        strstr(booth->kept[1], "My rights")); /* in the countdown any key stays, this one too */
    assert_non_null(strstr(booth->kept[2], "your own words"));
    booth_play(booth, TO_TEXT "F1 F2 F1 show Idle"); /* help, cover, and the cover's own help */
    assert_non_null(strstr(booth->kept[0], "Short pages"));
}

static void test_countdown(void **state)
{
    booth_play(booth, "3 Wait show Wait show 7 show 7");
    assert_non_null(strstr(booth->kept[0], "Closing in 20 s"));
    assert_non_null(strstr(booth->kept[1], "Closing in 19 s"));
    assert_null(strstr(booth->kept[2], "Closing"));
    assert_non_null(strstr(booth->kept[2], "What do you want to do?"));
    booth_play(booth, TO_TEXT "\"x\" Wait F2 show Idle"); /* the cover key counts at once */
    assert_non_null(strstr(booth->kept[0], "My rights"));
}

/* ---- sending needs two keys that someone meant ---- */

static void test_a_burst_sends_nothing(void **state)
{
    booth_play(booth, "3 Rush 8 Enter 9 Enter Calm 8 Rush Enter Enter Calm Esc show Idle");
    assert_non_null(strstr(booth->kept[0], "What do you want to do?"));
    assert_cover();
    booth_play(booth, WRITTEN "Rush 1 Enter 1 Enter 1234 Enter 1234 Enter Idle");
    assert_cover();
    booth_play(booth, WRITTEN "1 Rush Enter 123456 Enter Calm Enter Rush 123456 Enter Enter Idle");
    assert_cover();
}

/* No single key leads from the receipt to its end. */
static void test_receipt_is_not_left_by_accident(void **state)
{
    static const char *const presses[] = {
        "1",  "2",  "3",  "0",  "Enter", "Esc",  "Tab", "F1", "F2", "F3",        "F4",
        "F5", "F6", "F7", "F8", "PgDn",  "Home", "End", "Up", "9",  "Backspace", "\" \""};
    char script[128];

    for (size_t i = 0; i < sizeof presses / sizeof *presses; i++) {
        for (int shown = 0; shown < 2; shown++) {
            snprintf(script, sizeof script, "3 8 Enter %s %s show Idle", shown ? "1" : "",
                     presses[i]);
            booth_play(booth, script);
            assert_int_equal(booth->kept_count, 1);
            assert_null(strstr(booth->kept[0], "Goodbye"));
        }
    }
}

static void test_group_typed_back(void **state)
{
    booth_play(booth,
               "3 8 Enter 1 1 Wrong Enter show Esc show 1 Check Enter Check Enter show Enter");
    assert_non_null(strstr(booth->kept[0], "not the same"));
    assert_non_null(strstr(booth->kept[1], "This is your number"));
    assert_non_null(strstr(booth->kept[2], "Wipe the number"));
}

/* ---- practice, slips, the voice ---- */

static void test_practice_sends_nothing(void **state)
{
    booth_play(booth,
               WRITTEN "Esc Esc Esc Esc Esc Esc 5 Enter show 1 4 2 0 0 2 \"Cold soup\" Enter 1 "
                       "Enter show 1 show 1 Enter Enter Enter show Enter 1 1 1 2 0 0 0 F3 "
                       "show Idle");
    assert_non_null(strstr(booth->kept[0], "This is practice"));
    assert_non_null(strstr(booth->kept[1], "would be stored"));
    assert_non_null(strstr(booth->kept[3], "Nothing was sent"));
    assert_non_null(strstr(booth->kept[4], "I am not safe")); /* the real draft is as it was */
    assert_null(strstr(booth->kept[4], "practice"));
    assert_int_equal(booth->attempts, 1);
    assert_cover();
}

/* The slip that was printed is the slip of a valid code, which a scanner reads from it, and of nothing else: so all slips
   differ only in their digits and modules (test_slip). */
static void assert_slip(char code[CODE_LEN])
{
    static uint8_t want[SLIP_MAX];
    static struct paper paper;
    char digits[64];

    assert_int_equal(booth->slips, 1);
    assert_int_equal(paper_read(&paper, booth->slip, booth->slip_len), 0);
    assert_int_equal(paper_scan(&paper, digits, sizeof digits), 1);
    assert_int_equal(code_parse(digits, strlen(digits), code), ERROR_NONE);
    assert_int_equal(slip_make(code, SLIP_58, want), booth->slip_len);
    assert_memory_equal(want, booth->slip, booth->slip_len);
}

/* Every session may print a slip, also one that filed nothing. */
static void test_slips_look_the_same(void **state)
{
    char code[CODE_LEN];
    struct letter letter;

    booth_printer(booth);
    booth_play(booth, "3 8 Enter 2 show 0 Enter");
    assert_non_null(strstr(booth->kept[0], "The slip is printed"));
    assert_slip(code);
    assert_string_equal(code, booth->code);
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    booth_play(booth, "3 7 2 show 1");
    assert_non_null(strstr(booth->kept[0], "The slip is printed"));
    assert_slip(code);
    assert_cover();
    booth_play(booth, "3 8 Enter dead 2 show paper 2 show 1 show 0 Enter");
    assert_non_null(strstr(booth->kept[0], "does not answer"));
    assert_non_null(strstr(booth->kept[1], "no paper"));
    assert_int_equal(booth->stored, 1);
    booth_play(booth, "3 7 dead 2 show 1");
    assert_non_null(strstr(booth->kept[0], "No slip can be printed"));
}

static void test_voice(void **state)
{
    booth_voice(booth);
    booth_play(booth, "3 1 1 Idle"); /* off until someone asks for it */
    assert_int_equal(booth->sayings, 0);
    booth_play(booth, "5 3 1 Idle");
    assert_int_equal(booth->sayings, 4); /* three screens, and that it will close */
    booth_play(booth, "5 3 1 Gone");
    assert_int_equal(booth->sayings, 3);
    assert_non_null(strstr(booth->said, "who is it about?"));
    assert_non_null(strstr(booth->said, "1: Me."));
    assert_non_null(strstr(booth->said, "0: Skip this question."));
    assert_true(booth->silences > 0);
    booth_play(booth, "5 3 1 F7 F8 Gone"); /* again, and slower */
    assert_int_equal(booth->sayings, 5);
    assert_int_equal(booth->pace, 1);
    booth_play(booth, "5" TO_TEXT "\"Secret \" Gone"); /* each word when it is finished */
    assert_string_equal(booth->said, "Secret");
    booth_play(booth, "5 show 3 show 8 Enter 1 show Gone"); /* on every screen: a voice is on */
    for (int i = 0; i < 3; i++)
        assert_non_null(strstr(booth->kept[i], "Voice"));
    assert_null(strstr(booth->said, "1: I have it."));         /* the number, only when asked for */
    booth_play(booth, "5" TO_TEXT "\"Secret words\" F7 Gone"); /* once, not at every key */
    assert_null(strstr(booth->said, "Secret"));
    assert_non_null(strstr(booth->said, "words"));
}

/* Who listens needs no light: nothing is on the screen, everything is said. */
static void test_dark_screen(void **state)
{
    booth_voice(booth);
    booth_play(booth, "5 3 6 4 show Enter 1 show Gone");
    assert_string_equal(booth->kept[0] + strspn(booth->kept[0], "\n"), "");
    assert_string_equal(booth->kept[1] + strspn(booth->kept[1], "\n"), "");
    assert_non_null(strstr(booth->said, "who is it about?"));
    booth_play(booth, "5 3 6 4 3 show Gone"); /* without the voice the light comes back */
    assert_non_null(strstr(booth->kept[0], "Large letters: off"));
}

/* ---- reading ---- */

static void test_answer_and_followup(void **state)
{
    static const char *const texts[] = {"", "We visited. Tell us more.",
                                        "A prosecutor has it now."};
    struct letter letter;

    assert_int_equal(booth_answer(booth, &keys, texts, 3), 0);
    assert_int_equal(booth_play(booth, "3 2 " BOOTH_CODE " Enter " BOOTH_PIN " Enter show "
                                       "1 \"It goes on\" Enter F3 show 1 show Enter show Enter"),
                     SESSION_STORED);
    assert_true(strstr(booth->kept[0], texts[1]) < strstr(booth->kept[0], texts[2]));
    assert_non_null(strstr(booth->kept[0], texts[1]));
    assert_non_null(strstr(booth->kept[0], "has arrived up to"));
    assert_null(strstr(booth->kept[3], "1234"));
    assert_sent(&letter, LETTER_FOLLOWUP, "H1");
    assert_int_equal(letter.text_len, 10);
    assert_memory_equal(letter.text, "It goes on", 10);
    assert_memory_equal(letter.tag_key, keys.tag, CODE_KEY_LEN);
    assert_memory_equal(letter.answer_key, keys.answer, CODE_KEY_LEN);
}

static void test_nothing_has_arrived_yet(void **state)
{
    static const char *const texts[] = {""};

    booth->arrived = 0;
    assert_int_equal(booth_answer(booth, &keys, texts, 1), 0);
    booth_play(booth, "3 2 " BOOTH_CODE " Enter " BOOTH_PIN " Enter show Enter 7");
    assert_non_null(strstr(booth->kept[0], "No word has come back yet"));
    assert_null(strstr(booth->kept[0], "1970"));
}

static void test_nothing_looks_the_same(void **state)
{
    static const char *const texts[] = {"An answer"};
    char *none = NULL;

    assert_int_equal(booth_answer(booth, &keys, texts, 0), 0);
    booth_play(booth, "3 2 " BOOTH_CODE " Enter " BOOTH_PIN " Enter show Enter Idle");
    none = strdup(booth->kept[0]);
    assert_int_equal(booth->derived, 1);
    assert_cover();
    assert_int_equal(booth_answer(booth, &keys, texts, 1), 0);
    booth_play(booth, "3 2 " BOOTH_CODE " Enter 2469 Enter show Enter Idle");
    assert_string_equal(booth->kept[0], none);
    assert_int_equal(booth->derived, 1);
    booth_play(booth, "3 2 " BOOTH_UNKNOWN " Enter Enter show Enter Idle");
    assert_string_equal(booth->kept[0], none);
    assert_int_equal(booth->derived, 1);
    assert_cover();
    free(none);
}

static void test_wrong_digit_is_told_at_once(void **state)
{
    booth_play(booth,
               "3 2 123456789012345678901234 show Backspace 5 show Backspace Enter show 7 Idle");
    assert_non_null(strstr(booth->kept[0], "One of the digits is wrong"));
    assert_null(strstr(booth->kept[1], "One of the digits is wrong"));
    assert_non_null(strstr(booth->kept[2], "Some are missing"));
    assert_int_equal(booth->derived, 0);
}

/* A scanner types in one burst, whatever layout was in use, and ends with Enter. */
static void test_scanner_types_the_code(void **state)
{
    booth_play(booth,
               TO_TEXT "F4 F4 Enter Esc Esc Esc Esc Esc Esc 2 2 Rush \"1234-5678 9O12-3456 789o "
                       "i235\" Enter Calm show Idle");
    assert_non_null(strstr(booth->kept[0], "Your PIN"));
    booth_play(booth, "3 2 \"ABC;<>!\" show Idle");
    assert_non_null(strstr(booth->kept[0], "____ ____ ____"));
}

static void test_news(void **state)
{
    static const char *const texts[] = {""};

    booth_play(booth, "3 4 show Idle");
    assert_non_null(strstr(booth->kept[0], "no news"));
    assert_int_equal(booth_answer(booth, &keys, texts, 1), 0);
    booth_play(booth, "3 4 show Idle");
    assert_non_null(strstr(booth->kept[0], "12 December"));
    assert_cover();
}

/* ---- the terminal ---- */

static void test_small_terminal(void **state)
{
    booth_play(booth, TO_TEXT
               "F3 \"kept\" resize 10x40 show \"lost\" Enter resize 50x120 show resize 24x64 "
               "show Idle");
    assert_non_null(strstr(booth->kept[0], "The screen is too small."));
    assert_null(strstr(booth->kept[0], "ept"));
    assert_non_null(strstr(booth->kept[1], "Kept"));
    assert_null(strstr(booth->kept[1], "lost"));
    assert_non_null(strstr(booth->kept[2], "Kept"));
    assert_cover();
}

/* Another size and back before every key of a visit: what was answered and typed arrives all the same. */
static void test_resized_at_every_screen(void **state)
{
    struct letter letter;

    booth->restless = true;
    booth_play(
        booth,
        "3 1 3 12 Enter 1 1 1 2 0 3 2 \"all of it\" Enter 1 246813 Enter 246813 Enter 1 1 Check "
        "Enter Check Enter Enter");
    assert_sent(&letter, LETTER_COMPLAINT, "A1");
    assert_int_equal(letter.people, 12);
    assert_int_equal(letter.consent, 3);
    assert_int_equal(letter.text_len, strlen("All of it"));
    assert_memory_equal(letter.text, "All of it", letter.text_len);
    assert_keys(&letter, booth->code, "246813");
}

static void test_place_without_pages(void **state)
{
    struct library *library = booth->library;

    booth->place.library = booth->library = library_load("/nonexistent");
    assert_non_null(booth->library);
    booth_play(booth, "3 3 show 1 0 Esc F2 1 0 F2 show Idle");
    assert_non_null(strstr(booth->kept[0], "There are no pages"));
    assert_non_null(strstr(booth->kept[1], "What do you want to do?"));
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
    struct library *library = booth->library;
    char *dir = folder_make();

    assert_int_equal(mkdir(folder_path(dir, "en"), 0700), 0);
    assert_int_equal(mkdir(folder_path(dir, "kk"), 0700), 0);
    for (int i = 1; i <= 9; i++)
        write_page(dir, "en", i);
    write_page(dir, "kk", 1);
    booth->place.library = booth->library = library_load(dir);
    assert_non_null(booth->library);
    /* The ninth page is open in the cover; then the language changes, and the cover comes again. */
    booth_play(booth, "3 F2 7 3 F2 Esc 1 F2 show Idle");
    assert_non_null(strstr(booth->kept[0], "Title"));
    /* The second leaf of the list. */
    booth_play(booth, "3 F2 7 F2 Esc 1 F2 show Idle");
    assert_non_null(strstr(booth->kept[0], "Title"));
    folder_remove(&dir);
    library_free(&library);
}

/* Large print that a passer-by switched on is not the next one's. */
static void test_first_screen_forgets(void **state)
{
    booth_play(booth,
               "3 Esc 4 3 1 0 0 0 0 0 2 \"long story\" Idle"); /* no shorter time for who began */
    assert_int_equal(booth->idled, booth->place.idle_seconds);
    assert_int_equal(booth_play(booth, "4 show Idle"), SESSION_NOBODY);
    assert_non_null(strstr(booth->kept[0], "↓"));
    assert_int_equal(booth->attempts, 0);
}

static void test_languages_in_another_order(void **state)
{
    struct letter letter;

    memcpy(booth->place.languages, "ru\0en\0kk", sizeof booth->place.languages);
    booth_play(booth, "show 2 8 Enter 0 Enter");
    assert_true(strstr(booth->kept[0], "Русский") < strstr(booth->kept[0], "English"));
    assert_sent(&letter, LETTER_COMPLAINT, "A2");
    assert_string_equal(letter.language, "en");
}

/* ---- keys at random ---- */

/* SANDYQ_KEYS in the environment asks for more. */
enum { RANDOM_PRESSES = 100000 };

static uint64_t random_state;
static long random_presses;
static long random_wanted = RANDOM_PRESSES;
static int random_sent;
static bool random_begun;
static bool random_rushed; /* all presses of this session come too fast to be meant */

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(random_state >> 33) % n;
}

static struct keypress random_special(void)
{
    struct keypress press = {
        .kind = (enum keypress_kind)(KEYPRESS_ENTER +
                                     random_below(KEYPRESS_OTHER - KEYPRESS_ENTER + 1))};

    if (press.kind == KEYPRESS_IDLE || press.kind == KEYPRESS_GONE)
        press.kind = KEYPRESS_OTHER;
    if (press.kind == KEYPRESS_RESIZE) {
        booth->rows = random_below(4) == 0 ? 1 + (int)random_below(100) : 24;
        booth->cols = random_below(4) == 0 ? 1 + (int)random_below(250) : 64;
    }
    return press;
}

static struct keypress random_kind(int seconds)
{
    static const uint32_t letters[] = {'a', ' ',   0x436, 0x4e2d, 0x1f600,
                                       'e', 0x301, 0x4d9, '%',    '-'};
    uint32_t dice = random_below(1000);

    /* Into the menu's depths rather than straight out again. */
    if (strstr(booth->now, "What do you want to do?") != NULL && dice > 300)
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = "12345689"[dice % 8]};
    if (dice < 2)
        return (struct keypress){.kind = dice < 1 && seconds > 0 ? KEYPRESS_IDLE : KEYPRESS_GONE};
    if (dice < 550)
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = '0' + random_below(10)};
    if (dice < 750)
        return (struct keypress){.kind = KEYPRESS_ENTER};
    if (dice < 850)
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = letters[random_below(10)]};
    return random_special();
}

static struct keypress random_press(void *context, int seconds)
{
    struct keypress press;

    (void)context;
    random_begun =
        random_begun || (booth->rows >= SCREEN_ROWS_MIN && booth->cols >= SCREEN_COLS_MIN &&
                         strstr(booth->now, "Choose a language") == NULL);
    if (++random_presses >= random_wanted)
        return (struct keypress){.kind = KEYPRESS_GONE};
    press = random_kind(seconds);
    press.too_fast = random_rushed;
    press.pasted = random_below(8) == 0;
    press.keypad = random_below(8) == 0;
    press.caps = random_below(8) == 0;
    return press;
}

/* Whatever was pressed: one envelope at most, none before a language was chosen, and no complaint from keys that came too
   fast to be meant. */
static void assert_visit(enum session_end end)
{
    struct letter letter;

    assert_int_equal(booth->stored, end == SESSION_STORED ? 1 : 0);
    if (end == SESSION_NOBODY)
        assert_int_equal(booth->attempts, 0);
    else
        assert_true(booth->attempts >= 1);
    if (random_begun)
        assert_int_not_equal(end, SESSION_NOBODY);
    if (end != SESSION_STORED)
        return;
    assert_int_equal(booth_open(booth, &letter), ERROR_NONE);
    if (random_rushed)
        assert_int_equal(letter.kind, LETTER_COVER);
    random_sent += letter.kind != LETTER_COVER;
}

static void test_random_keys(void **state)
{
    static const char *const texts[] = {"", "An answer"};
    const char *seed = getenv("SANDYQ_SEED");
    const char *wanted = getenv("SANDYQ_KEYS");

    random_state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    random_wanted = wanted != NULL ? strtol(wanted, NULL, 10) : RANDOM_PRESSES;
    print_message("SANDYQ_SEED=%llu, %ld keys\n", (unsigned long long)random_state, random_wanted);
    booth_printer(booth);
    booth_voice(booth);
    booth->io.key = random_press;
    assert_int_equal(booth_answer(booth, &keys, texts, 2), 0);
    while (random_presses < random_wanted) {
        enum session_end end = SESSION_NOBODY;

        random_begun = false;
        random_rushed = random_below(2) == 0;
        booth->failing = random_below(4) == 0 ? 1 : 0;
        booth->place.large = random_below(4) == 0;
        booth->place.card.type = (uint8_t)random_below(14);
        lang_set("en");
        end = booth_play(booth, "");
        assert_visit(end);
    }
    assert_true(random_sent > 0); /* the keys did reach the depths */
    print_message("%d complaints were sent\n", random_sent);
    booth->clipped = false; /* answers to random questions need not fit random screens */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cover_at_every_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving_asks_about_unsent_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cover_not_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sending_looks_like_leaving, setup, teardown),
        cmocka_unit_test_setup_teardown(test_complaint_arrives, setup, teardown),
        cmocka_unit_test_setup_teardown(test_danger_in_three_keys, setup, teardown),
        cmocka_unit_test_setup_teardown(test_digits_are_enough, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_path_with_followup, setup, teardown),
        cmocka_unit_test_setup_teardown(test_half_a_pin_locks_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_danger_sends_no_unseen_words, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving_asks_about_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_enter_keeps_what_was_answered, setup, teardown),
        cmocka_unit_test_setup_teardown(test_danger_forgets_other_answers, setup, teardown),
        cmocka_unit_test_setup_teardown(test_back_from_a_cry, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answers_are_kept_and_taken_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_empty_complaint_after_failed_stores, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving_after_a_failed_store, setup, teardown),
        cmocka_unit_test_setup_teardown(test_review_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_words_for_the_reader, setup, teardown),
        cmocka_unit_test_setup_teardown(test_text_is_dots_until_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_code_is_dots_until_shown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cover_key, setup, teardown),
        cmocka_unit_test_setup_teardown(test_countdown, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_burst_sends_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_receipt_is_not_left_by_accident, setup, teardown),
        cmocka_unit_test_setup_teardown(test_group_typed_back, setup, teardown),
        cmocka_unit_test_setup_teardown(test_practice_sends_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_slips_look_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_voice, setup, teardown),
        cmocka_unit_test_setup_teardown(test_dark_screen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answer_and_followup, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_has_arrived_yet, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_looks_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_digit_is_told_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_scanner_types_the_code, setup, teardown),
        cmocka_unit_test_setup_teardown(test_news, setup, teardown),
        cmocka_unit_test_setup_teardown(test_small_terminal, setup, teardown),
        cmocka_unit_test_setup_teardown(test_resized_at_every_screen, setup, teardown),
        cmocka_unit_test_setup_teardown(test_place_without_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_languages_with_unequal_pages, setup, teardown),
        cmocka_unit_test_setup_teardown(test_first_screen_forgets, setup, teardown),
        cmocka_unit_test_setup_teardown(test_languages_in_another_order, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_keys, setup, teardown),
    };
    const char *build = getenv("SANDYQ_BUILD");
    char folder[512];

    snprintf(folder, sizeof folder, "%s/locale", build != NULL ? build : "build");
    if (lang_start(folder) != 0) {
        fprintf(stderr, "no translations in %s\n", folder);
        return 1;
    }
    if (secret_start() != ERROR_NONE)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
