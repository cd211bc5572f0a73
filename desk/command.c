/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The commands of sandyq-desk: what is asked, done and said. */
#include "desk/command.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "crypto/answer.h"
#include "crypto/secret.h"
#include "desk/print.h"
#include "desk/print_json.h"
#include "desk/prompt.h"
#include "desk/sanitize.h"
#include "desk/text_input.h"
#include "desk/triage_screen.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/import.h"
#include "office/publish.h"
#include "office/triage.h"
#include "office/vault.h"
#include "protocol/names.h"

/* --- saying what went wrong --- */

static int fail(const char *subject, enum error error)
{
    if (error == ERROR_NONE)
        return COMMAND_DONE;
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, subject, strlen(subject));
    fprintf(stderr, ": %s\n", _(error_text(error)));
    return COMMAND_FAILED;
}

/* The same for a word that is not in one of our tables; says which are. */
static int fail_choice(const char *subject, int error, const char *(*choice)(size_t i))
{
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, subject, strlen(subject));
    fprintf(stderr, ": %s %s", _(error_text(error)), _("Choose one of:"));
    for (size_t i = 0; choice(i) != NULL; i++)
        fprintf(stderr, " %s", choice(i));
    fputc('\n', stderr);
    return COMMAND_FAILED;
}

/* --- damaged rows and boards from before a backup --- */

static bool case_named_before(const struct vault *vault, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (vault->damage[j].case_id == vault->damage[i].case_id)
            return true;
    return false;
}

/* As fail; of damaged rows it says first whose they are. */
static int fail_rows(const char *subject, const struct vault *vault, enum error error)
{
    for (size_t i = 0; error == ERROR_CASEBOOK_ROW && i < vault->damage_count; i++)
        if (!case_named_before(vault, i))
            fprintf(stderr, _("Case %llu has a damaged row.\n"),
                    (unsigned long long)vault->damage[i].case_id);
    return fail(subject, error);
}

/* A message that is damaged must not leave the board without a word. */
static void say_lost(const struct vault *vault)
{
    for (size_t i = 0; i < vault->damage_count; i++)
        if (vault->damage[i].message > 0)
            fprintf(stderr, _("Message %llu of case %llu is damaged and not on this board.\n"),
                    (unsigned long long)vault->damage[i].message,
                    (unsigned long long)vault->damage[i].case_id);
}

static void say_ahead(const uint8_t *id, uint32_t board)
{
    char kiosk[CARD_KIOSK_TEXT_LEN];
    if (board == 0)
        return;
    card_kiosk_text(id, kiosk);
    fprintf(stderr,
            _("Kiosk %s holds board %u, which this casebook never made: was it put back from a "
              "backup? Import all bundles again, then publish.\n"),
            kiosk, board);
}

static const char *type_choice(size_t i)
{
    size_t n = 0;
    const struct taxonomy_facility *types = taxonomy_facilities(&n);
    return i < n ? types[i].code : NULL;
}

static const char *status_choice(size_t i)
{
    size_t n = 0;
    const struct taxonomy_status *statuses = taxonomy_statuses(&n);
    return i < n ? statuses[i].code : NULL;
}

/* --- opening the office --- */

static int open_office(const struct command_line *line, struct vault **vault,
                       struct passphrase **passphrase)
{
    *passphrase = NULL;
    enum error error = vault_open(line->operands[0], vault);
    if (error == ERROR_NONE)
        error = prompt_passphrase(line->passphrase_file, false, passphrase);
    if (error == ERROR_NONE)
        error = vault_unlock(*vault, *passphrase);
    if (error == ERROR_NONE)
        return COMMAND_DONE;
    passphrase_free(passphrase);
    vault_close(vault);
    return fail(line->operands[0], error);
}

static int open_desk(const struct command_line *line, struct vault **vault)
{
    struct passphrase *passphrase = NULL;
    int status = open_office(line, vault, &passphrase);
    passphrase_free(&passphrase);
    return status;
}

/* 0 is no case's number. */
static uint64_t case_number(const char *text)
{
    char *end = NULL;
    errno = 0;
    const unsigned long long number = strtoull(text, &end, 10);
    const bool digits = text[0] >= '0' && text[0] <= '9';
    return digits && *end == '\0' && errno == 0 && number <= INT64_MAX ? number : 0;
}

/* --- init and enroll --- */

