/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and screens of each place; all in English. */
#include "tests/leak/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/answer.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "protocol/board.h"
#include "session/slip.h"
#include "tests/booth.h"
#include "tests/folder.h"
#include "tests/paper.h"
#include "tests/speech.h"
#include "tui/qr.h"

enum {
    ROWS = 24,
    COLS = 64,
    COPIES = 12,
    GONE_MS = 60000,
    STEPS = 40,
    QR_PIECE = 20,
    SLIP_PIECE = 40,
    SLIP_PIECES = 6,
    SLIP_VALUES = 6
};

#define F2         "\033OQ"
#define F3         "\033OR"
#define F7         "\033[18~"
#define LANGUAGES  "Choose a language"
#define MENU       "What do you want to do?"
#define SHOWN_CODE "This is your number"
#define ASKS_GROUP "of your number, please"
#define TO_EDITOR  "1112\r0\r2"
#define EDITOR     "your own words"
#define REVIEW     "Is this right?"
#define FIRST_PIN  "do you want a PIN?"

/* --- canaries --- */

static uint32_t seeded = 1;

void scene_seed(uint32_t seed)
{
    seeded = seed | 1;
}

static uint32_t dice(uint32_t below)
{
    seeded ^= seeded << 13;
    seeded ^= seeded >> 17;
    seeded ^= seeded << 5;
    return seeded % below;
}

/* Words of letters that no language puts side by side. */
static void make_words(char out[SCENE_WORDS], size_t words)
{
    static const char letters[] = "bcdfghjkmpqvwxz";
    size_t at = 0;

    for (size_t word = 0; word < words; word++) {
        for (int i = 0; i < 10; i++)
            out[at++] = letters[dice(sizeof letters - 1)];
        out[at++] = ' ';
    }
    out[at - 1] = '\0';
}

/* No two digits in a row the same: nothing of memory that is filled with one byte looks like it. */
static void make_digits(char *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        do
            out[i] = (char)('0' + dice(10));
        while (i > 0 && out[i] == out[i - 1]);
    out[len] = '\0';
}

/* As letters of three alphabets that take two bytes each. */
static void make_cyrillic(char out[SCENE_WORDS])
{
    static const char *const letters[] = {"қ", "ғ", "ң", "ө", "ұ", "ү", "һ", "щ", "ъ", "ф"};

    out[0] = '\0';
    for (int i = 0; i < 16; i++)
        strcat(out, letters[dice(sizeof letters / sizeof letters[0])]);
}

/* A code in the forms in which it is shown, said and drawn. */
static void add_code(struct scene *scene, const char *name, const char code[CODE_LEN])
{
    static uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX];
    char grouped[CODE_GROUPED_LEN], spelled[4 * CODE_DIGITS] = "";
    int side = qr_modules(code, modules);

    needle_add(scene->needle, name, code, NEEDLE_PIECE);
    code_group(code, grouped);
    needle_add(scene->needle, name, grouped, NEEDLE_PIECE + 1);
    for (int i = 0; i < CODE_DIGITS; i++)
        snprintf(spelled + strlen(spelled), 4,
                 i == 0       ? "%c"
                 : i % 4 == 0 ? ", %c"
                              : " %c",
                 code[i]);
    needle_add(scene->needle, name, spelled, 2 * NEEDLE_PIECE);
    assert_true(side > 0);
    /* The rows in the middle hold digits and little that all codes share. */
    for (int row = side / 2 - 1; row <= side / 2 + 1; row++) {
        char blocks[4 * QR_SIDE_MAX] = "";
        static const char *const halves[] = {" ", "▀", "▄", "█"};

        needle_add_bytes(scene->needle, name, modules + row * side, (size_t)side, QR_PIECE);
        for (int x = 0; x < side; x++)
            strcat(blocks,
                   halves[modules[(row & ~1) * side + x] + 2 * modules[(row | 1) * side + x]]);
        needle_add(scene->needle, name, blocks, QR_PIECE);
    }
}

/* Whether bytes look like nothing but this slip: blank paper is everywhere. */
static bool is_rich(const uint8_t *bytes, size_t len)
{
    bool seen[256] = {false};
    size_t values = 0;

    for (size_t i = 0; i < len; i++) {
        values += seen[bytes[i]] ? 0 : 1;
        seen[bytes[i]] = true;
    }
    return values >= SLIP_VALUES;
}

