/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What every text of the office goes through: notices, answers and notes. */
#include "office/tidy.h"

#include <stdbool.h>
#include <string.h>

static size_t cut_blanks(const char *text, size_t len, const char *blanks)
{
    while (len > 0 && strchr(blanks, text[len - 1]) != NULL && text[len - 1] != '\0')
        len--;
    return len;
}

size_t tidy_text(char *text, size_t len)
{
    static const char mark[] = "\xEF\xBB\xBF";
    size_t n = 0;
    const bool marked = len >= sizeof mark - 1 && memcmp(text, mark, sizeof mark - 1) == 0;
    for (size_t i = marked ? sizeof mark - 1 : 0; i < len; i++) {
        if (text[i] == '\n')
            n = cut_blanks(text, n, " \t\r");
        text[n++] = text[i];
    }
    return cut_blanks(text, n, " \t\r\n");
}
