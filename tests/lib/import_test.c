/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of import have in common: a desk and a kiosk of their own for each test.
   Everything fails the running test. */
#include "tests/lib/import_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "office/triage.h"

int import_test_setup(void **state)
{
    static struct import_scene scene;
    fake_desk_open(&scene.desk);
    fake_desk_enroll(&scene.desk, &scene.kiosk, "PC-17");
    *state = &scene;
    return 0;
}

int import_test_teardown(void **state)
{
    struct import_scene *scene = *state;
    fake_kiosk_drop(&scene->kiosk);
    fake_desk_close(&scene->desk);
    return 0;
}

void import_test_send(struct import_scene *scene, char who, const char *text)
{
    struct letter letter = fake_kiosk_letter(&scene->kiosk, who, text);
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
}

size_t import_test_cases(struct import_scene *scene)
{
    struct triage_case *cases = NULL;
    size_t n = 0;
    assert_int_equal(triage_list(&scene->desk.vault, &cases, &n), ERROR_NONE);
    free(cases);
    return n;
}

struct fleet_row *import_test_look(struct import_scene *scene)
{
    struct fleet_row *rows = NULL;
    size_t n = 0;
    assert_int_equal(fleet_list(&scene->desk.vault, FAKE_DESK_NOW + 30 * DAY_MINUTES, &rows, &n),
                     ERROR_NONE);
    assert_int_equal(n, 1);
    return rows;
}
