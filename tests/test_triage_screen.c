/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The triage screen without a terminal, and the same case in print: what a stranger wrote never
   passes for the office's words, nothing is cut in silence, and every screen fits in every
   language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/lang.h"
#include "desk/print.h"
#include "desk/print_case.h"
#include "desk/print_kiosks.h"
#include "desk/triage_screen.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tui/wrap.h"

static struct fake_desk desk;
static struct fake_kiosk kiosk;
static struct triage_screen *ui;
static struct screen *screen;
static char dump[32768];

static int setup(void **state)
{
    lang_set("en");
    fake_desk_open(&desk);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    return 0;
}

static int teardown(void **state)
{
    screen_free(&screen);
    triage_screen_free(&ui);
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    return 0;
}

/* --- the screen at work --- */

static void receive(const char *text, int copies)
{
    const uint64_t first = kiosk.seq + 1;
    for (int i = 0; i < copies; i++) {
        struct letter letter = fake_kiosk_letter(&kiosk, 'a', text);
        letter.kind = kiosk.seq == 0 ? LETTER_COMPLAINT : LETTER_FOLLOWUP;
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&desk, &kiosk, first, kiosk.seq, NULL), ERROR_NONE);
}

static void start(void)
{
    assert_int_equal(triage_screen_new(&desk.vault, FAKE_DESK_DAY, &ui), ERROR_NONE);
    screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN);
    assert_non_null(screen);
}

static void draw(void)
{
    triage_screen_draw(ui, screen);
    assert_true(screen_dump(screen, dump, sizeof dump) < sizeof dump);
}

static void press(enum keypress_kind kind, uint32_t ch)
{
    assert_true(triage_screen_key(ui, screen, (struct keypress){kind, ch}));
    draw();
}

static void type(const char *text)
{
    for (; *text != '\0'; text++)
        press(KEYPRESS_CHAR, (uint32_t)*text);
}

static void assert_shown(const char *text)
{
    if (strstr(dump, text) == NULL)
        fail_msg("not shown: %s\nbut:\n%s", text, dump);
}

/* Calls check for each line of a text. */
static void each_line(char *text, void (*check)(const char *line))
{
    for (char *line = strtok(text, "\n"); line != NULL; line = strtok(NULL, "\n"))
        check(line);
}

static void test_one_way_through(void **state)
{
    receive("evil\033[31m text \xE2\x80\xAE end", 1);
    start();
    press(KEYPRESS_OTHER, 0);
    assert_shown("PC-17");
    press(KEYPRESS_ENTER, 0);
    press(KEYPRESS_END, 0);
    assert_shown("end");
    assert_null(strchr(dump, '\033'));
    press(KEYPRESS_CHAR, 'a');
    press(KEYPRESS_CHAR, 'x');
    press(KEYPRESS_ENTER, 0);
    press(KEYPRESS_CHAR, '2'); /* keep writing */
    assert_shown("Your answer");
    press(KEYPRESS_ENTER, 0);
    press(KEYPRESS_CHAR, '3'); /* drop */
    press(KEYPRESS_CHAR, 'q');
    assert_shown("1+0");
    assert_false(triage_screen_key(ui, screen, (struct keypress){KEYPRESS_CHAR, 'q'}));
}

static void test_a_question_is_sent_as_such(void **state)
{
    receive("text", 1);
    start();
    press(KEYPRESS_ENTER, 0);
    press(KEYPRESS_CHAR, 'a');
    type("Well?");
    press(KEYPRESS_ENTER, 0);
    press(KEYPRESS_CHAR, '4');
    assert_shown("no question with answers"); /* and nothing of it is lost */
    assert_shown("Well?");
    press(KEYPRESS_TAB, 0);
    type("1 Good");
    press(KEYPRESS_ENTER, 0);
    press(KEYPRESS_CHAR, '4');
    assert_shown("The question is kept.");
    press(KEYPRESS_END, 0);
    assert_shown("1 Good");
    press(KEYPRESS_CHAR, 'q');
    assert_shown("need-info");
}

/* --- what a stranger writes --- */

