/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every fuzz target takes its corpus: the inputs checked in, and those learnt in the folder that
   SANDYQ_LEARNT names. libFuzzer wants files: `test_corpus unpack FOLDER` writes the inputs to
   FOLDER/TARGET, and `test_corpus pack FOLDER` takes new files of FOLDER/TARGET in. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <dirent.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tests/fuzz/corpus.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/folder.h"

#define TARGETS(each)                                                                              \
    each(act) each(answer) each(bundle) each(card) each(charter) each(code) each(config)           \
        each(contact) each(envelope) each(grant) each(head) each(heads) each(history) each(import) \
            each(intake) each(keyring) each(keys) each(letter) each(library) each(linear)          \
                each(news) each(notices) each(record) each(request) each(rows) each(salvage)       \
                    each(sanitize) each(segment) each(session) each(signature) each(vault)         \
                        each(view)

typedef int target_fn(const uint8_t *data, size_t size);

#define DECLARE(name) int fuzz_##name(const uint8_t *data, size_t size);
TARGETS(DECLARE)

static char current[2 * PATH_MAX]; /* the input that a target has in hand */

/* The text file of a target, in a buffer used again by the next call. */
static const char *corpus_of(const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "tests/fuzz/corpus/fuzz_%s.txt", name);
    return path;
}

/* The target's folder under another, in a buffer used again by the next call. */
static const char *folder_of(const char *under, const char *name)
{
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/fuzz_%s", under, name);
    return path;
}

/* A target that finds something aborts: say over what. */
static void on_abort(int signal)
{
    (void)!write(STDERR_FILENO, current, strlen(current));
    (void)!write(STDERR_FILENO, "\n", 1);
}

/* Gives the inputs that are checked in. */
static void give_corpus(target_fn *target, const char *name)
{
    const char *path = corpus_of(name);
    struct corpus *corpus = corpus_read(path);
    assert_true(corpus->count > 0);
    for (size_t i = 0; i < corpus->count; i++) {
        const struct corpus_input *input = &corpus->inputs[i];
        snprintf(current, sizeof current, "%s:%d: %.255s", path, input->line, input->name);
        assert_int_equal(target(input->data, input->len), 0);
    }
    corpus_free(&corpus);
}

/* Gives the files of a folder, each in a block of exactly its length. */
static void give_learnt(target_fn *target, const char *folder)
{
    struct dirent *entry = NULL;
    DIR *dir = opendir(folder);
    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(current, sizeof current, "%s/%s", folder, entry->d_name);
        size_t len = 0;
        uint8_t *bytes = folder_read(current, &len);
        uint8_t *data = malloc(len > 0 ? len : 1);
        assert_non_null(data);
        memcpy(data, bytes, len);
        assert_int_equal(target(data, len), 0);
        free(data);
        free(bytes);
    }
    if (dir != NULL)
        closedir(dir);
}

static void replay(target_fn *target, const char *name)
{
    const struct sigaction action = {.sa_handler = on_abort, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGABRT, &action, NULL);
    snprintf(current, sizeof current, "nothing, to fuzz_%s", name);
    assert_int_equal(target((const uint8_t *)"", 0), 0);
    give_corpus(target, name);
    if (getenv("SANDYQ_LEARNT") != NULL)
        give_learnt(target, folder_of(getenv("SANDYQ_LEARNT"), name));
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
    for (size_t i = 0; i < n; i++) { /* a fuzzer does not begin without its words */
        char path[PATH_MAX];
        snprintf(path, sizeof path, "tests/fuzz/dict/%.*s.dict", (int)strlen(names[i]) - 2,
                 names[i]);
        if (access(path, R_OK) != 0)
            fail_msg("no %s", path);
    }
}

/* Every byte comes back as it was packed, and what is there is not packed again. */
static void test_text_holds_any_bytes(void **state)
{
    char *folder = folder_make();
    char path[PATH_MAX];
    uint8_t bytes[256 + 4] = "";
    for (size_t i = 0; i < 256; i++)
        bytes[i] = (uint8_t)i;
    memcpy(bytes + 256, "\xd2\x9a: ", 4);
    snprintf(path, sizeof path, "%s.txt", folder);
    folder_write(path, "# none\nempty:\n", 14);
    folder_write(folder_path(folder, "all"), bytes, sizeof bytes);
    folder_write(folder_path(folder, "none"), "", 0);
    assert_int_equal(corpus_pack(path, folder), 1);
    assert_int_equal(corpus_pack(path, folder), 0);
    struct corpus *corpus = corpus_read(path);
    assert_int_equal(corpus->count, 2);
    assert_string_equal(corpus->inputs[1].name, "all");
    assert_int_equal(corpus->inputs[1].line, 3);
    assert_int_equal(corpus->inputs[1].len, sizeof bytes);
    assert_memory_equal(corpus->inputs[1].data, bytes, sizeof bytes);
    corpus_free(&corpus);
    assert_int_equal(unlink(path), 0);
    folder_remove(&folder);
}

/* Turns the text file of each target into a folder of files under the one named, or takes such
   files in. Returns the exit status. */
static int convert(const char *command, const char *under)
{
#define STRING(name) #name,
    static const char *const names[] = {TARGETS(STRING)};
    bool packing = strcmp(command, "pack") == 0;
    if (!packing && strcmp(command, "unpack") != 0)
        return 2;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *folder = folder_of(under, names[i]);
        if (packing) {
            size_t added = corpus_pack(corpus_of(names[i]), folder);
            if (added > 0)
                printf("%s: %zu more\n", corpus_of(names[i]), added);
        } else {
            mkdir(folder, 0755);
            corpus_unpack(corpus_of(names[i]), folder);
        }
    }
    return 0;
}

int main(int argc, char **argv)
{
#define ENTRY(name) cmocka_unit_test(test_##name),
    const struct CMUnitTest tests[] = {TARGETS(ENTRY) cmocka_unit_test(test_all_are_here),
                                       cmocka_unit_test(test_text_holds_any_bytes)};
    return argc == 3 ? convert(argv[1], argv[2]) : cmocka_run_group_tests(tests, NULL, NULL);
}
