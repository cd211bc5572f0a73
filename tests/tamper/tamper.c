/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small world to tamper with. */
#include "device/state.h"
#include "tests/tamper/tamper.h"

#include <stdarg.h>
#include <setjmp.h>
#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "desk/print.h"
#include "desk/print_kiosks.h"
#include "device/enroll.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/publish.h"
#include "protocol/names.h"
#include "protocol/record.h"
#include "store/outbox.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"
#include "tests/lib/hostile.h"
#include "tests/lib/raw_db.h"

struct tamper_figures tamper_sum;

/* --- the world --- */

static void put_card(struct tamper *t, struct tamper_kiosk *kiosk)
{
    uint8_t file[CARD_FILE_LEN];
    char name[64];
    fake_desk_card(&t->desk, kiosk->key, kiosk->facility, 1, file);
    snprintf(name, sizeof name, "%s.card", kiosk->name);
    folder_write(folder_path(t->stick, name), file, sizeof file);
}

static void keep_card(const struct tamper *t, const struct tamper_kiosk *kiosk)
{
    char name[64];
    snprintf(name, sizeof name, "%s" NAMES_CARD, kiosk->name);
    const char *from = folder_path(t->stick, name);
    const char *to = folder_path(t->under, name);
    assert_int_equal(rename(from, to), 0);
}

size_t tamper_kiosk(struct tamper *t, const char *facility)
{
    const size_t k = t->kiosk_count++;
    struct tamper_kiosk *kiosk = &t->kiosks[k];
    struct state *state = NULL;
    assert_true(k < TAMPER_KIOSKS);
    kiosk->dir = folder_make();
    snprintf(kiosk->facility, sizeof kiosk->facility, "%s", facility);
    assert_int_equal(enroll_kiosk(kiosk->dir, FAKE_DESK_DAY, kiosk->name), ERROR_NONE);
    assert_int_equal(state_open(kiosk->dir, &state), ERROR_NONE);
    memcpy(kiosk->key, state->key, sizeof kiosk->key);
    memcpy(kiosk->seed, state->seed, sizeof kiosk->seed);
    memcpy(kiosk->id, state->kiosk, sizeof kiosk->id);
    state_close(&state);
    put_card(t, kiosk);
    assert_int_equal(tamper_exchange(t, k), ERROR_NONE);
    keep_card(t, kiosk);
    return k;
}

void tamper_open(struct tamper *t)
{
    memset(t, 0, sizeof *t);
    t->today = FAKE_DESK_DAY;
    fake_desk_open(&t->desk);
    t->under = folder_make();
    t->stick = folder_make();
    tamper_kiosk(t, "PC-17");
    tamper_kiosk(t, "PC-18");
}

void tamper_close(struct tamper *t)
{
    for (size_t k = 0; k < t->kiosk_count; k++)
        folder_remove(&t->kiosks[k].dir);
    folder_remove(&t->under);
    folder_remove(&t->stick);
    free(t->said);
    fake_desk_close(&t->desk);
}

/* --- letters --- */

static uint32_t day_after(const struct tamper *t, const struct outbox_tip *tip)
{
    return t->today > tip->day ? t->today : tip->day;
}

/* Straight into the outbox: opening the whole state checks signatures, which takes longer than
   all else. */
static struct outbox *open_outbox(const char *dir, struct outbox_tip *tip)
{
    struct outbox *outbox = NULL;
    const char *path = folder_path(dir, "outbox.db");
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_tip(outbox, tip), ERROR_NONE);
    return outbox;
}

static void append_in(struct tamper *t, size_t k, const char *dir, const uint8_t *envelope)
{
    uint8_t record[RECORD_LEN];
    struct outbox_tip tip;
    struct outbox *outbox = open_outbox(dir, &tip);
    struct outbox_tip next = {.seq = tip.seq + 1, .day = day_after(t, &tip)};
    assert_int_equal(
        record_encode(next.seq, tip.hash, next.day, envelope, t->kiosks[k].seed, record, next.hash),
        ERROR_NONE);
    assert_int_equal(outbox_append(outbox, &next, record, sizeof record), ERROR_NONE);
    outbox_close(&outbox);
}

static void seal_in(struct tamper *t, size_t k, const char *dir, struct letter *letter,
                    uint8_t envelope[ENVELOPE_LEN])
{
    uint8_t raw[LETTER_LEN];
    struct outbox_tip tip;
    struct outbox *outbox = open_outbox(dir, &tip);
    outbox_close(&outbox);
    letter->session = tip.seq + 1;
    letter->day = day_after(t, &tip);
    memcpy(letter->facility, t->kiosks[k].facility, sizeof t->kiosks[k].facility);
    memcpy(letter->kiosk, t->kiosks[k].id, sizeof letter->kiosk);
    assert_int_equal(letter_encode(letter, raw), ERROR_NONE);
    assert_int_equal(envelope_seal(t->desk.vault.charter.intake[0].key, raw, envelope), ERROR_NONE);
}

