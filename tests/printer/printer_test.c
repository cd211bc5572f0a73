/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the printer have in common: a folder of its own for each program, what is
   printed, a clock that can be stopped, and a named pipe as a device. */
#include "tests/printer/printer_test.h"

#include <fcntl.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "tests/lib/folder.h"

char *printer_test_folder;
uint8_t printer_test_bytes[FLOOD];

int printer_test_begin(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    printer_test_folder = folder_make();
    for (int i = 0; i < FLOOD; i++)
        printer_test_bytes[i] = (uint8_t)(i * 7 + i / 256);
    return 0;
}

int printer_test_end(void **state)
{
    folder_remove(&printer_test_folder);
    return 0;
}

bool printer_clock_stands;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!printer_clock_stands)
        return (int)syscall(SYS_clock_gettime, clock, now);
    *now = (struct timespec){.tv_sec = 1000};
    return 0;
}
int64_t printer_test_now(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

const char *printer_test_fifo(void)
{
    const char *path = folder_path(printer_test_folder, "fifo");

    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    return path;
}

int printer_test_finish(pid_t pid)
{
    int status = 0;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

size_t printer_test_take(int fd, uint8_t *to, size_t len)
{
    size_t got = 0;
    ssize_t n;

    while (got < len && (n = read(fd, to + got, len - got)) > 0)
        got += (size_t)n;
    return got;
}

int printer_test_open(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK);

    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_SETPIPE_SZ, PAGE) > 0);
    return fd;
}
