/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys, keypad, pastes, sequences and noise in a pseudo-terminal, and what they become. */
#include <locale.h>
#include <signal.h>
#include <sys/random.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "tests/lib/key_echo.h"
#include "tests/lib/pty.h"
#include "tui/term.h"

/* Types bytes in a new terminal of a kind and compares what the program took them for. */
static void becomes_on(const char *terminal, const char *bytes, const char *want)
{
    struct pty *pty = key_echo_start(terminal, false);
    pty_type(pty, bytes);
    key_echo_shows(pty, want);
    pty_stop(&pty);
}

static void becomes(const char *bytes, const char *want)
{
    becomes_on("xterm-256color", bytes, want);
}

static void test_letters(void **state)
{
    becomes("aҚұ№ё7 z", "aҚұ№ё7 z");
}

static void test_a_letter_in_two_reads(void **state)
{
    struct pty *pty = key_echo_start("xterm-256color", false);
    pty_type_bytes(pty, "\xd2", 1);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_type_bytes(pty, "\x9bz", 2);
    assert_true(pty_wait_text(pty, "қz", KEY_ECHO_WAIT_S));
    pty_stop(&pty);
}

static void test_bad_bytes_swallow_no_key(void **state)
{
    becomes("a\xff"
            "b\xd2"
            "c\xe2\x80\xae"
            "d",
            "a<other>bc<other>d");
    becomes("\xd2\rқ", "<enter>қ");
}

static void test_keys(void **state)
{
    becomes("\r\t\x7f\b\x1b[A\x1bOB\x1b[C\x1bOD",
            "<enter><tab><delete><delete><up><down><right><left>");
    becomes("\x1b[5~\x1b[6~\x1b[H\x1b[4~", "<page-up><page-down><home><end>");
    becomes("\x03\x1a\x11\x01q", "<other><other><other><other>q");
    becomes("a\x1b", "a<back>");
}

static void test_keypad(void **state)
{
    becomes("\x1bOp\x1bOq\x1bOr\x1bOs\x1bOt\x1bOu\x1bOv\x1bOw\x1bOx\x1bOy\x1bOM",
            "0123456789<enter>");
    becomes("\x1bOj\x1bOk\x1bOm\x1bOn\x1bOl", "<hide><say><back><show><show>");
    becomes_on("rxvt", "\x1bOj\x1bOk\x1bOm\x1bOn\x1bOl\x1bOu", "<hide><say><back><show><show>5");
    becomes_on("linux", "\x1bOu\x1bOl\x1bOS\x1bOR\x1bOn\x1bOM", "5<say><back><hide><show><enter>");
    becomes_on("linux", "\x1bOPx", "<other>x");
}

static void test_function_keys(void **state)
{
    const char *const rest = "<hide><show><layout><layer><undo><say><slower>";
    becomes("\x1bOQ\x1bOR\x1bOS\x1b[15~\x1b[17~\x1b[18~\x1b[19~", rest);
    becomes("\x1b[12~\x1b[13~\x1b[14~\x1b[15~\x1b[17~\x1b[18~\x1b[19~", rest);
    becomes_on("linux", "\x1b[[B\x1b[[C\x1b[[D\x1b[[E\x1b[17~\x1b[18~\x1b[19~", rest);
    becomes_on("rxvt", "\x1b[12~\x1b[13~\x1b[14~\x1b[15~\x1b[17~\x1b[18~\x1b[19~", rest);
    becomes_on("vt220", "\x1bOQ\x1bOR\x1bOS\x1b[15~\x1b[17~\x1b[18~\x1b[19~", rest);
}

static void test_other_function_keys_mean_nothing(void **state)
{
    becomes("\x1b[1;2P\x1b[1;5Q\x1b[15;2~\x1b[20~\x1b[24~x",
            "<other><other><other><other><other>x");
    becomes_on("linux", "\x1b[25~\x1b[26~\x1b[1;2Px", "<other><other><other>x");
    becomes_on("vt220", "\x1b[1;2P\x1b[28~\x1b[11;2~x", "<other><other><other>x");
    becomes_on("rxvt", "\x1b[11^\x1b[23~x", "<other><other>x");
}

static void test_keypad_digits_are_known(void **state)
{
    struct pty *pty = key_echo_start("linux", true);
    pty_type(pty, "\x1bOx");
    key_echo_shows(pty, "8#");
    assert_int_equal(pty_rest(pty), PTY_IDLE);
    pty_type(pty, "8");
    key_echo_shows(pty, "8#8");
    assert_false(pty_shows(pty, "8#8#"));
    pty_stop(&pty);
}

