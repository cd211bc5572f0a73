/* SPDX-License-Identifier: GPL-3.0-or-later */
/* From the keys of a real kiosk to what stands in the outbox, at the desk, on the slip, in the
   ear. */
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "complaint/letter.h"
#include "device/state.h"
#include "session/slip.h"
#include "tests/lib/chance.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/kiosk_test.h"
#include "tests/lib/paper.h"
#include "tests/lib/speech_program.h"

/* --- what visitors do --- */

/* Language, the cry, Enter: and nothing of it for keys that come faster than anybody means them. */
static void test_three_keys_in_danger(void **state)
{
    struct kiosk_process *kiosk = *state;
    const struct looked *looked = NULL;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    pty_type(kiosk->pty, "38\r");
    kiosk_wait(kiosk, "What do you want to do?");
    kiosk_go(kiosk, "\033", "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    kiosk_go(kiosk, "8", "Press Enter and this is sent.");
    kiosk_go(kiosk, "\r", KIOSK_STORED);
    kiosk_forget(kiosk);
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_int_equal(kiosk_check(kiosk), 2);
    looked = kiosk_test_look(kiosk);
    assert_int_equal(looked->letters, 1);
    assert_int_equal(looked->last.kind, LETTER_COMPLAINT);
    assert_string_equal(looked->last.category, "A2");
    assert_int_equal(looked->last.text_len, 0);
}

/* --- every letter, from a US keyboard at the kiosk to the desk, by all three programs --- */

/* All 42 letters, one of them (@ is Shift and 2) a capital of Kazakh's row of digits; digits
   from the keypad. */
/* clang-format off */
#define KAZAKH \
    "Һәм ғылым, өнер: 20 күн 13 сағат 456789 рет. Цемент щётка, " \
    "съезд, эхо, юрта, як, вагон, фабрика, чемодан, шпион, " \
    "альбом, жауһар, ұлы үй, қаңғы, іңір, хат, цирк, Әсел."
/* clang-format on */

#define KAZAKH_KEYS                                                                                \
    "=2v 5sksv6 -yth& \033Or\033Op r8y \033Oq\033Os cf5fn "                                        \
    "\033Ot\033Ou\033Ov\033Ow\033Ox\033Oy htn7 wtvtyn o`nrf6 c]tpl6 '[j6 "                         \
    ".hnf6 zr6 dfujy6 af,hbrf6 xtvjlfy6 igbjy6 fkm,jv6 ;fe=fh6 9ks 8q6 "                           \
    "0f45s6 343h6 [fn6 wbhr6 @ctk7"

#define RUSSIAN      "Съешь же ещё этих мягких французских булок, да выпей чаю."
#define RUSSIAN_KEYS "c]tim ;t to` 'nb[ vzurb[ ahfywepcrb[ ,ekjr? lf dsgtq xf./"
#define F4           "\033OS"
/* Runs shell commands in the folder, with the programs of this build. */
static void run_in(const char *dir, const char *commands)
{
    char line[4 * FOLDER_PATH];
    char *build = realpath(kiosk_program("."), NULL);

    snprintf(line, sizeof line, "(set -e; cd '%s'; HOME=$PWD; PATH='%s':$PATH; %s) >'%s/log' 2>&1",
             dir, build, commands, dir);
    free(build);
    if (system(line) != 0) {
        size_t len = 0;
        char *log = (char *)folder_read(folder_path(dir, "log"), &len);

        print_error("%.*s\n", (int)len, log);
        free(log);
        fail_msg("failed: %s", commands);
    }
}

/* Without blanks and the mark before each line of a text. */
static void squeeze(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++)
        if (strchr(" \n|", *from) == NULL)
            *to++ = *from;
    *to = '\0';
}

static void assert_desk_shows(const char *dir, const char *name, const char *text)
{
    size_t len = 0;
    uint8_t *file = folder_read(folder_path(dir, name), &len);
    char *shown = strndup((const char *)file, len);
    char *wanted = strdup(text);

    assert_true(shown != NULL && wanted != NULL);
    squeeze(shown);
    squeeze(wanted);
    if (strstr(shown, wanted) == NULL) {
        print_error("%.*s\n", (int)len, (const char *)file);
        fail_msg("the desk does not show: %s", text);
    }
    free(wanted);
    free(shown);
    free(file);
}

