/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text of an answer or a note, from a file, standard input or the terminal; never from the
   command line, which other users can see. */
#ifndef DESK_TEXT_INPUT_H
#define DESK_TEXT_INPUT_H

#include <stddef.h>

/* Lies in memory of secret_new. */
struct text_input {
    size_t len;
    size_t over; /* bytes beyond the limit; 0 unless the error is ERROR_TEXT_LONG */
    char text[]; /* not NUL-terminated */
};

/* Reads at most max bytes of valid UTF-8 from file or, when file is NULL, from standard input;
   drops one newline at the end. On ERROR_NONE and ERROR_TEXT_LONG *out is for the caller to
   secret_free; on any other error it is NULL. */
enum error text_input_read(const char *file, size_t max, struct text_input **out);

#endif