static void test_help_ends(void **state)
{
    static const char *const terminals[] = {"xterm-256color", "linux",          "vt220",
                                            "rxvt",           "xterm-256color", "linux"};
    static const char *const keys[] = {"\x1bOP",   "\x1b[[A", "\x1b[11~",
                                       "\x1b[11~", "\x1bOo",  "\x1bOQ"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct pty *pty = key_echo_start(terminals[i], false);

        pty_type(pty, keys[i]);
        assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), 0);
        pty_stop(&pty);
    }
}

static void test_sequences_never_make_text(void **state)
{
    becomes("\x1b[<0;10;5Mx", "<other>x");
    becomes("\x1b[M !!x", "<other>x");
    becomes("\x1b[1;5Cx", "<other>x");
    becomes("\x1b]0;title\x07x\x1bP1$r\x1b\\y", "<other>x<other>y");
    becomes("\x1bqx", "<other>x");
    becomes("\x1b[1\x1b[99zx\x1b]0;\x1b[99zy", "<other>x<other>y");
}

/* Longer than anything a terminal sends: still no text of it, and no end to hearing signals. */
static void test_an_endless_sequence(void **state)
{
    struct pty *pty = key_echo_start("xterm-256color", false);
    char bytes[6001];
    memset(bytes, '1', sizeof bytes);
    memcpy(bytes, "\x1b[", 2);
    memcpy(bytes + sizeof bytes - 3, "mx", 3);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    assert_true(pty_pour(pty, bytes, sizeof bytes - 1));
    key_echo_shows(pty, "<other>x");
    assert_false(pty_shows(pty, "1"));
    pty_stop(&pty);
}

static void test_a_paste_sends_nothing(void **state)
{
    becomes("\x1b[200~бір\r\nекі\nүш\tx\x1b[A\x1b[201~\r",
            "<other>бір<tab><other>екі<tab>үш x<other><other><enter>");
}

static void test_a_paste_has_no_keys(void **state)
{
    struct pty *pty = key_echo_start("xterm-256color", true);
    pty_type(pty, "\x1b[200~\x1bOP\x1bOq\x1bOM\x1b[17~\x1b[201~");
    key_echo_shows(pty, "<other><other>!<other>!<other>!<other>!<other>!");
    pty_type(pty, "\x1b[200~a\t\n\x1b[201~");
    key_echo_shows(pty, "ap! p!<tab>p!<other>!");
    pty_stop(&pty);
}

/* Whatever stands before its bracket, a paste is known. */
static void test_a_paste_behind_an_escape(void **state)
{
    becomes("\x1b\x1b[200~a\r\x1b[201~\r", "<other>a<tab><other><enter>");
    becomes("\x1b[1;\x1b[200~a\r\x1b[201~\r", "<other>a<tab><other><enter>");
    becomes("\x1b]0;x\x1b[200~a\r\x1b[201~\r", "<other>a<tab><other><enter>");
}

/* Waits for what is pasted, then for a pause, then for one key more. */
static int paste_and_pause(void *context)
{
    struct screen *screen = screen_new(24, 64);
    struct keypress press = {KEYPRESS_OTHER, 0};
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    while (press.ch != 'b')
        press = term_key(0);
    while (press.kind != KEYPRESS_IDLE)
        press = term_key(1);
    screen_say(screen, 0, 0, SCREEN_PLAIN, "paused");
    term_show(screen);
    return term_key(0).kind == KEYPRESS_ENTER ? 0 : KEY_ECHO_REFUSED;
}

static void test_a_paste_without_end_leaves_enter_alive(void **state)
{
    struct pty *pty = pty_start_function(24, 80, paste_and_pause, NULL);
    pty_type(pty, "\x1b[200~ab");
    assert_true(pty_wait_text(pty, "paused", KEY_ECHO_WAIT_S));
    pty_type(pty, "\r");
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), 0);
    pty_stop(&pty);
}

enum { NOISE_LEN = 60000 };

/* Is it a press that a program may believe? */
static bool is_sound(struct keypress press)
{
    const bool text = press.kind == KEYPRESS_CHAR;
    if (press.kind < KEYPRESS_CHAR || press.kind > KEYPRESS_OTHER)
        return false;
    if (!text && press.ch >= (press.kind == KEYPRESS_OTHER ? 0x20 : 1))
        return false;
    if (press.keypad && (press.pasted || (text && (press.ch < '0' || press.ch > '9'))))
        return false;
    if (press.pasted && !text && press.kind != KEYPRESS_TAB)
        return false;
    return !press.caps && (!text || utf8_harmless(press.ch));
}

