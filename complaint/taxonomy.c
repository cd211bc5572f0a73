/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The tables of what complaints are about, where people are held and how far a case is. */
#include "complaint/taxonomy.h"

#include <strings.h>

#define N_(s)     (s)
#define LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static const struct taxonomy_group groups[] = {
    {'A', N_("Someone hurts me, or I am in danger")},
    {'B', N_("Punishment cell, tying up, searches")},
    {'C', N_("Health, medicine, pregnancy, disability")},
    {'D', N_("Cell, food, water, washing, time outside")},
    {'E', N_("Lawyer, family, my language, my religion")},
    {'F', N_("Work, money, papers, transfer, release")},
    {'G', N_("I am a child")},
    {'H', N_("Something else, or I want to talk to someone")},
};

static const struct taxonomy_category categories[] = {
    {"A1", N_("Someone in charge hurt me, or told others to"),
     N_("Torture and ill-treatment by staff"), TAXONOMY_U1},
    {"A2", N_("I am hurt or in danger right now"), N_("Risk to life"), TAXONOMY_U0},
    {"A3", N_("Staff threaten, insult or humiliate me"), N_("Degrading treatment"), TAXONOMY_U2},
    {"A4", N_("Sexual touching, forced undressing, rape"), N_("Sexual violence"), TAXONOMY_U1},
    {"A5", N_("Others held here hurt me, and staff let it be"),
     N_("Violence between detained people"), TAXONOMY_U1},
    {"A6", N_("I am punished for complaining, or stopped from it"),
     N_("Reprisal or obstruction of complaints"), TAXONOMY_U1},
    {"A7", N_("I think about ending my life, or I refuse food"), N_("Self-harm and hunger strike"),
     TAXONOMY_U0},
    {"A8", N_("Someone died or disappeared"), N_("Death in custody"), TAXONOMY_U0},
    {"B1", N_("Isolation, punishment cell, or tied up too long"),
     N_("Discipline, restraint and solitary confinement"), TAXONOMY_U2},
    {"B2", N_("A search was done badly, or things were taken"), N_("Searches and property"),
     TAXONOMY_U3},
    {"C1", N_("I am ill: no doctor, no medicine, no treatment"), N_("Health care"), TAXONOMY_U2},
    {"C2", N_("I get medicine or treatment against my will"), N_("Involuntary treatment"),
     TAXONOMY_U2},
    {"C3", N_("Pregnancy, a baby, what women need"), N_("Women's needs"), TAXONOMY_U2},
    {"C4", N_("I have a disability and do not get what I need"), N_("Accessibility"), TAXONOMY_U2},
    {"D1", N_("Cold, heat, damp, dirt, crowding, insects"), N_("Material conditions"), TAXONOMY_U3},
    {"D2", N_("Food or water is bad, or there is not enough"), N_("Nutrition"), TAXONOMY_U3},
    {"D3", N_("Washing, toilet, bedding, clothes"), N_("Hygiene"), TAXONOMY_U3},
    {"D4", N_("Time outside, activities, school"), N_("Regime"), TAXONOMY_U3},
    {"E1", N_("I may not see a lawyer or get my court papers"), N_("Access to justice"),
     TAXONOMY_U2},
    {"E2", N_("Calls, visits or letters are stopped"), N_("Contact with the outside"), TAXONOMY_U3},
    {"E3", N_("Interpreter, my language, my religion"), N_("Language, religion and equality"),
     TAXONOMY_U3},
    {"F1", N_("Work, pay, money, pension, documents"), N_("Labour and social rights"), TAXONOMY_U3},
    {"F2", N_("Transfer, end of sentence, parole, release"), N_("Legality of detention"),
     TAXONOMY_U3},
    {"F3", N_("Staff ask for money or favours"), N_("Corruption"), TAXONOMY_U2},
    {"G1", N_("I am a child: an adult here scares or hurts me"), N_("Children's facilities"),
     TAXONOMY_U1},
    {"H1", N_("Something else, or I do not know how to say it"), N_("Other"), TAXONOMY_U3},
    {"H2", N_("I only want to talk to an independent visitor"), N_("Request for an interview"),
     TAXONOMY_U3},
};