/* Some of the picture that a printer gets. */
static void add_slip(struct scene *scene, const char *name, const char code[CODE_LEN])
{
    static uint8_t slip[SLIP_MAX];
    const size_t len = slip_make(code, SLIP_80, slip);
    int pieces = 0;

    for (size_t at = 0; at + SLIP_PIECE <= len && pieces < SLIP_PIECES; at += SLIP_PIECE) {
        if (!is_rich(slip + at, SLIP_PIECE))
            continue;
        needle_add_bytes(scene->needle, name, slip + at, SLIP_PIECE, SLIP_PIECE);
        pieces++;
    }
    assert_int_equal(pieces, SLIP_PIECES);
    explicit_bzero(slip, sizeof slip);
}

static void make_canaries(struct scene *scene)
{
    make_words(scene->text, 3);
    make_words(scene->follow, 3);
    make_cyrillic(scene->name);
    make_digits(scene->pin, CODE_PIN_MAX);
    make_digits(scene->count, 4);
    needle_clear(scene->needle);
    needle_add(scene->needle, "text", scene->text, NEEDLE_PIECE);
    needle_add(scene->needle, "follow-up", scene->follow, NEEDLE_PIECE);
    needle_add(scene->needle, "name", scene->name, NEEDLE_PIECE);
    needle_add(scene->needle, "PIN", scene->pin, NEEDLE_PIECE);
    needle_add(scene->needle, "answer", scene->answer, NEEDLE_PIECE);
    add_code(scene, "code", scene->code);
}

/* --- office and kiosk --- */

static void put_answer(struct scene *scene)
{
    const struct office *office = &scene->served.office;
    uint8_t *entries = malloc((size_t)BOARD_MULTIPLE * BOARD_ENTRY_LEN), *board = NULL;
    struct answer *answer = secret_new(sizeof *answer);
    struct state *state = NULL;
    size_t len = 0;

    assert_true(entries != NULL && answer != NULL);
    random_bytes(entries, (size_t)BOARD_MULTIPLE * BOARD_ENTRY_LEN);
    *answer = (struct answer){.state = 1, .day = OFFICE_DAY};
    answer->len = (uint16_t)strlen(scene->answer);
    memcpy(answer->text, scene->answer, answer->len);
    assert_int_equal(answer_seal(&scene->keys, 1, answer, entries + BOARD_ENTRY_LEN), ERROR_NONE);
    board = office_board(office, 1, NULL, 0, entries, BOARD_MULTIPLE, &len);
    assert_int_equal(state_open(scene->served.dir, &state), ERROR_NONE);
    assert_int_equal(state_install_board(state, board, len, day_today()), ERROR_NONE);
    state_close(&state);
    secret_free(answer);
    free(entries);
    free(board);
}

