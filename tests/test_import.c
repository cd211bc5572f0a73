/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Import: what comes in is filed once, whole and sealed; what does not fit is refused or flagged.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/random.h"
#include "office/casefile.h"
#include "office/fleet.h"
#include "office/triage.h"
#include "protocol/bundle.h"
#include "tests/process.h"
#include "tests/ward.h"

struct scene {
    struct ward ward;
    struct ward_kiosk kiosk;
};

static int setup(void **state)
{
    static struct scene scene;
    ward_open(&scene.ward);
    ward_enroll(&scene.ward, &scene.kiosk, "PC-17");
    *state = &scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;
    ward_drop(&scene->kiosk);
    ward_close(&scene->ward);
    return 0;
}

static void send(struct scene *scene, char who, const char *text)
{
    struct letter letter = ward_letter(&scene->kiosk, who, text);
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
}

static size_t count_cases(struct scene *scene)
{
    struct triage_case *cases = NULL;
    size_t n = 0;
    assert_int_equal(triage_list(&scene->ward.vault, &cases, &n), ERROR_NONE);
    free(cases);
    return n;
}

static struct fleet_row *look(struct scene *scene)
{
    struct fleet_row *rows = NULL;
    size_t n = 0;
    assert_int_equal(fleet_list(&scene->ward.vault, WARD_DAY + 30, &rows, &n), ERROR_NONE);
    assert_int_equal(n, 1);
    return rows;
}

static void test_complaint_becomes_a_case_with_its_text(void **state)
{
    struct scene *scene = *state;
    struct import_report report;
    size_t len = 0;
    send(scene, 'a', "Меня ударили в камере 12");
    ward_cover(&scene->kiosk, &scene->ward.vault.charter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 2, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 1);
    assert_int_equal(report.covers, 1);
    assert_int_equal(report.misplaced, 0);
    assert_int_equal(count_cases(scene), 1);
    char *shown = ward_show(&scene->ward, 1, 0, &len);
    assert_non_null(strstr(shown, "Меня ударили в камере 12"));
    assert_non_null(strstr(shown, "It arrived"));
    free(shown);
}

static void test_complaint_without_text_is_a_case(void **state)
{
    struct scene *scene = *state;
    send(scene, 'a', "");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    assert_int_equal(count_cases(scene), 1);
}

static void test_longest_text_comes_whole(void **state)
{
    struct scene *scene = *state;
    size_t len = 0;
    char *text = calloc(1, LETTER_TEXT_MAX + 1);
    memset(text, 'x', LETTER_TEXT_MAX);
    send(scene, 'a', text);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    char *shown = ward_show(&scene->ward, 1, 1, &len);
    assert_non_null(strstr(shown, text));
    free(shown);
    free(text);
}

static void test_follow_up_joins_its_case(void **state)
{
    struct scene *scene = *state;
    struct import_report report;
    send(scene, 'a', "first");
    send(scene, 'b', "another person");
    struct letter letter = ward_letter(&scene->kiosk, 'a', "second");
    letter.kind = LETTER_FOLLOWUP;
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 3, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 2);
    assert_int_equal(report.joined, 1);
    assert_int_equal(count_cases(scene), 2);
    size_t len = 0;
    char *shown = ward_show(&scene->ward, 1, 0, &len);
    assert_non_null(strstr(shown, "first"));
    assert_non_null(strstr(shown, "second"));
    assert_null(strstr(shown, "another"));
    free(shown);
}

static bool waits(struct scene *scene)
{
    struct triage_case row;
    assert_int_equal(ward_row(&scene->ward, 1, &row), ERROR_NONE);
    return row.waits;
}

static void test_case_waits_until_the_last_letter_is_answered(void **state)
{
    struct scene *scene = *state;
    send(scene, 'a', "first");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    assert_true(waits(scene));
    assert_int_equal(ward_answer(&scene->ward, 1, "yes", 3, WARD_DAY), ERROR_NONE);
    assert_false(waits(scene));
    send(scene, 'a', "second");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 2, 2, NULL), ERROR_NONE);
    assert_true(waits(scene));
}

static void test_importing_again_changes_nothing(void **state)
{
    struct scene *scene = *state;
    struct import_report report;
    size_t len = 0, len_again = 0;
    for (int i = 0; i < 40; i++)
        send(scene, (char)i, "text");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 25, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 25);
    char *before = ward_show(&scene->ward, 7, 1, &len);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 25, &report), ERROR_NONE);
    assert_int_equal(report.records, 0);
    assert_int_equal(report.held, 25);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 10, 40, &report), ERROR_NONE);
    assert_int_equal(report.records, 15);
    assert_int_equal(count_cases(scene), 40);
    char *after = ward_show(&scene->ward, 7, 1, &len_again);
    assert_string_equal(before, after);
    struct fleet_row *row = look(scene);
    assert_int_equal(row->kiosk.tip_seq, 40);
    assert_int_equal(row->gaps.n + row->forks.n + row->kiosk.rollbacks, 0);
    fleet_free(row, 1);
    free(before);
    free(after);
}

