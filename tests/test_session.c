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
#include <time.h>

#include <cmocka.h>

#include "crypto/secret.h"
#include "tests/booth.h"
#include "tests/raster.h"
#include "tui/lang.h"
#include "tui/utf8.h"

#define TO_TEXT   "3 1 1 2 " /* English, write, group A, category A2 */
#define TO_REVIEW TO_TEXT "\"I am not safe\" Enter "

static struct booth *booth;
static struct code_keys keys; /* of BOOTH_CODE and BOOTH_PIN; test data, not secret */

static int setup(void **state)
{
    booth = booth_new();
    return booth == NULL ? -1 : 0;
}

static int teardown(void **state)
{
    assert_false(booth->clipped);
    booth_free(&booth);
    return 0;
}

static void assert_cover(void)
{
    struct letter letter;

    assert_int_equal(booth->stored, 1);
    assert_int_equal(booth_open(booth, &letter), LETTER_OK);
    assert_int_equal(letter.kind, LETTER_COVER);
    assert_int_equal(letter.session, BOOTH_NUMBER);
    assert_int_equal(letter.day, BOOTH_DAY);
    assert_string_equal(letter.facility, "KZ-17");
    assert_memory_equal(letter.kiosk, booth->place.card.kiosk, LETTER_KIOSK_LEN);
}

static void test_nobody(void **state)
{
    assert_int_equal(booth_play(booth, "4 9 0 Enter Esc F1 Tab \"x\" show Gone"), SESSION_NOBODY);
    assert_int_equal(booth->attempts, 0);
    assert_non_null(strstr(booth->kept[0], "Выберите язык"));
    assert_null(strstr(booth->kept[0], "KZ-17"));
}

static void test_cover_at_every_end(void **state)
{
    static const char *const ways[] = {
        "3 3",
        "3 Idle",
        "3 Gone",
        "3 Esc Idle",
        "3 Esc 1 3",
        "3 F1 Idle",
        "3 1 Idle",
        "3 1 1 Gone",
        TO_TEXT "\"half a sen\" Idle",
        TO_TEXT "\"half a sen\" F1 Gone",
        TO_REVIEW "Idle",
        TO_REVIEW "1 Idle",
        TO_REVIEW "1 1234 Enter Gone",
        TO_REVIEW "1 1234 Enter 1235 Enter Idle",
        TO_REVIEW "4 Idle",
        TO_REVIEW "4 2 3",
        TO_REVIEW "Esc Esc Esc 3 2",
        "3 2 Idle",
        "3 2 " BOOTH_CODE " Enter Gone",
        "3 2 Esc 3",
    };

    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        lang_set("en");
        assert_int_equal(booth_play(booth, ways[i]), SESSION_STORED);
        assert_int_equal(booth->waits, 0);
        assert_false(booth->late);
        assert_cover();
        assert_string_equal(booth->now + strspn(booth->now, "\n"), "");
    }
}

static void test_leaving_asks_about_unsent_text(void **state)
{
    booth_play(booth, TO_REVIEW "Esc Esc Esc 3 show 1 3 1 1 1 2 show Idle");
    assert_non_null(strstr(booth->kept[0], "Throw it away?"));
    assert_non_null(strstr(booth->kept[1], "I am not safe"));
    assert_cover();
}

static void test_cover_not_stored(void **state)
{
    booth->failing = 9;
    assert_int_equal(booth_play(booth, "3 3"), SESSION_FAILED);
    assert_int_equal(booth->stored, 0);
}

