/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about officers: join, add, list, remove, passphrase. */
#ifndef DESK_COMMAND_OFFICER_H
#define DESK_COMMAND_OFFICER_H

#include "desk/command_line.h"

/* Each does what sandyq-desk(1) says of the command of this name, prints what came of it and
   returns the exit status. The line was checked against the table in desk/command.c. */
int command_officer_join(const struct command_line *line);
int command_officer_add(const struct command_line *line);
int command_officer_list(const struct command_line *line);
int command_officer_remove(const struct command_line *line);
int command_officer_passphrase(const struct command_line *line);

#endif
