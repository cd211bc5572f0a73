/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Inside of office/vault: the office's folder and the names in it. */
#ifndef OFFICE_VAULT_FOLDER_H
#define OFFICE_VAULT_FOLDER_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"

#define VAULT_CHARTER_FILE    "charter"
#define VAULT_JOURNAL_FILE    "journal.db"
#define VAULT_GATE_FILE       "gate"
#define VAULT_UNFINISHED_FILE "unfinished"
#define VAULT_RESTORED_FILE   "restored.db"

/* Opens the folder and checks who can get into it and that it is on this machine. ERROR_NOT_OFFICE,
   ERROR_OFFICE_OPEN, ERROR_OFFICE_NETWORK, ERROR_IO, a lack. */
enum error vault_folder_open(const char *path, int *dir, bool *shared);

/* The error for an errno of a call on the folder. */
enum error vault_folder_error(int number);

/* Mode of a file that every officer of the office may read and write. */
unsigned vault_folder_mode(bool shared);

/* Opens the gate, and makes it when it is missing. *gate is the caller's; -1 on an error: those of
   vault_folder_error. */
enum error vault_folder_gate(int dir, bool shared, int *gate);

/* A path for sqlite, which knows no descriptors, of a name in the folder that we hold, whatever
   happens to that folder's own name. */
void vault_folder_path(int dir, const char *name, char out[PATH_MAX]);

/* Whether there is anything of this name in the folder. */
bool vault_folder_has(int dir, const char *name);

/* Makes what stands under this name in the folder durable. Errors of error_of_errno. */
enum error vault_folder_sync(int dir, const char *name);

/* Removes a journal that is not finished, and what belongs to it; what is not there is gone. */
void vault_folder_remove_journal(int dir, const char *name);

/* Moves the journal and its log away, to lost-N.db with the lowest N that is free. Errors of
   error_of_errno; then a part of it may be moved. */
enum error vault_folder_move_journal(int dir);

/* Ends a restore that was cut off: where there is no journal, but one that was whole, puts that in
   place; where there is still the old one, removes it. ERROR_NONE when there is nothing to do;
   errors of error_of_errno. */
enum error vault_folder_finish(int dir);

#endif
