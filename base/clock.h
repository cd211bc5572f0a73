/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Time that only goes forward, for deadlines; days of the calendar are in base/day. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* Milliseconds since some point before the program started; setting the clock does not move it. */
int64_t clock_ms(void);

#endif
