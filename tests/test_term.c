/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The terminal for real, in a pseudo-terminal: what keys become and what reaches the screen. */
#include <fcntl.h>
#include <locale.h>
#include <linux/kd.h>
#include <linux/vt.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "tests/pty.h"
#include "tui/edit.h"
#include "tui/qr.h"
#include "tui/term.h"

enum { PRESSES_MAX = 100, WAIT_S = 60 };
enum { EXIT_GONE = 10, EXIT_IDLE, EXIT_REFUSED = 20 };

static const char *const names[] = {"",         "<enter>",  "<back>",  "<delete>",  "<up>",
                                    "<down>",   "<left>",   "<right>", "<page-up>", "<page-down>",
                                    "<home>",   "<end>",    "<tab>",   "<help>",    "<cover>",
                                    "<show>",   "<layout>", "<layer>", "<undo>",    "<say>",
                                    "<slower>", "<resize>", "<idle>",  "<gone>",    "<other>"};

_Static_assert(sizeof names / sizeof *names == KEYPRESS_OTHER + 1, "a name for every press");

/* Stands in for the console: whether it answers about Caps Lock, what, and how often it was asked. */
static bool leds_answer;
static char leds;
static int leds_asked;

/* Stands in for the console's lock: the last request about it, which is carried out or refused. */
static unsigned long lock_asked;
static unsigned short front; /* the console that is in front; 0: this machine has none */
static int lock_answer;

int ioctl(int fd, unsigned long request, ...)
{
    va_list list;
    void *argument = NULL;

    va_start(list, request);
    argument = va_arg(list, void *);
    va_end(list);
    if (request == VT_LOCKSWITCH || request == VT_UNLOCKSWITCH) {
        lock_asked = request;
        return lock_answer;
    }
    if (request == VT_GETSTATE && front != 0) {
        ((struct vt_stat *)argument)->v_active = front;
        return 0;
    }
    if (request != KDGKBLED)
        return (int)syscall(SYS_ioctl, fd, request, argument);
    leds_asked++;
    if (!leds_answer)
        return -1;
    *(char *)argument = leds;
    return 0;
}

static volatile sig_atomic_t stop;

static void on_term(int number)
{
    stop = 1;
}

/* A clock that can be stopped. */
static bool clock_stands;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!clock_stands)
        return (int)syscall(SYS_clock_gettime, clock, now);
    *now = (struct timespec){.tv_sec = 1000};
    return 0;
}

/* Pauses can be ruled out: then a wait has no limit, however slow whoever types. */
static bool no_pause;

int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *limit, const sigset_t *mask)
{
    struct timespec left = {0};

    if (limit != NULL)
        left = *limit; /* the kernel writes there what is left */
    return (int)syscall(SYS_ppoll, fds, n, limit == NULL || no_pause ? NULL : &left, mask,
                        _NSIG / 8);
}

/* A press in words: what it is and, when asked for, what more is known of it. */
static void say_press(char *words, struct keypress press, bool more)
{
    char letter[5] = "";

    if (press.kind == KEYPRESS_CHAR)
        utf8_put(press.ch, letter);
    strcat(words, press.kind == KEYPRESS_CHAR ? letter : names[press.kind]);
    if (!more)
        return;
    strcat(words, press.keypad ? "#" : "");
    strcat(words, press.pasted ? "p" : "");
    strcat(words, press.caps ? "^" : "");
    strcat(words, press.too_fast ? "!" : "");
}

/* Shows every press in words on the screen, until F1 or the end. */
static int echo(char *terminal, bool more)
{
    struct screen *screen = NULL;
    char words[4096] = "";
    struct keypress press = {KEYPRESS_OTHER, 0};
    int rows = 0, cols = 0;

    setlocale(LC_ALL, "C.UTF-8");
    signal(SIGTERM, on_term);
    signal(SIGHUP, on_term);
    setenv("TERM", terminal, 1);
    if (term_open(&stop) != ERROR_NONE)
        return EXIT_REFUSED;
    term_size(&rows, &cols);
    screen = screen_new(rows, cols);
    for (int i = 0; i < PRESSES_MAX && press.kind != KEYPRESS_GONE && press.kind != KEYPRESS_HELP;
         i++) {
        screen_clear(screen);
        screen_say(screen, 0, 0, SCREEN_PLAIN, "ready");
        screen_wrap(screen, 1, 0, cols, 20, SCREEN_PLAIN, words, strlen(words));
        term_show(screen);
        press = term_key(0);
        say_press(words, press, more);
        if (press.kind == KEYPRESS_RESIZE) {
            term_size(&rows, &cols);
            screen_resize(screen, rows, cols);
            sprintf(words + strlen(words), "%dx%d", cols, rows);
        }
    }
    screen_free(&screen);
    term_close();
    return press.kind == KEYPRESS_GONE ? EXIT_GONE : 0;
}

