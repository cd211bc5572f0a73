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

/* Reads at most max bytes of valid UTF-8 from file, or from standard input when file is NULL. One
   newline at the end does not count to max. What editors add is removed, as tidy_text does. On
   ERROR_NONE *out is the caller's; over is set also with ERROR_TEXT_LONG, and *out then too. */
enum error text_input_read(const char *file, size_t max, struct text_input **out);

#endif
