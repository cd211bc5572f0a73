/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What import makes of letters: cases, follow-ups, what is misplaced or cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/envelope.h"
#include "crypto/random.h"
#include "office/fleet.h"
#include "office/triage.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"
#include "tests/lib/import_test.h"
#include "tests/lib/short_memory.h"

static void test_complaint_becomes_a_case_with_its_text(void **state)
{
    struct import_scene *scene = *state;
    struct import_report report;
    size_t len = 0;
    import_test_send(scene, 'a', "Меня ударили в камере 12");
    fake_kiosk_cover(&scene->kiosk, &scene->desk.vault.charter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 1);
    assert_int_equal(report.covers, 1);
    assert_int_equal(report.misplaced, 0);
    assert_int_equal(import_test_cases(scene), 1);
    char *shown = fake_desk_show(&scene->desk, 1, 0, &len);
    assert_non_null(strstr(shown, "Меня ударили в камере 12"));
    assert_null(strstr(shown, "Message to the person")); /* a board says that it arrived */
    free(shown);
}

static void test_complaint_without_text_is_a_case(void **state)
{
    struct import_scene *scene = *state;
    import_test_send(scene, 'a', "");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    assert_int_equal(import_test_cases(scene), 1);
}

static void test_longest_text_comes_whole(void **state)
{
    struct import_scene *scene = *state;
    size_t len = 0;
    char *text = calloc(1, LETTER_TEXT_MAX + 1);
    memset(text, 'x', LETTER_TEXT_MAX);
    import_test_send(scene, 'a', text);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    char *shown = fake_desk_show(&scene->desk, 1, 1, &len);
    assert_non_null(strstr(shown, text));
    free(shown);
    free(text);
}

static void test_follow_up_joins_its_case(void **state)
{
    struct import_scene *scene = *state;
    struct import_report report;
    import_test_send(scene, 'a', "first");
    import_test_send(scene, 'b', "another person");
    struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', "second");
    letter.kind = LETTER_FOLLOWUP;
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 3, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 2);
    assert_int_equal(report.joined, 1);
    assert_int_equal(import_test_cases(scene), 2);
    size_t len = 0;
    char *shown = fake_desk_show(&scene->desk, 1, 0, &len);
    assert_non_null(strstr(shown, "first"));
    assert_non_null(strstr(shown, "second"));
    assert_null(strstr(shown, "another"));
    free(shown);
}

static bool waits(struct import_scene *scene)
{
    struct triage_case row;
    assert_int_equal(fake_desk_row(&scene->desk, 1, &row), ERROR_NONE);
    return row.waits;
}

static void test_case_waits_until_the_last_letter_is_answered(void **state)
{
    struct import_scene *scene = *state;
    import_test_send(scene, 'a', "first");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 1, NULL), ERROR_NONE);
    assert_true(waits(scene));
    assert_int_equal(fake_desk_answer(&scene->desk, 1, "yes", 3, FAKE_DESK_DAY), ERROR_NONE);
    assert_false(waits(scene));
    import_test_send(scene, 'a', "second");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 2, 2, NULL), ERROR_NONE);
    assert_true(waits(scene));
}

static void test_importing_again_changes_nothing(void **state)
{
    struct import_scene *scene = *state;
    struct import_report report;
    size_t len = 0, len_again = 0;
    for (int i = 0; i < 40; i++)
        import_test_send(scene, (char)i, "text");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 25, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 25);
    char *before = fake_desk_show(&scene->desk, 7, 1, &len);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 25, &report), ERROR_NONE);
    assert_int_equal(report.records, 0);
    assert_int_equal(report.held, 25);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 10, 40, &report), ERROR_NONE);
    assert_int_equal(report.records, 15);
    assert_int_equal(import_test_cases(scene), 40);
    char *after = fake_desk_show(&scene->desk, 7, 1, &len_again);
    assert_string_equal(before, after);
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->kiosk.tip_seq, 40);
    assert_int_equal(row->gaps.n + row->forks.n + row->contact.rollbacks, 0);
    fleet_free(row, 1);
    free(before);
    free(after);
}

static void test_misplaced_letters_are_kept_and_flagged(void **state)
{
    struct import_scene *scene = *state;
    struct import_report report;
    struct letter letter = fake_kiosk_letter(&scene->kiosk, 'a', "text");
    letter.session = 99;
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    letter = fake_kiosk_letter(&scene->kiosk, 'b', "text");
    memcpy(letter.facility, "OTHER", 6);
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    letter = fake_kiosk_letter(&scene->kiosk, 'c', "text");
    letter.kiosk[0] ^= 1;
    fake_kiosk_add(&scene->kiosk, &scene->desk.vault.charter, &letter);
    import_test_send(scene, 'd', "in its place");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 4, &report), ERROR_NONE);
    assert_int_equal(report.misplaced, 3);
    assert_int_equal(report.complaints, 4);
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->kiosk.misplaced, 3);
    fleet_free(row, 1);
}

