/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandyq-kiosk --check: silent but for one line where all is well; else one line for each file that
   a technician has to look at. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "protocol/names.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"
#include "tests/lib/kiosk_process.h"

enum { SAID_MAX = 8192, PAGE = 4096 };

static int setup(void **state)
{
    struct kiosk_process *kiosk = calloc(1, sizeof *kiosk);

    kiosk_make(kiosk);
    *state = kiosk;
    return 0;
}

static int teardown(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_free(kiosk);
    free(kiosk);
    return 0;
}

/* Everything that the command says; its status is asserted. */
static const char *check(const char *dir, const char *more, int status)
{
    static char said[SAID_MAX];
    char command[2048];

    snprintf(command, sizeof command, "LC_ALL=C '%s' --state '%s' --check %s 2>&1",
             kiosk_program("sandyq-kiosk"), dir, more);
    FILE *in = popen(command, "re");
    assert_non_null(in);
    const size_t len = fread(said, 1, sizeof said - 1, in);
    said[len] = '\0';
    const int ended = pclose(in);
    assert_true(WIFEXITED(ended));
    if (WEXITSTATUS(ended) != status)
        fail_msg("exit status %d: %s", WEXITSTATUS(ended), said);
    return said;
}

/* One line, of this file of the folder, with this text. */
static void assert_one_fault(const struct kiosk_process *kiosk, const char *name, const char *text)
{
    char wanted[PATH_MAX + 64];
    const char *said = check(kiosk->dir, "", 1);

    snprintf(wanted, sizeof wanted, "sandyq-kiosk: %s/%s: ", kiosk->dir, name);
    if (strncmp(said, wanted, strlen(wanted)) != 0 || strstr(said, text) == NULL ||
        strchr(said, '\n') != said + strlen(said) - 1)
        fail_msg("not \"%s%s\" alone: %s", wanted, text, said);
}

static void test_a_kiosk_that_is_ready(void **state)
{
    const struct kiosk_process *kiosk = *state;

    assert_non_null(strstr(check(kiosk->dir, "", 0), ": this kiosk is ready.\n"));
    kiosk_folder_fill(kiosk->dir, 40);
    assert_non_null(strstr(check(kiosk->dir, "", 0), ": this kiosk is ready.\n"));
}

static void test_a_kiosk_that_serves(void **state)
{
    struct kiosk_process *kiosk = *state;

    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    check(kiosk->dir, "", 0);
    assert_int_equal(kiosk_end(kiosk), 0);
}

static void test_no_kiosk(void **state)
{
    const struct kiosk_process *kiosk = *state;
    char dir[PATH_MAX + 8];

    assert_non_null(strstr(check("/nonexistent", "", 1), "Make one with --enroll"));
    snprintf(dir, sizeof dir, "%s/new", kiosk->dir);
    assert_int_equal(mkdir(dir, 0700), 0);
    assert_non_null(strstr(check(dir, "", 1), "Make one with --enroll"));
    assert_int_equal(chmod(kiosk->dir, 0755), 0);
    assert_non_null(strstr(check(kiosk->dir, "", 1), "Others can get into the folder"));
    assert_int_equal(chmod(kiosk->dir, 0700), 0);
}

/* A page in the middle, which nothing touches at a start in order. */
static void test_a_damaged_outbox(void **state)
{
    struct kiosk_process *kiosk = *state;
    size_t len = 0;

    kiosk_folder_fill(kiosk->dir, 200);
    uint8_t *outbox = folder_read(folder_path(kiosk->dir, "outbox.db"), &len);
    for (size_t at = len / 2 / PAGE * PAGE; at < len / 2 + 40 * PAGE; at += PAGE)
        memset(outbox + at, 0xa5, 16);
    folder_write(folder_path(kiosk->dir, "outbox.db"), outbox, len);
    free(outbox);
    kiosk_start(kiosk, 0);
    kiosk_wait(kiosk, "Choose a language");
    assert_int_equal(kiosk_end(kiosk), 0);
    assert_one_fault(kiosk, "outbox.db", "The outbox is damaged or gone");
}

