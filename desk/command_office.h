/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about the office as a whole: init, enroll, import, kiosks, publish. */
#ifndef DESK_COMMAND_OFFICE_H
#define DESK_COMMAND_OFFICE_H

#include "desk/command_line.h"

/* Each does what sandyq-desk(1) says of the command of this name, prints what came of it and
   returns the exit status. The line was checked against the table in desk/command.c. */
int command_init(const struct command_line *line);
int command_enroll(const struct command_line *line);
int command_import(const struct command_line *line);
int command_kiosks(const struct command_line *line);
int command_publish(const struct command_line *line);

#endif