static int echo_presses(void *context)
{
    return echo(context, false);
}

static int echo_all_of_presses(void *context)
{
    return echo(context, true);
}

static struct pty *started_with(int (*run)(void *context), const char *terminal)
{
    char type[32];
    struct pty *pty = NULL;

    snprintf(type, sizeof type, "%s", terminal);
    pty = pty_start_function(24, 80, run, type);
    assert_non_null(pty);
    assert_true(pty_wait_text(pty, "ready", WAIT_S));
    return pty;
}

static struct pty *started(const char *terminal)
{
    return started_with(echo_presses, terminal);
}

static void shows(struct pty *pty, const char *want)
{
    char *text = NULL;

    if (pty_wait_text(pty, want, WAIT_S))
        return;
    text = pty_text(pty);
    print_error("%s\n", text);
    free(text);
    fail_msg("wanted: %s", want);
}

/* Types bytes in a new terminal of a kind and compares what the program took them for. */
static void becomes_on(const char *terminal, const char *bytes, const char *want)
{
    struct pty *pty = started(terminal);

    pty_type(pty, bytes);
    shows(pty, want);
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
    struct pty *pty = started("xterm-256color");

    pty_type_bytes(pty, "\xd2", 1);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_type_bytes(pty, "\x9bz", 2);
    assert_true(pty_wait_text(pty, "қz", WAIT_S));
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
    becomes("\x1bOj\x1bOk\x1bOm\x1bOn\x1bOl", "<cover><say><back><show><show>");
    becomes_on("rxvt", "\x1bOj\x1bOk\x1bOm\x1bOn\x1bOl\x1bOu", "<cover><say><back><show><show>5");
    becomes_on("linux", "\x1bOu\x1bOl\x1bOS\x1bOR\x1bOn\x1bOM", "5<say><back><cover><show><enter>");
    becomes_on("linux", "\x1bOPx", "<other>x");
}

