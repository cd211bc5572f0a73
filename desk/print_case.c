/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A case in print: every letter, message, status and note, and what came back to the messages. */
#include "desk/print_case.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "desk/print.h"
#include "desk/sanitize.h"
#include "office/question.h"
#include "office/reaction.h"

#define INDENT "    "

enum { COLUMNS = 76, COLUMNS_MIN = 20 };

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

/* Where a case is printed, and how wide; whose names stand in it, and what came back. */
struct output {
    FILE *out;
    int columns;
    const struct officer_row *officers;
    size_t officer_count;
    struct reactions reactions;
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

static void answered(FILE *out, const struct letter *letter)
{
    fputs(INDENT, out);
    fprintf(out, _("Answers message %u: %u\n"), (unsigned)letter->question,
            (unsigned)letter->choice);
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
    /* A follow-up asks none of these; the answers are in the first letter. */
    if (letter->kind != LETTER_FOLLOWUP) {
        category(out, item);
        answers(out, letter);
    }
    person(out, letter);
    if (letter->question > 0)
        answered(out, letter);
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

/* A line that ends with a day. */
static void said_on(FILE *out, const char *what, uint32_t day)
{
    char text[DAY_TEXT_LEN];
    day_text(day, text);
    fprintf(out, INDENT "%s: %s\n", what, text);
}

/* What was chosen, in the words of the question. */
static void chosen(FILE *out, const struct item *item, const struct reaction *reaction)
{
    struct question question;
    const size_t i = reaction->choice - 1U;
    said_on(out, _("Answered by the person"), reaction->chosen);
    fprintf(out, INDENT INDENT "%u ", (unsigned)reaction->choice);
    if (question_split(item->text, item->len, &question) == ERROR_NONE && i < question.count)
        sanitize_word(out, item->text + question.choices[i].at, question.choices[i].len);
    else
        fputs(_("There is no such answer."), out);
    fputc('\n', out);
}

/* What came back to a message that the person was sent. */
static void reacted(const struct output *output, const struct item *item)
{
    static const struct reaction none;
    const bool sent = item->verdict == FOLD_COUNTS && item->n <= ANSWER_COUNT_MAX;
    const struct reaction *reaction = sent ? &output->reactions.to[item->n] : &none;
    if (reaction->read != 0)
        said_on(output->out, _("Read by the person"), reaction->read);
    if (reaction->choice != 0)
        chosen(output->out, item, reaction);
    else if (item->asks)
        fprintf(output->out, INDENT "%s\n", _("A question. No answer to it has come yet."));
}

static enum error show_message(const struct output *output, const struct item *item)
{
    const char *state = taxonomy_public_text(item->state);
    act(output, _("Message to the person"), item);
    if (item->taken_back)
        field(output->out, _("Warning"), _("It was taken back, and leaves on no board."));
    fprintf(output->out, INDENT "%" PRIu64 ": %s\n", item->n, state != NULL ? _(state) : "?");
    reacted(output, item);
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
    case ITEM_SEEN:
        break; /* it stands beside the messages */
    case ITEM_TAKEN_BACK:
        act(output, _("Message taken back"), item);
        fprintf(output->out, INDENT "%" PRIu64 "\n", item->n);
        break;
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
    error = reaction_read(casefile, &output.reactions);
    if (error == ERROR_NONE)
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
