/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Hostile texts in letters, as the desk shows, lists and screens them: nothing acts on the
   reader, and honest texts do not suffer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "complaint/letter.h"
#include "desk/print.h"
#include "desk/print_json.h"
#include "desk/sanitize.h"
#include "desk/triage_screen.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/hostile.h"
#include "tests/lib/hostile_office.h"
#include "tests/lib/pty.h"
#include "tui/wrap.h"

/* --- counting --- */

static void harmless(const char *place, const struct hostile *hostile, const char *out, size_t len,
                     const char *also)
{
    const char *flaw = hostile_flaw(out, len, also);
    hostile_expect(flaw == NULL, place, hostile, flaw);
}

/* --- the door: the letter decoder --- */

/* Encodes a letter of as many x as the text has bytes, and puts the text in their place. */
static int decode_torn(struct letter *letter)
{
    static uint8_t raw[LETTER_LEN];
    static char stand_in[LETTER_TEXT_MAX];
    struct letter sent = fake_kiosk_letter(&hostile_kiosk, 1, "");
    memset(stand_in, 'x', hostile_text_len);
    sent.text = stand_in;
    sent.text_len = hostile_text_len;
    assert_int_equal(letter_encode(&sent, raw), ERROR_NONE);
    uint8_t *at = memmem(raw, sizeof raw, stand_in, hostile_text_len);
    assert_non_null(at);
    memcpy(at, hostile_text, hostile_text_len);
    return letter_decode(raw, letter);
}

static void test_the_door_refuses_what_is_torn_and_nothing_else(void **state)
{
    struct letter letter;
    hostile_places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const struct hostile *hostile = &hostile_texts[i];
        hostile_make(hostile);
        const int error = decode_torn(&letter);
        if (hostile->kind == HOSTILE_TORN)
            hostile_expect(error == ERROR_LETTER_UTF8, "door", hostile, "it was let in");
        else
            hostile_expect(error == ERROR_NONE && letter.text_len == hostile_text_len &&
                               memcmp(letter.text, hostile_text, hostile_text_len) == 0,
                           "door", hostile, "a text of a letter was refused or changed");
    }
    hostile_finish();
}

/* --- print --- */

/* Lines without the margin, numbers left out: what the desk says of any letter like it. */
static char *own_words(const char *shown)
{
    char *own = hostile_unmarked(shown), *to = own;
    for (const char *from = own; *from != '\0'; from++)
        if (!isdigit((unsigned char)*from))
            *to++ = *from;
    *to = '\0';
    return own;
}

static void same_own_words(const char *place, const struct hostile *hostile, const char *shown,
                           const char *honest)
{
    char *own = own_words(shown), *expected = own_words(honest);
    if (strcmp(own, expected) != 0)
        hostile_got_through(place, hostile, own);
    free(own);
    free(expected);
}

/* Nothing that anybody sees. */
static bool looks_empty(const char *line, size_t len)
{
    while (len > 0) {
        uint32_t ch = 0;
        const size_t n = utf8_take(line, len, &ch);
        if (ch != ' ' && ch != 0xA0 && ch != 0x2800 && ch != 0x1D159)
            return false;
        line += n;
        len -= n;
    }
    return true;
}

/* Each line fits however terminals measure, and no more than two in a row are empty. */
static void check_lines(const char *place, const struct hostile *hostile, const char *shown)
{
    int empty = 0;
    while (*shown != '\0') {
        const size_t len = strcspn(shown, "\n");
        const bool marked = strncmp(shown, "    |", 5) == 0;
        empty = marked && looks_empty(shown + 5, len - 5) ? empty + 1 : 0;
        hostile_expect(!marked || wrap_columns(shown, len) <= PRINT_COLUMNS, place, hostile,
                       "a wide line");
        hostile_expect(empty <= 2, place, hostile, "empty lines");
        shown += len + 1;
    }
}

static void check_printed(const char *place, const struct hostile *hostile, const char *shown,
                          const char *honest)
{
    harmless(place, hostile, shown, strlen(shown), "\n");
    same_own_words(place, hostile, shown, honest);
    check_lines(place, hostile, shown);
    if (hostile->kind == HOSTILE_ACTS && hostile->unit[0] != '\0')
        hostile_expect(strstr(shown, hostile->unit) == NULL, place, hostile, "as it is");
    if (hostile->kind == HOSTILE_HONEST && strchr(hostile->unit, '\n') == NULL)
        hostile_expect(hostile_count(shown, hostile->unit) == 4, place, hostile,
                       "honest words are lost");
}

/* The letter's text, its name, a note and an answer all hold the text. */
static void test_show(void **state)
{
    size_t len = 0;
    char *honest = fake_desk_show(&hostile_desk, honest_case, 0, &len);
    hostile_places += 4;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        if (hostile_cases[i] == 0)
            continue;
        char *shown = fake_desk_show(&hostile_desk, hostile_cases[i], 0, &len);
        hostile_expect(strlen(shown) == len, "show", &hostile_texts[i], "NUL");
        check_printed("show", &hostile_texts[i], shown, honest);
        hostile_expect(hostile_count(shown, "    | " HOSTILE_HEAD) == 4, "show", &hostile_texts[i],
                       "the words before it are lost");
        hostile_expect(hostile_count(shown, HOSTILE_TAIL) == 3, "show", &hostile_texts[i],
                       "the words behind it are lost");
        free(shown);
    }
    free(honest);
    hostile_finish();
}

