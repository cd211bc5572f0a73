/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Invented words, put together from sentences. */
#include "tests/casebook/words.h"

#include <stdio.h>
#include <string.h>

#include "tests/casebook/sentences.h"

const char *words_code(enum words_language language)
{
    static const char *const codes[] = {"kk", "ru", "en"};
    return codes[language];
}

const char *words_officer(unsigned n)
{
    static const char *const names[] = {"Aigerim", "Daniyar", "Svetlana", "Timur",
                                        "Madina",  "Pavel",   "Zhanar",   "Yerbol"};
    return names[(n - 1) % (sizeof names / sizeof *names)];
}

/* --- putting together --- */

struct text {
    char *out;
    size_t len;
};

static void add(struct text *text, const char *sentence)
{
    const size_t len = strlen(sentence);
    if (text->len + len + 2 > WORDS_MAX)
        return;
    if (text->len > 0)
        text->out[text->len++] = ' ';
    memcpy(text->out + text->len, sentence, len + 1);
    text->len += len;
}

static const char *pick(struct draw *draw, const struct sentences_pool *pool,
                        enum words_language language)
{
    const char *const *all = pool->text[language];
    uint32_t n = 0;
    while (all[n] != NULL)
        n++;
    return all[draw_below(draw, n)];
}

static const char *core(const char *category, enum words_language language)
{
    size_t i = sentences_core_count - 1;
    while (i > 0 && strcmp(sentences_cores[i].category, category) != 0)
        i--;
    return sentences_cores[i].text[language];
}

/* --- typed as people type --- */

/* Kazakh letters for which there is no key on a Russian keyboard, and what is typed instead. */
static const struct {
    const char *letter, *typed;
} without_keys[] = {
    {"ә", "а"}, {"і", "и"}, {"ң", "н"}, {"ғ", "г"}, {"ү", "у"},
    {"ұ", "у"}, {"қ", "к"}, {"ө", "о"}, {"һ", "х"}, {"Қ", "К"},
};

/* Both have two bytes. */
static void type_in_russian(struct text *text)
{
    for (size_t at = 0; at + 1 < text->len; at++)
        for (size_t i = 0; i < sizeof without_keys / sizeof *without_keys; i++)
            if (memcmp(text->out + at, without_keys[i].letter, 2) == 0)
                memcpy(text->out + at, without_keys[i].typed, 2);
}

static void leave_out_stops(struct text *text)
{
    size_t to = 0;
    for (size_t at = 0; at < text->len; at++)
        if (text->out[at] != '.' && text->out[at] != ',')
            text->out[to++] = text->out[at];
    text->out[text->len = to] = '\0';
}

static size_t type(struct draw *draw, enum words_language language, struct text *text)
{
    if (draw_chance(draw, 300))
        leave_out_stops(text);
    if (language == WORDS_KK && draw_chance(draw, 250))
        type_in_russian(text);
    return text->len;
}

/* --- texts --- */

/* Few write a page: how many sentences of detail follow. */
static uint32_t details(struct draw *draw)
{
    static const uint16_t weights[] = {30, 45, 20, 5};
    static const uint32_t most[] = {0, 3, 9, 60};
    return draw_below(draw, most[draw_weighted(draw, weights, 4)] + 1);
}

size_t words_complaint(struct draw *draw, enum words_language language, const char *category,
                       char out[WORDS_MAX])
{
    struct text text = {out, 0};
    out[0] = '\0';
    if (draw_chance(draw, 20))
        return 0; /* a category alone is a complaint */
    if (draw_chance(draw, 500))
        add(&text, pick(draw, &sentences_greeting, language));
    add(&text, core(category, language));
    if (draw_chance(draw, 600))
        add(&text, pick(draw, &sentences_time, language));
    for (uint32_t n = details(draw); n > 0; n--)
        add(&text, pick(draw, &sentences_detail, language));
    if (draw_chance(draw, 600))
        add(&text, pick(draw, &sentences_plea, language));
    return type(draw, language, &text);
}

size_t words_again(struct draw *draw, enum words_language language, char out[WORDS_MAX])
{
    struct text text = {out, 0};
    add(&text, pick(draw, &sentences_again, language));
    for (uint32_t n = draw_below(draw, 4); n > 0; n--)
        add(&text, pick(draw, &sentences_detail, language));
    add(&text, pick(draw, &sentences_plea, language));
    return type(draw, language, &text);
}

size_t words_name(struct draw *draw, enum words_language language, char out[WORDS_MAX])
{
    static const char *const initials[] = {"К.", "М.", "С.", "Т.", "B.", "R.", "M.", "D."};
    return (size_t)snprintf(out, WORDS_MAX, "%s %s", pick(draw, &sentences_first_name, language),
                            initials[draw_below(draw, 4) + (language == WORDS_EN ? 4 : 0)]);
}

size_t words_answer(struct draw *draw, enum words_language language, char out[WORDS_MAX])
{
    struct text text = {out, 0};
    add(&text, pick(draw, &sentences_answer_start, language));
    for (uint32_t n = draw_between(draw, 1, 3); n > 0; n--)
        add(&text, pick(draw, &sentences_answer_done, language));
    add(&text, pick(draw, &sentences_answer_end, language));
    return text.len;
}

size_t words_note(struct draw *draw, enum words_language language, char out[WORDS_MAX])
{
    struct text text = {out, 0};
    add(&text, pick(draw, &sentences_note, language));
    return text.len;
}
