/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office is made beside what is there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

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

/* Who makes a second office names the same folder for themselves by mistake. */
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
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
