/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A receipt printer's paper: reads the bytes of a slip back into the picture that they print. */
#ifndef TESTS_LIB_PAPER_H
#define TESTS_LIB_PAPER_H

#include <stddef.h>
#include <stdint.h>

enum { PAPER_WIDE_MAX = 576, PAPER_HIGH_MAX = 1024 };

struct paper {
    int wide;
    int high;
    uint8_t dots[PAPER_HIGH_MAX][PAPER_WIDE_MAX]; /* 1 is ink */
    size_t from[PAPER_HIGH_MAX]; /* where in the slip a row's bytes begin: two rows of one */
};

/* Reads a slip of NULs, reset, raster bands of one width and of double size, feed and cut, and
   of nothing else. Returns 0 or -1. */
int paper_read(struct paper *paper, const uint8_t *bytes, size_t len);

/* Scans the picture for QR codes as raster_scan does. */
int paper_scan(const struct paper *paper, char *out, size_t size);

/* Writes the picture as a PGM file to look at. Returns 0 or -1. */
int paper_write(const struct paper *paper, const char *path);

#endif
