/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A second officer of the house. */
#include "base/error.h"
#include "office/officer.h"
#include "tests/torture/house.h"

enum error house_join(const char *root, const char *home, char print[NAMING_FINGERPRINT_LEN])
{
    struct vault *vault = NULL;
    enum error error = vault_open(house_path(root, "office"), &vault);
    if (error == ERROR_NONE)
        error = officer_join(vault, house_path(root, home), "Second", &house_passphrase, print);
    vault_close(&vault);
    return error;
}

enum error house_name(const char *root, const char *print, uint32_t *no)
{
    struct vault *vault = NULL;
    char name[NAMING_NAME_MAX + 1];
    const struct officer_order order = {
        .fingerprint = print, .role = ACT_OFFICER_ROLE, .now = house_now()};
    enum error error = house_vault(root, &vault);
    if (error == ERROR_NONE)
        error = officer_add(vault, &order, no, name);
    vault_close(&vault);
    return error;
}