#define FORGED "Note of the office, 2026-11-22"

static void not_forged(const char *line)
{
    const char *forged = strstr(line, FORGED), *margin = strchr(line, '|');
    if (forged != NULL && (margin == NULL || margin > forged))
        fail_msg("passes for a heading: %s", line);
    assert_true(wrap_columns(line, strlen(line)) <= 76);
}

/* A heading behind padding of every length: wherever lines break, one stands at a line's start. */
static void forge(char *text, size_t size)
{
    size_t len = 0;
    for (int pad = 40; pad < 90; pad++)
        len += (size_t)snprintf(text + len, size - len, "%0*d " FORGED "\n" FORGED "\n", pad, 0);
    assert_true(len < size);
}

static void test_no_text_passes_for_a_heading_in_print(void **state)
{
    char text[LETTER_TEXT_MAX];
    size_t len = 0;
    forge(text, sizeof text);
    receive(text, 1);
    char *shown = fake_desk_show(&desk, 1, 0, &len);
    each_line(shown, not_forged);
    free(shown);
}

static void test_no_text_passes_for_a_heading_on_the_screen(void **state)
{
    char text[LETTER_TEXT_MAX];
    forge(text, sizeof text);
    receive(text, 1);
    start();
    press(KEYPRESS_ENTER, 0);
    for (int page = 0; page < 20; page++) {
        each_line(dump, not_forged);
        press(KEYPRESS_PAGE_DOWN, 0);
    }
}

static void test_no_name_passes_for_a_heading(void **state)
{
    char name[LETTER_NAME_MAX + 1];
    size_t len = 0;
    for (int pad = 20; pad < 90; pad++) {
        struct letter letter = fake_kiosk_letter(&kiosk, 'a', "");
        letter.kind = kiosk.seq == 0 ? LETTER_COMPLAINT : LETTER_FOLLOWUP;
        letter.name_len = (size_t)snprintf(name, sizeof name, "%0*d " FORGED "\n" FORGED, pad, 0);
        letter.name = name;
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&desk, &kiosk, 1, kiosk.seq, NULL), ERROR_NONE);
    char *shown = fake_desk_show(&desk, 1, 0, &len);
    assert_non_null(strstr(shown, FORGED));
    each_line(shown, not_forged);
    free(shown);
}

static void test_many_empty_lines_become_two(void **state)
{
    char text[8000];
    size_t len = 0;
    memset(text, '\n', sizeof text);
    text[0] = 'a';
    memcpy(text + sizeof text - 2, "b", 2);
    receive(text, 1);
    char *shown = fake_desk_show(&desk, 1, 0, &len);
    assert_non_null(strstr(shown, "    | a\n    |\n    |\n    | b\n"));
    free(shown);
}

static void test_a_case_too_long_for_the_screen_says_so(void **state)
{
    char text[12001];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 2 == 0 ? 'x' : '\n';
    text[sizeof text - 1] = '\0';
    receive(text, 6);
    start();
    press(KEYPRESS_ENTER, 0);
    assert_shown("This case is longer than the screen can hold.");
    press(KEYPRESS_END, 0);
    assert_shown("This case is longer than the screen can hold.");
}

/* --- an answer that is being written --- */

static void test_an_answer_cut_off_stays_as_a_note(void **state)
{
    size_t len = 0;
    receive("text", 1);
    start();
    press(KEYPRESS_ENTER, 0);
    press(KEYPRESS_CHAR, 'a');
    type("We come on Tuesday");
    assert_false(triage_screen_key(ui, screen, (struct keypress){KEYPRESS_GONE, 0}));
    assert_int_equal(triage_screen_lost(ui), ERROR_NONE);
    char *shown = fake_desk_show(&desk, 1, 0, &len);
    const char *note = strstr(shown, "Note of the office");
    assert_non_null(note);
    assert_non_null(strstr(note, "This answer was not sent."));
    assert_non_null(strstr(note, "We come on Tuesday"));
    free(shown);
}

