/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tables: what complaints are about, what is asked about them, where people are held. */
#include "complaint/taxonomy.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define N_(s)     (s)
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

/* Sets of readers, and places with rules of their own. */
enum {
    ADULT = 1 << TAXONOMY_ADULT,
    MINOR = 1 << TAXONOMY_MINOR,
    WOMAN = 1 << TAXONOMY_WOMAN,
    GROWN = ADULT | WOMAN,
    ALL = GROWN | MINOR,
};
enum { PLACE_IVS = 4, PLACE_CHILD = 9, PLACE_WOMEN = 11 };

/* The questions by subject. The numbers are stored in letters: never renumber, only append. */
enum { MARKS = 1, DANGER, DOCTOR, WORSE, ALONE, EATING, PAST, COURT };

/* In the order of enum taxonomy_reader: an adult's words, a minor's, a woman's. */
#define WORDS(...)                                                                                 \
    {                                                                                              \
        .text = { __VA_ARGS__ }                                                                    \
    }

static const struct taxonomy_group groups[] = {
    {'A', WORDS(N_("Someone hurts me, or I am in danger"), N_("Someone hurts me or scares me")),
     ALL},
    {'B', WORDS(N_("Isolation, being tied up, searches"), N_("Locked in alone, tied up, searched")),
     ALL},
    {'C',
     WORDS(N_("Health, medicine, pregnancy, disability"), N_("I am ill, doctor, medicine"),
           N_("Pregnancy, a baby, health, medicine, disability")),
     ALL},
    {'D',
     WORDS(N_("Cell or room, food, water, washing, time outside"),
           N_("My room, food, washing, going outside")),
     ALL},
    {'E',
     WORDS(N_("Lawyer, family, my language, my religion"),
           N_("My family, court, my language, my religion")),
     ALL},
    {'F', WORDS(N_("Work, money, papers, transfer, release"), N_("School, money, going home")),
     ALL},
    {'G', WORDS(N_("I am under 18")), GROWN},
    {'H', WORDS(N_("Something else, or I want to talk to someone")), ALL},
};

/* Sorted by code. Hide from a place only what cannot happen there: nobody can complain of what is
   hidden. */
