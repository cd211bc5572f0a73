/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of the printer have in common: a folder of its own for each program, what is
   printed, a clock that can be stopped, and a named pipe as a device. */
#ifndef TESTS_PRINTER_PRINTER_TEST_H
#define TESTS_PRINTER_PRINTER_TEST_H

#include <pty.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/printer.h"

enum { LEN = 16000, FLOOD = 1 << 20, LIMIT = 500, LONG = 20000 }; /* a flood fills any line */

enum { WAIT = PRINTER_MARGIN_MS + LIMIT, PAGE = 4096 };

extern char *printer_test_folder;

extern uint8_t
    printer_test_bytes[FLOOD]; /* every value, so that a line that translates any is found out */

/* Of a group of tests: makes the folder and the bytes. */
int printer_test_begin(void **state);

/* Removes the folder. */
int printer_test_end(void **state);

/* A clock that can be stopped: then nothing takes any time, however slow the machine. */
extern bool printer_clock_stands;

/* Milliseconds of that clock. */
int64_t printer_test_now(void);

/* Makes a named pipe in the folder, in the place of the one before. Its path. */
const char *printer_test_fifo(void);

/* Waits for a child to end by itself: its exit status. */
int printer_test_finish(pid_t pid);

/* All that is on the line by now. */
size_t printer_test_take(int fd, uint8_t *to, size_t len);

/* The least a pipe holds is a page, less than the slip. */
int printer_test_open(const char *path);

#endif