/* Open for us, so that whoever writes into it never waits. */
static int make_fifo(const struct scene *scene, const char *name)
{
    const char *path = folder_path(scene->tools, name);
    int fd = -1;

    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

static void make_tools(struct scene *scene)
{
    office_scratch(scene->cwd);
    office_scratch(scene->tools);
    scene->paper = make_fifo(scene, "printer");
    scene->voice = speech_listen(folder_path(scene->tools, "said"));
    speech_write(folder_path(scene->tools, "speech"), folder_path(scene->tools, "said"),
                 "report(hear());\n");
}

void scene_make(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    served_make(&scene->served);
    scene->needle = needle_new();
    scene->probe.needle = scene->needle;
    make_tools(scene);
    code_new(scene->code);
    make_words(scene->answer, 3);
    assert_int_equal(
        code_derive(scene->code, "", scene->served.office.charter.office, NULL, &scene->keys),
        ERROR_NONE);
    put_answer(scene);
}

void scene_free(struct scene *scene)
{
    close(scene->paper);
    close(scene->voice);
    office_remove(scene->tools);
    office_remove(scene->cwd);
    needle_free(&scene->needle);
    served_free(&scene->served);
}

void scene_start(struct scene *scene)
{
    char *program = realpath(served_program("sandyq-kiosk"), NULL);
    const char *argv[] = {"sh",
                          "-c",
                          "ulimit -c $(ulimit -H -c); cd \"$0\"; exec \"$@\"",
                          scene->cwd,
                          program,
                          "--state",
                          scene->served.dir,
                          "--printer",
                          folder_path(scene->tools, "printer"),
                          "--speaker",
                          folder_path(scene->tools, "speech"),
                          "--idle",
                          scene->quick_idle ? "10" : "180",
                          NULL};

    pty_stop(&scene->served.pty);
    make_canaries(scene);
    scene->given[0] = '\0';
    scene->served.pty = pty_start(ROWS, COLS, argv, NULL);
    free(program);
    assert_non_null(scene->served.pty);
}

/* --- looking --- */

static void drain(int fd)
{
    char bytes[4096];

    while (read(fd, bytes, sizeof bytes) > 0)
        continue;
    explicit_bzero(bytes, sizeof bytes);
}

/* The speech program ends when all was said. */
static void await_silence(struct scene *scene)
{
    pid_t all[64];
    size_t n = 1;

    for (int waited = 0; n > 0 && waited < GONE_MS; waited += 5) {
        size_t family = probe_family(all, sizeof all / sizeof all[0]);

        n = 0;
        for (size_t i = 0; i < family; i++)
            n += probe_runs(all[i], "sandyq-kiosk") ? 0 : 1;
        drain(scene->voice);
        if (n > 0)
            poll(NULL, 0, 5);
    }
    assert_int_equal(n, 0);
}

void scene_look(struct scene *scene)
{
    struct probe *probe = &scene->probe;
    pid_t all[64];
    size_t n = 0;

    await_silence(scene);
    drain(scene->paper);
    probe_again(probe);
    n = probe_family(all, sizeof all / sizeof all[0]);
    for (size_t i = 0; i < n; i++)
        probe_process(probe, all[i]);
    probe_folder(probe, scene->served.dir);
    probe_folder(probe, scene->cwd);
}

void scene_look_at_terminal(struct scene *scene)
{
    char *screen = NULL;

    (void)pty_settle(scene->served.pty);
    screen = pty_text(scene->served.pty);
    probe_bytes(&scene->probe, PROBE_TERMINAL, screen, strlen(screen));
    free(screen);
    probe_terminal(&scene->probe, pty_device(scene->served.pty));
}

pid_t scene_session(struct scene *scene)
{
    assert_int_equal(pty_settle(scene->served.pty), PTY_IDLE);
    return pty_reader(scene->served.pty);
}

/* --- places --- */

static void go(struct scene *scene, const char *keys, const char *text)
{
    served_go(&scene->served, keys, text);
}

void scene_press(struct scene *scene, const char *keys)
{
    assert_int_equal(pty_rest(scene->served.pty), PTY_IDLE);
    pty_type(scene->served.pty, keys);
    assert_int_equal(pty_settle(scene->served.pty), PTY_IDLE);
}

static void go_menu(struct scene *scene)
{
    served_wait(&scene->served, LANGUAGES);
    go(scene, "3", MENU);
}

/* Types a canary into an editor, behind a letter that becomes a capital, so often that it fills the box. */
static void type_hidden(struct scene *scene, const char *words)
{
    scene_press(scene, "x ");
    for (int i = 0; i < COPIES; i++) {
        pty_type(scene->served.pty, words);
        pty_type(scene->served.pty, " ");
    }
    scene_press(scene, words);
}

static void type_shown(struct scene *scene, const char *words)
{
    type_hidden(scene, words);
    scene_press(scene, F3);
}

static void go_text(struct scene *scene)
{
    go_menu(scene);
    go(scene, TO_EDITOR, EDITOR);
    type_shown(scene, scene->text);
}

static void go_text_hidden(struct scene *scene)
{
    go_menu(scene);
    go(scene, TO_EDITOR, EDITOR);
    type_hidden(scene, scene->text);
}

static void go_name(struct scene *scene)
{
    go_menu(scene);
    go(scene, TO_EDITOR, EDITOR);
    go(scene, "\r", REVIEW);
    go(scene, "3", "your name");
    type_shown(scene, scene->name);
}

static void go_review(struct scene *scene)
{
    go_text(scene);
    go(scene, "\r", REVIEW);
    scene_press(scene, "\033[6~");
}

static void go_first_pin(struct scene *scene)
{
    go_text(scene);
    go(scene, "\r", REVIEW);
    go(scene, "1", FIRST_PIN);
    scene_press(scene, scene->pin);
    scene_press(scene, F3);
}

static void go_second_pin(struct scene *scene)
{
    go_first_pin(scene);
    go(scene, "\r", "the PIN once more");
    scene_press(scene, scene->pin);
    scene_press(scene, F3);
}

static void go_stored(struct scene *scene)
{
    go_second_pin(scene);
    go(scene, "\r", SERVED_STORED);
}

/* Text, name and PIN are sealed and gone; this session's code joins what is looked for. */
static void take_given(struct scene *scene)
{
    char *screen = pty_text(scene->served.pty);

    booth_code(screen, scene->given);
    free(screen);
    assert_int_equal(strlen(scene->given), CODE_DIGITS);
    add_code(scene, "receipt", scene->given);
    add_slip(scene, "slip", scene->given);
}

static void go_number(struct scene *scene)
{
    go_menu(scene);
    go(scene, "8", "Press Enter and this is sent");
    go(scene, "\r", SERVED_STORED);
    go(scene, "1", SHOWN_CODE);
    take_given(scene);
}

static void go_group(struct scene *scene)
{
    char group[5] = "";
    char *screen = NULL;
    const char *place = NULL;

    go_number(scene);
    go(scene, "1", ASKS_GROUP);
    screen = pty_text(scene->served.pty);
    place = screen + strcspn(screen, "123456");
    memcpy(group, scene->given + (size_t)(*place - '1') * 4, 4);
    free(screen);
    scene_press(scene, group);
}

static void go_slip(struct scene *scene)
{
    uint8_t slip[SLIP_MAX];
    ssize_t n = 0;

    go_number(scene);
    drain(scene->paper);
    go(scene, "2", "The slip is printed");
    n = read(scene->paper, slip, sizeof slip);
    assert_true(n > 0);
    probe_again(&scene->probe);
    probe_bytes(&scene->probe, PROBE_FILE, slip, (size_t)n);
    assert_true(probe_sum(&scene->probe, -1, -1, 1U << PROBE_FILE) > 0); /* it would be found */
}

static void go_voice(struct scene *scene)
{
    served_wait(&scene->served, LANGUAGES);
    go(scene, "5", "Voice");
    go_menu(scene);
    go(scene, "8", "Press Enter and this is sent");
    go(scene, "\r", SERVED_STORED);
    go(scene, "1", SHOWN_CODE);
    take_given(scene);
    scene_press(scene, F7);
}

static void go_code(struct scene *scene)
{
    go_menu(scene);
    go(scene, "2", "Type the 24 digits");
    scene_press(scene, scene->code);
    scene_press(scene, F3);
}

static void go_code_pin(struct scene *scene)
{
    go_code(scene);
    go(scene, "\r", "Your PIN");
    scene_press(scene, scene->pin);
    scene_press(scene, F3);
}

static void go_answer(struct scene *scene)
{
    go_code(scene);
    go(scene, "\r", "Your PIN");
    go(scene, "\r", scene->answer);
}

static void go_follow(struct scene *scene)
{
    go_answer(scene);
    go(scene, "1", EDITOR);
    type_shown(scene, scene->follow);
}

static void go_practice(struct scene *scene)
{
    go_menu(scene);
    go(scene, "5", "Nothing is really sent.");
    go(scene, "\r", "who is it about?");
    go(scene, TO_EDITOR + 1, EDITOR);
    type_shown(scene, scene->text);
}

const struct scene_place scene_places[] = {
    {"the text", go_text, "text", "text", true, false},
    {"the text, hidden", go_text_hidden, "text", "text", true, false},
    {"the name", go_name, "name", "name", true, false},
    {"the review", go_review, "text", NULL, true, false},
    {"the first PIN", go_first_pin, "PIN", "PIN", true, false},
    {"the second PIN", go_second_pin, "PIN", "PIN", true, false},
    {"stored", go_stored, NULL, NULL, false, true},
    {"the number", go_number, "receipt", NULL, false, false},
    {"a group of it", go_group, NULL, NULL, false, false},
    {"the slip", go_slip, NULL, NULL, false, false},
    {"the voice", go_voice, "receipt", NULL, false, false},
    {"the code", go_code, "code", "code", false, false},
    {"its PIN", go_code_pin, "PIN", "PIN", false, false},
    {"the answer", go_answer, "answer", NULL, false, false},
    {"the follow-up", go_follow, "follow-up", "follow-up", true, false},
    {"practice", go_practice, "text", "text", false, false},
};
const size_t scene_place_count = sizeof scene_places / sizeof scene_places[0];

/* --- endings --- */

/* The key that leads out of the screen there is. */
static const char *key_out(struct scene *scene)
{
    static const struct {
        const char *text;
        const char *key;
    } keys[] = {
        {"Goodbye", " "},
        {"Wipe the number and leave?", "\r"},
        {"0  Skip: go without", "0"},
        {"Throw it away?", "2"},
        {MENU, "7"},
        {"Before you leave", "1"},
        {"That was practice", "\r"},
        {"It is stored", "\r"},
    };

    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        if (pty_shows(scene->served.pty, keys[i].text))
            return keys[i].key;
    return "\033";
}

void scene_leave(struct scene *scene)
{
    for (int i = 0; i < STEPS && !pty_shows(scene->served.pty, LANGUAGES); i++)
        scene_press(scene, key_out(scene));
    served_wait(&scene->served, LANGUAGES);
}

void scene_discard(struct scene *scene)
{
    for (int i = 0; i < STEPS && !pty_shows(scene->served.pty, "Throw it away?"); i++)
        scene_press(scene, key_out(scene));
    served_wait(&scene->served, "Throw it away?");
    scene_press(scene, "2");
}

static void end_idle(struct scene *scene)
{
    served_wait(&scene->served, LANGUAGES);
}

/* Root allows the session a core, where root may: there is still none. */
static void end_by(struct scene *scene, int number)
{
    const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
    const pid_t session = scene_session(scene);

    (void)prlimit(session, RLIMIT_CORE, &any, NULL);
    kill(session, number);
    served_wait(&scene->served, LANGUAGES);
}

static void end_crash(struct scene *scene)
{
    end_by(scene, SIGSEGV);
}

static void end_abort(struct scene *scene)
{
    end_by(scene, SIGABRT);
}

static void end_kill(struct scene *scene)
{
    end_by(scene, SIGKILL);
}

/* Keys that lie unread when the session dies are nobody's. */
static void end_unread(struct scene *scene)
{
    const pid_t session = scene_session(scene);

    kill(session, SIGSTOP);
    pty_type(scene->served.pty, scene->text);
    kill(session, SIGKILL);
    served_wait(&scene->served, LANGUAGES);
}

/* Until no process is left of all that the kiosk started. */
static void await_end(struct scene *scene)
{
    pid_t one = 0;
    int waited = 0;

    assert_true(pty_wait_exit(scene->served.pty, SERVED_SECONDS) >= 0);
    for (; probe_family(&one, 1) > 0 && waited < GONE_MS; waited += 5)
        poll(NULL, 0, 5);
    assert_int_equal(probe_family(&one, 1), 0);
}

static void end_terminate(struct scene *scene)
{
    kill(pty_process(scene->served.pty), SIGTERM);
    await_end(scene);
}

static void end_keeper(struct scene *scene)
{
    kill(pty_process(scene->served.pty), SIGKILL);
    await_end(scene);
}

static void end_hang_up(struct scene *scene)
{
    pty_hang_up(scene->served.pty);
    await_end(scene);
}

const struct scene_ending scene_endings[] = {
    {"leaving", scene_leave, true, true, false},
    {"a crash", end_crash, true, true, false},
    {"an abort", end_abort, true, true, false},
    {"a kill", end_kill, true, true, false},
    {"a kill with keys unread", end_unread, true, true, false},
    {"SIGTERM to the keeper", end_terminate, false, true, false},
    {"a kill of the keeper", end_keeper, false, true, false},
    {"hanging up", end_hang_up, false, false, false},
    {"idleness", end_idle, true, true, true},
};
const size_t scene_ending_count = sizeof scene_endings / sizeof scene_endings[0];
