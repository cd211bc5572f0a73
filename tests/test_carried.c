/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who keeps every file that was carried, in both directions, cannot tell who wrote from who read,
   looked around or left; nor can a thief with a kiosk's key, who forges, replays and drops beside
   a visitor.

   SANDYQ_SESSIONS  how many visits (28); from 100 on it is tried whether anything can be learned
   SANDYQ_SEED      of what is drawn */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/apart/learn.h"
#include "tests/carried/world.h"

enum { SESSIONS = 28, THEFT_SESSIONS = 30, LEARNED = 100, ROUND = 20, CHANCES = 1 << 20 };

/* A visit's own files and the board of the day after. */
enum { WIDTH = 2 * CARRIED_NUMBERS };

static uint32_t drawn;

static uint32_t draw(uint32_t below)
{
    drawn ^= drawn << 13;
    drawn ^= drawn >> 17;
    drawn ^= drawn << 5;
    return (drawn >> 8) % below;
}

static size_t number_of(const char *name, size_t usual)
{
    const char *text = getenv(name);
    return text != NULL ? (size_t)strtoul(text, NULL, 10) : usual;
}

static void *need(size_t n, size_t size)
{
    void *memory = calloc(n, size);
    assert_non_null(memory);
    return memory;
}

/* Half of the visitors leave a letter; what each of them does, where, and what officers do
   meanwhile is drawn. */
static struct carried_visit *plan(size_t n, bool thief)
{
    struct carried_visit *visits = need(n, sizeof *visits);
    drawn = (uint32_t)number_of("SANDYQ_SEED", 1) * 2654435761U | 1;
    for (size_t i = 0; i < n; i++) {
        const bool files = draw(2) == 0;
        visits[i].kind =
            files ? (enum carried_kind)draw(CARRIED_FILING)
                  : (enum carried_kind)(CARRIED_FILING + draw(CARRIED_KINDS - CARRIED_FILING));
        visits[i].kiosk = draw(2);
        visits[i].chance = draw(CHANCES);
        visits[i].theft = thief ? (enum carried_theft)(i % THEFTS) : THEFT_NONE;
    }
    return visits;
}

static void free_days(struct carried_day *days, size_t n)
{
    for (size_t i = 0; i < n; i++)
        free(days[i].shape);
    free(days);
}

/* Plays the visits, and once more with nobody who leaves a letter: all files are as many and as
   long, and what was on a board is on no other. Returns the days of the first. */
static struct carried_day *compare(struct carried_visit *visits, size_t n)
{
    struct carried_day *wrote = need(n, sizeof *wrote), *left = need(n, sizeof *left);
    struct carried_visit *nobody = need(n, sizeof *nobody);
    carried_play(visits, n, wrote);
    memcpy(nobody, visits, n * sizeof *nobody);
    for (size_t i = 0; i < n; i++)
        nobody[i].kind = CARRIED_LEFT;
    carried_play(nobody, n, left);
    for (size_t i = 0; i < n; i++) {
        const double *repeats = wrote[i].numbers + CARRIED_NUMBERS - CARRIED_REPEATS;
        assert_string_equal(wrote[i].shape, left[i].shape);
        assert_true(repeats[0] == 0 && repeats[1] == 0);
    }
    free(nobody);
    free_days(left, n);
    return wrote;
}

/* --- learning --- */

/* leak: every third board after a letter has one tag more. */
static struct learn_result teach(const struct carried_visit *visits, const struct carried_day *days,
                                 size_t n, bool leak)
{
    struct learn_data data = {.x = need(n * WIDTH, sizeof(double)),
                              .filing = need(n, sizeof(bool)),
                              .round = need(n, sizeof(size_t)),
                              .count = n,
                              .width = WIDTH};
    for (size_t i = 0; i < n; i++) {
        double *x = data.x + i * WIDTH;
        const struct carried_day *next = &days[i + 1 < n ? i + 1 : i];
        memcpy(x, days[i].numbers, sizeof days[i].numbers);
        memcpy(x + CARRIED_NUMBERS, next->numbers, sizeof next->numbers);
        data.filing[i] = visits[i].kind < CARRIED_FILING;
        data.round[i] = i / ROUND;
        if (leak && data.filing[i] && i % 3 == 0)
            x[8 * CARRIED_FILE - 1] += 16;
    }
    struct learn_result result = learn(&data, (uint32_t)number_of("SANDYQ_SEED", 1));
    free(data.x);
    free(data.filing);
    free(data.round);
    return result;
}

static void print_learned(const char *what, const struct learn_result *result, size_t n)
{
    print_message("%s: %zu visits of %d kinds, %d numbers:", what, n, CARRIED_KINDS, WIDTH);
    for (size_t c = 0; c < LEARN_CLASSIFIERS; c++)
        print_message(" %s %.1f%%%s", learn_names[c], 100.0 * (double)result->right[c] / (double)n,
                      c + 1 < LEARN_CLASSIFIERS ? "," : "");
    print_message("; p = %.2g\n", result->p);
}

static void nothing_carried_tells_who_wrote(void **state)
{
    const size_t n = number_of("SANDYQ_SESSIONS", SESSIONS);
    struct carried_visit *visits = plan(n, false);
    struct carried_day *days = compare(visits, n);
    if (n >= LEARNED) {
        const struct learn_result real = teach(visits, days, n, false),
                                  control = teach(visits, days, n, true);
        print_learned("carried", &real, n);
        print_learned("control", &control, n);
        assert_true(real.p >= 0.01);
        assert_true(control.p < 0.01);
    }
    free_days(days, n);
    free(visits);
}

static void a_thief_beside_a_visitor_learns_nothing(void **state)
{
    struct carried_visit *visits = plan(THEFT_SESSIONS, true);
    free_days(compare(visits, THEFT_SESSIONS), THEFT_SESSIONS);
    free(visits);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_carried_tells_who_wrote),
        cmocka_unit_test(a_thief_beside_a_visitor_learns_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
