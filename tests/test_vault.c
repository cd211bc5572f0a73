/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office is made beside what is there, on a disk of this machine, and root's keys stay root's.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/error.h"
#include "office/vault.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"

static const struct passphrase passphrase = {.len = 23, .text = "correct horse battery 1"};

static enum error make(const char *dir, const char *name)
{
    char print[CHARTER_FINGERPRINT_LEN];
    const struct vault_order order = {.name = "",
                                      .officer = "",
                                      .home = folder_path(dir, "home"),
                                      .now = FAKE_OFFICE_DAY * 24 * 60};
    return vault_make(folder_path(dir, name), &order, &passphrase, print);
}

/* The file system that the office seems to be on; 0: the one that it is on. */
static long file_system;

/* In the place of the C library's. */
int fstatfs(int fd, struct statfs *about)
{
    if (syscall(SYS_fstatfs, fd, about) != 0)
        return -1;
    if (file_system != 0)
        about->f_type = file_system;
    return 0;
}

static void test_a_drive_that_may_be_of_another_machine_is_refused(void **state)
{
    static const long drives[] = {NFS_SUPER_MAGIC,  SMB2_SUPER_MAGIC, CIFS_SUPER_MAGIC,
                                  CEPH_SUPER_MAGIC, V9FS_MAGIC,       FUSE_SUPER_MAGIC /* sshfs */};
    char *dir = folder_make();
    struct vault *vault = NULL;
    fake_office_start();
    for (size_t i = 0; i < sizeof drives / sizeof *drives; i++) {
        file_system = drives[i];
        assert_int_equal(make(dir, "far"), ERROR_OFFICE_NETWORK);
        assert_int_not_equal(access(folder_path(dir, "far"), F_OK), 0);
    }
    file_system = EXT4_SUPER_MAGIC;
    assert_int_equal(make(dir, "near"), ERROR_NONE);
    file_system = FUSE_SUPER_MAGIC;
    assert_int_equal(vault_open(folder_path(dir, "near"), &vault), ERROR_OFFICE_NETWORK);
    file_system = 0;
    assert_int_equal(vault_open(folder_path(dir, "near"), &vault), ERROR_NONE);
    vault_close(&vault);
    folder_remove(&dir);
}

/* What another officer of a group's folder meets. */
static void test_a_root_keyring_of_somebody_else_is_no_fault_of_the_disk(void **state)
{
    char *dir = folder_make();
    const uid_t self = geteuid();
    struct vault *vault = NULL;
    struct root *root = NULL;
    struct stat about;
    fake_office_start();
    assert_int_equal(make(dir, "one"), ERROR_NONE);
    const char *file = folder_path(folder_path(dir, "one"), "root.keyring");
    assert_int_equal(stat(file, &about), 0);
    assert_int_equal(about.st_mode & 07777, 0600);
    assert_int_equal(chmod(file, 0), 0);
    assert_int_equal(vault_open(folder_path(dir, "one"), &vault), ERROR_NONE);
    if (self == 0)
        assert_int_equal(seteuid(65534), 0);
    const enum error error = root_load(vault->dir, vault->charter.root, &passphrase, &root);
    assert_int_equal(seteuid(self), 0);
    assert_int_equal(error, ERROR_ROOT_DENIED);
    assert_null(root);
    vault_close(&vault);
    folder_remove(&dir);
}

/* The maker of a second office names the same folder for themselves by mistake. */
static void test_a_new_office_leaves_the_keyring_of_another_one_alone(void **state)
{
    char *dir = folder_make();
    struct vault *vault = NULL;
    fake_office_start();
    assert_int_equal(make(dir, "one"), ERROR_NONE);
    assert_int_equal(make(dir, "two"), ERROR_KEYRING_OTHER);
    assert_int_not_equal(access(folder_path(dir, "two"), F_OK), 0);
    assert_int_equal(vault_open(folder_path(dir, "one"), &vault), ERROR_NONE);
    assert_int_equal(vault_unlock(vault, folder_path(dir, "home"), &passphrase), ERROR_NONE);
    vault_close(&vault);
    folder_remove(&dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_new_office_leaves_the_keyring_of_another_one_alone),
        cmocka_unit_test(test_a_drive_that_may_be_of_another_machine_is_refused),
        cmocka_unit_test(test_a_root_keyring_of_somebody_else_is_no_fault_of_the_disk),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
