/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the desk prints of kiosks, for people. */
#ifndef DESK_PRINT_KIOSKS_H
#define DESK_PRINT_KIOSKS_H

#include <stddef.h>
#include <stdio.h>

#include "office/fleet.h"

/* The kiosks as a table, each with what is wrong with its chain, its boards or its health below
   it. */
void print_kiosks(FILE *out, const struct fleet_row *rows, size_t n);

#endif