static void test_unreadable_envelopes_are_kept(void **state)
{
    struct import_scene *scene = *state;
    struct import_report report;
    uint8_t envelope[ENVELOPE_LEN], letter[LETTER_LEN], secret[32], other[32];
    random_bytes(envelope, sizeof envelope);
    fake_kiosk_raw(&scene->kiosk, envelope); /* no envelope at all */
    memset(letter, 0xA5, sizeof letter);
    assert_int_equal(envelope_seal(scene->desk.vault.charter.intake[0].key, letter, envelope),
                     ERROR_NONE);
    fake_kiosk_raw(&scene->kiosk, envelope); /* opens, but is no letter */
    assert_int_equal(envelope_key_new(secret, other), ERROR_NONE);
    assert_int_equal(envelope_seal(other, letter, envelope), ERROR_NONE);
    fake_kiosk_raw(&scene->kiosk, envelope); /* to another office's key */
    import_test_send(scene, 'a', "good");
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 4, &report), ERROR_NONE);
    assert_int_equal(report.unreadable, 3);
    assert_int_equal(report.complaints, 1);
    struct fleet_row *row = import_test_look(scene);
    assert_int_equal(row->kiosk.unreadable, 3);
    assert_int_equal(row->kiosk.tip_seq, 4);
    fleet_free(row, 1);
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 4, &report), ERROR_NONE);
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

/* A letter must not be filed as unreadable, and so be acknowledged, because this machine was
   busy; and neither bundle nor casebook is called forged for that. */
static void test_short_memory_is_no_forgery(void **state)
{
    enum { CALLS = 5 /* the row of the card, its two signatures, the bundle, its last record */ };
    struct import_scene *scene = *state;
    struct import_report report;
    import_test_send(scene, 'a', "one");
    import_test_send(scene, 'b', "two");
    short_of_memory = true;
    const int error = fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, &report);
    short_of_memory = false;
    assert_int_equal(error, ERROR_MEMORY);
    assert_int_equal(report.unreadable + report.records, 0);
    for (size_t calls = 0; calls < CALLS; calls++) {
        short_memory_begin(calls);
        assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, &report),
                         ERROR_MEMORY);
        short_memory_end();
    }
    assert_int_equal(fake_desk_import(&scene->desk, &scene->kiosk, 1, 2, &report), ERROR_NONE);
    assert_int_equal(report.complaints, 2);
    assert_int_equal(report.held, 0);
}

static void note_refused(void *context, const char *name, enum error error)
{
    (void)name;
    *(enum error *)context = error;
}

/* A folder of bundles is not called something else because too many files are open. */
static void test_too_many_open_files_are_named(void **state)
{
    struct import_scene *scene = *state;
    enum error refused = ERROR_NONE;
    struct import import = {.vault = &scene->desk.vault,
                            .now = FAKE_DESK_NOW,
                            .refused = note_refused,
                            .context = &refused};
    char *folder = folder_make();
    struct rlimit was;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
    const int first = dup(STDIN_FILENO); /* the lowest that is free */
    close(first);
    for (rlim_t limit = (rlim_t)first; limit < (rlim_t)first + 2; limit++) {
        const struct rlimit few = {limit, was.rlim_max};
        refused = ERROR_NONE;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
        import_path(&import, folder);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
        assert_int_equal(refused, ERROR_DESCRIPTORS);
    }
    folder_remove(&folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        IMPORT_TEST(test_complaint_becomes_a_case_with_its_text),
        IMPORT_TEST(test_complaint_without_text_is_a_case),
        IMPORT_TEST(test_longest_text_comes_whole),
        IMPORT_TEST(test_follow_up_joins_its_case),
        IMPORT_TEST(test_case_waits_until_the_last_letter_is_answered),
        IMPORT_TEST(test_importing_again_changes_nothing),
        IMPORT_TEST(test_misplaced_letters_are_kept_and_flagged),
        IMPORT_TEST(test_unreadable_envelopes_are_kept),
        IMPORT_TEST(test_short_memory_is_no_forgery),
        IMPORT_TEST(test_too_many_open_files_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
