/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Notices: the office's words to everyone, on the board and within their limits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "office/passphrase.h"
#include "office/publish.h"
#include "protocol/charter.h"
#include "tests/lib/desk_command.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/publish_test.h"

static void write_notices(struct publish_scene *scene, const char *text, size_t len)
{
    assert_int_equal(file_write(scene->desk.vault.dir, "notices.txt", 0600, text, len), ERROR_NONE);
}

static void assert_notices(struct publish_scene *scene, const char *text)
{
    assert_int_equal(scene->board.head.notices_len, strlen(text));
    assert_memory_equal(scene->board.head.notices, text, strlen(text));
    assert_int_equal(scene->report.notices, strlen(text));
}

static void test_notices_are_on_the_board(void **state)
{
    static const char text[] = "Дүйсенбі\n\n[en]\nMonday";
    struct publish_scene *scene = *state;
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_notices(scene, "");
    write_notices(scene, text, sizeof text - 1);
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_notices(scene, text);
    write_notices(scene, "Tuesday", 7);
    publish_test_run(scene, FAKE_DESK_DAY + 2);
    assert_notices(scene, "Tuesday");
    assert_int_equal(unlinkat(scene->desk.vault.dir, "notices.txt", 0), 0);
    publish_test_run(scene, FAKE_DESK_DAY + 3);
    assert_notices(scene, "");
    assert_int_equal(scene->board.head.number, 4);
}

/* What an editor leaves and nobody sees is on no board. */
static void test_what_nobody_sees_of_notices_is_left_out(void **state)
{
    static const char *const texts[] = {
        "Monday\n\n[en]\nTuesday",
        "Monday\n\n[en]\nTuesday\n",
        "Monday  \n \n[en] \nTuesday \t\n\n \n",
        "\xEF\xBB\xBFMonday\r\n\r\n[en]\r\nTuesday\r\n",
        "Monday\n\n[en]\nTuesday\r",
    };
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_notices(scene, texts[i], strlen(texts[i]));
        publish_test_run(scene, FAKE_DESK_DAY + (uint32_t)i);
        assert_notices(scene, texts[0]);
    }
}

static void test_blank_notices_are_none(void **state)
{
    static const char *const texts[] = {"", "\n", " \r\n\t\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF\n"};
    struct publish_scene *scene = *state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        write_notices(scene, texts[i], strlen(texts[i]));
        publish_test_run(scene, FAKE_DESK_DAY + (uint32_t)i);
        assert_notices(scene, "");
    }
}

/* Refuses the notices, and the board of before stays as it is. */
static void assert_not_published(struct publish_scene *scene, int error, uint32_t line)
{
    const size_t len = scene->board.head_len;
    uint8_t *before = malloc(len);
    memcpy(before, scene->board.head_bytes, len);
    assert_int_equal(
        publish_run(&scene->desk.vault, scene->out, FAKE_DESK_NOW + 24 * 60, &scene->report),
        error);
    assert_string_equal(scene->report.blamed, "notices.txt");
    assert_int_equal(scene->report.line, line);
    publish_test_read(scene);
    assert_int_equal(scene->board.head_len, len);
    assert_memory_equal(scene->board.head_bytes, before, len);
    free(before);
}

static void test_notices_that_no_kiosk_can_show_are_refused(void **state)
{
    static const struct {
        const char *text;
        size_t len;
        int error;
        uint32_t line;
    } bad[] = {
        {"a\nb\xFF\nc", 6, ERROR_TEXT_UTF8, 2},
        {"\xFF\xFEM\0o\0", 6, ERROR_TEXT_UTF8, 1}, /* UTF-16 */
        {"\xCC\xEE\xED", 3, ERROR_TEXT_UTF8, 1},   /* CP1251 */
        {"a\r\nb\r\nc\td", 9, ERROR_NOTICES_CHARACTER, 3},
        {"a\rb", 3, ERROR_NOTICES_CHARACTER, 1},
        {"\33[2Jb", 5, ERROR_NOTICES_CHARACTER, 1},
        {"a\n\0b", 4, ERROR_NOTICES_CHARACTER, 2},
        {"a\0", 2, ERROR_NOTICES_CHARACTER, 1},
        {"a\x7F", 2, ERROR_NOTICES_CHARACTER, 1},
        {"\xE2\x80\xAE"
         "b",
         4, ERROR_NOTICES_CHARACTER, 1},                  /* right to left */
        {"a\xEF\xBB\xBF", 4, ERROR_NOTICES_CHARACTER, 1}, /* a mark that is not first */
    };
    struct publish_scene *scene = *state;
    publish_test_file(scene, 'a');
    publish_test_run(scene, FAKE_DESK_DAY);
    publish_test_file(scene, 'b');
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_notices(scene, bad[i].text, bad[i].len);
        assert_not_published(scene, bad[i].error, bad[i].line);
    }
    write_notices(scene, "a\xC2\xA0\xE2\x80\x94", 6); /* what a word processor writes */
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_null(scene->report.blamed);
    assert_int_equal(scene->board.head.number, 2); /* nothing was lost, no number used up */
}