static void test_gap_is_named_and_filled(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 6; i++)
        send(scene, (char)i, "text");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 2, NULL), ERROR_NONE);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 5, 6, NULL), ERROR_NONE);
    struct fleet_row *row = look(scene);
    assert_int_equal(row->gaps.n, 1);
    assert_int_equal(row->gaps.all[0].first, 3);
    assert_int_equal(row->gaps.all[0].last, 4);
    assert_int_equal(row->kiosk.tip_seq, 2);
    assert_int_equal(row->kiosk.last_seq, 6);
    assert_int_equal(row->silent, 28); /* its clock is ahead: since the day after the import */
    fleet_free(row, 1);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 6, NULL), ERROR_NONE);
    row = look(scene);
    assert_int_equal(row->gaps.n, 0);
    assert_int_equal(row->kiosk.tip_seq, 6);
    fleet_free(row, 1);
}

/* The kiosk's disk is set back to a copy, and it goes on from there: both chains are signed. */
static void test_fork_is_named_and_nothing_is_lost(void **state)
{
    struct scene *scene = *state;
    uint8_t hash[RECORD_HASH_LEN];
    send(scene, 'a', "one");
    memcpy(hash, scene->kiosk.hash, sizeof hash);
    send(scene, 'b', "two");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 2, NULL), ERROR_NONE);
    scene->kiosk.seq = 1;
    memcpy(scene->kiosk.hash, hash, sizeof hash);
    send(scene, 'c', "two again");
    send(scene, 'd', "three");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 3, NULL), ERROR_NONE);
    struct fleet_row *row = look(scene);
    assert_int_equal(row->forks.n, 1);
    assert_int_equal(row->forks.all[0].first, 2);
    assert_int_equal(row->kiosk.tip_seq, 3); /* the longer chain, or its records would never go */
    fleet_free(row, 1);
    assert_int_equal(count_cases(scene), 4);
}

static void test_rollback_is_told_from_an_old_bundle(void **state)
{
    struct scene *scene = *state;
    struct import_report report;
    for (int i = 0; i < 4; i++)
        send(scene, (char)i, "text");
    scene->kiosk.board = 5;
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 4, NULL), ERROR_NONE);
    scene->kiosk.board = 4;
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 2, &report), ERROR_NONE);
    assert_int_equal(report.rollbacks, 0); /* an old bundle, come late */
    scene->kiosk.board = 6;
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 3, &report), ERROR_NONE);
    assert_int_equal(report.rollbacks, 1); /* a newer board with fewer records */
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 3, &report), ERROR_NONE);
    assert_int_equal(report.rollbacks, 0); /* counted once */
    struct fleet_row *row = look(scene);
    assert_int_equal(row->rollbacks.n, 1);
    assert_int_equal(row->rollbacks.all[0].was_seq, 4);
    assert_int_equal(row->rollbacks.all[0].was_board, 5);
    assert_int_equal(row->rollbacks.all[0].seq, 3);
    assert_int_equal(row->rollbacks.all[0].board, 6);
    fleet_free(row, 1);
}

static uint64_t count_rollbacks(struct scene *scene, uint64_t last, uint32_t board)
{
    struct import_report report;
    scene->kiosk.board = board;
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, last, &report), ERROR_NONE);
    return report.rollbacks;
}

/* A kiosk that was set back and goes on is behind for a while: that is one setback. */
static void test_a_setback_is_noted_once(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 12; i++)
        ward_cover(&scene->kiosk, &scene->ward.vault.charter);
    assert_int_equal(count_rollbacks(scene, 8, 5), 0);
    assert_int_equal(count_rollbacks(scene, 5, 6), 1);
    assert_int_equal(count_rollbacks(scene, 5, 7), 0);
    assert_int_equal(count_rollbacks(scene, 7, 8), 0);
    assert_int_equal(count_rollbacks(scene, 4, 9), 1); /* back once more */
    assert_int_equal(count_rollbacks(scene, 9, 10), 0);
    assert_int_equal(count_rollbacks(scene, 8, 11), 1); /* from another end */
    assert_int_equal(count_rollbacks(scene, 10, 11), 0);
    assert_int_equal(count_rollbacks(scene, 11, 3), 1); /* of the board alone */
    assert_int_equal(count_rollbacks(scene, 12, 3), 0);
}

