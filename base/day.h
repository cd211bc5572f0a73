/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendar days, counted from 1970-01-01: all that a letter, a record or an act says of when. */
#ifndef BASE_DAY_H
#define BASE_DAY_H

#include <stdint.h>

/* Today by the local clock, in days since 1970-01-01; 0 when the clock cannot be read or stands before that day. */
uint32_t day_today(void);

/* Writes a day as "2026-11-22", NUL-terminated. Days after 9999-12-31 are shown as that day. Opens no file. */
enum { DAY_TEXT_LEN = 11 };
void day_text(uint32_t day, char out[DAY_TEXT_LEN]);

#endif
