/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A machine whose date is wrong makes no board: under a date years ahead all that was published
   would leave every kiosk, and what comes out under one long past leaves with the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "office/passphrase.h"
#include "office/publish.h"
#include "protocol/charter.h"
#include "tests/lib/desk_command.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/light_keyring.h"
#include "tests/lib/publish_test.h"

static void a_date_far_from_the_last_board_is_doubted(void **state)
{
    struct publish_scene *scene = *state;
    const struct vault *vault = &scene->desk.vault;
    assert_int_equal(publish_dated(vault, FAKE_DESK_DAY + 400), ERROR_NONE); /* the first board */
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(publish_dated(vault, FAKE_DESK_DAY - 1), ERROR_NONE);
    assert_int_equal(publish_dated(vault, FAKE_DESK_DAY + PUBLISH_GAP_DAYS), ERROR_NONE);
    assert_int_equal(publish_dated(vault, FAKE_DESK_DAY + PUBLISH_GAP_DAYS + 1), ERROR_OFFICE_GAP);
    assert_int_equal(publish_dated(vault, FAKE_DESK_DAY - PUBLISH_GAP_DAYS), ERROR_NONE);
    assert_int_equal(publish_dated(vault, FAKE_DESK_DAY - PUBLISH_GAP_DAYS - 1), ERROR_OFFICE_GAP);
    assert_int_equal(publish_dated(vault, vault->charter.expires + 1), ERROR_OFFICE_EXPIRED);
}

static const char *publish(char *office, char *out, const char *today, const char *pass, int status)
{
    static char said[2048];
    char *operands[] = {office, NULL};
    const struct command_line line = {
        .out = out, .today = today, .passphrase_file = pass, .operands = operands};
    assert_int_equal(desk_command("publish", line, said, sizeof said), status);
    return said;
}

/* Where the date is right and the office rested, its officer says so. */
static void the_officer_says_that_the_date_is_right(void **state)
{
    static const struct passphrase passphrase = {11, "twelve four"};
    char *dir = folder_make();
    char office[FOLDER_PATH], out[FOLDER_PATH], pass[FOLDER_PATH], today[DAY_TEXT_LEN];
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    struct vault *vault = NULL;
    struct publish_report report;
    const uint32_t then = day_minute() - (PUBLISH_GAP_DAYS + 2) * DAY_MINUTES;
    const struct vault_order order = {.name = "Office", .officer = "", .now = then};
    snprintf(office, sizeof office, "%s/office", dir);
    snprintf(out, sizeof out, "%s/out", dir);
    snprintf(pass, sizeof pass, "%s/pass", dir);
    folder_write(pass, passphrase.text, passphrase.len);
    assert_int_equal(setenv("HOME", dir, 1), 0);
    assert_int_equal(vault_make(office, &order, &passphrase, fingerprint), ERROR_NONE);
    light_keyrings(office, dir, passphrase.text);
    assert_int_equal(vault_open(office, &vault), ERROR_NONE);
    assert_int_equal(vault_unlock(vault, NULL, &passphrase), ERROR_NONE);
    assert_int_equal(publish_run(vault, out, then, &report), ERROR_NONE);
    vault_close(&vault);

    assert_non_null(strstr(publish(office, out, NULL, pass, 1), error_text(ERROR_OFFICE_GAP)));
    assert_non_null(
        strstr(publish(office, out, "2026-01-01", pass, 1), error_text(ERROR_OFFICE_TODAY)));
    day_text(day_today(), today);
    const char *said = publish(office, out, today, pass, 0);
    if (day_weekday(day_today()) < 5) /* else none is due */
        assert_non_null(strstr(said, "Board 2 is made"));
    folder_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(a_date_far_from_the_last_board_is_doubted),
        cmocka_unit_test(the_officer_says_that_the_date_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
