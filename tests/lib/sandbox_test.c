/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the sandbox have in common: the parts, each confined in a process of its
   own, in one folder with their places; and how a confined process ends. Everything fails the
   running test. */
#include "tests/lib/sandbox_test.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <linux/kd.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "sandbox/sandbox.h"
#include "tests/lib/folder.h"

const int sandbox_kept[] = {KEPT, KEPT_TOO};

int sandbox_pair[2];

const struct sandbox_part sandbox_parts[PARTS] = {{SESSION, "session"}, {KEEPER, "keeper"},
                                                  {COURIER, "courier"}, {PRINTER, "printer"},
                                                  {SPEAKER, "speaker"}, {DESK, "desk"}};

char *sandbox_dir;

char sandbox_state[PATH_MAX], sandbox_media[PATH_MAX], sandbox_device[PATH_MAX],
    sandbox_outside[PATH_MAX];

char sandbox_read[PATH_MAX];

const char *sandbox_pinned;
static int sandbox_sockets[2];
static unsigned sandbox_all_tried;
static void in_dir(char path[PATH_MAX], const char *name)
{
    assert_true(snprintf(path, PATH_MAX, "%s/%s", sandbox_dir, name) < PATH_MAX);
}

int sandbox_test_setup(void **state)
{
    (void)state;
    sandbox_dir = folder_make();
    in_dir(sandbox_state, "state");
    in_dir(sandbox_media, "media");
    in_dir(sandbox_device, "printer");
    in_dir(sandbox_outside, "outside");
    in_dir(sandbox_read, "media/bundle");
    folder_write(sandbox_outside, "x", 1);
    /* Above those that are tried. */
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, sandbox_pair) != 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        sandbox_sockets[i] = fcntl(sandbox_pair[i], F_DUPFD, OTHER + 1);
        close(sandbox_pair[i]);
    }
    if (mkdir(sandbox_state, 0700) != 0 || mkdir(sandbox_media, 0700) != 0 ||
        mkfifo(sandbox_device, 0600) != 0)
        return -1;
    folder_write(sandbox_read, "x", 1);
    return 0;
}

int sandbox_test_teardown(void **state)
{
    (void)state;
    print_message("%u acts of %u parts\n", sandbox_all_tried, (unsigned)PARTS);
    folder_remove(&sandbox_dir);
    return 0;
}

static int enter_desk(void)
{
    const struct landlock_place places[] = {
        {NULL, LANDLOCK_KEEP, open(sandbox_state, O_RDONLY | O_DIRECTORY)},
        {sandbox_media, LANDLOCK_READ},
    };

    return sandbox_desk(places, 2);
}

int sandbox_test_enter(enum part part)
{
    switch (part) {
    case SESSION:
        return sandbox_session(sandbox_kept, 2);
    case KEEPER:
        return sandbox_keeper(sandbox_state);
    case COURIER:
        return sandbox_courier(sandbox_state, sandbox_media);
    case PRINTER:
        sandbox_pinned = sandbox_printer(KEPT, sandbox_device);
        return sandbox_pinned != NULL ? 0 : -1;
    case DESK:
        return enter_desk();
    default:
        return sandbox_speech("/bin/true");
    }
}

void sandbox_test_take_places(void)
{
    const int null = open("/dev/null", O_RDWR);

    dup2(null, 0);
    for (int fd = KEPT; fd <= OTHER; fd++)
        dup2(null, fd);
    dup2(sandbox_sockets[1], KEPT);
    signal(SIGSYS, SIG_DFL); /* cmocka catches these */
    signal(SIGSEGV, SIG_DFL);
}

enum outcome sandbox_test_outcome(pid_t pid)
{
    int status = -1;

    assert_true(pid > 0);
    assert_int_equal(waitpid(pid, &status, 0), pid);
    if (WIFSIGNALED(status))
        return WTERMSIG(status) == SIGSYS ? KILLED : WTERMSIG(status) == SIGSEGV ? FAULTED : BROKEN;
    return WEXITSTATUS(status) == 0 ? DONE : WEXITSTATUS(status) == REFUSED ? REFUSED : BROKEN;
}

_Noreturn void sandbox_test_end(long result)
{
    const bool refused = errno == ENOSYS || errno == EPERM || errno == EACCES;

    _exit(result >= 0 ? DONE : refused ? REFUSED : BROKEN);
}

static const char *word(enum outcome outcome)
{
    static const char *const words[] = {"done", "refused", "killed", "faulted", "broken"};

    return words[outcome];
}

unsigned sandbox_tried, sandbox_wrong;

void sandbox_test_judge(const char *part, const char *name, enum outcome got, enum outcome want)
{
    sandbox_tried++, sandbox_all_tried++;
    if (got == want)
        return;
    sandbox_wrong++;
    print_error("%s: %s: %s, not %s\n", part, name, word(got), word(want));
}
