/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit found, in words and as JSON. */
#ifndef DESK_PRINT_AUDIT_H
#define DESK_PRINT_AUDIT_H

#include <stdio.h>

#include "office/audit.h"

/* What a fault of the history means, in a translated sentence that begins with a small letter. */
const char *print_audit_fault(enum history_fault_kind kind);

/* One finding in one line. */
void print_audit_finding(FILE *out, const struct audit_finding *finding);

/* What was looked at, and whether anything was found. */
void print_audit_report(FILE *out, const struct audit_report *report);

#endif
