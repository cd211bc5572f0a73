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

#include "base/error.h"
#include "base/lang.h"
#include "base/utf8.h"
#include "complaint/letter.h"
#include "crypto/answer.h"
#include "desk/print.h"
#include "desk/print_json.h"
#include "desk/sanitize.h"
#include "desk/triage_screen.h"
#include "office/casefile.h"
#include "office/publish.h"
#include "protocol/board.h"
#include "tests/booth.h"
#include "tests/hostile.h"
#include "tests/pty.h"
#include "tests/ward.h"
#include "tui/linear.h"
#include "tui/wrap.h"

enum { PRINT_COLUMNS = 76, TERMINAL = 80, MANY = 10000, ENOUGH = 60000, ROW_MAX = 4 * 64 };

/* As a screen shows them: no character for letter and accent, so the letter alone. */
#define SCREEN_HEAD "Маған дәрі бермейді, завтра."
#define SCREEN_TAIL "Дәрігер керек: мне плохо."

static struct ward ward;
static struct ward_kiosk kiosk;
static uint64_t honest_case;
static uint64_t cases[HOSTILE_COUNT]; /* 0: refused at the door */
static char text[LETTER_TEXT_MAX + 1], name[LETTER_NAME_MAX], note[ITEM_NOTE_MAX];
static char answer[ANSWER_TEXT_MAX + 1];
static size_t text_len, name_len, note_len, answer_len;
static unsigned places, through;

/* --- counting --- */

