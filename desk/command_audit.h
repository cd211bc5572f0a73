/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that look for what does not fit in the office. */
#ifndef DESK_COMMAND_AUDIT_H
#define DESK_COMMAND_AUDIT_H

#include "desk/command_line.h"

/* Each runs one command and returns its exit status: COMMAND_FAILED also when something was
   found. */
int command_audit(const struct command_line *line);
int command_verify(const struct command_line *line);

#endif
