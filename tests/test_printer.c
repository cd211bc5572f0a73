/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Printers that work, that are empty, stuck or gone; and a process that does not answer. */
#include <errno.h>
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
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "kiosk/printer.h"
#include "session/slip.h"
#include "tests/folder.h"
#include "tests/process.h"

enum { LEN = 16000, FLOOD = 1 << 20, LIMIT = 500, LONG = 20000 }; /* a flood fills any line */
enum { WAIT = PRINTER_MARGIN_MS + LIMIT, PAGE = 4096 };
enum { INK = 0xa7, PIECE = 16 };
enum { HAS_PAPER = 0x12, NO_PAPER = 0x72 };

static char *folder;
static uint8_t bytes[FLOOD]; /* every value, so that a line that translates any is found out */

static int begin(void **state)
{
    signal(SIGPIPE, SIG_IGN);
    folder = folder_make();
    for (int i = 0; i < FLOOD; i++)
        bytes[i] = (uint8_t)(i * 7 + i / 256);
    return 0;
}

static int end(void **state)
{
    folder_remove(&folder);
    return 0;
}

/* A clock that can be stopped: then nothing takes any time, however slow the machine. */
static bool clock_stands;

int clock_gettime(clockid_t clock, struct timespec *now)
{
    if (!clock_stands)
        return (int)syscall(SYS_clock_gettime, clock, now);
    *now = (struct timespec){.tv_sec = 1000};
    return 0;
}

static int64_t now_ms(void)
{
    struct timespec time;

    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * INT64_C(1000) + time.tv_nsec / 1000000;
}

/* --- the device --- */

static const char *fifo(void)
{
    const char *path = folder_path(folder, "fifo");

    unlink(path);
    assert_int_equal(mkfifo(path, 0600), 0);
    return path;
}

/* Prints in another process, which does not keep the test's end of the device. finish() says its word. */
static pid_t start_put_within(const char *device, size_t len, int ours, int limit)
{
    const pid_t pid = fork();

    if (pid == 0) {
        close(ours);
        _exit(printer_put(device, bytes, len, limit));
    }
    assert_true(pid > 0);
    return pid;
}

static pid_t start_put(const char *device, size_t len, int ours)
{
    return start_put_within(device, len, ours, LONG);
}

static int finish(pid_t pid)
{
    int status = 0;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

/* A printer at the end of a serial line. The test holds the line's other end open too, so that what is on the
   line stays when the process is done. */
struct line {
    int printer;
    int port;
    char name[64];
};

static struct line line_new(void)
{
    struct line line;

    assert_int_equal(openpty(&line.printer, &line.port, line.name, NULL, NULL), 0);
    assert_int_equal(fcntl(line.printer, F_SETFL, O_NONBLOCK), 0);
    return line;
}

static void line_free(struct line *line)
{
    close(line->printer);
    close(line->port);
}

/* Takes at most len bytes that come within LONG; 0 when none is on the line and the process has ended. */
static size_t take(const struct line *line, uint8_t *to, size_t len, pid_t pid)
{
    struct pollfd polled = {.fd = line->printer, .events = POLLIN};
    size_t got = 0;
    bool ended = false;

    while (got < len) {
        const ssize_t n = poll(&polled, 1, 5) > 0 ? read(line->printer, to + got, len - got) : 0;
        siginfo_t info = {0};

        if (n > 0)
            got += (size_t)n;
        else if (ended)
            break;
        ended =
            waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) == 0 && info.si_pid == pid;
    }
    return got;
}

/* Answers the question for paper with a byte (-1: not at all). */
static void answer_paper(const struct line *line, int byte, pid_t pid)
{
    uint8_t question[3];

    assert_int_equal(take(line, question, 3, pid), 3);
    assert_memory_equal(question, "\x10\x04\x04", 3);
    if (byte >= 0) {
        const uint8_t answer = (uint8_t)byte;
        assert_int_equal(write(line->printer, &answer, 1), 1);
    }
}

static void prints_on_a_line(int answer)
{
    struct line line = line_new();
    static uint8_t got[LEN + 1];
    const pid_t pid = start_put(line.name, LEN, line.printer);

    answer_paper(&line, answer, pid);
    assert_int_equal(take(&line, got, sizeof got, pid), LEN);
    assert_int_equal(finish(pid), PRINTER_DONE);
    assert_memory_equal(got, bytes, LEN);
    line_free(&line);
}

static void test_a_line_with_paper_takes_every_byte(void **state)
{
    prints_on_a_line(HAS_PAPER);
}

static void test_a_printer_that_cannot_answer_prints(void **state)
{
    prints_on_a_line(-1);
    prints_on_a_line('?');
}

