/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosks, for people. */
#include "desk/print_kiosks.h"

#include <inttypes.h>

#include "base/day.h"
#include "base/lang.h"
#include "desk/print.h"
#include "desk/table.h"
#include "protocol/bundle.h"

#define INDENT "    "

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

/* The first half of a hash: enough to know a head again. */
static const char *short_hash(const struct misfit_head *head, char out[33])
{
    for (size_t i = 0; i < 16; i++)
        snprintf(out + 2 * i, 3, "%02x", head->hash[i]);
    return out;
}

static void misfits(FILE *out, const struct fleet_misfits *misfits)
{
    char day[DAY_TEXT_LEN], had[33], came[33];
    for (size_t i = 0; i < misfits->n; i++) {
        const struct misfit *one = &misfits->all[i].misfit;
        day_text(misfits->all[i].day, day);
        fputs(INDENT, out);
        fprintf(out,
                _("BOARDS THAT DO NOT FIT, told on %s: board %u (charter %u, %s) and board %u "
                  "(charter %u, %s)\n"),
                day, one->had.number, one->had.charter, short_hash(&one->had, had),
                one->came.number, one->came.charter, short_hash(&one->came, came));
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
    misfits(out, &row->misfits);
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