static void test_function_keys(void **state)
{
    const char *const rest = "<cover><show><layout><layer><undo><say><slower>";

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

static void test_a_paste_has_no_keys(void **state)
{
    struct pty *pty = started_with(echo_all_of_presses, "xterm-256color");

    pty_type(pty, "\x1b[200~\x1bOP\x1bOq\x1bOM\x1b[17~\x1b[201~");
    shows(pty, "<other><other>!<other>!<other>!<other>!<other>!");
    pty_type(pty, "\x1b[200~a\t\n\x1b[201~");
    shows(pty, "ap! p!<tab>p!<other>!");
    pty_stop(&pty);
}

/* Whatever stands before its bracket, a paste is known. */
static void test_a_paste_behind_an_escape(void **state)
{
    becomes("\x1b\x1b[200~a\r\x1b[201~\r", "<other>a<tab><other><enter>");
    becomes("\x1b[1;\x1b[200~a\r\x1b[201~\r", "<other>a<tab><other><enter>");
    becomes("\x1b]0;x\x1b[200~a\r\x1b[201~\r", "<other>a<tab><other><enter>");
}

static void test_keypad_digits_are_known(void **state)
{
    struct pty *pty = started_with(echo_all_of_presses, "linux");

    pty_type(pty, "\x1bOx");
    shows(pty, "8#");
    assert_int_equal(pty_rest(pty), PTY_IDLE);
    pty_type(pty, "8");
    shows(pty, "8#8");
    assert_false(pty_shows(pty, "8#8#"));
    pty_stop(&pty);
}

static void test_what_comes_in_a_burst_is_rushed(void **state)
{
    struct pty *pty = started_with(echo_all_of_presses, "xterm-256color");

    pty_type(pty, "abc\r");
    shows(pty, "ab!c!<enter>!");
    for (int i = 0; i < 3; i++) {
        assert_int_equal(pty_rest(pty), PTY_IDLE);
        pty_type(pty, "\r");
    }
    shows(pty, "ab!c!<enter>!<enter><enter><enter>");
    assert_false(pty_shows(pty, "<enter><enter>!"));
    pty_stop(&pty);
}

/* One by one, waited for each, but sooner than a person's hand. */
static void test_fast_presses_are_rushed(void **state)
{
    struct pty *pty = NULL;

    clock_stands = true;
    pty = pty_start_function(24, 80, echo_all_of_presses, (char[]){"xterm-256color"});
    clock_stands = false;
    assert_true(pty_wait_text(pty, "ready", WAIT_S));
    pty_type(pty, "a");
    shows(pty, "a");
    pty_type(pty, "\r");
    shows(pty, "a<enter>!");
    pty_stop(&pty);
}

/* Works on until so much input lies there, and then a little longer. */
static void work_until(int waiting)
{
    for (int n = 0; n < waiting; poll(NULL, 0, 1))
        ioctl(STDIN_FILENO, FIONREAD, &n);
    poll(NULL, 0, KEYPRESS_TOO_FAST_MS + 5);
}

struct work {
    const char *typed; /* meanwhile */
    bool drop;
    bool paste; /* and no pause may end it */
};

/* Busy between the first press and the second. */
static int be_busy(void *context)
{
    const struct work *work = context;
    struct screen *screen = screen_new(24, 64);
    char words[256] = "";

    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    for (int i = 0; i < 5; i++) {
        screen_clear(screen);
        screen_say(screen, 1, 0, SCREEN_PLAIN, words);
        screen_say(screen, 2, 0, SCREEN_PLAIN, i == 1 ? "busy" : "ready");
        term_show(screen);
        if (i == 1)
            work_until((int)strlen(work->typed));
        if (i == 1 && work->drop)
            term_drop();
        say_press(words, term_key(0), true);
    }
    return 0;
}

static struct pty *typed_while_busy(struct work *work)
{
    struct pty *pty = NULL;

    no_pause = work->paste;
    pty = pty_start_function(24, 80, be_busy, work);
    no_pause = false;
    assert_true(pty_wait_text(pty, "ready", WAIT_S));
    pty_type(pty, "a");
    assert_true(pty_watch(pty, "busy", WAIT_S * 1000));
    pty_type(pty, work->typed);
    assert_int_equal(pty_rest(pty), PTY_IDLE);
    return pty;
}

static void test_presses_while_busy_are_rushed(void **state)
{
    struct work work = {"b\r", false};
    struct pty *pty = typed_while_busy(&work);

    shows(pty, "ab!<enter>!");
    pty_stop(&pty);
}

/* All but that a paste began. */
static void test_dropped_presses_are_forgotten(void **state)
{
    struct work keys = {"b\r\x1b[1;", true}, paste = {"b\x1b[200~c", true, true};
    struct pty *pty = typed_while_busy(&keys);

    pty_type(pty, "d");
    shows(pty, "ad");
    assert_false(pty_shows(pty, "ad!"));
    pty_stop(&pty);
    pty = typed_while_busy(&paste);
    pty_type(pty, "d\r");
    shows(pty, "adp<tab>p!");
    pty_stop(&pty);
}

static void test_caps_lock(void **state)
{
    struct pty *pty = NULL;

    leds_answer = true;
    leds = K_CAPSLOCK | K_NUMLOCK;
    pty = started_with(echo_all_of_presses, "linux");
    pty_type(pty, "2\r");
    shows(pty, "2^<enter>!");
    pty_stop(&pty);
    leds = K_NUMLOCK;
    pty = started_with(echo_all_of_presses, "linux");
    pty_type(pty, "2");
    shows(pty, "2");
    assert_false(pty_shows(pty, "^"));
    pty_stop(&pty);
    leds_answer = false;
}

static int count_questions(void *context)
{
    setlocale(LC_ALL, "C.UTF-8");
    leds_asked = 0;
    leds = K_CAPSLOCK;
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    for (struct keypress press = {0}; press.ch != 'z'; press = term_key(0))
        if (press.caps)
            return EXIT_REFUSED;
    return leds_asked;
}

static void test_only_a_console_is_asked(void **state)
{
    struct pty *pty = pty_start_function(24, 80, count_questions, NULL);

    pty_settle(pty);
    pty_type(pty, "abcz");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 1);
    pty_stop(&pty);
}

