/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The passphrase: from a file's first line, or asked on the terminal without echo. */
#ifndef DESK_PROMPT_H
#define DESK_PROMPT_H

#include <stdbool.h>

#include "office/passphrase.h"

/* Reads the first line of file or, when file is NULL, asks on the terminal. fresh: a new
   passphrase of at least 12 characters, asked for twice. A signal that would end the program
   cancels the question and leaves the terminal as it was. A byte order mark at the start of a file
   is not part of the passphrase; a file that others can read or write is named on standard error.
   On ERROR_NONE *out is the caller's, for passphrase_free. */
enum error prompt_passphrase(const char *file, bool fresh, struct passphrase **out);

#endif