static void say_made(const char *office, const char *fingerprint)
{
    printf(_("The office is made in %s\n"), office);
    printf(_("Its fingerprint: %s\n"), fingerprint);
    puts(_(
        "What to do next:\n"
        "1. Print the fingerprint on the inspectors' cards and on the posters.\n"
        "2. Keep a copy of the whole folder in a safe, and make a new one before every publish.\n"
        "   Without the folder and the passphrase, nobody can read what people write.\n"
        "3. Move root.keyring from the folder to a medium in a safe. Only enroll needs it back."));
    printf(_("4. Enrol a kiosk: sandyq-desk enroll %s REQUEST --facility CODE --type TYPE --out "
             "FILE\n"),
           office);
}

static int run_init(const struct command_line *line)
{
    const char *office = line->operands[0];
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    struct passphrase *passphrase = NULL;
    enum error error = vault_may_make(office);
    if (error == ERROR_NONE)
        error = prompt_passphrase(line->passphrase_file, true, &passphrase);
    if (error == ERROR_NONE)
        error = vault_make(office, line->name != NULL ? line->name : "", passphrase, fingerprint);
    passphrase_free(&passphrase);
    if (error == ERROR_NONE)
        say_made(office, fingerprint);
    return fail(office, error);
}

static int enroll(const struct command_line *line, struct vault *vault,
                  const struct passphrase *passphrase, uint8_t type)
{
    const struct fleet_order order = {line->operands[1], line->facility, type, line->out};
    const char *blamed = NULL;
    char kiosk[CARD_KIOSK_TEXT_LEN];
    uint8_t *root = NULL;
    enum error error = vault_root(vault, passphrase, &root);
    if (error != ERROR_NONE)
        return fail(line->operands[0], error);
    error = fleet_enroll(vault, root, &order, kiosk, &blamed);
    secret_free(root);
    if (error != ERROR_NONE)
        return fail(blamed != NULL ? blamed : line->operands[0], error);
    printf(_("The kiosk %s is enrolled at %s. Its card: %s\n"), kiosk, line->facility, line->out);
    const size_t len = strlen(line->out), end = sizeof NAMES_CARD - 1;
    if (len < end || strcmp(line->out + len - end, NAMES_CARD) != 0)
        puts(_("On the medium, the name of the card must end in .card"));
    return COMMAND_DONE;
}

static int run_enroll(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct passphrase *passphrase = NULL;
    const struct taxonomy_facility *type = taxonomy_facility(line->type);
    if (type == NULL)
        return fail_choice(line->type, ERROR_FACILITY_TYPE, type_choice);
    int status = open_office(line, &vault, &passphrase);
    if (status == COMMAND_DONE)
        status = enroll(line, vault, passphrase, type->number);
    passphrase_free(&passphrase);
    vault_close(&vault);
    return status;
}

/* --- import --- */

enum { BAR = 30 };

static void show_progress(void *context, const char *name, uint64_t done, uint64_t total)
{
    const int filled = (int)(BAR * done / total);
    fputs("\r[", stderr);
    for (int i = 0; i < BAR; i++)
        fputc(i < filled ? '#' : ' ', stderr);
    fprintf(stderr, "] %3d%% ", (int)(100 * done / total));
    sanitize_word(stderr, name, strnlen(name, 32));
    fputs("\033[K", stderr);
}

static void clear_progress(void)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
}

static void show_refused(void *context, const char *name, enum error error)
{
    clear_progress();
    fail(name, error);
}

static void say_count(const char *what, uint64_t number)
{
    if (number > 0)
        printf("%s: %llu\n", what, (unsigned long long)number);
}

static void say_imported(const struct import_report *report)
{
    printf(_("bundles: %llu taken, %llu refused; records: %llu new, %llu known; cases: %llu new; "
             "letters to old cases: %llu; covers: %llu\n"),
           (unsigned long long)report->bundles, (unsigned long long)report->refused,
           (unsigned long long)report->records, (unsigned long long)report->held,
           (unsigned long long)report->complaints, (unsigned long long)report->joined,
           (unsigned long long)report->covers);
    say_count(_("envelopes that could not be read, kept"), report->unreadable);
    say_count(_("letters that name another place than their records"), report->misplaced);
    say_count(_("bundles that show a kiosk set back to an older state"), report->rollbacks);
}

