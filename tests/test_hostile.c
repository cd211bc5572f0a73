/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every hostile text through every place where somebody meets the words of another. What it must do at
   each place is said there; everywhere the honest words around it stay readable, and what is the
   desk's own stays as it is beside an honest letter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <ctype.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "complaint/letter.h"
#include "courier/board.h"
#include "crypto/answer.h"
#include "desk/casefile.h"
#include "desk/machine.h"
#include "desk/plain.h"
#include "desk/publish.h"
#include "desk/reader.h"
#include "desk/trouble.h"
#include "desk/words.h"
#include "tests/hostile.h"
#include "tests/ward.h"
#include "tui/lang.h"
#include "tui/utf8.h"
#include "tui/wrap.h"

enum { PRINT_COLUMNS = 76, TERMINAL = 80, MANY = 10000, ENOUGH = 60000, ROW_MAX = 4 * 64 };

/* As a screen shows them: no character for letter and accent, so the letter alone. */
#define SCREEN_HEAD "Маған дәрі бермейді, завтра."
#define SCREEN_TAIL "Дәрігер керек: мне плохо."

static struct ward ward;
static struct ward_kiosk kiosk;
static uint64_t honest_case;
static uint64_t cases[HOSTILE_COUNT]; /* 0: refused at the door */
static char text[LETTER_TEXT_MAX + 1], name[LETTER_NAME_MAX], note[CASEFILE_NOTE_MAX];
static char answer[ANSWER_TEXT_MAX + 1];
static size_t text_len, name_len, note_len, answer_len;
static unsigned places, through;

/* --- counting --- */

static void got_through(const char *place, const struct hostile *hostile, const char *why)
{
    print_error("%s got through: %s: %s\n", hostile->name, place, why);
    through++;
}

/* Ends a test: nothing more may have got through. */
static void finish(void)
{
    static unsigned before;
    const unsigned now = through - before;
    before = through;
    assert_int_equal(now, 0);
}

static void expect(bool right, const char *place, const struct hostile *hostile, const char *why)
{
    if (!right)
        got_through(place, hostile, why);
}

static void harmless(const char *place, const struct hostile *hostile, const char *out, size_t len,
                     const char *also)
{
    const char *flaw = hostile_flaw(out, len, also);
    expect(flaw == NULL, place, hostile, flaw);
}

/* --- the office of all tests --- */

static void make_texts(const struct hostile *hostile)
{
    text_len = hostile_fill(hostile, text, LETTER_TEXT_MAX);
    name_len = hostile_fill(hostile, name, sizeof name);
    note_len = hostile_fill(hostile, note, sizeof note);
    answer_len = hostile_fill(hostile, answer, ANSWER_TEXT_MAX);
    text[text_len] = answer[answer_len] = '\0';
}

static void write_letter(char who, const char *words, size_t len, const char *called,
                         size_t called_len)
{
    struct letter letter = ward_letter(&kiosk, who, "");
    letter.text = words;
    letter.text_len = len;
    letter.name = called;
    letter.name_len = called_len;
    ward_add(&kiosk, &ward.vault.charter, &letter);
}

static void add_to_case(uint64_t id, const char *noted, size_t noted_len, const char *answered,
                        size_t answered_len)
{
    assert_int_equal(casefile_note(&ward.vault, id, WARD_DAY, noted, noted_len), TROUBLE_NONE);
    assert_int_equal(triage_answer(&ward.vault, id, answered, answered_len, WARD_DAY),
                     TROUBLE_NONE);
}

static void fill_office(void)
{
    struct triage_case *rows = NULL;
    size_t n = 0, at = 1;
    write_letter(1, "honest", 6, "Name", 4);
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        make_texts(&hostile_texts[i]);
        if (hostile_texts[i].kind != HOSTILE_TORN)
            write_letter((char)(i + 2), text, text_len, name, name_len);
    }
    assert_int_equal(ward_import(&ward, &kiosk, 1, kiosk.seq, NULL), TROUBLE_NONE);
    assert_int_equal(triage_list(&ward.vault, 0, &rows, &n), TROUBLE_NONE);
    assert_int_equal(n, kiosk.seq);
    honest_case = rows[0].id;
    add_to_case(honest_case, "honest", 6, "honest", 6);
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        make_texts(&hostile_texts[i]);
        cases[i] = hostile_texts[i].kind != HOSTILE_TORN ? rows[at++].id : 0;
        if (cases[i] != 0)
            add_to_case(cases[i], note, note_len, answer, answer_len);
    }
    free(rows);
}

