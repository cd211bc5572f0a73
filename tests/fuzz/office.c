/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office that is set back, and looked at. */
#include "tests/fuzz/office.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/error.h"
#include "base/utf8.h"
#include "desk/print.h"
#include "desk/print_case.h"
#include "desk/print_kiosks.h"
#include "desk/print_audit.h"
#include "desk/print_json.h"
#include "office/audit.h"
#include "office/casefile.h"
#include "office/publish.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/folder.h"

static struct fake_desk desk;
static struct fake_kiosk kiosk;
static uint8_t *kept; /* the journal */
static size_t kept_len;
static struct keyset *held;

static void finish(void)
{
    fake_kiosk_drop(&kiosk);
    close(desk.vault.home);
    fake_desk_close(&desk);
    keyset_free(&held);
    free(kept);
}

static void open_office(void)
{
    setenv("TMPDIR", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", 0);
    fuzz_fail_at(0);
    fake_desk_open(&desk);
    must(atexit(finish) == 0);
    const char *home = folder_path(desk.dir, "home");
    must(mkdir(home, 0700) == 0);
    desk.vault.home = desk.vault.view.home = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(desk.vault.home >= 0);
}

/* --- filled --- */

static void fill(void)
{
    struct publish_report report;
    bool changed = false;
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    for (int i = 0; i < 3; i++) { /* two to the first case */
        const struct letter letter = fake_kiosk_letter(&kiosk, i == 1 ? 'c' : 'a', "Қосымша.");
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    fake_kiosk_cover(&kiosk, &desk.vault.charter);
    fake_kiosk_cover(&kiosk, &desk.vault.charter);
    must(fake_desk_import(&desk, &kiosk, 1, 3, NULL) == ERROR_NONE);
    must(fake_desk_import(&desk, &kiosk, 5, 5, NULL) == ERROR_NONE);
    must(fake_desk_note(&desk, 1, "note", 4) == ERROR_NONE);
    must(fake_desk_answer(&desk, 2, "answer", 6, FAKE_DESK_DAY) == ERROR_NONE);
    must(fake_desk_set_status(&desk, 2, taxonomy_status("opened"), FAKE_DESK_DAY, &changed) ==
         ERROR_NONE);
    must(publish_run(&desk.vault, folder_path(desk.dir, "out"), FAKE_DESK_NOW, &report) ==
         ERROR_NONE);
}

void fuzz_office_back(struct fake_desk *of)
{
    fake_desk_shut(of);
    of->vault.damage_count = 0;
    folder_write(folder_path(of->dir, "journal.db"), kept, kept_len);
    keyset_free(&of->vault.keys);
    must(keyset_copy(held, &of->vault.keys) == ERROR_NONE);
}

struct fake_desk *fuzz_office(void)
{
    if (kept == NULL) {
        open_office();
        fill();
        must(journal_checkpoint(desk.vault.journal) == ERROR_NONE);
        kept = folder_read(folder_path(desk.dir, "journal.db"), &kept_len);
        must(keyset_copy(desk.vault.keys, &held) == ERROR_NONE);
    }
    fuzz_office_back(&desk);
    must(fake_desk_reopen(&desk) == ERROR_NONE);
    return &desk;
}

/* --- looked at --- */

static unsigned failing; /* the call that fails in each of the parts below; 0: none */

struct shown {
    FILE *out;
    char *text;
    size_t len;
};

static void begin(struct shown *shown)
{
    shown->out = open_memstream(&shown->text, &shown->len);
    must(shown->out != NULL);
    fuzz_fail_at(failing);
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

static void end(struct shown *shown, bool whole_json)
{
    fuzz_fail_at(0);
    must(fclose(shown->out) == 0);
    check_words(shown->text, shown->len);
    if (whole_json) {
        json_t *json =
            json_loadb(shown->text, shown->len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, NULL);
        must(json != NULL);
        json_decref(json);
    }
    free(shown->text);
}

static bool show_case(struct fake_desk *of, uint64_t id, bool machine)
{
    struct shown shown;
    struct casefile *casefile = NULL;
    begin(&shown);
    enum error error = casefile_load(&of->vault, id, &casefile);
    if (error == ERROR_NONE)
        error = machine ? print_json_case(shown.out, casefile)
                        : print_case_wide(shown.out, 80, &of->vault, casefile);
    casefile_free(&casefile);
    must(error == ERROR_NONE || error_text(error) != NULL);
    end(&shown, error == ERROR_NONE && machine);
    return error == ERROR_NONE;
}

size_t fuzz_office_show_cases(struct fake_desk *of, uint64_t most)
{
    size_t n = 0;
    for (uint64_t id = 1; id <= most; id++) {
        const bool there = show_case(of, id, false);
        must(show_case(of, id, true) == there || failing > 0);
        n += there;
    }
    return n;
}

static void show_list(struct fake_desk *of)
{
    struct shown people, machine;
    struct triage_case *cases = NULL;
    size_t n = 0;
    begin(&people);
    begin(&machine);
    const enum error error = triage_list(&of->vault, &cases, &n);
    print_cases(people.out, cases, n);
    const bool whole = print_json_cases(machine.out, cases, n, false) == ERROR_NONE;
    must(whole || failing > 0);
    end(&people, false);
    end(&machine, whole);
    must(n == 0 || error == ERROR_NONE || error == ERROR_JOURNAL_ROW);
    free(cases);
}

static void show_kiosks(struct fake_desk *of)
{
    struct shown people, machine;
    struct fleet_row *rows = NULL;
    size_t n = 0;
    begin(&people);
    begin(&machine);
    const enum error error = fleet_list(&of->vault, FAKE_DESK_NOW, &rows, &n);
    print_kiosks(people.out, rows, n);
    const bool whole = print_json_kiosks(machine.out, rows, n, false) == ERROR_NONE;
    must(whole || failing > 0);
    end(&people, false);
    end(&machine, whole);
    must(n == 0 || error == ERROR_NONE || error == ERROR_JOURNAL_ROW);
    fleet_free(rows, n);
}

static void show_officers(struct fake_desk *of)
{
    struct shown people, machine;
    struct officer_row *rows = NULL;
    size_t n = 0;
    begin(&people);
    begin(&machine);
    if (officer_list(&of->vault, &rows, &n) != ERROR_NONE)
        n = 0;
    print_officers(people.out, rows, n);
    const bool whole = print_json_officers(machine.out, rows, n, false) == ERROR_NONE;
    must(whole || failing > 0);
    end(&people, false);
    end(&machine, whole);
    free(rows);
}

struct findings {
    FILE *people;
    FILE *machine;
    uint64_t n;
};

static enum error show_finding(void *context, const struct audit_finding *finding)
{
    struct findings *findings = context;
    const struct audit_report none = {.txns = 0};
    findings->n++;
    print_audit_finding(findings->people, finding);
    return print_json_audit(findings->machine, finding, 1, &none, false);
}

static void show_audit(struct fake_desk *of, enum error (*look)(struct vault *, audit_fn *, void *,
                                                                struct audit_report *))
{
    struct shown people, machine;
    struct audit_report report;
    begin(&people);
    begin(&machine);
    struct findings findings = {people.out, machine.out, 0};
    const enum error error = look(&of->vault, show_finding, &findings, &report);
    must(report.findings == findings.n);
    if (error == ERROR_NONE)
        print_audit_report(people.out, &report);
    end(&people, false);
    end(&machine, false);
}

void fuzz_office_show(struct fake_desk *of, unsigned fault)
{
    failing = fault;
    show_list(of);
    (void)fuzz_office_show_cases(of, fold_case_count(of->vault.history.fold));
    show_kiosks(of);
    show_officers(of);
    show_audit(of, audit_run);
    show_audit(of, audit_verify);
    failing = 0;
}

void fuzz_office_go_on(struct fake_desk *of, unsigned fault)
{
    static const struct passphrase words = {11, "twelve four"};
    char print[NAMING_FINGERPRINT_LEN];
    struct publish_report report;
    bool due = false;
    fuzz_fail_at(fault);
    (void)officer_join(&of->vault, folder_path(of->dir, "joined"), "Name", &words, print);
    fuzz_fail_at(fault);
    (void)fake_desk_note(of, 1, "note", 4);
    (void)fake_desk_answer(of, 2, "answer", 6, FAKE_DESK_DAY);
    (void)officer_settle(&of->vault);
    (void)officer_renewal_due(&of->vault, &due);
    (void)publish_run(&of->vault, folder_path(of->dir, "out"), FAKE_DESK_NOW, &report);
    fuzz_fail_at(0);
}
