/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The launcher against a keeper that was taken over: it may be root, so it does what it is there
   for and nothing else. The keeper's end of its socket is this process's own, so what no keeper
   sends can be sent. */
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/keeper.h"
#include "kiosk/launcher.h"

#define STARTED "SANDYQ_PORTER_STARTED"

enum { PATIENCE_MS = 60000 };

static struct config config;

static int setup(void **state)
{
    struct launcher *launcher = NULL;

    config_default(&config);
    strcpy(config.tty, "/dev/null"); /* no terminal: a session says so and ends */
    launcher = launcher_start(&config, "/");
    assert_non_null(launcher);
    *state = launcher;
    return 0;
}

static int teardown(void **state)
{
    struct launcher *launcher = *state;

    launcher_end(&launcher);
    return 0;
}

/* A session that gives up at once: its last word on our end of the socket. */
static uint8_t last_word(struct launcher *launcher)
{
    int ends[2], process = -1;
    int fds[SPAWN_GIVEN] = {-1, -1, -1, -1, -1};
    uint8_t word = 0;
    struct pollfd polled = {.events = POLLIN};

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    fds[0] = ends[1];
    assert_int_equal(launcher_spawn(launcher, SPAWN_SESSION, fds, &process), 0);
    close(ends[1]);
    assert_int_equal(recv(ends[0], &word, 1, 0), 1);
    polled.fd = process;
    assert_int_equal(poll(&polled, 1, PATIENCE_MS),
                     1); /* its end is seen, though nobody waits for it */
    close(process);
    close(ends[0]);
    return word;
}

static void test_a_process_is_started_and_its_end_is_seen(void **state)
{
    for (int i = 0; i < 3; i++)
        assert_int_equal(last_word(*state), SPAWN_NO_TERMINAL);
}

static pid_t sleeper(void)
{
    const pid_t pid = fork();

    if (pid == 0)
        for (;;)
            pause();
    return pid;
}

/* Only to its own children: not to ours, and not to what a descriptor of /proc names. */
static void test_it_signals_nobody_else(void **state)
{
    const pid_t pid = sleeper();
    const int by_pidfd = pidfd_open(pid, 0);
    char path[32];
    int by_folder;

    snprintf(path, sizeof path, "/proc/%d", (int)pid);
    by_folder = open(path, O_RDONLY | O_DIRECTORY);
    assert_true(by_pidfd >= 0 && by_folder >= 0);
    launcher_signal(*state, by_pidfd, SIGKILL);
    launcher_signal(*state, by_folder, SIGKILL);
    launcher_signal(*state, -1, SIGKILL);
    assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
    close(by_pidfd);
    close(by_folder);
    assert_int_equal(last_word(*state), SPAWN_NO_TERMINAL);
}

/* The keeper's end of the launcher's socket: the only one of its kind here. */
static int launcher_socket(void)
{
    for (int fd = 3; fd < 64; fd++) {
        int type = 0;
        socklen_t len = sizeof type;

        if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &len) == 0 && type == SOCK_SEQPACKET)
            return fd;
    }
    fail_msg("no socket of the launcher's");
    return -1;
}

/* Sends these bytes with so many descriptors, none of which may be kept; true when an answer
   came, which is in *answer. */
static bool sent(const void *bytes, size_t len, int descriptors, int32_t *answer)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(32 * sizeof(int))];
    } control = {0};
    struct iovec part = {(void *)(uintptr_t)bytes, len};
    struct msghdr message = {.msg_iov = &part, .msg_iovlen = 1};
    const int socket = launcher_socket();
    struct pollfd polled = {.fd = socket, .events = POLLIN};
    struct pollfd kept = {.fd = -1};
    int fds[32], ends[2];
    bool came;

    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    kept.fd = ends[0];
    for (int i = 0; i < descriptors; i++)
        fds[i] = ends[1];
    if (descriptors > 0) {
        const size_t room = (size_t)descriptors * sizeof(int);

        message.msg_control = control.room;
        message.msg_controllen = CMSG_SPACE(room);
        control.header.cmsg_level = SOL_SOCKET;
        control.header.cmsg_type = SCM_RIGHTS;
        control.header.cmsg_len = CMSG_LEN(room);
        memcpy(CMSG_DATA(&control.header), fds, room);
    }
    assert_int_equal(sendmsg(socket, &message, MSG_NOSIGNAL), (ssize_t)len);
    close(ends[1]);
    assert_int_equal(poll(&polled, 1, PATIENCE_MS), 1);
    came = recv(socket, answer, sizeof *answer, 0) == sizeof *answer;
    assert_int_equal(poll(&kept, 1, PATIENCE_MS), 1); /* its other end is nobody's any more */
    close(ends[0]);
    return came;
}

static void test_more_descriptors_than_there_is_room_for(void **state)
{
    const int32_t request[8] = {1}; /* a signal, to none of its children */
    int32_t answer = 0;

    for (int i = 0; i < 300; i++) {
        assert_true(sent(request, sizeof request, 1 + i % 30, &answer));
        assert_int_equal(answer, -1);
    }
    assert_int_equal(last_word(*state), SPAWN_NO_TERMINAL);
}

static void test_requests_that_make_no_sense(void **state)
{
    int32_t request[8] = {0};

    for (int wish = -3; wish < 12; wish++)
        for (int kind = -2; kind < 8; kind++) {
            const bool starts = wish == 0 && kind >= 0 && kind < SPAWN_KINDS;
            int32_t answer = 0;

            request[0] = wish;
            request[1] = kind;
            assert_true(sent(request, sizeof request, wish == 0 && kind == 0 ? 1 : 0, &answer));
            if (wish < 3) /* the two above are the terminal's, and take no words */
                assert_int_equal(answer, starts ? 0 : -1);
        }
    assert_int_equal(last_word(*state), SPAWN_NO_TERMINAL);
    /* One that is too short is the end of it. */
    assert_false(sent(request, 5, 0, &(int32_t){0}));
}

#define LAUNCHER_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        LAUNCHER_TEST(test_a_process_is_started_and_its_end_is_seen),
        LAUNCHER_TEST(test_it_signals_nobody_else),
        LAUNCHER_TEST(test_more_descriptors_than_there_is_room_for),
        LAUNCHER_TEST(test_requests_that_make_no_sense),
    };

    (void)argv;
    /* Started by the launcher, as a helper or as whatever a launcher that is broken starts: no
       tests, or there would be no end. */
    if (argc > 1 || getenv(STARTED) != NULL)
        return 0;
    setenv(STARTED, "1", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
