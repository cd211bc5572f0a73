/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files: only plain ones are read, and a half one is never seen. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "tests/lib/folder.h"
#include "tests/lib/full_disk.h"

static char *dir;
static int folder;

static int setup(void **state)
{
    dir = folder_make();
    folder = open(dir, O_RDONLY | O_DIRECTORY);
    return folder < 0;
}

static int teardown(void **state)
{
    close(folder);
    folder_remove(&dir);
    return 0;
}

static unsigned files_in_folder(void)
{
    unsigned n = 0;
    DIR *d = opendir(dir);
    assert_non_null(d);
    for (struct dirent *e = readdir(d); e != NULL; e = readdir(d))
        n += strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0;
    closedir(d);
    return n;
}

static int read_named(const char *name, size_t max)
{
    uint8_t *data = NULL;
    size_t len = 0;
    int error = file_read(folder, name, max, &data, &len);
    if (error != ERROR_NONE)
        assert_null(data);
    free(data);
    return error;
}

static void written_is_read(void **state)
{
    uint8_t *data = NULL;
    size_t len = 0;
    assert_int_equal(file_write(folder, "a", 0600, "first", 5), ERROR_NONE);
    assert_int_equal(file_write(folder, "a", 0600, "second", 6), ERROR_NONE);
    assert_int_equal(file_read(folder, "a", 6, &data, &len), ERROR_NONE);
    assert_int_equal(len, 6);
    assert_memory_equal(data, "second", 6);
    free(data);
    assert_int_equal(file_write(folder, "empty", 0600, "", 0), ERROR_NONE);
    assert_int_equal(read_named("empty", 0), ERROR_NONE);
    assert_int_equal(files_in_folder(), 2);
}

static void mode_is_kept_to(void **state)
{
    struct stat st;
    assert_int_equal(file_write(folder, "secret", 0600, "x", 1), ERROR_NONE);
    assert_int_equal(fstatat(folder, "secret", &st, 0), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
}

static void missing_and_large(void **state)
{
    folder_write(folder_path(dir, "a"), "12345", 5);
    assert_int_equal(read_named("b", 5), ERROR_MISSING);
    assert_int_equal(read_named("a", 5), ERROR_NONE);
    assert_int_equal(read_named("a", 4), ERROR_LARGE);
}

/* A hundred gigabytes that take no room on the disk. */
static void sparse_giant_is_refused_at_once(void **state)
{
    int fd = openat(folder, "giant", O_WRONLY | O_CREAT, 0600);
    if (ftruncate(fd, 100LL << 30) != 0)
        assert_int_equal(ftruncate(fd, 8LL << 30), 0);
    close(fd);
    assert_int_equal(read_named("giant", (size_t)1 << 30), ERROR_LARGE);
}

static void special_files_are_refused(void **state)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int listener = socket(AF_UNIX, SOCK_STREAM, 0);

    folder_write(folder_path(dir, "real"), "x", 1);
    assert_int_equal(symlinkat("real", folder, "link"), 0);
    assert_int_equal(symlinkat("nowhere", folder, "dangling"), 0);
    assert_int_equal(mkdirat(folder, "folder", 0700), 0);
    assert_int_equal(mkfifoat(folder, "pipe", 0600), 0);
    snprintf(address.sun_path, sizeof address.sun_path, "%.80s/socket", dir);
    assert_int_equal(bind(listener, (struct sockaddr *)&address, sizeof address), 0);
    close(listener);
    assert_int_equal(read_named("link", 10), ERROR_SPECIAL);
    assert_int_equal(read_named("dangling", 10), ERROR_SPECIAL);
    assert_int_equal(read_named("folder", 10), ERROR_SPECIAL);
    assert_int_equal(read_named("pipe", 10), ERROR_SPECIAL);
    assert_int_equal(read_named("socket", 10), ERROR_SPECIAL);
    int dev = open("/dev", O_RDONLY | O_DIRECTORY);
    uint8_t *data = NULL;
    size_t len = 0;
    assert_int_equal(file_read(dev, "zero", 10, &data, &len), ERROR_SPECIAL);
    close(dev);
}