/* The answer comes in time. */
static void test_paper_out(void **state)
{
    struct line line = line_new();
    uint8_t got;

    clock_stands = true;
    const pid_t pid = start_put(line.name, LEN, line.printer);
    clock_stands = false;

    answer_paper(&line, NO_PAPER, pid);
    assert_int_equal(finish(pid), PRINTER_PAPER);
    assert_int_equal(read(line.printer, &got, 1), -1);
    line_free(&line);
}

/* A driver's "no space" is a printer's "no paper". */
static void test_paper_out_told_by_the_driver(void **state)
{
    assert_int_equal(printer_put("/dev/full", bytes, LEN, LONG), PRINTER_PAPER);
}

/* The printer has stopped the line. What was given up does not come out when it goes on. */
static void test_a_stopped_line_is_slow_and_forgets(void **state)
{
    struct line line = line_new();
    uint8_t got;

    assert_int_equal(tcflow(line.port, TCOOFF), 0);
    assert_int_equal(printer_put(line.name, bytes, LEN, LIMIT), PRINTER_SLOW);
    assert_int_equal(tcflow(line.port, TCOON), 0);
    assert_int_equal(read(line.printer, &got, 1), -1);
    line_free(&line);
}

/* All that is on the line by now. */
static size_t take_rest(int fd, uint8_t *to, size_t len)
{
    size_t got = 0;
    ssize_t n;

    while (got < len && (n = read(fd, to + got, len - got)) > 0)
        got += (size_t)n;
    return got;
}

/* At its end `got` has what makes a printer drop a slip. Returns how many bytes stand before. */
static size_t before_drop(const uint8_t *got, size_t len)
{
    uint8_t drop[SLIP_DROP_LEN];

    slip_drop(drop);
    assert_true(len >= sizeof drop);
    assert_memory_equal(got + len - sizeof drop, drop, sizeof drop);
    return len - sizeof drop;
}

static void test_a_line_nobody_reads_is_slow_and_forgets(void **state)
{
    struct line line = line_new();
    static uint8_t got[FLOOD];

    assert_int_equal(printer_put(line.name, bytes, FLOOD, LIMIT), PRINTER_SLOW);
    const size_t len = before_drop(got, take_rest(line.printer, got, sizeof got));
    assert_in_range(len, 4, PAGE); /* the question for paper, and the reader's part of the line */
    line_free(&line);
}

/* Takes a little now and then until the process has ended, or for too long. */
static size_t trickle(const struct line *line, uint8_t *to, pid_t pid)
{
    const int64_t start = now_ms();
    siginfo_t info = {0};
    size_t got = 0;

    while (info.si_pid != pid && now_ms() - start < LONG) {
        got += take_rest(line->printer, to + got, FLOOD - got < 512 ? FLOOD - got : 512);
        assert_int_equal(poll(NULL, 0, 1), 0);
        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    return got;
}

/* Never idle and never done: a slip has one time for all of it. What is on the line when that is over is not
   printed, and the printer does not wait for the rest. */
static void test_a_line_that_trickles_is_given_up(void **state)
{
    struct line line = line_new();
    static uint8_t got[FLOOD + SLIP_DROP_LEN];
    const pid_t pid = start_put_within(line.name, FLOOD, line.printer, 3 * LIMIT);

    answer_paper(&line, HAS_PAPER, pid);
    const size_t taken = trickle(&line, got, pid);
    assert_int_equal(finish(pid), PRINTER_SLOW);
    const size_t rest = take_rest(line.printer, got + taken, sizeof got - taken);
    const size_t len = before_drop(got, taken + rest);
    assert_true(taken > PAGE && rest <= PAGE + SLIP_DROP_LEN);
    assert_memory_equal(got, bytes, len);
    line_free(&line);
}

static void test_a_line_pulled_while_printing_is_gone(void **state)
{
    struct line line = line_new();
    uint8_t got;
    const pid_t pid = start_put(line.name, FLOOD, line.printer);

    answer_paper(&line, HAS_PAPER, pid);
    assert_int_equal(take(&line, &got, 1, pid), 1);
    line_free(&line);
    assert_int_equal(finish(pid), PRINTER_GONE);
}

static void test_no_device_is_gone_and_made_by_nobody(void **state)
{
    assert_int_equal(printer_put(folder_path(folder, "lp0"), bytes, LEN, LIMIT), PRINTER_GONE);
    assert_int_equal(folder_size(folder_path(folder, "lp0")), -1);
    assert_int_equal(printer_put(folder, bytes, LEN, LIMIT), PRINTER_GONE);
    assert_int_equal(printer_put("", bytes, LEN, LIMIT), PRINTER_GONE);
}

static void test_a_fifo_without_a_reader_is_gone(void **state)
{
    assert_int_equal(printer_put(fifo(), bytes, LEN, LIMIT), PRINTER_GONE);
}

/* The least a pipe holds is a page, less than the slip. */
static int open_narrow(const char *path)
{
    const int fd = open(path, O_RDONLY | O_NONBLOCK);

    assert_true(fd >= 0);
    assert_true(fcntl(fd, F_SETPIPE_SZ, PAGE) > 0);
    return fd;
}

static void test_a_fifo_nobody_reads_is_slow(void **state)
{
    const char *path = fifo();
    const int fd = open_narrow(path);
    const int64_t start = now_ms();

    assert_int_equal(printer_put(path, bytes, LEN, LIMIT), PRINTER_SLOW);
    assert_true(now_ms() - start >= LIMIT);
    close(fd);
}

static void test_a_reader_that_goes_away_is_gone(void **state)
{
    const char *path = fifo();
    const int fd = open_narrow(path);
    const pid_t pid = start_put(path, LEN, fd);
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    uint8_t got;

    assert_int_equal(poll(&polled, 1, LONG), 1);
    assert_int_equal(read(fd, &got, 1), 1);
    close(fd);
    assert_int_equal(finish(pid), PRINTER_GONE);
}

/* Slow as a whole, but never for long: no reason to give up. */
static void test_a_reader_in_small_bites_gets_all(void **state)
{
    const char *path = fifo();
    const int fd = open_narrow(path);
    const pid_t pid = start_put(path, LEN, fd);
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    size_t got = 0;
    uint8_t bite[PAGE];
    ssize_t n = 1;

    while (n > 0 && poll(&polled, 1, LONG) == 1)
        if ((n = read(fd, bite, sizeof bite)) > 0) {
            assert_memory_equal(bite, bytes + got, (size_t)n);
            got += (size_t)n;
        }
    assert_int_equal(got, LEN);
    assert_int_equal(finish(pid), PRINTER_DONE);
    close(fd);
}

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

    assert_int_equal(take_rest(fd, got, sizeof got), len);
    assert_memory_equal(got, bytes, len);
}