static void test_notices_have_a_limit(void **state)
{
    static char text[2 * HEAD_NOTICES_MAX + 1];
    struct publish_scene *scene = *state;
    publish_test_run(scene, FAKE_DESK_DAY);
    memset(text, 'x', sizeof text);
    write_notices(scene, text, HEAD_NOTICES_MAX + 1);
    assert_not_published(scene, ERROR_NOTICES_LONG, 0);
    write_notices(scene, text, sizeof text);
    assert_not_published(scene, ERROR_NOTICES_LONG, 0);
    memset(text + HEAD_NOTICES_MAX, '\n', HEAD_NOTICES_MAX);
    write_notices(scene, text, 2 * HEAD_NOTICES_MAX);
    publish_test_run(scene, FAKE_DESK_DAY + 1);
    assert_int_equal(scene->board.head.notices_len, HEAD_NOTICES_MAX);
    assert_int_equal(scene->board.head.number, 2);
}

static void test_notices_are_a_plain_file(void **state)
{
    struct publish_scene *scene = *state;
    const int dir = scene->desk.vault.dir;
    publish_test_run(scene, FAKE_DESK_DAY);
    assert_int_equal(mkdirat(dir, "notices.txt", 0700), 0);
    assert_not_published(scene, ERROR_SPECIAL, 0);
    assert_int_equal(unlinkat(dir, "notices.txt", AT_REMOVEDIR), 0);
    assert_int_equal(symlinkat("elsewhere", dir, "notices.txt"), 0);
    assert_not_published(scene, ERROR_SPECIAL, 0);
    assert_int_equal(unlinkat(dir, "notices.txt", 0), 0);
    assert_int_equal(mkfifoat(dir, "notices.txt", 0600), 0);
    assert_not_published(scene, ERROR_SPECIAL, 0);
    assert_int_equal(unlinkat(dir, "notices.txt", 0), 0);
    if (geteuid() != 0) { /* nothing is closed to root */
        write_notices(scene, "a", 1);
        assert_int_equal(fchmodat(dir, "notices.txt", 0, 0), 0);
        assert_not_published(scene, ERROR_NOTICES_FILE, 0);
    }
}

/* A fault is told in one line, with the file and the line in it. */
static void test_whoever_publishes_is_told_where_the_fault_is(void **state)
{
    static const struct passphrase passphrase = {11, "twelve four"};
    struct publish_scene *scene = *state;
    char office[FOLDER_PATH], pass[FOLDER_PATH], file[3 * FOLDER_PATH], said[1024] = "";
    char fingerprint[CHARTER_FINGERPRINT_LEN], expected[4 * FOLDER_PATH];
    char *operands[] = {office, NULL};
    snprintf(office, sizeof office, "%s/office", scene->out);
    snprintf(pass, sizeof pass, "%s/pass", scene->out);
    snprintf(file, sizeof file, "%s/notices.txt", office);
    const struct vault_order order = {.name = "Office", .officer = "", .now = FAKE_DESK_NOW};
    assert_int_equal(setenv("HOME", scene->out, 1), 0);
    assert_int_equal(vault_make(office, &order, &passphrase, fingerprint), ERROR_NONE);
    folder_write(pass, passphrase.text, passphrase.len);
    folder_write(file, "Monday\nTues\tday\n", 16);
    const struct command_line line = {
        .out = scene->out, .passphrase_file = pass, .operands = operands};
    assert_int_equal(desk_command("publish", line, said, sizeof said), COMMAND_FAILED);
    snprintf(expected, sizeof expected, "sandyq-desk: %s: Line 2: %s\n", file,
             error_text(ERROR_NOTICES_CHARACTER));
    assert_string_equal(said, expected);
    assert_int_equal(faccessat(AT_FDCWD, folder_path(scene->out, "sandyq.board"), F_OK, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PUBLISH_TEST(test_notices_are_on_the_board),
        PUBLISH_TEST(test_what_nobody_sees_of_notices_is_left_out),
        PUBLISH_TEST(test_blank_notices_are_none),
        PUBLISH_TEST(test_notices_that_no_kiosk_can_show_are_refused),
        PUBLISH_TEST(test_notices_have_a_limit),
        PUBLISH_TEST(test_notices_are_a_plain_file),
        PUBLISH_TEST(test_whoever_publishes_is_told_where_the_fault_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
