/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Plays the visits with real state folders, exchanges, imports and boards. */
#include "tests/carried/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "protocol/names.h"
#include "protocol/record.h"
#include "protocol/segment.h"
#include "tests/tamper/tamper.h"

enum {
    ARRIVALS = 16, /* that a board takes of a kiosk */
    FORGED = ARRIVALS + 4,
    FILES_MAX = 4096,
    FIRST_CASES = 2, /* there are some before the first visit */
    SHAPE_LINE = 48
};

struct world {
    struct tamper t;
    size_t complaints; /* of visitors, each with keys of its own */
    size_t forged;
    uint8_t envelope[ENVELOPE_LEN]; /* of the visit */
    uint8_t (*seen)[SEGMENT_TAG_LEN];
    size_t seen_count;
};

/* --- a visit --- */

static struct letter letter_of(enum letter_kind kind, uint8_t whose, size_t keys)
{
    static const char text[] = "They beat us.";
    struct letter letter = {.kind = kind, .language = "kk", .category = "A1", .consent = 1};
    if (kind == LETTER_COVER)
        return letter;
    letter.text = text;
    letter.text_len = sizeof text - 1;
    memset(letter.tag_key, whose, sizeof letter.tag_key);
    memset(letter.answer_key, whose, sizeof letter.answer_key);
    memcpy(letter.tag_key, &keys, sizeof keys);
    memcpy(letter.answer_key, &keys, sizeof keys);
    return letter;
}

static void leave(struct world *world, size_t kiosk, struct letter letter)
{
    tamper_seal(&world->t, kiosk, &letter, world->envelope);
    tamper_append(&world->t, kiosk, world->envelope);
}

static void come(struct world *world, const struct carried_visit *visit)
{
    struct letter letter = letter_of(LETTER_COVER, 0, 0);
    if (visit->kind == CARRIED_FILED) {
        letter = letter_of(LETTER_COMPLAINT, 1, world->complaints++);
    } else if (visit->kind < CARRIED_FILING) {
        letter = letter_of(LETTER_FOLLOWUP, 1, visit->chance % world->complaints);
        letter.arrival = 1 + visit->chance % 15;
    }
    leave(world, visit->kiosk, letter);
}

/* --- a thief --- */

static void forge(struct world *world, size_t kiosk)
{
    uint8_t envelope[ENVELOPE_LEN];
    for (int i = 0; i < FORGED; i++) {
        struct letter letter = letter_of(LETTER_COMPLAINT, 2, world->forged++);
        tamper_seal(&world->t, kiosk, &letter, envelope);
        tamper_append(&world->t, kiosk, envelope);
    }
}

/* before: a copy of the kiosk's folder as it was before the visit. */
static void steal(struct world *world, const struct carried_visit *visit, const char *before)
{
    struct tamper *t = &world->t;
    switch (visit->theft) {
    case THEFT_FORGED:
        forge(world, visit->kiosk);
        break;
    case THEFT_REPLAYED:
        tamper_append(t, visit->kiosk, world->envelope);
        break;
    case THEFT_DROPPED:
    case THEFT_MOVED:
        tamper_restore(before, t->kiosks[visit->kiosk].dir);
        tamper_cover(t, visit->kiosk);
        if (visit->theft == THEFT_MOVED)
            tamper_append(t, visit->kiosk, world->envelope);
        break;
    default:
        break;
    }
}

/* --- officers --- */

/* Most days one case that waits is answered; now and then all are. */
static void answer(struct world *world, const struct carried_visit *visit)
{
    static const char text[] = "We come on Tuesday.";
    struct triage_case *rows = NULL;
    size_t n = 0;
    unsigned answers = visit->chance % 8 == 0 ? 8 : visit->chance % 3 > 0;
    assert_int_equal(triage_list(&world->t.desk.vault, &rows, &n), ERROR_NONE);
    for (size_t i = 0; i < n && answers > 0; i++) {
        if (!rows[i].waits && rows[i].messages > 0)
            continue;
        assert_int_equal(
            fake_desk_answer(&world->t.desk, rows[i].id, text, sizeof text - 1, world->t.today),
            ERROR_NONE);
        answers--;
    }
    free(rows);
}

/* --- what is seen --- */

static void see_bytes(const uint8_t *bytes, size_t len, double *numbers)
{
    double *halves = numbers + CARRIED_FIRST;
    double *zeros = halves + 16;
    for (size_t i = 0; i < len; i++) {
        if (i < CARRIED_FIRST)
            numbers[i] = bytes[i];
        halves[bytes[i] >> 4] += 1;
        *zeros += bytes[i] == 0;
    }
    numbers[CARRIED_FILE - 1] = (double)len;
}

static void see_file(const struct tamper *t, const char *name, double *numbers)
{
    size_t len = 0;
    uint8_t *bytes = folder_read(folder_path(t->stick, name), &len);
    see_bytes(bytes, len, numbers);
    free(bytes);
}

/* The bundle, and the last two records in it, if there are as many; the last 64 bytes of a bundle
   are its signature. */
static void see_bundle(const struct tamper *t, size_t kiosk, double *numbers)
{
    enum { SIGNATURE = 64 };
    char name[64];
    size_t len = 0;
    tamper_bundle_name(t, kiosk, name);
    uint8_t *bytes = folder_read(folder_path(t->stick, name), &len);
    see_bytes(bytes, len, numbers);
    for (size_t back = 1; back <= 2 && SIGNATURE + back * RECORD_LEN < len; back++)
        see_bytes(bytes + len - SIGNATURE - back * RECORD_LEN, RECORD_LEN,
                  numbers + back * CARRIED_FILE);
    free(bytes);
}

