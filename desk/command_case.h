/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about cases: list, show, answer, note, status, undo, take-back, and the triage screen.
 */
#ifndef DESK_COMMAND_CASE_H
#define DESK_COMMAND_CASE_H

#include "desk/command_line.h"

/* Each does what sandyq-desk(1) says of the command of this name, prints what came of it and
   returns the exit status. The line was checked against the table in desk/command.c. */
int command_list(const struct command_line *line);
int command_show(const struct command_line *line);
int command_answer(const struct command_line *line);
int command_note(const struct command_line *line);
int command_status(const struct command_line *line);
int command_undo(const struct command_line *line);
int command_take_back(const struct command_line *line);
int command_triage(const struct command_line *line);

#endif
