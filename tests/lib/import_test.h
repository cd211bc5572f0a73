/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of import have in common: a desk and a kiosk of their own for each test.
   Everything fails the running test. */
#ifndef TESTS_LIB_IMPORT_TEST_H
#define TESTS_LIB_IMPORT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "office/fleet.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"

struct import_scene {
    struct fake_desk desk;
    struct fake_kiosk kiosk;
};

/* A desk and an enrolled kiosk without records. */
int import_test_setup(void **state);

/* Removes both. */
int import_test_teardown(void **state);

/* Seals a complaint of `who` into the kiosk's next record. */
void import_test_send(struct import_scene *scene, char who, const char *text);

/* How many cases there are. */
size_t import_test_cases(struct import_scene *scene);

/* What the desk knows of the one kiosk, in memory of fleet_list (fleet_free). */
struct fleet_row *import_test_look(struct import_scene *scene);

#define IMPORT_TEST(f) cmocka_unit_test_setup_teardown(f, import_test_setup, import_test_teardown)

#endif