void tamper_seal(struct tamper *t, size_t k, struct letter *letter, uint8_t envelope[ENVELOPE_LEN])
{
    seal_in(t, k, t->kiosks[k].dir, letter, envelope);
}

void tamper_append(struct tamper *t, size_t k, const uint8_t envelope[ENVELOPE_LEN])
{
    append_in(t, k, t->kiosks[k].dir, envelope);
}

static void file_letter(struct tamper *t, size_t k, const char *dir, struct letter *letter)
{
    uint8_t envelope[ENVELOPE_LEN];
    seal_in(t, k, dir, letter, envelope);
    append_in(t, k, dir, envelope);
}

struct tamper_letter *tamper_write_in(struct tamper *t, size_t k, const char *dir)
{
    const size_t n = t->letter_count++;
    struct tamper_letter *one = &t->letters[n];
    assert_true(n < TAMPER_LETTERS);
    snprintf(one->text, sizeof one->text, "letter <%zu> of an honest person", n);
    struct letter letter = {.kind = LETTER_COMPLAINT,
                            .language = "ru",
                            .category = "A1",
                            .consent = 1,
                            .text = one->text,
                            .text_len = strlen(one->text)};
    memset(letter.tag_key, 1, sizeof letter.tag_key);
    memcpy(letter.tag_key, &n, sizeof n);
    memset(letter.answer_key, 2, sizeof letter.answer_key);
    file_letter(t, k, dir, &letter);
    return one;
}

struct tamper_letter *tamper_write(struct tamper *t, size_t k)
{
    return tamper_write_in(t, k, t->kiosks[k].dir);
}

void tamper_write_some(struct tamper *t, size_t k, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        tamper_write(t, k);
}

void tamper_cover(struct tamper *t, size_t k)
{
    struct letter letter = {
        .kind = LETTER_COVER, .language = "ru", .category = "A1", .consent = 1, .text = ""};
    file_letter(t, k, t->kiosks[k].dir, &letter);
}

static enum error find_letter(void *context, const struct item *item)
{
    struct tamper *t = context;
    if (item->kind != ITEM_LETTER)
        return ERROR_NONE;
    for (size_t i = 0; i < t->letter_count; i++)
        if (strlen(t->letters[i].text) == item->letter->text_len &&
            memcmp(t->letters[i].text, item->letter->text, item->letter->text_len) == 0)
            t->letters[i].came++;
    return ERROR_NONE;
}

void tamper_settle(struct tamper *t)
{
    unsigned bad = 0;
    tamper_round(t);
    assert_int_equal(casefile_each(&t->desk.vault, find_letter, t), ERROR_NONE);
    for (size_t i = 0; i < t->letter_count; i++) {
        if (t->letters[i].destroyed)
            continue;
        tamper_sum.letters++;
        tamper_sum.arrived += t->letters[i].came == 1;
        bad += t->letters[i].came != 1;
        if (t->letters[i].came != 1)
            print_message("%s: came %u times\n", t->letters[i].text, t->letters[i].came);
    }
    assert_int_equal(bad, 0);
}

/* --- the protocol --- */

int tamper_exchange(struct tamper *t, size_t k)
{
    return exchange_run(t->kiosks[k].dir, t->stick, t->today, &t->report);
}

static void note_refused(void *context, const char *name, enum error error)
{
    struct tamper *t = context;
    const size_t len = strlen(t->refused);
    snprintf(t->refused + len, sizeof t->refused - len, "%s=%d ", name, error);
}

void tamper_import(struct tamper *t, const char *path)
{
    struct import import = {.vault = &t->desk.vault,
                            .now = t->today * DAY_MINUTES,
                            .refused = note_refused,
                            .context = t};
    t->refused[0] = '\0';
    import_path(&import, path);
    t->taken = import.report;
}

void tamper_bring(struct tamper *t, size_t k)
{
    tamper_exchange(t, k);
    tamper_import(t, t->stick);
}

uint32_t tamper_publish(struct tamper *t)
{
    struct publish_report report;
    t->today += t->today == t->published; /* a day has one board */
    t->published = t->today;
    assert_int_equal(publish_run(&t->desk.vault, t->stick, t->today * DAY_MINUTES, &report),
                     ERROR_NONE);
    return report.number;
}

uint32_t tamper_board(const struct tamper *t, size_t k)
{
    struct state *state = NULL;
    assert_int_equal(state_open(t->kiosks[k].dir, &state), ERROR_NONE);
    const uint32_t number = state->board_number;
    state_close(&state);
    return number;
}