static void assert_keys(const struct letter *letter, const char *code, const char *pin)
{
    struct code_keys want;

    assert_int_equal(code_derive(code, pin, booth->place.charter.office, &want), CODE_OK);
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

    booth->watch = scan;
    assert_int_equal(booth_play(booth,
                                "3 1 1 1 \"Мені ұрды. Меня били! 12 \" Tab \"'%s%n ә€\" Enter "
                                "1 show 135 Enter show Backspace Backspace Backspace "
                                "13579 Enter 13578 Enter show 13579 Enter 13579 Enter "
                                "show Enter Esc 2 3 4 5 6 7 8 9 0 Tab show 1 Esc 1 show Enter"),
                     SESSION_STORED);
    assert_int_equal(booth->stored, 1);
    assert_null(strstr(booth->kept[1], "135"));
    assert_non_null(strstr(booth->kept[1], "A PIN has 4 digits or more"));
    assert_non_null(strstr(booth->kept[2], "not the same"));
    assert_string_equal(booth->kept[3], booth->kept[4]);
    assert_non_null(strstr(booth->kept[5], "wipe the number"));

    booth_code(booth->kept[3], code);
    assert_int_equal(code_parse(code, strlen(code), parsed), CODE_OK);
    assert_string_equal(scanned, code);

    assert_int_equal(booth_open(booth, &letter), LETTER_OK);
    assert_int_equal(letter.kind, LETTER_COMPLAINT);
    assert_string_equal(letter.language, "en");
    assert_string_equal(letter.category, "A1");
    assert_int_equal(letter.consent, 1);
    assert_int_equal(letter.text_len, sizeof text - 1);
    assert_memory_equal(letter.text, text, letter.text_len);
    assert_keys(&letter, code, "13579");
}

static void test_empty_complaint_after_failed_stores(void **state)
{
    struct letter letter;

    assert_int_equal(booth_play(booth, "3 1 0 Enter 1 fail fail Enter show 1 show 1 show 1 Enter"),
                     SESSION_STORED);
    assert_int_equal(booth->attempts, 3);
    assert_false(booth->changed);
    assert_int_equal(booth->stored, 1);
    assert_non_null(strstr(booth->kept[0], "not stored yet"));
    assert_string_equal(booth->kept[0], booth->kept[1]);
    assert_non_null(strstr(booth->kept[2], "It is stored"));
    assert_int_equal(booth_open(booth, &letter), LETTER_OK);
    assert_int_equal(letter.kind, LETTER_COMPLAINT);
    assert_string_equal(letter.category, "H1");
    assert_int_equal(letter.text_len, 0);
}

static void test_leaving_after_a_failed_store(void **state)
{
    assert_int_equal(booth_play(booth, TO_REVIEW "1 fail Enter Esc 2"), SESSION_STORED);
    assert_cover();
}

static void test_review_changes(void **state)
{
    booth_play(booth, TO_REVIEW "show 2 \" here\" Enter show 3 3 1 show 3 Esc show Idle");
    assert_non_null(strstr(booth->kept[0], "in danger right now"));
    assert_non_null(strstr(booth->kept[1], "I am not safe here"));
    assert_non_null(strstr(booth->kept[2], "no doctor"));
    assert_string_equal(booth->kept[2], booth->kept[3]);
}

static void test_answer_and_followup(void **state)
{
    static const char *const texts[] = {"", "We visited. Tell us more.",
                                        "A prosecutor has it now."};
    struct letter letter;

    assert_int_equal(booth_answer(booth, &keys, texts, 3), 0);
    assert_int_equal(booth_play(booth, "3 2 " BOOTH_CODE " Enter " BOOTH_PIN " Enter show "
                                       "1 \"It goes on\" Enter show 1 show Enter show Enter"),
                     SESSION_STORED);
    assert_true(strstr(booth->kept[0], texts[1]) < strstr(booth->kept[0], texts[2]));
    assert_non_null(strstr(booth->kept[0], texts[1]));
    assert_non_null(strstr(booth->kept[0], "arrived up to 2026-11-19"));
    assert_null(strstr(booth->kept[3], "1234"));
    assert_int_equal(booth->stored, 1);
    assert_int_equal(booth_open(booth, &letter), LETTER_OK);
    assert_int_equal(letter.kind, LETTER_FOLLOWUP);
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
    booth_play(booth, "3 2 " BOOTH_CODE " Enter " BOOTH_PIN " Enter show Enter 3");
    assert_non_null(strstr(booth->kept[0], "No word has come back yet"));
    assert_null(strstr(booth->kept[0], "1970"));
}