/* A kiosk that was set back has gone on, but not yet to where it was, and is set back again. */
static void test_a_setback_within_a_setback_is_noted(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 10; i++)
        ward_cover(&scene->kiosk, &scene->ward.vault.charter);
    assert_int_equal(count_rollbacks(scene, 10, 5), 0);
    assert_int_equal(count_rollbacks(scene, 5, 6), 1);
    assert_int_equal(count_rollbacks(scene, 10, 5), 0); /* from before, come late */
    assert_int_equal(count_rollbacks(scene, 8, 7), 0);
    assert_int_equal(count_rollbacks(scene, 6, 8), 1);
    struct fleet_row *row = look(scene);
    assert_int_equal(row->rollbacks.all[1].was_seq, 8);
    assert_int_equal(row->rollbacks.all[1].seq, 6);
    fleet_free(row, 1);
}

static void import_sick(struct scene *scene, uint64_t first, uint64_t last, uint16_t age)
{
    struct import import = {.vault = &scene->ward.vault, .today = WARD_DAY + 9};
    struct bundle bundle;
    size_t len = 0;
    uint8_t *data = ward_bundle(&scene->kiosk, first, last, &len);
    assert_int_equal(bundle_decode(data, len, scene->kiosk.key, scene->kiosk.office, &bundle),
                     ERROR_NONE);
    bundle.health = 0;
    bundle.exchange_age = age;
    assert_int_equal(bundle_seal(&bundle, scene->kiosk.seed, data), ERROR_NONE);
    assert_int_equal(import_bundle(&import, "test", data, len), ERROR_NONE);
    free(data);
}

static void assert_disk(struct scene *scene, bool well)
{
    struct fleet_row *row = look(scene);
    assert_int_equal((row->kiosk.health & BUNDLE_DISK_OK) != 0, well);
    assert_int_equal(row->kiosk.imported, WARD_DAY + 1);
    fleet_free(row, 1);
}

/* An old bundle that somebody lays there again says nothing of today. */
static void test_a_disk_that_was_not_well_once(void **state)
{
    struct scene *scene = *state;
    for (int i = 0; i < 5; i++)
        ward_cover(&scene->kiosk, &scene->ward.vault.charter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 3, 5, NULL), ERROR_NONE);
    import_sick(scene, 3, 4, 7);
    assert_disk(scene, true);
    import_sick(scene, 3, 4, UINT16_MAX); /* what is left of an outbox */
    assert_disk(scene, false);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 3, 5, NULL), ERROR_NONE);
    assert_disk(scene, true);
    import_sick(scene, 1, 2, 7); /* not heard before */
    assert_disk(scene, false);
}

static void assert_unbroken(struct scene *scene, uint64_t tip)
{
    struct fleet_row *row = look(scene);
    assert_true(row->kiosk.tip_seq == tip);
    assert_int_equal(row->gaps.n + row->forks.n + row->kiosk.rollbacks, 0);
    fleet_free(row, 1);
}

/* A kiosk with more records than a bundle takes sends several; they come in any order. Then the same
   records come again under a newer board, and of the exchange before a bundle turns up late. */
static void test_bundles_of_one_exchange_come_in_any_order(void **state)
{
    struct scene *scene = *state;
    struct ward_kiosk *kiosk = &scene->kiosk;
    static uint8_t noise[ENVELOPE_LEN];
    const uint64_t cap = BUNDLE_RECORDS_MAX;
    for (uint64_t i = 0; i < cap + 3; i++)
        ward_raw(kiosk, noise);
    kiosk->board = 5;
    assert_int_equal(ward_import(&scene->ward, kiosk, cap + 1, cap + 2, NULL), ERROR_NONE);
    assert_int_equal(ward_import(&scene->ward, kiosk, 1, cap, NULL), ERROR_NONE);
    assert_unbroken(scene, cap + 2);
    kiosk->board = 6;
    assert_int_equal(ward_import(&scene->ward, kiosk, 1, cap, NULL), ERROR_NONE);
    kiosk->board = 5;
    assert_int_equal(ward_import(&scene->ward, kiosk, cap + 1, cap + 2, NULL), ERROR_NONE);
    kiosk->board = 6;
    assert_int_equal(ward_import(&scene->ward, kiosk, cap + 1, cap + 3, NULL), ERROR_NONE);
    assert_unbroken(scene, cap + 3);
}

static void test_misplaced_letters_are_kept_and_flagged(void **state)
{
    struct scene *scene = *state;
    struct import_report report;
    struct letter letter = ward_letter(&scene->kiosk, 'a', "text");
    letter.session = 99;
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    letter = ward_letter(&scene->kiosk, 'b', "text");
    memcpy(letter.facility, "OTHER", 6);
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    letter = ward_letter(&scene->kiosk, 'c', "text");
    letter.kiosk[0] ^= 1;
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    send(scene, 'd', "in its place");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 4, &report), ERROR_NONE);
    assert_int_equal(report.misplaced, 3);
    assert_int_equal(report.complaints, 4);
    struct fleet_row *row = look(scene);
    assert_int_equal(row->kiosk.misplaced, 3);
    fleet_free(row, 1);
}

