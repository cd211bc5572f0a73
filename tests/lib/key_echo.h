/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A program in a pseudo-terminal that shows every key press in words. */
#ifndef TESTS_LIB_KEY_ECHO_H
#define TESTS_LIB_KEY_ECHO_H

#include <signal.h>
#include <stdbool.h>

#include "tests/lib/pty.h"
#include "tui/keypress.h"

enum { KEY_ECHO_WAIT_S = 60 };

/* Exit statuses of it and of programs like it: the terminal went away, a limit passed, the terminal
   was refused. */
enum { KEY_ECHO_GONE = 10, KEY_ECHO_IDLE, KEY_ECHO_REFUSED = 20 };

/* For term_open: set by key_echo_on_signal. */
extern volatile sig_atomic_t key_echo_stop;

/* A signal handler that asks to end. */
void key_echo_on_signal(int number);

/* Appends a press to words: the character, or the kind as "<enter>". more: also "#" for the keypad,
   "p" for pasted, "^" for Caps Lock and "!" for too fast. */
void key_echo_say(char *words, struct keypress press, bool more);

/* The program itself with more words, for pty_start_function; terminal is a type, a char *. */
int key_echo_run_more(void *terminal);

/* Starts the program in a new terminal of this type and waits until it is ready. It ends after F1
   with status 0, or with KEY_ECHO_GONE. Under the word "ready" it shows all presses so far, as
   key_echo_say writes them. For pty_stop. */
struct pty *key_echo_start(const char *terminal, bool more);

/* Waits for this text on the screen; fails the test when it does not come. */
void key_echo_shows(struct pty *pty, const char *want);

/* For a program that is busy: returns a little over KEYPRESS_TOO_FAST_MS after that many bytes of
   input have come. */
void key_echo_await(int bytes);

#endif