static void got_through(const char *place, const struct hostile *hostile, const char *why)
{
    print_error("%s got through: %s: %.80s\n", hostile->name, place, why);
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
    assert_int_equal(casefile_note(&ward.vault, id, WARD_DAY, noted, noted_len), ERROR_NONE);
    assert_int_equal(ward_answer(&ward, id, answered, answered_len, WARD_DAY), ERROR_NONE);
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
    assert_int_equal(ward_import(&ward, &kiosk, 1, kiosk.seq, NULL), ERROR_NONE);
    assert_int_equal(triage_list(&ward.vault, &rows, &n), ERROR_NONE);
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
    assert_int_equal(letter_encode(&sent, raw), ERROR_NONE);
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
            expect(error == ERROR_LETTER_UTF8, "door", hostile, "it was let in");
        else
            expect(error == ERROR_NONE && letter.text_len == text_len &&
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
    assert_int_equal(sanitize_text(file, PRINT_COLUMNS, words, len), 0);
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

/* A name of a file on a stick, in an error. */
static void test_plain_word(void **state)
{
    places++;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        char *out = NULL;
        size_t size = 0;
        FILE *file = open_memstream(&out, &size);
        assert_non_null(file);
        make_texts(&hostile_texts[i]);
        sanitize_word(file, name, name_len);
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
    assert_int_equal(triage_list(&ward.vault, &rows, &n), ERROR_NONE);
    FILE *file = open_memstream(&out, &size);
    print_cases(file, rows, n);
    fclose(file);
    assert_null(hostile_flaw(out, size, "\n"));
    check_cells(out);
    free(out);
    file = open_memstream(&out, &size);
    assert_int_equal(print_json_cases(file, rows, n), ERROR_NONE);
    fclose(file);
    assert_null(hostile_flaw(out, size, "\n"));
    json_decref(parse(&hostile_texts[0], out, size));
    free(out);
    free(rows);
}

/* --- the triage screen --- */

static struct triage_screen *ui;
static struct screen *screen;
static char dump[SCREEN_ROWS_MIN * ROW_MAX];
static char own[1 << 16]; /* rows that an honest case shows, a line each */

static void press(enum keypress_kind kind, uint32_t ch)
{
    triage_screen_key(ui, screen, (struct keypress){kind, ch});
    triage_screen_draw(ui, screen);
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

/* Opens the n-th case of the list on a fresh screen. */
static void open_case(size_t n)
{
    assert_int_equal(triage_screen_new(&ward.vault, WARD_DAY, &ui), ERROR_NONE);
    press(KEYPRESS_OTHER, 0);
    for (size_t i = 0; i < n; i++)
        press(KEYPRESS_DOWN, 0);
    check_grid("list", &hostile_texts[0], screen);
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
        press(KEYPRESS_PAGE_DOWN, 0);
    }
}

/* Types the text at the answer, as a paste would. */
static void type_answer(const struct hostile *hostile)
{
    press(KEYPRESS_CHAR, 'a');
    for (size_t at = 0; at < answer_len && at < 600;) {
        uint32_t ch = 0;
        at += utf8_take(answer + at, answer_len - at, &ch);
        if (ch != UINT32_MAX)
            press(ch == '\n' ? KEYPRESS_TAB : KEYPRESS_CHAR, ch);
    }
    check_grid("editor", hostile, screen);
}

static void close_reader(void)
{
    triage_screen_free(&ui);
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
            expect(error == ERROR_NONE, "notices", hostile, "honest words were refused");
        else if (hostile->kind != HOSTILE_HEAPS)
            expect(error != ERROR_NONE && report.line > 1, "notices", hostile, "not refused");
    }
    ward_remove(out);
    finish();
}

/* --- the kiosk --- */

/* No terminal paints what a voice says and what an editor holds. */
static void harmless_signs(const char *place, const struct hostile *hostile, const char *out,
                           size_t len)
{
    for (size_t at = 0; at < len;) {
        uint32_t ch = 0;
        at += utf8_take(out + at, len - at, &ch);
        expect(ch == '\n' || utf8_harmless(ch), place, hostile, "an invisible character");
    }
}

static struct booth *booth;
static const struct hostile *shown_now;
static unsigned seen_now;

/* Sees every screen of a session, and what a voice would say of it. */
static void look(const struct screen *grid)
{
    static char said[SESSION_SPEECH_MAX];
    assert_true(screen_dump(grid, dump, sizeof dump) < sizeof dump);
    seen_now |= (strstr(dump, SCREEN_HEAD) != NULL) | (strstr(dump, SCREEN_TAIL) != NULL) << 1;
    check_grid("kiosk", shown_now, grid);
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
    char script[512] = "3 2 " BOOTH_CODE " Enter " BOOTH_PIN " Enter ";
    const char *const texts[] = {"", answer};
    for (int i = 0; i < 30; i++)
        strcat(script, "PgDn ");
    strcat(script, "End Enter 7");
    assert_int_equal(booth_answer(booth, keys, texts, 2), 0);
    seen_now = 0;
    booth_play(booth, script);
}

static void test_an_answer_at_the_kiosk(void **state)
{
    struct code_keys keys;
    places += 2;
    booth = booth_new();
    assert_non_null(booth);
    booth->quick = true;
    booth->watch = look;
    booth_voice(booth);
    assert_int_equal(booth_derive(booth, BOOTH_CODE, BOOTH_PIN, NULL, &keys), 0);
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        shown_now = &hostile_texts[i];
        make_texts(shown_now);
        if (shown_now->kind == HOSTILE_TORN || holds_nul(shown_now))
            continue; /* neither is taken from the office, and booth_answer takes strings */
        read_answer(&keys);
        expect(seen_now == 3, "kiosk", shown_now, "honest words are lost");
        harmless_signs("voice", shown_now, booth->said, strlen(booth->said));
    }
    booth_free(&booth);
    finish();
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

/* What is typed at the kiosk gets into the letter without what cannot be seen, and never to the printer:
   the slip is that of the code. */
static void test_what_is_typed_and_the_slip(void **state)
{
    static char script[1024];
    static uint8_t want[SLIP_MAX];
    struct letter letter;
    places += 2;
    booth = booth_new();
    assert_non_null(booth);
    booth->quick = true;
    booth->watch = look;
    booth_printer(booth);
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        shown_now = &hostile_texts[i];
        write_script(shown_now, script);
        assert_int_equal(booth_play(booth, script), SESSION_STORED);
        assert_int_equal(booth_open(booth, &letter), 0);
        harmless_signs("typed", shown_now, letter.text, letter.text_len);
        expect(memmem(letter.text, letter.text_len, "Before", 6) != NULL &&
                   memmem(letter.text, letter.text_len, "after", 5) != NULL,
               "typed", shown_now, "honest words are lost");
        assert_int_equal(booth->slips, 1);
        expect(slip_make(booth->code, SLIP_58, want) == booth->slip_len &&
                   memcmp(want, booth->slip, booth->slip_len) == 0,
               "slip", shown_now, "the slip is another");
    }
    booth_free(&booth);
    finish();
}

/* --- the real program on a real terminal --- */

#define PASSPHRASE "quiet-harbour-42"

enum { SHORT = 700 /* bytes of each text: all of them fit into one case on the screen */ };

static char office[WARD_PATH], program[4096], pass[WARD_PATH + 16];

/* What came out of the terminal, without the harness's own marks. */
static struct {
    char bytes[8 << 20];
    size_t len;
} stream;

static void take(void *context, const char *bytes, size_t len)
{
    assert_true(stream.len + len < sizeof stream.bytes);
    memcpy(stream.bytes + stream.len, bytes, len);
    stream.len += len;
}