static void test_unreadable_envelopes_are_kept(void **state)
{
    struct scene *scene = *state;
    struct import_report report;
    uint8_t envelope[ENVELOPE_LEN], letter[LETTER_LEN], secret[32], other[32];
    random_bytes(envelope, sizeof envelope);
    ward_raw(&scene->kiosk, envelope); /* no envelope at all */
    memset(letter, 0xA5, sizeof letter);
    assert_int_equal(envelope_seal(scene->ward.vault.charter.intake, letter, envelope), ERROR_NONE);
    ward_raw(&scene->kiosk, envelope); /* opens, but is no letter */
    assert_int_equal(envelope_key_new(secret, other), ERROR_NONE);
    assert_int_equal(envelope_seal(other, letter, envelope), ERROR_NONE);
    ward_raw(&scene->kiosk, envelope); /* to another office's key */
    send(scene, 'a', "good");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 4, &report), ERROR_NONE);
    assert_int_equal(report.unreadable, 3);
    assert_int_equal(report.complaints, 1);
    struct fleet_row *row = look(scene);
    assert_int_equal(row->kiosk.unreadable, 3);
    assert_int_equal(row->kiosk.tip_seq, 4);
    fleet_free(row, 1);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 4, &report), ERROR_NONE);
    assert_int_equal(report.records, 0);
}

/* libgcrypt's, whose memory runs out while this is set. */
static bool short_of_memory;
unsigned gcry_ecc_mul_point(int curve, uint8_t *result, const uint8_t *scalar,
                            const uint8_t *point);

unsigned gcry_ecc_mul_point(int curve, uint8_t *result, const uint8_t *scalar, const uint8_t *point)
{
    enum { NO_MEMORY = 32768 + 86 }; /* GPG_ERR_ENOMEM */
    typedef unsigned multiply(int, uint8_t *, const uint8_t *, const uint8_t *);
    void *symbol = dlsym(RTLD_NEXT, "gcry_ecc_mul_point");
    multiply *real = NULL;
    memcpy(&real, &symbol, sizeof real);
    return short_of_memory ? NO_MEMORY : real(curve, result, scalar, point);
}

/* A letter must not be filed as unreadable, and so be acknowledged, because this machine was busy. */
static void test_short_memory_is_no_forgery(void **state)
{
    struct scene *scene = *state;
    struct import_report report;
    send(scene, 'a', "one");
    send(scene, 'b', "two");
    short_of_memory = true;
    const int error = ward_import(&scene->ward, &scene->kiosk, 1, 2, &report);
    short_of_memory = false;
    assert_int_equal(error, ERROR_MEMORY);
    assert_int_equal(report.unreadable + report.records, 0);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 2, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 2);
    assert_int_equal(report.held, 0);
}

static void test_bundles_of_strangers_are_refused(void **state)
{
    struct scene *scene = *state;
    struct ward_kiosk stranger;
    ward_make(&stranger, "PC-17");
    memcpy(stranger.office, scene->ward.vault.charter.office, sizeof stranger.office);
    ward_cover(&stranger, &scene->ward.vault.charter);
    assert_int_equal(ward_import(&scene->ward, &stranger, 1, 1, NULL), ERROR_NOT_ENROLLED);
    memcpy(stranger.id, scene->kiosk.id, sizeof stranger.id);
    assert_int_equal(ward_import(&scene->ward, &stranger, 1, 1, NULL), ERROR_FORGED);
    ward_drop(&stranger);
    ward_cover(&scene->kiosk, &scene->ward.vault.charter);
    scene->kiosk.office[0] ^= 1;
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_OFFICE);
}

/* Every byte of a bundle without records; of one with a record all but the inside of the envelope,
   which one hash covers, and of that a sample. */
static void spoil(struct import *import, uint8_t *bundle, size_t len)
{
    for (size_t i = 0; i < len; i += i < 200 || i + 200 > len ? 1 : 61) {
        bundle[i] ^= 1;
        assert_int_not_equal(import_bundle(import, "flipped", bundle, len), ERROR_NONE);
        bundle[i] ^= 1;
        assert_int_not_equal(import_bundle(import, "cut", bundle, i), ERROR_NONE);
    }
}

