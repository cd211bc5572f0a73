/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for people. */
#include "desk/print.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "desk/sanitize.h"
#include "desk/table.h"
#include "protocol/bundle.h"

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

static void place(FILE *out, const struct item *item)
{
    const struct taxonomy_facility *type = taxonomy_facility_numbered(item->type);
    fprintf(out, INDENT "%s: %s, %s\n", _("Facility"), item->letter->facility,
            type != NULL ? _(type->text) : _("not known to this version"));
}

/* The wording from which the person chose. */
static enum taxonomy_reader chosen_by(const struct item *item)
{
    return item->letter->about == LETTER_ABOUT_MINOR ? TAXONOMY_MINOR : taxonomy_reader(item->type);
}

static void category(FILE *out, const struct item *item)
{
    const struct letter *letter = item->letter;
    const struct taxonomy_category *known = taxonomy_category(letter->category);
    const enum taxonomy_urgency urgency = item_urgency(letter);
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

/* Where a case is printed, and how wide; and whose names stand in it. */
struct output {
    FILE *out;
    int columns;
    const struct officer_row *officers;
    size_t officer_count;
};

/* Who did it, or took it in. */
static void by_whom(const struct output *output, bool taken, unsigned officer)
{
    const bool known = officer >= 1 && officer <= output->officer_count;
    const char *name = known ? output->officers[officer - 1].name : "";
    fputs(INDENT, output->out);
    fprintf(output->out, taken ? _("Taken in by officer %u") : _("by officer %u"), officer);
    if (name[0] != '\0')
        fputs(", ", output->out);
    sanitize_word(output->out, name, strlen(name));
    fputc('\n', output->out);
}

static void verdict(FILE *out, enum fold_verdict verdict)
{
    static const char *const words[] = {
        [FOLD_UNKNOWN] = N_("this version does not know what it is"),
        [FOLD_UNREADABLE] = N_("it does not open"),
        [FOLD_FORBIDDEN] = N_("the officer had no right to it"),
        [FOLD_CHANGED] = N_("a colleague had changed it before"),
        [FOLD_LETTER_CAME] = N_("a letter had come that the officer had not seen"),
        [FOLD_SENSELESS] = N_("it is about nothing that there is"),
    };
    if (verdict != FOLD_COUNTS && (size_t)verdict < sizeof words / sizeof *words)
        field(out, verdict == FOLD_UNKNOWN ? _("Warning") : _("Does not count"), _(words[verdict]));
}

static enum error foreign(const struct output *output, const char *text, size_t len)
{
    return sanitize_text(output->out, output->columns, text, len) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* Behind the margin like a text: it may be up to 160 bytes of anything. */
static enum error name(const struct output *output, const struct letter *letter)
{
    if (letter->name_len == 0)
        return ERROR_NONE;
    fprintf(output->out, INDENT "%s:\n", _("Name that the person gave"));
    return foreign(output, letter->name, letter->name_len);
}

static enum error show_letter(const struct output *output, const struct item *item)
{
    FILE *out = output->out;
    const struct letter *letter = item->letter;
    char kiosk[CARD_KIOSK_TEXT_LEN];
    card_kiosk_text(item->kiosk, kiosk);
    heading(out, letter->kind == LETTER_FOLLOWUP ? _("The person wrote again") : _("Complaint"),
            letter->day);
    place(out, item);
    field(out, _("Kiosk"), kiosk);
    field_number(out, _("Record"), item->seq);
    by_whom(output, true, item->officer);
    verdict(out, item->verdict);
    if (item->misplaced)
        field(out, _("Warning"), _("The letter names another place than its record does."));
    field(out, _("Language"), letter->language);
    /* A follow-up asks no questions; the answers are in the first letter. */
    if (letter->kind != LETTER_FOLLOWUP) {
        category(out, item);
        answers(out, letter);
        person(out, letter);
    }
    if (name(output, letter) != ERROR_NONE)
        return ERROR_MEMORY;
    fputc('\n', out);
    if (letter->text_len > 0)
        return foreign(output, letter->text, letter->text_len);
    fprintf(out, INDENT "%s\n", _("(no text)"));
    return ERROR_NONE;
}

/* What the office did: its heading, who did it, and whether it counts. */
static void act(const struct output *output, const char *what, const struct item *item)
{
    heading(output->out, what, item->day);
    by_whom(output, false, item->officer);
    verdict(output->out, item->verdict);
}

static enum error show_message(const struct output *output, const struct item *item)
{
    const char *state = taxonomy_public_text(item->state);
    act(output, _("Message to the person"), item);
    fprintf(output->out, INDENT "%" PRIu64 ": %s\n", item->n, state != NULL ? _(state) : "?");
    return item->len > 0 ? foreign(output, item->text, item->len) : ERROR_NONE;
}

static void show_status(const struct output *output, const struct item *item)
{
    const struct taxonomy_status *status = taxonomy_status_numbered(item->status);
    act(output, item->undoes ? _("Status taken back") : _("New status"), item);
    fprintf(output->out, INDENT "%s\n", status != NULL ? _(status->text) : "?");
}

static enum error show_item(void *context, const struct item *item)
{
    const struct output *output = context;
    switch (item->kind) {
    case ITEM_LETTER:
        return show_letter(output, item);
    case ITEM_MESSAGE:
        return show_message(output, item);
    case ITEM_STATUS:
        show_status(output, item);
        break;
    case ITEM_NOTE:
        act(output, _("Note of the office"), item);
        return foreign(output, item->text, item->len);
    case ITEM_OTHER:
        act(output, _("Something of a newer version"), item);
        break;
    }
    return ERROR_NONE;
}

enum error print_case_wide(FILE *out, int columns, struct vault *vault, struct casefile *casefile)
{
    struct output output = {.out = out, .columns = columns};
    struct officer_row *officers = NULL;
    enum error error = officer_list(vault, &officers, &output.officer_count);
    if (error != ERROR_NONE)
        return error;
    output.officers = officers;
    fprintf(out, "%s %" PRIu64 "\n", _("Case"), casefile_seen(casefile)->number);
    error = casefile_walk(casefile, show_item, &output);
    free(officers);
    return error;
}

enum error print_case(FILE *out, struct vault *vault, struct casefile *casefile)
{
    struct winsize size = {0};
    int columns = COLUMNS;
    if (ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_col < columns)
        columns = size.ws_col > COLUMNS_MIN ? size.ws_col : COLUMNS_MIN;
    return print_case_wide(out, columns, vault, casefile);
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
