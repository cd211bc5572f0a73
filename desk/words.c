/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for people. */
#include "desk/words.h"

#include <inttypes.h>
#include <string.h>

#include "courier/bundle.h"
#include "courier/state.h"
#include "crypto/secret.h"
#include "desk/casefile.h"
#include "desk/plain.h"
#include "desk/trouble.h"
#include "tui/lang.h"
#include "tui/wrap.h"

#define INDENT "    "

const char *words_urgency(enum taxonomy_urgency urgency)
{
    static const char *const names[] = {"U0", "U1", "U2", "U3"};
    return (size_t)urgency < sizeof names / sizeof *names ? names[urgency] : "?";
}

const char *words_status(uint8_t number)
{
    const struct taxonomy_status *status = taxonomy_status_numbered(number);
    return status != NULL ? status->code : "?";
}

const char *words_type(uint8_t number)
{
    const struct taxonomy_facility *type = taxonomy_facility_numbered(number);
    return type != NULL ? type->code : "?";
}

const char *words_urgent(uint8_t answer)
{
    return answer == 1 ? "yes" : answer == 2 ? "no" : "skipped";
}

const char *words_about(uint8_t about)
{
    static const char *const names[] = {"not-said", "me", "someone-else", "several"};
    return about < sizeof names / sizeof *names ? names[about] : "?";
}

/* --- columns --- */

static void cell(FILE *out, int width, const char *text)
{
    const int used = wrap_columns(text, strlen(text));
    plain_word(out, text, strlen(text));
    for (int i = used; i < width; i++)
        fputc(' ', out);
    fputc(' ', out);
}

static void cell_number(FILE *out, int width, uint64_t number)
{
    fprintf(out, "%*" PRIu64 " ", width, number);
}

static void cell_day(FILE *out, uint32_t day)
{
    char text[STATE_DAY_LEN];
    state_day_text(day, text);
    cell(out, STATE_DAY_LEN - 1, day > 0 ? text : "-");
}

/* --- the list --- */

static void words_row(FILE *out, const struct triage_case *row)
{
    cell_number(out, 6, row->id);
    cell(out, 7, words_urgency(row->urgency));
    cell(out, 8, row->category);
    cell(out, 15, row->facility);
    cell_day(out, row->day);
    cell(out, 14, words_status(row->status));
    cell(out, 4, row->language);
    fprintf(out, "%" PRIu32 "+%" PRIu32 "%s%s%s\n", row->letters, row->messages,
            row->misplaced ? " !" : "", row->waits ? " " : "", row->waits ? _("waits") : "");
}

void words_cases(FILE *out, const struct triage_case *cases, size_t n)
{
    if (n == 0) {
        fprintf(out, "%s\n", _("There are no cases yet."));
        return;
    }
    static const struct {
        int width;
        const char *text;
    } heads[] = {
        {6, N_("CASE")}, {7, N_("URGENCY")}, {8, N_("CATEGORY")}, {15, N_("FACILITY")},
        {10, N_("DAY")}, {14, N_("STATUS")}, {4, N_("LANG")},
    };
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        cell(out, heads[i].width, _(heads[i].text));
    fprintf(out, "%s\n", _("LETTERS+MESSAGES"));
    for (size_t i = 0; i < n; i++)
        words_row(out, &cases[i]);
}

/* --- a case --- */

static void field(FILE *out, const char *name, const char *value)
{
    fprintf(out, INDENT "%s: ", name);
    plain_word(out, value, strlen(value));
    fputc('\n', out);
}

static void field_number(FILE *out, const char *name, uint64_t number)
{
    fprintf(out, INDENT "%s: %" PRIu64 "\n", name, number);
}

static void heading(FILE *out, const char *what, uint32_t day)
{
    char text[STATE_DAY_LEN];
    state_day_text(day, text);
    fprintf(out, "\n%s, %s\n", what, text);
}

static void category(FILE *out, const struct letter *letter)
{
    const struct taxonomy_category *known = taxonomy_category(letter->category);
    fprintf(out, INDENT "%s: %s, %s\n", _("Category"), letter->category,
            known != NULL ? _(known->text) : _("not known to this version"));
    if (known != NULL)
        fprintf(out, INDENT "%s: %s, %s\n", _("Urgency"), words_urgency(known->urgency),
                _(taxonomy_urgency_text(known->urgency)));
}

static void answers(FILE *out, const struct letter *letter)
{
    static const char *const names[] = {N_("skipped"), N_("yes"), N_("no")};
    for (size_t i = 0; i < letter->urgent_count; i++)
        if (letter->urgent[i] < 3)
            fprintf(out, INDENT "%s %zu: %s\n", _("Urgent question"), i + 1,
                    _(names[letter->urgent[i]]));
}

static void person(FILE *out, const struct letter *letter)
{
    static const char *const about[] = {NULL, N_("the writer"), N_("someone else"),
                                        N_("several people")};
    const char *consent = taxonomy_consent_text(letter->consent);
    if (letter->about > 0 && letter->about < 4)
        field(out, _("About"), _(about[letter->about]));
    if (letter->people > 0)
        field_number(out, _("How many people"), letter->people);
    field(out, _("Who may know"), consent != NULL ? _(consent) : "?");
}