static void test_every_flipped_byte_and_every_cut_is_refused(void **state)
{
    struct scene *scene = *state;
    struct import import = {.vault = &scene->ward.vault, .today = WARD_DAY};
    size_t len = 0;
    uint8_t *bundle = ward_bundle(&scene->kiosk, 1, 0, &len);
    spoil(&import, bundle, len);
    assert_int_equal(import_bundle(&import, "whole", bundle, len), ERROR_NONE);
    free(bundle);
    send(scene, 'a', "text");
    bundle = ward_bundle(&scene->kiosk, 1, 1, &len);
    spoil(&import, bundle, len);
    assert_int_equal(import.report.records, 0);
    assert_int_equal(count_cases(scene), 0);
    assert_int_equal(import_bundle(&import, "whole", bundle, len), ERROR_NONE);
    free(bundle);
}

/* Escape sequences, OSC 52, bidirectional controls, a NUL and a C1 control: exact for machines,
   harmless for people. */
static void test_hostile_text_is_exact_in_json_and_harmless_in_show(void **state)
{
    struct scene *scene = *state;
    static const char hostile[] = "a\033[2Jb\033]52;c;QQ==\007c\xE2\x80\xAE"
                                  "d\0e\xC2\x9B"
                                  "31mf\r\ng";
    size_t len = 0;
    struct letter letter = ward_letter(&scene->kiosk, 'a', hostile);
    letter.text_len = sizeof hostile - 1;
    letter.name = hostile;
    letter.name_len = sizeof hostile - 1;
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    char *shown = ward_show(&scene->ward, 1, 0, &len);
    assert_int_equal(strlen(shown), len);
    assert_null(strpbrk(shown, "\033\007\r"));
    assert_null(strstr(shown, "\xE2\x80\xAE"));
    assert_null(strstr(shown, "\xC2\x9B"));
    assert_non_null(strstr(shown, "Name that the person gave:\n    | a\xEF\xBF\xBD[2Jb"));
    assert_non_null(strstr(shown, "\n\n    | a\xEF\xBF\xBD[2Jb"));
    free(shown);
    shown = ward_show(&scene->ward, 1, 1, &len);
    assert_non_null(strstr(shown,
                           "\"name\": \"a\\u001B[2Jb\\u001B]52;c;QQ==\\u0007c\\u202Ed\\u0000e"
                           "\\u009B31mf\\r\\ng\""));
    assert_non_null(strstr(shown,
                           "\"text\": \"a\\u001B[2Jb\\u001B]52;c;QQ==\\u0007c\\u202Ed\\u0000e"
                           "\\u009B31mf\\r\\ng\""));
    free(shown);
}

static void assert_absent(const char *path, const char *const *canaries)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return;
    static char data[8 * 1024 * 1024];
    size_t len = fread(data, 1, sizeof data, file);
    fclose(file);
    for (; *canaries != NULL; canaries++)
        assert_null(memmem(data, len, *canaries, strlen(*canaries)));
}

static void test_casebook_holds_no_plaintext(void **state)
{
    struct scene *scene = *state;
    static const char *const canaries[] = {"КАНАРЕЙКА",  "КАНАРКИН", "answercanary",
                                           "notecanary", "PC-17",    NULL};
    char path[WARD_PATH + 16];
    struct letter letter = ward_letter(&scene->kiosk, 'a', "КАНАРЕЙКА");
    letter.name = "КАНАРКИН";
    letter.name_len = strlen(letter.name);
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    assert_int_equal(ward_answer(&scene->ward, 1, "answercanary", 12, WARD_DAY), ERROR_NONE);
    assert_int_equal(casefile_note(&scene->ward.vault, 1, WARD_DAY, "notecanary", 10), ERROR_NONE);
    snprintf(path, sizeof path, "%s/casebook.db", scene->ward.dir);
    assert_absent(path, canaries);
    snprintf(path, sizeof path, "%s/casebook.db-wal", scene->ward.dir);
    assert_absent(path, canaries);
    assert_int_equal(caseload_checkpoint(scene->ward.vault.cases), ERROR_NONE);
    snprintf(path, sizeof path, "%s/casebook.db", scene->ward.dir);
    assert_absent(path, canaries);
}

struct refused {
    char text[512];
};

static void note_refused(void *context, const char *name, enum error error)
{
    struct refused *refused = context;
    const size_t len = strlen(refused->text);
    snprintf(refused->text + len, sizeof refused->text - len, "%s=%d ", name, error);
}

static void put_file(const char *dir, const char *name, const uint8_t *data, size_t len)
{
    char path[2 * WARD_PATH];
    snprintf(path, sizeof path, "%s/%s", dir, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, len, file), len);
    fclose(file);
}

