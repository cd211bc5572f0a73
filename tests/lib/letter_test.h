/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two letters and their bytes, as formats(5) has them: a cover, and a complaint with all there
   can be in it. */
#ifndef TESTS_LIB_LETTER_TEST_H
#define TESTS_LIB_LETTER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "complaint/letter.h"

extern const uint8_t letter_test_cover[29];
extern const uint8_t letter_test_complaint[142];

/* Room for an encoded letter; and for a text of any length. */
extern uint8_t letter_test_bytes[LETTER_LEN];
extern char letter_test_long[LETTER_TEXT_MAX + 1];

/* The letter of letter_test_cover. */
struct letter letter_test_make_cover(void);

/* The letter of letter_test_complaint; its texts are static. */
struct letter letter_test_make_complaint(void);

#endif