/* A file would keep the number, and lose what it was. */
static void test_a_file_is_no_printer_and_stays_as_it_is(void **state)
{
    const char *path = folder_path(folder, "file");
    const char *link = folder_path(folder, "link");
    size_t len = 0;

    folder_write(path, "precious", 8);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(printer_put(path, bytes, LEN, LIMIT), PRINTER_GONE);
    assert_int_equal(printer_put(link, bytes, LEN, LIMIT), PRINTER_GONE);
    uint8_t *content = folder_read(path, &len);
    assert_int_equal(len, 8);
    assert_memory_equal(content, "precious", 8);
    free(content);
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
    return finish(process->pid);
}

static void test_slips_one_after_another(void **state)
{
    const char *path = fifo();
    const int fd = open_wide(path);
    struct process process = process_start(path);

    for (size_t len = LEN; len > 0; len /= 8) {
        assert_int_equal(printer_slip(process.socket, bytes, len), PRINTER_DONE);
        assert_printed(fd, len);
    }
    assert_true(process_confined(process.pid));
    assert_int_equal(process_end(&process), 0);
    close(fd);
}

static void test_a_printer_plugged_in_later_prints(void **state)
{
    const char *path = folder_path(folder, "fifo");
    struct process process = process_start(path);

    unlink(path);
    assert_int_equal(printer_slip(process.socket, bytes, LEN), PRINTER_GONE);
    const int fd = open_wide(fifo());
    assert_int_equal(printer_slip(process.socket, bytes, LEN), PRINTER_DONE);
    assert_printed(fd, LEN);
    assert_int_equal(process_end(&process), 0);
    close(fd);
}

/* The session is told while it still waits, and what it was told stays true. */
static void test_a_slip_ends_before_its_session_stops_waiting(void **state)
{
    const char *path = fifo();
    const int fd = open_narrow(path);
    struct process process = process_start(path);

    assert_int_equal(printer_slip(process.socket, bytes, 1), PRINTER_DONE); /* it is up */
    assert_printed(fd, 1);
    const int64_t start = now_ms();
    assert_int_equal(printer_slip_within(process.socket, bytes, LEN, WAIT), PRINTER_SLOW);
    assert_true(now_ms() - start < WAIT);
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
    assert_int_equal(printer_slip(process.socket, bytes, LEN), PRINTER_GONE);
    close(process.socket);
}