static int group_setup(void **state)
{
    lang_set("en");
    ward_open(&ward);
    ward.vault.dir = open(ward.dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(ward.vault.dir >= 0);
    ward_enroll(&ward, &kiosk, "PC-17");
    fill_office();
    return 0;
}

static int group_teardown(void **state)
{
    close(ward.vault.dir);
    ward_drop(&kiosk);
    ward_close(&ward);
    print_message("hostile: %d texts x %u places, %u got through\n", HOSTILE_COUNT, places,
                  through);
    return 0;
}

/* --- the door: the letter decoder --- */

/* Encodes a letter of as many x as the text has bytes, and puts the text in their place. */
static int decode_torn(struct letter *letter)
{
    static uint8_t raw[LETTER_LEN];
    static char stand_in[LETTER_TEXT_MAX];
    struct letter sent = ward_letter(&kiosk, 1, "");
    memset(stand_in, 'x', text_len);
    sent.text = stand_in;
    sent.text_len = text_len;
    assert_int_equal(letter_encode(&sent, raw), LETTER_OK);
    uint8_t *at = memmem(raw, sizeof raw, stand_in, text_len);
    assert_non_null(at);
    memcpy(at, text, text_len);
    return letter_decode(raw, letter);
}

static void test_the_door_refuses_what_is_torn_and_nothing_else(void **state)
{
    struct letter letter;
    places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const struct hostile *hostile = &hostile_texts[i];
        make_texts(hostile);
        const int error = decode_torn(&letter);
        if (hostile->kind == HOSTILE_TORN)
            expect(error == LETTER_UTF8, "door", hostile, "it was let in");
        else
            expect(error == LETTER_OK && letter.text_len == text_len &&
                       memcmp(letter.text, text, text_len) == 0,
                   "door", hostile, "a text of a letter was refused or changed");
    }
    finish();
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
        got_through(place, hostile, own);
    free(own);
    free(expected);
}

static unsigned count(const char *shown, const char *words)
{
    unsigned n = 0;
    for (; (shown = strstr(shown, words)) != NULL; shown += strlen(words))
        n++;
    return n;
}

/* Each line fits however terminals measure, and no more than two in a row are empty. */
static void check_lines(const char *place, const struct hostile *hostile, const char *shown)
{
    int empty = 0;
    while (*shown != '\0') {
        const size_t len = strcspn(shown, "\n");
        const bool marked = strncmp(shown, "    |", 5) == 0;
        empty = marked && strspn(shown + 5, " ") == len - 5 ? empty + 1 : 0;
        expect(!marked || wrap_columns(shown, len) <= PRINT_COLUMNS, place, hostile, "a wide line");
        expect(empty <= 2, place, hostile, "empty lines");
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
        expect(strstr(shown, hostile->unit) == NULL, place, hostile, "as it is");
    if (hostile->kind == HOSTILE_HONEST && strchr(hostile->unit, '\n') == NULL)
        expect(count(shown, hostile->unit) == 4, place, hostile, "honest words are lost");
}

/* The letter's text, its name, a note and an answer all hold the text. */
static void test_show(void **state)
{
    size_t len = 0;
    char *honest = ward_show(&ward, honest_case, 0, &len);
    places += 4;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        if (cases[i] == 0)
            continue;
        char *shown = ward_show(&ward, cases[i], 0, &len);
        expect(strlen(shown) == len, "show", &hostile_texts[i], "NUL");
        check_printed("show", &hostile_texts[i], shown, honest);
        expect(count(shown, "    | " HOSTILE_HEAD) == 4, "show", &hostile_texts[i],
               "the words before it are lost");
        expect(count(shown, HOSTILE_TAIL) == 3, "show", &hostile_texts[i],
               "the words behind it are lost");
        free(shown);
    }
    free(honest);
    finish();
}

/* A terminal that has other ideas of widths breaks lines of its own: no piece of the person's words may
   come to stand without the margin by that. */
