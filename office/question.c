/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Read from the end: the last line says how many answers there are. */
#include "office/question.h"

#include <stdbool.h>
#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\n';
}

/* Where the last line of the text begins. */
static size_t last_line(const char *text, size_t len)
{
    while (len > 0 && text[len - 1] != '\n')
        len--;
    return len;
}

/* The digit that the line from `at` to `end` begins with as an answer does; 0 for another line. */
static size_t digit_of(const char *text, size_t at, size_t end)
{
    const bool numbered = end - at >= 2 && text[at] >= '1' && text[at] <= '0' + ANSWER_CHOICES_MAX;
    return numbered && strchr(" .)", text[at + 1]) != NULL ? (size_t)(text[at] - '0') : 0;
}

/* Takes the answer of the line from `at` to `end`. Returns whether it can be one. */
static bool take(const char *text, size_t at, size_t end, struct question *question, size_t i)
{
    at += 2;
    while (at < end && is_blank(text[at]))
        at++;
    while (end > at && is_blank(text[end - 1]))
        end--;
    question->choices[i].at = at;
    question->choices[i].len = end - at;
    return end > at && end - at <= ANSWER_CHOICE_MAX;
}

enum error question_split(const char *text, size_t len, struct question *question)
{
    memset(question, 0, sizeof *question);
    while (len > 0 && is_blank(text[len - 1]))
        len--;
    const size_t count = digit_of(text, last_line(text, len), len);
    bool fits = count > 0;
    for (size_t n = count; n > 0 && fits; n--) {
        const size_t at = last_line(text, len);
        fits = digit_of(text, at, len) == n && take(text, at, len, question, n - 1);
        len = at;
        while (len > 0 && is_blank(text[len - 1]))
            len--;
    }
    question->len = len;
    question->count = count;
    if (fits && len > 0)
        return ERROR_NONE;
    memset(question, 0, sizeof *question);
    return ERROR_QUESTION;
}

enum error question_fill(const char *text, size_t len, struct answer *answer)
{
    struct question question;
    enum error error =
        len <= ANSWER_TEXT_MAX ? question_split(text, len, &question) : ERROR_TEXT_LONG;
    if (error != ERROR_NONE)
        return error;
    char *to = answer->text + question.len;
    answer->kind = ANSWER_QUESTION;
    answer->len = (uint16_t)question.len;
    memcpy(answer->text, text, question.len);
    for (size_t i = 0; i < question.count; i++) {
        answer->choices[i] = (uint8_t)question.choices[i].len;
        memcpy(to, text + question.choices[i].at, question.choices[i].len);
        to += question.choices[i].len;
    }
    return ERROR_NONE;
}
