/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every fuzz target takes its corpus: the inputs checked in, and those learnt in the folder that
   SANDYQ_LEARNT names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "tests/folder.h"
#include "tests/fuzz/fuzz.h"

#define TARGETS(each)                                                                              \
    each(answer) each(board) each(bundle) each(card) each(charter) each(code) each(config)         \
        each(envelope) each(import) each(keyring) each(keys) each(letter) each(library)            \
            each(linear) each(news) each(notices) each(plain) each(record) each(session)           \
                each(sign) each(vault) each(salvage)

typedef int target_fn(const uint8_t *data, size_t size);

#define DECLARE(name) int fuzz_##name(const uint8_t *data, size_t size);
TARGETS(DECLARE)

static char current[4096]; /* the input that a target has in hand */

/* A target that finds something aborts: say over what. */
static void on_abort(int signal)
{
    (void)!write(STDERR_FILENO, current, strlen(current));
    (void)!write(STDERR_FILENO, "\n", 1);
}

/* In a block of exactly its length, so that a byte read beyond it is seen. */
static void give(target_fn *target, const char *path)
{
    size_t len = 0;
    uint8_t *bytes = folder_read(path, &len);
    uint8_t *data = malloc(len > 0 ? len : 1);

    assert_non_null(data);
    if (len > 0)
        memcpy(data, bytes, len);
    assert_int_equal(target(data, len), 0);
    free(data);
    free(bytes);
}

static size_t give_all(target_fn *target, const char *corpus, const char *name)
{
    char folder[2048];
    struct dirent *entry = NULL;
    size_t n = 0;

    snprintf(folder, sizeof folder, "%s/fuzz_%s", corpus, name);
    DIR *dir = opendir(folder);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(current, sizeof current, "%s/%s", folder, entry->d_name);
        give(target, current);
        n++;
    }
    if (dir != NULL)
        closedir(dir);
    return n;
}

static void replay(target_fn *target, const char *name)
{
    const struct sigaction action = {.sa_handler = on_abort, .sa_flags = (int)SA_RESETHAND};
    const char *learnt = getenv("SANDYQ_LEARNT");

    sigaction(SIGABRT, &action, NULL);
    snprintf(current, sizeof current, "nothing, to fuzz_%s", name);
    assert_int_equal(target((const uint8_t *)"", 0), 0);
    assert_true(give_all(target, "tests/fuzz/corpus", name) > 0);
    if (learnt != NULL)
        give_all(target, learnt, name);
}

#define TEST(name)                                                                                 \
    static void test_##name(void **state)                                                          \
    {                                                                                              \
        replay(fuzz_##name, #name);                                                                \
    }
TARGETS(TEST)

/* A target that nobody replays would not be built by gcc either. */
static void test_all_are_here(void **state)
{
#define NAME(name) "fuzz_" #name ".c",
    static const char *const names[] = {TARGETS(NAME)};
    struct dirent *entry = NULL;
    size_t n = 0;
    DIR *dir = opendir("tests/fuzz");

    assert_non_null(dir);
    while ((entry = readdir(dir)) != NULL)
        n += strncmp(entry->d_name, "fuzz_", 5) == 0 && strstr(entry->d_name, ".c") != NULL;
    closedir(dir);
    assert_int_equal(n, sizeof names / sizeof *names);
}

int main(void)
{
#define ENTRY(name) cmocka_unit_test(test_##name),
    const struct CMUnitTest tests[] = {TARGETS(ENTRY) cmocka_unit_test(test_all_are_here)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