static void test_show_on_a_terminal_of_other_widths(void **state)
{
    size_t len = 0;
    char *honest = ward_show(&ward, honest_case, 0, &len);
    char *honest_rows = hostile_laid_out(honest, len, TERMINAL);
    places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        if (cases[i] == 0)
            continue;
        char *shown = ward_show(&ward, cases[i], 0, &len);
        char *rows = hostile_laid_out(shown, len, TERMINAL);
        same_own_words("another terminal", &hostile_texts[i], rows, honest_rows);
        free(rows);
        free(shown);
    }
    free(honest_rows);
    free(honest);
    finish();
}

static char *print_plain(const char *words, size_t len)
{
    char *out = NULL;
    size_t size = 0;
    FILE *file = open_memstream(&out, &size);
    assert_non_null(file);
    assert_int_equal(plain_text(file, PRINT_COLUMNS, words, len), 0);
    fclose(file);
    return out;
}

/* Torn bytes too, which no letter brings, and each unit ten thousand times. */
static void test_plain_text(void **state)
{
    places++;
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
        expect(unmarked[0] == '\0', "plain text", &many, "without the margin");
        free(unmarked);
        free(shown);
        free(words);
    }
    finish();
}

/* A name of a file on a stick, in a refusal. */
static void test_plain_word(void **state)
{
    places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        char *out = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&out, &size);
        assert_non_null(file);
        make_texts(&hostile_texts[i]);
        plain_word(file, name, name_len);
        fclose(file);
        harmless("a word", &hostile_texts[i], out, size, "");
        expect(strncmp(out, HOSTILE_HEAD " ", strlen(HOSTILE_HEAD) + 1) == 0, "a word",
               &hostile_texts[i], "the words before it are lost");
        free(out);
    }
    finish();
}

/* --- for machines --- */

static json_t *parse(const struct hostile *hostile, const char *json, size_t len)
{
    json_error_t error;
    json_t *value = json_loadb(json, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &error);
    expect(value != NULL, "JSON", hostile, error.text);
    return value;
}

static void same_string(const struct hostile *hostile, const json_t *value, const char *words,
                        size_t len)
{
    expect(value != NULL && json_string_length(value) == len &&
               memcmp(json_string_value(value), words, len) == 0,
           "show --json", hostile, "not the text that was written");
}

static void test_show_as_json(void **state)
{
    size_t len = 0;
    places += 4;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const struct hostile *hostile = &hostile_texts[i];
        if (cases[i] == 0)
            continue;
        make_texts(hostile);
        char *json = ward_show(&ward, cases[i], 1, &len);
        harmless("show --json", hostile, json, len, "\n");
        json_t *value = parse(hostile, json, len), *letter = NULL, *noted = NULL, *message = NULL;
        assert_int_equal(json_unpack(value, "{s:[o], s:[o], s:[o, o]}", "letters", &letter, "notes",
                                     &noted, "messages", &message, &message),
                         0);
        same_string(hostile, json_object_get(letter, "text"), text, text_len);
        same_string(hostile, json_object_get(letter, "name"), name, name_len);
        same_string(hostile, json_object_get(noted, "text"), note, note_len);
        same_string(hostile, json_object_get(message, "text"), answer, answer_len);
        if (hostile->kind == HOSTILE_HONEST && strchr(hostile->unit, '"') == NULL)
            expect(strstr(json, hostile->unit) != NULL, "show --json", hostile, "spelled out");
        json_decref(value);
        free(json);
    }
    finish();
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
    places += 2;
    assert_int_equal(triage_list(&ward.vault, 0, &rows, &n), TROUBLE_NONE);
    FILE *file = open_memstream(&out, &size);
    words_cases(file, rows, n);
    fclose(file);
    assert_null(hostile_flaw(out, size, "\n"));
    check_cells(out);
    free(out);
    file = open_memstream(&out, &size);
    assert_int_equal(machine_cases(file, rows, n), TROUBLE_NONE);
    fclose(file);
    assert_null(hostile_flaw(out, size, "\n"));
    json_decref(parse(&hostile_texts[0], out, size));
    free(out);
    free(rows);
}

/* --- the triage screen --- */

static struct reader *reader;
static struct screen *screen;
static char dump[SCREEN_ROWS_MIN * ROW_MAX];
static char own[1 << 16]; /* rows that an honest case shows, a line each */

static void press(enum press_kind kind, uint32_t ch)
{
    reader_press(reader, screen, (struct press){kind, ch});
    reader_draw(reader, screen);
    assert_true(screen_dump(screen, dump, sizeof dump) < sizeof dump);
}