static void drop_marks(void)
{
    static const char mark[] = "\033]777;";
    char *at = stream.bytes;
    while ((at = memmem(at, stream.len - (size_t)(at - stream.bytes), mark, sizeof mark - 1)) !=
           NULL) {
        char *end = memchr(at, '\a', stream.len - (size_t)(at - stream.bytes));
        assert_non_null(end);
        memmove(at, end + 1, stream.len - (size_t)(end + 1 - stream.bytes));
        stream.len -= (size_t)(end + 1 - at);
    }
}

static void write_pass(void)
{
    snprintf(pass, sizeof pass, "%s/pass", office);
    FILE *file = fopen(pass, "w");
    assert_non_null(file);
    fputs(PASSPHRASE "\n", file);
    fclose(file);
}

/* Runs the program in the scratch folder. */
static int run_program(const char *line)
{
    char command[3 * 4096];
    snprintf(command, sizeof command,
             "cd '%s' && LC_ALL=C.UTF-8 '%s' %s --passphrase-file pass >out", office, program,
             line);
    return system(command); /* NOLINT: our own words */
}

static void put_file(const char *file_name, const void *data, size_t len)
{
    char path[2 * WARD_PATH];
    snprintf(path, sizeof path, "%s/%s", office, file_name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

static void enroll_kiosk(struct ward_kiosk *other, struct charter *charter)
{
    uint8_t request[CARD_REQUEST_LEN], file[CARD_FILE_LEN];
    struct card card;
    char path[2 * WARD_PATH];
    ward_make(other, "PC-17");
    assert_int_equal(card_request_encode(other->seed, WARD_DAY, request), 0);
    put_file("kiosk.request", request, sizeof request);
    assert_int_equal(
        run_program("enroll desk kiosk.request --facility PC-17 --type PEN --out kiosk.card"), 0);
    snprintf(path, sizeof path, "%s/kiosk.card", office);
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    assert_int_equal(fread(file, 1, sizeof file, in), sizeof file);
    fclose(in);
    assert_int_equal(card_decode(file, sizeof file, &card, charter), 0);
    memcpy(other->office, charter->office, sizeof other->office);
}

/* One case: each text a letter of it. Returns how many there are. */
static unsigned send_letters(struct ward_kiosk *other, const struct charter *charter)
{
    size_t len = 0;
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        struct letter letter = ward_letter(other, 1, text);
        if (hostile_texts[i].kind == HOSTILE_TORN)
            continue;
        make_texts(&hostile_texts[i]);
        letter.kind = other->seq == 0 ? LETTER_COMPLAINT : LETTER_FOLLOWUP;
        letter.text_len = hostile_fill(&hostile_texts[i], text, SHORT);
        letter.name = name;
        letter.name_len = name_len;
        ward_add(other, charter, &letter);
    }
    uint8_t *bundle = ward_bundle(other, 1, other->seq, &len);
    put_file("stick.bundle", bundle, len);
    free(bundle);
    assert_int_equal(run_program("import desk stick.bundle"), 0);
    return (unsigned)other->seq;
}

static unsigned make_office(void)
{
    struct ward_kiosk other;
    struct charter charter;
    const char *build = getenv("SANDYQ_BUILD");
    char here[2048];
    assert_non_null(getcwd(here, sizeof here));
    build = build != NULL ? build : "build";
    snprintf(program, sizeof program, "%s%s%s/sandyq-desk", build[0] == '/' ? "" : here,
             build[0] == '/' ? "" : "/", build);
    ward_scratch(office);
    write_pass();
    assert_int_equal(run_program("init desk --name Office"), 0);
    enroll_kiosk(&other, &charter);
    const unsigned n = send_letters(&other, &charter);
    ward_drop(&other);
    return n;
}

static struct pty *start(const char *const *words)
{
    char desk[WARD_PATH + 8];
    const char *argv[10] = {program};
    size_t n = 1;
    snprintf(desk, sizeof desk, "%s/desk", office);
    for (; *words != NULL; words++)
        argv[n++] = strcmp(*words, "OFFICE") == 0 ? desk : *words;
    argv[n++] = "--passphrase-file";
    argv[n++] = pass;
    argv[n++] = "--language";
    argv[n] = "en";
    stream.len = 0;
    struct pty *pty = pty_start(24, TERMINAL, argv, NULL);
    assert_non_null(pty);
    pty_tap(pty, take, NULL);
    return pty;
}

static void finish_program(struct pty *pty)
{
    assert_int_equal(pty_wait_exit(pty, 60), 0);
    pty_stop(&pty);
    drop_marks();
    stream.bytes[stream.len] = '\0';
}

/* No text is in what the terminal got. Single signs the screen may have for itself. */
static void check_stream(const char *place)
{
    for (size_t i = 0; i < HOSTILE_COUNT; i++) {
        const struct hostile *hostile = &hostile_texts[i];
        if (hostile->kind == HOSTILE_ACTS && hostile->len > 1)
            expect(memmem(stream.bytes, stream.len, hostile->unit, hostile->len) == NULL, place,
                   hostile, "its bytes");
    }
}

static void check_show(unsigned letters)
{
    finish_program(start((const char *[]){"show", "OFFICE", "1", NULL}));
    const char *flaw = hostile_flaw(stream.bytes, stream.len, "\r\n");
    expect(flaw == NULL, "show on a terminal", &hostile_texts[0], flaw);
    check_stream("show on a terminal");
    assert_int_equal(count(stream.bytes, HOSTILE_HEAD), 2 * letters);
    assert_int_equal(count(stream.bytes, HOSTILE_TAIL), letters);
}

static void check_json(void)
{
    finish_program(start((const char *[]){"show", "OFFICE", "1", "--json", NULL}));
    for (size_t i = 0; i < stream.len; i++)
        expect((stream.bytes[i] >= ' ' && stream.bytes[i] <= '~') || stream.bytes[i] == '\r' ||
                   stream.bytes[i] == '\n',
               "JSON on a terminal", &hostile_texts[0], "not ASCII");
    json_decref(parse(&hostile_texts[0], stream.bytes, stream.len));
}

/* The frame stands, each cell is harmless, and what imitates is behind the margin. */
static void check_page(struct pty *pty)
{
    char *page = pty_text(pty);
    const char *flaw = hostile_flaw(page, strlen(page), "\n");
    expect(flaw == NULL, "screen on a terminal", &hostile_texts[0], flaw);
    expect(strncmp(page, "  A case", 8) == 0, "screen on a terminal", &hostile_texts[0], page);
    expect(strstr(page, "\n  Up, Down, blank: read   a: answer   q, Esc: back\n") != NULL,
           "screen on a terminal", &hostile_texts[0], page);
    for (char *row = strtok(page, "\n"); row != NULL; row = strtok(NULL, "\n"))
        expect(strncmp(row, "      |", 7) == 0 ||
                   (strstr(row, "Status: closed") == NULL && strstr(row, HOSTILE_FORGED) == NULL),
               "screen on a terminal", &hostile_texts[0], row);
    free(page);
}

static unsigned read_pages(struct pty *pty)
{
    unsigned heads = 0;
    for (bool more = true; more;) {
        more = pty_shows(pty, "there is more below");
        check_page(pty);
        char *page = pty_text(pty);
        heads += count(page, SCREEN_HEAD);
        free(page);
        pty_type(pty, " ");
        assert_int_equal(pty_settle(pty), PTY_IDLE);
    }
    return heads;
}

/* A control sequence that the screen may send: moves, erases, colours, and no mode but a few. */
static bool is_ours(const char *sequence)
{
    static const char *const modes[] = {"?1049", "?1034",  "?1",    "?7", "?12",
                                        "?25",   "?12;25", "?2004", "4"};
    const size_t len = strspn(sequence, "?0123456789;");
    if (sequence[len] != 'h' && sequence[len] != 'l')
        return sequence[len] != '\0' && strchr("HdGmJKrXPSTt@ABCDbLM", sequence[len]) != NULL;
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++)
        if (strlen(modes[i]) == len && memcmp(modes[i], sequence, len) == 0)
            return true;
    return false;
}

