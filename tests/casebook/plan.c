/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who writes when, where and about what. Nobody publishes how complaints divide: the shares of
   places follow the numbers of people held, those of categories what visits report most. */
#include "tests/casebook/plan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "complaint/taxonomy.h"
#include "crypto/signature.h"

enum {
    PEOPLE_OF_KIOSK = 250,
    KIOSKS_MIN = 10, /* one of each type */
    KIOSKS_MAX = 608,
    PEOPLE_OF_FLOOD = 2500,
    FLOOD_DAYS = 3,
    TYPES = 10,
    CATEGORIES = 27,
};

/* Types of places: how many of 100 kiosks stand there, and how many of 1,000 letters come. */
static const struct {
    const char *code;
    uint16_t kiosks, letters;
} places[TYPES] = {
    {"PEN", 47, 590}, {"SIZO", 18, 200}, {"WOMEN", 8, 80}, {"IVS", 14, 45}, {"HLTH", 4, 35},
    {"SOC", 3, 20},   {"SPR", 2, 12},    {"RCP", 2, 8},    {"GUARD", 1, 3}, {"CHILD", 1, 7},
};

/* How many of 1,000 are about what; G1 comes only from children. */
static const struct {
    const char *code;
    uint16_t weight;
} about[CATEGORIES] = {
    {"A1", 40}, {"A2", 12}, {"A3", 60}, {"A4", 8},   {"A5", 30}, {"A6", 28}, {"A7", 10},
    {"A8", 4},  {"B1", 60}, {"B2", 45}, {"C1", 185}, {"C2", 8},  {"C3", 0},  {"C4", 18},
    {"D1", 85}, {"D2", 60}, {"D3", 48}, {"D4", 35},  {"E1", 48}, {"E2", 70}, {"E3", 25},
    {"F1", 45}, {"F2", 65}, {"F3", 18}, {"G1", 0},   {"H1", 22}, {"H2", 12},
};

/* A place from which many write of one thing within days. */
struct flood {
    uint32_t kiosk;
    uint32_t day;
    const char *category;
};

bool plan_silent(const struct plan_kiosk *kiosk, uint32_t day)
{
    return day >= kiosk->silent_from && day < kiosk->silent_to;
}

/* --- kiosks --- */

static size_t type_of(struct draw *draw, uint32_t i)
{
    uint16_t weights[TYPES];
    for (size_t k = 0; k < TYPES; k++)
        weights[k] = places[k].kiosks;
    return i < TYPES ? i : draw_weighted(draw, weights, TYPES);
}

/* Of 100 kiosks six are silent for weeks and two for good. */
static void fall_silent(struct draw *draw, struct plan_kiosk *kiosk)
{
    const uint32_t fate = draw_below(draw, 100);
    const uint32_t from = PLAN_FIRST_DAY + draw_between(draw, 60, PLAN_DAYS - 150);
    if (fate >= 8)
        return;
    kiosk->silent_from = from;
    kiosk->silent_to = fate < 2 ? PLAN_LAST_DAY + 1 : from + draw_between(draw, 20, 80);
}

enum error plan_make_kiosk(uint64_t seed, uint32_t i, struct plan_kiosk *kiosk)
{
    struct draw draw = draw_start(seed, DRAW_KIOSK, i);
    *kiosk = (struct plan_kiosk){.type = 0};
    draw_bytes(&draw, kiosk->seed, sizeof kiosk->seed);
    const size_t type = type_of(&draw, i);
    fall_silent(&draw, kiosk);
    kiosk->type = taxonomy_facility(places[type].code)->number;
    snprintf(kiosk->facility, sizeof kiosk->facility, "%s-%03u", places[type].code, i / 2 + 1);
    if (signature_public(kiosk->seed, kiosk->key) != 0)
        return ERROR_MEMORY;
    return card_kiosk_id(kiosk->key, kiosk->id);
}

static enum error make_kiosks(struct plan *plan)
{
    const uint32_t wanted = plan->person_count / PEOPLE_OF_KIOSK;
    plan->kiosk_count = wanted < KIOSKS_MIN   ? KIOSKS_MIN
                        : wanted > KIOSKS_MAX ? KIOSKS_MAX
                                              : wanted;
    plan->kiosks = calloc(plan->kiosk_count, sizeof *plan->kiosks);
    enum error error = plan->kiosks != NULL ? ERROR_NONE : ERROR_MEMORY;
    for (uint32_t i = 0; i < plan->kiosk_count && error == ERROR_NONE; i++)
        error = plan_make_kiosk(plan->seed, i, &plan->kiosks[i]);
    return error;
}

/* --- people --- */

static bool cannot_be(const char *category, uint8_t type)
{
    return (taxonomy_category(category)->hidden >> type & 1) != 0;
}

static const char *draw_category(struct draw *draw, uint8_t type)
{
    uint16_t weights[CATEGORIES];
    const uint8_t women = taxonomy_facility("WOMEN")->number;
    const uint8_t child = taxonomy_facility("CHILD")->number;
    const uint8_t ward = taxonomy_facility("HLTH")->number;
    for (size_t i = 0; i < CATEGORIES; i++) {
        weights[i] = about[i].weight;
        if (strcmp(about[i].code, "C3") == 0 && type == women)
            weights[i] = 90;
        if (strcmp(about[i].code, "G1") == 0 && type == child)
            weights[i] = 300;
        if (strcmp(about[i].code, "C2") == 0 && type == ward)
            weights[i] = 300;
        if (cannot_be(about[i].code, type))
            weights[i] = 0;
    }
    return about[draw_weighted(draw, weights, CATEGORIES)].code;
}