static void check_grid(const char *place, const struct hostile *hostile, const struct screen *grid)
{
    for (int row = 0; row < screen_rows(grid); row++)
        for (int col = 0; col < screen_cols(grid); col++) {
            const uint32_t ch = screen_at(grid, row, col)->ch;
            expect(ch == 0 || utf8_harmless(ch), place, hostile, "a cell that is not harmless");
        }
}

/* Opens the n-th case of the list in a fresh reader. */
static void open_case(size_t n)
{
    assert_int_equal(reader_new(&ward.vault, WARD_DAY, &reader), TROUBLE_NONE);
    press(PRESS_OTHER, 0);
    for (size_t i = 0; i < n; i++)
        press(PRESS_DOWN, 0);
    check_grid("list", &hostile_texts[0], screen);
    press(PRESS_ENTER, 0);
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
    without_digits(dump);
    assert_true(strlen(own) + strlen(dump) + 1 < sizeof own);
    strcat(own, "\n");
    strcat(own, dump);
}

/* Every row of the page is behind the margin, or one that an honest case shows too. */
static void check_rows(const struct hostile *hostile)
{
    char line[ROW_MAX + 2];
    without_digits(dump);
    for (char *row = strtok(dump, "\n"); row != NULL; row = strtok(NULL, "\n")) {
        snprintf(line, sizeof line, "\n%s\n", row);
        expect(strncmp(row, "      |", 7) == 0 || strstr(own, line) != NULL, "screen", hostile,
               row);
    }
}

/* Pages to the end; seen gets a bit for each of the honest words. */
static void read_case(const struct hostile *hostile, unsigned *seen)
{
    for (bool more = true; more;) {
        more = strstr(dump, "there is more below") != NULL;
        *seen |= (strstr(dump, SCREEN_HEAD) != NULL) | (strstr(dump, SCREEN_TAIL) != NULL) << 1;
        if (hostile != NULL) {
            check_grid("screen", hostile, screen);
            check_rows(hostile);
        } else {
            keep_own_rows();
        }
        press(PRESS_PAGE_DOWN, 0);
    }
}

/* Types the text at the answer, as a paste would. */
static void type_answer(const struct hostile *hostile)
{
    press(PRESS_CHAR, 'a');
    for (size_t at = 0; at < answer_len && at < 600;) {
        uint32_t ch = 0;
        at += utf8_take(answer + at, answer_len - at, &ch);
        if (ch != UINT32_MAX)
            press(ch == '\n' ? PRESS_TAB : PRESS_CHAR, ch);
    }
    check_grid("editor", hostile, screen);
}

static void close_reader(void)
{
    reader_free(&reader);
    dump[0] = '\0';
}

static void test_the_triage_screen(void **state)
{
    unsigned seen = 0;
    size_t n = 0;
    places += 3;
    screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN);
    open_case(0);
    read_case(NULL, &seen);
    close_reader();
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        if (cases[i] == 0)
            continue;
        seen = 0;
        make_texts(&hostile_texts[i]);
        open_case(++n);
        read_case(&hostile_texts[i], &seen);
        expect(seen == 3, "screen", &hostile_texts[i], "honest words are lost");
        type_answer(&hostile_texts[i]);
        close_reader();
    }
    screen_free(&screen);
    finish();
}

/* --- notices --- */

static void write_notices(const char *words, size_t len)
{
    char path[2 * WARD_PATH];
    snprintf(path, sizeof path, "%s/notices.txt", ward.dir);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(words, 1, len, file), len);
    fclose(file);
}

/* A notice that no kiosk can show as it is stays off the board. */
static void test_notices(void **state)
{
    char out[WARD_PATH];
    ward_scratch(out);
    places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const struct hostile *hostile = &hostile_texts[i];
        struct publish_report report = {0};
        make_texts(hostile);
        write_notices(text, text_len);
        const int error = publish_run(&ward.vault, out, WARD_DAY, &report);
        if (hostile->kind == HOSTILE_HONEST)
            expect(error == TROUBLE_NONE, "notices", hostile, "honest words were refused");
        else if (hostile->kind != HOSTILE_HEAPS)
            expect(error != TROUBLE_NONE && report.line > 1, "notices", hostile, "not refused");
    }
    ward_remove(out);
    finish();
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
        cmocka_unit_test(test_notices),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
