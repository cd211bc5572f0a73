/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A country in small: 700 terminals with 8 records a day, 100 answers a working day, boards on
   working days. Two years of boards stand before, whose tags are drawn, without records and without
   a backup each; then two weeks are played whole, and a terminal comes back after 200 days. Prints
   bytes, seconds and memory. Derivations are not part of it: nobody visits. The office has
   no records of the drawn tags. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/day.h"
#include "base/error.h"
#include "courier/exchange.h"
#include "crypto/random.h"
#include "device/enroll.h"
#include "device/state.h"
#include "office/backup.h"
#include "office/publish.h"
#include "protocol/names.h"
#include "protocol/segment.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"

enum {
    KIOSKS = 700,
    RECORDS = 8,
    LETTERS = 2, /* of these */
    ANSWERS_A_DAY = 100,
    ANSWERS = 256,
    DAYS_BEFORE = 728,
    DRAWN = KIOSKS * RECORDS * 7 / 5, /* tags of such a board */
    DAYS_AWAY = 200,
    DAYS = 14,
    WEEKDAYS = 31
};

static struct fake_desk desk;
static struct fake_kiosk kiosks[KIOSKS];
static char *stick, *returning;
static uint32_t today = FAKE_DESK_DAY;
static uint64_t answered;
static bool draws; /* boards have drawn tags and no backup */

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* A line of /proc/self/status, in MB; 0 when there is none. */
static double memory(const char *name)
{
    char line[256];
    double kib = 0;
    FILE *file = fopen("/proc/self/status", "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file) != NULL)
        if (strncmp(line, name, strlen(name)) == 0)
            kib = strtod(line + strlen(name), NULL);
    fclose(file);
    return kib * 1024 / 1e6;
}

/* From here on the highest is counted anew. */
static void forget_peak(void)
{
    FILE *file = fopen("/proc/self/clear_refs", "we");
    assert_non_null(file);
    fputs("5", file);
    fclose(file);
}

/* MB of a folder's files with this ending, "" for all. */
static double folder_mb(const char *of, const char *ending)
{
    char dir[FOLDER_PATH]; /* folder_path has room for so many only */
    double sum = 0;
    snprintf(dir, sizeof dir, "%s", of);
    DIR *folder = opendir(dir);
    assert_non_null(folder);
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder)) {
        const size_t len = strlen(entry->d_name), end = strlen(ending);
        if (entry->d_name[0] != '.' && len >= end && strcmp(entry->d_name + len - end, ending) == 0)
            sum += (double)folder_size(folder_path(dir, entry->d_name)) / 1e6;
    }
    closedir(folder);
    return sum;
}

/* --- what is drawn --- */

enum error __real_segment_encode(const struct segment *segment, const uint8_t *entries,
                                 uint8_t **out, size_t *len);
enum error __wrap_segment_encode(const struct segment *segment, const uint8_t *entries,
                                 uint8_t **out, size_t *len);
enum error __real_backup_publish(struct vault *vault, uint32_t minute, struct backup *backup);
enum error __wrap_backup_publish(struct vault *vault, uint32_t minute, struct backup *backup);

enum error __wrap_segment_encode(const struct segment *segment, const uint8_t *entries,
                                 uint8_t **out, size_t *len)
{
    static uint8_t tags[DRAWN][SEGMENT_TAG_LEN];
    struct segment drawn = *segment;
    if (!draws || segment->kind != SEGMENT_ARRIVALS)
        return __real_segment_encode(segment, entries, out, len);
    random_bytes(tags, sizeof tags);
    drawn.count = DRAWN;
    return __real_segment_encode(&drawn, tags[0], out, len);
}

enum error __wrap_backup_publish(struct vault *vault, uint32_t minute, struct backup *backup)
{
    static struct backup last;
    if (draws && last.txn > 0) {
        *backup = last;
        return ERROR_NONE;
    }
    const enum error error = __real_backup_publish(vault, minute, backup);
    last = *backup;
    return error;
}

/* --- the office --- */

struct published {
    double seconds, processor, mb;
};

static struct published publish(void)
{
    struct publish_report report;
    forget_peak();
    const double from = now(), before = memory("VmRSS:");
    const clock_t used = clock();
    assert_int_equal(publish_run(&desk.vault, stick, today * DAY_MINUTES, &report), ERROR_NONE);
    return (struct published){now() - from, (double)(clock() - used) / CLOCKS_PER_SEC,
                              memory("VmHWM:") - before};
}

static void answer(void)
{
    static const char text[] = "We come on Tuesday. You need not do anything until then.";
    for (int i = 0; i < ANSWERS_A_DAY; i++)
        assert_int_equal(fake_desk_answer(&desk, ++answered, text, sizeof text - 1, today),
                         ERROR_NONE);
}

