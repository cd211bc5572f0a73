/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A real program in a pseudo-terminal: typed to, settled without sleeps, its screen read as text or
   cells.

   Settling is decided by facts, not by waiting: every byte typed has been read; some process that
   the test started is blocked reading this terminal (read, or poll for at least a second); and all
   that was written to the terminal has come out of it. The reader need not be the process that was
   started: of a keeper and its session, the session is found. What another user's /proc hides (a
   process that is not dumpable, seen without root) is replaced by a stretch of quiet of all
   processes of the test: so wait for a text with pty_wait_text where a test must also run as an
   ordinary user.

       struct pty *p = pty_start(24, 64, argv, NULL);
       assert_true(pty_wait_text(p, "Қазақша", 20));
       pty_type(p, "2");
       pty_settle(p);
       char *screen = pty_text(p);
       ...
       assert_int_equal(pty_wait_exit(p, 20), 0);
       pty_stop(&p); */
#ifndef TESTS_LIB_PTY_H
#define TESTS_LIB_PTY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct pty;

/* Starts argv (argv[0] is a path or found in PATH) with the pseudo-terminal as its controlling
   terminal and descriptors 0, 1 and 2. env, NULL-terminated "NAME=value" (or "NAME" to unset it),
   is put on top of the test's own environment with TERM=xterm-256color and LC_ALL=C.UTF-8; NULL for
   none. Returns NULL when there is no pseudo-terminal. */
struct pty *pty_start(int rows, int cols, const char *const *argv, const char *const *env);

/* The same with a function of the test's own process image; the process ends with what it
   returns. */
struct pty *pty_start_function(int rows, int cols, int (*run)(void *context), void *context);

/* Ends everything: kills what still runs in the terminal's session, frees, sets to NULL. NULL is
   nothing. */
void pty_stop(struct pty **pty);

/* Types NUL-terminated UTF-8. Long texts are typed in pieces, settling in between. */
void pty_type(struct pty *pty, const char *text);
/* The same for any bytes. */
void pty_type_bytes(struct pty *pty, const void *bytes, size_t len);

/* The same as fast as the program takes them, without settling in between. False when it does
   not. */
bool pty_pour(struct pty *pty, const void *bytes, size_t len);

enum pty_state {
    PTY_IDLE,  /* settled: the screen will not change until something is typed */
    PTY_ENDED, /* the process started has ended; what it left on the screen is all there */
    PTY_STUCK, /* neither within 60 seconds */
};

/* Waits until the terminal is settled. */
enum pty_state pty_settle(struct pty *pty);

/* Waits until the terminal is settled, and then as long as a person does before a key that is
   meant (KEYPRESS_TOO_FAST_MS): what is typed next is not too_fast. All but the first key of one
   pty_type are. */
enum pty_state pty_rest(struct pty *pty);

/* Gives everything that comes out of the terminal from now on to tap too, byte for byte; the
   test's own marks among it are OSC 777. */
void pty_tap(struct pty *pty, void (*tap)(void *context, const char *bytes, size_t len),
             void *context);

/* Waits, for at most the seconds of real time, until the settled screen shows the text (on one
   line). Returns at once when the process has ended without it. True when it is shown. */
bool pty_wait_text(struct pty *pty, const char *needle, int seconds);

/* Takes in what comes for so many milliseconds, settled or not. */
void pty_pass(struct pty *pty, int ms);

/* The same, but true as soon as it shows the text on one line. */
bool pty_watch(struct pty *pty, const char *needle, int ms);

/* The screen as UTF-8, a line a row, blanks at line ends left out; malloc'd, for the caller to
   free. What has come so far: settle first. */
char *pty_text(struct pty *pty);

/* True when the screen shows the text on one line. */
bool pty_shows(struct pty *pty, const char *needle);

/* A cell for pictures, in the palette that the program has set: the first code point (0 on the
   right half of a wide character, ' ' when empty) and its colours as 0xRRGGBB, reverse video
   already swapped. */
struct pty_cell {
    uint32_t ch;
    uint32_t ink;
    uint32_t paper;
    bool bold;
};
struct pty_cell pty_cell(struct pty *pty, int row, int col);
void pty_size(struct pty *pty, int *rows, int *cols);

/* Gives the terminal another size; the programs get SIGWINCH. */
void pty_resize(struct pty *pty, int rows, int cols);

/* Path of the terminal's device, for a program that opens it by name. */
const char *pty_device(const struct pty *pty);

/* The process started; and the one that reads the terminal, or 0 when none does just now. */
pid_t pty_process(const struct pty *pty);
pid_t pty_reader(struct pty *pty);

/* A child of a child of the process started (the newest), or 0 when there is none. */
pid_t pty_grandchild(const struct pty *pty);

/* Pulls the plug of the terminal: every process on it gets SIGHUP, and reading and writing it
   fails. Only pty_wait_exit, pty_process and pty_stop may follow. */
void pty_hang_up(struct pty *pty);

/* Waits for the process started to end, for at most the seconds of real time. Returns its exit
   status, 128 + the signal that killed it, or -1 when it still runs. */
int pty_wait_exit(struct pty *pty, int seconds);

#endif