/* A terminal that has other ideas of widths breaks lines of its own: no piece of the person's
   words may come to stand without the margin by that. */
static void test_show_on_a_terminal_of_other_widths(void **state)
{
    size_t len = 0;
    char *honest = fake_desk_show(&hostile_desk, honest_case, 0, &len);
    char *honest_rows = hostile_laid_out(honest, len, TERMINAL);
    hostile_places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        if (hostile_cases[i] == 0)
            continue;
        char *shown = fake_desk_show(&hostile_desk, hostile_cases[i], 0, &len);
        char *rows = hostile_laid_out(shown, len, TERMINAL);
        same_own_words("another terminal", &hostile_texts[i], rows, honest_rows);
        free(rows);
        free(shown);
    }
    free(honest_rows);
    free(honest);
    hostile_finish();
}

static char *print_plain(const char *words, size_t len)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    assert_non_null(file);
    assert_int_equal(sanitize_text(file, PRINT_COLUMNS, words, len), 0);
    fclose(file);
    return out;
}

/* Torn bytes too, which no letter brings, and each unit ten thousand times. */
static void test_plain_text(void **state)
{
    hostile_places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        struct hostile many = hostile_texts[i];
        const size_t all = MANY * many.len, max = (all < ENOUGH ? all : ENOUGH) + HOSTILE_SHORT;
        char *words = malloc(max);
        assert_non_null(words);
        many.times = MANY;
        char *shown = print_plain(words, hostile_fill(&many, words, max));
        check_lines("plain text", &many, shown);
        harmless("plain text", &many, shown, strlen(shown), "\n");
        char *unmarked = hostile_unmarked(shown);
        hostile_expect(unmarked[0] == '\0', "plain text", &many, "without the margin");
        free(unmarked);
        free(shown);
        free(words);
    }
    hostile_finish();
}

/* A name of a file on a stick, in an error. */
static void test_plain_word(void **state)
{
    hostile_places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        char *out = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&out, &size);
        assert_non_null(file);
        hostile_make(&hostile_texts[i]);
        sanitize_word(file, hostile_name, hostile_name_len);
        fclose(file);
        harmless("a word", &hostile_texts[i], out, size, "");
        hostile_expect(strncmp(out, HOSTILE_HEAD " ", strlen(HOSTILE_HEAD) + 1) == 0, "a word",
                       &hostile_texts[i], "the words before it are lost");
        free(out);
    }
    hostile_finish();
}

/* --- for machines --- */

static void same_string(const struct hostile *hostile, const json_t *value, const char *words,
                        size_t len)
{
    hostile_expect(value != NULL && json_string_length(value) == len &&
                       memcmp(json_string_value(value), words, len) == 0,
                   "show --json", hostile, "not the text that was written");
}

static void test_show_as_json(void **state)
{
    size_t len = 0;
    hostile_places += 4;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const struct hostile *hostile = &hostile_texts[i];
        if (hostile_cases[i] == 0)
            continue;
        hostile_make(hostile);
        char *json = fake_desk_show(&hostile_desk, hostile_cases[i], 1, &len);
        harmless("show --json", hostile, json, len, "\n");
        json_t *value = hostile_parse(hostile, json, len), *letter = NULL, *noted = NULL,
               *message = NULL;
        assert_int_equal(json_unpack(value, "{s:[o], s:[o], s:[o]}", "letters", &letter, "notes",
                                     &noted, "messages", &message),
                         0);
        same_string(hostile, json_object_get(letter, "text"), hostile_text, hostile_text_len);
        same_string(hostile, json_object_get(letter, "name"), hostile_name, hostile_name_len);
        same_string(hostile, json_object_get(noted, "text"), hostile_note, hostile_note_len);
        same_string(hostile, json_object_get(message, "text"), hostile_answer, hostile_answer_len);
        if (hostile->kind == HOSTILE_HONEST && strchr(hostile->unit, '"') == NULL)
            hostile_expect(strstr(json, hostile->unit) != NULL, "show --json", hostile,
                           "spelled out");
        json_decref(value);
        free(json);
    }
    hostile_finish();
}