/* It dies with the slip in hand: as soon as its printer has seen a byte. */
static void test_a_process_that_dies_while_printing_is_gone(void **state)
{
    const char *path = fifo();
    const int fd = open_narrow(path);
    struct process process = process_start(path);
    const pid_t killer = fork();

    if (killer == 0) {
        struct pollfd polled = {.fd = fd, .events = POLLIN};
        _exit(poll(&polled, 1, LONG) == 1 && kill(process.pid, SIGKILL) == 0 ? 0 : 1);
    }
    assert_int_equal(printer_slip(process.socket, bytes, LEN), PRINTER_GONE);
    assert_int_equal(finish(killer), 0);
    waitpid(process.pid, NULL, 0);
    close(process.socket);
    close(fd);
}

/* A process that hangs is waited for no longer than was said. When it comes to itself, it does not print the
   slip of somebody who has gone, and its late word is not taken for that on the next slip. */
static void test_a_process_that_hangs_is_slow(void **state)
{
    const char *path = fifo();
    const int fd = open(path, O_RDONLY | O_NONBLOCK);
    const int64_t start = now_ms();
    static uint8_t got[2 * LEN];
    int ends[2];

    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    assert_int_equal(printer_slip_within(ends[0], bytes, LEN, WAIT), PRINTER_SLOW);
    assert_in_range(now_ms() - start, WAIT - 1, PRINTER_WAIT_MS - 1); /* nor as long as others */

    struct process process = {start_on(ends, path), ends[0]};
    assert_int_equal(printer_slip(process.socket, bytes, 1000), PRINTER_DONE);
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
    struct process process = {start_on(ends, folder_path(folder, "lp0")), ends[0]};
    assert_int_equal(printer_slip(process.socket, bytes, LEN), PRINTER_GONE);
    assert_int_equal(process_end(&process), 0);
}

/* Takes up a slip and says so. */
static int lie(int socket, int64_t word)
{
    int64_t answer[2] = {0, word};

    if (read(socket, &answer[0], sizeof answer[0]) != sizeof answer[0] ||
        write(socket, answer, sizeof answer) != sizeof answer)
        return 1;
    while (read(socket, bytes, sizeof bytes) > 0)
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
        assert_int_equal(printer_slip(ends[0], bytes, LEN), PRINTER_GONE);
        close(ends[0]);
        assert_int_equal(finish(liar), 0);
    }
}

static void test_what_is_no_slip_ends_the_process(void **state)
{
    struct process process = process_start("/dev/null");

    assert_int_equal(write(process.socket, bytes, 64), 64);
    assert_int_equal(finish(process.pid), 1);
    assert_int_equal(printer_slip(process.socket, bytes, LEN), PRINTER_GONE);
    close(process.socket);
}

static void test_keys_of_a_terminal_do_not_end_the_process(void **state)
{
    static const int keys[] = {SIGINT, SIGQUIT, SIGTSTP, SIGHUP};
    struct process process = process_start("/dev/null");

    assert_int_equal(printer_slip(process.socket, bytes, LEN), PRINTER_DONE); /* it is up */
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_int_equal(kill(process.pid, keys[i]), 0);
    assert_int_equal(printer_slip(process.socket, bytes, LEN), PRINTER_DONE);
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
    const char *path = fifo();
    const int fd = open_wide(path);
    struct process process = process_start(path);
    const pid_t session = fork();
    if (session == 0)
        _exit(allow_few_calls() != 0 ? 90 : printer_slip(process.socket, bytes, LEN));
    assert_int_equal(finish(session), PRINTER_DONE);
    assert_printed(fd, LEN);
    assert_int_equal(process_end(&process), 0);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_line_with_paper_takes_every_byte),
        cmocka_unit_test(test_a_printer_that_cannot_answer_prints),
        cmocka_unit_test(test_paper_out),
        cmocka_unit_test(test_paper_out_told_by_the_driver),
        cmocka_unit_test(test_a_stopped_line_is_slow_and_forgets),
        cmocka_unit_test(test_a_line_nobody_reads_is_slow_and_forgets),
        cmocka_unit_test(test_a_line_that_trickles_is_given_up),
        cmocka_unit_test(test_a_line_pulled_while_printing_is_gone),
        cmocka_unit_test(test_no_device_is_gone_and_made_by_nobody),
        cmocka_unit_test(test_a_fifo_without_a_reader_is_gone),
        cmocka_unit_test(test_a_fifo_nobody_reads_is_slow),
        cmocka_unit_test(test_a_reader_that_goes_away_is_gone),
        cmocka_unit_test(test_a_reader_in_small_bites_gets_all),
        cmocka_unit_test(test_a_file_is_no_printer_and_stays_as_it_is),
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

    return cmocka_run_group_tests(tests, begin, end);
}
