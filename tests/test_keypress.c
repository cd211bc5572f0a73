/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What bytes and keys become, without a terminal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "tui/keypress_codes.h"
#include "tui/keypress_decoder.h"

enum { PAUSE = -2, KEYS_MAX = 64 };

/* What is read: codes, ended by KEYPRESS_CODE_NONE for ever. PAUSE is a moment without input. */
static const int *codes;

static int read_code(bool wait)
{
    (void)wait;
    if (*codes == KEYPRESS_CODE_NONE)
        return KEYPRESS_CODE_NONE;
    return *codes++ == PAUSE ? KEYPRESS_CODE_NONE : codes[-1];
}

static size_t take_all(const int *given, struct keypress_decoder *decoder,
                       struct keypress keys[KEYS_MAX])
{
    size_t n = 0;
    codes = given;
    keypress_decoder_start(decoder, read_code);
    while (*codes != KEYPRESS_CODE_NONE) {
        bool empty = false;
        if (keypress_decoder_take(decoder, &keys[n], &empty))
            assert_true(++n < KEYS_MAX);
    }
    return n;
}

struct wanted {
    enum keypress_kind kind;
    uint32_t ch;
    bool keypad;
    bool pasted;
};

static void becomes(const int *given, const struct wanted *wanted, size_t n)
{
    struct keypress_decoder decoder;
    struct keypress keys[KEYS_MAX];
    assert_int_equal(take_all(given, &decoder, keys), n);
    for (size_t i = 0; i < n; i++) {
        assert_int_equal(keys[i].kind, wanted[i].kind);
        assert_int_equal(keys[i].ch, wanted[i].ch);
        assert_int_equal(keys[i].keypad, wanted[i].keypad);
        assert_int_equal(keys[i].pasted, wanted[i].pasted);
    }
}

#define CODES(...) ((const int[]){__VA_ARGS__, KEYPRESS_CODE_NONE})
#define WANTED(...)                                                                                \
    (const struct wanted[]){__VA_ARGS__},                                                          \
        sizeof((const struct wanted[]){__VA_ARGS__}) / sizeof(struct wanted)

static void test_text(void **state)
{
    becomes(CODES('a', 0xD2, 0x9B, '7', ' '), WANTED({KEYPRESS_CHAR, 'a'}, {KEYPRESS_CHAR, 0x49B},
                                                     {KEYPRESS_CHAR, '7'}, {KEYPRESS_CHAR, ' '}));
}

/* Wherever a character is cut, its bytes that are there are no press, and its rest makes it
   whole. */
static void test_a_character_in_two_reads(void **state)
{
    becomes(CODES(0xD2, PAUSE, 0x9B, 'z'), WANTED({KEYPRESS_CHAR, 0x49B}, {KEYPRESS_CHAR, 'z'}));
    becomes(CODES(0xD2, '\r', 0x9B), WANTED({KEYPRESS_ENTER}, {KEYPRESS_OTHER}));
}

static void test_invisible_characters_are_no_text(void **state)
{
    becomes(CODES(0xE2, 0x80, 0xAE, 0xFF, 'x'),
            WANTED({KEYPRESS_OTHER}, {KEYPRESS_OTHER}, {KEYPRESS_CHAR, 'x'}));
}

static void test_control_characters(void **state)
{
    becomes(CODES('\r', '\n', '\t', '\b', 0x7F, 3),
            WANTED({KEYPRESS_ENTER}, {KEYPRESS_ENTER}, {KEYPRESS_TAB}, {KEYPRESS_DELETE},
                   {KEYPRESS_DELETE}, {KEYPRESS_OTHER, 3}));
}

static void test_the_keypad(void **state)
{
    enum { PAD = KEYPRESS_CODE_KEYPAD };
    becomes(CODES(PAD + '0', PAD + '9', PAD + '\r', PAD + '-', PAD + '/', PAD + '*', PAD + '.',
                  PAD + ',', PAD + '+', PAD + '='),
            WANTED({KEYPRESS_CHAR, '0', true}, {KEYPRESS_CHAR, '9', true},
                   {KEYPRESS_ENTER, 0, true}, {KEYPRESS_BACK, 0, true}, {KEYPRESS_HELP, 0, true},
                   {KEYPRESS_HIDE, 0, true}, {KEYPRESS_SHOW, 0, true}, {KEYPRESS_SHOW, 0, true},
                   {KEYPRESS_SAY, 0, true}, {KEYPRESS_OTHER, 0, true}));
}

