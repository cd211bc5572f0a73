/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A casebook is an office like any other, the same for the same seed, and never taken for a real
   one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/secret.h"
#include "desk/triage_screen.h"
#include "tests/lib/folder.h"
#include "tests/lib/light_keyring.h"

#define MARK "TRAINING DATA: no person here is real."

enum { CASES = 60, SAID = 1 << 20 };

static char *dir;
static char said[SAID];
static char warned[4096];
static char command[16384];

static void slurp(const char *name, char *out, size_t size)
{
    FILE *file = fopen(folder_path(dir, name), "rb");
    assert_non_null(file);
    out[fread(out, 1, size - 1, file)] = '\0';
    fclose(file);
}

/* Runs a shell line in the scratch folder; $B is the build, $O the options of an officer of the
   first casebook. Returns the exit status; what it said is in said and warned. */
static int run(const char *line)
{
    const char *build = getenv("SANDYQ_BUILD");
    char here[2048];
    assert_non_null(build);
    assert_non_null(getcwd(here, sizeof here));
    snprintf(command, sizeof command,
             "B=$(cd '%s' && cd '%s' && pwd) && cd '%s' && D=$B/sandyq-desk && O='--officer "
             "one/officer-2 --passphrase-file one/passphrase' && export LC_ALL=C.UTF-8 LANGUAGE=en "
             "LANG=en_US.UTF-8 && { %s ; } >out 2>err </dev/null",
             here, build, dir, line);
    const int status = system(command);
    slurp("out", said, sizeof said);
    slurp("err", warned, sizeof warned);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static json_t *parsed(const char *line)
{
    json_error_t error;
    assert_int_equal(run(line), 0);
    json_t *value = json_loads(said, JSON_REJECT_DUPLICATES, &error);
    assert_non_null(value);
    return value;
}

static void assert_marked(const json_t *value)
{
    assert_true(json_is_true(json_object_get(value, "training")));
}

/* Of a list every object. */
static void assert_all_marked(const char *line, size_t n)
{
    json_t *all = parsed(line), *one = NULL;
    size_t i = 0;
    assert_int_equal(json_array_size(all), n);
    json_array_foreach(all, i, one) assert_marked(one);
    json_decref(all);
    assert_string_equal(warned, MARK "\n");
}

static int setup(void **state)
{
    dir = folder_make();
    assert_int_equal(run("$B/tests/casebook/casebook one 60 7 2"), 0);
    slurp("one/passphrase", said, sizeof said);
    said[strcspn(said, "\n")] = '\0';
    light_keyring(folder_path(dir, "one/officer-2/keyring"), said);
    return 0;
}

static int teardown(void **state)
{
    folder_remove(&dir);
    return 0;
}

static void test_audit_and_verify_are_clean(void **state)
{
    json_t *found = parsed("$D audit one/office $O --json");
    assert_marked(found);
    assert_int_equal(json_array_size(json_object_get(found, "findings")), 0);
    assert_true(json_integer_value(json_object_get(found, "acts")) > 5 * CASES);
    assert_true(json_integer_value(json_object_get(found, "texts")) > CASES);
    assert_true(json_integer_value(json_object_get(found, "records")) > CASES);
    json_decref(found);
    found = parsed("$D verify one/office $O --json");
    assert_marked(found);
    assert_int_equal(json_array_size(json_object_get(found, "findings")), 0);
    json_decref(found);
}

static void test_every_line_of_json_is_marked(void **state)
{
    assert_all_marked("$D list one/office $O --json", CASES);
    assert_all_marked("$D kiosks one/office $O --json", 10);
    assert_all_marked("$D officer list one/office $O --json", 2);
    json_t *one = parsed("$D show one/office 1 $O --json");
    assert_marked(one);
    assert_true(json_array_size(json_object_get(one, "letters")) >= 1);
    json_decref(one);
}

static void test_every_print_begins_with_the_mark(void **state)
{
    static const char *const lines[] = {
        "$D list one/office $O",
        "$D show one/office 1 $O",
        "$D kiosks one/office $O",
        "$D officer list one/office $O",
        "$D audit one/office $O",
        "echo seen | $D note one/office 2 $O",
        "$D publish one/office $O --out board",
    };
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_int_equal(run(lines[i]), 0);
        assert_memory_equal(said, MARK "\n", sizeof MARK);
        assert_null(strstr(said + 1, MARK));
    }
}

