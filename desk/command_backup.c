/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about backups of the journal. */
#include "desk/command_backup.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "crypto/secret.h"
#include "desk/desk_sandbox.h"
#include "desk/prompt.h"
#include "desk/sanitize.h"
#include "office/backup.h"
#include "office/restore.h"

/* --- backup --- */

static enum error add_act(struct vault *vault, const struct backup *backup, uint32_t now)
{
    struct history_batch batch = {.acts = NULL};
    enum error error = backup_add(&batch, vault->keys, backup, now);
    if (error == ERROR_NONE)
        error = history_append(&vault->history, &batch);
    history_batch_free(&batch);
    return error;
}

static int back_up(const struct command_line *line, struct vault *vault)
{
    struct backup backup;
    const char *to = line->operand_count > 1 ? line->operands[1] : NULL;
    const uint32_t now = day_minute();
    enum error error = history_settle(&vault->history);
    if (error == ERROR_NONE)
        error = to != NULL ? backup_write(vault, to, now, &backup)
                           : backup_publish(vault, now, &backup);
    if (error != ERROR_NONE)
        return command_fail(to != NULL ? to : line->operands[0], error);
    fputs(_("The backup is made and was read back: "), stdout);
    sanitize_word(stdout, backup.path, strlen(backup.path));
    putchar('\n');
    return command_fail(line->operands[0], add_act(vault, &backup, now));
}

/* A confined process makes no folders; a file appears by renaming in its folder. */
static int enter_for_backup(const struct command_line *line, struct vault **vault)
{
    char folder[PATH_MAX], file[PATH_MAX];
    const char *to = line->operand_count > 1 ? line->operands[1] : NULL;
    const struct landlock_place places[] = {{folder, LANDLOCK_KEEP}, {file, LANDLOCK_KEEP}};
    enum error error = ERROR_NONE;
    if (to == NULL)
        error = backup_folder(*vault, folder);
    else if (snprintf(folder, sizeof folder, "%s", to) >= PATH_MAX)
        error = ERROR_PARENT;
    if (error != ERROR_NONE) {
        vault_close(vault);
        return command_fail(to != NULL ? to : line->operands[0], error);
    }
    const bool named = to != NULL && landlock_folder(to, file) == 0;
    return command_sandbox(vault, places, named ? 2 : 1);
}

int command_backup(const struct command_line *line)
{
    struct vault *vault = NULL;
    int status = command_unlock(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    status = enter_for_backup(line, &vault);
    if (status == COMMAND_DONE)
        status = back_up(line, vault);
    return command_close(&vault, status);
}

/* --- restore --- */

static void say_boards(const struct restore_report *report)
{
    if (report->older)
        puts(_(
            "None of these boards is newer than the backup's own: what was published since is not "
            "known. Restore again with a newer one. Else the charter must be renewed before the "
            "next board."));
    else if (report->unseen)
        puts(_("No copy of a board was named. Before the next board the charter must be renewed."));
    else
        printf(_("What was published up to board %u counts; the next board is %u or later.\n"),
               report->board, report->next);
    if (report->missing > 0)
        printf(
            _("Parts of boards that no copy has: %zu. What stood there may be published again.\n"),
            report->missing);
    if (report->left > 0)
        printf(_("Messages that the backup had waiting and that were published: %zu\n"),
               report->left);
}

static void say_restored(const struct restore_report *report)
{
    char kiosk[CARD_KIOSK_TEXT_LEN];
    puts(_("The journal is put back from the backup."));
    say_boards(report);
    for (size_t i = 0; i < report->removed_count; i++)
        printf(_("Officer %u had been removed, and is removed again.\n"), report->removed[i]);
    for (size_t i = 0; i < report->kiosk_count; i++) {
        card_kiosk_text(report->kiosks[i], kiosk);
        printf(_("Kiosk %s is not in the backup: enrol it again.\n"), kiosk);
    }
    if (report->more_kiosks > 0)
        printf(_("More kiosks that are not in the backup: %zu\n"), report->more_kiosks);
    puts(_("What to do next:\n"
           "1. Ask the other leads whom they removed and named since the backup, and do it again.\n"
           "2. Publish, and have the board carried to the kiosks: they send again what the backup\n"
           "   lacks. Import it.\n"
           "3. Do again what else is lost. The journal of before is kept beside this one."));
}

/* The journal is closed by then, so nothing is kept in the officer's view. */
static int restore(const struct command_line *line, struct vault *vault, const struct root *root)
{
    struct restore_report report;
    enum error error = restore_run(vault, root, line->operands + 2, (size_t)line->operand_count - 2,
                                   day_minute(), &report);
    if (error != ERROR_NONE)
        return command_fail(report.blamed != NULL ? report.blamed : line->operands[0], error);
    say_restored(&report);
    return COMMAND_DONE;
}

static enum error unlock(const struct command_line *line, struct vault *vault, struct root **root)
{
    struct passphrase *passphrase = NULL;
    enum error error = prompt_passphrase(line->passphrase_file, PROMPT_OWN, &passphrase);
    if (error == ERROR_NONE)
        error = vault_unlock(vault, line->officer, passphrase);
    if (error == ERROR_NONE)
        error = command_load_root(line, vault, passphrase, root);
    passphrase_free(&passphrase);
    return error;
}

/* What is read from a copy of a board came from outside. */
static enum error enter_for_restore(const struct command_line *line, const struct vault *vault)
{
    const size_t count = (size_t)line->operand_count - 2;
    struct landlock_place *places = calloc(count + 1, sizeof *places);
    if (places == NULL)
        return ERROR_MEMORY;
    for (size_t i = 0; i < count; i++)
        places[i] = (struct landlock_place){line->operands[i + 2], LANDLOCK_READ};
    const enum error error = desk_sandbox_enter(vault, places, count);
    free(places);
    return error;
}

int command_restore(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct root *root = NULL;
    int status = command_fail(line->operands[0], vault_open_alone(line->operands[0], &vault));
    if (status != COMMAND_DONE)
        return status;
    status = command_fail(line->operands[1], restore_fetch(vault, line->operands[1]));
    if (status == COMMAND_DONE)
        status = command_fail(line->operands[0], unlock(line, vault, &root));
    if (status == COMMAND_DONE)
        status = command_fail("start", enter_for_restore(line, vault));
    if (status == COMMAND_DONE)
        status = restore(line, vault, root);
    restore_abandon(vault);
    secret_free(root);
    vault_close(&vault);
    return status;
}