/* Numbers are on cards for years: never renumber, only append. */
static const struct taxonomy_facility facilities[] = {
    {1, "PEN", N_("Prison or penal colony")},
    {2, "RCP", N_("Reception centre")},
    {3, "SIZO", N_("Pre-trial detention centre")},
    {4, "IVS", N_("Police cells (temporary detention)")},
    {5, "GUARD", N_("Military guardhouse")},
    {6, "SPR", N_("Special reception centre")},
    {7, "HLTH", N_("Hospital or psychiatric ward")},
    {8, "SOC", N_("Social care home")},
    {9, "CHILD", N_("Children's home or school")},
    {10, "OTHER", N_("Another place")},
};

/* Numbers are in casebooks for years: never renumber, only append. A question from the office waits
   for the person like an answer does; an answer not yet on the board is not one the person can
   read. */
static const struct taxonomy_status statuses[] = {
    {1, "received", TAXONOMY_ARRIVED, N_("Received, still sealed")},
    {2, "opened", TAXONOMY_LOOKING, N_("Opened")},
    {3, "registered", TAXONOMY_LOOKING, N_("Registered")},
    {4, "triaged", TAXONOMY_LOOKING, N_("Urgency decided")},
    {5, "need-info", TAXONOMY_ANSWERED, N_("Question sent to the person")},
    {6, "referred", TAXONOMY_LOOKING, N_("Referred to another body")},
    {7, "visit-planned", TAXONOMY_LOOKING, N_("Visit planned")},
    {8, "answer-ready", TAXONOMY_LOOKING, N_("Answer written, not yet published")},
    {9, "answered", TAXONOMY_ANSWERED, N_("Answered")},
    {10, "closed", TAXONOMY_CLOSED, N_("Closed")},
    {12, "closed-upheld", TAXONOMY_CLOSED, N_("Closed: upheld")},
    {13, "closed-partly", TAXONOMY_CLOSED, N_("Closed: partly upheld")},
    {14, "closed-not-upheld", TAXONOMY_CLOSED, N_("Closed: not upheld")},
    {15, "closed-resolved", TAXONOMY_CLOSED, N_("Closed: resolved")},
    {16, "closed-no-jurisdiction", TAXONOMY_CLOSED, N_("Closed: not for this office")},
    {17, "closed-withdrawn", TAXONOMY_CLOSED, N_("Closed: withdrawn")},
    {18, "closed-duplicate", TAXONOMY_CLOSED, N_("Closed: joined to another case")},
    {11, "reopened", TAXONOMY_LOOKING, N_("Opened again")},
};

static const char *const public_texts[] = {
    [TAXONOMY_ARRIVED] = N_("It arrived."),
    [TAXONOMY_LOOKING] = N_("The office is looking at it."),
    [TAXONOMY_ANSWERED] = N_("There is an answer for you."),
    [TAXONOMY_CLOSED] = N_("It is closed. You can write again."),
};

static const char *const consent_texts[] = {
    [1] = N_("Only the Commissioner's office"),
    [2] = N_("Also a prosecutor, without my name"),
    [3] = N_("Also a prosecutor, with my name"),
    [4] = N_("Also the people who run this place"),
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

const struct taxonomy_status *taxonomy_statuses(size_t *n)
{
    *n = LENGTH(statuses);
    return statuses;
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

const struct taxonomy_status *taxonomy_status(const char *code)
{
    for (size_t i = 0; i < LENGTH(statuses); i++)
        if (strcasecmp(statuses[i].code, code) == 0)
            return &statuses[i];
    return NULL;
}

const struct taxonomy_status *taxonomy_status_numbered(uint8_t number)
{
    for (size_t i = 0; i < LENGTH(statuses); i++)
        if (statuses[i].number == number)
            return &statuses[i];
    return NULL;
}

const char *taxonomy_public_text(uint8_t state)
{
    return state < LENGTH(public_texts) ? public_texts[state] : NULL;
}

const char *taxonomy_consent_text(uint8_t level)
{
    return level < LENGTH(consent_texts) ? consent_texts[level] : NULL;
}

const char *taxonomy_urgency_text(enum taxonomy_urgency urgency)
{
    return (unsigned)urgency < LENGTH(urgency_texts) ? urgency_texts[urgency] : NULL;
}
