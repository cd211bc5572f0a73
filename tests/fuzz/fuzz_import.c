/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any letter a person's kiosk may have sealed, imported at the desk and shown to an officer: the
   records add up, importing again changes nothing, and what is shown cannot act. Input: how (1
   byte: which call fails; 32 the changes are the letter itself, 64 a follow-up, 128 no letter
   that opens), place of the changes (2), changes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/error.h"
#include "base/utf8.h"
#include "base/wire.h"
#include "crypto/envelope.h"
#include "desk/print.h"
#include "desk/print_json.h"
#include "office/casefile.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fake_desk.h"
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
    must(envelope_seal(desk.vault.charter.intake, raw, envelope) == ERROR_NONE);
    if (data[0] & SHUT)
        envelope[ENVELOPE_LEN - 1] ^= 1;
    fake_kiosk_raw(&kiosk, envelope);
}

/* No control or invisible character reaches the officer's terminal. */
static void check_words(const char *text, size_t len)
{
    uint32_t ch = 0;

    must(utf8_valid(text, len));
    for (size_t n; len > 0; text += n, len -= n) {
        n = utf8_take(text, len, &ch);
        must(ch == '\n' || ch == 0xFFFD || utf8_harmless(ch));
    }
}

static void check_machine(const char *text, size_t len)
{
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);

    check_words(text, len);
    must(json != NULL);
    json_decref(json);
}

static bool show(uint64_t case_id, bool machine)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);

    must(out != NULL);
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&desk.vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = machine ? print_json_case(out, casefile)
                        : print_case_wide(out, 80, &desk.vault, casefile);
    casefile_free(&casefile);
    must(fclose(out) == 0);
    if (error == ERROR_NONE && machine)
        check_machine(text, len);
    else
        check_words(text, len);
    free(text);
    return error == ERROR_NONE;
}

static void show_all(uint64_t cases)
{
    uint64_t shown = 0;

    for (uint64_t id = 1; id <= ROWS; id++) {
        const bool there = show(id, false);
        must(show(id, true) == there);
        shown += there;
    }
    must(shown == cases);
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
    show_all(cases);
    return 0;
}