/* What was taken is safe in the log already, also when there is no room to move it on. */
static int finish_import(const struct import *import, const struct command_line *line)
{
    uint8_t kiosk[CARD_KIOSK_LEN];
    uint32_t board = 0;
    for (int i = 1; import->report.bundles + import->report.refused == 0 && i < line->operand_count;
         i++)
        fail(line->operands[i], ERROR_NO_BUNDLE);
    if (import->report.bundles + import->report.refused == 0)
        return COMMAND_FAILED;
    say_imported(&import->report);
    enum error error = fleet_ahead(import->vault, kiosk, &board);
    say_ahead(kiosk, board);
    if (error == ERROR_NONE)
        error = caseload_checkpoint(import->vault->cases);
    const int status = fail(line->operands[0], error == ERROR_FULL ? ERROR_NONE : error);
    return import->report.refused > 0 ? COMMAND_FAILED : status;
}

static int run_import(const struct command_line *line)
{
    struct import import = {.today = day_today(), .refused = show_refused};
    int status = open_desk(line, &import.vault);
    if (status != COMMAND_DONE)
        return status;
    if (isatty(STDERR_FILENO))
        import.progress = show_progress;
    for (int i = 1; i < line->operand_count; i++)
        import_path(&import, line->operands[i]);
    clear_progress();
    status = finish_import(&import, line);
    vault_close(&import.vault);
    return status;
}

/* --- reading --- */

