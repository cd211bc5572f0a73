/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder full of bundles, as it comes from many prisons: whole ones, spoilt ones, some twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "office/import.h"
#include "office/triage.h"
#include "tests/lib/chance.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"

enum { KIOSKS = 3, RECORDS = 12, BUNDLES = 12, ROUNDS = 6 };

enum content { COVER, RUBBISH, LETTER, CONTENTS };

struct prison {
    struct fake_kiosk kiosk;
    enum content contents[RECORDS];
    bool sent[RECORDS];
};

struct scene {
    struct fake_desk desk;
    struct prison prisons[KIOSKS];
    char *folder;
    uint64_t spoilt;
};

static void add_letter(struct scene *scene, size_t prison, size_t record)
{
    struct fake_kiosk *kiosk = &scene->prisons[prison].kiosk;
    struct letter letter = fake_kiosk_letter(kiosk, 'a', "text");
    memset(letter.tag_key, 0, sizeof letter.tag_key);
    letter.tag_key[0] = (uint8_t)prison;
    letter.tag_key[1] = (uint8_t)record;
    fake_kiosk_add(kiosk, &scene->desk.vault.charter, &letter);
}

static void fill(struct scene *scene, size_t prison)
{
    static const uint8_t rubbish[ENVELOPE_LEN];
    struct prison *at = &scene->prisons[prison];
    char name[16];
    snprintf(name, sizeof name, "PC-%zu", 10 + prison);
    fake_desk_enroll(&scene->desk, &at->kiosk, name);
    for (size_t i = 0; i < RECORDS; i++) {
        at->contents[i] = chance_below(CONTENTS);
        if (at->contents[i] == COVER)
            fake_kiosk_cover(&at->kiosk, &scene->desk.vault.charter);
        else if (at->contents[i] == RUBBISH)
            fake_kiosk_raw(&at->kiosk, rubbish);
        else
            add_letter(scene, prison, i);
    }
}

static void open_scene(struct scene *scene)
{
    memset(scene, 0, sizeof *scene);
    fake_desk_open(&scene->desk);
    for (size_t i = 0; i < KIOSKS; i++)
        fill(scene, i);
    scene->folder = folder_make();
}

static void close_scene(struct scene *scene)
{
    folder_remove(&scene->folder);
    for (size_t i = 0; i < KIOSKS; i++)
        fake_kiosk_drop(&scene->prisons[i].kiosk);
    fake_desk_close(&scene->desk);
}

/* One in three is damaged, cut off or another kiosk's. */
static bool is_spoilt(const struct scene *scene, size_t prison, uint8_t *bytes, size_t *len)
{
    switch (chance_below(9)) {
    case 0:
        bytes[chance_below((uint32_t)*len)] ^= 1;
        return true;
    case 1:
        *len = chance_below((uint32_t)*len);
        return true;
    case 2:
        memcpy(bytes + 8, scene->prisons[(prison + 1) % KIOSKS].kiosk.id, CARD_KIOSK_LEN);
        return true;
    default:
        return false;
    }
}

static void send(struct scene *scene, size_t n)
{
    const size_t prison = chance_below(KIOSKS), first = chance_below(RECORDS),
                 last = first + chance_below(RECORDS - (uint32_t)first);
    struct prison *at = &scene->prisons[prison];
    char name[32];
    size_t len = 0;
    uint8_t *bytes = fake_kiosk_bundle(&at->kiosk, first + 1, last + 1, &len);
    if (is_spoilt(scene, prison, bytes, &len))
        scene->spoilt++;
    else
        for (size_t i = first; i <= last; i++)
            at->sent[i] = true;
    snprintf(name, sizeof name, "%02zu.bundle", n);
    folder_write(folder_path(scene->folder, name), bytes, len);
    free(bytes);
}

static uint64_t sent(const struct scene *scene, enum content content)
{
    uint64_t n = 0;
    for (size_t i = 0; i < KIOSKS * RECORDS; i++) {
        const struct prison *at = &scene->prisons[i / RECORDS];
        n += at->sent[i % RECORDS] && at->contents[i % RECORDS] == content;
    }
    return n;
}

static struct import_report import(struct scene *scene)
{
    struct import import = {.vault = &scene->desk.vault,
                            .now = FAKE_DESK_NOW + 24 * 60,
                            .chunk = 1 + chance_below(RECORDS)};
    import_path(&import, scene->folder);
    return import.report;
}

static void each_record_of_a_whole_bundle_is_taken_once(void **state)
{
    (void)state;
    chance_start();
    for (int round = 0; round < ROUNDS; round++) {
        struct scene scene;
        open_scene(&scene);
        for (size_t i = 0; i < BUNDLES; i++)
            send(&scene, i);
        struct import_report report = import(&scene);
        assert_int_equal(report.refused, scene.spoilt);
        assert_int_equal(report.bundles, BUNDLES - scene.spoilt);
        assert_int_equal(report.covers, sent(&scene, COVER));
        assert_int_equal(report.unreadable, sent(&scene, RUBBISH));
        assert_int_equal(report.complaints, sent(&scene, LETTER));
        assert_int_equal(report.records, report.covers + report.unreadable + report.complaints);
        report = import(&scene);
        assert_int_equal(report.records, 0);
        close_scene(&scene);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_record_of_a_whole_bundle_is_taken_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