static void test_nothing_looks_the_same(void **state)
{
    static const char *const texts[] = {"An answer"};

    assert_int_equal(booth_answer(booth, &keys, texts, 0), 0);
    booth_play(booth, "3 2 " BOOTH_CODE " Enter " BOOTH_PIN " Enter show Enter 3");
    char *none = strdup(booth->kept[0]);
    assert_int_equal(booth->waits, 1);
    assert_cover();
    assert_int_equal(booth_answer(booth, &keys, texts, 1), 0);
    booth_play(booth, "3 2 " BOOTH_CODE " Enter 2469 Enter show Enter 3");
    assert_string_equal(booth->kept[0], none);
    assert_int_equal(booth->waits, 1);
    booth_play(booth, "3 2 " BOOTH_UNKNOWN " Enter Enter show Enter 3");
    assert_string_equal(booth->kept[0], none);
    assert_int_equal(booth->waits, 1);
    assert_cover();
    free(none);
}

static void test_wrong_digit_is_told_at_once(void **state)
{
    booth_play(
        booth,
        "3 2 123456789012345678901234 Enter show Backspace 5 show Backspace Enter show 3 Idle");
    assert_non_null(strstr(booth->kept[0], "One digit is wrong"));
    assert_null(strstr(booth->kept[1], "One digit is wrong"));
    assert_non_null(strstr(booth->kept[2], "Some are missing"));
    assert_int_equal(booth->waits, 0);
}

static void test_small_terminal(void **state)
{
    booth_play(booth,
               TO_TEXT "\"kept\" resize 10x40 show \"lost\" Enter resize 50x120 show resize 24x64 "
                       "show Idle");
    assert_non_null(strstr(booth->kept[0], "The screen is too small."));
    assert_null(strstr(booth->kept[0], "kept"));
    assert_non_null(strstr(booth->kept[1], "kept"));
    assert_null(strstr(booth->kept[1], "lost"));
    assert_non_null(strstr(booth->kept[2], "kept"));
    assert_cover();
}

static void test_full_text(void **state)
{
    static char script[LETTER_TEXT_MAX + 256];
    struct letter letter;
    char *at = stpcpy(script, TO_TEXT "\"");

    /* Characters of four bytes: the limit is reached with the fewest keys. */
    for (size_t i = 0; i < LETTER_TEXT_MAX / 4; i++)
        at = stpcpy(at, "𠀀");
    stpcpy(at, "\" \"more than fits\" show Enter 1 Enter 1 Enter");
    booth_play(booth, script);
    assert_non_null(strstr(booth->kept[0], "Letters left: 0"));
    assert_int_equal(booth->stored, 1);
    assert_int_equal(booth_open(booth, &letter), LETTER_OK);
    assert_int_equal(letter.kind, LETTER_COMPLAINT);
    assert_int_equal(letter.text_len, LETTER_TEXT_MAX);
    assert_memory_equal(letter.text, script + strlen(TO_TEXT) + 1, LETTER_TEXT_MAX);
}

/* ---- keys at random ---- */

enum { RANDOM_PRESSES = 100000, RANDOM_DERIVATIONS = 2 };

static uint64_t random_state;
static long random_presses;
static bool random_begun;
static int random_derivations;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(random_state >> 33) % n;
}

static struct press random_special(void)
{
    static const enum press_kind kinds[] = {
        PRESS_BACK,  PRESS_DELETE,    PRESS_UP,    PRESS_DOWN,  PRESS_LEFT,
        PRESS_RIGHT, PRESS_PAGE_UP,   PRESS_HOME,  PRESS_END,   PRESS_TAB,
        PRESS_HELP,  PRESS_PAGE_DOWN, PRESS_OTHER, PRESS_RESIZE};
    struct press press = {.kind = kinds[random_below(sizeof kinds / sizeof *kinds)]};