/* A stick with a good bundle, a bad one, a symlink, a pipe, a folder and another file on it. */
static void test_one_bad_bundle_stops_no_other(void **state)
{
    struct scene *scene = *state;
    struct refused refused = {""};
    struct import import = {
        .vault = &scene->ward.vault, .refused = note_refused, .context = &refused};
    char dir[WARD_PATH], path[2 * WARD_PATH], expected[512];
    size_t len = 0;
    send(scene, 'a', "text");
    uint8_t *bundle = ward_bundle(&scene->kiosk, 1, 1, &len);
    ward_scratch(dir);
    put_file(dir, "z.bundle", bundle, len);
    put_file(dir, "readme.txt", bundle, 10);
    bundle[100] ^= 1;
    put_file(dir, "a.bundle", bundle, len);
    snprintf(path, sizeof path, "%s/b.bundle", dir);
    assert_int_equal(symlink("/dev/zero", path), 0);
    snprintf(path, sizeof path, "%s/c.bundle", dir);
    assert_int_equal(mkfifo(path, 0600), 0);
    snprintf(path, sizeof path, "%s/d.bundle", dir);
    assert_int_equal(mkdir(path, 0700), 0);
    import_path(&import, dir);
    snprintf(expected, sizeof expected, "a.bundle=%d b.bundle=%d c.bundle=%d d.bundle=%d ",
             ERROR_FORGED, ERROR_SPECIAL, ERROR_SPECIAL, ERROR_SPECIAL);
    assert_string_equal(refused.text, expected);
    assert_int_equal(import.report.bundles, 1);
    assert_int_equal(import.report.refused, 4);
    assert_int_equal(count_cases(scene), 1);
    import_path(&import, "/nowhere/at/all");
    assert_int_equal(import.report.refused, 5);
    free(bundle);
    ward_remove(dir);
}

/* Sealed rows belong to one place: a row moved to another case, or changed, is noticed. */
static void test_changed_row_is_noticed(void **state)
{
    struct scene *scene = *state;
    send(scene, 'a', "text");
    send(scene, 'c', "another");
    send(scene, 'e', "a third");
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 3, NULL), ERROR_NONE);
    ward_damage(&scene->ward, 2, 0);
    ward_damage(&scene->ward, 2, 0);
    struct triage_case *cases = NULL;
    size_t n = 0;
    assert_int_equal(triage_list(&scene->ward.vault, &cases, &n), ERROR_CASEBOOK_ROW);
    assert_int_equal(n, 3);
    assert_int_equal(cases[1].id, 2);
    assert_int_equal(cases[1].letters, 1);
    free(cases);
    assert_int_equal(scene->ward.vault.damage_count, 1);
    assert_int_equal(scene->ward.vault.damage[0].case_id, 2);
    struct triage_case row;
    assert_int_equal(ward_row(&scene->ward, 3, &row), ERROR_NONE);
}

/* At every place where the disk can become full; then the same bundle is simply taken again. */
static void test_full_disk_takes_half_of_nothing(void **state)
{
    struct scene *scene = *state;
    enum error error = ERROR_FULL, refusals = 0;
    for (int i = 0; i < 3; i++)
        send(scene, (char)('a' + 2 * i), "text");
    for (size_t len = 0; error != ERROR_NONE && len < 1024 * 1024; len += 4096) {
        assert_int_equal(caseload_checkpoint(scene->ward.vault.cases), ERROR_NONE);
        ward_starve(len);
        error = ward_import(&scene->ward, &scene->kiosk, 1, 3, NULL);
        ward_feed();
        assert_int_equal(count_cases(scene), error == ERROR_NONE ? 3 : 0);
        assert_true(error == ERROR_NONE || error == ERROR_FULL);
        refusals += error == ERROR_FULL;
    }
    assert_int_equal(error, ERROR_NONE);
    assert_true(refusals > 3);
}

static void test_most_urgent_and_oldest_first(void **state)
{
    struct scene *scene = *state;
    static const struct {
        const char *category;
        uint32_t day;
        uint8_t danger;
    } letters[] = {{"D2", 10, 0}, {"A8", 30, 0}, {"A8", 20, 0},
                   {"Z9", 25, 0}, {"D3", 22, 1}, {"A4", 1, 2}};
    static const uint64_t expected[] = {3, 5, 4, 2, 6, 1};
    enum { N = 6 };
    for (int i = 0; i < N; i++) {
        struct letter letter = ward_letter(&scene->kiosk, (char)('a' + 2 * i), "");
        memcpy(letter.category, letters[i].category, 3);
        letter.urgent[1] = letters[i].danger;
        letter.urgent_count = 2;
        letter.day = letters[i].day;
        ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    }
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, N, NULL), ERROR_NONE);
    struct triage_case *cases = NULL;
    size_t n = 0;
    assert_int_equal(triage_list(&scene->ward.vault, &cases, &n), ERROR_NONE);
    assert_int_equal(n, N);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(cases[i].id, expected[i]);
    free(cases);
}

