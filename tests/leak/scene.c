/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keys and screens of each place; all in English. */
#include "device/state.h"
#include "tests/leak/scene.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/answer.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "session/slip.h"
#include "tests/leak/screens.h"
#include "tests/lib/chance.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/folder.h"
#include "tests/lib/paper.h"
#include "tests/lib/speech_program.h"
#include "tui/qr.h"

enum {
    ROWS = 24,
    COLS = 64,
    GONE_MS = 60000,
    QR_PIECE = 20,
    SLIP_PIECE = 40,
    SLIP_PIECES = 6,
    SLIP_VALUES = 6
};

/* --- canaries --- */

/* Words of letters that no language puts side by side. */
static void make_words(char out[SCENE_WORDS], size_t words)
{
    static const char letters[] = "bcdfghjkmpqvwxz";
    size_t at = 0;

    for (size_t word = 0; word < words; word++) {
        for (int i = 0; i < 10; i++)
            out[at++] = letters[chance_below(sizeof letters - 1)];
        out[at++] = ' ';
    }
    out[at - 1] = '\0';
}

/* No two digits in a row the same: nothing of memory that is filled with one byte looks like it. */
static void make_digits(char *out, size_t len)
{
    for (size_t i = 0; i < len; i++)
        do
            out[i] = (char)('0' + chance_below(10));
        while (i > 0 && out[i] == out[i - 1]);
    out[len] = '\0';
}

/* As letters of three alphabets that take two bytes each. */
static void make_cyrillic(char out[SCENE_WORDS])
{
    static const char *const letters[] = {"қ", "ғ", "ң", "ө", "ұ", "ү", "һ", "щ", "ъ", "ф"};

    out[0] = '\0';
    for (int i = 0; i < 16; i++)
        strcat(out, letters[chance_below(sizeof letters / sizeof letters[0])]);
}

/* A code in the forms in which it is shown, said and drawn. */
void scene_add_code(struct scene *scene, const char *name, const char code[CODE_LEN])
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
void scene_add_slip(struct scene *scene, const char *name, const char code[CODE_LEN])
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
    scene_add_code(scene, "code", scene->code);
}

/* --- office and kiosk --- */

enum { ENTRIES = 32 };

static void put_answer(struct scene *scene)
{
    struct fake_office *office = &scene->kiosk.office;
    uint8_t *answers = malloc((size_t)ENTRIES * ANSWER_LEN), arrival[ANSWER_TAG_LEN];
    struct answer *answer = secret_new(sizeof *answer);
    const struct fake_board board = {.number = 1,
                                     .answers = answers,
                                     .answer_count = ENTRIES,
                                     .arrivals = arrival,
                                     .arrival_count = 1};

    assert_true(answers != NULL && answer != NULL);
    random_bytes(answers, (size_t)ENTRIES * ANSWER_LEN);
    *answer = (struct answer){.kind = ANSWER_TEXT, .state = 1, .day = FAKE_OFFICE_DAY};
    answer->len = (uint16_t)strlen(scene->answer);
    memcpy(answer->text, scene->answer, answer->len);
    assert_int_equal(answer_seal(&scene->keys, 1, answer, answers + ANSWER_LEN), ERROR_NONE);
    assert_int_equal(answer_arrival_tag(&scene->keys, office->charter.number, 0, arrival),
                     ERROR_NONE);
    fake_office_board(office, &board, folder_path(scene->kiosk.dir, STATE_BOARD));
    secret_free(answer);
    free(answers);
}

static void make_tools(struct scene *scene)
{
    scene->cwd = folder_make();
    scene->tools = folder_make();
    scene->paper = folder_fifo(folder_path(scene->tools, "printer"));
    scene->voice = speech_listen(folder_path(scene->tools, "said"));
    speech_write(folder_path(scene->tools, "speech"), folder_path(scene->tools, "said"),
                 "report(hear());\n");
}

void scene_make(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    kiosk_make(&scene->kiosk);
    scene->needle = needle_new();
    scene->probe.needle = scene->needle;
    make_tools(scene);
    code_new(scene->code);
    make_words(scene->answer, 3);
    assert_int_equal(
        code_derive(scene->code, "", scene->kiosk.office.charter.office, NULL, &scene->keys),
        ERROR_NONE);
    put_answer(scene);
}

void scene_free(struct scene *scene)
{
    close(scene->paper);
    close(scene->voice);
    folder_remove(&scene->tools);
    folder_remove(&scene->cwd);
    needle_free(&scene->needle);
    free(scene->probe.known);
    kiosk_free(&scene->kiosk);
}

static void start(struct scene *scene)
{
    char *program = realpath(kiosk_program("sandyq-kiosk"), NULL);
    const char *argv[] = {"sh",
                          "-c",
                          "ulimit -c $(ulimit -H -c); cd \"$0\"; exec \"$@\"",
                          scene->cwd,
                          program,
                          "--state",
                          scene->kiosk.dir,
                          "--printer",
                          folder_path(scene->tools, "printer"),
                          "--speaker",
                          folder_path(scene->tools, "speech"),
                          "--idle",
                          scene->quick_idle ? "10" : "180",
                          NULL};

    pty_stop(&scene->kiosk.pty);
    make_canaries(scene);
    scene->given[0] = '\0';
    scene->kiosk.pty = pty_start(ROWS, COLS, argv, NULL);
    free(program);
    assert_non_null(scene->kiosk.pty);
}

/* What is remembered is of a session of its own, which has no secret that is looked for. */
void scene_start(struct scene *scene)
{
    if (scene->probe.known == NULL) {
        start(scene);
        kiosk_wait(&scene->kiosk, LANGUAGES);
        probe_remember(&scene->probe, scene_session(scene));
    }
    start(scene);
}

/* --- looking --- */

void scene_drain(int fd)
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
        scene_drain(scene->voice);
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
    scene_drain(scene->paper);
    probe_again(probe);
    n = probe_family(all, sizeof all / sizeof all[0]);
    for (size_t i = 0; i < n; i++)
        probe_process(probe, all[i]);
    probe_folder(probe, scene->kiosk.dir);
    probe_folder(probe, scene->cwd);
}

void scene_look_at_terminal(struct scene *scene)
{
    char *screen = NULL;

    (void)pty_settle(scene->kiosk.pty);
    screen = pty_text(scene->kiosk.pty);
    probe_bytes(&scene->probe, PROBE_TERMINAL, screen, strlen(screen));
    free(screen);
    probe_terminal(&scene->probe, pty_device(scene->kiosk.pty));
}

pid_t scene_session(struct scene *scene)
{
    assert_int_equal(pty_settle(scene->kiosk.pty), PTY_IDLE);
    return pty_reader(scene->kiosk.pty);
}
