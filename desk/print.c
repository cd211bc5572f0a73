/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for people. */
#include "desk/print.h"

#include <inttypes.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "crypto/secret.h"
#include "desk/sanitize.h"
#include "office/casefile.h"
#include "protocol/bundle.h"
#include "tui/wrap.h"

#define INDENT "    "

enum { COLUMNS = 76, COLUMNS_MIN = 20 };

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

/* --- tables --- */

enum { CELL_LEN = 128, COLUMNS_MAX = 8 };

/* Columns are as wide as the head or a value needs. Writes the text of a cell; heads lie in N_(). */
struct table {
    FILE *out;
    const char *const *heads;
    size_t columns;
    unsigned right; /* bit i: column i holds numbers */
    void (*cell)(const void *rows, size_t row, size_t column, char text[CELL_LEN]);
    const void *rows;
    int width[COLUMNS_MAX];
};

static void table_measure(struct table *table, size_t rows)
{
    char text[CELL_LEN];
    for (size_t column = 0; column < table->columns; column++) {
        const char *head = _(table->heads[column]);
        int width = wrap_columns(head, strlen(head));
        for (size_t row = 0; row < rows; row++) {
            table->cell(table->rows, row, column, text);
            const int wide = wrap_columns(text, strlen(text));
            width = wide > width ? wide : width;
        }
        table->width[column] = width;
    }
}

static void table_put(const struct table *table, size_t column, const char *text)
{
    const int spare = table->width[column] - wrap_columns(text, strlen(text));
    const bool right = (table->right >> column & 1) != 0, last = column + 1 == table->columns;
    if (right)
        fprintf(table->out, "%*s", spare, "");
    sanitize_word(table->out, text, strlen(text));
    if (last)
        fputc('\n', table->out);
    else
        fprintf(table->out, "%*s", right ? 1 : spare + 1, "");
}

static void table_head(const struct table *table)
{
    for (size_t column = 0; column < table->columns; column++)
        table_put(table, column, _(table->heads[column]));
}

static void table_row(const struct table *table, size_t row)
{
    char text[CELL_LEN];
    for (size_t column = 0; column < table->columns; column++) {
        table->cell(table->rows, row, column, text);
        table_put(table, column, text);
    }
}

static void cell_text(char text[CELL_LEN], const char *value)
{
    snprintf(text, CELL_LEN, "%s", value);
}

static void cell_number(char text[CELL_LEN], uint64_t number)
{
    snprintf(text, CELL_LEN, "%" PRIu64, number);
}

static void cell_day(char text[CELL_LEN], uint32_t day)
{
    if (day > 0)
        day_text(day, text);
    else
        cell_text(text, "-");
}

/* --- the list --- */

static void cases_cell(const void *rows, size_t row, size_t column, char text[CELL_LEN])
{
    const struct triage_case *one = (const struct triage_case *)rows + row;
    switch (column) {
    case 0:
        return cell_number(text, one->id);
    case 1:
        return cell_text(text, print_urgency(one->urgency));
    case 2:
        return cell_text(text, one->category);
    case 3:
        return cell_text(text, one->facility);
    case 4:
        return cell_day(text, one->day);
    case 5:
        return cell_text(text, print_status(one->status));
    case 6:
        return cell_text(text, one->language);
    default:
        snprintf(text, CELL_LEN, "%" PRIu32 "+%" PRIu32 "%s%s%s", one->letters, one->messages,
                 one->misplaced ? " !" : "", one->waits ? " " : "", one->waits ? _("waits") : "");
    }
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
    table_measure(&table, n);
    table_head(&table);
    for (size_t i = 0; i < n; i++)
        table_row(&table, i);
}

/* --- a case --- */

static void field(FILE *out, const char *name, const char *value)
{
    fprintf(out, INDENT "%s: ", name);
    sanitize_word(out, value, strlen(value));
    fputc('\n', out);
}

static void field_number(FILE *out, const char *name, uint64_t number)
{
    fprintf(out, INDENT "%s: %" PRIu64 "\n", name, number);
}

static void heading(FILE *out, const char *what, uint32_t day)
{
    char text[DAY_TEXT_LEN];
    day_text(day, text);
    fprintf(out, "\n%s, %s\n", what, text);
}

static void place(FILE *out, const struct casefile_item *item)
{
    const struct taxonomy_facility *type = taxonomy_facility_numbered(item->type);
    fprintf(out, INDENT "%s: %s, %s\n", _("Facility"), item->letter->facility,
            type != NULL ? _(type->text) : _("not known to this version"));
}

