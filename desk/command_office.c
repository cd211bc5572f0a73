/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the office as a whole. */
#include "desk/command_office.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"
#include "desk/print.h"
#include "desk/print_kiosks.h"
#include "desk/print_json.h"
#include "desk/prompt.h"
#include "desk/sanitize.h"
#include "office/backup.h"
#include "office/fleet.h"
#include "office/import.h"
#include "office/publish.h"
#include "office/root.h"
#include "protocol/names.h"

static void say_ahead(const uint8_t *id, uint32_t board)
{
    char kiosk[CARD_KIOSK_TEXT_LEN];
    if (board == 0)
        return;
    card_kiosk_text(id, kiosk);
    fprintf(
        stderr,
        _("Kiosk %s holds board %u, which this office never made: was the journal put back from a "
          "backup by hand? Put it back with: sandyq-desk restore\n"),
        kiosk, board);
}

static const char *type_choice(size_t i)
{
    size_t n = 0;
    const struct taxonomy_facility *types = taxonomy_facilities(&n);
    return i < n ? types[i].code : NULL;
}

static void say_made(const char *office, const char *fingerprint)
{
    printf(_("The office is made in %s\n"), office);
    printf(_("Its fingerprint: %s\n"), fingerprint);
    puts(_("What to do next:\n"
           "1. Print the fingerprint on the inspectors' cards and on the posters.\n"
           "2. Keep a copy of the whole folder in a safe, and a new one when an officer comes or "
           "goes.\n"
           "   Keep a copy of your keyring too: it is in your own folder, below ~/.sandyq or where "
           "you\n"
           "   said. Without a keyring and its passphrase, nobody can read what people write.\n"
           "3. Move root.keyring from the folder to a medium in a safe. enroll needs it back, and "
           "who\n"
           "   has lost the last keyring of a lead."));
    printf(_("4. Enrol a kiosk: sandyq-desk enroll %s REQUEST --facility CODE --type TYPE --out "
             "FILE\n"),
           office);
    printf(
        _("5. Let colleagues join, at least one of them as a lead: sandyq-desk officer join %s\n"),
        office);
}

int command_init(const struct command_line *line)
{
    const char *office = line->operands[0];
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    struct passphrase *passphrase = NULL;
    const struct vault_order order = {
        .name = line->name != NULL ? line->name : "",
        .officer = line->officer_name != NULL ? line->officer_name : "",
        .home = line->officer,
        .now = day_minute(),
    };
    enum error error = vault_may_make(office, day_today());
    if (error == ERROR_NONE)
        error = prompt_passphrase(line->passphrase_file, PROMPT_NEW, &passphrase);
    if (error == ERROR_NONE)
        error = vault_make(office, &order, passphrase, fingerprint);
    passphrase_free(&passphrase);
    if (error == ERROR_NONE)
        say_made(office, fingerprint);
    return command_fail(office, error);
}

static int enroll(const struct command_line *line, struct vault *vault,
                  const struct passphrase *passphrase, uint8_t type)
{
    const struct fleet_order order = {line->operands[1], line->facility, type, line->out,
                                      day_minute()};
    const char *blamed = NULL;
    char kiosk[CARD_KIOSK_TEXT_LEN];
    struct root *root = NULL;
    enum error error = command_load_root(line, vault, passphrase, &root);
    if (error != ERROR_NONE)
        return command_fail(line->operands[0], error);
    error = fleet_enroll(vault, root, &order, kiosk, &blamed);
    secret_free(root);
    if (error != ERROR_NONE)
        return command_fail(blamed != NULL ? blamed : line->operands[0], error);
    printf(_("The kiosk %s is enrolled at %s. Its card: %s\n"), kiosk, line->facility, line->out);
    const size_t len = strlen(line->out), end = sizeof NAMES_CARD - 1;
    if (len < end || strcmp(line->out + len - end, NAMES_CARD) != 0)
        puts(_("On the medium, the name of the card must end in .card"));
    return COMMAND_DONE;
}

