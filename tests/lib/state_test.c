/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office, a kiosk's folder and a folder of boards. */
#include "tests/lib/state_test.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"

struct fake_office state_office;
char *state_dir;
char *state_media;
struct state *state_kiosk;

int state_test_setup(void **state)
{
    fake_office_open(&state_office);
    state_dir = folder_make();
    state_media = folder_make();
    kiosk_folder_enroll(&state_office, state_dir, "PC-17", 1);
    return state_open(state_dir, &state_kiosk);
}

int state_test_teardown(void **state)
{
    state_close(&state_kiosk);
    folder_remove(&state_dir);
    folder_remove(&state_media);
    fake_office_close(&state_office);
    return 0;
}

void state_test_reopen(void)
{
    state_close(&state_kiosk);
    assert_int_equal(state_open(state_dir, &state_kiosk), ERROR_NONE);
}

uint8_t *state_test_head_in(const char *folder, size_t *len)
{
    return folder_read(folder_path(folder, NAMES_BOARD), len);
}

enum error state_test_install_but(const char *folder, uint32_t left_out, uint32_t today)
{
    struct head head;
    char name[NAMES_LEN];
    size_t len = 0, segment_len = 0;
    uint8_t *bytes = state_test_head_in(folder, &len);
    enum error error = state_check_board(state_kiosk, bytes, len, today, &head);
    for (uint32_t i = 0; error == ERROR_NONE && i < head.segment_count; i++) {
        const struct head_segment named = head_segment(&head, i);
        if (i == left_out || state_has_segment(state_kiosk, &named) == ERROR_NONE)
            continue;
        assert_true(names_segment(&named, name));
        uint8_t *segment = folder_read(folder_path(folder, name), &segment_len);
        error = state_add_segment(state_kiosk, &named, segment, segment_len);
        free(segment);
    }
    if (error == ERROR_NONE)
        error = state_install_board(state_kiosk, bytes, len, today);
    free(bytes);
    return error;
}

enum error state_test_install(const char *folder)
{
    return state_test_install_but(folder, UINT32_MAX, FAKE_OFFICE_DAY);
}

void state_test_make_board(struct fake_office *of, uint32_t number)
{
    fake_office_board(of,
                      &(struct fake_board){.number = number, .answer_count = 2, .arrival_count = 3},
                      state_media);
}

enum error state_test_install_board(uint32_t number, struct fake_office *of)
{
    state_test_make_board(of, number);
    return state_test_install(state_media);
}

const char *state_test_held(const char *name)
{
    return folder_path(folder_path(state_dir, STATE_BOARD), name);
}

ino_t state_test_inode(const char *name)
{
    struct stat st;

    assert_int_equal(fstatat(state_kiosk->dir, name, &st, AT_SYMLINK_NOFOLLOW), 0);
    return st.st_ino;
}
