/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bundles with sealed envelopes, as kiosks make them: for whoever measures or tries an import. */
#include "tests/casebook/casebook.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "crypto/envelope.h"
#include "crypto/secret.h"
#include "protocol/bundle.h"

/* Kiosks of bundles have numbers of their own, behind all that a plan can have. */
enum { FIRST_KIOSK = 1 << 20 };

static enum error add_record(const struct casebook *casebook, const struct plan *one,
                             const struct plan_letter *letter, uint64_t seq, uint8_t *records,
                             uint8_t previous[RECORD_HASH_LEN])
{
    uint8_t envelope[ENVELOPE_LEN], hash[RECORD_HASH_LEN];
    uint8_t *raw = secret_new(LETTER_LEN);
    enum error error = raw != NULL ? casebook_letter(one, letter, seq, raw) : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = envelope_seal(casebook->vault->charter.intake, raw, envelope);
    secret_free(raw);
    if (error == ERROR_NONE)
        error = record_encode(seq, previous, PLAN_LAST_DAY, envelope, one->kiosks[0].seed,
                              records + (seq - 1) * RECORD_LEN, hash);
    memcpy(previous, hash, RECORD_HASH_LEN);
    return error;
}

/* The plan has one kiosk, at which somebody else writes each record; but every fifth is a second
   letter of whoever wrote the one before. */
static enum error fill(const struct casebook *casebook, const struct plan *one, uint8_t *out)
{
    uint8_t previous[RECORD_HASH_LEN] = {0};
    struct bundle bundle = {.first = 1,
                            .last = one->person_count,
                            .charter_number = 1,
                            .health = BUNDLE_PRINTER_OK | BUNDLE_DISK_OK | BUNDLE_CLOCK_OK};
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < one->person_count && error == ERROR_NONE; i++) {
        const bool second = i % 5 == 4;
        const struct plan_letter letter = {
            .day = PLAN_LAST_DAY, .person = second ? i - 1 : i, .n = second};
        error = add_record(casebook, one, &letter, i + 1, out + BUNDLE_HEADER_LEN, previous);
    }
    memcpy(bundle.kiosk, one->kiosks[0].id, sizeof bundle.kiosk);
    memcpy(bundle.office, casebook->vault->charter.office, sizeof bundle.office);
    return error == ERROR_NONE ? bundle_seal(&bundle, one->kiosks[0].seed, out) : error;
}

static enum error write_bundle(const struct casebook *casebook, int dir, const struct plan *one)
{
    char name[64];
    const size_t len = bundle_len(one->person_count);
    uint8_t *out = malloc(len);
    if (out == NULL)
        return ERROR_MEMORY;
    snprintf(name, sizeof name, "%s-%02x%02x%02x%02x.bundle", one->kiosks[0].facility,
             one->kiosks[0].id[0], one->kiosks[0].id[1], one->kiosks[0].id[2],
             one->kiosks[0].id[3]);
    enum error error = fill(casebook, one, out);
    if (error == ERROR_NONE)
        error = file_write(dir, name, 0600, out, len);
    free(out);
    return error;
}

static enum error make_bundle(struct casebook *casebook, int dir, uint32_t i, struct plan *one)
{
    const uint64_t seed = casebook->plan.seed;
    enum error error = plan_make_kiosk(seed, FIRST_KIOSK + i, &one->kiosks[0]);
    one->seed = seed ^ (uint64_t)(i + 1) << 32; /* other people at every kiosk */
    for (uint32_t k = 0; k < one->person_count; k++) {
        struct draw draw = draw_start(one->seed, DRAW_BUNDLE, k);
        one->people[k] =
            (struct plan_person){.category = "C1", .language = (uint8_t)draw_below(&draw, 3)};
    }
    if (error == ERROR_NONE)
        error = casebook_enroll(casebook, &one->kiosks[0], PLAN_LAST_DAY);
    return error == ERROR_NONE ? write_bundle(casebook, dir, one) : error;
}

enum error casebook_bundles(struct casebook *casebook, const char *folder, uint32_t kiosks,
                            uint32_t records)
{
    struct plan one = {.kiosk_count = 1, .person_count = records};
    if (records < 1 || records > BUNDLE_RECORDS_MAX)
        return ERROR_MALFORMED;
    if (mkdir(folder, 0700) != 0)
        return error_of_errno(errno);
    int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    one.kiosks = calloc(1, sizeof *one.kiosks);
    one.people = calloc(records, sizeof *one.people);
    enum error error = dir < 0                                    ? ERROR_IO
                       : one.kiosks != NULL && one.people != NULL ? ERROR_NONE
                                                                  : ERROR_MEMORY;
    for (uint32_t i = 0; i < kiosks && error == ERROR_NONE; i++)
        error = make_bundle(casebook, dir, i, &one);
    plan_free(&one);
    if (dir >= 0)
        close(dir);
    return error;
}
