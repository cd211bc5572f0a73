/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The passphrase: from a file's first line, or asked on the terminal without echo. */
#include "desk/passphrase.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "desk/trouble.h"
#include "tui/lang.h"

enum { KEY_INTERRUPT = 3 };

/* One byte at a time, so that nothing behind the line is taken. The byte is part of a secret. */
static int next_byte(int fd, char *byte)
{
    ssize_t got;
    do {
        got = read(fd, byte, 1);
    } while (got < 0 && errno == EINTR);
    return (int)got;
}

/* Reads up to a newline or the end. */
static int read_line(int fd, struct passphrase *out, int failed)
{
    int error = TROUBLE_NONE;
    char byte = 0;
    out->len = 0;
    for (;;) {
        int got = next_byte(fd, &byte);
        if (got < 0)
            error = failed;
        if (got <= 0 || byte == '\n')
            break;
        if (byte == KEY_INTERRUPT)
            error = TROUBLE_CANCELLED;
        else if (out->len == PASSPHRASE_MAX)
            error = TROUBLE_PASSPHRASE_LONG;
        if (error == TROUBLE_CANCELLED ||
            (error != TROUBLE_NONE && failed == TROUBLE_PASSPHRASE_FILE))
            break;
        if (error == TROUBLE_NONE)
            out->text[out->len++] = byte;
    }
    byte = 0;
    if (out->len > 0 && out->text[out->len - 1] == '\r')
        out->len--;
    out->text[out->len] = '\0';
    if (error == TROUBLE_NONE && out->len == 0)
        error = TROUBLE_PASSPHRASE_EMPTY;
    return error;
}

static int from_file(const char *file, struct passphrase *out)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return TROUBLE_PASSPHRASE_FILE;
    int error = read_line(fd, out, TROUBLE_PASSPHRASE_FILE);
    close(fd);
    return error;
}

static void say(int tty, const char *text)
{
    if (write(tty, text, strlen(text)) < 0)
        return; /* a question that cannot be shown is answered blindly or not at all */
}

static int ask(int tty, const char *question, struct passphrase *out)
{
    say(tty, question);
    int error = read_line(tty, out, TROUBLE_NO_TERMINAL);
    say(tty, "\n");
    return error;
}

static int ask_twice(int tty, struct passphrase *out)
{
    struct passphrase *again = secret_new(sizeof *again);
    if (again == NULL)
        return TROUBLE_MEMORY;
    int error = ask(tty, _("New passphrase of the office: "), out);
    if (error == TROUBLE_NONE)
        error = ask(tty, _("The same passphrase again: "), again);
    if (error == TROUBLE_NONE &&
        (again->len != out->len || !secret_equal(again->text, out->text, out->len)))
        error = TROUBLE_TWO_PASSPHRASES;
    passphrase_free(&again);
    return error;
}

/* Signals from keys are off while the echo is: an interrupt must not leave the terminal mute. */
static int from_terminal(bool fresh, struct passphrase *out)
{
    struct termios was, mute;
    int tty = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (tty < 0)
        return TROUBLE_NO_TERMINAL;
    int error = TROUBLE_NO_TERMINAL;
    if (tcgetattr(tty, &was) != 0)
        goto out;
    mute = was;
    mute.c_lflag &= ~(tcflag_t)(ECHO | ISIG);
    mute.c_lflag |= ICANON;
    if (tcsetattr(tty, TCSAFLUSH, &mute) != 0)
        goto out;
    error = fresh ? ask_twice(tty, out) : ask(tty, _("Passphrase of the office: "), out);
    tcsetattr(tty, TCSAFLUSH, &was);
out:
    close(tty);
    return error;
}

int passphrase_get(const char *file, bool fresh, struct passphrase **out)
{
    *out = secret_new(sizeof **out);
    if (*out == NULL)
        return TROUBLE_MEMORY;
    int error = file != NULL ? from_file(file, *out) : from_terminal(fresh, *out);
    if (error != TROUBLE_NONE)
        passphrase_free(out);
    return error;
}

void passphrase_free(struct passphrase **passphrase)
{
    secret_free(*passphrase);
    *passphrase = NULL;
}
