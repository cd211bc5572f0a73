/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The passphrase: from a file's first line, or asked on the terminal without echo. */
#ifndef DESK_PROMPT_H
#define DESK_PROMPT_H

#include "base/error.h"
#include "office/passphrase.h"

/* Whose passphrase it is, and how it is asked. */
enum prompt {
    PROMPT_OWN,  /* the officer's own */
    PROMPT_ROOT, /* of root.keyring */
    PROMPT_NEW,  /* a new one of at least 12 characters, asked for twice */
};

/* Reads the first line of file or, when file is NULL, asks on the terminal. A signal that would end
   the program cancels the question and leaves the terminal as it was. A byte order mark at the
   start of a file is not part of the passphrase; a file that others can read or write is named on
   standard error. On ERROR_NONE *out is the caller's, for passphrase_free. */
enum error prompt_passphrase(const char *file, enum prompt prompt, struct passphrase **out);

#endif
