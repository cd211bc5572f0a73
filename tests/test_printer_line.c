/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The printer's line: serial lines, devices, pipes and files that take a slip, or do not. */
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/printer.h"
#include "session/slip.h"
#include "tests/lib/folder.h"
#include "tests/printer/printer_test.h"

enum { HAS_PAPER = 0x12, NO_PAPER = 0x72 };

/* --- the device --- */

/* Prints in another process, which does not keep the test's end of the device. finish() says its
   word. */
static pid_t start_put_within(const char *device, size_t len, int ours, int limit)
{
    const pid_t pid = fork();

    if (pid == 0) {
        close(ours);
        _exit(printer_put(device, printer_test_bytes, len, limit));
    }
    assert_true(pid > 0);
    return pid;
}

static pid_t start_put(const char *device, size_t len, int ours)
{
    return start_put_within(device, len, ours, LONG);
}

/* A printer at the end of a serial line. The test holds the line's other end open too, so that
   what is on the line stays when the process is done. */
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

/* Takes at most len bytes that come within LONG; 0 when none is on the line and the process has
   ended. */
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
    assert_int_equal(printer_test_finish(pid), PRINTER_DONE);
    assert_memory_equal(got, printer_test_bytes, LEN);
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

    printer_clock_stands = true;
    const pid_t pid = start_put(line.name, LEN, line.printer);
    printer_clock_stands = false;

    answer_paper(&line, NO_PAPER, pid);
    assert_int_equal(printer_test_finish(pid), PRINTER_PAPER);
    assert_int_equal(read(line.printer, &got, 1), -1);
    line_free(&line);
}

/* A driver's "no space" is a printer's "no paper". */
static void test_paper_out_told_by_the_driver(void **state)
{
    assert_int_equal(printer_put("/dev/full", printer_test_bytes, LEN, LONG), PRINTER_PAPER);
}

/* The printer has stopped the line. What was given up does not come out when it goes on. */
static void test_a_stopped_line_is_slow_and_forgets(void **state)
{
    struct line line = line_new();
    uint8_t got;

    assert_int_equal(tcflow(line.port, TCOOFF), 0);
    assert_int_equal(printer_put(line.name, printer_test_bytes, LEN, LIMIT), PRINTER_SLOW);
    assert_int_equal(tcflow(line.port, TCOON), 0);
    assert_int_equal(read(line.printer, &got, 1), -1);
    line_free(&line);
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

    assert_int_equal(printer_put(line.name, printer_test_bytes, FLOOD, LIMIT), PRINTER_SLOW);
    const size_t len = before_drop(got, printer_test_take(line.printer, got, sizeof got));
    assert_in_range(len, 4, PAGE); /* the question for paper, and the reader's part of the line */
    line_free(&line);
}

/* Takes a little now and then until the process has ended, or for too long. */
static size_t trickle(const struct line *line, uint8_t *to, pid_t pid)
{
    const int64_t start = printer_test_now();
    siginfo_t info = {0};
    size_t got = 0;

    while (info.si_pid != pid && printer_test_now() - start < LONG) {
        got += printer_test_take(line->printer, to + got, FLOOD - got < 512 ? FLOOD - got : 512);
        assert_int_equal(poll(NULL, 0, 1), 0);
        assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT), 0);
    }
    return got;
}

/* Never idle and never done: a slip has one time for all of it. What is on the line when that is
   over is not printed, and the printer does not wait for the rest. */
static void test_a_line_that_trickles_is_given_up(void **state)
{
    struct line line = line_new();
    static uint8_t got[FLOOD + SLIP_DROP_LEN];
    const pid_t pid = start_put_within(line.name, FLOOD, line.printer, 3 * LIMIT);

    answer_paper(&line, HAS_PAPER, pid);
    const size_t taken = trickle(&line, got, pid);
    assert_int_equal(printer_test_finish(pid), PRINTER_SLOW);
    const size_t rest = printer_test_take(line.printer, got + taken, sizeof got - taken);
    const size_t len = before_drop(got, taken + rest);
    assert_true(taken > PAGE && rest <= PAGE + SLIP_DROP_LEN);
    assert_memory_equal(got, printer_test_bytes, len);
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
    assert_int_equal(printer_test_finish(pid), PRINTER_GONE);
}

static void test_no_device_is_gone_and_made_by_nobody(void **state)
{
    assert_int_equal(
        printer_put(folder_path(printer_test_folder, "lp0"), printer_test_bytes, LEN, LIMIT),
        PRINTER_GONE);
    assert_int_equal(folder_size(folder_path(printer_test_folder, "lp0")), -1);
    assert_int_equal(printer_put(printer_test_folder, printer_test_bytes, LEN, LIMIT),
                     PRINTER_GONE);
    assert_int_equal(printer_put("", printer_test_bytes, LEN, LIMIT), PRINTER_GONE);
}

static void test_a_fifo_without_a_reader_is_gone(void **state)
{
    assert_int_equal(printer_put(printer_test_fifo(), printer_test_bytes, LEN, LIMIT),
                     PRINTER_GONE);
}

static void test_a_fifo_nobody_reads_is_slow(void **state)
{
    const char *path = printer_test_fifo();
    const int fd = printer_test_open(path);
    const int64_t start = printer_test_now();

    assert_int_equal(printer_put(path, printer_test_bytes, LEN, LIMIT), PRINTER_SLOW);
    assert_true(printer_test_now() - start >= LIMIT);
    close(fd);
}

static void test_a_reader_that_goes_away_is_gone(void **state)
{
    const char *path = printer_test_fifo();
    const int fd = printer_test_open(path);
    const pid_t pid = start_put(path, LEN, fd);
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    uint8_t got;

    assert_int_equal(poll(&polled, 1, LONG), 1);
    assert_int_equal(read(fd, &got, 1), 1);
    close(fd);
    assert_int_equal(printer_test_finish(pid), PRINTER_GONE);
}

/* Slow as a whole, but never for long: no reason to give up. */
static void test_a_reader_in_small_bites_gets_all(void **state)
{
    const char *path = printer_test_fifo();
    const int fd = printer_test_open(path);
    const pid_t pid = start_put(path, LEN, fd);
    struct pollfd polled = {.fd = fd, .events = POLLIN};
    size_t got = 0;
    uint8_t bite[PAGE];
    ssize_t n = 1;

    while (n > 0 && poll(&polled, 1, LONG) == 1)
        if ((n = read(fd, bite, sizeof bite)) > 0) {
            assert_memory_equal(bite, printer_test_bytes + got, (size_t)n);
            got += (size_t)n;
        }
    assert_int_equal(got, LEN);
    assert_int_equal(printer_test_finish(pid), PRINTER_DONE);
    close(fd);
}

/* A file would keep the number, and lose what it was. */
static void test_a_file_is_no_printer_and_stays_as_it_is(void **state)
{
    const char *path = folder_path(printer_test_folder, "file");
    const char *link = folder_path(printer_test_folder, "link");
    size_t len = 0;

    folder_write(path, "precious", 8);
    assert_int_equal(symlink(path, link), 0);
    assert_int_equal(printer_put(path, printer_test_bytes, LEN, LIMIT), PRINTER_GONE);
    assert_int_equal(printer_put(link, printer_test_bytes, LEN, LIMIT), PRINTER_GONE);
    uint8_t *content = folder_read(path, &len);
    assert_int_equal(len, 8);
    assert_memory_equal(content, "precious", 8);
    free(content);
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
    };

    return cmocka_run_group_tests(tests, printer_test_begin, printer_test_end);
}