static void file_day(struct fake_kiosk *kiosk, int k)
{
    const uint64_t first = kiosk->seq + 1;
    for (int i = 0; i < RECORDS; i++) {
        struct letter letter = fake_kiosk_letter(kiosk, 'a', "They beat us.");
        const uint64_t whose = kiosk->seq * KIOSKS + (uint64_t)k;
        memcpy(letter.tag_key, &whose, sizeof whose);
        if (i < LETTERS)
            fake_kiosk_add(kiosk, &desk.vault.charter, &letter);
        else
            fake_kiosk_cover(kiosk, &desk.vault.charter);
    }
    assert_int_equal(fake_desk_import(&desk, kiosk, first, kiosk->seq, NULL), ERROR_NONE);
}

/* --- the terminal that comes back --- */

static void enroll_returning(void)
{
    char name[CARD_KIOSK_TEXT_LEN];
    uint8_t file[CARD_FILE_LEN];
    struct state *state = NULL;
    returning = folder_make();
    assert_int_equal(enroll_kiosk(returning, today, name), ERROR_NONE);
    assert_int_equal(state_open(returning, &state), ERROR_NONE);
    fake_desk_card(&desk, state->key, "PC-1", 1, file);
    state_close(&state);
    folder_write(folder_path(stick, "one.card"), file, sizeof file);
}

static double exchange(void)
{
    static struct exchange_report report;
    const double from = now();
    assert_int_equal(exchange_run(returning, stick, today, &report), ERROR_NONE);
    return now() - from;
}

/* --- all of it --- */

static void before(void)
{
    draws = true;
    for (int day = 0; day < DAYS_BEFORE; day++, today++) {
        if (day_weekday(today) < 5)
            publish();
        if (day == DAYS_BEFORE - DAYS_AWAY) {
            enroll_returning();
            const double seconds = exchange();
            printf("first exchange of a terminal: %.1f s, %.0f MB\n", seconds,
                   folder_mb(folder_path(returning, STATE_BOARD), ""));
        }
    }
}

static void two_weeks(void)
{
    draws = false;
    struct published worst = {0, 0, 0};
    double imported = 0;
    for (int day = 0; day < DAYS; day++, today++) {
        const double from = now();
        for (int k = 0; k < KIOSKS; k++)
            file_day(&kiosks[k], k);
        imported += now() - from;
        if (day_weekday(today) >= 5)
            continue;
        answer();
        const struct published one = publish();
        worst.seconds = one.seconds > worst.seconds ? one.seconds : worst.seconds;
        worst.processor = one.processor > worst.processor ? one.processor : worst.processor;
        worst.mb = one.mb > worst.mb ? one.mb : worst.mb;
    }
    printf("made and imported: %d records in %.0f s\n", DAYS * KIOSKS * RECORDS, imported);
    printf("publish, the slowest: %.2f s, of the processor %.2f s, %.0f MB (limits 3 s, 200 MB)\n",
           worst.seconds, worst.processor, worst.mb);
}

static void play(void **state)
{
    fake_desk_open(&desk);
    stick = folder_make();
    desk.vault.charter.settings[CHARTER_ANSWERS] = ANSWERS;
    desk.vault.charter.settings[CHARTER_BOARD_DAYS] = WEEKDAYS;
    fake_desk_charter(&desk.vault, desk.office.root_seed);
    memcpy(desk.office.charter_bytes, desk.vault.charter_bytes, CHARTER_LEN);
    for (int k = 0; k < KIOSKS; k++)
        fake_desk_enroll(&desk, &kiosks[k], "PC-17");
    before();
    two_weeks();
    printf("head %.3f MB; all arrivals %.1f MB; all answers %.0f MB\n",
           (double)folder_size(folder_path(stick, NAMES_BOARD)) / 1e6,
           folder_mb(stick, ".arrivals"), folder_mb(stick, ".answers"));
    const double had = folder_mb(folder_path(returning, STATE_BOARD), "");
    const double seconds = exchange();
    printf("a terminal comes back after %d days: %.1f s", DAYS_AWAY + DAYS, seconds);
    printf(", %.0f MB in its folder, before %.0f MB\n",
           folder_mb(folder_path(returning, STATE_BOARD), ""), had);
    printf("an exchange with nothing new: %.2f s\n", exchange());
    folder_remove(&stick);
    folder_remove(&returning);
    for (int k = 0; k < KIOSKS; k++)
        fake_kiosk_drop(&kiosks[k]);
    fake_desk_close(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(play)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
