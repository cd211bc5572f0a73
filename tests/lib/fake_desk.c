/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away office at its desk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "desk/print.h"
#include "desk/print_json.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"

void fake_desk_open(struct fake_desk *desk)
{
    uint8_t mark[CASELOAD_LINK_LEN];
    fake_office_start();
    memset(desk, 0, sizeof *desk);
    uint8_t *root = secret_new(SIGNATURE_SEED_LEN);
    assert_non_null(root);
    assert_int_equal(vault_fresh(&desk->vault, "Office", FAKE_DESK_DAY, root), ERROR_NONE);
    desk->office = (struct fake_office){.root_seed = root,
                                        .board_seed = desk->vault.keys->board,
                                        .intake_secret = desk->vault.keys->intake[0].secret,
                                        .charter = desk->vault.charter};
    memcpy(desk->office.charter_bytes, desk->vault.charter_bytes, CHARTER_LEN);
    desk->dir = folder_make();
    const char *path = folder_path(desk->dir, "casebook.db");
    assert_int_equal(vault_mark(desk->vault.keys->casebook, mark), 0);
    assert_int_equal(caseload_make(path, mark), ERROR_NONE);
    assert_int_equal(caseload_open(path, DB_OPEN, &desk->vault.cases), ERROR_NONE);
}

void fake_desk_close(struct fake_desk *desk)
{
    caseload_close(&desk->vault.cases);
    secret_free(desk->vault.keys);
    secret_free(desk->office.root_seed);
    folder_remove(&desk->dir);
}

void fake_desk_card(struct fake_desk *desk, const uint8_t key[32], const char *facility,
                    uint8_t type, uint8_t file[CARD_FILE_LEN])
{
    struct card card = {
        .number = 1, .issued = FAKE_DESK_DAY, .expires = FAKE_DESK_DAY + 1000, .type = type};
    memcpy(card.key, key, sizeof card.key);
    snprintf(card.facility, sizeof card.facility, "%s", facility);
    fake_office_sign(&desk->office, &card, file);
    assert_int_equal(fleet_keep_card(&desk->vault, file, FAKE_DESK_DAY), ERROR_NONE);
}

void fake_desk_enroll_at(struct fake_desk *desk, struct fake_kiosk *kiosk, const char *facility,
                         uint8_t type)
{
    uint8_t file[CARD_FILE_LEN];
    fake_kiosk_make(kiosk, facility);
    memcpy(kiosk->office, desk->vault.charter.office, sizeof kiosk->office);
    fake_desk_card(desk, kiosk->key, facility, type, file);
}

void fake_desk_enroll(struct fake_desk *desk, struct fake_kiosk *kiosk, const char *facility)
{
    fake_desk_enroll_at(desk, kiosk, facility, 1);
}

int fake_desk_import(struct fake_desk *desk, const struct fake_kiosk *kiosk, uint64_t first,
                     uint64_t last, struct import_report *report)
{
    struct import import = {.vault = &desk->vault, .today = FAKE_DESK_DAY + 1};
    size_t len = 0;
    uint8_t *bundle = fake_kiosk_bundle(kiosk, first, last, &len);
    int error = import_bundle(&import, "test", bundle, len);
    free(bundle);
    if (report != NULL)
        *report = import.report;
    return error;
}

void fake_desk_damage(struct fake_desk *desk, uint64_t case_id, uint64_t n)
{
    static const uint8_t sealed[2048];
    struct caseload_item item = {
        .case_id = case_id, .n = n, .sealed = sealed, .len = sizeof sealed};
    assert_int_equal(caseload_next_id(desk->vault.cases, &item.id), ERROR_NONE);
    assert_int_equal(caseload_add_item(desk->vault.cases, &item), ERROR_NONE);
}

enum error fake_desk_row(struct fake_desk *desk, uint64_t case_id, struct triage_case *row)
{
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&desk->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_row(casefile, row);
    casefile_free(&casefile);
    return error;
}

enum error fake_desk_answer(struct fake_desk *desk, uint64_t case_id, const char *text, size_t len,
                            uint32_t today)
{
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&desk->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_answer(casefile, text, len, today);
    casefile_free(&casefile);
    return error;
}

enum error fake_desk_set_status(struct fake_desk *desk, uint64_t case_id,
                                const struct taxonomy_status *status, uint32_t today, bool *changed)
{
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&desk->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_set_status(casefile, status, today, changed);
    casefile_free(&casefile);
    return error;
}

char *fake_desk_show(struct fake_desk *desk, uint64_t case_id, int json, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    assert_non_null(out);
    struct casefile *casefile = NULL;
    assert_int_equal(casefile_load(&desk->vault, case_id, &casefile), ERROR_NONE);
    assert_int_equal(json ? print_json_case(out, casefile) : print_case(out, casefile), ERROR_NONE);
    casefile_free(&casefile);
    fclose(out);
    return text;
}