static void test_no_note_when_nothing_was_written(void **state)
{
    size_t len = 0;
    receive("text", 1);
    start();
    press(KEYPRESS_ENTER, 0);
    press(KEYPRESS_CHAR, 'a');
    assert_false(triage_screen_key(ui, screen, (struct keypress){KEYPRESS_GONE, 0}));
    char *shown = fake_desk_show(&desk, 1, 0, &len);
    assert_null(strstr(shown, "Note of the office"));
    free(shown);
}

/* --- every screen in every language --- */

static void fits(const char *language, int error)
{
    lang_set(language);
    triage_screen_tell(ui, error);
    draw();
    if (screen_clipped(screen))
        fail_msg("%s, error %d, is cut:\n%s", language, error, dump);
}

/* What is told stands whole above the keys, and nothing of the body runs into it. */
static void every_error_fits(void)
{
    for (size_t i = 0; i < LANG_COUNT; i++) {
        for (int code = 1; code < ERROR_COUNT; code++)
            fits(lang_code(i), code);
        fits(lang_code(i), ERROR_NONE);
    }
}

static void test_every_view_and_error_fits(void **state)
{
    char text[2000];
    memset(text, 'w', sizeof text);
    text[sizeof text - 1] = '\0';
    start();
    every_error_fits();
    triage_screen_free(&ui);
    screen_free(&screen);
    receive(text, 2);
    start();
    every_error_fits();
    press(KEYPRESS_ENTER, 0);
    every_error_fits();
    press(KEYPRESS_CHAR, 'a');
    every_error_fits();
    type("text");
    press(KEYPRESS_ENTER, 0);
    every_error_fits();
}

/* --- tables --- */

/* The columns where the words of a line start and end. */
static int places(const char *line, int starts[16], int ends[16])
{
    int n = 0;
    const char *at = line + strspn(line, " ");
    while (*at != '\0' && n < 16) {
        const size_t len = strcspn(at, " ");
        starts[n] = wrap_columns(line, (size_t)(at - line));
        ends[n] = starts[n] + wrap_columns(at, len);
        n++;
        at += len + strspn(at + len, " ");
    }
    return n;
}

static void check_columns(const char *head, const char *row)
{
    int starts[2][16], ends[2][16];
    const int n = places(head, starts[0], ends[0]);
    assert_int_equal(places(row, starts[1], ends[1]), n);
    for (int i = 0; i < n; i++)
        if (starts[0][i] != starts[1][i] && ends[0][i] != ends[1][i])
            fail_msg("column %d does not stand under its head:\n%s\n%s", i + 1, head, row);
}

static void test_heads_stand_over_their_values(void **state)
{
    struct fleet_row *rows = NULL;
    size_t n = 0, len = 0;
    receive("text", 1);
    assert_int_equal(fleet_list(&desk.vault, FAKE_DESK_DAY + 1, &rows, &n), ERROR_NONE);
    for (size_t i = 0; i < LANG_COUNT; i++) {
        char *text = NULL;
        FILE *out = open_memstream(&text, &len);
        assert_non_null(out);
        lang_set(lang_code(i));
        print_kiosks(out, rows, n);
        fclose(out);
        const char *head = strtok(text, "\n");
        check_columns(head, strtok(NULL, "\n"));
        free(text);
    }
    fleet_free(rows, n);
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_one_way_through),
        EACH(test_a_question_is_sent_as_such),
        EACH(test_no_text_passes_for_a_heading_in_print),
        EACH(test_no_text_passes_for_a_heading_on_the_screen),
        EACH(test_no_name_passes_for_a_heading),
        EACH(test_many_empty_lines_become_two),
        EACH(test_a_case_too_long_for_the_screen_says_so),
        EACH(test_an_answer_cut_off_stays_as_a_note),
        EACH(test_no_note_when_nothing_was_written),
        EACH(test_every_view_and_error_fits),
        EACH(test_heads_stand_over_their_values),
    };
    const char *build = getenv("SANDYQ_BUILD");
    char folder[512];
    snprintf(folder, sizeof folder, "%s/locale", build != NULL ? build : "build");
    if (lang_start(folder) != 0) {
        fprintf(stderr, "no translations in %s\n", folder);
        return 1;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
