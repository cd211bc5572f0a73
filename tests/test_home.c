/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The officer's own folder: where it is, who may get into it, and what is said when it is not fit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "office/home.h"
#include "tests/lib/folder.h"

static const uint8_t office[HASH_LEN] = {0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0x55};
#define NAME ".sandyq/0123456789abcdef"

static char *root;

static int set_up(void **state)
{
    root = folder_make();
    return setenv("HOME", root, 1);
}

static int tear_down(void **state)
{
    folder_remove(&root);
    return 0;
}

static enum error try(const char *given, bool make)
{
    int dir = -1;
    const enum error error = home_open(given, office, make, &dir);
    assert_true((error == ERROR_NONE) == (dir >= 0));
    if (dir >= 0)
        close(dir);
    return error;
}

static unsigned mode_of(const char *name)
{
    struct stat about;
    assert_int_equal(lstat(folder_path(root, name), &about), 0);
    return about.st_mode & 07777;
}

static void test_each_level_is_made_for_one_user_alone(void **state)
{
    static const mode_t masks[] = {0, 022, 077, 0777};
    for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
        const mode_t was = umask(masks[i]);
        const enum error error = try(NULL, true);
        umask(was);
        assert_int_equal(error, ERROR_NONE);
        assert_int_equal(mode_of(".sandyq"), 0700);
        assert_int_equal(mode_of(NAME), 0700);
        assert_int_equal(rmdir(folder_path(root, NAME)), 0);
        assert_int_equal(rmdir(folder_path(root, ".sandyq")), 0);
    }
    assert_int_equal(try(folder_path(root, "own"), true), ERROR_NONE);
    assert_int_equal(mode_of("own"), 0700);
    assert_int_equal(try(folder_path(root, "own"), false), ERROR_NONE);
}

static void test_nothing_is_made_unless_asked(void **state)
{
    assert_int_equal(try(NULL, false), ERROR_HOME_MISSING);
    assert_int_equal(try(folder_path(root, "own"), false), ERROR_HOME_MISSING);
    assert_string_equal(folder_names(root), "");
    assert_int_equal(try(folder_path(root, "away/own"), true), ERROR_PARENT);
}

static void test_one_that_lets_others_in_is_refused(void **state)
{
    static const mode_t modes[] = {0701, 0710, 0720, 0740, 0755, 0770};
    assert_int_equal(try(NULL, true), ERROR_NONE);
    for (size_t i = 0; i < sizeof modes / sizeof *modes; i++) {
        assert_int_equal(chmod(folder_path(root, NAME), modes[i]), 0);
        assert_int_equal(try(NULL, true), ERROR_HOME_OPEN);
        assert_int_equal(chmod(folder_path(root, NAME), 0700), 0);
        assert_int_equal(chmod(folder_path(root, ".sandyq"), modes[i]), 0);
        assert_int_equal(try(NULL, false), ERROR_HOME_OPEN);
        assert_int_equal(chmod(folder_path(root, ".sandyq"), 0700), 0);
    }
    assert_int_equal(try(NULL, false), ERROR_NONE);
}

static void test_what_is_no_folder_is_refused(void **state)
{
    folder_write(folder_path(root, "file"), "x", 1);
    assert_int_equal(mkdir(folder_path(root, "real"), 0700), 0);
    assert_int_equal(symlink("real", folder_path(root, "link")), 0);
    assert_int_equal(try(folder_path(root, "file"), true), ERROR_HOME_SPECIAL);
    assert_int_equal(try(folder_path(root, "link"), false), ERROR_HOME_SPECIAL);
    assert_int_equal(try(folder_path(root, "file/own"), true), ERROR_PARENT);
    assert_int_equal(symlink("real", folder_path(root, ".sandyq")), 0);
    assert_int_equal(try(NULL, true), ERROR_HOME_SPECIAL);
}

static void test_another_users_folder_is_refused(void **state)
{
    if (geteuid() != 0)
        skip();
    assert_int_equal(try(NULL, true), ERROR_NONE);
    assert_int_equal(chown(folder_path(root, NAME), 12345, 12345), 0);
    assert_int_equal(try(NULL, false), ERROR_HOME_OPEN);
}

static void test_without_a_home_it_must_be_named(void **state)
{
    static const char *const homes[] = {"", "relative", "./x"};
    char long_home[8192];
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
        assert_int_equal(setenv("HOME", homes[i], 1), 0);
        assert_int_equal(try(NULL, true), ERROR_HOME_UNKNOWN);
    }
    memset(long_home, '/', sizeof long_home);
    long_home[sizeof long_home - 1] = '\0';
    assert_int_equal(setenv("HOME", long_home, 1), 0);
    assert_int_equal(try(NULL, true), ERROR_HOME_UNKNOWN);
    assert_int_equal(unsetenv("HOME"), 0);
    assert_int_equal(try(NULL, true), ERROR_HOME_UNKNOWN);
    assert_int_equal(try(folder_path(root, "own"), true), ERROR_NONE);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(each_level_is_made_for_one_user_alone), TEST(nothing_is_made_unless_asked),
        TEST(one_that_lets_others_in_is_refused),    TEST(what_is_no_folder_is_refused),
        TEST(another_users_folder_is_refused),       TEST(without_a_home_it_must_be_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