static void test_help_ends(void **state)
{
    static const char *const terminals[] = {"xterm-256color", "linux",          "vt220",
                                            "rxvt",           "xterm-256color", "linux"};
    static const char *const keys[] = {"\x1bOP",   "\x1b[[A", "\x1b[11~",
                                       "\x1b[11~", "\x1bOo",  "\x1bOQ"};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct pty *pty = started(terminals[i]);

        pty_type(pty, keys[i]);
        assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
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
    struct pty *pty = started("xterm-256color");
    char bytes[6001];

    memset(bytes, '1', sizeof bytes);
    memcpy(bytes, "\x1b[", 2);
    memcpy(bytes + sizeof bytes - 3, "mx", 3);
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    assert_true(pty_pour(pty, bytes, sizeof bytes - 1));
    shows(pty, "<other>x");
    assert_false(pty_shows(pty, "1"));
    pty_stop(&pty);
}

static void test_a_paste_sends_nothing(void **state)
{
    becomes("\x1b[200~бір\r\nекі\nүш\tx\x1b[A\x1b[201~\r",
            "<other>бір<tab><other>екі<tab>үш x<other><other><enter>");
}

/* Waits for what is pasted, then for a pause, then for one key more. */
static int paste_and_pause(void *context)
{
    struct screen *screen = screen_new(24, 64);
    struct keypress press = {KEYPRESS_OTHER, 0};

    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    while (press.ch != 'b')
        press = term_key(0);
    while (press.kind != KEYPRESS_IDLE)
        press = term_key(1);
    screen_say(screen, 0, 0, SCREEN_PLAIN, "paused");
    term_show(screen);
    return term_key(0).kind == KEYPRESS_ENTER ? 0 : EXIT_REFUSED;
}

