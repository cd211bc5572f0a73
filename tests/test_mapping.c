/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files read in place: a page that cannot be had is zeros, ends nobody, and is remembered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mapping.h"
#include "sandbox/sandbox.h"
#include "tests/lib/folder.h"

enum { PAGES = 4, CONFINED = 90 };

static char *folder;
static int dir = -1;
static size_t page, len;

static int setup(void **state)
{
    static uint8_t bytes[PAGES * 65536];
    page = (size_t)sysconf(_SC_PAGESIZE);
    len = PAGES * page - 10;
    memset(bytes, 7, sizeof bytes);
    folder = folder_make();
    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    folder_write(folder_path(folder, "file"), bytes, len);
    return dir >= 0 ? 0 : -1;
}

static int teardown(void **state)
{
    close(dir);
    folder_remove(&folder);
    return 0;
}

/* How many bytes of the file are sevens. */
static size_t sevens(const struct mapping *mapping)
{
    const volatile uint8_t *bytes = mapping->bytes;
    size_t n = 0;
    for (size_t i = 0; i < mapping->len; i++)
        n += bytes[i] == 7;
    return n;
}

/* What a process of its own ends with: what the function returns, or 128 and the signal. */
static int status_of(int (*run)(void))
{
    int status = 0;
    const pid_t pid = fork();
    if (pid == 0) {
        signal(SIGBUS, SIG_DFL); /* cmocka's would go on with the next test */
        _exit(run());
    }
    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/* The file is cut after its first page while it is mapped: as where the disk fails. */
static int read_what_is_cut(bool resident)
{
    struct mapping mapping;
    if (mapping_open(dir, "file", len, resident, &mapping) != ERROR_NONE || mapping_lost() ||
        sevens(&mapping) != len)
        return 1;
    if (truncate(folder_path(folder, "file"), (off_t)page) != 0)
        return 2;
    if (sevens(&mapping) != page || !mapping_lost() || sevens(&mapping) != page)
        return 3;
    mapping_close(&mapping);
    return mapping_lost() && mapping.bytes == NULL ? 0 : 4;
}

static int read_resident(void)
{
    return read_what_is_cut(true);
}

static int read_as_needed(void)
{
    return read_what_is_cut(false);
}

static void page_that_is_gone_is_zeros(void **state)
{
    assert_int_equal(status_of(read_resident), 0);
    teardown(state);
    setup(state);
    assert_int_equal(status_of(read_as_needed), 0);
}

/* In the sandbox of a session, which may call little. */
static int read_confined(void)
{
    static const int kept[] = {3};
    struct mapping mapping;
    if (mapping_open(dir, "file", len, true, &mapping) != ERROR_NONE ||
        truncate(folder_path(folder, "file"), (off_t)page) != 0 || dup2(1, 3) != 3)
        return 1;
    if (sandbox_session(kept, 1) != 0)
        return CONFINED;
    return sevens(&mapping) == page && mapping_lost() ? 0 : 2;
}

static void confined_session_goes_on(void **state)
{
    assert_int_equal(status_of(read_confined), 0);
}

/* Other memory is none of its business: there zeros might be sent, or stored. */
static int read_another(void)
{
    struct mapping mapping;
    const int fd = openat(dir, "file", O_RDWR | O_CLOEXEC);
    if (mapping_open(dir, "file", len, true, &mapping) != ERROR_NONE)
        return 1;
    const volatile uint8_t *other = mmap(NULL, len, PROT_READ, MAP_SHARED, fd, 0);
    if (other == MAP_FAILED || ftruncate(fd, (off_t)page) != 0)
        return 2;
    return other[2 * page] + sevens(&mapping) > 0;
}

static int read_after_closing(void)
{
    struct mapping mapping;
    const int fd = openat(dir, "file", O_RDWR | O_CLOEXEC);
    if (mapping_open(dir, "file", len, true, &mapping) != ERROR_NONE)
        return 1;
    void *const place = (void *)(uintptr_t)mapping.bytes;
    mapping_close(&mapping);
    const volatile uint8_t *other = mmap(place, len, PROT_READ, MAP_SHARED, fd, 0);
    if (other == MAP_FAILED || ftruncate(fd, (off_t)page) != 0)
        return 2;
    return other[2 * page];
}

static void other_memory_ends_the_process(void **state)
{
    assert_int_equal(status_of(read_another), 128 + SIGBUS);
    teardown(state);
    setup(state);
    assert_int_equal(status_of(read_after_closing), 128 + SIGBUS);
}

static void what_is_no_file_is_not_mapped(void **state)
{
    static const struct mapping none;
    struct mapping mapping;
    folder_write(folder_path(folder, "empty"), "", 0);
    static const struct {
        const char *name;
        enum error error;
    } wrongs[] = {{"missing", ERROR_MISSING}, {"empty", ERROR_TRUNCATED}, {"file", ERROR_LARGE}};
    for (size_t i = 0; i < sizeof wrongs / sizeof *wrongs; i++) {
        memset(&mapping, 0xff, sizeof mapping);
        assert_int_equal(mapping_open(dir, wrongs[i].name, len - 1, false, &mapping),
                         wrongs[i].error);
        assert_memory_equal(&mapping, &none, sizeof none);
        mapping_close(&mapping);
    }
}

#define MAPPING_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        MAPPING_TEST(page_that_is_gone_is_zeros),
        MAPPING_TEST(confined_session_goes_on),
        MAPPING_TEST(other_memory_ends_the_process),
        MAPPING_TEST(what_is_no_file_is_not_mapped),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
