/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A medium that is no folder: an exchange works on one made of memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "courier/exchange.h"
#include "device/state.h"
#include "protocol/bundle.h"
#include "protocol/names.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/kiosk_folder.h"

enum { FILES_MAX = 8 };

struct file {
    char name[NAMES_LEN]; /* "": none */
    uint8_t *data;
    size_t len;
};

static struct file files[FILES_MAX];
static struct fake_office office;
static char *dir;
static uint8_t kiosk[CARD_KIOSK_LEN];
static struct exchange_report report;
static const char *spoilt = ""; /* what the names begin with under which nothing can be read */

static struct file *file_named(const char *name)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (strcmp(files[i].name, name) == 0)
            return &files[i];
    return NULL;
}

/* 0 for a file that is not there. */
static size_t len_of(const char *name)
{
    const struct file *file = file_named(name);
    return file == NULL ? 0 : file->len;
}

static enum error read_memory(void *context, const char *name, size_t max, uint8_t **data,
                              size_t *len)
{
    const struct file *file = file_named(name);

    *data = NULL;
    if (file != NULL && spoilt[0] != '\0' && strncmp(name, spoilt, strlen(spoilt)) == 0)
        return ERROR_IO;
    if (file == NULL || file->len > max)
        return file == NULL ? ERROR_MISSING : ERROR_LARGE;
    *data = malloc(file->len + 1);
    assert_non_null(*data);
    memcpy(*data, file->data, file->len);
    *len = file->len;
    return ERROR_NONE;
}

static void remove_memory(void *context, const char *name)
{
    struct file *file = file_named(name);

    if (file == NULL)
        return;
    free(file->data);
    *file = (struct file){"", NULL, 0};
}

static enum error write_memory(void *context, const char *name, const void *data, size_t len)
{
    remove_memory(context, name);
    struct file *file = file_named("");
    if (file == NULL)
        return ERROR_FULL;
    snprintf(file->name, sizeof file->name, "%s", name);
    file->data = malloc(len + 1);
    assert_non_null(file->data);
    memcpy(file->data, data, len);
    file->len = len;
    return ERROR_NONE;
}

static enum error move_memory(void *context, const char *from, const char *to)
{
    struct file *file = file_named(from);

    assert_null(file_named(to));
    if (file == NULL)
        return ERROR_IO;
    snprintf(file->name, sizeof file->name, "%s", to);
    return ERROR_NONE;
}

static enum error each_memory(void *context, medium_visit *visit, void *visitor)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        if (files[i].name[0] != '\0')
            visit(files[i].name, visitor);
    return ERROR_NONE;
}

static bool has_memory(void *context, const char *name)
{
    return file_named(name) != NULL;
}

static void do_nothing(void *context)
{
}

static const struct medium_calls calls = {
    .read = read_memory,
    .write = write_memory,
    .move = move_memory,
    .each = each_memory,
    .has = has_memory,
    .remove = remove_memory,
    .sweep = do_nothing,
    .close = do_nothing,
};
static const struct medium medium = {&calls, NULL};

static int setup(void **state)
{
    struct state *opened = NULL;

    fake_office_open(&office);
    dir = folder_make();
    kiosk_folder_enroll(&office, dir, "PC-17", 1);
    assert_int_equal(state_open(dir, &opened), ERROR_NONE);
    memcpy(kiosk, opened->kiosk, sizeof kiosk);
    state_close(&opened);
    return 0;
}

static int teardown(void **state)
{
    for (size_t i = 0; i < FILES_MAX; i++)
        remove_memory(NULL, files[i].name);
    spoilt = "";
    folder_remove(&dir);
    fake_office_close(&office);
    return 0;
}

/* Puts a board's files on the medium. */
static void put_board(const struct fake_board *board)
{
    char *folder = folder_make();
    fake_office_board(&office, board, folder);
    char *names = strdup(folder_names(folder)), *rest = names;
    for (const char *name; (name = strsep(&rest, " ")) != NULL && *name != '\0';) {
        size_t len = 0;
        uint8_t *bytes = folder_read(folder_path(folder, name), &len);
        assert_int_equal(write_memory(NULL, name, bytes, len), ERROR_NONE);
        free(bytes);
    }
    free(names);
    folder_remove(&folder);
}

