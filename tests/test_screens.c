/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every screen as a person sees it: tests/screens/NAME.keys played in each language, what it shows
   compared with NAME.LANG.screen. GENERATE=1 writes the expected files anew, for the languages
   named in SCREENS (default "en"). A language without an expected file is played all the same: no
   text may be clipped. */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "crypto/secret.h"
#include "tests/booth.h"
#include "tui/lang.h"

enum { FILE_MAX = 262144, NAME_MAX_LEN = 512 };

static struct code_keys keys;

/* The whole file as a string for free(3); NULL when there is none. */
static char *slurp(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t len = 0;

    if (file == NULL)
        return NULL;
    text = calloc(1, FILE_MAX);
    if (text != NULL)
        len = fread(text, 1, FILE_MAX - 1, file);
    fclose(file);
    assert_true(text != NULL && len < FILE_MAX - 1);
    return text;
}

/* All kept screens one below the other. */
static char *shown(const struct booth *booth)
{
    char *text = calloc(1, FILE_MAX);
    size_t len = 0;

    assert_non_null(text);
    for (int i = 0; i < booth->kept_count; i++)
        len +=
            (size_t)snprintf(text + len, FILE_MAX - len, "---- %d ----\n%s", i + 1, booth->kept[i]);
    return text;
}

static void compare(const char *path, const char *language, const char *text)
{
    const char *languages = getenv("SCREENS");
    char *want = slurp(path);

    if (getenv("GENERATE") != NULL &&
        strstr(languages != NULL ? languages : "en", language) != NULL) {
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    } else if (want != NULL && strcmp(want, text) != 0) {
        print_error("%s: the screens are not as expected; they are now:\n%s\n", path, text);
        fail();
    } else {
        assert_true(want != NULL || strcmp(language, "en") != 0);
    }
    free(want);
}

static void play(const char *path, const char *language)
{
    static const char *const texts[] = {"", "We read what you wrote. Someone will come to see you "
                                            "within three days.\n\nTell us: has a doctor "
                                            "seen you?"};
    struct booth *booth = booth_new();
    char *script = slurp(path);
    char *text = NULL;
    char expected[NAME_MAX_LEN];

    assert_non_null(booth);
    assert_non_null(script);
    assert_int_equal(booth_answer(booth, &keys, texts, 2), 0);
    booth->language = language;
    booth->masked = true;
    lang_set("en");
    assert_int_not_equal(booth_play(booth, script), SESSION_FAILED);
    assert_false(booth->clipped);
    text = shown(booth);
    snprintf(expected, sizeof expected, "%.*s.%s.screen", (int)(strlen(path) - strlen(".keys")),
             path, language);
    compare(expected, language, text);
    free(text);
    free(script);
    booth_free(&booth);
}

static void play_all(const char *language)
{
    glob_t found = {0};

    assert_int_equal(glob("tests/screens/*.keys", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        play(found.gl_pathv[i], language);
    globfree(&found);
}

static void test_screens_en(void **state)
{
    play_all("en");
}

static void test_screens_kk(void **state)
{
    play_all("kk");
}

static void test_screens_ru(void **state)
{
    play_all("ru");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens_en),
        cmocka_unit_test(test_screens_kk),
        cmocka_unit_test(test_screens_ru),
    };
    const char *build = getenv("SANDYQ_BUILD");
    char folder[NAME_MAX_LEN];
    uint8_t office[CODE_OFFICE_LEN];

    snprintf(folder, sizeof folder, "%s/locale", build != NULL ? build : "build");
    if (lang_start(folder) != 0) {
        fprintf(stderr, "no translations in %s\n", folder);
        return 1;
    }
    memset(office, 0x5a, sizeof office);
    if (secret_start() != SECRET_OK || code_derive(BOOTH_CODE, BOOTH_PIN, office, &keys) != CODE_OK)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