static const struct taxonomy_category categories[] = {
    {.code = "A1",
     .words = WORDS(N_("Someone in charge hurt me, or told others to")),
     .heading = N_("Torture and ill-treatment by staff"),
     .urgency = TAXONOMY_U1,
     .group = 'A',
     .readers = GROWN,
     .asked = {MARKS, DANGER, DOCTOR}},
    {.code = "A2",
     .words = WORDS(N_("I am hurt or in danger right now"),
                    N_("I am hurt, or something bad will happen soon"),
                    N_("I am hurt, or I am in danger right now")),
     .heading = N_("Risk to life"),
     .urgency = TAXONOMY_U0,
     .group = 'A',
     .readers = ALL,
     .asked = {MARKS, DOCTOR}},
    {.code = "A3",
     .words = WORDS(N_("Staff threaten, insult or humiliate me"),
                    N_("Adults here threaten me or call me names")),
     .heading = N_("Degrading treatment"),
     .urgency = TAXONOMY_U2,
     .group = 'A',
     .readers = ALL,
     .asked = {DANGER, WORSE}},
    {.code = "A4",
     .words = WORDS(N_("Sexual touching, forced undressing, rape"),
                    N_("Someone touches my body, or makes me undress"),
                    N_("Rape, sexual touching, men see me undressed")),
     .heading = N_("Sexual violence"),
     .urgency = TAXONOMY_U1,
     .group = 'A',
     .readers = ALL,
     .asked = {MARKS, DANGER, DOCTOR}},
    {.code = "A5",
     .words = WORDS(N_("Others here hurt me, and staff let it be"),
                    N_("Others here hurt me, and no adult stops them")),
     .heading = N_("Violence between detained people"),
     .urgency = TAXONOMY_U1,
     .group = 'A',
     .readers = ALL,
     .asked = {MARKS, DANGER, DOCTOR}},
    {.code = "A6",
     .words = WORDS(N_("I am punished for complaining, or stopped from it"),
                    N_("They punish me for telling, or stop me telling")),
     .heading = N_("Reprisal or obstruction of complaints"),
     .urgency = TAXONOMY_U1,
     .group = 'A',
     .readers = ALL,
     .asked = {DANGER, MARKS, ALONE}},
    {.code = "A7",
     .words = WORDS(N_("I think about ending my life, or I refuse food"),
                    N_("I want to die, or I do not eat any more")),
     .heading = N_("Self-harm and hunger strike"),
     .urgency = TAXONOMY_U0,
     .group = 'A',
     .readers = ALL,
     .asked = {ALONE, EATING}},
    {.code = "A8",
     .words = WORDS(N_("Someone died or disappeared"),
                    N_("Someone died, or is gone and nobody says where")),
     .heading = N_("Death in custody"),
     .urgency = TAXONOMY_U0,
     .group = 'A',
     .readers = ALL,
     .asked = {DANGER}},
    {.code = "B1",
     .words = WORDS(N_("Isolation, punishment cell, or tied up too long"),
                    N_("They lock me in alone, or tie me up"),
                    N_("Isolation, punishment cell, or tied up for too long")),
     .heading = N_("Discipline, restraint and solitary confinement"),
     .urgency = TAXONOMY_U2,
     .group = 'B',
     .readers = ALL,
     .asked = {ALONE, MARKS, DOCTOR}},
    {.code = "B2",
     .words = WORDS(N_("A search was done badly, or things were taken"),
                    N_("They searched me badly, or took my things"),
                    N_("A search by a man, a bad search, things taken")),
     .heading = N_("Searches and property"),
     .urgency = TAXONOMY_U3,
     .group = 'B',
     .readers = ALL,
     .asked = {MARKS, DANGER}},
    {.code = "C1",
     .words = WORDS(N_("I am ill: no doctor, no medicine, no treatment"),
                    N_("I am ill and nobody helps me")),
     .heading = N_("Health care"),
     .urgency = TAXONOMY_U2,
     .group = 'C',
     .readers = ALL,
     .asked = {WORSE, DOCTOR}},
    {.code = "C2",
     .words = WORDS(N_("I get medicine or treatment against my will"),
                    N_("They give me medicine that I do not want")),
     .heading = N_("Involuntary treatment"),
     .urgency = TAXONOMY_U2,
     .group = 'C',
     .readers = ALL,
     .asked = {WORSE, ALONE}},
    {.code = "C3",
     .words = WORDS(N_("Pregnancy, a baby, what women need"),
                    N_("I am pregnant, or need what girls need"),
                    N_("Pregnancy, my baby, monthly days, women's health")),
     .heading = N_("Women's needs"),
     .urgency = TAXONOMY_U2,
     .group = 'C',
     .readers = ALL,
     .first = WOMAN,
     .asked = {WORSE, DOCTOR}},
    {.code = "C4",
     .words = WORDS(N_("I have a disability and do not get what I need"),
                    N_("I have a disability and nobody helps me")),
     .heading = N_("Accessibility"),
     .urgency = TAXONOMY_U2,
     .group = 'C',
     .readers = ALL,
     .asked = {WORSE, DANGER}},
    {.code = "D1",
     .words = WORDS(N_("Cold, heat, damp, dirt, crowding, insects"),
                    N_("It is cold, hot, wet, dirty or too full")),
     .heading = N_("Material conditions"),
     .urgency = TAXONOMY_U3,
     .group = 'D',
     .readers = ALL,
     .asked = {WORSE}},
    {.code = "D2",
     .words = WORDS(N_("Food or water is bad, or there is not enough"),
                    N_("Food or water is bad, or there is too little")),
     .heading = N_("Nutrition"),
     .urgency = TAXONOMY_U3,
     .group = 'D',
     .readers = ALL,
     .asked = {EATING}},
    {.code = "D3",
     .words =
         WORDS(N_("Washing, toilet, bedding, clothes"), N_("Washing, toilet, my bed, my clothes"),
               N_("Washing, toilet, pads, bedding, clothes")),
     .heading = N_("Hygiene"),
     .urgency = TAXONOMY_U3,
     .group = 'D',
     .readers = ALL},
    {.code = "D4",
     .words =
         WORDS(N_("Time outside, activities, school"), N_("Going outside, playing, things to do")),
     .heading = N_("Regime"),
     .urgency = TAXONOMY_U3,
     .group = 'D',
     .readers = ALL},
    {.code = "E1",
     .words = WORDS(N_("I may not see a lawyer or get my court papers"),
                    N_("Nobody helps me with the court or the police")),
     .heading = N_("Access to justice"),
     .urgency = TAXONOMY_U2,
     .group = 'E',
     .readers = ALL,
     .asked = {COURT, DANGER}},
    {.code = "E2",
     .words = WORDS(N_("Calls, visits or letters are stopped"),
                    N_("I may not call, write to or see my family"),
                    N_("Calls, visits, letters, contact with my children")),
     .heading = N_("Contact with the outside"),
     .urgency = TAXONOMY_U3,
     .group = 'E',
     .readers = ALL},
    {.code = "E3",
     .words = WORDS(N_("Interpreter, my language, my religion"), N_("My language, my religion")),
     .heading = N_("Language, religion and equality"),
     .urgency = TAXONOMY_U3,
     .group = 'E',
     .readers = ALL,
     .asked = {COURT}},
    {.code = "F1",
     .words = WORDS(N_("Work, pay, money, pension, documents"), N_("School, my papers, my money")),
     .heading = N_("Labour and social rights"),
     .urgency = TAXONOMY_U3,
     .group = 'F',
     .readers = ALL,
     .hidden = 1 << PLACE_IVS},
    {.code = "F2",
     .words = WORDS(N_("Transfer, parole, release, or kept here too long"),
                    N_("They keep me too long, or moved me far away")),
     .heading = N_("Legality of detention"),
     .urgency = TAXONOMY_U3,
     .group = 'F',
     .readers = ALL,
     .asked = {PAST, COURT}},
    {.code = "F3",
     .words =
         WORDS(N_("Staff ask for money or favours"), N_("An adult wants something for helping me")),
     .heading = N_("Corruption"),
     .urgency = TAXONOMY_U2,
     .group = 'F',
     .readers = ALL,
     .asked = {DANGER}},
    {.code = "G1",
     .words = WORDS(N_("I am a child: an adult here scares or hurts me"),
                    N_("An adult here scares me or hurts me")),
     .heading = N_("Children's facilities"),
     .urgency = TAXONOMY_U1,
     .group = 'A',
     .readers = MINOR,
     .first = MINOR,
     .asked = {MARKS, DANGER, DOCTOR}},
    {.code = "H1",
     .words = WORDS(N_("Something else, or I do not know how to say it"),
                    N_("Something else, or I cannot say it")),
     .heading = N_("Other"),
     .urgency = TAXONOMY_U3,
     .group = 'H',
     .readers = ALL,
     .asked = {DANGER, MARKS}},
    {.code = "H2",
     .words = WORDS(N_("I only want to talk to an independent visitor"),
                    N_("I want to talk to a visitor from outside")),
     .heading = N_("Request for an interview"),
     .urgency = TAXONOMY_U3,
     .group = 'H',
     .readers = ALL,
     .asked = {DANGER}},
};