static void file_typed(struct kiosk_process *kiosk, const char *layout, const char *keys)
{
    kiosk_begin(kiosk);
    kiosk_go(kiosk, layout, "letters");
    pty_type(kiosk->pty, keys);
    kiosk_go(kiosk, "\r", "Is this right?");
    kiosk_send(kiosk, KIOSK_STORED);
    kiosk_forget(kiosk);
}

static void test_letters_arrive_at_the_desk(void **state)
{
    const char *dir = ((const struct kiosk_process *)*state)->dir;
    struct kiosk_process kiosk = {.dir = NULL};

    run_in(dir, "umask 077; echo a passphrase of tests >pass; mkdir stick;"
                "sandyq-desk init office --name Office --passphrase-file pass;"
                "sandyq-kiosk --state kiosk --enroll;"
                "sandyq-desk enroll office kiosk/enroll.request --facility PC-17 --type PEN"
                " --out stick/kiosk.card --passphrase-file pass;"
                "sandyq-courier exchange --state kiosk --media stick");
    kiosk.dir = strdup(folder_path(dir, "kiosk"));
    assert_non_null(kiosk.dir);
    kiosk_start(&kiosk, 0);
    file_typed(&kiosk, F4, KAZAKH_KEYS);
    file_typed(&kiosk, F4 F4, RUSSIAN_KEYS);
    assert_int_equal(kiosk_end(&kiosk), 0);
    run_in(dir, "sandyq-courier exchange --state kiosk --media stick;"
                "sandyq-desk import office stick --passphrase-file pass;"
                "sandyq-desk show office 1 --passphrase-file pass >kazakh;"
                "sandyq-desk show office 2 --passphrase-file pass >russian");
    assert_desk_shows(dir, "kazakh", KAZAKH);
    assert_desk_shows(dir, "russian", RUSSIAN);
    free(kiosk.dir);
}

/* --- a cat on the keyboard --- */

enum { CAT_BURSTS = 5, CAT_BYTES = 10000, CAT_STEPS = 60, CAT_PATIENCE = 12 };

/* One key, report, bracket or whatever byte. Returns its length. */
static size_t cat_press(char out[16])
{
    static const char *const keys[] = {
        "\r",     "\r",     "\t",         "\177",         "\033[A",    "\033[B",    "\033[5~",
        "\033OP", "\033OQ", "\033OR",     "\033OS",       "\033[15~",  "\033[17~",  "\033Oq",
        "\033Ox", "\033Oj", "\033[200~",  "\033[201~",    "\033[H",    "\033OM",    "\033",
        "\033[M", "\033]0", "\033[<0;1M", "\033[<0;9;9m", "\033[1;5A", "\033[999Z", "\xd2\x9b",
    };
    const char *key = keys[chance_below(sizeof keys / sizeof *keys)];

    switch (chance_below(4)) {
    case 0:
        return (size_t)snprintf(out, 16, "%s", key);
    case 1:
        out[0] = (char)('0' + chance_below(10));
        return 1;
    default:
        out[0] = (char)chance_below(256);
        return 1;
    }
}

static void cat_burst(struct kiosk_process *kiosk)
{
    static char bytes[CAT_BYTES + 16];
    size_t len = 0;

    while (len < CAT_BYTES)
        len += cat_press(bytes + len);
    assert_true(pty_pour(kiosk->pty, bytes, len));
    assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
}

/* As a person finds the way out of anything: Esc, and again, and F2 when that does not help.
   Then leaves, throwing away what the cat wrote. */
