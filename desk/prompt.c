/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The passphrase: from a file's first line, or asked on the terminal without echo. */
#include "desk/prompt.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <termios.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/utf8.h"
#include "crypto/secret.h"
#include "desk/sanitize.h"

enum { CTRL_C = 3, FRESH_MIN = 12 };

/* Signals that end programs; blocked while echo is off, except during the wait for input. */
static const int signals[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
enum { SIGNALS = sizeof signals / sizeof *signals };

static volatile sig_atomic_t stopped;

static void on_signal(int number)
{
    stopped = 1;
}

/* Where a line is read from. */
struct source {
    int fd;
    int failed;              /* the error when it cannot be read */
    const sigset_t *waiting; /* for a terminal: the signal mask while it waits; NULL for a file */
};

/* One byte at a time, so that nothing after the line is consumed. The byte is part of a secret. */
static int next_byte(const struct source *source, char *byte)
{
    struct pollfd terminal = {.fd = source->fd, .events = POLLIN};
    ssize_t got;
    if (source->waiting != NULL)
        ppoll(&terminal, 1, NULL, source->waiting);
    if (stopped) {
        *byte = CTRL_C;
        return 1;
    }
    do {
        got = read(source->fd, byte, 1);
    } while (got < 0 && errno == EINTR);
    return (int)got;
}

/* Reads up to a newline or the end. */
static enum error read_line(const struct source *source, struct passphrase *out)
{
    enum error error = ERROR_NONE;
    char byte = 0;
    out->len = 0;
    for (;;) {
        int got = next_byte(source, &byte);
        if (got < 0)
            error = source->failed;
        if (got <= 0 || byte == '\n')
            break;
        if (byte == CTRL_C)
            error = ERROR_CANCELLED;
        else if (out->len == PASSPHRASE_MAX)
            error = ERROR_PASSPHRASE_LONG;
        if (error == ERROR_CANCELLED || (error != ERROR_NONE && source->waiting == NULL))
            break;
        if (error == ERROR_NONE)
            out->text[out->len++] = byte;
    }
    byte = 0;
    if (out->len > 0 && out->text[out->len - 1] == '\r')
        out->len--;
    out->text[out->len] = '\0';
    if (error == ERROR_NONE && out->len == 0)
        error = ERROR_PASSPHRASE_EMPTY;
    return error;
}

/* An editor's byte order mark: on the keyboard nobody could type it. */
static enum error drop_mark(struct passphrase *out)
{
    static const char mark[] = "\xEF\xBB\xBF";
    const size_t len = sizeof mark - 1;
    if (out->len < len || !secret_equal(out->text, mark, len))
        return ERROR_NONE;
    out->len -= len;
    memmove(out->text, out->text + len, out->len + 1);
    explicit_bzero(out->text + out->len + 1, len);
    return out->len > 0 ? ERROR_NONE : ERROR_PASSPHRASE_EMPTY;
}

static void warn_if_open(const char *file, int fd)
{
    struct stat about;
    if (fstat(fd, &about) != 0 || !S_ISREG(about.st_mode) || (about.st_mode & 077) == 0)
        return;
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, file, strlen(file));
    fprintf(stderr, ": %s\n",
            _("Others can get at this passphrase file. Take that from them with: chmod 600 FILE"));
}

static enum error from_file(const char *file, struct passphrase *out)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return error_of_lack(errno, ERROR_PASSPHRASE_FILE);
    const struct source source = {.fd = fd, .failed = ERROR_PASSPHRASE_FILE};
    warn_if_open(file, fd);
    enum error error = read_line(&source, out);
    close(fd);
    return error == ERROR_NONE ? drop_mark(out) : error;
}

/* Minimum for a new passphrase, in characters: Cyrillic takes two bytes each. */
static enum error check_fresh(const struct passphrase *passphrase)
{
    size_t count = 0;
    uint32_t ch = 0;
    for (size_t at = 0; at < passphrase->len; count++)
        at += utf8_take(passphrase->text + at, passphrase->len - at, &ch);
    ch = 0;
    return count < FRESH_MIN ? ERROR_PASSPHRASE_SHORT : ERROR_NONE;
}

static void say(int tty, const char *text)
{
    if (write(tty, text, strlen(text)) < 0)
        return; /* a question that cannot be shown may still be answered */
}

static enum error ask(const struct source *tty, const char *question, struct passphrase *out)
{
    say(tty->fd, question);
    enum error error = read_line(tty, out);
    say(tty->fd, "\n");
    return error;
}

static enum error ask_twice(const struct source *tty, struct passphrase *out)
{
    struct passphrase *again = secret_new(sizeof *again);
    if (again == NULL)
        return ERROR_MEMORY;
    enum error error = ask(tty, _("New passphrase: "), out);
    if (error == ERROR_NONE)
        error = check_fresh(out);
    if (error == ERROR_NONE)
        error = ask(tty, _("The same passphrase again: "), again);
    if (error == ERROR_NONE &&
        (again->len != out->len || !secret_equal(again->text, out->text, out->len)))
        error = ERROR_TWO_PASSPHRASES;
    passphrase_free(&again);
    return error;
}

/* Turns off echo and signals from keys; Ctrl-C ends the line instead, so that it is
   read at once. */
static enum error ask_mute(const struct source *tty, enum prompt prompt, struct passphrase *out)
{
    struct termios was, mute;
    if (tcgetattr(tty->fd, &was) != 0)
        return ERROR_NO_TERMINAL;
    mute = was;
    mute.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    mute.c_lflag |= ICANON;
    mute.c_cc[VEOL] = CTRL_C;
    if (tcsetattr(tty->fd, TCSAFLUSH, &mute) != 0)
        return ERROR_NO_TERMINAL;
    const char *question =
        prompt == PROMPT_ROOT ? _("Passphrase of root.keyring: ") : _("Your passphrase: ");
    enum error error = prompt == PROMPT_NEW ? ask_twice(tty, out) : ask(tty, question, out);
    tcsetattr(tty->fd, TCSAFLUSH, &was);
    return error;
}

/* Restores the echo, however it ends. */
static enum error from_terminal(enum prompt prompt, struct passphrase *out)
{
    const struct sigaction action = {.sa_handler = on_signal};
    struct sigaction before[SIGNALS];
    sigset_t blocked, waiting;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0)
        return error_of_lack(errno, ERROR_NO_TERMINAL);
    sigemptyset(&blocked);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaddset(&blocked, signals[i]);
    sigprocmask(SIG_BLOCK, &blocked, &waiting);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &action, &before[i]);
    const struct source source = {tty, ERROR_NO_TERMINAL, &waiting};
    enum error error = ask_mute(&source, prompt, out);
    for (size_t i = 0; i < SIGNALS; i++)
        sigaction(signals[i], &before[i], NULL);
    sigprocmask(SIG_SETMASK, &waiting, NULL);
    close(tty);
    return error;
}

enum error prompt_passphrase(const char *file, enum prompt prompt, struct passphrase **out)
{
    *out = secret_new(sizeof **out);
    if (*out == NULL)
        return ERROR_MEMORY;
    enum error error = file != NULL ? from_file(file, *out) : from_terminal(prompt, *out);
    if (error == ERROR_NONE && prompt == PROMPT_NEW)
        error = check_fresh(*out);
    if (error != ERROR_NONE)
        passphrase_free(out);
    return error;
}
