/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is secret to memcheck, and what has become public. */
#ifndef TESTS_TAINT_DOORS_H
#define TESTS_TAINT_DOORS_H

#include <stddef.h>
#include <stdint.h>

enum { DIGIT_SECRET = 0x0f, LETTER_SECRET = 0x3f, LEAD_SECRET = 0x01 };

/* Of all that is drawn. */
extern uint64_t taint_seed;

/* From now on these bytes are secret to memcheck. */
void taint_hide(void *bytes, size_t len);

/* And now they are not. */
void taint_publish(void *bytes, size_t len);

/* That they are digits is known, and how many; which they are is not. */
void taint_hide_digits(char *digits, size_t len);

/* The same for Cyrillic letters, two bytes each. */
void taint_hide_letters(char *text, size_t len);

/* Bytes that follow from the seed; and such bytes, secret. */
void taint_fill(void *out, size_t len);

void taint_fill_secret(void *out, size_t len);

#endif
