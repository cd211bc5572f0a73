/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The printer's process: from a session through its socket to the paper. */
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/printer.h"
#include "session/slip.h"
#include "tests/lib/folder.h"
#include "tests/lib/process.h"
#include "tests/printer/printer_test.h"

enum { INK = 0xa7, PIECE = 16 };

/* --- the device --- */

static int open_wide(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK);

    assert_true(fd >= 0);
    return fd;
}

/* So many bytes of the slip came out, and no more. */
static void assert_printed(int fd, size_t len)
{
    static uint8_t got[2 * LEN];

    assert_int_equal(printer_test_take(fd, got, sizeof got), len);
    assert_memory_equal(got, printer_test_bytes, len);
}

/* --- the process --- */

struct process {
    pid_t pid;
    int socket;
};

extern const uint8_t __data_start[], _end[];

/* Is a piece of a slip of nothing but INK among this process's variables? */
__attribute__((no_sanitize("address", "undefined"))) static bool holds_ink(void)
{
    int run = 0;

    for (const uint8_t *at = __data_start; at < _end && run < PIECE; at++)
        run = *at == INK ? run + 1 : 0;
    return run == PIECE;
}

/* Says by its exit status also whether it forgot. */
static _Noreturn void be_printer(int socket, const char *device)
{
    const int status = printer_run(socket, device);

    _exit(holds_ink() ? 98 : status);
}

static pid_t start_on(int ends[2], const char *device)
{
    const pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        close(ends[0]);
        be_printer(ends[1], device);
    }
    close(ends[1]);
    return pid;
}

static struct process process_start(const char *device)
{
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    const pid_t pid = start_on(ends, device);
    return (struct process){pid, ends[0]};
}

/* The session has gone: so does the process. */
static int process_end(struct process *process)
{
    close(process->socket);
    return printer_test_finish(process->pid);
}

static void test_slips_one_after_another(void **state)
{
    const char *path = printer_test_fifo();
    const int fd = open_wide(path);
    struct process process = process_start(path);

    for (size_t len = LEN; len > 0; len /= 8) {
        assert_int_equal(printer_slip(process.socket, printer_test_bytes, len), PRINTER_DONE);
        assert_printed(fd, len);
    }
    assert_true(process_confined(process.pid));
    assert_int_equal(process_end(&process), 0);
    close(fd);
}

static void test_a_printer_plugged_in_later_prints(void **state)
{
    const char *path = folder_path(printer_test_folder, "fifo");
    struct process process = process_start(path);

    unlink(path);
    assert_int_equal(printer_slip(process.socket, printer_test_bytes, LEN), PRINTER_GONE);
    const int fd = open_wide(printer_test_fifo());
    assert_int_equal(printer_slip(process.socket, printer_test_bytes, LEN), PRINTER_DONE);
    assert_printed(fd, LEN);
    assert_int_equal(process_end(&process), 0);
    close(fd);
}

/* The session is told while it still waits, and what it was told stays true. */
static void test_a_slip_ends_before_its_session_stops_waiting(void **state)
{
    const char *path = printer_test_fifo();
    const int fd = printer_test_open(path);
    struct process process = process_start(path);

    assert_int_equal(printer_slip(process.socket, printer_test_bytes, 1),
                     PRINTER_DONE); /* it is up */
    assert_printed(fd, 1);
    const int64_t start = printer_test_now();
    assert_int_equal(printer_slip_within(process.socket, printer_test_bytes, LEN, WAIT),
                     PRINTER_SLOW);
    assert_true(printer_test_now() - start < WAIT);
    assert_printed(fd, PAGE);
    assert_int_equal(process_end(&process), 0);
    close(fd);
}

/* And it leaves nothing behind in the process. */
static void test_the_largest_slip(void **state)
{
    static uint8_t large[SLIP_MAX];
    struct process process = process_start("/dev/null");

    memset(large, INK, sizeof large); /* after the fork: the process has only what it was sent */
    assert_int_equal(printer_slip(process.socket, large, sizeof large), PRINTER_DONE);
    assert_int_equal(process_end(&process), 0);
    memset(large, 0, sizeof large); /* the next test's process starts as a copy of this one */
}

static void test_a_process_that_died_is_gone(void **state)
{
    struct process process = process_start("/dev/null");

    kill(process.pid, SIGKILL);
    waitpid(process.pid, NULL, 0);
    assert_int_equal(printer_slip(process.socket, printer_test_bytes, LEN), PRINTER_GONE);
    close(process.socket);
}

/* It dies with the slip in hand: as soon as its printer has seen a byte. */
static void test_a_process_that_dies_while_printing_is_gone(void **state)
{
    const char *path = printer_test_fifo();
    const int fd = printer_test_open(path);
    struct process process = process_start(path);
    const pid_t killer = fork();

    if (killer == 0) {
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        _exit(poll(&polled, 1, LONG) == 1 && kill(process.pid, SIGKILL) == 0 ? 0 : 1);
    }
    assert_int_equal(printer_slip(process.socket, printer_test_bytes, LEN), PRINTER_GONE);
    assert_int_equal(printer_test_finish(killer), 0);
    waitpid(process.pid, NULL, 0);
    close(process.socket);
    close(fd);
}

/* A process that hangs is waited for no longer than was said. When it comes to itself, it does
   not print the slip of somebody who has gone, and its late word is not taken for that on the
   next slip. */