static void test_a_paste_without_end_leaves_enter_alive(void **state)
{
    struct pty *pty = pty_start_function(24, 80, paste_and_pause, NULL);

    pty_type(pty, "\x1b[200~ab");
    assert_true(pty_wait_text(pty, "paused", WAIT_S));
    pty_type(pty, "\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
}

enum { NOISE_LEN = 60000 };

/* Is it a press that a program may believe? */
static bool is_sound(struct keypress press)
{
    const bool text = press.kind == KEYPRESS_CHAR;

    if (press.kind < KEYPRESS_CHAR || press.kind > KEYPRESS_OTHER || (!text && press.ch != 0))
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
    signal(SIGTERM, on_term);
    if (term_open(&stop) != ERROR_NONE)
        return EXIT_REFUSED;
    for (; press.kind != KEYPRESS_GONE; press = term_key(0)) {
        char words[64] = "";

        if (!is_sound(press))
            return EXIT_REFUSED;
        pasted += press.pasted;
        too_fast += press.too_fast;
        if (all++ > 0)
            say_press(words, press, false);
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
    return EXIT_GONE;
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
    assert_true(pty_wait_text(pty, "last", WAIT_S));
    assert_true(pty_pour(pty, bytes, len));
    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_type(pty, "\x1b[201~");
    assert_int_equal(pty_rest(pty), PTY_IDLE);
    pty_type(pty, "\r");
    shows(pty, "last <enter>");
    shows(pty, "enough");
    kill(pty_process(pty), SIGTERM);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
    free(bytes);
    pty_stop(&pty);
}

static void test_resize(void **state)
{
    struct pty *pty = started("xterm-256color");

    pty_resize(pty, 30, 100);
    assert_true(pty_wait_text(pty, "<resize>100x30", WAIT_S));
    pty_type(pty, "x");
    assert_true(pty_wait_text(pty, "<resize>100x30x", WAIT_S));
    pty_stop(&pty);
}

/* What the line's discipline would do with a key (a signal, a stop, the next one literally) it leaves to us. */
static int look_at_the_line(void *context)
{
    struct termios line;

    (void)context;
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE || tcgetattr(STDIN_FILENO, &line) != 0)
        return EXIT_REFUSED;
    term_close();
    return (line.c_lflag & (ISIG | ICANON | IEXTEN | ECHO)) == 0 &&
                   (line.c_iflag & (IXON | IXOFF | BRKINT)) == 0
               ? EXIT_GONE
               : 0;
}

static void test_no_key_is_the_lines_own(void **state)
{
    struct pty *pty = pty_start_function(24, 80, look_at_the_line, NULL);

    (void)state;
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
    pty_stop(&pty);
    /* Interrupt, quit, suspend, start, stop, next, discard, end of file, a break's NUL. */
    pty = started("xterm-256color");
    pty_type(pty, "a\003\034\032\021\023\026\017\004z");
    shows(pty, "a<other><other><other><other><other><other><other><other>z");
    pty_stop(&pty);
}

static void test_console_is_held_and_given_back(void **state)
{
    (void)state;
    lock_answer = 0;
    assert_int_equal(term_hold("/dev/null", true), -1); /* no console */
    front = 4;
    assert_int_equal(term_hold("/dev/null", true), -1); /* another one is in front: it stays free */
    assert_int_equal(lock_asked, 0);
    front = 3; /* the minor number of /dev/null */
    assert_int_equal(term_hold("/dev/null", true), 0);
    assert_int_equal(lock_asked, VT_LOCKSWITCH);
    assert_int_equal(term_hold("/dev/null", false), 0);
    assert_int_equal(lock_asked, VT_UNLOCKSWITCH);
    lock_answer = -1; /* not permitted */
    assert_int_equal(term_hold("/dev/null", true), -1);
    lock_asked = 0;
    assert_int_equal(term_hold("/nowhere", true), -1);
    assert_int_equal(lock_asked, 0);
}

static void test_hang_up(void **state)
{
    struct pty *pty = started("xterm-256color");

    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
    pty_stop(&pty);
}

static void test_a_signal_ends_the_wait(void **state)
{
    struct pty *pty = started("xterm-256color");

    kill(pty_process(pty), SIGTERM);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
    pty_stop(&pty);
}

/* Dead without a signal: the terminal's other side is gone and nobody set the flag. */
static int wait_unaware(void *context)
{
    signal(SIGHUP, SIG_IGN);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    return term_key(0).kind == KEYPRESS_GONE ? EXIT_GONE : 0;
}

static void test_a_dead_terminal_does_not_spin(void **state)
{
    struct pty *pty = pty_start_function(24, 80, wait_unaware, NULL);

    assert_int_equal(pty_settle(pty), PTY_IDLE);
    pty_hang_up(pty);
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
    pty_stop(&pty);
}

/* A second of a countdown, in which the process wakes up once; and a key while it is drawn. */
static int wait_idle(void *context)
{
    struct rusage before, later;
    struct keypress press;

    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    getrusage(RUSAGE_SELF, &before);
    if (term_key(1).kind != KEYPRESS_IDLE)
        return EXIT_REFUSED;
    getrusage(RUSAGE_SELF, &later);
    later.ru_nvcsw -= later.ru_majflt - before.ru_majflt; /* waits for the disk are no wake-ups */
    if (later.ru_nvcsw - before.ru_nvcsw > 1 || write(STDOUT_FILENO, "idle", 4) != 4)
        return EXIT_REFUSED;
    work_until(1);
    press = term_key(0);
    return press.kind == KEYPRESS_ENTER && !press.too_fast ? EXIT_IDLE : 0;
}

static void test_the_limit_passes(void **state)
{
    struct pty *pty = pty_start_function(24, 80, wait_idle, NULL);

    assert_true(pty_watch(pty, "idle", WAIT_S * 1000));
    pty_type(pty, "\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_IDLE);
    pty_stop(&pty);
}

static int show_a_code(void *context)
{
    struct screen *screen = screen_new(24, 64);
    int rows = 0, cols = 0;

    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    qr_draw(screen, 0, 0, "123456789012345678901234", &rows, &cols);
    screen_say(screen, 20, 0, SCREEN_PLAIN, "құпия");
    term_show(screen);
    term_key(0);
    term_close();
    return 0;
}

/* Light paper around the code, whatever the terminal can do. */
static void code_is_dark_on_light(char *terminal)
{
    struct pty *pty = pty_start_function(24, 80, show_a_code, terminal);
    struct pty_cell cell;

    assert_true(pty_wait_text(pty, "құпия", WAIT_S));
    cell = pty_cell(pty, 0, 0);
    assert_int_equal(cell.ch, ' ');
    assert_true((cell.paper >> 16) > 0x80);
    cell = pty_cell(pty, 2, 4); /* the corner of the first finder pattern */
    assert_int_equal(cell.ch, 0x2588);
    assert_true((cell.ink >> 16) < 0x40);
    assert_true((cell.paper >> 16) > 0x80);
    pty_stop(&pty);
}

static void test_codes_are_dark_on_light(void **state)
{
    char xterm[] = "xterm-256color", console[] = "linux", monochrome[] = "vt220";

    code_is_dark_on_light(xterm);
    code_is_dark_on_light(console);
    code_is_dark_on_light(monochrome);
}

/* Contrast, then plain, then contrast up to the end, a key each. */
static int show_themes(void *context)
{
    static const enum screen_style styles[] = {SCREEN_PLAIN, SCREEN_BOLD, SCREEN_REVERSE,
                                               SCREEN_MODULES};
    struct screen *screen = screen_new(24, 64);

    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    for (int i = 0; i < 3; i++) {
        screen_clear(screen);
        screen_contrast(screen, i != 1);
        for (int row = 0; row < 4; row++)
            screen_say(screen, row, 0, styles[row], "x");
        screen_say(screen, 20, 0, SCREEN_PLAIN, i != 1 ? "contrast" : "plain");
        term_show(screen);
        term_key(0);
    }
    term_close();
    return 0;
}

enum { WHITE = 0xFFFFFF, BLACK = 0, YELLOW = 0xFFFF55 };

static void is_coloured(struct pty *pty, int row, uint32_t ink, uint32_t paper)
{
    const struct pty_cell cell = pty_cell(pty, row, 0);

    assert_int_equal(cell.ch, 'x');
    assert_int_equal(cell.ink, ink);
    assert_int_equal(cell.paper, paper);
}

/* The console's own white, which libvterm takes for another grey than the kernel does. */
static void is_in_contrast(struct pty *pty, uint32_t white, uint32_t yellow)
{
    assert_true(pty_wait_text(pty, "contrast", WAIT_S));
    is_coloured(pty, 0, white, BLACK);
    is_coloured(pty, 1, yellow, BLACK);
    assert_true(pty_cell(pty, 1, 0).bold);
    is_coloured(pty, 2, BLACK, white);
    is_coloured(pty, 3, BLACK, white);
    assert_int_equal(pty_cell(pty, 23, 79).paper, BLACK);
}

static void test_contrast(void **state)
{
    char terminals[][16] = {"linux", "xterm-256color"};

    for (size_t i = 0; i < 2; i++) {
        struct pty *pty = pty_start_function(24, 80, show_themes, terminals[i]);
        struct pty_cell cell;
        const uint32_t white = i == 0 ? WHITE : 0xE0E0E0, yellow = i == 0 ? YELLOW : 0xE0E000;

        is_in_contrast(pty, white, yellow);
        pty_type(pty, "a");
        assert_true(pty_wait_text(pty, "plain", WAIT_S));
        cell = pty_cell(pty, 3, 0);
        assert_int_equal(cell.ink, BLACK);
        assert_int_equal(cell.paper, 0xE0E0E0); /* the palette is back */
        assert_int_equal(pty_cell(pty, 0, 0).paper, pty_cell(pty, 2, 0).ink);
        pty_type(pty, "a");
        is_in_contrast(pty, white, yellow);
        pty_type(pty, "a");
        assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
        assert_int_equal(pty_cell(pty, 0, 0).ch, ' ');
        pty_stop(&pty);
    }
}

static void test_contrast_without_colours(void **state)
{
    char monochrome[] = "vt220";
    struct pty *pty = pty_start_function(24, 80, show_themes, monochrome);

    assert_true(pty_wait_text(pty, "contrast", WAIT_S));
    assert_true(pty_cell(pty, 1, 0).bold);
    assert_int_equal(pty_cell(pty, 2, 0).paper, pty_cell(pty, 0, 0).ink);
    assert_int_equal(pty_cell(pty, 3, 0).ink, pty_cell(pty, 0, 0).paper);
    pty_stop(&pty);
}

static int show_and_leave(void *context)
{
    struct screen *screen = screen_new(24, 64);

    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    screen_say(screen, 20, 0, SCREEN_PLAIN, "құпия");
    term_show(screen);
    term_key(0);
    term_close();
    return 0;
}

static void test_closing_leaves_nothing_on_the_screen(void **state)
{
    char terminals[][16] = {"xterm-256color", "linux", "vt220"};

    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        struct pty *pty = pty_start_function(24, 80, show_and_leave, terminals[i]);
        char *text = NULL;

        assert_true(pty_wait_text(pty, "құпия", WAIT_S));
        pty_type(pty, "x");
        assert_int_equal(pty_settle(pty), PTY_ENDED);
        text = pty_text(pty);
        assert_int_equal(strspn(text, "\n"), strlen(text));
        free(text);
        assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
        pty_stop(&pty);
    }
}

/* The typed word, masked so that the search does not find itself. */
static const uint8_t masked[] = {'q' ^ 0x55, 'z' ^ 0x55, 'x' ^ 0x55,
                                 'j' ^ 0x55, 'k' ^ 0x55, 'v' ^ 0x55};

static int hits_between(const uint8_t *at, const uint8_t *end)
{
    static const size_t strides[] = {1,  2, 4, 8, sizeof(struct screen_cell),
                                     28, 32}; /* 28: a curses cell */
    int hits = 0;

    for (; at < end; at++)
        for (size_t i = 0; i < sizeof strides / sizeof *strides; i++) {
            size_t n = 0;
            while (n < sizeof masked && at + n * strides[i] < end &&
                   (at[n * strides[i]] ^ 0x55) == masked[n])
                n++;
            if (n == sizeof masked)
                hits++;
        }
    return hits;
}

/* How often the word stands in what this process can write to. */
static int hits_in_memory(void)
{
    FILE *maps = fopen("/proc/self/maps", "r");
    char line[512];
    int hits = 0;

    while (maps && fgets(line, sizeof line, maps)) {
        unsigned long from = 0, to = 0;
        if (sscanf(line, "%lx-%lx rw", &from, &to) == 2 && strstr(line, " rw"))
            hits += hits_between((const uint8_t *)from, (const uint8_t *)to);
    }
    if (maps)
        fclose(maps);
    return hits;
}

static int write_and_leave(void *context)
{
    struct screen *screen = screen_new(24, 64);
    char *text = calloc(1, 200);
    struct keypress press = {KEYPRESS_OTHER, 0};
    struct edit edit;
    int above = 0, below = 0, shown = 0;

    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    edit_start(&edit, text, 0, 200);
    while (press.kind != KEYPRESS_ENTER) {
        screen_clear(screen);
        edit_draw(&edit, screen, 0, 0, 40, 10, &above, &below);
        screen_say(screen, 20, 0, SCREEN_PLAIN, "ready");
        term_show(screen);
        press = term_key(0);
        edit_key(&edit, press, 40, 10);
    }
    shown = hits_in_memory();
    explicit_bzero(text, 200);
    screen_free(&screen);
    term_close();
    return shown == 0 ? EXIT_REFUSED : hits_in_memory();
}

static void test_closing_leaves_nothing_in_memory(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its shadow and quarantine are not what we ship */
#endif
    struct pty *pty = pty_start_function(24, 80, write_and_leave, NULL);

    assert_true(pty_wait_text(pty, "ready", WAIT_S));
    for (int i = 0; i < 8; i++)
        pty_type(pty, "qzxjkv ");
    assert_true(pty_wait_text(pty, "qzxjkv", WAIT_S));
    pty_type(pty, "\r");
    assert_int_equal(pty_wait_exit(pty, WAIT_S), 0);
    pty_stop(&pty);
}

/* Stopped as tcflow(3) does, or as a console's Scroll Lock and a stop key do. */
static void stopped_output_goes_on(bool by_key)
{
    struct pty *pty = started("xterm-256color");
    const int fd = open(pty_device(pty), O_RDWR | O_NOCTTY);
    struct termios line;

    assert_true(fd >= 0);
    if (by_key) {
        assert_int_equal(tcgetattr(fd, &line), 0);
        line.c_iflag |= IXON;
        assert_int_equal(tcsetattr(fd, TCSANOW, &line), 0);
        pty_type(pty, "\x13");
    } else {
        assert_int_equal(tcflow(fd, TCOOFF), 0);
    }
    pty_type(pty, "x");
    assert_true(pty_watch(pty, "x", WAIT_S * 1000));
    close(fd);
    pty_stop(&pty);
}

static void test_stopped_output_goes_on(void **state)
{
    stopped_output_goes_on(false);
    stopped_output_goes_on(true);
}

static int open_without_utf8(void *context)
{
    setlocale(LC_ALL, "C");
    return term_open(NULL) == ERROR_SCREEN_UTF8 ? EXIT_REFUSED : 0;
}

static int open_in_vain(void *context)
{
    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    return term_open(NULL) == ERROR_SCREEN_TERMINAL ? EXIT_REFUSED : 0;
}

static int open_a_pipe(void *context)
{
    int ends[2];

    return pipe(ends) == 0 && dup2(ends[0], STDIN_FILENO) == STDIN_FILENO ? open_in_vain(context)
                                                                          : 0;
}

static void refuses(int (*run)(void *context), char *terminal)
{
    struct pty *pty = pty_start_function(24, 80, run, terminal);

    assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_REFUSED);
    pty_stop(&pty);
}

