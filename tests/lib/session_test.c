/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of a session have in common. */
#include "tests/lib/session_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/lang.h"
#include "crypto/secret.h"

struct fake_session *session;
struct code_keys session_keys;

int session_test_start(void)
{
    const char *build = getenv("SANDYQ_BUILD");
    char folder[512];

    snprintf(folder, sizeof folder, "%s/locale", build != NULL ? build : "build");
    if (lang_start(folder) != 0) {
        fprintf(stderr, "no translations in %s\n", folder);
        return 1;
    }
    return secret_start() == ERROR_NONE ? 0 : 1;
}

int session_test_setup(void **state)
{
    session = fake_session_new();
    if (session == NULL)
        return -1;
    session->quick = true;
    return fake_session_derive(session, FAKE_SESSION_CODE, FAKE_SESSION_PIN, NULL, &session_keys);
}

int session_test_teardown(void **state)
{
    assert_false(session->terminal.clipped);
    fake_session_free(&session);
    return 0;
}

enum session_end play(const char *script)
{
    return fake_session_play(session, script);
}

void session_test_kept(int n, const char *text, bool shown, const char *file, int line)
{
    const struct fake_terminal *terminal = &session->terminal;

    if (n < terminal->kept_count && (strstr(terminal->kept[n], text) != NULL) == shown)
        return;
    print_error("kept screen %d of %d %s: %s\n%s\n", n, terminal->kept_count,
                shown ? "does not show" : "shows", text,
                n < terminal->kept_count ? terminal->kept[n] : "");
    _fail(file, line);
}

void assert_cover(void)
{
    struct letter letter;

    assert_int_equal(session->stored, 1);
    assert_int_equal(fake_session_open(session, &letter), ERROR_NONE);
    assert_int_equal(letter.kind, LETTER_COVER);
    assert_int_equal(letter.session, FAKE_SESSION_NUMBER);
    assert_int_equal(letter.day, FAKE_SESSION_DAY);
    assert_string_equal(letter.facility, "KZ-17");
    assert_memory_equal(letter.kiosk, session->place.card.kiosk, LETTER_KIOSK_LEN);
}

void assert_sent(struct letter *letter, enum letter_kind kind, const char *category)
{
    assert_int_equal(session->stored, 1);
    assert_int_equal(fake_session_open(session, letter), ERROR_NONE);
    assert_int_equal(letter->kind, kind);
    assert_string_equal(letter->category, category);
}

void assert_keys(const struct letter *letter, const char *code, const char *pin)
{
    struct code_keys want;

    assert_int_equal(fake_session_derive(session, code, pin, NULL, &want), 0);
    assert_memory_equal(letter->tag_key, want.tag, CODE_KEY_LEN);
    assert_memory_equal(letter->answer_key, want.answer, CODE_KEY_LEN);
}
