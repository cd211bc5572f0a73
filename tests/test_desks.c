/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Several officers at desks of their own, each a process, hammer one office, and some are killed:
   nothing that was acknowledged is lost, nobody is told that the office is busy, and the audit
   finds nothing. SANDYQ_DESKS_S makes it as many seconds long, with eight desks. */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "office/audit.h"
#include "office/casefile.h"
#include "office/officer.h"
#include "tests/lib/chance.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"

enum { DESKS_MAX = 8, CASES = 4, ACTS = 60, KILLS = 12 };

static struct fake_desk desk;
static struct fake_kiosk kiosk;
static const struct passphrase passphrase = {11, "twelve four"};

/* What the desks say, in memory that outlives them. */
struct said {
    volatile uint32_t noted[DESKS_MAX];   /* notes that were acknowledged, */
    volatile uint32_t refused[DESKS_MAX]; /* statuses that a colleague was faster with, */
    volatile uint32_t failed[DESKS_MAX];  /* and the last other error */
};
static struct said *said;

static int notes[2]; /* a pipe that gets a byte for each note */
static struct vault *desks[DESKS_MAX];
static size_t desk_count;

static int setup(void **state)
{
    const char *seconds = getenv("SANDYQ_DESKS_S");
    desk_count = seconds != NULL ? DESKS_MAX : 3;
    said = mmap(NULL, sizeof *said, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    assert_true(said != MAP_FAILED);
    assert_int_equal(pipe2(notes, O_CLOEXEC | O_NONBLOCK), 0);
    chance_start();
    fake_desk_open(&desk);
    folder_write(folder_path(desk.dir, "charter"), desk.vault.charter_bytes, CHARTER_LEN);
    fake_desk_enroll(&desk, &kiosk, "PC-17");
    for (int i = 0; i < CASES; i++) {
        struct letter letter = fake_kiosk_letter(&kiosk, (char)('a' + 2 * i), "text");
        fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
    }
    assert_int_equal(fake_desk_import(&desk, &kiosk, 1, CASES, NULL), ERROR_NONE);
    return 0;
}

static int teardown(void **state)
{
    fake_kiosk_drop(&kiosk);
    fake_desk_close(&desk);
    munmap(said, sizeof *said);
    close(notes[0]);
    close(notes[1]);
    return 0;
}

/* Names an officer for each desk, with a keyring in a folder of their own; opened once here, since
   to open it again in every process would be most of the test. The journal is not carried over a
   fork: each process opens it anew. */
static void make_officer(size_t i)
{
    char print[NAMING_FINGERPRINT_LEN], name[32], got[NAMING_NAME_MAX + 1];
    const struct officer_order order = {print, ACT_OFFICER_ROLE, FAKE_DESK_NOW};
    uint32_t no = 0;
    snprintf(name, sizeof name, "officer-%zu", i);
    const char *home = folder_path(desk.dir, name);
    assert_int_equal(vault_open(desk.dir, &desks[i]), ERROR_NONE);
    assert_int_equal(officer_join(desks[i], home, name, &passphrase, print), ERROR_NONE);
    assert_int_equal(officer_add(&desk.vault, &order, &no, got), ERROR_NONE);
    assert_int_equal(vault_unlock(desks[i], home, &passphrase), ERROR_NONE);
}

static enum error note(struct vault *vault, size_t i, uint64_t id)
{
    char text[64];
    struct casefile *casefile = NULL;
    const int len = snprintf(text, sizeof text, "desk %zu note %u", i, said->noted[i] + 1);
    enum error error = casefile_load(vault, id, &casefile);
    if (error == ERROR_NONE)
        error = casefile_note(casefile, FAKE_DESK_NOW, text, (size_t)len);
    casefile_free(&casefile);
    if (error != ERROR_NONE)
        return error;
    said->noted[i]++;
    (void)!write(notes[1], "", 1); /* a full pipe says enough */
    return ERROR_NONE;
}

static enum error change(struct vault *vault, size_t i, uint64_t id)
{
    static const char *const codes[] = {"opened", "closed", "received"};
    struct casefile *casefile = NULL;
    bool changed = false;
    enum error error = casefile_load(vault, id, &casefile);
    if (error == ERROR_NONE)
        error = triage_set_status(casefile, taxonomy_status(codes[chance_below(3)]), FAKE_DESK_NOW,
                                  &changed);
    casefile_free(&casefile);
    if (error != ERROR_CHANGED)
        return error;
    said->refused[i]++;
    return ERROR_NONE;
}

/* One desk, until its acts are done or the time is up. */
static void work(size_t i, int64_t end)
{
    struct fake_desk mine = desk;
    mine.vault = *desks[i];
    enum error error = fake_desk_reopen(&mine);
    for (unsigned n = 0; error == ERROR_NONE && (end > 0 ? clock_ms() < end : n < ACTS); n++) {
        const uint64_t id = 1 + chance_below(CASES);
        error = n % 3 == 2 ? change(&mine.vault, i, id) : note(&mine.vault, i, id);
    }
    if (error != ERROR_NONE)
        said->failed[i] = error;
    _exit(error != ERROR_NONE);
}

static pid_t start(size_t i, int64_t end)
{
    const pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        chance_start();
        work(i, end);
    }
    return pid;
}