static void leave_after_cat(struct kiosk_process *kiosk)
{
    pty_type(kiosk->pty, "\a\033[201~"); /* were it in a paste, Esc would be a part of that */
    for (int i = 0; i < CAT_STEPS && !pty_shows(kiosk->pty, "Choose a language"); i++) {
        assert_int_equal(pty_rest(kiosk->pty), PTY_IDLE);
        pty_type(kiosk->pty, i % CAT_PATIENCE < CAT_PATIENCE - 1 ? "\033" : "\033OQ");
        assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    }
    kiosk_wait(kiosk, "Choose a language");
    kiosk_go(kiosk, "3", "What do you want to do?");
    assert_int_equal(pty_rest(kiosk->pty), PTY_IDLE);
    pty_type(kiosk->pty, "7");
    assert_int_equal(pty_settle(kiosk->pty), PTY_IDLE);
    if (pty_shows(kiosk->pty, "Throw it away?"))
        kiosk_go(kiosk, "2", "Goodbye");
    kiosk_wait(kiosk, "Goodbye");
    kiosk_go(kiosk, " ", "Choose a language");
}

static void test_cat_on_the_keyboard(void **state)
{
    struct kiosk_process *kiosk = *state;
    const struct looked *looked = NULL;

    chance_start();
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    for (int i = 0; i < CAT_BURSTS; i++) {
        cat_burst(kiosk);
        leave_after_cat(kiosk);
    }
    assert_true(kiosk_check(kiosk) > CAT_BURSTS);
    assert_int_equal(kiosk_test_look(kiosk)->letters, 0);
    kiosk_file(kiosk, "It was the cat");
    kiosk_forget(kiosk);
    assert_int_equal(kiosk_end(kiosk), 0);
    (void)kiosk_check(kiosk);
    looked = kiosk_test_look(kiosk);
    assert_int_equal(looked->letters, 1);
    assert_int_equal(looked->last.text_len, strlen("It was the cat"));
}

/* --- time --- */

/* Through the real keeper, the confined session and both helpers: a slip comes out, and what the
   screen says is said, but the number only to a person who asks for it. */
static void test_slip_and_voice(void **state)
{
    static struct paper paper;
    static uint8_t slip[SLIP_MAX];
    struct kiosk_process *kiosk = *state;
    char *dir = folder_make();
    char *printer = folder_path(dir, "printer"), *said = folder_path(dir, "said");
    char *program = folder_path(dir, "speech");
    char text[4096], code[64], shown[CODE_LEN];
    const char *more[] = {"--printer", printer, "--paper", "58", "--speaker", program, NULL};
    int paper_fd = -1;
    int voice_fd = -1;

    paper_fd = folder_fifo(printer);
    voice_fd = speech_listen(said);
    speech_write(program, said, "report(hear());\n");
    kiosk_start_as(kiosk, more, ROWS, COLS);
    kiosk_wait(kiosk, "Choose a language");
    kiosk_go(kiosk, "5", "Voice");
    kiosk_go(kiosk, "3", "What do you want to do?");
    kiosk_go(kiosk, "8", "Press Enter and this is sent");
    pty_rest(kiosk->pty);
    kiosk_go(kiosk, "\r", KIOSK_STORED);
    kiosk_go(kiosk, "2", "The slip is printed");
    ssize_t len = read(paper_fd, slip, sizeof slip);
    assert_int_equal(paper_read(&paper, slip, len > 0 ? (size_t)len : 0), 0);
    assert_int_equal(paper_scan(&paper, code, sizeof code), 1);
    kiosk_go(kiosk, "1", "This is your number");
    char *receipt = pty_text(kiosk->pty);
    fake_terminal_code(receipt, shown);
    free(receipt);
    assert_string_equal(code, shown);
    /* Texts cut each other off; the last one, said in answer to a key, comes whole. */
    struct pollfd ready = {.fd = voice_fd, .events = POLLIN};
    pty_type(kiosk->pty, "\033[18~");
    size_t at = 0;
    text[0] = '\0';
    while (strstr(text, "1: I have it.") == NULL) {
        ssize_t n = 0;
        assert_int_equal(poll(&ready, 1, KIOSK_SECONDS * 1000), 1);
        n = read(voice_fd, text + at, sizeof text - 1 - at);
        at += n > 0 ? (size_t)n : 0;
        text[at] = '\0';
        assert_true(at < sizeof text - 1);
    }
    assert_non_null(strstr(text, "This is your number"));
    close(paper_fd);
    close(voice_fd);
    folder_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_three_keys_in_danger),
        KIOSK_TEST(test_letters_arrive_at_the_desk),
        KIOSK_TEST(test_cat_on_the_keyboard),
        KIOSK_TEST(test_slip_and_voice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