static enum taxonomy_urgency urgency_of(struct scene *scene, uint64_t case_id)
{
    struct triage_case row;
    assert_int_equal(ward_row(&scene->ward, case_id, &row), ERROR_NONE);
    return row.urgency;
}

static void test_a_follow_up_makes_a_case_more_urgent(void **state)
{
    struct scene *scene = *state;
    struct letter letter = ward_letter(&scene->kiosk, 'a', "");
    memcpy(letter.category, "C1", 3);
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    assert_int_equal(urgency_of(scene, 1), TAXONOMY_U2);
    letter.kind = LETTER_FOLLOWUP;
    letter.session = 2;
    memcpy(letter.urgent, "\0\0\2\1", 4);
    letter.urgent_count = 4;
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 2, 2, NULL), ERROR_NONE);
    assert_int_equal(urgency_of(scene, 1), TAXONOMY_U0);
}

/* --- what the office sees of a letter --- */

/* From a children's home, by somebody who chose the minors' words there. */
static struct letter child_letter(const struct ward_kiosk *kiosk)
{
    struct letter letter = ward_letter(kiosk, 'k', "");
    memcpy(letter.category, "G1", 3);
    memcpy(letter.urgent, "\1\2\0\0\0\0\0\1", 8);
    letter.urgent_count = 8;
    letter.about = LETTER_ABOUT_MINOR;
    letter.people = 3;
    letter.consent = 2;
    letter.name = "Айгүл\nКім";
    letter.name_len = strlen(letter.name);
    return letter;
}

static void test_show_says_what_was_answered(void **state)
{
    static const char expected[] = "    Facility: CH-2, Children's home or school\n";
    static const char more[] = "    Category: G1, An adult here scares me or hurts me\n"
                               "    Urgency: U0, Within 4 hours\n"
                               "    Raised by the answers from: U1\n"
                               "    Marks on the body now: yes\n"
                               "    Still in danger now: no\n"
                               "    Seen by a doctor: skipped\n"
                               "    Court day or deadline this week: yes\n"
                               "    About: the writer, who is under 18\n"
                               "    How many people: 3\n"
                               "    Who may know: Also a prosecutor, without my name\n"
                               "    Name that the person gave:\n"
                               "    | Айгүл\n"
                               "    | Кім\n"
                               "\n"
                               "    (no text)\n";
    struct scene *scene = *state;
    struct ward_kiosk child;
    size_t len = 0;
    ward_enroll_at(&scene->ward, &child, "CH-2", 9);
    struct letter letter = child_letter(&child);
    ward_add(&child, &scene->ward.vault.charter, &letter);
    assert_int_equal(ward_import(&scene->ward, &child, 1, 1, NULL), ERROR_NONE);
    char *shown = ward_show(&scene->ward, 1, 0, &len);
    if (strstr(shown, expected) == NULL || strstr(shown, more) == NULL)
        fail_msg("not shown in:\n%s", shown);
    free(shown);
    ward_drop(&child);
}

static void test_json_says_what_was_answered(void **state)
{
    static const char *const expected[] = {
        "\"facility\": \"PC-17\",\n      \"type\": \"PEN\"",
        "\"urgent\": [\n        \"yes\",\n        \"no\",\n        \"skipped\"",
        "{\n          \"number\": 1,\n          \"name\": \"Marks on the body now\",\n"
        "          \"answer\": \"yes\"\n        }",
        "\"number\": 3,\n          \"name\": \"Seen by a doctor\",\n"
        "          \"answer\": \"skipped\"",
        "\"number\": 8,\n",
        "\"urgency\": \"U0\"",
        "\"about\": \"me-under-18\"",
        "\"people\": 3",
        "\"name\": \"Айгүл\\nКім\"",
    };
    struct scene *scene = *state;
    size_t len = 0;
    struct letter letter = child_letter(&scene->kiosk);
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    char *shown = ward_show(&scene->ward, 1, 1, &len);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        if (strstr(shown, expected[i]) == NULL)
            fail_msg("no %s in:\n%s", expected[i], shown);
    assert_null(strstr(shown, "\"number\": 4"));
    free(shown);
}