/* What a spreadsheet makes of a list: no cell is a formula, whatever the letters say. */
static void check_cells(char *list)
{
    for (char *cell = strtok(list, " \n"); cell != NULL; cell = strtok(NULL, " \n")) {
        if (strchr("=+@\t\r", cell[0]) != NULL || (cell[0] == '-' && cell[1] != '\0'))
            fail_msg("a cell begins with a formula: %s", cell);
        if (strspn(cell, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-+") !=
            strlen(cell))
            fail_msg("a cell holds a sign of no closed set: %s", cell);
    }
}

static void test_lists(void **state)
{
    struct triage_case *rows = NULL;
    size_t n = 0, size = 0;
    char *out = NULL;
    hostile_places += 2;
    assert_int_equal(triage_list(&hostile_desk.vault, &rows, &n), ERROR_NONE);
    FILE *file = open_memstream(&out, &size);
    print_cases(file, rows, n);
    fclose(file);
    assert_null(hostile_flaw(out, size, "\n"));
    check_cells(out);
    free(out);
    file = open_memstream(&out, &size);
    assert_int_equal(print_json_cases(file, rows, n, false), ERROR_NONE);
    fclose(file);
    assert_null(hostile_flaw(out, size, "\n"));
    json_decref(hostile_parse(&hostile_texts[0], out, size));
    free(out);
    free(rows);
}

/* --- the triage screen --- */

static struct triage_screen *ui;
static char own[1 << 16]; /* rows that an honest case shows, a line each */

static void press(enum keypress_kind kind, uint32_t ch)
{
    triage_screen_key(ui, hostile_screen, (struct keypress){kind, ch});
    triage_screen_draw(ui, hostile_screen);
    assert_true(screen_dump(hostile_screen, hostile_dump, sizeof hostile_dump) <
                sizeof hostile_dump);
}

/* Opens the n-th case of the list in a fresh reader. */
static void open_case(size_t n)
{
    assert_int_equal(triage_screen_new(&hostile_desk.vault, FAKE_DESK_DAY, &ui), ERROR_NONE);
    press(KEYPRESS_OTHER, 0);
    for (size_t i = 0; i < n; i++)
        press(KEYPRESS_DOWN, 0);
    hostile_check_grid("list", &hostile_texts[0], hostile_screen);
    press(KEYPRESS_ENTER, 0);
}

static void without_digits(char *line)
{
    char *to = line;
    for (; *line != '\0'; line++)
        if (!isdigit((unsigned char)*line))
            *to++ = *line;
    *to = '\0';
}

static void keep_own_rows(void)
{
    without_digits(hostile_dump);
    assert_true(strlen(own) + strlen(hostile_dump) + 1 < sizeof own);
    strcat(own, "\n");
    strcat(own, hostile_dump);
}

/* Every row of the page is behind the margin, or one that an honest case shows too. */
static void check_rows(const struct hostile *hostile)
{
    char line[ROW_MAX + 2];
    without_digits(hostile_dump);
    for (char *row = strtok(hostile_dump, "\n"); row != NULL; row = strtok(NULL, "\n")) {
        snprintf(line, sizeof line, "\n%s\n", row);
        hostile_expect(strncmp(row, "      |", 7) == 0 || strstr(own, line) != NULL, "screen",
                       hostile, row);
    }
}

/* Pages to the end; seen gets a bit for each of the honest words. */
static void read_case(const struct hostile *hostile, unsigned *seen)
{
    for (bool more = true; more;) {
        more = strstr(hostile_dump, "there is more below") != NULL;
        *seen |= (strstr(hostile_dump, SCREEN_HEAD) != NULL) |
                 (strstr(hostile_dump, SCREEN_TAIL) != NULL) << 1;
        if (hostile != NULL) {
            hostile_check_grid("screen", hostile, hostile_screen);
            check_rows(hostile);
        } else {
            keep_own_rows();
        }
        press(KEYPRESS_PAGE_DOWN, 0);
    }
}

/* Types the text at the answer, as a paste would. */
static void type_answer(const struct hostile *hostile)
{
    press(KEYPRESS_CHAR, 'a');
    for (size_t at = 0; at < hostile_answer_len && at < 600;) {
        uint32_t ch = 0;
        at += utf8_take(hostile_answer + at, hostile_answer_len - at, &ch);
        if (ch != UINT32_MAX)
            press(ch == '\n' ? KEYPRESS_TAB : KEYPRESS_CHAR, ch);
    }
    hostile_check_grid("editor", hostile, hostile_screen);
}

static void close_reader(void)
{
    triage_screen_free(&ui);
    hostile_dump[0] = '\0';
}

static void test_the_triage_screen(void **state)
{
    unsigned seen = 0;
    size_t n = 0;
    hostile_places += 3;
    hostile_screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN);
    open_case(0);
    read_case(NULL, &seen);
    close_reader();
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        if (hostile_cases[i] == 0)
            continue;
        seen = 0;
        hostile_make(&hostile_texts[i]);
        open_case(++n);
        read_case(&hostile_texts[i], &seen);
        hostile_expect(seen == 3, "screen", &hostile_texts[i], "honest words are lost");
        type_answer(&hostile_texts[i]);
        close_reader();
    }
    screen_free(&hostile_screen);
    hostile_finish();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_door_refuses_what_is_torn_and_nothing_else),
        cmocka_unit_test(test_show),
        cmocka_unit_test(test_show_on_a_terminal_of_other_widths),
        cmocka_unit_test(test_plain_text),
        cmocka_unit_test(test_plain_word),
        cmocka_unit_test(test_show_as_json),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_the_triage_screen),
    };
    return cmocka_run_group_tests(tests, hostile_setup, hostile_teardown);
}