static const struct {
    struct taxonomy_words words;
    const char *name;
} questions[TAXONOMY_QUESTIONS_MAX + 1] = {
    [MARKS] = {WORDS(N_("Are there marks or wounds on the body now?"),
                     N_("Are there bruises or wounds now?")),
               N_("Marks on the body now")},
    [DANGER] = {WORDS(N_("Is there still danger now?"), N_("Is it still dangerous now?")),
                N_("Still in danger now")},
    [DOCTOR] = {WORDS(N_("Has a doctor looked at it?"),
                      N_("Has a doctor or a nurse looked at it?")),
                N_("Seen by a doctor")},
    [WORSE] = {WORDS(N_("Is it getting worse now?")), N_("Getting worse now")},
    [ALONE] = {WORDS(N_("Is anyone locked up alone or tied up now?"),
                     N_("Is someone locked in alone or tied up now?")),
               N_("Alone or tied up now")},
    [EATING] = {WORDS(N_("Is anyone not eating or not drinking now?"),
                      N_("Is someone not eating or not drinking now?")),
                N_("Not eating or drinking now")},
    [PAST] = {WORDS(N_("Is the day of release already past?"),
                    N_("Is the day to go home already past?")),
              N_("Day of release is past")},
    [COURT] = {WORDS(N_("Is there a court day or a deadline this week?"),
                     N_("Is there a day in court this week?")),
               N_("Court day or deadline this week")},
};