static void test_a_missing_outbox(void **state)
{
    const struct kiosk_process *kiosk = *state;
    char path[PATH_MAX + 16];

    snprintf(path, sizeof path, "%s/outbox.db", kiosk->dir);
    assert_int_equal(unlink(path), 0);
    assert_one_fault(kiosk, "outbox.db", "The outbox is damaged or gone");
    assert_int_equal(access(path, F_OK), -1);
}

static void test_cards(void **state)
{
    const struct kiosk_process *kiosk = *state;
    char path[PATH_MAX + 16];

    kiosk_card(kiosk, 2, FAKE_OFFICE_DAY);
    assert_one_fault(kiosk, "card", "Its last day is over");
    folder_write(folder_path(kiosk->dir, "card"), "no card", 7);
    assert_one_fault(kiosk, "card", "The file is cut short");
    snprintf(path, sizeof path, "%s/card", kiosk->dir);
    assert_int_equal(unlink(path), 0);
    assert_one_fault(kiosk, "card", "No card has come yet");
}

/* A kiosk serves without either; but they are there, and ought to be right. */
static void test_a_spoilt_charter_and_a_spoilt_board(void **state)
{
    struct kiosk_process *kiosk = *state;
    char board[PATH_MAX];

    folder_write(folder_path(kiosk->dir, "charter"), "no charter", 10);
    assert_one_fault(kiosk, "charter", "another kind of file");
    folder_write(folder_path(kiosk->dir, "charter"), kiosk->office.charter_bytes, CHARTER_LEN);
    snprintf(board, sizeof board, "%s/board", kiosk->dir);
    fake_office_board(&kiosk->office, &(struct fake_board){.number = 1, .answer_count = 3}, board);
    assert_non_null(strstr(check(kiosk->dir, "", 0), "is ready"));
    folder_flip(folder_path(board, NAMES_BOARD), HEAD_HEADER_LEN);
    assert_one_fault(kiosk, "board", "The signature is wrong");
}

/* Each part that is not there, or not whole, is named. */
static void test_a_board_with_a_part_missing(void **state)
{
    struct kiosk_process *kiosk = *state;
    char board[PATH_MAX], name[NAMES_LEN], path[PATH_MAX];

    snprintf(board, sizeof board, "%s/board", kiosk->dir);
    for (uint32_t i = 0; i < 2; i++) {
        fake_office_board(&kiosk->office,
                          &(struct fake_board){.number = 1, .answer_count = 3, .arrival_count = 3},
                          board);
        assert_true(names_segment(&kiosk->office.segments[i].named, name));
        snprintf(path, sizeof path, "board/%s", name);
        folder_flip(folder_path(kiosk->dir, path), 100);
        assert_one_fault(kiosk, path, "A part of the board is missing or damaged");
        assert_int_equal(unlink(folder_path(kiosk->dir, path)), 0);
        assert_one_fault(kiosk, path, "A part of the board is missing or damaged");
    }
}

static void test_a_configuration_with_a_fault(void **state)
{
    const struct kiosk_process *kiosk = *state;

    folder_write(folder_path(kiosk->dir, "kiosk.conf"), "idle = 5\n", 9);
    assert_non_null(strstr(check(kiosk->dir, "", 1), "kiosk.conf: line 1: "));
    assert_non_null(strstr(check(kiosk->dir, "--idle 1x", 2), "--idle"));
}

#define CHECK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CHECK_TEST(test_a_kiosk_that_is_ready),
        CHECK_TEST(test_a_kiosk_that_serves),
        CHECK_TEST(test_no_kiosk),
        CHECK_TEST(test_a_damaged_outbox),
        CHECK_TEST(test_a_missing_outbox),
        CHECK_TEST(test_cards),
        CHECK_TEST(test_a_spoilt_charter_and_a_spoilt_board),
        CHECK_TEST(test_a_board_with_a_part_missing),
        CHECK_TEST(test_a_configuration_with_a_fault),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
