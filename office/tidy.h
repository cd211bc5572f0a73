/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every text of the office goes through: notices, answers and notes. */
#ifndef OFFICE_TIDY_H
#define OFFICE_TIDY_H

#include <stddef.h>

/* Removes, in place, the invisible characters that editors add: a byte order mark at the start,
   blanks, tabs and carriage returns at the end of a line, blanks and newlines at the end of the
   text. Returns the new length, at most len; bytes behind it are left as they are. */
size_t tidy_text(char *text, size_t len);

#endif
