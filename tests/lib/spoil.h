/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Spoils a file of any format in every place and sees that its reader notices. */
#ifndef TESTS_LIB_SPOIL_H
#define TESTS_LIB_SPOIL_H

#include <stddef.h>
#include <stdint.h>

/* Reads a file of len bytes; returns an error of base/error. */
typedef int spoil_read_fn(void *context, const uint8_t *in, size_t len);

/* Tries a reader of a format: takes the file as it is, refuses it cut at every length, with a
   byte too many, with any one byte flipped, of a newer version (ERROR_NEWER), with another magic
   (ERROR_FOREIGN) and empty. Lengths and bytes are tried at every step-th place, and all of the
   first and the last 200 whatever the step is. Each try lies in memory of exactly its length.
   Fails the running test. */
void spoil_reader(const uint8_t *good, size_t len, size_t step, spoil_read_fn *read, void *context);

#endif
