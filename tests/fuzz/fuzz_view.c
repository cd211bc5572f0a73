/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as an officer's view, or as changes to a good one, sealed with the right key: it is
   taken or made anew, and whatever was in it the desk goes on. Input: how (1 byte: which call
   fails; 32 the changes are to what is sealed, 64 a view with a fault and a signature that is not
   checked, 128 the changes stand alone), place of the changes (2; 32768: the journal lacks its last
   act; or of changes that stand alone: how many zeros follow them), changes. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/box.h"
#include "office/vault_folder.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/office.h"
#include "tests/lib/folder.h"
#include "tests/lib/raw_db.h"

enum { HEAD = 3, OUTSIDE = 32, BURDENED = 64, ALONE = 128, ROOM = 16384, LACKING = 32768 };
enum { START_LEN = 80, FAULT_LEN = 17, ONE_LEN = 136, AAD_LEN = 8 + 32 + 4 };

static struct fake_desk *desk;
static uint8_t good[2][ROOM], first[HASH_LEN], aad[AAD_LEN];
static size_t good_len[2];

static struct box box(void)
{
    return (struct box){desk->vault.keys->view, aad, sizeof aad};
}

/* The same view with a fault and with a signature that is to be checked, of the last transaction.
 */
static void burden(void)
{
    const uint8_t *rest = good[0] + START_LEN + 8;
    uint8_t *to = good[1] + START_LEN;
    struct journal_txn last;

    must(journal_last_txn(desk->vault.journal, &last) == ERROR_NONE);
    memcpy(good[1], good[0], START_LEN);
    wire_put32(to, 1);
    to[4] = HISTORY_HOLE;
    wire_put32(to + 4 + FAULT_LEN, 1);
    to += 8 + FAULT_LEN;
    wire_put64(to, last.no);
    memcpy(to + 8, desk->vault.keys->sign_public, SIGNATURE_PUBLIC_LEN);
    memcpy(to + 40, last.hash, HASH_LEN);
    memcpy(to + 72, last.signature, SIGNATURE_LEN);
    good_len[1] = good_len[0] + FAULT_LEN + ONE_LEN;
    memcpy(to + ONE_LEN, rest, good_len[0] - START_LEN - 8);
}

static void start(void)
{
    struct triage_case *cases = NULL;
    size_t n = 0;

    fuzz_fail_at(0);
    if (desk != NULL)
        return;
    desk = fuzz_office();
    must(triage_list(&desk->vault, &cases, &n) == ERROR_NONE);
    free(cases);
    memcpy(first, desk->vault.history.first, HASH_LEN);
    memcpy(aad, "SANDYQV1", 8);
    memcpy(aad + 8, desk->vault.charter.office, HASH_LEN);
    wire_put32(aad + 8 + HASH_LEN, desk->vault.keys->officer);
    view_save(&desk->vault.view);
    uint8_t *file = folder_read(folder_path(desk->dir, "home/" VIEW_FILE), &n);
    good_len[0] = n - 8 - BOX_OVERHEAD;
    must(good_len[0] + FAULT_LEN + ONE_LEN <= ROOM);
    const struct box with = box();
    must(box_open(&with, file + 8, n - 8, good[0]) == ERROR_NONE);
    free(file);
    burden();
}

static void put(const uint8_t *data, size_t size)
{
    static uint8_t plain[ROOM], file[8 + ROOM + BOX_OVERHEAD];
    const int which = data[0] & BURDENED ? 1 : 0;
    const struct box with = box();
    const size_t place = wire_get16(data + 1) % LACKING;
    size_t len = good_len[which];

    memcpy(plain, good[which], len);
    if (data[0] & ALONE) {
        memset(plain, 0, sizeof plain);
        memcpy(plain, data + HEAD, size - HEAD);
        len = size - HEAD + place % (ROOM - (size - HEAD));
    } else if (!(data[0] & OUTSIDE)) {
        fuzz_change(plain, len, place % len, data + HEAD, size - HEAD);
    }
    memcpy(file, aad, 8);
    must(box_seal(&with, plain, len, file + 8) == ERROR_NONE);
    len += 8 + BOX_OVERHEAD;
    if (data[0] & OUTSIDE)
        fuzz_change(file, len, place % len, data + HEAD, size - HEAD);
    folder_write(folder_path(desk->dir, "home/" VIEW_FILE), file, len);
}

/* The next command. */
static void load(unsigned fault)
{
    struct vault *vault = &desk->vault;
    const int gate = vault->history.gate;

    history_end(&vault->history);
    view_end(&vault->view);
    vault->damage_count = 0;
    vault->history = (struct history){.gate = gate};
    vault_begin(vault);
    fuzz_fail_at(fault);
    enum error error = view_load(&vault->view, first);
    if (error == ERROR_NONE)
        error = history_follow(&vault->history);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || fault > 0);
    must(history_follow(&vault->history) == ERROR_NONE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start();
    if (size < HEAD || size - HEAD >= ROOM)
        return 0;
    put(data, size);
    const bool lacking = !(data[0] & ALONE) && wire_get16(data + 1) >= LACKING;
    if (lacking)
        raw_db(folder_path(desk->dir, "journal.db"),
               "DELETE FROM act WHERE seq = (SELECT max(seq) FROM act)");
    load(data[0] % 32);
    fuzz_office_show(desk, data[0] % 32);
    if (size == HEAD && data[0] % 32 == 0 && !(data[0] & ALONE))
        must(fold_case_count(desk->vault.history.fold) == 2);
    if (lacking) {
        fuzz_office_back(desk);
        must(fake_desk_reopen(desk) == ERROR_NONE);
    }
    return 0;
}
