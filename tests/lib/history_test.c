/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office with two cases. */
#include "tests/lib/history_test.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"
#include "tests/lib/folder.h"

struct fake_desk history_test_desk;
struct fake_kiosk history_test_kiosk;

void history_test_receive(char who, const char *text)
{
    struct letter letter = fake_kiosk_letter(&history_test_kiosk, who, text);
    fake_kiosk_add(&history_test_kiosk, &history_test_desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&history_test_desk, &history_test_kiosk,
                                      history_test_kiosk.seq, history_test_kiosk.seq, NULL),
                     ERROR_NONE);
}

int history_test_setup(void **state)
{
    fake_desk_open(&history_test_desk);
    folder_write(folder_path(history_test_desk.dir, "charter"),
                 history_test_desk.vault.charter_bytes, CHARTER_LEN);
    fake_desk_enroll(&history_test_desk, &history_test_kiosk, "PC-17");
    history_test_receive('a', "one");
    history_test_receive('c', "two");
    return 0;
}

int history_test_teardown(void **state)
{
    fake_kiosk_drop(&history_test_kiosk);
    fake_desk_close(&history_test_desk);
    return 0;
}
