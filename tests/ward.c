/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away office at the desk, and kiosks in memory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "crypto/signature.h"
#include "desk/print.h"
#include "desk/print_json.h"
#include "office/fleet.h"
#include "protocol/bundle.h"
#include "tests/ward.h"

void ward_scratch(char dir[WARD_PATH])
{
    const char *base = getenv("TMPDIR");
    snprintf(dir, WARD_PATH, "%s/sandyq-ward-XXXXXX", base != NULL ? base : "/tmp");
    assert_non_null(mkdtemp(dir));
}

static int remove_one(const char *path, const struct stat *about, int type, struct FTW *walk)
{
    return remove(path);
}

void ward_remove(const char *dir)
{
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void start(void)
{
    static int started;
    if (!started)
        assert_int_equal(secret_start(), ERROR_NONE);
    started = 1;
}

void ward_open(struct ward *ward)
{
    char path[WARD_PATH + 16];
    uint8_t mark[CASELOAD_LINK_LEN];
    start();
    memset(ward, 0, sizeof *ward);
    ward->root = secret_new(SIGNATURE_SEED_LEN);
    assert_non_null(ward->root);
    assert_int_equal(vault_fresh(&ward->vault, "Office", WARD_DAY, ward->root), ERROR_NONE);
    ward_scratch(ward->dir);
    snprintf(path, sizeof path, "%s/casebook.db", ward->dir);
    assert_int_equal(vault_mark(ward->vault.keys->casebook, mark), 0);
    assert_int_equal(caseload_make(path, mark), ERROR_NONE);
    assert_int_equal(caseload_open(path, DB_OPEN, &ward->vault.cases), ERROR_NONE);
}

void ward_close(struct ward *ward)
{
    caseload_close(&ward->vault.cases);
    secret_free(ward->vault.keys);
    secret_free(ward->root);
    ward_remove(ward->dir);
}

void ward_make(struct ward_kiosk *kiosk, const char *facility)
{
    start();
    memset(kiosk, 0, sizeof *kiosk);
    kiosk->seed = secret_new(SIGNATURE_SEED_LEN);
    assert_non_null(kiosk->seed);
    assert_int_equal(signature_key_new(kiosk->seed, kiosk->key), 0);
    assert_int_equal(card_kiosk_id(kiosk->key, kiosk->id), ERROR_NONE);
    snprintf(kiosk->facility, sizeof kiosk->facility, "%s", facility);
}

void ward_enroll_at(struct ward *ward, struct ward_kiosk *kiosk, const char *facility, uint8_t type)
{
    uint8_t file[CARD_FILE_LEN];
    ward_make(kiosk, facility);
    memcpy(kiosk->office, ward->vault.charter.office, sizeof kiosk->office);
    struct card card = {.number = 1, .issued = WARD_DAY, .expires = WARD_DAY + 1000, .type = type};
    memcpy(card.key, kiosk->key, sizeof card.key);
    memcpy(card.facility, kiosk->facility, sizeof card.facility);
    assert_int_equal(card_encode(&card, ward->vault.charter_bytes, ward->root, file), ERROR_NONE);
    assert_int_equal(fleet_keep_card(&ward->vault, file, WARD_DAY), ERROR_NONE);
}

void ward_enroll(struct ward *ward, struct ward_kiosk *kiosk, const char *facility)
{
    ward_enroll_at(ward, kiosk, facility, 1);
}

void ward_drop(struct ward_kiosk *kiosk)
{
    secret_free(kiosk->seed);
    free(kiosk->records);
}

struct letter ward_letter(const struct ward_kiosk *kiosk, char who, const char *text)
{
    struct letter letter = {.kind = LETTER_COMPLAINT,
                            .session = kiosk->seq + 1,
                            .day = WARD_DAY,
                            .language = "ru",
                            .category = "A1",
                            .consent = 1,
                            .text = text,
                            .text_len = strlen(text)};
    memcpy(letter.facility, kiosk->facility, sizeof letter.facility);
    memcpy(letter.kiosk, kiosk->id, sizeof letter.kiosk);
    memset(letter.tag_key, who, sizeof letter.tag_key);
    memset(letter.answer_key, who + 1, sizeof letter.answer_key);
    return letter;
}

void ward_keys(char who, struct code_keys *keys)
{
    memset(keys->tag, who, sizeof keys->tag);
    memset(keys->answer, who + 1, sizeof keys->answer);
}

void ward_raw(struct ward_kiosk *kiosk, const uint8_t *envelope)
{
    /* Grows at powers of two, so that thousands of records are not copied for each one. */
    if ((kiosk->seq & (kiosk->seq - 1)) == 0 || kiosk->records == NULL)
        kiosk->records =
            realloc(kiosk->records, (kiosk->seq == 0 ? 1 : 2 * kiosk->seq) * RECORD_LEN);
    assert_non_null(kiosk->records);
    uint8_t *at = kiosk->records + kiosk->seq * RECORD_LEN;
    uint8_t hash[RECORD_HASH_LEN];
    kiosk->seq++;
    assert_int_equal(record_encode(kiosk->seq, kiosk->hash, WARD_DAY + (uint32_t)kiosk->seq,
                                   envelope, kiosk->seed, at, hash),
                     ERROR_NONE);
    memcpy(kiosk->hash, hash, sizeof hash);
}

void ward_add(struct ward_kiosk *kiosk, const struct charter *charter, const struct letter *letter)
{
    uint8_t raw[LETTER_LEN], envelope[ENVELOPE_LEN];
    assert_int_equal(letter_encode(letter, raw), ERROR_NONE);
    assert_int_equal(envelope_seal(charter->intake, raw, envelope), ERROR_NONE);
    ward_raw(kiosk, envelope);
}

void ward_cover(struct ward_kiosk *kiosk, const struct charter *charter)
{
    struct letter letter = ward_letter(kiosk, 0, "");
    letter.kind = LETTER_COVER;
    ward_add(kiosk, charter, &letter);
}

uint8_t *ward_bundle(const struct ward_kiosk *kiosk, uint64_t first, uint64_t last, size_t *len)
{
    struct bundle bundle = {.first = first,
                            .last = last,
                            .charter_number = 1,
                            .board_number = kiosk->board,
                            .health = BUNDLE_PRINTER_OK | BUNDLE_DISK_OK | BUNDLE_CLOCK_OK};
    memcpy(bundle.kiosk, kiosk->id, sizeof bundle.kiosk);
    memcpy(bundle.office, kiosk->office, sizeof bundle.office);
    *len = bundle_len(last + 1 - first);
    uint8_t *out = malloc(*len);
    assert_non_null(out);
    if (last >= first)
        memcpy(out + BUNDLE_HEADER_LEN, kiosk->records + (first - 1) * RECORD_LEN,
               (last + 1 - first) * RECORD_LEN);
    assert_int_equal(bundle_seal(&bundle, kiosk->seed, out), ERROR_NONE);
    return out;
}

int ward_import(struct ward *ward, const struct ward_kiosk *kiosk, uint64_t first, uint64_t last,
                struct import_report *report)
{
    struct import import = {.vault = &ward->vault, .today = WARD_DAY + 1};
    size_t len = 0;
    uint8_t *bundle = ward_bundle(kiosk, first, last, &len);
    enum error error = import_bundle(&import, "test", bundle, len);
    free(bundle);
    if (report != NULL)
        *report = import.report;
    return error;
}

void ward_starve(size_t len)
{
    struct rlimit limit;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = len;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

void ward_feed(void)
{
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
    limit.rlim_cur = limit.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

void ward_damage(struct ward *ward, uint64_t case_id, uint64_t n)
{
    static const uint8_t sealed[2048];
    struct caseload_item item = {
        .case_id = case_id, .n = n, .sealed = sealed, .len = sizeof sealed};
    assert_int_equal(caseload_next_id(ward->vault.cases, &item.id), ERROR_NONE);
    assert_int_equal(caseload_add_item(ward->vault.cases, &item), ERROR_NONE);
}

enum error ward_row(struct ward *ward, uint64_t case_id, struct triage_case *row)
{
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&ward->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_row(casefile, row);
    casefile_free(&casefile);
    return error;
}

enum error ward_answer(struct ward *ward, uint64_t case_id, const char *text, size_t len,
                       uint32_t today)
{
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&ward->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_answer(casefile, text, len, today);
    casefile_free(&casefile);
    return error;
}

enum error ward_set_status(struct ward *ward, uint64_t case_id,
                           const struct taxonomy_status *status, uint32_t today, bool *changed)
{
    struct casefile *casefile = NULL;
    enum error error = casefile_load(&ward->vault, case_id, &casefile);
    if (error == ERROR_NONE)
        error = triage_set_status(casefile, status, today, changed);
    casefile_free(&casefile);
    return error;
}

char *ward_show(struct ward *ward, uint64_t case_id, int json, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);
    assert_non_null(out);
    struct casefile *casefile = NULL;
    assert_int_equal(casefile_load(&ward->vault, case_id, &casefile), ERROR_NONE);
    assert_int_equal(json ? print_json_case(out, casefile) : print_case(out, casefile), ERROR_NONE);
    casefile_free(&casefile);
    fclose(out);
    return text;
}
