/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The ways in which a session ends. */
#include "tests/leak/scene.h"

#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/leak/screens.h"
#include "tests/lib/kiosk_process.h"

enum { GONE_MS = 60000, STEPS = 40 };

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
        if (pty_shows(scene->kiosk.pty, keys[i].text))
            return keys[i].key;
    return "\033";
}

void scene_leave(struct scene *scene)
{
    for (int i = 0; i < STEPS && !pty_shows(scene->kiosk.pty, LANGUAGES); i++)
        scene_press(scene, key_out(scene));
    kiosk_wait(&scene->kiosk, LANGUAGES);
}

void scene_discard(struct scene *scene)
{
    for (int i = 0; i < STEPS && !pty_shows(scene->kiosk.pty, "Throw it away?"); i++)
        scene_press(scene, key_out(scene));
    kiosk_wait(&scene->kiosk, "Throw it away?");
    scene_press(scene, "2");
}

static void end_idle(struct scene *scene)
{
    kiosk_wait(&scene->kiosk, LANGUAGES);
}

/* Root allows the session a core, where root may: there is still none. */
static void end_by(struct scene *scene, int number)
{
    const struct rlimit any = {RLIM_INFINITY, RLIM_INFINITY};
    const pid_t session = scene_session(scene);

    (void)prlimit(session, RLIMIT_CORE, &any, NULL);
    kill(session, number);
    kiosk_wait(&scene->kiosk, LANGUAGES);
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
    pty_type(scene->kiosk.pty, scene->text);
    kill(session, SIGKILL);
    kiosk_wait(&scene->kiosk, LANGUAGES);
}

/* Until no process is left of all that the kiosk started. */
static void await_end(struct scene *scene)
{
    pid_t one = 0;
    int waited = 0;

    assert_true(pty_wait_exit(scene->kiosk.pty, KIOSK_SECONDS) >= 0);
    for (; probe_family(&one, 1) > 0 && waited < GONE_MS; waited += 5)
        poll(NULL, 0, 5);
    assert_int_equal(probe_family(&one, 1), 0);
}

static void end_terminate(struct scene *scene)
{
    kill(pty_process(scene->kiosk.pty), SIGTERM);
    await_end(scene);
}

static void end_keeper(struct scene *scene)
{
    kill(pty_process(scene->kiosk.pty), SIGKILL);
    await_end(scene);
}

static void end_hang_up(struct scene *scene)
{
    pty_hang_up(scene->kiosk.pty);
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
