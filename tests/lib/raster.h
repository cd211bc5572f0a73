/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A picture of a screen's blocks: each cell 8 by 16 dots, as a console draws it. For scanning QR
   codes as a phone would, and for looking at them. Letters are not drawn. */
#ifndef TESTS_LIB_RASTER_H
#define TESTS_LIB_RASTER_H

#include <stddef.h>

#include "tests/lib/pty.h"
#include "tui/screen.h"

/* Scans the picture for QR codes. Returns how many there are; the text of the first goes into out
   (NUL-terminated, cut to size), which is empty when there is none. -1 when memory is short. */
int raster_scan(const struct screen *screen, char *out, size_t size);

/* Writes the picture as a PGM file to look at. Returns 0 or -1. */
int raster_write(const struct screen *screen, const char *path);

/* The same for what a real program shows in a pseudo-terminal, with the colours it gave the
   cells. */
int raster_scan_terminal(struct pty *pty, char *out, size_t size);

#endif
