/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Processes that wait at the gate, and what is seen of them. */
#ifndef TESTS_LIB_GATE_TEST_H
#define TESTS_LIB_GATE_TEST_H

#include <stdint.h>
#include <sys/types.h>

/* As fork; the child ends with the test. */
pid_t gate_test_fork(void);

/* Returns when another than this descriptor holds the place of the gate. */
void gate_test_await(int gate, int64_t place);

#endif
