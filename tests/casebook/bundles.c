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
#include "crypto/random.h"
#include "crypto/secret.h"
#include "protocol/bundle.h"

/* Kiosks of bundles have numbers of their own, behind all that a plan can have. */
enum { FIRST_KIOSK = 1 << 20, LONG = 10 /* records */ };

/* The plan has one kiosk, at which somebody else writes each record; but every fifth is a second
   letter of whoever wrote the one before, every tenth names another place, and a long bundle ends
   with what nobody can read and a cover. */
static enum error seal(const struct casebook *casebook, const struct plan *one, uint32_t i,
                       uint8_t envelope[ENVELOPE_LEN])
{
    const uint32_t left = one->person_count >= LONG ? one->person_count - 1 - i : LONG;
    const bool second = i % 5 == 4;
    const struct plan_letter letter = {
        .day = PLAN_LAST_DAY, .person = second ? i - 1 : i, .n = second};
    struct letter cover = {.kind = LETTER_COVER, .session = i + 1, .day = PLAN_LAST_DAY};
    if (left == 1) {
        random_bytes(envelope, ENVELOPE_LEN);
        return ERROR_NONE;
    }
    memcpy(cover.facility, one->kiosks[0].facility, sizeof cover.facility);
    memcpy(cover.kiosk, one->kiosks[0].id, sizeof cover.kiosk);
    uint8_t *raw = secret_new(LETTER_LEN);
    if (raw == NULL)
        return ERROR_MEMORY;
    enum error error =
        left == 0 ? letter_encode(&cover, raw) : casebook_letter(one, &letter, i + 1, raw);
    if (error == ERROR_NONE)
        error = envelope_seal(casebook->vault->charter.intake[0].key, raw, envelope);
    secret_free(raw);
    return error;
}

static enum error fill(const struct casebook *casebook, const struct plan *one, uint8_t *out)
{
    uint8_t envelope[ENVELOPE_LEN], previous[RECORD_HASH_LEN] = {0}, hash[RECORD_HASH_LEN];
    struct bundle bundle = {.first = 1,
                            .last = one->person_count,
                            .charter_number = 1,
                            .health = BUNDLE_PRINTER_OK | BUNDLE_DISK_OK | BUNDLE_CLOCK_OK};
    enum error error = ERROR_NONE;
    for (uint32_t i = 0; i < one->person_count && error == ERROR_NONE; i++) {
        error = seal(casebook, one, i, envelope);
        if (error == ERROR_NONE)
            error = record_encode(i + 1, previous, PLAN_LAST_DAY, envelope, one->kiosks[0].seed,
                                  out + BUNDLE_HEADER_LEN + (size_t)i * RECORD_LEN, hash);
        memcpy(previous, hash, RECORD_HASH_LEN);
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
        one->people[k] = (struct plan_person){
            .category = "C1", .language = (uint8_t)draw_below(&draw, 3), .misplaced = k % 10 == 7};
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
