/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of an answer or a note, read straight into locked memory. */
#include "desk/text_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/utf8.h"
#include "crypto/secret.h"
#include "office/tidy.h"

/* Counts the bytes beyond the limit, up to a bound, since the input may be endless. */
enum { COUNT_MAX = 16 * 1024 * 1024 };

static ssize_t read_some(int fd, char *out, size_t len)
{
    ssize_t got;
    do {
        got = read(fd, out, len);
    } while (got < 0 && errno == EINTR);
    return got;
}

static enum error count_rest(int fd, struct text_input *input)
{
    char *drop = secret_new(4096);
    ssize_t got = 0;
    if (drop == NULL)
        return ERROR_MEMORY;
    while (input->over < COUNT_MAX && (got = read_some(fd, drop, 4096)) > 0)
        input->over += (size_t)got;
    secret_free(drop);
    return got < 0 ? ERROR_TEXT_FILE : ERROR_NONE;
}

/* Reads one byte more than max, for a newline at the end. */
static enum error read_all(int fd, size_t max, struct text_input *input)
{
    ssize_t got = 1;
    while (input->len < max + 1 && got > 0) {
        got = read_some(fd, input->text + input->len, max + 1 - input->len);
        if (got < 0)
            return ERROR_TEXT_FILE;
        input->len += (size_t)got;
    }
    enum error error = got > 0 ? count_rest(fd, input) : ERROR_NONE;
    if (error != ERROR_NONE)
        return error;
    if (input->over == 0 && input->len > 0 && input->text[input->len - 1] == '\n')
        input->len--;
    if (input->len > max)
        input->over += input->len - max;
    if (input->over > 0)
        return ERROR_TEXT_LONG;
    return input->len > 0 ? ERROR_NONE : ERROR_TEXT_EMPTY;
}

static enum error read_from(int fd, size_t max, struct text_input *input)
{
    if (fd == STDIN_FILENO && isatty(fd))
        fprintf(stderr, "%s\n", _("Type the text. End it with Ctrl-D on an empty line."));
    enum error error = read_all(fd, max, input);
    if (error == ERROR_NONE && !utf8_valid(input->text, input->len))
        error = ERROR_TEXT_UTF8;
    if (error == ERROR_NONE && (input->len = tidy_text(input->text, input->len)) == 0)
        error = ERROR_TEXT_EMPTY;
    return error;
}

enum error text_input_open(const char *file, int *fd)
{
    *fd = file == NULL ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    return *fd >= 0 ? ERROR_NONE : error_of_lack(errno, ERROR_TEXT_FILE);
}

enum error text_input_read(int fd, size_t max, struct text_input **out)
{
    *out = secret_new(sizeof **out + max + 1);
    if (*out == NULL)
        return ERROR_MEMORY;
    enum error error = read_from(fd, max, *out);
    if (error != ERROR_NONE && error != ERROR_TEXT_LONG) {
        secret_free(*out);
        *out = NULL;
    }
    return error;
}