static void magic_tells_what_it_is(void **state)
{
    static const struct {
        const char *text;
        int error;
    } cases[] = {
        {"SANDYQC1", ERROR_NONE},     {"SANDYQC1more", ERROR_NONE}, {"SANDYQC2", ERROR_NEWER},
        {"SANDYQC9", ERROR_NEWER},    {"SANDYQC0", ERROR_FOREIGN},  {"SANDYQC:", ERROR_FOREIGN},
        {"SANDYQB1", ERROR_FOREIGN},  {"SANDYQB2", ERROR_FOREIGN},  {"sandyqc1", ERROR_FOREIGN},
        {"SANDYQC", ERROR_TRUNCATED}, {"", ERROR_TRUNCATED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        assert_int_equal(
            file_magic((const uint8_t *)cases[i].text, strlen(cases[i].text), "SANDYQC1"),
            cases[i].error);
}

static void symlink_at_the_target_is_replaced_not_followed(void **state)
{
    struct stat st;

    folder_write(folder_path(dir, "victim"), "safe", 4);
    assert_int_equal(symlinkat("victim", folder, "a"), 0);
    assert_int_equal(file_write(folder, "a", 0600, "new", 3), ERROR_NONE);
    assert_int_equal(fstatat(folder, "a", &st, AT_SYMLINK_NOFOLLOW), 0);
    assert_true(S_ISREG(st.st_mode));
    assert_int_equal(read_named("victim", 4), ERROR_NONE);
    assert_int_equal(fstatat(folder, "victim", &st, 0), 0);
    assert_int_equal(st.st_size, 4);
}

static void folder_at_the_target_is_refused(void **state)
{
    assert_int_equal(mkdirat(folder, "a", 0700), 0);
    assert_int_equal(file_write(folder, "a", 0600, "new", 3), ERROR_SPECIAL);
    assert_int_equal(files_in_folder(), 1);
}

static void abandoned_leaves_the_old(void **state)
{
    struct file_writer *writer = NULL;
    uint8_t *data = NULL;
    size_t len = 0;

    folder_write(folder_path(dir, "a"), "old", 3);
    assert_int_equal(file_begin(folder, "a", 0600, &writer), ERROR_NONE);
    assert_int_equal(file_add(writer, "half", 4), ERROR_NONE);
    file_abandon(&writer);
    assert_null(writer);
    file_abandon(&writer);
    assert_int_equal(files_in_folder(), 1);
    assert_int_equal(file_read(folder, "a", 3, &data, &len), ERROR_NONE);
    assert_memory_equal(data, "old", 3);
    free(data);
}

/* A cut leaves a temporary file that nobody holds; a writer at work holds its own. */
static void sweep_takes_what_is_dead(void **state)
{
    struct file_writer *writer = NULL;

    folder_write(folder_path(dir, ".sandyq-99999-0"), "half", 4);
    folder_write(folder_path(dir, ".sandyq-99999-1"), "half", 4);
    folder_write(folder_path(dir, ".somebody-else"), "x", 1);
    folder_write(folder_path(dir, "a"), "x", 1);
    assert_int_equal(file_begin(folder, "b", 0600, &writer), ERROR_NONE);
    assert_int_equal(file_add(writer, "living", 6), ERROR_NONE);
    file_sweep(folder);
    assert_int_equal(files_in_folder(), 3);
    assert_int_equal(file_commit(&writer), ERROR_NONE);
    assert_int_equal(read_named("b", 6), ERROR_NONE);
    assert_int_equal(read_named("a", 6), ERROR_NONE);
    assert_int_equal(files_in_folder(), 3);
}

static void temporary_names_in_use_are_stepped_over(void **state)
{
    char name[64];
    for (int i = 0; i < 3; i++) {
        snprintf(name, sizeof name, ".sandyq-%ld-%d", (long)getpid(), i);
        folder_write(folder_path(dir, name), "x", 1);
    }
    assert_int_equal(file_write(folder, "a", 0600, "new", 3), ERROR_NONE);
    assert_int_equal(read_named("a", 3), ERROR_NONE);
}

static int mount_small(const char *options, unsigned long flags)
{
    if (geteuid() != 0 || mount("tmpfs", dir, "tmpfs", flags, options) != 0)
        return -1;
    close(folder);
    folder = open(dir, O_RDONLY | O_DIRECTORY);
    return folder;
}

static void full_disk_is_refused_and_nothing_left(void **state)
{
    static uint8_t much[256 * 1024];
    if (mount_small("size=64k", 0) < 0)
        skip();
    int kept = file_write(folder, "a", 0600, "old", 3);
    int error = file_write(folder, "a", 0600, much, sizeof much);
    int still = read_named("a", 3);
    unsigned count = files_in_folder();
    close(folder);
    folder = open("/", O_RDONLY);
    assert_int_equal(umount(dir), 0);
    assert_int_equal(kept, ERROR_NONE);
    assert_int_equal(error, ERROR_FULL);
    assert_int_equal(still, ERROR_NONE);
    assert_int_equal(count, 1);
}

static void read_only_folder_is_refused(void **state)
{
    if (geteuid() == 0) {
        if (mount_small("size=64k", MS_RDONLY) < 0)
            skip();
    } else {
        assert_int_equal(fchmod(folder, 0500), 0);
    }
    int error = file_write(folder, "a", 0600, "new", 3);
    if (geteuid() == 0) {
        close(folder);
        folder = open("/", O_RDONLY);
        assert_int_equal(umount(dir), 0);
    } else {
        assert_int_equal(fchmod(folder, 0700), 0);
    }
    assert_int_equal(error, ERROR_READONLY);
}

static void every_error_has_words(void **state)
{
    assert_string_equal(error_text(ERROR_NONE), "");
    for (int i = 1; i < ERROR_COUNT; i++)
        assert_true(strlen(error_text(i)) > 20 && error_status(i) > 0);
    for (int i = 1; i < ERROR_COUNT; i++)
        for (int k = 1; k < i; k++)
            assert_string_not_equal(error_text(i), error_text(k));
    assert_int_equal(error_status(ERROR_NONE), 0);
    assert_string_equal(error_text(-1), error_text(ERROR_IO));
    assert_string_equal(error_text(ERROR_COUNT), error_text(ERROR_IO));
}

/* Each folder that cannot be opened has its own cause. */
static void a_folder_has_its_own_causes(void **state)
{
    assert_int_equal(error_of_folder(ENOENT), ERROR_MISSING);
    assert_int_equal(error_of_folder(ENOTDIR), ERROR_NOT_FOLDER);
    assert_int_equal(error_of_folder(ELOOP), ERROR_NOT_FOLDER);
    assert_int_equal(error_of_folder(EACCES), ERROR_DENIED);
    assert_int_equal(error_of_folder(ENAMETOOLONG), ERROR_NAME_LONG);
    assert_int_equal(error_of_folder(EIO), ERROR_IO);
    assert_true(error_is_machine(ERROR_DENIED)); /* nothing was learnt about the thing itself */
}

#define CASE(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(written_is_read),
        CASE(mode_is_kept_to),
        CASE(missing_and_large),
        CASE(sparse_giant_is_refused_at_once),
        CASE(special_files_are_refused),
        CASE(magic_tells_what_it_is),
        CASE(symlink_at_the_target_is_replaced_not_followed),
        CASE(folder_at_the_target_is_refused),
        CASE(abandoned_leaves_the_old),
        CASE(sweep_takes_what_is_dead),
        CASE(temporary_names_in_use_are_stepped_over),
        CASE(full_disk_is_refused_and_nothing_left),
        CASE(read_only_folder_is_refused),
        CASE(every_error_has_words),
        CASE(a_folder_has_its_own_causes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