/* What a yes does to the urgency: at least this urgent, or so many steps more urgent. */
static const struct {
    uint8_t question;
    const char *groups; /* of the categories it is for; NULL: all */
    enum taxonomy_urgency at_least;
    int sooner;
} rules[] = {
    {MARKS, NULL, TAXONOMY_U1, 0},                                /* they fade */
    {DANGER, NULL, TAXONOMY_U0, 0}, {WORSE, "C", TAXONOMY_U0, 0}, /* illness */
    {WORSE, NULL, TAXONOMY_U3, 1},  {ALONE, NULL, TAXONOMY_U1, 0}, {EATING, NULL, TAXONOMY_U1, 0},
    {PAST, NULL, TAXONOMY_U1, 0},   {COURT, NULL, TAXONOMY_U3, 1},
};

/* Numbers are on cards for years: never renumber, only append. */
static const struct taxonomy_facility facilities[] = {
    {1, "PEN", N_("Prison or penal colony")},
    {2, "RCP", N_("Reception centre")},
    {3, "SIZO", N_("Pre-trial detention centre")},
    {PLACE_IVS, "IVS", N_("Police cells (temporary detention)")},
    {5, "GUARD", N_("Military guardhouse")},
    {6, "SPR", N_("Special reception centre")},
    {7, "HLTH", N_("Hospital or psychiatric ward")},
    {8, "SOC", N_("Social care home")},
    {PLACE_CHILD, "CHILD", N_("Children's home or school")},
    {10, "OTHER", N_("Another place")},
    {PLACE_WOMEN, "WOMEN", N_("Women's prison")},
};

static const struct taxonomy_words consent_texts[] = {
    [1] = WORDS(N_("Only the Commissioner's office"), N_("Only the people who get this letter")),
    [2] = WORDS(N_("Also a prosecutor, without my name"),
                N_("Also people who stop crimes, without my name")),
    [3] = WORDS(N_("Also a prosecutor, with my name"),
                N_("Also people who stop crimes, with my name")),
    [4] = WORDS(N_("Also the people who run this place"), N_("Also the adults who run this place")),
};

static const char *const urgency_texts[] = {
    [TAXONOMY_U0] = N_("Within 4 hours"),
    [TAXONOMY_U1] = N_("Within 24 hours"),
    [TAXONOMY_U2] = N_("Within 3 days"),
    [TAXONOMY_U3] = N_("Within 15 working days"),
};

const struct taxonomy_group *taxonomy_groups(size_t *n)
{
    *n = LENGTH(groups);
    return groups;
}

const struct taxonomy_category *taxonomy_categories(size_t *n)
{
    *n = LENGTH(categories);
    return categories;
}

const struct taxonomy_facility *taxonomy_facilities(size_t *n)
{
    *n = LENGTH(facilities);
    return facilities;
}

const char *taxonomy_text(const struct taxonomy_words *words, enum taxonomy_reader reader)
{
    const bool own = (unsigned)reader < TAXONOMY_READERS && words->text[reader] != NULL;
    return words->text[own ? reader : TAXONOMY_ADULT];
}

enum taxonomy_reader taxonomy_reader(uint8_t facility)
{
    if (facility == PLACE_CHILD)
        return TAXONOMY_MINOR;
    return facility == PLACE_WOMEN ? TAXONOMY_WOMAN : TAXONOMY_ADULT;
}

static bool has_reader(unsigned readers, enum taxonomy_reader reader)
{
    return (readers >> reader & 1) != 0;
}

static bool is_offered(const struct taxonomy_category *row, enum taxonomy_reader reader,
                       uint8_t facility)
{
    return has_reader(row->readers, reader) &&
           (facility >= 32 || (row->hidden >> facility & 1) == 0);
}