static void test_what_is_no_terminal_for_us(void **state)
{
    char xterm[] = "xterm-256color", unknown[] = "no-such-terminal", dumb[] = "dumb";

    refuses(open_without_utf8, xterm);
    refuses(open_in_vain, unknown);
    refuses(open_in_vain, dumb);
    refuses(open_a_pipe, xterm);
}

/* Every byte of memory there is. */
static void use_up_memory(void)
{
    const struct rlimit none = {0};

    setrlimit(RLIMIT_DATA, &none);
    for (size_t len = 1 << 20; len >= 16; len /= 2)
        for (void *block = malloc(len); block != NULL;)
            block = malloc(len);
}

/* From the second picture on there is no memory. */
static int show_without_memory(void *context)
{
    struct screen *screen = screen_new(24, 64);

    setenv("TERM", context, 1);
    setlocale(LC_ALL, "C.UTF-8");
    if (term_open(NULL) != ERROR_NONE)
        return EXIT_REFUSED;
    screen_say(screen, 0, 0, SCREEN_PLAIN, "x");
    term_show(screen);
    use_up_memory();
    screen_contrast(screen, true);
    screen_say(screen, 1, 0, SCREEN_BOLD, "y");
    screen_say(screen, 2, 0, SCREEN_REVERSE, "z");
    term_show(screen);
    term_show(screen);
    term_close();
    return EXIT_GONE;
}

