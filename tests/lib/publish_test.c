/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the tests of publishing have in common: a desk, a kiosk and a folder for the board of
   their own for each test. Everything fails the running test. */
#include "tests/lib/publish_test.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/file.h"
#include "protocol/charter.h"
#include "tests/lib/folder.h"

int publish_test_setup(void **state)
{
    static struct publish_scene scene;
    memset(&scene, 0, sizeof scene);
    fake_desk_open(&scene.desk);
    fake_desk_enroll(&scene.desk, &scene.kiosk, "PC-17");
    scene.out = folder_make();
    *state = &scene;
    return 0;
}

int publish_test_teardown(void **state)
{
    struct publish_scene *scene = *state;
    free(scene->data);
    folder_remove(&scene->out);
    fake_kiosk_drop(&scene->kiosk);
    fake_desk_close(&scene->desk);
    return 0;
}

void publish_test_file(struct publish_scene *scene, char who)
{
    struct letter letter = fake_kiosk_letter(&scene->kiosk, who, "text");
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(
        fake_desk_import(&scene->desk, &scene->kiosk, scene->kiosk.seq, scene->kiosk.seq, NULL),
        ERROR_NONE);
}

void publish_test_read(struct publish_scene *scene)
{
    const struct charter *charter = &scene->desk.vault.charter;
    int dir = open(scene->out, O_RDONLY | O_DIRECTORY);
    assert_true(dir >= 0);
    free(scene->data);
    assert_int_equal(file_read(dir, "sandyq.board", BOARD_MAX, &scene->data, &scene->len),
                     ERROR_NONE);
    assert_int_equal(
        board_decode(scene->data, scene->len, charter->board, charter->office, &scene->board),
        ERROR_NONE);
    close(dir);
}

void publish_test_run(struct publish_scene *scene, uint32_t today)
{
    assert_int_equal(publish_run(&scene->desk.vault, scene->out, today * 24 * 60, &scene->report),
                     ERROR_NONE);
    publish_test_read(scene);
}

int publish_test_status(struct publish_scene *scene, const char *code)
{
    bool changed = false;
    return fake_desk_set_status(&scene->desk, 1, taxonomy_status(code), FAKE_DESK_DAY, &changed);
}

struct triage_case publish_test_look(struct publish_scene *scene)
{
    struct triage_case row;
    assert_int_equal(fake_desk_row(&scene->desk, 1, &row), ERROR_NONE);
    return row;
}