size_t taxonomy_categories_for(char group, enum taxonomy_reader reader, uint8_t facility,
                               const struct taxonomy_category *out[TAXONOMY_CHOICES_MAX])
{
    size_t n = 0;
    for (int rest = 0; rest < 2; rest++)
        for (size_t i = 0; i < LENGTH(categories) && n < TAXONOMY_CHOICES_MAX; i++) {
            const struct taxonomy_category *row = &categories[i];
            if (row->group == group && is_offered(row, reader, facility) &&
                has_reader(row->first, reader) != rest)
                out[n++] = row;
        }
    return n;
}

/* The group without categories leads to the words for minors; it is not offered where everybody
   reads those already. */
static bool leads_on(char group, enum taxonomy_reader reader, uint8_t facility)
{
    const struct taxonomy_category *rows[TAXONOMY_CHOICES_MAX];
    return group == TAXONOMY_MINORS ? taxonomy_reader(facility) != TAXONOMY_MINOR
                                    : taxonomy_categories_for(group, reader, facility, rows) > 0;
}

size_t taxonomy_groups_for(enum taxonomy_reader reader, uint8_t facility,
                           const struct taxonomy_group *out[TAXONOMY_CHOICES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < LENGTH(groups) && n < TAXONOMY_CHOICES_MAX; i++)
        if (has_reader(groups[i].readers, reader) && leads_on(groups[i].letter, reader, facility))
            out[n++] = &groups[i];
    return n;
}

const char *taxonomy_question(uint8_t number, enum taxonomy_reader reader)
{
    return number > 0 && number < LENGTH(questions)
               ? taxonomy_text(&questions[number].words, reader)
               : NULL;
}

const char *taxonomy_question_name(uint8_t number)
{
    return number < LENGTH(questions) ? questions[number].name : NULL;
}

enum { SKIPPED, YES, NO };

static uint8_t answer_to(uint8_t question, const uint8_t *answers, size_t n)
{
    return question <= n ? answers[question - 1] : (uint8_t)SKIPPED;
}

enum taxonomy_urgency taxonomy_triage(const char *category, const uint8_t *answers, size_t n)
{
    const struct taxonomy_category *row = taxonomy_category(category);
    int urgency = row != NULL ? (int)row->urgency : (int)TAXONOMY_U3, sooner = 0;
    for (size_t i = 0; i < LENGTH(rules); i++) {
        const char *only = rules[i].groups;
        if (answer_to(rules[i].question, answers, n) != YES ||
            (only != NULL && (row == NULL || strchr(only, row->group) == NULL)))
            continue;
        urgency = (int)rules[i].at_least < urgency ? (int)rules[i].at_least : urgency;
        sooner += rules[i].sooner;
    }
    if (answer_to(DOCTOR, answers, n) == NO &&
        (answer_to(MARKS, answers, n) == YES || answer_to(WORSE, answers, n) == YES))
        sooner++;
    return (enum taxonomy_urgency)(urgency > sooner ? urgency - sooner : (int)TAXONOMY_U0);
}

const struct taxonomy_category *taxonomy_category(const char *code)
{
    for (size_t i = 0; i < LENGTH(categories); i++)
        if (strcasecmp(categories[i].code, code) == 0)
            return &categories[i];
    return NULL;
}

const struct taxonomy_facility *taxonomy_facility(const char *code)
{
    for (size_t i = 0; i < LENGTH(facilities); i++)
        if (strcasecmp(facilities[i].code, code) == 0)
            return &facilities[i];
    return NULL;
}

const struct taxonomy_facility *taxonomy_facility_numbered(uint8_t number)
{
    for (size_t i = 0; i < LENGTH(facilities); i++)
        if (facilities[i].number == number)
            return &facilities[i];
    return NULL;
}

const char *taxonomy_consent_text(uint8_t level, enum taxonomy_reader reader)
{
    return level < LENGTH(consent_texts) ? taxonomy_text(&consent_texts[level], reader) : NULL;
}

const char *taxonomy_urgency_text(enum taxonomy_urgency urgency)
{
    return (unsigned)urgency < LENGTH(urgency_texts) ? urgency_texts[urgency] : NULL;
}
