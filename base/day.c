/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Calendar days without a time zone database. */
#include "base/day.h"

#include <stdio.h>
#include <time.h>

uint32_t day_minute(void)
{
    time_t now = time(NULL);
    struct tm local;
    if (now == (time_t)-1 || localtime_r(&now, &local) == NULL)
        return 0;
    const int64_t minute = ((int64_t)now + local.tm_gmtoff) / 60;
    return minute < 0 ? 0 : (uint32_t)minute;
}

uint32_t day_today(void)
{
    return day_minute() / DAY_MINUTES;
}

unsigned day_weekday(uint32_t day)
{
    return (unsigned)(((uint64_t)day + 3) % 7); /* 1970-01-01 was a Thursday */
}

/* Not by gmtime(3), which reads /etc/localtime: a session may not open a file. Years are counted
   from March, so that the leap day comes last; from 0000-03-01 to 1970-01-01 it is 719468 days. */
void day_text(uint32_t day, char out[DAY_TEXT_LEN])
{
    enum { ERA = 146097 /* days in 400 years */, DAY_MAX = 2932896 /* 9999-12-31 */ };
    uint32_t z = (day < DAY_MAX ? day : DAY_MAX) + 719468;
    uint32_t in_era = z % ERA;
    uint32_t year_of_era = (in_era - in_era / 1460 + in_era / 36524 - in_era / 146096) / 365;
    uint32_t in_year = in_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    uint32_t month = (5 * in_year + 2) / 153;
    uint32_t date = in_year - (153 * month + 2) / 5 + 1;
    uint32_t year = z / ERA * 400 + year_of_era + (month >= 10);
    month = month < 10 ? month + 3 : month - 9;
    snprintf(out, DAY_TEXT_LEN, "%04u-%02u-%02u", year % 10000, month % 100, date % 100);
}