/* The words that the person chose by. */
static enum taxonomy_reader chosen_by(const struct casefile_item *item)
{
    return item->letter->about == LETTER_ABOUT_MINOR ? TAXONOMY_MINOR : taxonomy_reader(item->type);
}

static void category(FILE *out, const struct casefile_item *item)
{
    const struct letter *letter = item->letter;
    const struct taxonomy_category *known = taxonomy_category(letter->category);
    const enum taxonomy_urgency urgency = triage_urgency(letter);
    fprintf(out, INDENT "%s: %s, %s\n", _("Category"), letter->category,
            known != NULL ? _(taxonomy_text(&known->words, chosen_by(item)))
                          : _("not known to this version"));
    fprintf(out, INDENT "%s: %s, %s\n", _("Urgency"), print_urgency(urgency),
            _(taxonomy_urgency_text(urgency)));
    if (known != NULL && urgency < known->urgency)
        field(out, _("Raised by the answers from"), print_urgency(known->urgency));
}

static void answers(FILE *out, const struct letter *letter)
{
    static const char *const names[] = {N_("skipped"), N_("yes"), N_("no")};
    for (uint8_t q = 1; q <= LETTER_URGENT_MAX; q++) {
        const char *question = taxonomy_question_name(q);
        const uint8_t answer = q <= letter->urgent_count ? letter->urgent[q - 1] : 0;
        if (question != NULL && answer < 3 && print_asked(letter, q))
            field(out, _(question), _(names[answer]));
    }
}

static void person(FILE *out, const struct letter *letter)
{
    static const char *const about[LETTER_ABOUT_MAX + 1] = {
        NULL, N_("the writer"), N_("someone else"), N_("several people"),
        N_("the writer, who is under 18")};
    const char *consent = taxonomy_consent_text(letter->consent, TAXONOMY_ADULT);
    if (letter->about > 0 && letter->about <= LETTER_ABOUT_MAX)
        field(out, _("About"), _(about[letter->about]));
    if (letter->people > 0)
        field_number(out, _("How many people"), letter->people);
    field(out, _("Who may know"), consent != NULL ? _(consent) : "?");
}

/* A case on its way to the reader. */
struct sheet {
    FILE *out;
    int columns;
};

static enum error foreign(const struct sheet *sheet, const char *text, size_t len)
{
    return sanitize_text(sheet->out, sheet->columns, text, len) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* Like a text behind the margin: it may be up to 160 bytes of anything. */
static enum error name(const struct sheet *sheet, const struct letter *letter)
{
    if (letter->name_len == 0)
        return ERROR_NONE;
    fprintf(sheet->out, INDENT "%s:\n", _("Name that the person gave"));
    return foreign(sheet, letter->name, letter->name_len);
}

static enum error show_letter(const struct sheet *sheet, const struct casefile_item *item)
{
    FILE *out = sheet->out;
    const struct letter *letter = item->letter;
    char kiosk[CARD_KIOSK_TEXT_LEN];
    card_kiosk_text(item->kiosk, kiosk);
    heading(out, letter->kind == LETTER_FOLLOWUP ? _("The person wrote again") : _("Complaint"),
            letter->day);
    place(out, item);
    field(out, _("Kiosk"), kiosk);
    field_number(out, _("Record"), item->seq);
    if (item->misplaced)
        field(out, _("Warning"), _("The letter names another place than its record does."));
    field(out, _("Language"), letter->language);
    /* A follow-up is asked nothing: what was answered stands in the first letter. */
    if (letter->kind != LETTER_FOLLOWUP) {
        category(out, item);
        answers(out, letter);
        person(out, letter);
    }
    if (name(sheet, letter) != ERROR_NONE)
        return ERROR_MEMORY;
    fputc('\n', out);
    if (letter->text_len > 0)
        return foreign(sheet, letter->text, letter->text_len);
    fprintf(out, INDENT "%s\n", _("(no text)"));
    return ERROR_NONE;
}

static enum error message(const struct sheet *sheet, const struct casefile_item *item)
{
    FILE *out = sheet->out;
    struct answer *answer = secret_new(sizeof *answer);
    if (answer == NULL)
        return ERROR_MEMORY;
    enum error error = casefile_message(item, answer);
    if (error == ERROR_NONE) {
        const char *state = taxonomy_public_text(answer->state);
        heading(out, _("Message to the person"), answer->day);
        fprintf(out, INDENT "%" PRIu64 ": %s\n", item->n, state != NULL ? _(state) : "?");
        if (answer->len > 0)
            error = foreign(sheet, answer->text, answer->len);
    }
    secret_free(answer);
    return error;
}

static enum error show_item(void *context, const struct casefile_item *item)
{
    const struct sheet *sheet = context;
    FILE *out = sheet->out;
    const struct taxonomy_status *status = NULL;
    switch (item->kind) {
    case CASEFILE_LETTER:
        return show_letter(sheet, item);
    case CASEFILE_MESSAGE:
        return message(sheet, item);
    case CASEFILE_STATUS:
        status = taxonomy_status_numbered(item->status);
        heading(out, _("New status"), item->day);
        fprintf(out, INDENT "%s\n", status != NULL ? _(status->text) : "?");
        break;
    case CASEFILE_NOTE:
        heading(out, _("Note of the office"), item->day);
        return foreign(sheet, item->text, item->len);
    }
    return ERROR_NONE;
}

enum error print_case_wide(FILE *out, int columns, struct vault *vault, uint64_t case_id)
{
    struct sheet sheet = {out, columns};
    if (case_id == 0)
        return ERROR_CASE;
    fprintf(out, "%s %" PRIu64 "\n", _("Case"), case_id);
    return casefile_each(vault, case_id, show_item, &sheet);
}

enum error print_case(FILE *out, struct vault *vault, uint64_t case_id)
{
    struct winsize size = {0};
    int columns = COLUMNS;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_col < columns)
        columns = size.ws_col > COLUMNS_MIN ? size.ws_col : COLUMNS_MIN;
    return print_case_wide(out, columns, vault, case_id);
}

