/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A command's line, and what all commands share: opening the office, and saying what went wrong. */
#ifndef DESK_COMMAND_LINE_H
#define DESK_COMMAND_LINE_H

#include <stdbool.h>

#include "base/error.h"
#include "office/passphrase.h"
#include "office/vault.h"
#include "sandbox/landlock.h"

/* Exit statuses. */
enum { COMMAND_DONE = 0, COMMAND_FAILED = 1, COMMAND_USAGE = 2 };

/* The options a command takes, as bits. */
enum command_option {
    COMMAND_NAME = 1,
    COMMAND_FACILITY = 2,
    COMMAND_TYPE = 4,
    COMMAND_OUT = 8,
    COMMAND_JSON = 16,
    COMMAND_TEXT_FILE = 32,
    COMMAND_ROLE = 64,
    COMMAND_ROOT = 128,
    COMMAND_ROOT_PASSPHRASE = 256,
    COMMAND_NEW_PASSPHRASE = 512,
    COMMAND_OFFICER_NAME = 1024,
    COMMAND_BACKUP = 2048,
    COMMAND_QUESTION = 4096,
    COMMAND_TODAY = 8192,
};

struct command_line {
    unsigned given; /* enum command_option of those that were given */
    const char *name;
    const char *facility;
    const char *type;
    const char *out;
    const char *text_file;
    const char *backup;
    const char *today;
    const char *role;
    const char *officer_name;
    const char *officer; /* this officer's own folder; NULL: the usual one */
    const char *passphrase_file;
    const char *root_passphrase_file;
    const char *new_passphrase_file;
    char **operands; /* behind the command: OFFICE first */
    int operand_count;
};

/* Opens and unlocks the office that the line names, or says why not and returns COMMAND_FAILED.
   When its officer is a lead, what a removal was cut off in is ended first. On COMMAND_DONE *vault
   is the caller's, for command_close; the passphrase of command_open_office too, for
   passphrase_free.

   After command_open the process is confined to the office's folder, for good. Whoever calls one of
   the other two, because something has to be opened or made in between, calls command_sandbox
   before a byte is looked at that came from outside. */
int command_open(const struct command_line *line, struct vault **vault);
int command_unlock(const struct command_line *line, struct vault **vault);
int command_open_office(const struct command_line *line, struct vault **vault,
                        struct passphrase **passphrase);

/* As command_open, with root.keyring and its passphrase instead of an officer's keyring. */
int command_open_root(const struct command_line *line, struct vault **vault);

/* Opens root.keyring of an unlocked office. The officer's passphrase opens it too when they made
   the office; else root's is asked, where somebody can answer. *root is the caller's, for
   secret_free. ERROR_ROOT_PASSPHRASE, errors of prompt_passphrase and root_load. */
enum error command_load_root(const struct command_line *line, const struct vault *vault,
                             const struct passphrase *own, struct root **root);

/* Whether the opened office is one for training. Each of the functions above has then said so: in
   the first line of standard output, so that it stands on every page too that the output is sent
   to, or on standard error when the output is JSON, whose objects say it themselves. */
bool command_training(const struct vault *vault);

/* Closes the office, if there is one, after saying on standard error what does not fit in its
   journal, each with the number of its transaction. Returns the status, or COMMAND_FAILED instead
   of COMMAND_DONE when there is such. */
int command_close(struct vault **vault, int status);

/* Says on standard error that keys must be renewed because somebody was removed who knows them;
   nothing when there is no need. Returns the exit status. */
int command_warn_renewal(const char *subject, struct vault *vault);

/* Confines this process to the office's folder and these places beside it (desk_sandbox.h). When
   that fails, it says so, closes the vault and returns COMMAND_FAILED. */
int command_sandbox(struct vault **vault, const struct landlock_place *places, size_t count);

/* Prints what went wrong with the subject (a file's name, or any word that was typed) on standard
   error, in one line. Returns the exit status: COMMAND_DONE, and not a word, for ERROR_NONE. */
int command_fail(const char *subject, enum error error);

/* As command_fail, for a word that is not in one of our tables; names those that are. choice(i) is
   the i-th of them, NULL behind the last. */
int command_fail_choice(const char *subject, enum error error, const char *(*choice)(size_t i));

/* As command_fail; for ERROR_JOURNAL_ROW it says first which cases and acts are damaged. */
int command_fail_rows(const char *subject, const struct vault *vault, enum error error);

#endif