static void test_short_of_memory(void **state)
{
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its heap ends the process itself */
#endif
    char terminals[][16] = {"xterm-256color", "linux", "vt220"};

    for (size_t i = 0; i < sizeof terminals / sizeof *terminals; i++) {
        struct pty *pty = pty_start_function(24, 80, show_without_memory, terminals[i]);

        assert_int_equal(pty_wait_exit(pty, WAIT_S), EXIT_GONE);
        pty_stop(&pty);
    }
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
        cmocka_unit_test(test_what_comes_in_a_burst_is_rushed),
        cmocka_unit_test(test_fast_presses_are_rushed),
        cmocka_unit_test(test_presses_while_busy_are_rushed),
        cmocka_unit_test(test_dropped_presses_are_forgotten),
        cmocka_unit_test(test_caps_lock),
        cmocka_unit_test(test_only_a_console_is_asked),
        cmocka_unit_test(test_help_ends),
        cmocka_unit_test(test_sequences_never_make_text),
        cmocka_unit_test(test_an_endless_sequence),
        cmocka_unit_test(test_noise),
        cmocka_unit_test(test_a_paste_sends_nothing),
        cmocka_unit_test(test_a_paste_has_no_keys),
        cmocka_unit_test(test_a_paste_behind_an_escape),
        cmocka_unit_test(test_a_paste_without_end_leaves_enter_alive),
        cmocka_unit_test(test_resize),
        cmocka_unit_test(test_no_key_is_the_lines_own),
        cmocka_unit_test(test_console_is_held_and_given_back),
        cmocka_unit_test(test_hang_up),
        cmocka_unit_test(test_a_signal_ends_the_wait),
        cmocka_unit_test(test_a_dead_terminal_does_not_spin),
        cmocka_unit_test(test_the_limit_passes),
        cmocka_unit_test(test_codes_are_dark_on_light),
        cmocka_unit_test(test_contrast),
        cmocka_unit_test(test_contrast_without_colours),
        cmocka_unit_test(test_closing_leaves_nothing_on_the_screen),
        cmocka_unit_test(test_closing_leaves_nothing_in_memory),
        cmocka_unit_test(test_stopped_output_goes_on),
        cmocka_unit_test(test_what_is_no_terminal_for_us),
        cmocka_unit_test(test_short_of_memory),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
