/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office weighed after a cut. */
#include "tests/torture/weigh.h"

#include <stdlib.h>

#include "base/error.h"
#include "office/fleet.h"
#include "office/triage.h"
#include "tests/torture/house.h"

const char *weigh_kiosk(const char *root, uint32_t *card, struct journal_kiosk *kiosk)
{
    struct vault *vault = NULL;
    struct fleet_row *rows = NULL;
    size_t n = 0;
    enum error error = house_vault(root, &vault);
    if (error == ERROR_NONE)
        error = fleet_list(vault, house_now(), &rows, &n);
    *card = n == 1 ? rows[0].card.number : 0;
    *kiosk = n == 1 ? rows[0].kiosk : (struct journal_kiosk){.tip_seq = 0};
    fleet_free(rows, n);
    vault_close(&vault);
    return error == ERROR_NONE ? NULL : error_text(error);
}

enum { CASES = 3, LETTERS_OF_A = 3 };

const char *weigh_cases(const char *root, const char *officer)
{
    struct vault *vault = NULL;
    struct triage_case *cases = NULL;
    size_t n = 0;
    bool whole = true;
    enum error error = house_vault_of(root, officer, &vault);
    if (error == ERROR_NONE)
        error = triage_list(vault, &cases, &n);
    for (size_t i = 0; i < n; i++)
        whole = whole && cases[i].letters == (cases[i].id == 1 ? LETTERS_OF_A : 1) &&
                cases[i].messages == 0;
    free(cases);
    vault_close(&vault);
    if (error != ERROR_NONE)
        return error_text(error);
    return whole && n == CASES ? NULL : "letters are missing, or there twice";
}
