/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The attacks, in tables that end with one that has no name. test_tamper.c runs them. */
#ifndef TESTS_TAMPER_CASES_H
#define TESTS_TAMPER_CASES_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/tamper/tamper.h"

enum { A, B }; /* the two kiosks there are */

struct tamper_case {
    const char *name;
    void (*run)(struct tamper *t);
    bool calm; /* changes nothing, and nothing is said: not counted as detected */
};

extern struct tamper_case disk_cases[], way_cases[], back_cases[], stick_cases[], spoken_cases[],
    board_cases[];

#endif
