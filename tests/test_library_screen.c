/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The news: everyone reads what is for everyone and what is in their language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/lang.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "tests/lib/fake_session.h"

#define NO_NEWS "There is no news now."

static struct fake_session *session;

static int group_setup(void **state)
{
    return secret_start() == ERROR_NONE ? 0 : -1;
}

static int setup(void **state)
{
    session = fake_session_new();
    if (session == NULL)
        return -1;
    session->quick = true;
    return 0;
}

static int teardown(void **state)
{
    assert_false(session->terminal.clipped);
    fake_session_free(&session);
    return 0;
}

/* Puts a board with these notices into the session. */
static void hang_up(const char *notices)
{
    const struct code_keys nobody = {{0}, {0}};

    session->news = notices;
    assert_int_equal(fake_session_answer(session, &nobody, NULL, 0), 0);
}

/* What a visitor sees who opens the news and then presses these keys. */
static const char *read_on(const char *language, const char *keys)
{
    char script[256];

    session->terminal.language = language;
    snprintf(script, sizeof script, "Language 4 %s show Esc Gone", keys);
    fake_session_play(session, script);
    assert_int_equal(session->terminal.kept_count, 1);
    return session->terminal.kept[0];
}

static void assert_reads(const char *language, const char *text)
{
    const char *screen = read_on(language, "");

    if (strstr(screen, text) == NULL)
        fail_msg("%s does not read: %s\nbut:\n%s", language, text, screen);
}

static void assert_misses(const char *language, const char *text)
{
    const char *screen = read_on(language, "");

    if (strstr(screen, text) != NULL)
        fail_msg("%s reads: %s\nin:\n%s", language, text, screen);
}

static void test_a_text_without_sections_is_for_everyone(void **state)
{
    hang_up("We visit on Monday.\n\nAsk for us.");
    for (size_t i = 0; i < LANG_COUNT; i++) {
        assert_reads(lang_code(i), "We visit on Monday.");
        assert_reads(lang_code(i), "Ask for us.");
    }
}

static void test_everyone_reads_their_own_section(void **state)
{
    hang_up("10:00\n[kk]\nДүйсенбі\n[ru]\nПонедельник\n[en]\nMonday");
    assert_reads("kk", "Дүйсенбі");
    assert_reads("ru", "Понедельник");
    assert_reads("en", "Monday");
    for (size_t i = 0; i < LANG_COUNT; i++) {
        assert_reads(lang_code(i), "10:00");
        assert_misses(lang_code(i), "[");
    }
    assert_misses("kk", "Понедельник");
    assert_misses("kk", "Monday");
    assert_misses("ru", "Дүйсенбі");
    assert_misses("en", "Понедельник");
}

static void test_who_has_no_section_reads_what_is_for_everyone(void **state)
{
    hang_up("10:00\n[ru]\nПонедельник");
    assert_reads("en", "10:00");
    assert_misses("en", "Понедельник");
    hang_up("10:00\n[en]\n\n[ru]\nПонедельник"); /* a section with nothing in it is none */
    assert_reads("en", "10:00");
    assert_misses("en", "Понедельник");
}

static void test_who_has_nothing_at_all_reads_the_first_section(void **state)
{
    hang_up("\n[kk]\n\n[ru]\nПонедельник\n[en]\nMonday");
    assert_reads("kk", "Понедельник");
    assert_misses("kk", "Monday");
    assert_reads("en", "Monday");
    assert_misses("en", "Понедельник");
}

static void test_only_a_whole_line_begins_a_section(void **state)
{
    hang_up("See [ru]\n[ru] here\n [ru]\n[RU]\n[de]\n[ru\nlast");
    assert_reads("en", "See [ru]");
    assert_reads("en", "[ru] here");
    assert_reads("en", "[RU]");
    assert_reads("en", "[de]");
    assert_reads("en", "last");
}

static void test_a_section_that_comes_twice_is_read_whole(void **state)
{
    hang_up("[en]\nMonday\n[ru]\nПонедельник\n[en]\nTuesday");
    assert_reads("en", "Monday");
    assert_reads("en", "Tuesday");
    assert_misses("en", "Понедельник");
}

/* One empty line between what is for everyone and the section, however the office wrote it. */
static void test_parts_stand_apart(void **state)
{
    static const char *const texts[] = {"10:00\n[en]\nMonday", "10:00\n\n\n[en]\n\n\nMonday\n\n\n"};
    const size_t len = sizeof session->terminal.now;
    char *first = malloc(len);

    hang_up(texts[0]);
    snprintf(first, len, "%s", read_on("en", ""));
    assert_non_null(strstr(first, "10:00"));
    assert_true(strstr(first, "Monday") > strstr(first, "10:00"));
    hang_up(texts[1]);
    assert_string_equal(read_on("en", ""), first);
    hang_up("10:00\n\nMonday");
    assert_string_equal(read_on("en", ""), first);
    free(first);
}

static void test_nothing_to_say_is_said(void **state)
{
    static const char *const texts[] = {"", "\n\n", "[en]", "[kk]\n[ru]\n\n[en]\n"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        hang_up(texts[i]);
        assert_reads("en", NO_NEWS);
    }
    session->place.board = NULL;
    assert_reads("en", NO_NEWS);
}

/* As long as notices can be: 65536 bytes, the last line of each part included, read to the end. */
static void test_the_longest_notices_are_read_to_the_end(void **state)
{
    static char text[HEAD_NOTICES_MAX + 1];
    static const char end[] = "\n[ru]\nПонедельник\n[en]\nthe end";

    memset(text, 'x', HEAD_NOTICES_MAX);
    for (size_t i = 63; i < HEAD_NOTICES_MAX; i += 64)
        text[i] = '\n';
    memcpy(text + HEAD_NOTICES_MAX - (sizeof end - 1), end, sizeof end - 1);
    hang_up(text);
    assert_non_null(strstr(read_on("en", "End"), "the end"));
    assert_null(strstr(read_on("en", ""), "the end"));
    memset(text, '\n', HEAD_NOTICES_MAX); /* marker after marker: what is cut out must still fit */
    for (size_t i = 0; i + 7 <= HEAD_NOTICES_MAX; i += 7)
        memcpy(text + i, "[en]\nx\n", 7);
    hang_up(text);
    assert_reads("en", "x");
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_a_text_without_sections_is_for_everyone),
        TEST(test_everyone_reads_their_own_section),
        TEST(test_who_has_no_section_reads_what_is_for_everyone),
        TEST(test_who_has_nothing_at_all_reads_the_first_section),
        TEST(test_only_a_whole_line_begins_a_section),
        TEST(test_a_section_that_comes_twice_is_read_whole),
        TEST(test_parts_stand_apart),
        TEST(test_nothing_to_say_is_said),
        TEST(test_the_longest_notices_are_read_to_the_end),
    };

    return cmocka_run_group_tests(tests, group_setup, NULL);
}