static int run_list(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct triage_case *cases = NULL;
    size_t n = 0;
    int status = open_desk(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    enum error error = triage_list(vault, 0, &cases, &n);
    const bool listed = error == ERROR_NONE || error == ERROR_CASEBOOK_ROW;
    enum error printed = ERROR_NONE;
    if (listed && (line->given & COMMAND_JSON) != 0)
        printed = print_json_cases(stdout, cases, n);
    else if (listed)
        print_cases(stdout, cases, n);
    free(cases);
    status = fail_rows(line->operands[0], vault, printed != ERROR_NONE ? printed : error);
    vault_close(&vault);
    return status;
}

/* Is there such a case? One with damaged rows is one. */
static int find_case(struct vault *vault, uint64_t id)
{
    struct triage_case *row = NULL;
    size_t n = 0;
    enum error error = id != 0 ? triage_list(vault, id, &row, &n) : ERROR_CASE;
    free(row);
    return error == ERROR_CASEBOOK_ROW ? ERROR_NONE : error;
}

static int show_case(const struct command_line *line, struct vault *vault)
{
    const uint64_t id = case_number(line->operands[1]);
    if ((line->given & COMMAND_JSON) != 0)
        return print_json_case(stdout, vault, id);
    enum error error = find_case(vault, id);
    return error == ERROR_NONE ? print_case(stdout, vault, id) : error;
}

static int run_show(const struct command_line *line)
{
    struct vault *vault = NULL;
    int status = open_desk(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    status = fail_rows(line->operands[1], vault, show_case(line, vault));
    vault_close(&vault);
    return status;
}

static int run_kiosks(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct fleet_row *rows = NULL;
    size_t n = 0;
    int status = open_desk(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    enum error error = fleet_list(vault, day_today(), &rows, &n);
    if (error == ERROR_NONE && (line->given & COMMAND_JSON) != 0)
        error = print_json_kiosks(stdout, rows, n);
    else if (error == ERROR_NONE)
        print_kiosks(stdout, rows, n);
    fleet_free(rows, n);
    vault_close(&vault);
    return fail(line->operands[0], error);
}

static int run_screen(const struct command_line *line)
{
    struct vault *vault = NULL;
    int status = open_desk(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    enum error error = triage_screen_run(vault, day_today());
    vault_close(&vault);
    return fail(line->operands[0], error);
}

/* --- writing --- */

static int fail_long(const char *subject, size_t over)
{
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, subject, strlen(subject));
    fputs(": ", stderr);
    fprintf(stderr, _("The text is %zu bytes too long. Make it shorter.\n"), over);
    return COMMAND_FAILED;
}

/* The text is read after the office is open: nobody types an answer for a case that is not there.
 */
static int read_text(const struct command_line *line, struct vault *vault, size_t max,
                     struct text_input **text)
{
    const char *subject = line->operands[1];
    enum error error = find_case(vault, case_number(line->operands[1]));
    if (error == ERROR_NONE) {
        error = text_input_read(line->text_file, max, text);
        subject = line->text_file != NULL ? line->text_file : "-";
    }
    if (error == ERROR_TEXT_LONG && *text != NULL)
        return fail_long(subject, (*text)->over);
    return fail(subject, error);
}

static int run_answer(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct text_input *text = NULL;
    int status = open_desk(line, &vault);
    if (status == COMMAND_DONE)
        status = read_text(line, vault, ANSWER_TEXT_MAX, &text);
    if (status == COMMAND_DONE) {
        enum error error = triage_answer(vault, case_number(line->operands[1]), text->text,
                                         text->len, day_today());
        if (error == ERROR_NONE)
            puts(_("The answer goes out with the next board: sandyq-desk publish"));
        status = fail(line->operands[1], error);
    }
    secret_free(text);
    vault_close(&vault);
    return status;
}

static int run_note(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct text_input *text = NULL;
    int status = open_desk(line, &vault);
    if (status == COMMAND_DONE)
        status = read_text(line, vault, CASEFILE_NOTE_MAX, &text);
    if (status == COMMAND_DONE) {
        enum error error = casefile_note(vault, case_number(line->operands[1]), day_today(),
                                         text->text, text->len);
        if (error == ERROR_NONE)
            puts(_("The note is kept."));
        status = fail(line->operands[1], error);
    }
    secret_free(text);
    vault_close(&vault);
    return status;
}

static int run_status(const struct command_line *line)
{
    struct vault *vault = NULL;
    bool changed = false;
    const struct taxonomy_status *to = taxonomy_status(line->operands[2]);
    if (to == NULL)
        return fail_choice(line->operands[2], ERROR_STATUS, status_choice);
    int status = open_desk(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    enum error error =
        triage_set_status(vault, case_number(line->operands[1]), to, day_today(), &changed);
    if (error == ERROR_NONE)
        puts(changed ? _("The status is changed.") : _("The case has this status already."));
    vault_close(&vault);
    return fail(line->operands[1], error);
}

/* As fail, but a file of the office that is at fault is named, and the line in it. */
static int fail_file(const char *office, const struct publish_report *report, enum error error)
{
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, office, strlen(office));
    fprintf(stderr, "/%s: ", report->blamed);
    if (report->line > 0)
        fprintf(stderr, _("Line %u: "), report->line);
    fprintf(stderr, "%s\n", _(error_text(error)));
    return COMMAND_FAILED;
}

static int run_publish(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct publish_report report;
    int status = open_desk(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    enum error error = publish_run(vault, line->out, day_today(), &report);
    if (error == ERROR_NONE || error == ERROR_CASEBOOK_ROW) {
        printf(report.changed ? _("Board %u is written.\n")
                              : _("Nothing changed. Board %u is written again.\n"),
               report.number);
        if (report.notices > 0)
            puts(_("The public notices are on it."));
        say_ahead(report.ahead_kiosk, report.ahead);
        say_lost(vault);
    }
    if (report.blamed != NULL)
        status = fail_file(line->operands[0], &report, error);
    else
        status =
            fail_rows(error == ERROR_CASEBOOK_ROW ? line->operands[0] : line->out, vault, error);
    vault_close(&vault);
    return status;
}

/* --- the table --- */

static const struct command commands[] = {
    {"init", 1, 1, COMMAND_NAME, 0, run_init},
    {"enroll", 2, 2, COMMAND_FACILITY | COMMAND_TYPE | COMMAND_OUT,
     COMMAND_FACILITY | COMMAND_TYPE | COMMAND_OUT, run_enroll},
    {"import", 2, INT32_MAX, 0, 0, run_import},
    {"list", 1, 1, COMMAND_JSON, 0, run_list},
    {"show", 2, 2, COMMAND_JSON, 0, run_show},
    {"answer", 2, 2, COMMAND_TEXT_FILE, 0, run_answer},
    {"status", 3, 3, 0, 0, run_status},
    {"note", 2, 2, COMMAND_TEXT_FILE, 0, run_note},
    {"kiosks", 1, 1, COMMAND_JSON, 0, run_kiosks},
    {"publish", 1, 1, COMMAND_OUT, COMMAND_OUT, run_publish},
};

static const struct command screen = {"", 1, 1, 0, 0, run_screen};

const struct command *command_find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (strcmp(commands[i].name, name) == 0)
            return &commands[i];
    return NULL;
}

const struct command *command_screen(void)
{
    return &screen;
}

int command_run(const struct command *command, const struct command_line *line)
{
    enum error error = secret_start();
    if (error != ERROR_NONE)
        return fail("start", error);
    int status = command->run(line);
    if (fflush(stdout) != 0 || ferror(stdout))
        return fail("stdout", ERROR_OUTPUT);
    return status;
}