static void test_a_code_of_nobody_means_nothing(void **state)
{
    becomes(CODES(0x100, KEYPRESS_CODE_KEY + KEYPRESS_OTHER + 1, 0xFFFF, 'x'),
            WANTED({KEYPRESS_OTHER}, {KEYPRESS_OTHER}, {KEYPRESS_OTHER}, {KEYPRESS_CHAR, 'x'}));
}

static void test_escape_is_a_key_before_a_pause_only(void **state)
{
    becomes(CODES(0x1B, PAUSE, '[', 'A'),
            WANTED({KEYPRESS_BACK}, {KEYPRESS_CHAR, '['}, {KEYPRESS_CHAR, 'A'}));
    becomes(CODES(0x1B, '[', '9', ';', '9', 'z', 'x'),
            WANTED({KEYPRESS_OTHER}, {KEYPRESS_CHAR, 'x'}));
}

/* Each kind of sequence is skipped to its own end, or to a pause. */
static void test_unknown_sequences_never_make_text(void **state)
{
    static const char *const sequences[] = {"\x1b[<0;10;5M", "\x1b[M !!",    "\x1b[[Z",    "\x1bOZ",
                                            "\x1b]0;t\x07",  "\x1bP1\x1b\\", "\x1b_a\x07", "\x1bq"};
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        int given[32] = {0};
        size_t n = strlen(sequences[i]);
        for (size_t k = 0; k < n; k++)
            given[k] = sequences[i][k];
        given[n] = 'x';
        given[n + 1] = KEYPRESS_CODE_NONE;
        becomes(given, WANTED({KEYPRESS_OTHER}, {KEYPRESS_CHAR, 'x'}));
        given[n - 1] = n > 2 ? PAUSE : given[n - 1]; /* Esc and a pause would be a key */
        becomes(given, WANTED({KEYPRESS_OTHER}, {KEYPRESS_CHAR, 'x'}));
    }
}

/* Gives the caller a turn now and then, and still makes no text. */
static void test_an_endless_sequence_comes_in_parts(void **state)
{
    enum { LEN = 10000 };
    int *given = calloc(LEN + 4, sizeof *given);
    assert_non_null(given);
    given[0] = 0x1B;
    given[1] = '[';
    for (size_t i = 2; i < LEN; i++)
        given[i] = '1';
    given[LEN] = 'm';
    given[LEN + 1] = 'x';
    given[LEN + 2] = KEYPRESS_CODE_NONE;
    becomes(given,
            WANTED({KEYPRESS_OTHER}, {KEYPRESS_OTHER}, {KEYPRESS_OTHER}, {KEYPRESS_CHAR, 'x'}));
    free(given);
}

static void test_a_paste_presses_no_key(void **state)
{
    enum { START = KEYPRESS_CODE_PASTE_START, END = KEYPRESS_CODE_PASTE_END };
    becomes(CODES(START, 'a', '\r', '\n', '\t', '\n', KEYPRESS_CODE_KEY + KEYPRESS_HELP,
                  KEYPRESS_CODE_KEYPAD + '1', END, '\r'),
            WANTED({KEYPRESS_OTHER}, {KEYPRESS_CHAR, 'a', false, true},
                   {KEYPRESS_TAB, 0, false, true}, {KEYPRESS_OTHER},
                   {KEYPRESS_CHAR, ' ', false, true}, {KEYPRESS_TAB, 0, false, true},
                   {KEYPRESS_OTHER}, {KEYPRESS_OTHER}, {KEYPRESS_OTHER}, {KEYPRESS_ENTER}));
    /* Also where its bracket ends a sequence. */
    becomes(CODES(0x1B, '[', '1', START, '\r', END, '\r'),
            WANTED({KEYPRESS_OTHER}, {KEYPRESS_TAB, 0, false, true}, {KEYPRESS_OTHER},
                   {KEYPRESS_ENTER}));
}