/* Nobody gave a name, nothing was asked: no empty lines of a form. */
static void test_what_was_not_said_is_not_shown(void **state)
{
    struct scene *scene = *state;
    size_t len = 0;
    struct letter letter = ward_letter(&scene->kiosk, 'a', "text");
    memcpy(letter.category, "D3", 3);
    ward_add(&scene->kiosk, &scene->ward.vault.charter, &letter);
    assert_int_equal(ward_import(&scene->ward, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    char *shown = ward_show(&scene->ward, 1, 0, &len);
    assert_null(strstr(shown, "Name"));
    assert_null(strstr(shown, "About"));
    assert_null(strstr(shown, "skipped"));
    assert_null(strstr(shown, "Raised"));
    free(shown);
    shown = ward_show(&scene->ward, 1, 1, &len);
    assert_non_null(strstr(shown, "\"name\": \"\""));
    assert_non_null(strstr(shown, "\"questions\": []"));
    free(shown);
}

/* --- cut at random moments --- */

enum { PER_BUNDLE = 20, BUNDLES = 3, CUT_STEP = 100 };

static void import_all(struct scene *scene)
{
    for (int i = 0; i < BUNDLES; i++)
        ward_import(&scene->ward, &scene->kiosk, 1 + (uint64_t)i * PER_BUNDLE,
                    (uint64_t)(i + 1) * PER_BUNDLE, NULL);
}

static int open_casebook(struct scene *scene)
{
    char path[WARD_PATH + 16];
    snprintf(path, sizeof path, "%s/casebook.db", scene->ward.dir);
    return caseload_open(path, DB_OPEN, &scene->ward.vault.cases);
}

static void import_apart(void *context)
{
    if (open_casebook(context) == ERROR_NONE)
        import_all(context);
}

/* Imports in a process with a connection of its own (a database is not carried over a fork), which is
   killed at this call to the kernel. False when it came to its end before. */
static bool cut_import(struct scene *scene, unsigned at)
{
    caseload_close(&scene->ward.vault.cases);
    const unsigned stops = process_cut(import_apart, scene, at);
    assert_int_equal(open_casebook(scene), ERROR_NONE);
    return stops == at;
}

static void test_killed_import_run_again_gives_the_same(void **state)
{
    struct scene *scene = *state;
    const char *set = getenv("SANDYQ_SEED");
    unsigned at = 1;
    const unsigned seed = set != NULL ? (unsigned)atoi(set) : (unsigned)time(NULL);
    printf("seed %u (SANDYQ_SEED)\n", seed);
    srand(seed);
    for (int i = 0; i < BUNDLES * PER_BUNDLE; i++)
        send(scene, (char)(i % 50), "text");
    while (cut_import(scene, at))
        at += 1 + (unsigned)rand() % CUT_STEP;
    struct triage_case *cases = NULL;
    size_t n = 0;
    uint32_t letters = 0;
    assert_int_equal(triage_list(&scene->ward.vault, &cases, &n), ERROR_NONE);
    assert_int_equal(n, 50);
    for (size_t i = 0; i < n; i++) {
        letters += cases[i].letters;
        assert_int_equal(cases[i].messages, 1);
    }
    assert_int_equal(letters, BUNDLES * PER_BUNDLE);
    free(cases);
    struct fleet_row *row = look(scene);
    assert_int_equal(row->kiosk.tip_seq, BUNDLES * PER_BUNDLE);
    assert_int_equal(row->gaps.n + row->forks.n, 0);
    fleet_free(row, 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_complaint_becomes_a_case_with_its_text),
        TEST(test_complaint_without_text_is_a_case),
        TEST(test_longest_text_comes_whole),
        TEST(test_follow_up_joins_its_case),
        TEST(test_case_waits_until_the_last_letter_is_answered),
        TEST(test_importing_again_changes_nothing),
        TEST(test_gap_is_named_and_filled),
        TEST(test_fork_is_named_and_nothing_is_lost),
        TEST(test_rollback_is_told_from_an_old_bundle),
        TEST(test_a_setback_is_noted_once),
        TEST(test_a_setback_within_a_setback_is_noted),
        TEST(test_a_disk_that_was_not_well_once),
        TEST(test_bundles_of_one_exchange_come_in_any_order),
        TEST(test_misplaced_letters_are_kept_and_flagged),
        TEST(test_unreadable_envelopes_are_kept),
        TEST(test_short_memory_is_no_forgery),
        TEST(test_bundles_of_strangers_are_refused),
        TEST(test_every_flipped_byte_and_every_cut_is_refused),
        TEST(test_hostile_text_is_exact_in_json_and_harmless_in_show),
        TEST(test_casebook_holds_no_plaintext),
        TEST(test_one_bad_bundle_stops_no_other),
        TEST(test_changed_row_is_noticed),
        TEST(test_full_disk_takes_half_of_nothing),
        TEST(test_most_urgent_and_oldest_first),
        TEST(test_a_follow_up_makes_a_case_more_urgent),
        TEST(test_show_says_what_was_answered),
        TEST(test_json_says_what_was_answered),
        TEST(test_what_was_not_said_is_not_shown),
        TEST(test_killed_import_run_again_gives_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