/* Takes whatever comes, and shows what came last. */
static int take_anything(void *context)
{
    struct screen *screen = screen_new(24, 64);
    struct keypress press = {.kind = KEYPRESS_OTHER};
    int pasted = 0, too_fast = 0, all = 0;
    setlocale(LC_ALL, "C.UTF-8");
    signal(SIGTERM, key_echo_on_signal);
    if (term_open(&key_echo_stop) != ERROR_NONE)
        return KEY_ECHO_REFUSED;
    for (; press.kind != KEYPRESS_GONE; press = term_key(0)) {
        char words[64] = "";

        if (!is_sound(press))
            return KEY_ECHO_REFUSED;
        pasted += press.pasted;
        too_fast += press.too_fast;
        if (all++ > 0)
            key_echo_say(words, press, false);
        screen_clear(screen);
        screen_contrast(screen, all % 2 == 0);
        screen_say(screen, 0, 0, SCREEN_PLAIN, "last ");
        screen_say(screen, 0, 5, SCREEN_PLAIN, words);
        if (all > 5000 && pasted > 100 && too_fast > 5000)
            screen_say(screen, 1, 0, SCREEN_PLAIN, "enough");
        if (all % 64 == 0 || !press.too_fast)
            term_show(screen);
    }
    screen_free(&screen);
    term_close();
    return KEY_ECHO_GONE;
}

static uint32_t noise_state;

static uint32_t noise(uint32_t below)
{
    noise_state ^= noise_state << 13;
    noise_state ^= noise_state >> 17;
    noise_state ^= noise_state << 5;
    return noise_state % below;
}

/* The beginnings that matter, cut short at times, between bytes of any kind. */
static size_t put_noise(char *out)
{
    static const char *const pieces[] = {
        "\x1b",     "\x1b[",        "\x1b[M\xff !", "\x1b[<0;10;5M", "\x1b[200~", "\x1b[201~",
        "\x1bO",    "\x1bOq",       "\x1b]0;title", "\x1b]0;t\x07",  "\x1bP",     "\xd2\x9b",
        "\xe2\x80", "\xf0\x9f\x92", "\xff\xfe",     "\x1b[[",        "\x1b[1;5P", "\r",
        "0123",     "\x1bOM",       "\x1b[15~",     "\x1b\\",        "\x1b\x1b",  "\xc0\x80"};
    const char *piece = pieces[noise(sizeof pieces / sizeof *pieces)];
    size_t len = 1 + noise((uint32_t)strlen(piece));
    if (noise(2) == 0) {
        memcpy(out, piece, len);
        return len;
    }
    len = noise(50) == 0 ? 100 : 1;
    for (size_t i = 0; i < len; i++)
        out[i] = (char)(len > 1 ? '0' + noise(12) : noise(256));
    return len;
}

static void seed_noise(void)
{
    const char *given = getenv("SEED");
    if (given)
        noise_state = (uint32_t)strtoul(given, NULL, 10);
    else
        assert_int_equal(getrandom(&noise_state, sizeof noise_state, 0), sizeof noise_state);
    noise_state += noise_state == 0;
    print_message("SEED=%u\n", noise_state);
}

static void test_noise(void **state)
{
    struct pty *pty = pty_start_function(24, 80, take_anything, NULL);
    char *bytes = malloc(NOISE_LEN + 128);
    size_t len = 0;
    assert_non_null(bytes);
    seed_noise();
    while (len < NOISE_LEN)
        len += put_noise(bytes + len);
    assert_true(pty_wait_text(pty, "last", KEY_ECHO_WAIT_S));
    assert_true(pty_pour(pty, bytes, len));
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_type(pty, "\x1b[201~");
    assert_int_equal(pty_rest(pty), PTY_IDLE);
    pty_type(pty, "\r");
    key_echo_shows(pty, "last <enter>");
    key_echo_shows(pty, "enough");
    kill(pty_process(pty), SIGTERM);
    assert_int_equal(pty_wait_exit(pty, KEY_ECHO_WAIT_S), KEY_ECHO_GONE);
    free(bytes);
    pty_stop(&pty);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_letters),
        cmocka_unit_test(test_a_letter_in_two_reads),
        cmocka_unit_test(test_bad_bytes_swallow_no_key),
        cmocka_unit_test(test_keys),
        cmocka_unit_test(test_keypad),
        cmocka_unit_test(test_function_keys),
        cmocka_unit_test(test_other_function_keys_mean_nothing),
        cmocka_unit_test(test_keypad_digits_are_known),
        cmocka_unit_test(test_help_ends),
        cmocka_unit_test(test_sequences_never_make_text),
        cmocka_unit_test(test_an_endless_sequence),
        cmocka_unit_test(test_a_paste_sends_nothing),
        cmocka_unit_test(test_a_paste_has_no_keys),
        cmocka_unit_test(test_a_paste_behind_an_escape),
        cmocka_unit_test(test_a_paste_without_end_leaves_enter_alive),
        cmocka_unit_test(test_noise),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