/* The card's file appears by renaming, so it is its folder that must be open to writing. */
static int enter_for_enroll(const struct command_line *line, struct vault **vault)
{
    char folder[PATH_MAX];
    struct landlock_place places[3] = {{line->operands[1], LANDLOCK_READ}};
    size_t n = 1;
    if (landlock_folder(line->out, folder) == 0)
        places[n++] = (struct landlock_place){folder, LANDLOCK_KEEP};
    if (line->root_passphrase_file != NULL)
        places[n++] = (struct landlock_place){line->root_passphrase_file, LANDLOCK_READ};
    return command_sandbox(vault, places, n);
}

int command_enroll(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct passphrase *passphrase = NULL;
    const struct taxonomy_facility *type = taxonomy_facility(line->type);
    if (type == NULL)
        return command_fail_choice(line->type, ERROR_FACILITY_TYPE, type_choice);
    int status = command_open_office(line, &vault, &passphrase);
    if (status == COMMAND_DONE)
        status = enter_for_enroll(line, &vault);
    if (status == COMMAND_DONE)
        status = enroll(line, vault, passphrase, type->number);
    passphrase_free(&passphrase);
    return command_close(&vault, status);
}

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
    command_fail(name, error);
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
    say_count(_("notes that messages were read"), report->seen);
    say_count(_("envelopes that could not be read, kept"), report->unreadable);
    say_count(_("letters that name another place than their records"), report->misplaced);
    say_count(_("letters that had come before in other records, not added again"), report->replays);
    say_count(_("bundles that show a kiosk set back to an older state"), report->rollbacks);
    say_count(_("bundles of kiosks to which boards came that do not fit; see kiosks"),
              report->misfits);
}

/* A full disk is no error here: what was imported is already durable in the log. */
static int finish_import(const struct import *import, const struct command_line *line)
{
    uint8_t kiosk[CARD_KIOSK_LEN];
    for (int i = 1; import->report.bundles + import->report.refused == 0 && i < line->operand_count;
         i++)
        command_fail(line->operands[i], ERROR_NO_BUNDLE);
    if (import->report.bundles + import->report.refused == 0)
        return COMMAND_FAILED;
    say_imported(&import->report);
    say_ahead(kiosk, fleet_ahead(import->vault, kiosk));
    enum error error = journal_checkpoint(import->vault->journal);
    if (error == ERROR_FULL)
        error = ERROR_NONE;
    if (error == ERROR_NONE && import->vault->damage_count > 0)
        error = ERROR_JOURNAL_ROW;
    const int status = command_fail_rows(line->operands[0], import->vault, error);
    return import->report.refused > 0 ? COMMAND_FAILED : status;
}

static int enter_for_import(const struct command_line *line, struct vault **vault)
{
    const size_t count = (size_t)line->operand_count - 1;
    struct landlock_place *places = calloc(count, sizeof *places);
    if (places == NULL) {
        vault_close(vault);
        return command_fail("start", ERROR_MEMORY);
    }
    for (size_t i = 0; i < count; i++)
        places[i] = (struct landlock_place){line->operands[i + 1], LANDLOCK_READ};
    const int status = command_sandbox(vault, places, count);
    free(places);
    return status;
}

int command_import(const struct command_line *line)
{
    struct import import = {.now = day_minute(), .refused = show_refused};
    int status = command_unlock(line, &import.vault);
    if (status == COMMAND_DONE)
        status = enter_for_import(line, &import.vault);
    if (status != COMMAND_DONE)
        return status;
    if (isatty(STDERR_FILENO))
        import.progress = show_progress;
    for (int i = 1; i < line->operand_count; i++)
        import_path(&import, line->operands[i]);
    clear_progress();
    status = finish_import(&import, line);
    return command_close(&import.vault, status);
}