static void test_a_process_that_hangs_is_slow(void **state)
{
    const char *path = printer_test_fifo();
    const int fd = open(path, O_RDONLY | O_NONBLOCK);
    const int64_t start = printer_test_now();
    static uint8_t got[2 * LEN];
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(printer_slip_within(ends[0], printer_test_bytes, LEN, WAIT), PRINTER_SLOW);
    assert_in_range(printer_test_now() - start, WAIT - 1,
                    PRINTER_WAIT_MS - 1); /* nor as long as others */

    struct process process = {start_on(ends, path), ends[0]};
    assert_int_equal(printer_slip(process.socket, printer_test_bytes, 1000), PRINTER_DONE);
    assert_int_equal(read(fd, got, sizeof got), 1000);
    assert_int_equal(process_end(&process), 0);
    close(fd);
}

/* A word on another slip, wherever it comes from, is no word on this one. */
static void test_a_late_word_is_passed_over(void **state)
{
    static const int64_t late[] = {1, PRINTER_DONE, 2, PRINTER_PAPER};
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(write(ends[1], late, sizeof late), sizeof late);
    struct process process = {start_on(ends, folder_path(printer_test_folder, "lp0")), ends[0]};
    assert_int_equal(printer_slip(process.socket, printer_test_bytes, LEN), PRINTER_GONE);
    assert_int_equal(process_end(&process), 0);
}

/* Takes up a slip and says so. */
static int lie(int socket, int64_t word)
{
    int64_t answer[2] = {0, word};

    if (read(socket, &answer[0], sizeof answer[0]) != sizeof answer[0] ||
        write(socket, answer, sizeof answer) != sizeof answer)
        return 1;
    while (read(socket, printer_test_bytes, sizeof printer_test_bytes) > 0)
        continue;
    return 0;
}

/* The word is an index elsewhere. */
static void test_a_word_that_is_none_is_gone(void **state)
{
    static const int64_t words[] = {-1, PRINTER_SLOW + 1, INT64_C(1) << 32};

    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        int ends[2];

        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
        const pid_t liar = fork();
        if (liar == 0) {
            close(ends[0]);
            _exit(lie(ends[1], words[i]));
        }
        close(ends[1]);
        assert_int_equal(printer_slip(ends[0], printer_test_bytes, LEN), PRINTER_GONE);
        close(ends[0]);
        assert_int_equal(printer_test_finish(liar), 0);
    }
}

static void test_what_is_no_slip_ends_the_process(void **state)
{
    struct process process = process_start("/dev/null");

    assert_int_equal(write(process.socket, printer_test_bytes, 64), 64);
    assert_int_equal(printer_test_finish(process.pid), 1);
    assert_int_equal(printer_slip(process.socket, printer_test_bytes, LEN), PRINTER_GONE);
    close(process.socket);
}

static void test_keys_of_a_terminal_do_not_end_the_process(void **state)
{
    static const int keys[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP};
    struct process process = process_start("/dev/null");

    assert_int_equal(printer_slip(process.socket, printer_test_bytes, LEN),
                     PRINTER_DONE); /* it is up */
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_int_equal(kill(process.pid, keys[i]), 0);
    assert_int_equal(printer_slip(process.socket, printer_test_bytes, LEN), PRINTER_DONE);
    assert_int_equal(process_end(&process), 0);
}

/* Any other call kills. */
static int allow_few_calls(void)
{
    static const unsigned allowed[] = {
        SYS_read,       SYS_write,       SYS_ppoll, SYS_clock_gettime,
        SYS_exit_group, SYS_sigaltstack, /* AddressSanitizer, when a process ends */
#ifdef SYS_poll
        SYS_poll,
#endif
    };
    enum { ALLOWED = sizeof allowed / sizeof allowed[0] };
    struct sock_filter filter[ALLOWED + 3];
    struct sock_filter *at = filter;

    *at++ =
        (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
    for (unsigned i = 0; i < ALLOWED; i++)
        *at++ = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, allowed[i], ALLOWED - i, 0);
    *at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    *at++ = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};

    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
                   prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0
               ? 0
               : -1;
}

static void test_a_confined_session_prints(void **state)
{
    const char *path = printer_test_fifo();
    const int fd = open_wide(path);
    struct process process = process_start(path);
    const pid_t session = fork();
    if (session == 0)
        _exit(allow_few_calls() != 0 ? 90 : printer_slip(process.socket, printer_test_bytes, LEN));
    assert_int_equal(printer_test_finish(session), PRINTER_DONE);
    assert_printed(fd, LEN);
    assert_int_equal(process_end(&process), 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_slips_one_after_another),
        cmocka_unit_test(test_a_printer_plugged_in_later_prints),
        cmocka_unit_test(test_a_slip_ends_before_its_session_stops_waiting),
        cmocka_unit_test(test_the_largest_slip),
        cmocka_unit_test(test_a_process_that_died_is_gone),
        cmocka_unit_test(test_a_process_that_dies_while_printing_is_gone),
        cmocka_unit_test(test_a_process_that_hangs_is_slow),
        cmocka_unit_test(test_a_late_word_is_passed_over),
        cmocka_unit_test(test_a_word_that_is_none_is_gone),
        cmocka_unit_test(test_what_is_no_slip_ends_the_process),
        cmocka_unit_test(test_keys_of_a_terminal_do_not_end_the_process),
        cmocka_unit_test(test_a_confined_session_prints),
    };

    return cmocka_run_group_tests(tests, printer_test_begin, printer_test_end);
}
