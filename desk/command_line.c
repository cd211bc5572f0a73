/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What all commands share: opening the office, and saying what went wrong. */
#include "desk/command_line.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lang.h"
#include "desk/desk_sandbox.h"
#include "desk/print.h"
#include "desk/print_audit.h"
#include "desk/prompt.h"
#include "desk/sanitize.h"
#include "office/officer.h"
#include "office/recovery.h"
#include "office/root.h"

/* --- saying what went wrong --- */

int command_fail(const char *subject, enum error error)
{
    if (error != ERROR_NONE) {
        fputs("sandyq-desk: ", stderr);
        sanitize_word(stderr, subject, strlen(subject));
        fprintf(stderr, ": %s\n", _(error_text(error)));
    }
    return error_status(error);
}

int command_fail_choice(const char *subject, enum error error, const char *(*choice)(size_t i))
{
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, subject, strlen(subject));
    fprintf(stderr, ": %s %s", _(error_text(error)), _("Choose one of:"));
    for (size_t i = 0; choice(i) != NULL; i++)
        fprintf(stderr, " %s", choice(i));
    fputc('\n', stderr);
    return error_status(error);
}

static bool case_named_before(const struct vault *vault, size_t i)
{
    for (size_t j = 0; j < i; j++)
        if (vault->damage[j].case_id == vault->damage[i].case_id)
            return true;
    return false;
}

static void say_damage(const struct vault *vault)
{
    for (size_t i = 0; i < vault->damage_count; i++)
        if (vault->damage[i].case_id == 0)
            fprintf(stderr, _("Something in act %llu is damaged.\n"),
                    (unsigned long long)vault->damage[i].seq);
        else if (!case_named_before(vault, i))
            fprintf(stderr, _("Something in case %llu is damaged.\n"),
                    (unsigned long long)vault->damage[i].case_id);
    if (vault->damage_count == VAULT_DAMAGE_MAX)
        fputs(_("More may be damaged than is named here. The command audit names all of it.\n"),
              stderr);
}

int command_fail_rows(const char *subject, const struct vault *vault, enum error error)
{
    if (error == ERROR_JOURNAL_ROW)
        say_damage(vault);
    return command_fail(subject, error);
}

/* --- what does not fit in the journal --- */

static void say_fault(const struct history_fault *fault)
{
    fprintf(stderr, _("Warning, transaction %llu of the journal: %s\n"),
            (unsigned long long)fault->txn, print_audit_fault(fault->kind));
}

static void say_faults(const struct history *history)
{
    for (size_t i = 0; i < history->fault_count && i < HISTORY_FAULTS_MAX; i++)
        say_fault(&history->faults[i]);
    if (history->fault_count > HISTORY_FAULTS_MAX)
        fprintf(stderr, _("Further warnings about the journal that are not shown: %zu\n"),
                history->fault_count - HISTORY_FAULTS_MAX);
}

/* Each command does a part of what is left to check, so that it comes to an end even if nobody ever
   waits for it. */
enum { CHECK_MS = 200 };

static void keep_view(struct vault *vault)
{
    if (history_check(&vault->history, CHECK_MS) == ERROR_NONE)
        view_save(&vault->view);
}

int command_close(struct vault **vault, int status)
{
    if (*vault != NULL && (*vault)->history.fold != NULL)
        keep_view(*vault);
    const bool faulty = *vault != NULL && (*vault)->history.fault_count > 0;
    if (faulty)
        say_faults(&(*vault)->history);
    vault_close(vault);
    return faulty && status == COMMAND_DONE ? COMMAND_FAILED : status;
}

int command_warn_renewal(const char *subject, struct vault *vault)
{
    bool due = false;
    enum error error = officer_renewal_due(vault, &due);
    if (due)
        fprintf(stderr, "%s\n",
                _("An officer was removed who knows the intake key and the board key: both must be "
                  "renewed."));
    return command_fail(subject, error);
}