/* How many notes of a desk stand in the journal, each once and in order. */
struct tally {
    bool seen[DESKS_MAX][1 << 16];
    unsigned twice;
};

static enum error tally_item(void *context, const struct item *item)
{
    struct tally *tally = context;
    char text[64];
    size_t i = 0;
    unsigned n = 0;
    if (item->kind != ITEM_NOTE || item->len >= sizeof text)
        return ERROR_NONE;
    memcpy(text, item->text, item->len);
    text[item->len] = '\0';
    if (sscanf(text, "desk %zu note %u", &i, &n) != 2 || i >= DESKS_MAX || n >= 1 << 16)
        return ERROR_NONE;
    tally->twice += tally->seen[i][n];
    tally->seen[i][n] = true;
    return ERROR_NONE;
}

static enum error tell(void *context, const struct audit_finding *finding)
{
    print_error("audit: %s, act %llu, transaction %llu\n", audit_kind_name(finding->kind),
                (unsigned long long)finding->seq, (unsigned long long)finding->txn);
    return ERROR_NONE;
}

static void assert_nothing_is_lost(void)
{
    struct tally *tally = calloc(1, sizeof *tally);
    struct audit_report report = {0}, verified = {0};
    unsigned lost = 0;
    assert_int_equal(fake_desk_reopen(&desk), ERROR_NONE);
    assert_int_equal(desk.vault.history.fault_count, 0);
    assert_int_equal(casefile_each(&desk.vault, tally_item, tally), ERROR_NONE);
    for (size_t i = 0; i < desk_count; i++)
        for (uint32_t n = 1; n <= said->noted[i]; n++)
            lost += !tally->seen[i][n];
    free(tally);
    assert_int_equal(audit_run(&desk.vault, tell, NULL, &report), ERROR_NONE);
    assert_int_equal(audit_verify(&desk.vault, tell, NULL, &verified), ERROR_NONE);
    assert_int_equal(report.findings + verified.findings, 0);
    assert_int_equal(lost, 0);
}

/* Waits until the desks have noted n times, or are at their end. */
static void await(unsigned n)
{
    struct pollfd noted = {.fd = notes[0], .events = POLLIN};
    char byte;
    while (n-- > 0 && poll(&noted, 1, 1000) == 1)
        assert_int_equal(read(notes[0], &byte, 1), 1);
}

/* Kills one desk after another, wherever it is by then, and starts it again. */
static unsigned kill_some(pid_t pids[DESKS_MAX], int64_t end)
{
    unsigned kills = 0;
    while (end > 0 ? clock_ms() < end : kills < KILLS) {
        const size_t i = chance_below((unsigned)desk_count);
        await(1 + chance_below(20));
        kill(pids[i], SIGKILL);
        waitpid(pids[i], NULL, 0);
        pids[i] = start(i, end);
        kills++;
    }
    return kills;
}

static void test_desks_that_are_killed_lose_nothing(void **state)
{
    const char *seconds = getenv("SANDYQ_DESKS_S");
    const int64_t end = seconds != NULL ? clock_ms() + 1000 * strtol(seconds, NULL, 10) : 0;
    pid_t pids[DESKS_MAX];
    unsigned noted = 0, refused = 0;
    for (size_t i = 0; i < desk_count; i++)
        make_officer(i);
    for (size_t i = 0; i < desk_count; i++) {
        history_end(&desks[i]->history);
        journal_close(&desks[i]->journal);
    }
    fake_desk_shut(&desk);
    for (size_t i = 0; i < desk_count; i++)
        pids[i] = start(i, end);
    const unsigned kills = kill_some(pids, end);
    for (size_t i = 0; i < desk_count; i++) {
        waitpid(pids[i], NULL, 0);
        if (said->failed[i] != ERROR_NONE)
            print_error("desk %zu: %s\n", i, error_text((enum error)said->failed[i]));
        assert_int_equal(said->failed[i], ERROR_NONE);
        noted += said->noted[i];
        refused += said->refused[i];
    }
    assert_true(noted > 0);
    assert_nothing_is_lost();
    for (size_t i = 0; i < desk_count; i++)
        vault_close(&desks[i]);
    print_message("desks: %zu, %u notes, %u refused to a colleague, %u killed\n", desk_count, noted,
                  refused, kills);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_desks_that_are_killed_lose_nothing, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
