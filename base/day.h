/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendar days since 1970-01-01, the only kind of date in letters and records; and minutes, which
   the office's acts have. */
#ifndef BASE_DAY_H
#define BASE_DAY_H

#include <stdint.h>

/* The day of this release, 2026-11-30: a clock that shows an earlier one is wrong. */
enum { DAY_RELEASED = 20787 };

/* Minutes of a day: a minute since 1970-01-01, divided by them, is a day. */
enum { DAY_MINUTES = 24 * 60 };

/* Today by the local clock; 0 when the clock cannot be read or is set to before 1970. */
uint32_t day_today(void);

/* The minute since 1970-01-01 00:00 by the local clock; 0 when the clock cannot be read. Its day is
   day_today(). */
uint32_t day_minute(void);

/* The day of the week, 0 Monday to 6 Sunday. */
unsigned day_weekday(uint32_t day);

/* Writes a day as "2026-11-22", NUL-terminated; any day after 9999-12-31 as that one. Opens no
   file, so a confined process may call it. */
enum { DAY_TEXT_LEN = 11 };
void day_text(uint32_t day, char out[DAY_TEXT_LEN]);

#endif