/* A kiosk in a place of a type that is drawn first. */
static uint32_t draw_kiosk(const struct plan *plan, struct draw *draw)
{
    uint16_t weights[TYPES];
    uint32_t at = 0;
    for (size_t k = 0; k < TYPES; k++)
        weights[k] = places[k].letters;
    const uint8_t type =
        taxonomy_facility(places[draw_weighted(draw, weights, TYPES)].code)->number;
    do
        at = draw_below(draw, plan->kiosk_count);
    while (plan->kiosks[at].type != type);
    return at;
}

static struct flood make_flood(const struct plan *plan, uint32_t i)
{
    static const char *const of[] = {"D1", "D2", "D3", "E2", "C1", "A3"};
    struct draw draw = draw_start(plan->seed, DRAW_FLOOD, i);
    struct flood flood = {.category = of[draw_below(&draw, 6)]};
    do {
        flood.kiosk = draw_kiosk(plan, &draw);
        flood.day = PLAN_FIRST_DAY + draw_between(&draw, 30, PLAN_DAYS - 30);
    } while (plan_silent(&plan->kiosks[flood.kiosk], flood.day) ||
             plan_silent(&plan->kiosks[flood.kiosk], flood.day + FLOOD_DAYS));
    return flood;
}

static void draw_place_and_day(const struct plan *plan, struct draw *draw,
                               struct plan_person *person)
{
    do {
        person->kiosk = draw_kiosk(plan, draw);
        person->day = PLAN_FIRST_DAY + draw_between(draw, 1, PLAN_DAYS - 20);
    } while (plan_silent(&plan->kiosks[person->kiosk], person->day));
    memcpy(person->category, draw_category(draw, plan->kiosks[person->kiosk].type), 3);
}

static void draw_person(const struct plan *plan, uint32_t i, struct plan_person *person)
{
    static const uint16_t languages[WORDS_LANGUAGES] = {400, 560, 40};
    struct draw draw = draw_start(plan->seed, DRAW_PERSON, i);
    const uint32_t floods = 1 + plan->person_count / PEOPLE_OF_FLOOD;
    *person = (struct plan_person){.again = 0};
    if (draw_chance(&draw, 40)) {
        const struct flood flood = make_flood(plan, draw_below(&draw, floods));
        person->kiosk = flood.kiosk;
        person->day = flood.day + draw_below(&draw, FLOOD_DAYS);
        memcpy(person->category, flood.category, 3);
    } else {
        draw_place_and_day(plan, &draw, person);
    }
    person->language = (uint8_t)draw_weighted(&draw, languages, WORDS_LANGUAGES);
    person->misplaced = draw_chance(&draw, 3);
    while (person->again < 4 && draw_chance(&draw, 130))
        person->again++;
}

static enum error make_people(struct plan *plan)
{
    plan->people = calloc((size_t)plan->person_count + 1, sizeof *plan->people);
    if (plan->people == NULL)
        return ERROR_MEMORY;
    for (uint32_t i = 0; i < plan->person_count; i++) {
        draw_person(plan, i, &plan->people[i]);
        plan->letter_count += 1u + plan->people[i].again;
    }
    return ERROR_NONE;
}

/* --- letters --- */

static int by_kiosk_and_day(const void *left, const void *right)
{
    const struct plan_letter *a = left, *b = right;
    if (a->kiosk != b->kiosk)
        return a->kiosk < b->kiosk ? -1 : 1;
    if (a->day != b->day)
        return a->day < b->day ? -1 : 1;
    if (a->person != b->person)
        return a->person < b->person ? -1 : 1;
    return a->n - b->n;
}

/* Whoever writes again mostly does so where they wrote, some after a transfer. The next letter is a
   month later at least, so that none comes to the office before the first. */
static void add_letters(struct plan *plan, uint32_t i)
{
    struct draw draw = draw_start(plan->seed, DRAW_PERSON, (uint64_t)i | UINT64_C(1) << 40);
    struct plan_person *person = &plan->people[i];
    struct plan_letter next = {.day = person->day, .kiosk = person->kiosk, .person = i};
    const uint8_t wanted = person->again;
    plan->letters[plan->letter_count++] = next;
    for (person->again = 0; person->again < wanted; person->again++) {
        next.day += draw_between(&draw, 30, 150);
        next.n++;
        if (draw_chance(&draw, 150))
            next.kiosk = draw_kiosk(plan, &draw);
        if (next.day > PLAN_LAST_DAY || plan_silent(&plan->kiosks[next.kiosk], next.day))
            return;
        plan->letters[plan->letter_count++] = next;
    }
}

static enum error make_letters(struct plan *plan)
{
    plan->letters = calloc((size_t)plan->letter_count + 1, sizeof *plan->letters);
    if (plan->letters == NULL)
        return ERROR_MEMORY;
    plan->letter_count = 0;
    for (uint32_t i = 0; i < plan->person_count; i++)
        add_letters(plan, i);
    qsort(plan->letters, plan->letter_count, sizeof *plan->letters, by_kiosk_and_day);
    for (uint32_t i = 0; i < plan->letter_count; i++) {
        struct plan_kiosk *kiosk = &plan->kiosks[plan->letters[i].kiosk];
        if (kiosk->letter_end == 0)
            kiosk->first_letter = i;
        kiosk->letter_end = i + 1;
    }
    return ERROR_NONE;
}

enum error plan_make(uint64_t seed, uint32_t people, struct plan *plan)
{
    *plan = (struct plan){.seed = seed, .person_count = people};
    enum error error = make_kiosks(plan);
    if (error == ERROR_NONE)
        error = make_people(plan);
    return error == ERROR_NONE ? make_letters(plan) : error;
}

void plan_free(struct plan *plan)
{
    free(plan->kiosks);
    free(plan->people);
    free(plan->letters);
    *plan = (struct plan){.seed = 0};
}