/* Ids of kiosks and everything that people wrote follow from the seed; the office's keys do not. */
static void test_the_same_seed_gives_the_same_cases(void **state)
{
    assert_int_equal(run("$B/tests/casebook/casebook two 60 7 2"), 0);
    assert_int_equal(run("T='--officer two/officer-1 --passphrase-file two/passphrase'\n"
                         "for c in list kiosks 'show 1' 'show 17' 'show 60'; do\n"
                         "set -- $c\n"
                         "$D $1 one/office $2 $O --json | grep -v '\"silent\"' >a || exit 3\n"
                         "$D $1 two/office $2 $T --json | grep -v '\"silent\"' >b || exit 3\n"
                         "test -s a && cmp a b || exit 4; done"),
                     0);
}

static void test_what_is_there_is_not_made_anew(void **state)
{
    assert_int_equal(run("$B/tests/casebook/casebook one 60 7 2"), 1);
    assert_int_equal(run("$D list one/office $O"), 0);
}

static void test_a_real_office_is_never_marked(void **state)
{
    assert_int_equal(run("export HOME=$PWD; $D init real --passphrase-file one/passphrase && "
                         "$D officer list real --passphrase-file one/passphrase --json >a && "
                         "$D list real --passphrase-file one/passphrase >>a && cat a err"),
                     0);
    assert_non_null(strstr(said, "\"fingerprint\""));
    assert_null(strstr(said, "raining"));
    assert_null(strstr(said, "TRAINING"));
}

/* --- the screen --- */

static void assert_first_row(const struct screen *screen, const char *text)
{
    for (int col = 0; text[col] != '\0'; col++)
        assert_int_equal(screen_at(screen, 0, 2 + col)->ch, (uint32_t)text[col]);
}

static void test_every_view_of_the_screen_begins_with_the_mark(void **state)
{
    static const struct keypress keys[] = {
        {.kind = KEYPRESS_ENTER}, {.kind = KEYPRESS_CHAR, .ch = 'a'}, {.kind = KEYPRESS_BACK}};
    struct vault *vault = NULL;
    struct triage_screen *ui = NULL;
    struct screen *screen = screen_new(SCREEN_ROWS_MIN, SCREEN_COLS_MIN);
    struct passphrase *passphrase = secret_new(sizeof *passphrase);
    strcpy(passphrase->text, "training-casebook-passphrase");
    passphrase->len = strlen(passphrase->text);
    assert_int_equal(vault_open(folder_path(dir, "one/office"), &vault), ERROR_NONE);
    assert_int_equal(vault_unlock(vault, folder_path(dir, "one/officer-1"), passphrase),
                     ERROR_NONE);
    assert_true(fold_training(vault->history.fold));
    assert_int_equal(triage_screen_new(vault, day_minute(), &ui), ERROR_NONE);
    triage_screen_draw(ui, screen);
    assert_first_row(screen, MARK);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        assert_true(triage_screen_key(ui, screen, keys[i]));
        triage_screen_draw(ui, screen);
        assert_first_row(screen, MARK);
    }
    triage_screen_free(&ui);
    screen_free(&screen);
    passphrase_free(&passphrase);
    vault_close(&vault);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_and_verify_are_clean),
        cmocka_unit_test(test_every_line_of_json_is_marked),
        cmocka_unit_test(test_the_same_seed_gives_the_same_cases),
        cmocka_unit_test(test_every_print_begins_with_the_mark),
        cmocka_unit_test(test_what_is_there_is_not_made_anew),
        cmocka_unit_test(test_a_real_office_is_never_marked),
        cmocka_unit_test(test_every_view_of_the_screen_begins_with_the_mark),
    };
    if (secret_start() != ERROR_NONE)
        return 1;
    return cmocka_run_group_tests(tests, setup, teardown);
}
