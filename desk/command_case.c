/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about cases. */
#include "desk/command_case.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "complaint/taxonomy.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "desk/print.h"
#include "desk/print_case.h"
#include "desk/print_json.h"
#include "desk/sanitize.h"
#include "desk/text_input.h"
#include "desk/triage_screen.h"
#include "office/casefile.h"
#include "office/publish.h"
#include "office/take_back.h"
#include "office/triage.h"

static const char *status_choice(size_t i)
{
    size_t n = 0;
    const struct taxonomy_status *statuses = taxonomy_statuses(&n);
    return i < n ? statuses[i].code : NULL;
}

/* 0 if it is not a number. */
static uint64_t case_number(const char *text)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    const bool digits = text[0] >= '0' && text[0] <= '9';
    return digits && *end == '\0' && errno == 0 && number <= INT64_MAX ? number : 0;
}

int command_list(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct triage_case *cases = NULL;
    size_t n = 0;
    int status = command_open(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    enum error error = triage_list(vault, &cases, &n);
    const bool listed = error == ERROR_NONE || error == ERROR_JOURNAL_ROW;
    enum error printed = ERROR_NONE;
    if (listed && (line->given & COMMAND_JSON) != 0)
        printed = print_json_cases(stdout, cases, n, command_training(vault));
    else if (listed)
        print_cases(stdout, cases, n);
    free(cases);
    status = command_fail_rows(line->operands[0], vault, printed != ERROR_NONE ? printed : error);
    if (status == COMMAND_DONE)
        status = command_warn_renewal(line->operands[0], vault);
    return command_close(&vault, status);
}

/* Opens the office and loads the case named on the line. The caller closes both, also on
   failure. */
static int open_case(const struct command_line *line, struct vault **vault,
                     struct casefile **casefile)
{
    int status = command_open(line, vault);
    if (status != COMMAND_DONE)
        return status;
    const char *number = line->operands[1];
    return command_fail(number, casefile_load(*vault, case_number(number), casefile));
}

static int close_case(struct vault **vault, struct casefile **casefile, int status)
{
    casefile_free(casefile);
    return command_close(vault, status);
}

int command_show(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct casefile *casefile = NULL;
    int status = open_case(line, &vault, &casefile);
    if (status == COMMAND_DONE) {
        enum error error = (line->given & COMMAND_JSON) != 0 ? print_json_case(stdout, casefile)
                                                             : print_case(stdout, vault, casefile);
        status = command_fail_rows(line->operands[1], vault, error);
    }
    return close_case(&vault, &casefile, status);
}

static int fail_long(const char *subject, size_t over)
{
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, subject, strlen(subject));
    fputs(": ", stderr);
    fprintf(stderr,
            ngettext("The text is %zu byte too long. Make it shorter.\n",
                     "The text is %zu bytes too long. Make it shorter.\n", over),
            over);
    return COMMAND_FAILED;
}

static int open_text(const struct command_line *line, int *fd)
{
    const char *file = line->text_file;
    return command_fail(file != NULL ? file : "-", text_input_open(file, fd));
}

static int read_text(const struct command_line *line, int fd, size_t max, struct text_input **text)
{
    const char *file = line->text_file;
    enum error error = text_input_read(fd, max, text);
    if (error == ERROR_TEXT_LONG && *text != NULL)
        return fail_long(file != NULL ? file : "-", (*text)->over);
    return command_fail(file != NULL ? file : "-", error);
}

static void say_state(const char *when, const struct fold_case *of_case)
{
    const struct taxonomy_status *status = taxonomy_status_numbered(of_case->state);
    fprintf(stderr, _("%s: status %s, letters %u, messages %u\n"), when,
            status != NULL ? status->code : "?", of_case->letters, of_case->messages);
}

/* What the officer decided upon, and what stands now. */
static void say_changed(struct vault *vault, const struct casefile *casefile, bool kept)
{
    struct casefile *now = NULL;
    if (casefile_load(vault, casefile_seen(casefile)->number, &now) == ERROR_NONE) {
        say_state(_("When you opened the case"), casefile_seen(casefile));
        say_state(_("Now"), casefile_seen(now));
    }
    casefile_free(&now);
    if (kept)
        fprintf(stderr, "%s\n", _("Your words are kept as a note of the case."));
}

/* What was done to a case. */
struct done {
    struct vault *vault;
    struct casefile *casefile;
    enum error error;
    bool kept;         /* the words became a note */
    const char *words; /* when there was no error */
    bool leaves;       /* a message waits for a board now */
};

/* Says when. */
static void say_leaving(struct vault *vault)
{
    char day[DAY_TEXT_LEN];
    struct publish_forecast forecast;
    if (publish_look(vault, day_minute(), &forecast) != ERROR_NONE || forecast.waiting == 0)
        return;
    day_text(forecast.leaves, day);
    printf(_("The person can read it after the board of %s, if it is published on time.\n"), day);
}