    if (press.kind == PRESS_RESIZE) {
        booth->rows = random_below(4) == 0 ? 1 + (int)random_below(100) : 24;
        booth->cols = random_below(4) == 0 ? 1 + (int)random_below(250) : 64;
    }
    return press;
}

static struct press random_press(void *context, int idle_seconds)
{
    static const uint32_t letters[] = {'a', ' ',   0x436, 0x4e2d, 0x1f600,
                                       'e', 0x301, 0x4d9, '%',    '-'};
    uint32_t dice = random_below(1000);
    bool pin = strstr(booth->now, "Send:") != NULL || strstr(booth->now, "Your PIN") != NULL;

    (void)context;
    random_derivations += booth->waits;
    booth->waits = 0;
    random_begun =
        random_begun || (booth->rows >= SCREEN_ROWS_MIN && booth->cols >= SCREEN_COLS_MIN &&
                         strstr(booth->now, "Choose a language") == NULL);
    /* Into the menu's depths rather than straight out again. */
    if (strstr(booth->now, "Is there an answer for me?") != NULL && dice > 300)
        dice = 1000 + dice % 2;
    if (++random_presses >= RANDOM_PRESSES || dice < 2)
        return (struct press){.kind = dice < 1 && idle_seconds > 0 ? PRESS_IDLE : PRESS_GONE};
    if (dice >= 1000)
        return (struct press){.kind = PRESS_CHAR, .ch = '1' + dice - 1000};
    if (dice < 600)
        return (struct press){.kind = PRESS_CHAR, .ch = '0' + random_below(10)};
    if (dice < 800 && (!pin || random_derivations < RANDOM_DERIVATIONS))
        return (struct press){.kind = PRESS_ENTER};
    if (dice < 900)
        return (struct press){.kind = PRESS_CHAR, .ch = letters[random_below(10)]};
    return random_special();
}

static void test_random_keys(void **state)
{
    const char *seed = getenv("SEED");

    random_state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    print_message("SEED=%llu\n", (unsigned long long)random_state);
    booth->io.press = random_press;
    while (random_presses < RANDOM_PRESSES) {
        enum session_end end = SESSION_NOBODY;

        random_begun = false;
        booth->failing = random_below(4) == 0 ? 1 : 0;
        lang_set("en");
        end = booth_play(booth, "");
        assert_int_equal(booth->stored, end == SESSION_STORED ? 1 : 0);
        if (end == SESSION_NOBODY)
            assert_int_equal(booth->attempts, 0);
        else
            assert_true(booth->attempts >= 1);
        if (random_begun)
            assert_int_not_equal(end, SESSION_NOBODY);
    }
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_nobody, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cover_at_every_end, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving_asks_about_unsent_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_cover_not_stored, setup, teardown),
        cmocka_unit_test_setup_teardown(test_complaint_arrives, setup, teardown),
        cmocka_unit_test_setup_teardown(test_empty_complaint_after_failed_stores, setup, teardown),
        cmocka_unit_test_setup_teardown(test_leaving_after_a_failed_store, setup, teardown),
        cmocka_unit_test_setup_teardown(test_review_changes, setup, teardown),
        cmocka_unit_test_setup_teardown(test_answer_and_followup, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_has_arrived_yet, setup, teardown),
        cmocka_unit_test_setup_teardown(test_nothing_looks_the_same, setup, teardown),
        cmocka_unit_test_setup_teardown(test_wrong_digit_is_told_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(test_small_terminal, setup, teardown),
        cmocka_unit_test_setup_teardown(test_full_text, setup, teardown),
        cmocka_unit_test_setup_teardown(test_random_keys, setup, teardown),
    };
    uint8_t office[CODE_OFFICE_LEN];

    memset(office, 0x5a, sizeof office);
    if (secret_start() != SECRET_OK || code_derive(BOOTH_CODE, BOOTH_PIN, office, &keys) != CODE_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
