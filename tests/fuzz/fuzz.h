/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What fuzz targets share: the entry each of them has, and a world in which calls fail on
   purpose, the slow derivation and the signatures are quick, and what is random comes out the
   same for every input. Linked with the FUZZ_WRAP of the Makefile, which puts these calls in the
   place of the real ones. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Takes one input. The replay of the corpus gives it the target's own name instead. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Ends the run as a finding when something does not hold. */
void must(bool holds);

/* Starts crypto/ once. */
void fuzz_start(void);

/* From now on the n-th call that may fail (memory, reading, hashes, signatures, keys) does; 0:
   none does. What is random begins anew. */
void fuzz_fail_at(unsigned n);

/* Signatures are real ones from now on, or quick stand-ins again. */
void fuzz_sign_really(bool on);

/* For inputs that are plain text and have no byte to spare: which call fails in a second run
   over one input in four, or 0. */
unsigned fuzz_fault_of(const uint8_t *data, size_t size);

/* Writes the bytes data over good from place on, by exclusive or, as far as they go. */
void fuzz_change(uint8_t *good, size_t len, size_t place, const uint8_t *data, size_t size);

/* Begins a function that stands in the place of `name`, which is called __real_name (the
   linker's --wrap). The Makefile finds the names by this word at the beginning of a line. */
#define WRAP(type, name, ...)                                                                      \
    type __real_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__);                                                               \
    type __wrap_##name(__VA_ARGS__)

#endif