/* Prints the words, or the error with the case's number. */
static int finish(const struct command_line *line, const struct done *done)
{
    if (done->error == ERROR_NONE)
        puts(done->words);
    if (done->error == ERROR_NONE && done->leaves)
        say_leaving(done->vault);
    if (done->error == ERROR_CHANGED)
        say_changed(done->vault, done->casefile, done->kept);
    return command_fail(line->operands[1], done->error);
}

typedef void keep_fn(struct done *done, const struct text_input *text);

/* Open the case before reading the text, so that nobody types it in vain; but its file before that,
   while files can be opened. */
static int with_text(const struct command_line *line, size_t max, keep_fn *keep)
{
    struct done done = {.vault = NULL};
    struct text_input *text = NULL;
    int fd = -1;
    int status = open_text(line, &fd);
    if (status == COMMAND_DONE)
        status = open_case(line, &done.vault, &done.casefile);
    if (status == COMMAND_DONE)
        status = read_text(line, fd, max, &text);
    if (status == COMMAND_DONE) {
        keep(&done, text);
        status = finish(line, &done);
    }
    secret_free(text);
    return close_case(&done.vault, &done.casefile, status);
}

static void keep_answer(struct done *done, const struct text_input *text)
{
    done->words = _("The answer is kept.");
    done->leaves = true;
    done->error = triage_answer(done->casefile, text->text, text->len, day_minute(), &done->kept);
}

static void keep_question(struct done *done, const struct text_input *text)
{
    done->words = _("The question is kept.");
    done->leaves = true;
    done->error = triage_ask(done->casefile, text->text, text->len, day_minute(), &done->kept);
}

int command_answer(const struct command_line *line)
{
    const bool asks = (line->given & COMMAND_QUESTION) != 0;
    return with_text(line, ANSWER_TEXT_MAX, asks ? keep_question : keep_answer);
}

static void keep_note(struct done *done, const struct text_input *text)
{
    done->words = _("The note is kept.");
    done->error = casefile_note(done->casefile, day_minute(), text->text, text->len);
}

int command_note(const struct command_line *line)
{
    return with_text(line, ITEM_NOTE_MAX, keep_note);
}

int command_status(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct casefile *casefile = NULL;
    bool changed = false;
    const struct taxonomy_status *to = taxonomy_status(line->operands[2]);
    if (to == NULL)
        return command_fail_choice(line->operands[2], ERROR_STATUS, status_choice);
    int status = open_case(line, &vault, &casefile);
    if (status == COMMAND_DONE) {
        struct done done = {.vault = vault, .casefile = casefile};
        const bool tells = casefile_tells(casefile, (uint8_t)to->public_state);
        done.error = triage_set_status(casefile, to, day_minute(), &changed);
        done.words = changed ? _("The status is changed.") : _("The case has this status already.");
        done.leaves = done.error == ERROR_NONE && changed && tells;
        status = finish(line, &done);
    }
    return close_case(&vault, &casefile, status);
}

int command_undo(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct casefile *casefile = NULL;
    int status = open_case(line, &vault, &casefile);
    if (status == COMMAND_DONE) {
        struct done done = {.vault = vault, .casefile = casefile};
        done.words = _("The last status is taken back.");
        done.error = casefile_undo(casefile, day_minute());
        status = finish(line, &done);
    }
    return close_case(&vault, &casefile, status);
}

static int fail_left(const char *message, const struct published_message *left)
{
    char day[DAY_TEXT_LEN];
    day_text(left->day, day);
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, message, strlen(message));
    fputs(": ", stderr);
    fprintf(stderr,
            _("The message left on board %u of %s, and cannot be taken back. Write another one.\n"),
            left->board, day);
    return COMMAND_FAILED;
}

static int say_taken_back(const struct command_line *line, const struct published_message *left,
                          enum error error)
{
    if (error == ERROR_LEFT)
        return fail_left(line->operands[2], left);
    if (error == ERROR_NONE) {
        puts(_("The message is taken back: it leaves on no board."));
        puts(_("The status of the case stays as it is. The command undo takes the last one back."));
    }
    return command_fail(line->operands[error == ERROR_CASE ? 1 : 2], error);
}

int command_take_back(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct published_message left = {.board = 0};
    int status = command_open(line, &vault);
    if (status == COMMAND_DONE)
        status =
            say_taken_back(line, &left,
                           take_back_message(vault, case_number(line->operands[1]),
                                             case_number(line->operands[2]), day_minute(), &left));
    return command_close(&vault, status);
}

int command_triage(const struct command_line *line)
{
    struct vault *vault = NULL;
    int status = command_unlock(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    status = command_fail(line->operands[0], triage_screen_run(vault));
    return command_close(&vault, status);
}
