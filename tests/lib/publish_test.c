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
    board_folder_close(&scene->board);
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
    board_folder_close(&scene->board);
    assert_int_equal(board_folder_open(dir, charter->board, charter->office, &scene->board),
                     ERROR_NONE);
    close(dir);
}

enum error publish_test_message(struct publish_scene *scene, char who, uint64_t n,
                                struct answer *answer)
{
    struct code_keys keys;
    uint8_t tag[1][SEGMENT_TAG_LEN], found[1][SEGMENT_ANSWER_LEN] = {{0}};
    fake_kiosk_keys(who, &keys);
    assert_int_equal(answer_tag(&keys, n, tag[0]), ERROR_NONE);
    for (uint32_t i = 0; i < scene->board.segment_count; i++)
        if (scene->board.segments[i].kind == SEGMENT_ANSWERS)
            segment_find_answers(&scene->board.segments[i], tag, 1, found);
    if (memcmp(found[0], tag[0], sizeof tag[0]) != 0)
        return ERROR_MISSING;
    return answer_open(&keys, n, found[0], answer);
}

unsigned publish_test_messages(struct publish_scene *scene, char who)
{
    unsigned count = 0;
    for (uint64_t n = 1; n <= ANSWER_COUNT_MAX; n++) {
        struct answer answer;
        count += publish_test_message(scene, who, n, &answer) == ERROR_NONE;
    }
    return count;
}

unsigned publish_test_arrivals(struct publish_scene *scene, char who, uint32_t i)
{
    struct code_keys keys;
    uint8_t tag[1][SEGMENT_TAG_LEN];
    unsigned count = 0;
    fake_kiosk_keys(who, &keys);
    assert_int_equal(answer_arrival_tag(&keys, scene->desk.vault.charter.number, i, tag[0]),
                     ERROR_NONE);
    for (uint32_t k = 0; k < scene->board.segment_count; k++) {
        uint8_t found = 0;
        if (scene->board.segments[k].kind == SEGMENT_ARRIVALS)
            segment_find_tags(&scene->board.segments[k], tag, 1, &found);
        count += found != 0;
    }
    return count;
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