static void test_a_paste_can_be_ended(void **state)
{
    struct keypress_decoder decoder;
    struct keypress keys[KEYS_MAX];
    bool empty = false;
    take_all(CODES(KEYPRESS_CODE_PASTE_START, 'a'), &decoder, keys);
    assert_true(decoder.pasting);
    keypress_decoder_end_paste(&decoder);
    codes = CODES('\r');
    assert_true(keypress_decoder_take(&decoder, keys, &empty));
    assert_int_equal(keys[0].kind, KEYPRESS_ENTER);
}

static void test_forgetting_drops_half_a_character(void **state)
{
    struct keypress_decoder decoder;
    struct keypress keys[KEYS_MAX];
    bool empty = true;
    assert_int_equal(take_all(CODES(0xD2), &decoder, keys), 0);
    keypress_decoder_forget(&decoder);
    codes = CODES('x');
    assert_true(keypress_decoder_take(&decoder, keys, &empty));
    assert_int_equal(keys[0].ch, 'x');
    assert_false(keypress_decoder_take(&decoder, keys, &empty));
    assert_true(empty);
}

static bool too_fast(struct keypress_decoder *decoder, bool waited, int64_t now_ms)
{
    struct keypress key = {.kind = KEYPRESS_ENTER};
    keypress_decoder_time(decoder, &key, waited, now_ms);
    return key.too_fast;
}

static void test_too_fast(void **state)
{
    struct keypress_decoder decoder;
    struct keypress resize = {.kind = KEYPRESS_RESIZE};
    keypress_decoder_start(&decoder, read_code);
    keypress_decoder_time(&decoder, &resize, false, 1000);
    assert_false(resize.too_fast);
    assert_false(too_fast(&decoder, false, 1000)); /* the first one, whatever it is */
    assert_true(too_fast(&decoder, true, 1000 + KEYPRESS_TOO_FAST_MS - 1));
    assert_false(too_fast(&decoder, true, 1000 + 2 * KEYPRESS_TOO_FAST_MS - 1));
    assert_true(too_fast(&decoder, false, 9000)); /* it lay there already */
    keypress_decoder_quiet(&decoder);
    assert_false(too_fast(&decoder, false, 9000));
    assert_true(too_fast(&decoder, true, 9000));
}

static int defined;
static bool is_console;

/* Every sequence begins with Esc and has a code that means something; no two are the same. */
static void check_sequence(const char *sequence, int code)
{
    static char known[64][8];
    struct keypress_decoder decoder;
    struct keypress keys[KEYS_MAX];
    if (defined == 0)
        memset(known, 0, sizeof known);
    for (int i = 0; i < defined; i++)
        assert_string_not_equal(known[i], sequence);
    snprintf(known[defined++], sizeof known[0], "%s", sequence);
    assert_int_equal(sequence[0], 0x1B);
    if (code == KEYPRESS_CODE_PASTE_START || code == KEYPRESS_CODE_PASTE_END)
        return;
    assert_int_equal(take_all(CODES(code), &decoder, keys), 1);
    /* NumLock, which sends what is F1 elsewhere. */
    assert_int_equal(keys[0].kind == KEYPRESS_OTHER, is_console && strcmp(sequence, "\033OP") == 0);
}

static void test_sequences_of_keys(void **state)
{
    keypress_codes_each(false, check_sequence);
    assert_int_equal(defined, 18 + 8 + 5 + 4 + 17);
    defined = 0;
    is_console = true;
    keypress_codes_each(true, check_sequence);
    assert_int_equal(defined, 18 + 8 + 5 + 1 + 16);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text),
        cmocka_unit_test(test_a_character_in_two_reads),
        cmocka_unit_test(test_invisible_characters_are_no_text),
        cmocka_unit_test(test_control_characters),
        cmocka_unit_test(test_the_keypad),
        cmocka_unit_test(test_a_code_of_nobody_means_nothing),
        cmocka_unit_test(test_escape_is_a_key_before_a_pause_only),
        cmocka_unit_test(test_unknown_sequences_never_make_text),
        cmocka_unit_test(test_an_endless_sequence_comes_in_parts),
        cmocka_unit_test(test_a_paste_presses_no_key),
        cmocka_unit_test(test_a_paste_can_be_ended),
        cmocka_unit_test(test_forgetting_drops_half_a_character),
        cmocka_unit_test(test_too_fast),
        cmocka_unit_test(test_sequences_of_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