void tamper_put_mark(struct tamper *t, uint32_t number, const struct head_mark *mark)
{
    struct fake_office office = t->desk.office;
    const struct fake_board board = {.number = number,
                                     .day = FAKE_DESK_DAY,
                                     .marks = mark,
                                     .mark_count = 1,
                                     .answer_count = 2,
                                     .arrival_count = 2};
    office.charter = t->desk.vault.charter;
    fake_office_board(&office, &board, t->stick);
    fake_office_forget(&office);
}

void tamper_round(struct tamper *t)
{
    for (size_t k = 0; k < t->kiosk_count; k++)
        tamper_exchange(t, k);
    tamper_import(t, t->stick);
    tamper_publish(t);
    for (size_t k = 0; k < t->kiosk_count; k++)
        tamper_exchange(t, k);
}

void tamper_ask(struct tamper *t)
{
    struct fleet_row *rows = NULL;
    size_t n = 0;
    free(t->said);
    t->said = NULL;
    FILE *out = open_memstream(&t->said, &t->said_len);
    assert_non_null(out);
    assert_int_equal(fleet_list(&t->desk.vault, t->today * DAY_MINUTES, &rows, &n), ERROR_NONE);
    print_kiosks(out, rows, n);
    fleet_free(rows, n);
    fclose(out);
    assert_int_equal(hostile_controls(t->said, t->said_len), 0);
}

bool tamper_says(struct tamper *t, size_t k, const char *line)
{
    tamper_ask(t);
    const char *at = strstr(t->said, t->kiosks[k].name);
    assert_non_null(at);
    for (at = strchr(at, '\n'); at != NULL && at[1] == ' '; at = strchr(at + 1, '\n')) {
        const char *end = strchr(at + 1, '\n');
        const char *found = strstr(at, line);
        if (found != NULL && (end == NULL || found < end))
            return true;
    }
    return false;
}

/* --- the attacker's hands --- */

void tamper_sql(const struct tamper *t, size_t k, const char *sql)
{
    raw_db(folder_path(t->kiosks[k].dir, "outbox.db"), sql);
}

void tamper_remove(const char *dir, const char *name)
{
    const char *path = folder_path(dir, name);
    remove(path);
}

/* Copies all files, those of the folder's folders too; to NULL: removes them. */
static void each_file(const char *from, const char *to)
{
    char source[FOLDER_PATH], target[FOLDER_PATH];
    struct stat st;
    DIR *folder = opendir(from);
    assert_non_null(folder);
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        snprintf(source, sizeof source, "%s/%s", from, entry->d_name);
        snprintf(target, sizeof target, "%s/%s", to != NULL ? to : "", entry->d_name);
        if (strspn(entry->d_name, ".") == strlen(entry->d_name) || lstat(source, &st) != 0)
            continue;
        if (S_ISDIR(st.st_mode) && to == NULL)
            each_file(source, NULL);
        else if (S_ISDIR(st.st_mode))
            tamper_copy_folder(source, target);
        else if (to == NULL)
            assert_int_equal(unlink(source), 0);
        else
            folder_copy(source, target);
    }
    closedir(folder);
}

void tamper_copy_folder(const char *from, const char *to)
{
    if (access(to, F_OK) != 0)
        assert_int_equal(mkdir(to, 0700), 0);
    each_file(from, to);
}

void tamper_restore(const char *from, const char *to)
{
    each_file(to, NULL);
    each_file(from, to);
}

void tamper_snapshot(struct tamper *t, size_t k, char copy[FOLDER_PATH])
{
    snprintf(copy, FOLDER_PATH, "%s", folder_path(t->under, "state"));
    tamper_copy_folder(t->kiosks[k].dir, copy);
}

void tamper_bundle_name(const struct tamper *t, size_t k, char name[64])
{
    snprintf(name, 64, "%s" NAMES_BUNDLE, t->kiosks[k].name);
}

static void copy_as(const char *dir, const char *name, const char *to_dir, const char *as)
{
    const char *from = folder_path(dir, name);
    const char *to = folder_path(to_dir, as);
    folder_copy(from, to);
}

void tamper_keep(const struct tamper *t, const char *name)
{
    copy_as(t->stick, name, t->under, name);
}

void tamper_take_bundle(const struct tamper *t, size_t k, const char *as)
{
    char name[64];
    tamper_bundle_name(t, k, name);
    copy_as(t->stick, name, t->under, as);
}

void tamper_put_kept(const struct tamper *t, const char *as, const char *name)
{
    copy_as(t->under, as, t->stick, name);
}

void tamper_import_kept(struct tamper *t, const char *as)
{
    const char *path = folder_path(t->under, as);
    tamper_import(t, path);
}
