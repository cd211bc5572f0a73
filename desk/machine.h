/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints for machines: JSON, with texts exactly as they were written. The one file
   that knows jansson. */
#ifndef DESK_MACHINE_H
#define DESK_MACHINE_H

#include <stdio.h>

#include "desk/kiosks.h"
#include "desk/triage.h"

/* Each writes one JSON value and a newline, and returns a trouble. */
int machine_cases(FILE *out, const struct triage_case *cases, size_t n);
int machine_case(FILE *out, struct vault *vault, uint64_t case_id);
int machine_kiosks(FILE *out, const struct kiosks_row *rows, size_t n);

#endif