static void words_letter(FILE *out, const struct casefile_item *item)
{
    const struct letter *letter = item->letter;
    char kiosk[CARD_KIOSK_TEXT_LEN];
    card_kiosk_text(item->kiosk, kiosk);
    heading(out, letter->kind == LETTER_FOLLOWUP ? _("The person wrote again") : _("Complaint"),
            letter->day);
    field(out, _("Facility"), letter->facility);
    field(out, _("Kiosk"), kiosk);
    field_number(out, _("Record"), item->seq);
    if (item->misplaced)
        field(out, _("Warning"), _("The letter names another place than its record does."));
    field(out, _("Language"), letter->language);
    category(out, letter);
    answers(out, letter);
    person(out, letter);
    fputc('\n', out);
    if (letter->text_len > 0)
        plain_text(out, INDENT, letter->text, letter->text_len);
    else
        fprintf(out, INDENT "%s\n", _("(no text)"));
}

static int words_message(FILE *out, const struct casefile_item *item)
{
    struct answer *answer = secret_new(sizeof *answer);
    if (answer == NULL)
        return TROUBLE_MEMORY;
    int error = casefile_message(item, answer);
    if (error == TROUBLE_NONE) {
        const char *state = taxonomy_public_text(answer->state);
        heading(out, _("Message to the person"), answer->day);
        fprintf(out, INDENT "%" PRIu64 ": %s\n", item->n, state != NULL ? _(state) : "?");
        if (answer->len > 0)
            plain_text(out, INDENT, answer->text, answer->len);
    }
    secret_free(answer);
    return error;
}

static int words_item(void *context, const struct casefile_item *item)
{
    FILE *out = context;
    const struct taxonomy_status *status = NULL;
    switch (item->kind) {
    case CASEFILE_LETTER:
        words_letter(out, item);
        break;
    case CASEFILE_MESSAGE:
        return words_message(out, item);
    case CASEFILE_STATUS:
        status = taxonomy_status_numbered(item->status);
        heading(out, _("New status"), item->day);
        fprintf(out, INDENT "%s\n", status != NULL ? _(status->text) : "?");
        break;
    case CASEFILE_NOTE:
        heading(out, _("Note of the office"), item->day);
        plain_text(out, INDENT, item->text, item->len);
        break;
    }
    return TROUBLE_NONE;
}

int words_case(FILE *out, struct vault *vault, uint64_t case_id)
{
    if (case_id == 0)
        return TROUBLE_CASE;
    fprintf(out, "%s %" PRIu64 "\n", _("Case"), case_id);
    return casefile_each(vault, case_id, words_item, out);
}

/* --- kiosks --- */

static void gaps(FILE *out, const struct kiosks_ranges *ranges)
{
    for (size_t i = 0; i < ranges->n; i++)
        fprintf(out, INDENT "%s: %" PRIu64 "-%" PRIu64 "\n", _("GAP, records missing"),
                ranges->all[i].first, ranges->all[i].last);
}

static void forks(FILE *out, const struct kiosks_ranges *ranges)
{
    for (size_t i = 0; i < ranges->n; i++)
        fprintf(out, INDENT "%s: %" PRIu64 "\n", _("FORK, two chains part at record"),
                ranges->all[i].first);
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

static void words_kiosk(FILE *out, const struct kiosks_row *row)
{
    const struct caseload_kiosk *kiosk = &row->kiosk;
    char id[CARD_KIOSK_TEXT_LEN];
    card_kiosk_text(kiosk->kiosk, id);
    cell(out, 16, id);
    cell(out, 15, row->card.facility);
    cell(out, 5, words_type(row->card.type));
    cell_number(out, 7, kiosk->last_seq);
    cell_day(out, kiosk->last_day);
    cell_number(out, 6, row->silent);
    cell_number(out, 7, kiosk->charter);
    fprintf(out, "%5" PRIu32 "\n", kiosk->board);
    gaps(out, &row->gaps);
    forks(out, &row->forks);
    count(out, _("ROLLBACK, times set back to an older state"), kiosk->rollbacks);
    count(out, _("Envelopes that could not be read, kept"), kiosk->unreadable);
    count(out, _("Letters that name another place"), kiosk->misplaced);
    health(out, kiosk);
}

void words_kiosks(FILE *out, const struct kiosks_row *rows, size_t n)
{
    static const struct {
        int width;
        const char *text;
    } heads[] = {
        {16, N_("KIOSK")}, {15, N_("FACILITY")}, {5, N_("TYPE")},    {7, N_("LAST")},
        {10, N_("DAY")},   {6, N_("SILENT")},    {7, N_("CHARTER")},
    };
    if (n == 0) {
        fprintf(out, "%s\n", _("No kiosk is enrolled yet."));
        return;
    }
    for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
        cell(out, heads[i].width, _(heads[i].text));
    fprintf(out, "%s\n", _("BOARD"));
    for (size_t i = 0; i < n; i++)
        words_kiosk(out, &rows[i]);
}