/* --- kiosks --- */

static void gaps(FILE *out, const struct fleet_ranges *ranges)
{
    for (size_t i = 0; i < ranges->n; i++)
        fprintf(out, INDENT "%s: %" PRIu64 "-%" PRIu64 "\n", _("GAP, records missing"),
                ranges->all[i].first, ranges->all[i].last);
}

/* Numbers that follow one another in one line: a kiosk may have gone on for long. */
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
        const struct caseload_rollback *one = &row->rollbacks.all[i];
        day_text(one->day, day);
        fputs(INDENT, out);
        fprintf(out,
                _("ROLLBACK, seen on %s: from record %llu and board %u back to record %llu and "
                  "board %u\n"),
                day, (unsigned long long)one->was_seq, one->was_board, (unsigned long long)one->seq,
                one->board);
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
        field_number(out, what, number);
}

static void health(FILE *out, const struct caseload_kiosk *kiosk)
{
    if (kiosk->imported == 0)
        return;
    if ((kiosk->health & BUNDLE_PRINTER_OK) == 0)
        fprintf(out, INDENT "%s\n", _("The printer is not well."));
    if ((kiosk->health & BUNDLE_DISK_OK) == 0)
        fprintf(out, INDENT "%s\n", _("The disk is not well."));
    if ((kiosk->health & BUNDLE_CLOCK_OK) == 0)
        fprintf(out, INDENT "%s\n", _("The clock is not well."));
}

static void kiosks_cell(const void *rows, size_t row, size_t column, char text[CELL_LEN])
{
    const struct fleet_row *one = (const struct fleet_row *)rows + row;
    const struct caseload_kiosk *kiosk = &one->kiosk;
    switch (column) {
    case 0:
        return card_kiosk_text(kiosk->kiosk, text);
    case 1:
        return cell_text(text, one->card.facility);
    case 2:
        return cell_text(text, print_type(one->card.type));
    case 3:
        return cell_number(text, kiosk->last_seq);
    case 4:
        return cell_day(text, kiosk->last_day);
    case 5:
        return cell_number(text, one->silent);
    case 6:
        return cell_number(text, kiosk->charter);
    default:
        return cell_number(text, kiosk->board);
    }
}

static void show_kiosk(FILE *out, const struct fleet_row *row)
{
    const struct caseload_kiosk *kiosk = &row->kiosk;
    gaps(out, &row->gaps);
    forks(out, &row->forks);
    rollbacks(out, row);
    silence(out, row);
    count(out, _("Envelopes that could not be read, kept"), kiosk->unreadable);
    count(out, _("Letters that name another place"), kiosk->misplaced);
    health(out, kiosk);
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
    table_measure(&table, n);
    table_head(&table);
    for (size_t i = 0; i < n; i++) {
        table_row(&table, i);
        show_kiosk(out, &rows[i]);
    }
}
