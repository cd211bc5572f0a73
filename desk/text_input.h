/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of an answer or a note, from a file, standard input or the terminal; never from the
   command line, which other users can see. */
#ifndef DESK_TEXT_INPUT_H
#define DESK_TEXT_INPUT_H

#include <stddef.h>

/* In secret_new memory, for secret_free. */
struct text_input {
    size_t len;
    size_t over; /* bytes beyond the limit; 0 unless the error is ERROR_TEXT_LONG */
    char text[]; /* not NUL-terminated */
};

/* Opens the file that the text is in, or standard input when file is NULL: before this process is
   confined, which may be earlier than somebody types. *fd is for text_input_read, and stays open.
   Returns ERROR_NONE, _TEXT_FILE or a lack. */
enum error text_input_open(const char *file, int *fd);

/* Reads at most max bytes of valid UTF-8 from what text_input_open opened. One newline at the end
   does not count to max. What editors add is removed, as tidy_text does. On ERROR_NONE *out is the
   caller's; over is set also with ERROR_TEXT_LONG, and *out then too. */
enum error text_input_read(int fd, size_t max, struct text_input **out);

#endif
