/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office that has a case for each hostile text, and the count of what got through. Of the
   tests of hostile texts; everything fails the running test. */
#ifndef TESTS_LIB_HOSTILE_OFFICE_H
#define TESTS_LIB_HOSTILE_OFFICE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <jansson.h>
#include <stdio.h>

#include "complaint/letter.h"
#include "crypto/answer.h"
#include "office/casefile.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/hostile.h"
#include "tests/lib/pty.h"
#include "tui/screen.h"

enum { PRINT_COLUMNS = 76, TERMINAL = 80, MANY = 10000, ENOUGH = 60000, ROW_MAX = 4 * 64 };

/* As a screen shows them: no character for letter and accent, so the letter alone. */
#define SCREEN_HEAD "Маған дәрі бермейді, завтра."
#define SCREEN_TAIL "Дәрігер керек: мне плохо."

extern struct fake_desk hostile_desk;
extern struct fake_kiosk hostile_kiosk;
extern uint64_t honest_case;
extern uint64_t hostile_cases[HOSTILE_COUNT]; /* 0: refused at the door */

extern char hostile_text[LETTER_TEXT_MAX + 1], hostile_name[LETTER_NAME_MAX],
    hostile_note[ITEM_NOTE_MAX];

extern char hostile_answer[ANSWER_TEXT_MAX + 1];
extern size_t hostile_text_len, hostile_name_len, hostile_note_len, hostile_answer_len;
extern unsigned hostile_places, hostile_through;

/* Counts and prints a text that got through at this place, and why. */
void hostile_got_through(const char *place, const struct hostile *hostile, const char *why);

/* Ends a test: nothing more may have got through. */
void hostile_finish(void);

/* Counts it unless all is right. */
void hostile_expect(bool right, const char *place, const struct hostile *hostile, const char *why);

/* Writes the text in the lengths that letters, names, notes and answers have. */
void hostile_make(const struct hostile *hostile);

/* Of a group of tests: makes the office, its kiosk and the cases. */
int hostile_setup(void **state);

/* Removes them and prints the counts. */
int hostile_teardown(void **state);

/* How often the words are in what is shown. */
unsigned hostile_count(const char *shown, const char *words);

/* Parses what the desk said as JSON; a text that breaks it got through. For json_decref, or
   NULL. */
json_t *hostile_parse(const struct hostile *hostile, const char *json, size_t len);

extern struct screen *hostile_screen;
extern char hostile_dump[SCREEN_ROWS_MIN * ROW_MAX];

/* Every cell of a screen is harmless. */
void hostile_check_grid(const char *place, const struct hostile *hostile,
                        const struct screen *grid);

#endif