/* The first board acknowledges two of three records; the bundle then has the third. */
static void test_in_and_out(void **state)
{
    char name[NAMES_LEN];

    kiosk_folder_fill(dir, 3);
    const struct head_mark mark = kiosk_folder_mark(dir, 2);
    put_board(&(struct fake_board){
        .number = 1, .marks = &mark, .mark_count = 1, .answer_count = 3, .arrival_count = 3});
    assert_int_equal(exchange_over(dir, &medium, FAKE_OFFICE_DAY, &report), ERROR_NONE);
    assert_int_equal(report.board, ERROR_NONE);
    assert_int_equal(report.acknowledged, 2);
    assert_int_equal(report.first, 3);
    assert_int_equal(report.last, 3);
    names_bundle(kiosk, 1, name);
    assert_int_equal(len_of(name), bundle_len(1));
}

/* As a medium without long names does. */
static void shorten_names(void)
{
    for (size_t i = 0; i < FILES_MAX; i++) {
        char *end = strrchr(files[i].name, '.');
        if (end == NULL || strlen(end) <= 4)
            continue;
        end[4] = '\0';
        snprintf(files[i].name, sizeof files[i].name, "SANDYQ~%zu%s", i, strdupa(end));
    }
}

/* A bad sector under a name that the medium shortened is a fault of the medium, and no lack. */
static void test_what_cannot_be_read_is_not_missing(void **state)
{
    static const char *const ends[] = {"BOA", "ANS"};
    put_board(&(struct fake_board){.number = 1});
    shorten_names();
    for (size_t i = 0; i < 2; i++) {
        for (size_t k = 0; k < FILES_MAX; k++)
            if (strcasestr(files[k].name, ends[i]) != NULL)
                spoilt = files[k].name;
        assert_int_equal(exchange_over(dir, &medium, FAKE_OFFICE_DAY, &report), ERROR_IO);
        assert_int_equal(report.board, ERROR_IO);
        assert_int_equal(report.bundle, ERROR_NONE); /* letters go out all the same */
    }
    spoilt = "";
    assert_int_equal(exchange_over(dir, &medium, FAKE_OFFICE_DAY, &report), ERROR_NONE);
}

/* Whoever puts one there whose name fits keeps no board away. */
static void test_what_cannot_be_read_keeps_no_other_away(void **state)
{
    assert_int_equal(write_memory(NULL, "OTHER.BOA", "x", 1), ERROR_NONE);
    assert_int_equal(write_memory(NULL, "OTHER.ANS", "x", 1), ERROR_NONE);
    put_board(&(struct fake_board){.number = 1});
    shorten_names();
    spoilt = "OTHER";
    assert_int_equal(exchange_over(dir, &medium, FAKE_OFFICE_DAY, &report), ERROR_NONE);
    assert_int_equal(report.board, ERROR_NONE);
}

/* The outbox is set back to before its records: the bundle that has them is kept. */
static void test_evidence(void **state)
{
    char name[NAMES_LEN];
    char command[3 * FOLDER_PATH];

    char *older = folder_make();
    snprintf(command, sizeof command, "cp -a %s/. %s", dir, older);
    assert_int_equal(system(command), 0);
    kiosk_folder_fill(dir, 2);
    assert_int_equal(exchange_over(dir, &medium, FAKE_OFFICE_DAY, &report), ERROR_NONE);
    assert_int_equal(exchange_over(older, &medium, FAKE_OFFICE_DAY, &report), ERROR_CHAIN);
    folder_remove(&older);
    assert_int_equal(report.beyond, 2);
    assert_int_equal(report.kept, 1);
    names_evidence(kiosk, 1, name);
    assert_int_equal(len_of(name), bundle_len(2));
}

/* Bundles of an exchange with more records go; those of others, and what is spelt otherwise,
   stay. */
static void test_surplus(void **state)
{
    static const char *const ends[] = {"-2", "-02", "-3x"};
    char names[3][NAMES_LEN];

    for (size_t i = 0; i < 3; i++) {
        char id[CARD_KIOSK_TEXT_LEN];
        card_kiosk_text(kiosk, id);
        snprintf(names[i], NAMES_LEN, "%s%s%s", id, ends[i], NAMES_BUNDLE);
        assert_int_equal(write_memory(NULL, names[i], "junk", 4), ERROR_NONE);
    }
    assert_int_equal(exchange_over(dir, &medium, FAKE_OFFICE_DAY, &report), ERROR_NONE);
    assert_null(file_named(names[0]));
    assert_non_null(file_named(names[1]));
    assert_non_null(file_named(names[2]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_in_and_out, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_read_is_not_missing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_what_cannot_be_read_keeps_no_other_away, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_evidence, setup, teardown),
        cmocka_unit_test_setup_teardown(test_surplus, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
