/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any letter a person's kiosk may have sealed, imported at the desk and shown to an officer: the
   records add up, importing again changes nothing, and what is shown cannot act. Input: how (1
   byte: which call fails; 32 the changes are the letter itself, 64 a follow-up, 128 no letter
   that opens), place of the changes (2), changes. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/office.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"

enum { HEAD = 3, BARE = 32, FOLLOWUP = 64, SHUT = 128, ROWS = 12 };

static struct fake_desk desk;
static struct fake_kiosk kiosk;
static uint8_t *first_day; /* the journal in which the office was founded */
static size_t first_len;

static void finish(void)
{
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    free(first_day);
}

/* The office as it was on the first day. */
static void anew(void)
{
    const char *path = folder_path(desk.dir, "journal.db");

    history_end(&desk.vault.history);
    journal_close(&desk.vault.journal);
    folder_write(path, first_day, first_len);
    must(journal_open(path, &desk.vault.journal) == ERROR_NONE);
    desk.vault.history = (struct history){.journal = desk.vault.journal,
                                          .keys = desk.vault.keys,
                                          .root = desk.vault.charter.root,
                                          .gate = desk.vault.history.gate};
    must(history_follow(&desk.vault.history) == ERROR_NONE);
    desk.vault.damage_count = 0;
    if (kiosk.seed != NULL)
        fake_kiosk_drop(&kiosk);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
}

static void start(void)
{
    fuzz_fail_at(0);
    if (desk.office.root_seed == NULL) {
        setenv("TMPDIR", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", 0);
        fake_desk_open(&desk);
        must(journal_checkpoint(desk.vault.journal) == ERROR_NONE);
        first_day = folder_read(folder_path(desk.dir, "journal.db"), &first_len);
        must(atexit(finish) == 0);
    }
    anew();
}

static void add_letter(const uint8_t *data, size_t size)
{
    static uint8_t raw[LETTER_LEN], envelope[ENVELOPE_LEN];
    struct letter letter = fake_kiosk_letter(&kiosk, 'a', "Қосымша. And another thing.");

    letter.kind = data[0] & FOLLOWUP ? LETTER_FOLLOWUP : LETTER_COMPLAINT;
    letter.tag_key[0] = data[0] & FOLLOWUP ? 'a' : 'b';
    must(letter_encode(&letter, raw) == ERROR_NONE);
    if (data[0] & BARE)
        memset(raw, 0, sizeof raw);
    fuzz_change(raw, sizeof raw, wire_get16(data + 1) % LETTER_LEN, data + HEAD, size - HEAD);
    must(envelope_seal(desk.vault.charter.intake[0].key, raw, envelope) == ERROR_NONE);
    if (data[0] & SHUT)
        envelope[ENVELOPE_LEN - 1] ^= 1;
    fake_kiosk_raw(&kiosk, envelope);
}

/* Imports both records, with the n-th call failing. */
static int import(unsigned fault, struct import_report *report)
{
    struct import import = {.vault = &desk.vault, .now = FAKE_DESK_NOW + 24 * 60};
    size_t len = 0;
    uint8_t *bundle = fake_kiosk_bundle(&kiosk, 1, 2, &len);

    fuzz_fail_at(fault);
    const int error = import_bundle(&import, "fuzz", bundle, len);
    fuzz_fail_at(0);
    free(bundle);
    *report = import.report;
    return error;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct import_report report;

    if (size < HEAD)
        return 0;
    start();
    const struct letter letter = fake_kiosk_letter(&kiosk, 'a', "Мені ұрып жатыр.");
    fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    add_letter(data, size);
    const int error = import(data[0] % 32, &report);
    must(error == ERROR_NONE || (data[0] % 32 > 0 && report.records == 0));
    if (error != ERROR_NONE)
        must(import(0, &report) == ERROR_NONE);
    must(report.records == 2 && report.held == 0);
    if (data[0] % 32 == 0)
        must(report.unreadable == 0 || size > HEAD || data[0] & (SHUT | BARE));
    must(report.covers + report.complaints + report.joined + report.unreadable == 2);
    const uint64_t cases = report.complaints;
    must(import(0, &report) == ERROR_NONE);
    must(report.records == 0 && report.held == 2);
    must(fuzz_office_show_cases(&desk, ROWS) == cases);
    return 0;
}
