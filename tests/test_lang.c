/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Languages, with catalogues made for the test. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"
#include "tests/lib/folder.h"

struct folder {
    char *path;
    char home[4096];
};

/* Makes LANGUAGE/LC_MESSAGES/sandyq.mo in the folder, saying of itself that it is in `says`. */
static void catalogue(const struct folder *folder, const char *language, const char *says,
                      const char *yes)
{
    char path[256], command[1024];
    FILE *po = NULL;

    snprintf(path, sizeof path, "%s/%s", folder->path, language);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/%s/LC_MESSAGES", folder->path, language);
    assert_int_equal(mkdir(path, 0700), 0);
    snprintf(path, sizeof path, "%s/%s/s.po", folder->path, language);
    po = fopen(path, "w");
    assert_non_null(po);
    fprintf(po,
            "msgid \"\"\nmsgstr \"\"\n\"Content-Type: text/plain; charset=UTF-8\\n\"\n\"Language: "
            "%s\\n\"\n\n"
            "msgid \"Yes\"\nmsgstr \"%s\"\n",
            says, yes);
    fclose(po);
    snprintf(command, sizeof command, "msgfmt -o %s/%s/LC_MESSAGES/sandyq.mo %s", folder->path,
             language, path);
    assert_int_equal(system(command), 0);
}

static int setup(void **state)
{
    struct folder *folder = calloc(1, sizeof *folder);

    assert_non_null(folder);
    folder->path = folder_make();
    *state = folder;
    if (!getcwd(folder->home, sizeof folder->home))
        return -1;
    return symlink("/usr/lib/locale/C.utf8", folder_path(folder->path, "sandyq.utf8"));
}

static int teardown(void **state)
{
    struct folder *folder = *state;
    const int moved = chdir(folder->home);

    folder_remove(&folder->path);
    free(folder);
    return moved;
}

static void says(const char *code, const char *want)
{
    lang_set(code);
    assert_string_equal(_("Yes"), want);
}

static void test_switching(void **state)
{
    const struct folder *folder = *state;

    catalogue(folder, "kk", "kk", "Иә");
    catalogue(folder, "ru", "ru", "Да");
    assert_int_equal(lang_start(folder->path), 0);
    assert_string_equal(_("Yes"), "Yes");
    says("kk", "Иә");
    says("ru", "Да");
    says("en", "Yes");
    says("kk", "Иә");
    says("xx", "Yes");
    says("ru", "Да");
    says("../../../etc", "Yes");
}

/* A confined process can open nothing: all must be read at the start, whatever the folder's
   name. */
static void test_files_are_not_needed_later(void **state)
{
    const struct folder *folder = *state;
    char mo[256];

    catalogue(folder, "kk", "kk", "Иә");
    catalogue(folder, "ru", "ru", "Да");
    assert_int_equal(chdir(folder->path), 0);
    assert_int_equal(lang_start("."), 0);
    snprintf(mo, sizeof mo, "%s/kk/LC_MESSAGES/sandyq.mo", folder->path);
    assert_int_equal(unlink(mo), 0);
    assert_int_equal(chdir("/"), 0);
    says("kk", "Иә");
    says("ru", "Да");
}

static void test_a_missing_language_is_an_error(void **state)
{
    const struct folder *folder = *state;

    assert_int_equal(lang_start(folder->path), -1);
    assert_int_equal(lang_start("/nowhere/at/all"), -1);
    catalogue(folder, "kk", "kk", "Иә");
    assert_int_equal(lang_start(folder->path), -1);
}

static void test_a_wrong_language_is_an_error(void **state)
{
    const struct folder *folder = *state;

    catalogue(folder, "kk", "kk", "Иә");
    catalogue(folder, "ru", "kk", "Иә");
    assert_int_equal(lang_start(folder->path), -1);
}

static void test_names(void **state)
{
    assert_string_equal(lang_code(0), "kk");
    assert_string_equal(lang_code(1), "ru");
    assert_string_equal(lang_code(2), "en");
    assert_string_equal(lang_code(LANG_COUNT), "en");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_switching, setup, teardown),
        cmocka_unit_test_setup_teardown(test_files_are_not_needed_later, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_missing_language_is_an_error, setup, teardown),
        cmocka_unit_test_setup_teardown(test_a_wrong_language_is_an_error, setup, teardown),
        cmocka_unit_test(test_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
