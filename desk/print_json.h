/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for machines: JSON, with texts exactly as they were written. The one file
   that knows jansson. */
#ifndef DESK_PRINT_JSON_H
#define DESK_PRINT_JSON_H

#include <stdbool.h>
#include <stdio.h>

#include "office/audit.h"
#include "office/fleet.h"
#include "office/officer.h"
#include "office/triage.h"

/* Each writes one JSON value and a newline. In an office for training every object that stands by
   itself or in a list says "training": true; in a real one none has that name. ERROR_MEMORY,
   ERROR_OUTPUT; for a case also errors of casefile_walk: with ERROR_JOURNAL_ROW what opens is
   printed, unless nothing does. */
enum error print_json_cases(FILE *out, const struct triage_case *cases, size_t n, bool training);
enum error print_json_case(FILE *out, struct casefile *casefile);
enum error print_json_officers(FILE *out, const struct officer_row *rows, size_t n, bool training);
enum error print_json_kiosks(FILE *out, const struct fleet_row *rows, size_t n, bool training);
enum error print_json_audit(FILE *out, const struct audit_finding *findings, size_t n,
                            const struct audit_report *report, bool training);

#endif
