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

/* --- kiosks --- */

static void gaps(FILE *out, const struct fleet_ranges *ranges)
{
    for (size_t i = 0; i < ranges->n; i++)
        fprintf(out, INDENT "%s: %" PRIu64 "-%" PRIu64 "\n", _("GAP, records missing"),
                ranges->all[i].first, ranges->all[i].last);
}

/* Joins consecutive numbers: a fork may be long. */
static void forks(FILE *out, const struct fleet_ranges *ranges)
{
    for (size_t i = 0; i < ranges->n;) {
        const uint64_t first = ranges->all[i].first;
        uint64_t last = ranges->all[i++].last;
        while (i < ranges->n && ranges->all[i].first == last + 1)
            last = ranges->all[i++].last;
        fprintf(out, INDENT "%s: %" PRIu64 "-%" PRIu64 "\n",
                _("FORK, two chains have these records"), first, last);
    }
}

static void rollbacks(FILE *out, const struct fleet_row *row)
{
    char day[DAY_TEXT_LEN];
    for (size_t i = 0; i < row->rollbacks.n; i++) {
        day_text(row->rollbacks.all[i].day, day);
        fputs(INDENT, out);
        fprintf(out,
                _("ROLLBACK, seen on %s: from record %llu and board %u back to record %llu and "
                  "board %u\n"),
                day, (unsigned long long)row->rollbacks.all[i].was_seq,
                row->rollbacks.all[i].was_board, (unsigned long long)row->rollbacks.all[i].seq,
                row->rollbacks.all[i].board);
    }
}

static void silence(FILE *out, const struct fleet_row *row)
{
    if (row->silent <= FLEET_SILENCE)
        return;
    fputs(INDENT, out);
    fprintf(out, _("SILENCE for %u days, after record: %llu\n"), row->silent,
            (unsigned long long)row->kiosk.last_seq);
}

static void count(FILE *out, const char *what, uint64_t number)
{
    if (number > 0)
        fprintf(out, INDENT "%s: %" PRIu64 "\n", what, number);
}

static void health(FILE *out, const struct fleet_row *row)
{
    if (row->contact.imported == 0)
        return;
    if ((row->contact.health & BUNDLE_PRINTER_OK) == 0)
        fprintf(out, INDENT "%s\n", _("The printer is not well."));
    if ((row->contact.health & BUNDLE_DISK_OK) == 0)
        fprintf(out, INDENT "%s\n", _("The disk is not well."));
    if ((row->contact.health & BUNDLE_CLOCK_OK) == 0)
        fprintf(out, INDENT "%s\n", _("The clock is not well."));
}

static void kiosks_cell(const void *rows, size_t row, size_t column, char text[TABLE_CELL])
{
    const struct fleet_row *one = (const struct fleet_row *)rows + row;
    switch (column) {
    case 0:
        return card_kiosk_text(one->kiosk.kiosk, text);
    case 1:
        return table_cell_text(text, one->card.facility);
    case 2:
        return table_cell_text(text, print_type(one->card.type));
    case 3:
        return table_cell_number(text, one->kiosk.last_seq);
    case 4:
        return table_cell_day(text, one->kiosk.last_day);
    case 5:
        return table_cell_number(text, one->silent);
    case 6:
        return table_cell_number(text, one->contact.charter);
    default:
        return table_cell_number(text, one->contact.board);
    }
}

static void show_kiosk(FILE *out, const struct fleet_row *row)
{
    gaps(out, &row->gaps);
    forks(out, &row->forks);
    rollbacks(out, row);
    silence(out, row);
    count(out, _("Envelopes that could not be read, kept"), row->kiosk.unreadable);
    count(out, _("Letters that name another place"), row->kiosk.misplaced);
    health(out, row);
}

void print_kiosks(FILE *out, const struct fleet_row *rows, size_t n)
{
    static const char *const heads[] = {
        N_("KIOSK"), N_("FACILITY"), N_("TYPE"),    N_("LAST"),
        N_("DAY"),   N_("SILENT"),   N_("CHARTER"), N_("BOARD"),
    };
    struct table table = {.out = out,
                          .heads = heads,
                          .columns = sizeof heads / sizeof *heads,
                          .right = 1 << 3 | 1 << 5 | 1 << 6 | 1 << 7,
                          .cell = kiosks_cell,
                          .rows = rows};
    if (n == 0) {
        fprintf(out, "%s\n", _("No kiosk is enrolled yet."));
        return;
    }
    table_start(&table, n);
    for (size_t i = 0; i < n; i++) {
        table_row(&table, i);
        show_kiosk(out, &rows[i]);
    }
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