int command_kiosks(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct fleet_row *rows = NULL;
    size_t n = 0;
    int status = command_open(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    enum error error = fleet_list(vault, day_minute(), &rows, &n);
    const bool listed = error == ERROR_NONE || error == ERROR_JOURNAL_ROW;
    enum error printed = ERROR_NONE;
    if (listed && (line->given & COMMAND_JSON) != 0)
        printed = print_json_kiosks(stdout, rows, n, command_training(vault));
    else if (listed)
        print_kiosks(stdout, rows, n);
    fleet_free(rows, n);
    status = command_fail_rows(line->operands[0], vault, printed != ERROR_NONE ? printed : error);
    return command_close(&vault, status);
}

/* Names every message that is missing from the board because it is damaged. */
static void say_lost(const struct vault *vault)
{
    for (size_t i = 0; i < vault->damage_count; i++)
        if (vault->damage[i].message > 0)
            fprintf(stderr, _("Message %llu of case %llu is damaged and not on this board.\n"),
                    (unsigned long long)vault->damage[i].message,
                    (unsigned long long)vault->damage[i].case_id);
}

static void say_mended(const struct publish_report *report)
{
    if (report->mended > 0)
        fprintf(stderr,
                ngettext("journal.db said of %u record that it had left on another board than is "
                         "true: this is put right.\n",
                         "journal.db said of %u records that they had left on another board than "
                         "is true: this is put right.\n",
                         report->mended),
                report->mended);
}

static void say_board(const struct publish_report *report)
{
    const struct publish_forecast *forecast = &report->forecast;
    char day[DAY_TEXT_LEN], due[DAY_TEXT_LEN];
    day_text(report->day, day);
    day_text(forecast->due, due);
    if (report->made)
        printf(ngettext("Board %u is made and written, with %u message for people.\n",
                        "Board %u is made and written, with %u messages for people.\n",
                        report->sent),
               report->number, report->sent);
    else
        printf(_("Board %u of %s is written again.\n"), report->number, day);
    if (report->made && report->notices > 0)
        puts(_("The public notices are on it."));
    if (forecast->waiting > 0)
        printf(ngettext("Messages that wait: %zu. They leave on the next board.\n",
                        "Messages that wait: %zu. They leave on the next %u boards.\n",
                        forecast->boards),
               forecast->waiting, forecast->boards);
    printf(_("The next board is due on %s.\n"), due);
}

/* As command_fail, naming the file in the office's folder and the line at fault. */
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

static enum error check_date(const struct vault *vault, const char *said)
{
    const uint32_t today = day_today();
    char text[DAY_TEXT_LEN];
    day_text(today, text);
    if (today < DAY_RELEASED)
        return ERROR_OFFICE_CLOCK;
    if (said != NULL && strcmp(said, text) != 0)
        return ERROR_OFFICE_TODAY;
    const enum error error = publish_dated(vault, today);
    return error == ERROR_OFFICE_GAP && said != NULL ? ERROR_NONE : error;
}

/* A confined process makes no folders. */
static int enter_for_publish(const struct command_line *line, struct vault **vault,
                             char backups[PATH_MAX])
{
    const struct landlock_place places[] = {{line->out, LANDLOCK_KEEP}, {backups, LANDLOCK_KEEP}};
    const char *blamed = line->operands[0];
    enum error error = check_date(*vault, line->today);
    if (error == ERROR_NONE) {
        error = publish_folder(line->out);
        blamed = line->out;
    }
    if (error == ERROR_NONE) {
        (*vault)->backups = line->backup;
        error = backup_folder(*vault, backups);
        blamed = line->backup != NULL ? line->backup : line->operands[0];
    }
    if (error == ERROR_NONE)
        return command_sandbox(vault, places, 2);
    vault_close(vault);
    return command_fail(blamed, error);
}

static const char *blamed_of(const struct command_line *line, const struct publish_report *report,
                             const char *backups, enum error error)
{
    if (report->unsaved)
        return backups;
    return error == ERROR_JOURNAL_ROW || error == ERROR_JOURNAL_CORRUPT ||
                   error == ERROR_RENEWAL_FIRST
               ? line->operands[0]
               : line->out;
}

int command_publish(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct publish_report report;
    char backups[PATH_MAX];
    int status = command_unlock(line, &vault);
    if (status == COMMAND_DONE)
        status = enter_for_publish(line, &vault, backups);
    if (status != COMMAND_DONE)
        return status;
    enum error error = publish_run(vault, line->out, day_minute(), &report);
    if (error == ERROR_NONE || error == ERROR_JOURNAL_ROW) {
        if (report.number > 0)
            say_board(&report);
        say_ahead(report.ahead_kiosk, report.ahead);
        say_lost(vault);
        say_mended(&report);
    }
    if (report.blamed != NULL)
        status = fail_file(line->operands[0], &report, error);
    else
        status = command_fail_rows(blamed_of(line, &report, backups, error), vault, error);
    return command_close(&vault, status);
}
