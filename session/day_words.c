/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Month names are inflected after a day, so each month is a message of its own. */
#include "session/day_words.h"

#include <stdio.h>

#include "base/day.h"
#include "base/lang.h"

void day_words(uint32_t day, char out[DAY_WORDS_LEN])
{
    char text[DAY_TEXT_LEN];
    int year = 0;
    int month = 0;
    int date = 0;
    day_text(day, text);
    if (sscanf(text, "%d-%d-%d", &year, &month, &date) != 3)
        month = 0;
    switch (month) {
    case 1:
        snprintf(out, DAY_WORDS_LEN, _("%1$d January %2$d"), date, year);
        return;
    case 2:
        snprintf(out, DAY_WORDS_LEN, _("%1$d February %2$d"), date, year);
        return;
    case 3:
        snprintf(out, DAY_WORDS_LEN, _("%1$d March %2$d"), date, year);
        return;
    case 4:
        snprintf(out, DAY_WORDS_LEN, _("%1$d April %2$d"), date, year);
        return;
    case 5:
        snprintf(out, DAY_WORDS_LEN, _("%1$d May %2$d"), date, year);
        return;
    case 6:
        snprintf(out, DAY_WORDS_LEN, _("%1$d June %2$d"), date, year);
        return;
    case 7:
        snprintf(out, DAY_WORDS_LEN, _("%1$d July %2$d"), date, year);
        return;
    case 8:
        snprintf(out, DAY_WORDS_LEN, _("%1$d August %2$d"), date, year);
        return;
    case 9:
        snprintf(out, DAY_WORDS_LEN, _("%1$d September %2$d"), date, year);
        return;
    case 10:
        snprintf(out, DAY_WORDS_LEN, _("%1$d October %2$d"), date, year);
        return;
    case 11:
        snprintf(out, DAY_WORDS_LEN, _("%1$d November %2$d"), date, year);
        return;
    case 12:
        snprintf(out, DAY_WORDS_LEN, _("%1$d December %2$d"), date, year);
        return;
    default:
        snprintf(out, DAY_WORDS_LEN, "%s", text);
    }
}