/* How many of its tags were in a segment before; they are remembered. */
static double see_tags(struct world *world, const uint8_t *tags, size_t n)
{
    double repeats = 0;
    for (size_t i = 0; i < n; i++)
        for (size_t at = 0; at < world->seen_count; at++)
            repeats += memcmp(world->seen[at], tags + i * SEGMENT_TAG_LEN, SEGMENT_TAG_LEN) == 0;
    world->seen = realloc(world->seen, (world->seen_count + n + 1) * sizeof *world->seen);
    assert_non_null(world->seen);
    memcpy(world->seen[world->seen_count], tags, n * SEGMENT_TAG_LEN);
    world->seen_count += n;
    return repeats;
}

/* The segment that this board added. */
static double see_segment(struct world *world, uint32_t number, enum segment_kind kind,
                          double *numbers)
{
    char start[32];
    const char *ending = kind == SEGMENT_ARRIVALS ? ".arrivals" : ".answers";
    double repeats = -1;
    DIR *stick = opendir(world->t.stick);
    assert_non_null(stick);
    snprintf(start, sizeof start, "sandyq-%u-", number);
    for (const struct dirent *entry = readdir(stick); entry != NULL; entry = readdir(stick)) {
        size_t len = 0;
        struct segment segment;
        if (strncmp(entry->d_name, start, strlen(start)) != 0 ||
            strstr(entry->d_name, ending) == NULL)
            continue;
        uint8_t *bytes = folder_read(folder_path(world->t.stick, entry->d_name), &len);
        assert_int_equal(segment_view(bytes, len, &segment), ERROR_NONE);
        see_bytes(bytes, len, numbers);
        repeats = see_tags(world, segment.tags, segment.count);
        free(bytes);
    }
    closedir(stick);
    assert_true(repeats >= 0);
    return repeats;
}

static void see_board(struct world *world, uint32_t number, double *numbers)
{
    double *repeats = numbers + 3 * CARRIED_FILE;
    see_file(&world->t, NAMES_BOARD, numbers);
    repeats[0] = see_segment(world, number, SEGMENT_ARRIVALS, numbers + CARRIED_FILE);
    repeats[1] = see_segment(world, number, SEGMENT_ANSWERS, numbers + 2 * CARRIED_FILE);
}

static int by_text(const void *one, const void *other)
{
    return strcmp(one, other);
}

/* Adds a line for each file: the end of its name, and its length. */
static void see_shape(const struct tamper *t, const char *when, char **shape)
{
    static char lines[FILES_MAX][SHAPE_LINE];
    const size_t had = *shape != NULL ? strlen(*shape) : 0;
    size_t n = 0, at = had;
    DIR *stick = opendir(t->stick);
    assert_non_null(stick);
    for (const struct dirent *entry = readdir(stick); entry != NULL; entry = readdir(stick)) {
        const char *end = strrchr(entry->d_name, '.');
        if (end == NULL || entry->d_name[0] == '.')
            continue;
        assert_true(n < FILES_MAX);
        snprintf(lines[n++], SHAPE_LINE, "%s %s %ld\n", when, end,
                 folder_size(folder_path(t->stick, entry->d_name)));
    }
    closedir(stick);
    qsort(lines, n, SHAPE_LINE, by_text);
    *shape = realloc(*shape, had + n * SHAPE_LINE + 1);
    assert_non_null(*shape);
    for (size_t i = 0; i < n; i++)
        at += (size_t)snprintf(*shape + at, SHAPE_LINE, "%s", lines[i]);
}

/* --- a day --- */

static void play_day(struct world *world, const struct carried_visit *visit,
                     struct carried_day *day)
{
    struct tamper *t = &world->t;
    const size_t other = 1 - visit->kiosk;
    char before[FOLDER_PATH];
    tamper_cover(t, 0);
    tamper_cover(t, 1);
    tamper_snapshot(t, visit->kiosk, before);
    come(world, visit);
    steal(world, visit, before);
    for (size_t k = 0; k < 2; k++)
        tamper_exchange(t, k);
    see_bundle(t, visit->kiosk, day->numbers);
    see_bundle(t, other, day->numbers + 3 * CARRIED_FILE);
    see_shape(t, "to the office", &day->shape);
    tamper_import(t, t->stick);
    answer(world, visit);
    see_board(world, tamper_publish(t), day->numbers + 6 * CARRIED_FILE);
    see_shape(t, "back", &day->shape);
}

void carried_play(const struct carried_visit *visits, size_t n, struct carried_day *days)
{
    static struct world world;
    memset(&world, 0, sizeof world);
    tamper_open(&world.t);
    world.t.desk.vault.charter.settings[CHARTER_ARRIVALS] = ARRIVALS;
    while (world.complaints < FIRST_CASES)
        leave(&world, 0, letter_of(LETTER_COMPLAINT, 1, world.complaints++));
    tamper_round(&world.t);
    for (size_t i = 0; i < n; i++) {
        memset(&days[i], 0, sizeof days[i]);
        play_day(&world, &visits[i], &days[i]);
    }
    free(world.seen);
    tamper_close(&world.t);
}