/* --- opening the office --- */

bool command_training(const struct vault *vault)
{
    return fold_training(vault->history.fold);
}

static void say_training(const struct command_line *line, const struct vault *vault)
{
    if (command_training(vault))
        fprintf((line->given & COMMAND_JSON) != 0 ? stderr : stdout, "%s\n", print_training());
}

/* A colleague's desk, or this one's view made anew: half a millisecond for each transaction. */
static void say_wait(unsigned seconds)
{
    if (seconds > 1 && isatty(STDERR_FILENO))
        fprintf(
            stderr,
            _("Before anything is added, the signatures of the whole history are checked, once. "
              "Seconds that this takes, about: %u\n"),
            seconds);
}

/* What cannot be ended now is ended by another command: it must not keep this one from its work. */
static void settle(const struct command_line *line, struct vault *vault)
{
    command_fail(line->operands[0], officer_settle(vault));
}

int command_open_office(const struct command_line *line, struct vault **vault,
                        struct passphrase **passphrase)
{
    *passphrase = NULL;
    enum error error = vault_open(line->operands[0], vault);
    if (error == ERROR_NONE)
        error = prompt_passphrase(line->passphrase_file, PROMPT_OWN, passphrase);
    if (error == ERROR_NONE)
        error = vault_unlock(*vault, line->officer, *passphrase);
    if (error == ERROR_NONE) {
        (*vault)->history.waits = say_wait;
        say_training(line, *vault);
        settle(line, *vault);
        return COMMAND_DONE;
    }
    passphrase_free(passphrase);
    vault_close(vault);
    return command_fail(line->operands[0], error);
}

int command_unlock(const struct command_line *line, struct vault **vault)
{
    struct passphrase *passphrase = NULL;
    int status = command_open_office(line, vault, &passphrase);
    passphrase_free(&passphrase);
    return status;
}

int command_sandbox(struct vault **vault, const struct landlock_place *places, size_t count)
{
    enum error error = desk_sandbox_enter(*vault, places, count);
    if (error != ERROR_NONE)
        vault_close(vault);
    return command_fail("start", error);
}

int command_open(const struct command_line *line, struct vault **vault)
{
    int status = command_unlock(line, vault);
    return status == COMMAND_DONE ? command_sandbox(vault, NULL, 0) : status;
}

int command_open_root(const struct command_line *line, struct vault **vault)
{
    const char *file = line->root_passphrase_file;
    struct passphrase *passphrase = NULL;
    enum error error = vault_open(line->operands[0], vault);
    if (error == ERROR_NONE)
        error = prompt_passphrase(file != NULL ? file : line->passphrase_file, PROMPT_ROOT,
                                  &passphrase);
    if (error == ERROR_NONE)
        error = recovery_unlock(*vault, passphrase);
    passphrase_free(&passphrase);
    if (error == ERROR_NONE) {
        (*vault)->history.waits = say_wait;
        say_training(line, *vault);
        return command_sandbox(vault, NULL, 0);
    }
    vault_close(vault);
    return command_fail(line->operands[0], error);
}

enum error command_load_root(const struct command_line *line, const struct vault *vault,
                             const struct passphrase *own, struct root **root)
{
    struct passphrase *other = NULL;
    enum error error = ERROR_PASSPHRASE;
    if (line->root_passphrase_file == NULL)
        error = root_load(vault->dir, vault->charter.root, own, root);
    if (error != ERROR_PASSPHRASE)
        return error;
    if (line->root_passphrase_file == NULL && line->passphrase_file != NULL)
        return ERROR_ROOT_PASSPHRASE;
    error = prompt_passphrase(line->root_passphrase_file, PROMPT_ROOT, &other);
    if (error == ERROR_NONE)
        error = root_load(vault->dir, vault->charter.root, other, root);
    passphrase_free(&other);
    return error == ERROR_PASSPHRASE ? ERROR_ROOT_PASSPHRASE : error;
}
