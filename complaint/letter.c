/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What encoding and decoding have in common: the checks of the fields. */
#include "complaint/letter.h"

#include <stdbool.h>
#include <string.h>

#include <unistr.h>

static int in_range(char c, char low, char high)
{
    return c >= low && c <= high;
}

static enum error facility_check(const char facility[LETTER_FACILITY_MAX + 1])
{
    size_t len = strnlen(facility, LETTER_FACILITY_MAX + 1);
    if (len == 0 || len > LETTER_FACILITY_MAX || facility[0] == '-')
        return ERROR_LETTER_RANGE;
    for (size_t i = 0; i < len; i++) {
        char c = facility[i];
        if (!in_range(c, 'A', 'Z') && !in_range(c, '0', '9') && c != '-')
            return ERROR_LETTER_RANGE;
    }
    return ERROR_NONE;
}

static enum error codes_check(const struct letter *letter)
{
    const char *language = letter->language, *category = letter->category;
    if (!in_range(language[0], 'a', 'z') || !in_range(language[1], 'a', 'z') || language[2] != '\0')
        return ERROR_LETTER_RANGE;
    if (!in_range(category[0], 'A', 'Z') || !in_range(category[1], '0', '9') || category[2] != '\0')
        return ERROR_LETTER_RANGE;
    return ERROR_NONE;
}

static enum error urgent_check(const struct letter *letter)
{
    if (letter->urgent_count > LETTER_URGENT_MAX)
        return ERROR_LETTER_RANGE;
    for (size_t i = 0; i < letter->urgent_count; i++)
        if (letter->urgent[i] > 2)
            return ERROR_LETTER_RANGE;
    return ERROR_NONE;
}

static enum error text_check(const char *text, size_t len, size_t max)
{
    if (len > max)
        return ERROR_LETTER_RANGE;
    return len > 0 && u8_check((const uint8_t *)text, len) != NULL ? ERROR_LETTER_UTF8 : ERROR_NONE;
}

/* What a letter says of the office's messages; only who has read them has seen any. */
static enum error messages_check(const struct letter *letter)
{
    if (letter->seen > LETTER_MESSAGES_MAX || letter->question > LETTER_MESSAGES_MAX ||
        letter->choice > LETTER_CHOICE_MAX || (letter->question == 0) != (letter->choice == 0))
        return ERROR_LETTER_RANGE;
    if (letter->kind == LETTER_COMPLAINT && (letter->seen > 0 || letter->question > 0))
        return ERROR_LETTER_RANGE;
    return ERROR_NONE;
}

/* That messages were seen is all that such a letter says. */
static bool says_more_than_seen(const struct letter *letter)
{
    return letter->seen == 0 || letter->question > 0 || letter->text_len > 0 ||
           letter->name_len > 0 || letter->urgent_count > 0 || letter->about > 0 ||
           letter->people > 0 || letter->consent > 1;
}

enum error letter_check(const struct letter *letter)
{
    if (letter->kind > LETTER_SEEN || facility_check(letter->facility) != ERROR_NONE)
        return ERROR_LETTER_RANGE;
    if (letter->kind == LETTER_COVER)
        return ERROR_NONE;
    if (codes_check(letter) != ERROR_NONE || urgent_check(letter) != ERROR_NONE)
        return ERROR_LETTER_RANGE;
    if (letter->consent < 1 || letter->consent > 4 || letter->about > LETTER_ABOUT_MAX)
        return ERROR_LETTER_RANGE;
    if (letter->arrival > (letter->kind == LETTER_FOLLOWUP ? LETTER_ARRIVAL_MAX : 0))
        return ERROR_LETTER_RANGE;
    if (letter->kind == LETTER_SEEN && says_more_than_seen(letter))
        return ERROR_LETTER_RANGE;
    enum error error = messages_check(letter);
    if (error == ERROR_NONE)
        error = text_check(letter->text, letter->text_len, LETTER_TEXT_MAX);
    if (error == ERROR_NONE)
        error = text_check(letter->name, letter->name_len, LETTER_NAME_MAX);
    return error;
}