static void check_sequences(void)
{
    for (const char *at = strchr(stream.bytes, '\033'); at != NULL; at = strchr(at + 1, '\033')) {
        if (at[1] == '[' && !is_ours(at + 2))
            fail_msg("a control sequence of another kind: %.8s", at + 1);
        if (at[1] == '\0' || strchr("[()=>M78", at[1]) == NULL)
            fail_msg("an escape sequence of another kind: %.8s", at + 1);
    }
    assert_int_equal(strlen(stream.bytes), stream.len);
    assert_null(strchr(stream.bytes, '\a'));
    assert_null(strchr(stream.bytes, '\016'));
}

static void check_screen(unsigned letters)
{
    struct pty *pty = start((const char *[]){"OFFICE", NULL});
    assert_true(pty_wait_text(pty, "Cases, the most urgent", 60));
    pty_type(pty, "\r");
    assert_true(pty_wait_text(pty, "A case", 60));
    assert_true(read_pages(pty) >= 2 * letters);
    pty_type(pty, "qq");
    finish_program(pty);
    check_stream("screen on a terminal");
    check_sequences();
}

static void test_the_real_program_on_a_terminal(void **state)
{
    places += 3;
    const unsigned letters = make_office();
    check_show(letters);
    check_json();
    check_screen(letters);
    ward_remove(office);
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
        cmocka_unit_test(test_an_answer_at_the_kiosk),
        cmocka_unit_test(test_what_is_typed_and_the_slip),
        cmocka_unit_test(test_the_real_program_on_a_terminal),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
