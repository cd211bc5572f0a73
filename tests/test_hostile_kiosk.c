/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile texts at the kiosk: in an answer, in what is typed, on the slip. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "base/utf8.h"
#include "complaint/letter.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/hostile.h"
#include "tests/lib/hostile_office.h"
#include "tests/lib/pty.h"
#include "tui/linear.h"

/* No terminal paints what a voice says and what an editor holds. */
static void harmless_signs(const char *place, const struct hostile *hostile, const char *out,
                           size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t ch = 0;
        at += utf8_take(out + at, len - at, &ch);
        hostile_expect(ch == '\n' || utf8_harmless(ch), place, hostile, "an invisible character");
    }
}

static struct fake_session *session;
static const struct hostile *shown_now;
static unsigned seen_now;

/* Sees every screen of a session, and what a voice would say of it. */
static void look(const struct screen *grid)
{
    static char said[SESSION_SPEECH_MAX];
    assert_true(screen_dump(grid, hostile_dump, sizeof hostile_dump) < sizeof hostile_dump);
    seen_now |= (strstr(hostile_dump, SCREEN_HEAD) != NULL) |
                (strstr(hostile_dump, SCREEN_TAIL) != NULL) << 1;
    hostile_check_grid("kiosk", shown_now, grid);
    const size_t len = linear_text(grid, said, sizeof said);
    assert_true(len < sizeof said);
    harmless_signs("voice", shown_now, said, len);
}

static bool holds_nul(const struct hostile *hostile)
{
    return memchr(hostile->unit, '\0', hostile->len) != NULL;
}

static void read_answer(const struct code_keys *keys)
{
    char script[512] = "3 2 " FAKE_SESSION_CODE " Enter " FAKE_SESSION_PIN " Enter ";
    const char *const texts[] = {"", hostile_answer};
    for (int i = 0; i < 30; i++)
        strcat(script, "PgDn ");
    strcat(script, "End Enter 7");
    assert_int_equal(fake_session_answer(session, keys, texts, 2), 0);
    seen_now = 0;
    fake_session_play(session, script);
}

static void test_an_answer_at_the_kiosk(void **state)
{
    struct code_keys keys;
    hostile_places += 2;
    session = fake_session_new();
    assert_non_null(session);
    session->quick = true;
    session->terminal.watch = look;
    fake_session_voice(session);
    assert_int_equal(fake_session_derive(session, FAKE_SESSION_CODE, FAKE_SESSION_PIN, NULL, &keys),
                     0);
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        shown_now = &hostile_texts[i];
        hostile_make(shown_now);
        if (shown_now->kind == HOSTILE_TORN || holds_nul(shown_now))
            continue; /* neither is taken from the office, and fake_session_answer takes strings */
        read_answer(&keys);
        hostile_expect(seen_now == 3, "kiosk", shown_now, "honest words are lost");
        harmless_signs("voice", shown_now, session->said, strlen(session->said));
    }
    fake_session_free(&session);
    hostile_finish();
}

/* The keys of a text: each line in quotes, without the signs that a script has of its own. */
static void write_script(const struct hostile *hostile, char *script)
{
    strcpy(script, "3 1 1 1 2 0 0 0 2 \"Before ");
    char *to = script + strlen(script);
    for (size_t i = 0; i < hostile->len; i++)
        if (hostile->unit[i] != '\0' && strchr("\"\n", hostile->unit[i]) == NULL)
            *to++ = hostile->unit[i];
    strcpy(to, " after\" Enter 1 Enter 2 0 Enter");
}

/* What is typed at the kiosk gets into the letter without what cannot be seen, and never to the
   printer: the slip is that of the code. */
static void test_what_is_typed_and_the_slip(void **state)
{
    static char script[1024];
    static uint8_t want[SLIP_MAX];
    struct letter letter;
    hostile_places += 2;
    session = fake_session_new();
    assert_non_null(session);
    session->quick = true;
    session->terminal.watch = look;
    fake_session_printer(session);
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        shown_now = &hostile_texts[i];
        write_script(shown_now, script);
        assert_int_equal(fake_session_play(session, script), SESSION_STORED);
        assert_int_equal(fake_session_open(session, &letter), 0);
        harmless_signs("typed", shown_now, letter.text, letter.text_len);
        hostile_expect(memmem(letter.text, letter.text_len, "Before", 6) != NULL &&
                           memmem(letter.text, letter.text_len, "after", 5) != NULL,
                       "typed", shown_now, "honest words are lost");
        assert_int_equal(session->slips, 1);
        hostile_expect(slip_make(session->code, SLIP_58, want) == session->slip_len &&
                           memcmp(want, session->slip, session->slip_len) == 0,
                       "slip", shown_now, "the slip is another");
    }
    fake_session_free(&session);
    hostile_finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_an_answer_at_the_kiosk),
        cmocka_unit_test(test_what_is_typed_and_the_slip),
    };
    return cmocka_run_group_tests(tests, hostile_setup, hostile_teardown);
}
