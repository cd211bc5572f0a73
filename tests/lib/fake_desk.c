/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away office at its desk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "desk/print.h"
#include "desk/print_case.h"
#include "desk/print_json.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/vault_folder.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/fake_office.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"

/* A board every day, with few answers. */
static void set_charter(struct vault *vault, const struct root *root)
{
    vault->charter.settings[CHARTER_BOARD_DAYS] = 127;
    vault->charter.settings[CHARTER_ANSWERS] = FAKE_DESK_ANSWERS;
    fake_desk_charter(vault, root->seed);
}

void fake_desk_charter(struct vault *vault, const uint8_t root_seed[32])
{
    assert_int_equal(charter_encode(&vault->charter, root_seed, vault->charter_bytes), ERROR_NONE);
    assert_int_equal(charter_decode(vault->charter_bytes, CHARTER_LEN, &vault->charter),
                     ERROR_NONE);
}

void fake_desk_open(struct fake_desk *desk)
{
    const struct vault_order order = {.name = "Office", .officer = "Officer", .now = FAKE_DESK_NOW};
    struct vault *vault = &desk->vault;
    fake_office_start();
    memset(desk, 0, sizeof *desk);
    vault->home = -1;
    struct root *root = secret_new(sizeof *root);
    assert_non_null(root);
    assert_int_equal(vault_fresh(vault, &order, root), ERROR_NONE);
    set_charter(vault, root);
    desk->office = (struct fake_office){.root_seed = secret_new(SIGNATURE_SEED_LEN),
                                        .board_seed = secret_new(SIGNATURE_SEED_LEN),
                                        .intake_secret = vault->keys->intake[0].secret,
                                        .charter = vault->charter};
    memcpy(desk->office.root_seed, root->seed, SIGNATURE_SEED_LEN);
    assert_int_equal(keyset_board(vault->keys, desk->office.board_seed), ERROR_NONE);
    memcpy(desk->office.charter_bytes, vault->charter_bytes, CHARTER_LEN);
    desk->dir = folder_make();
    desk->backups = folder_make();
    vault->backups = desk->backups;
    vault->dir = open(desk->dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    assert_true(vault->dir >= 0);
    assert_int_equal(
        journal_make(folder_path(desk->dir, "journal.db"), false, vault->charter.office),
        ERROR_NONE);
    assert_int_equal(fake_desk_reopen(desk), ERROR_NONE);
    assert_int_equal(vault_found(vault, &order, root), ERROR_NONE);
    secret_free(root);
}

enum error fake_desk_reopen(struct fake_desk *desk)
{
    struct vault *vault = &desk->vault;
    vault->history = (struct history){
        .journal = NULL, .keys = vault->keys, .root = vault->charter.root, .gate = -1};
    enum error error = journal_open(folder_path(desk->dir, "journal.db"), &vault->journal);
    vault->history.journal = vault->journal;
    vault->view.history = &vault->history;
    vault->view.home = vault->home;
    if (error == ERROR_NONE)
        error = vault_folder_gate(vault->dir, vault->shared, &vault->history.gate);
    return error == ERROR_NONE && vault->keys->officer != 0 ? history_follow(&vault->history)
                                                            : error;
}

void fake_desk_shut(struct fake_desk *desk)
{
    struct vault *vault = &desk->vault;
    history_end(&vault->history);
    view_end(&vault->view);
    journal_close(&vault->journal);
    close(vault->history.gate);
}

void fake_desk_close(struct fake_desk *desk)
{
    struct vault *vault = &desk->vault;
    fake_desk_shut(desk);
    close(vault->dir);
    keyset_free(&vault->keys);
    secret_free(desk->office.root_seed);
    secret_free(desk->office.board_seed);
    folder_remove(&desk->dir);
    folder_remove(&desk->backups);
}

void fake_desk_card(struct fake_desk *desk, const uint8_t key[32], const char *facility,
                    uint8_t type, uint8_t file[CARD_FILE_LEN])
{
    struct card card = {
        .number = 1, .issued = FAKE_DESK_DAY, .expires = FAKE_DESK_DAY + 1000, .type = type};
    memcpy(card.key, key, sizeof card.key);
    snprintf(card.facility, sizeof card.facility, "%s", facility);
    fake_office_sign(&desk->office, &card, file);
    assert_int_equal(fleet_keep_card(&desk->vault, file, FAKE_DESK_NOW), ERROR_NONE);
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
    struct import import = {.vault = &desk->vault, .now = FAKE_DESK_NOW + 24 * 60};
    size_t len = 0;
    uint8_t *bundle = fake_kiosk_bundle(kiosk, first, last, &len);
    int error = import_bundle(&import, "test", bundle, len);
    free(bundle);
    if (report != NULL)
        *report = import.report;
    return error;
}

uint64_t fake_desk_act(struct fake_desk *desk, uint64_t case_id, enum act_kind kind, size_t n)
{
    assert_int_equal(history_follow(&desk->vault.history), ERROR_NONE);
    const struct fold *fold = desk->vault.history.fold;
    const struct fold_case *of_case = fold_case(fold, case_id);
    assert_non_null(of_case);
    for (uint64_t seq = of_case->first; seq != 0; seq = fold_act(fold, seq)->next)
        if (fold_act(fold, seq)->kind == kind && --n == 0)
            return seq;
    fail_msg("the case has no such act");
    return 0;
}

void fake_desk_damage(struct fake_desk *desk, uint64_t act)
{
    char sql[128];
    snprintf(sql, sizeof sql, "UPDATE body SET sealed = zeroblob(length(sealed)) WHERE seq = %llu",
             (unsigned long long)act);
    raw_db(folder_path(desk->dir, "journal.db"), sql);
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
                            uint32_t day)
{
    struct casefile *casefile = NULL;
    bool kept = false;
    enum error error = casefile_load(&desk->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_answer(casefile, text, len, day * 24 * 60, &kept);
    casefile_free(&casefile);
    return error;
}

enum error fake_desk_note(struct fake_desk *desk, uint64_t case_id, const char *text, size_t len)
{
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&desk->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = casefile_note(casefile, FAKE_DESK_NOW, text, len);
    casefile_free(&casefile);
    return error;
}

enum error fake_desk_set_status(struct fake_desk *desk, uint64_t case_id,
                                const struct taxonomy_status *status, uint32_t day, bool *changed)
{
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&desk->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_set_status(casefile, status, day * 24 * 60, changed);
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
    assert_int_equal(json ? print_json_case(out, casefile)
                          : print_case(out, &desk->vault, casefile),
                     ERROR_NONE);
    casefile_free(&casefile);
    fclose(out);
    return text;
}
