/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys at random: whatever is pressed, a session keeps its promises. SANDYQ_KEYS in the
   environment asks for more keys, SANDYQ_SEED for the same ones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/lang.h"
#include "tests/lib/chance.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/session_test.h"

/* SANDYQ_KEYS in the environment asks for more. */
enum { RANDOM_PRESSES = 100000 };

static long random_presses;
static long random_wanted = RANDOM_PRESSES;
static int random_sent;
static bool random_begun;
static bool random_too_fast; /* all presses of this session come too fast to be meant */

static struct keypress random_special(void)
{
    struct keypress press = {
        .kind = (enum keypress_kind)(KEYPRESS_ENTER +
                                     chance_below(KEYPRESS_OTHER - KEYPRESS_ENTER + 1))};

    if (press.kind == KEYPRESS_IDLE || press.kind == KEYPRESS_GONE)
        press.kind = KEYPRESS_OTHER;
    if (press.kind == KEYPRESS_RESIZE) {
        session->terminal.rows = chance_below(4) == 0 ? 1 + (int)chance_below(100) : 24;
        session->terminal.cols = chance_below(4) == 0 ? 1 + (int)chance_below(250) : 64;
    }
    return press;
}

static struct keypress random_kind(int seconds)
{
    static const uint32_t letters[] = {'a', ' ',   0x436, 0x4e2d, 0x1f600,
                                       'e', 0x301, 0x4d9, '%',    '-'};
    uint32_t dice = chance_below(1000);

    /* Into the menu's depths rather than straight out again. */
    if (strstr(session->terminal.now, "What do you want to do?") != NULL && dice > 300)
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = "12345689"[dice % 8]};
    if (dice < 2)
        return (struct keypress){.kind = dice < 1 && seconds > 0 ? KEYPRESS_IDLE : KEYPRESS_GONE};
    if (dice < 550)
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = '0' + chance_below(10)};
    if (dice < 750)
        return (struct keypress){.kind = KEYPRESS_ENTER};
    if (dice < 850)
        return (struct keypress){.kind = KEYPRESS_CHAR, .ch = letters[chance_below(10)]};
    return random_special();
}

static struct keypress random_press(void *context, int seconds)
{
    struct keypress press;

    (void)context;
    random_begun = random_begun || (session->terminal.rows >= SCREEN_ROWS_MIN &&
                                    session->terminal.cols >= SCREEN_COLS_MIN &&
                                    strstr(session->terminal.now, "Choose a language") == NULL);
    if (++random_presses >= random_wanted)
        return (struct keypress){.kind = KEYPRESS_GONE};
    press = random_kind(seconds);
    press.too_fast = random_too_fast;
    press.pasted = chance_below(8) == 0;
    press.keypad = chance_below(8) == 0;
    press.caps = chance_below(8) == 0;
    return press;
}

/* Whatever was pressed: one envelope at most, none before a language was chosen, and no
   complaint from keys that came too fast to be meant. */
static void assert_visit(enum session_end end)
{
    struct letter letter;

    assert_int_equal(session->stored, end == SESSION_STORED ? 1 : 0);
    if (end == SESSION_NOBODY)
        assert_int_equal(session->attempts, 0);
    else
        assert_true(session->attempts >= 1);
    if (random_begun)
        assert_int_not_equal(end, SESSION_NOBODY);
    if (end != SESSION_STORED)
        return;
    assert_int_equal(fake_session_open(session, &letter), ERROR_NONE);
    if (random_too_fast)
        assert_int_equal(letter.kind, LETTER_COVER);
    random_sent += letter.kind != LETTER_COVER;
}

static void test_random_keys(void **state)
{
    static const char *const texts[] = {"", "An answer"};
    const char *wanted = getenv("SANDYQ_KEYS");

    chance_start();
    random_wanted = wanted != NULL ? strtol(wanted, NULL, 10) : RANDOM_PRESSES;
    print_message("%ld keys\n", random_wanted);
    fake_session_printer(session);
    fake_session_voice(session);
    session->io.key = random_press;
    assert_int_equal(fake_session_answer(session, &session_keys, texts, 2), 0);
    while (random_presses < random_wanted) {
        enum session_end end = SESSION_NOBODY;

        random_begun = false;
        random_too_fast = chance_below(2) == 0;
        session->failing = chance_below(4) == 0 ? 1 : 0;
        session->place.large = chance_below(4) == 0;
        session->place.card.type = (uint8_t)chance_below(14);
        lang_set("en");
        end = play("");
        assert_visit(end);
    }
    assert_true(random_sent > 0); /* the keys did reach the depths */
    print_message("%d complaints were sent\n", random_sent);
    session->terminal.clipped = false; /* answers to random questions need not fit random screens */
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        SESSION_TEST(test_random_keys),
    };

    if (session_test_start() != 0)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
