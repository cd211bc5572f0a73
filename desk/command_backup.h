/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about backups of the journal. */
#ifndef DESK_COMMAND_BACKUP_H
#define DESK_COMMAND_BACKUP_H

#include "desk/command_line.h"

/* Each does its work, says what went wrong, and returns the exit status. */
int command_backup(const struct command_line *line);
int command_restore(const struct command_line *line);

#endif
