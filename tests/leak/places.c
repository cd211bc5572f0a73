/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The places of a session where a secret is typed or shown, and how one gets there. */
#include "tests/leak/scene.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "crypto/answer.h"
#include "session/slip.h"
#include "tests/leak/screens.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/kiosk_process.h"
#include "tests/lib/paper.h"

enum { COPIES = 12 };

static void go(struct scene *scene, const char *keys, const char *text)
{
    kiosk_go(&scene->kiosk, keys, text);
}

void scene_press(struct scene *scene, const char *keys)
{
    assert_int_equal(pty_rest(scene->kiosk.pty), PTY_IDLE);
    pty_type(scene->kiosk.pty, keys);
    assert_int_equal(pty_settle(scene->kiosk.pty), PTY_IDLE);
}

static void go_menu(struct scene *scene)
{
    kiosk_wait(&scene->kiosk, LANGUAGES);
    go(scene, "3", MENU);
}

/* Types a canary into an editor, behind a letter that becomes a capital, so often that it fills
   the box. */
static void type_hidden(struct scene *scene, const char *words)
{
    scene_press(scene, "x ");
    for (int i = 0; i < COPIES; i++) {
        pty_type(scene->kiosk.pty, words);
        pty_type(scene->kiosk.pty, " ");
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
    go(scene, "\r", KIOSK_STORED);
}

/* Text, name and PIN are sealed and gone; this session's code joins what is looked for. */
static void take_given(struct scene *scene)
{
    char *screen = pty_text(scene->kiosk.pty);

    fake_terminal_code(screen, scene->given);
    free(screen);
    assert_int_equal(strlen(scene->given), CODE_DIGITS);
    scene_add_code(scene, "receipt", scene->given);
    scene_add_slip(scene, "slip", scene->given);
}

static void go_number(struct scene *scene)
{
    go_menu(scene);
    go(scene, "8", "Press Enter and this is sent");
    go(scene, "\r", KIOSK_STORED);
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
    screen = pty_text(scene->kiosk.pty);
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
    scene_drain(scene->paper);
    go(scene, "2", "The slip is printed");
    n = read(scene->paper, slip, sizeof slip);
    assert_true(n > 0);
    probe_again(&scene->probe);
    probe_bytes(&scene->probe, PROBE_FILE, slip, (size_t)n);
    assert_true(probe_sum(&scene->probe, -1, -1, 1U << PROBE_FILE) > 0); /* it would be found */
}

static void go_voice(struct scene *scene)
{
    kiosk_wait(&scene->kiosk, LANGUAGES);
    go(scene, "5", "Voice");
    go_menu(scene);
    go(scene, "8", "Press Enter and this is sent");
    go(scene, "\r", KIOSK_STORED);
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
    {"the text", go_text, "text", "text", true, false, NULL},
    {"the text, hidden", go_text_hidden, "text", "text", true, false, NULL},
    {"the name", go_name, "name", "name", true, false, NULL},
    {"the review", go_review, "text", NULL, true, false, NULL},
    {"the first PIN", go_first_pin, "PIN", "PIN", true, false, NULL},
    {"the second PIN", go_second_pin, "PIN", "PIN", true, false, NULL},
    {"stored", go_stored, NULL, NULL, false, true, NULL},
    {"the number", go_number, "receipt", NULL, false, false, NULL},
    {"a group of it", go_group, NULL, NULL, false, false, NULL},
    {"the slip", go_slip, NULL, NULL, false, false, NULL},
    {"the voice", go_voice, "receipt", NULL, false, false, NULL},
    {"the code", go_code, "code", "code", false, false, NULL},
    {"its PIN", go_code_pin, "PIN", "PIN", false, false, NULL},
    {"the answer", go_answer, "answer", NULL, false, false, NULL},
    {"the follow-up", go_follow, "follow-up", "follow-up", true, false, "answer"},
    {"practice", go_practice, "text", "text", false, false, NULL},
};
const size_t scene_place_count = sizeof scene_places / sizeof scene_places[0];
