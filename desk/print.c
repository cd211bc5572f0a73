/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for people. */
#include "desk/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "desk/sanitize.h"
#include "desk/table.h"
#include "protocol/bundle.h"

#define INDENT "    "

const char *print_urgency(enum taxonomy_urgency urgency)
{
    static const char *const names[] = {"U0", "U1", "U2", "U3"};
    return (size_t)urgency < sizeof names / sizeof *names ? names[urgency] : "?";
}

const char *print_status(uint8_t number)
{
    const struct taxonomy_status *status = taxonomy_status_numbered(number);
    return status != NULL ? status->code : "?";
}

const char *print_type(uint8_t number)
{
    const struct taxonomy_facility *type = taxonomy_facility_numbered(number);
    return type != NULL ? type->code : "?";
}

const char *print_urgent(uint8_t answer)
{
    return answer == 1 ? "yes" : answer == 2 ? "no" : "skipped";
}

const char *print_about(uint8_t about)
{
    static const char *const names[] = {"not-said", "me", "someone-else", "several", "me-under-18"};
    return about < sizeof names / sizeof *names ? names[about] : "?";
}

bool print_asked(const struct letter *letter, uint8_t q)
{
    const struct taxonomy_category *known = taxonomy_category(letter->category);
    if (q <= letter->urgent_count && letter->urgent[q - 1] != 0)
        return true;
    return known != NULL && memchr(known->asked, q, sizeof known->asked) != NULL;
}

const char *print_training(void)
{
    return _("TRAINING DATA: no person here is real.");
}

/* --- the list --- */

static void cases_cell(const void *rows, size_t row, size_t column, char text[TABLE_CELL])
{
    const struct triage_case *one = (const struct triage_case *)rows + row;
    switch (column) {
    case 0:
        return table_cell_number(text, one->id);
    case 1:
        return table_cell_text(text, print_urgency(one->urgency));
    case 2:
        return table_cell_text(text, one->category);
    case 3:
        return table_cell_text(text, one->facility);
    case 4:
        return table_cell_day(text, one->day);
    case 5:
        return table_cell_text(text, print_status(one->status));
    case 6:
        return table_cell_text(text, one->language);
    default:
        snprintf(text, TABLE_CELL, "%" PRIu32 "+%" PRIu32 "%s%s%s", one->letters, one->messages,
                 one->misplaced ? " !" : "", one->waits ? " " : "", one->waits ? _("waits") : "");
    }
}

static void show_table(struct table *table, size_t n)
{
    table_start(table, n);
    for (size_t i = 0; i < n; i++)
        table_row(table, i);
}

void print_cases(FILE *out, const struct triage_case *cases, size_t n)
{
    static const char *const heads[] = {
        N_("CASE"), N_("URGENCY"), N_("CATEGORY"), N_("FACILITY"),
        N_("DAY"),  N_("STATUS"),  N_("LANG"),     N_("LETTERS+MESSAGES"),
    };
    struct table table = {.out = out,
                          .heads = heads,
                          .columns = sizeof heads / sizeof *heads,
                          .right = 1,
                          .cell = cases_cell,
                          .rows = cases};
    if (n == 0) {
        fprintf(out, "%s\n", _("There are no cases yet."));
        return;
    }
    show_table(&table, n);
}

/* --- officers --- */

/* The day of a minute; 0 for none. */
static uint32_t day_of(uint32_t minute)
{
    return minute / DAY_MINUTES;
}

static void officers_cell(const void *rows, size_t row, size_t column, char text[TABLE_CELL])
{
    const struct officer_row *one = (const struct officer_row *)rows + row;
    switch (column) {
    case 0:
        return table_cell_number(text, one->no);
    case 1:
        return table_cell_text(text, act_role_name(one->role));
    case 2:
        return table_cell_text(text, one->fingerprint);
    case 3:
        return table_cell_day(text, day_of(one->since));
    case 4:
        return table_cell_day(text, day_of(one->removed));
    default:
        return table_cell_text(text, one->name);
    }
}

void print_officers(FILE *out, const struct officer_row *rows, size_t n)
{
    static const char *const heads[] = {
        N_("OFFICER"), N_("ROLE"), N_("FINGERPRINT"), N_("SINCE"), N_("REMOVED"), N_("NAME"),
    };
    struct table table = {.out = out,
                          .heads = heads,
                          .columns = sizeof heads / sizeof *heads,
                          .right = 1,
                          .cell = officers_cell,
                          .rows = rows};
    show_table(&table, n);
}
