/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Officers: one joins, is named, reads what the office has, and is removed; root mends what was
   lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/secret.h"
#include "office/grant.h"
#include "office/officer.h"
#include "office/recovery.h"
#include "office/request.h"
#include "tests/lib/folder.h"

enum { NOW = DAY_RELEASED * DAY_MINUTES + 17, PEOPLE = 4 };

/* An office in a scratch folder; person 0 made it and is its first lead. */
struct scene {
    char *root;
    char office[FOLDER_PATH];
    char home[PEOPLE][FOLDER_PATH];
    char fingerprint[PEOPLE][NAMING_FINGERPRINT_LEN];
    struct passphrase *passphrase[PEOPLE];
};

static struct passphrase *say(const char *text)
{
    struct passphrase *passphrase = secret_new(sizeof *passphrase);
    assert_non_null(passphrase);
    passphrase->len = strlen(text);
    memcpy(passphrase->text, text, passphrase->len + 1);
    return passphrase;
}

static void place(struct scene *scene)
{
    snprintf(scene->office, sizeof scene->office, "%s", folder_path(scene->root, "office"));
    for (int i = 0; i < PEOPLE; i++) {
        char name[16];
        snprintf(name, sizeof name, "home%d", i);
        snprintf(scene->home[i], sizeof scene->home[i], "%s", folder_path(scene->root, name));
    }
}

static enum error join(struct scene *scene, int person)
{
    struct vault *vault = NULL;
    char name[16];
    snprintf(name, sizeof name, "Person %d", person);
    assert_int_equal(vault_open(scene->office, &vault), ERROR_NONE);
    const enum error error = officer_join(vault, scene->home[person], name,
                                          scene->passphrase[person], scene->fingerprint[person]);
    vault_close(&vault);
    return error;
}

/* Passphrases are slow on purpose: the office is made once, with everybody's request in it, and
   each test gets a copy. */
static struct scene made;

static int make_office(void **state)
{
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    assert_int_equal(secret_start(), ERROR_NONE);
    made.root = folder_make();
    place(&made);
    for (int i = 0; i < PEOPLE; i++) {
        char text[32];
        snprintf(text, sizeof text, "quiet harbour %d", i);
        made.passphrase[i] = say(text);
    }
    const struct vault_order order = {
        .name = "Office", .officer = "First", .home = made.home[0], .now = NOW};
    assert_int_equal(vault_make(made.office, &order, made.passphrase[0], fingerprint), ERROR_NONE);
    for (int i = 1; i < PEOPLE; i++)
        assert_int_equal(join(&made, i), ERROR_NONE);
    return 0;
}

static int remove_office(void **state)
{
    for (int i = 0; i < PEOPLE; i++)
        passphrase_free(&made.passphrase[i]);
    folder_remove(&made.root);
    return 0;
}

static int set_up(void **state)
{
    static struct scene scene;
    char line[2 * FOLDER_PATH + 32];
    scene = made;
    scene.root = folder_make();
    snprintf(line, sizeof line, "cp -a %s/. %s", made.root, scene.root);
    assert_int_equal(system(line), 0);
    place(&scene);
    *state = &scene;
    return 0;
}

static int tear_down(void **state)
{
    struct scene *scene = *state;
    folder_remove(&scene->root);
    return 0;
}

static enum error unlock(struct scene *scene, int person, struct vault **vault)
{
    assert_int_equal(vault_open(scene->office, vault), ERROR_NONE);
    const enum error error = vault_unlock(*vault, scene->home[person], scene->passphrase[person]);
    if (error != ERROR_NONE)
        vault_close(vault);
    return error;
}

static struct vault *must_unlock(struct scene *scene, int person)
{
    struct vault *vault = NULL;
    assert_int_equal(unlock(scene, person, &vault), ERROR_NONE);
    assert_int_equal(vault->history.fault_count, 0);
    return vault;
}

static enum error add(struct vault *vault, const char *fingerprint, enum act_role role,
                      uint32_t *no)
{
    char name[NAMING_NAME_MAX + 1];
    const struct officer_order order = {fingerprint, role, NOW + 1};
    return officer_add(vault, &order, no, name);
}

/* The first lead names a person. */
static void let_in(struct scene *scene, struct vault *lead, int person, enum act_role role)
{
    uint32_t no = 0;
    assert_int_equal(add(lead, scene->fingerprint[person], role, &no), ERROR_NONE);
    assert_int_equal(no, person + 1);
}

/* Puts n keys of cases into the journal, wrapped for what the vault holds. */
static void put_case_keys(struct vault *vault, int n)
{
    uint8_t *key = secret_new(KEYSET_KEY_LEN), handle[JOURNAL_HANDLE_LEN] = {0};
    assert_int_equal(journal_begin(vault->journal), ERROR_NONE);
    for (int i = 0; i < n; i++) {
        struct journal_casekey row;
        handle[0] = (uint8_t)i;
        assert_int_equal(grant_case_key(vault->keys, KEYSET_GENERAL, handle, key, &row),
                         ERROR_NONE);
        assert_int_equal(journal_add_casekey(vault->journal, &row), ERROR_NONE);
    }
    assert_int_equal(journal_commit(vault->journal), ERROR_NONE);
    secret_free(key);
}

static size_t stale_keys(struct vault *vault, uint32_t generation)
{
    static struct journal_casekey rows[2000];
    size_t found = 0;
    assert_int_equal(
        journal_stale_casekeys(vault->journal, KEYSET_GENERAL, generation, rows, 2000, &found),
        ERROR_NONE);
    return found;
}

/* --- joining --- */

static enum error find(struct vault *vault, const char *fingerprint, struct request *request)
{
    return request_find(vault->dir, vault->charter.office, fingerprint, request);
}

static void test_who_is_named_has_all_that_the_office_has(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0), *vault = NULL;
    struct request request;
    assert_int_equal(unlock(scene, 1, &vault), ERROR_NO_OFFICER);
    assert_int_equal(join(scene, 1), ERROR_NONE); /* again, with the same keys */
    uint32_t no = 0;
    assert_int_equal(add(lead, scene->fingerprint[1], ACT_OFFICER_ROLE, &no), ERROR_NONE);
    assert_int_equal(no, 2);
    assert_int_equal(find(lead, scene->fingerprint[1], &request), ERROR_REQUEST_MISSING);
    vault = must_unlock(scene, 1);
    assert_int_equal(vault->keys->officer, 2);
    assert_int_equal(vault->keys->generation_count, lead->keys->generation_count);
    assert_int_equal(vault->keys->intake_count, 1);
    assert_int_equal(join(scene, 1), ERROR_REQUEST_KNOWN);
    vault_close(&vault);
    vault_close(&lead);
}

static void test_the_list_tells_who_there_is_and_was(void **state)
{
    struct scene *scene = *state;
    struct officer_row *rows = NULL;
    size_t n = 0;
    struct vault *lead = must_unlock(scene, 0);
    let_in(scene, lead, 1, ACT_OFFICER_ROLE);
    let_in(scene, lead, 2, ACT_LEAD);
    assert_int_equal(officer_remove(lead, 2, NOW + 5), ERROR_NONE);
    assert_int_equal(officer_list(lead, &rows, &n), ERROR_NONE);
    assert_int_equal(n, 3);
    assert_string_equal(rows[0].name, "First");
    assert_int_equal(rows[0].since, NOW);
    assert_string_equal(rows[1].name, "Person 1");
    assert_string_equal(rows[1].fingerprint, scene->fingerprint[1]);
    assert_int_equal(rows[1].role, ACT_NOBODY);
    assert_int_equal(rows[1].removed, NOW + 5);
    assert_int_equal(rows[2].role, ACT_LEAD);
    assert_int_equal(rows[2].removed, 0);
    free(rows);
    vault_close(&lead);
}

static void test_a_fingerprint_is_taken_however_it_is_typed(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0);
    struct request request;
    char typed[64];
    const char *f = scene->fingerprint[1];
    snprintf(typed, sizeof typed, "%.4s-%.4s%.4s  %.4s %.4s", f, f + 5, f + 10, f + 15, f + 20);
    assert_int_equal(find(lead, typed, &request), ERROR_NONE);
    typed[0] = typed[0] == '9' ? '0' : (char)(typed[0] + 1);
    assert_int_equal(find(lead, typed, &request), ERROR_REQUEST_MISSING);
    static const char *const bad[] = {"", "1234", "1234 5678 9012 3456 789",
                                      "1234 5678 9012 3456 78901", "1234 5678 9012 3456 789x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(find(lead, bad[i], &request), ERROR_REQUEST_FINGERPRINT);
    vault_close(&lead);
}

static void test_a_request_that_was_changed_anywhere_is_none(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0);
    struct request request;
    assert_int_equal(find(lead, scene->fingerprint[1], &request), ERROR_NONE);
    const char *path = folder_path(scene->office, request.file);
    for (size_t at = 0; at < REQUEST_LEN; at++) {
        folder_flip(path, at);
        assert_int_equal(find(lead, scene->fingerprint[1], &request), ERROR_REQUEST_MISSING);
        folder_flip(path, at);
    }
    assert_int_equal(truncate(path, REQUEST_LEN - 1), 0);
    assert_int_equal(find(lead, scene->fingerprint[1], &request), ERROR_REQUEST_MISSING);
    vault_close(&lead);
}

static void test_an_officer_names_and_removes_nobody(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0);
    uint32_t no = 0;
    let_in(scene, lead, 1, ACT_OFFICER_ROLE);
    struct vault *officer = must_unlock(scene, 1);
    assert_int_equal(add(officer, scene->fingerprint[2], ACT_LEAD, &no), ERROR_FORBIDDEN);
    assert_int_equal(officer_remove(officer, 1, NOW), ERROR_FORBIDDEN);
    assert_int_equal(fold_officer_count(officer->history.fold), 2);
    assert_int_equal(history_follow(&officer->history), ERROR_NONE);
    assert_int_equal(officer->history.fault_count, 0);
    assert_non_null(strstr(folder_names(scene->office), "join-"));
    vault_close(&officer);
    vault_close(&lead);
}

/* --- removing --- */

static enum error no_wrap(void *context, const struct journal_wrap *wrap)
{
    return ERROR_EXISTS;
}

static void test_a_removal_leaves_nothing_new_to_the_removed(void **state)
{
    struct scene *scene = *state;
    enum { KEYS = 2 * OFFICER_CHUNK + 88 };
    struct vault *lead = must_unlock(scene, 0), *vault = NULL;
    bool due = true;
    let_in(scene, lead, 1, ACT_OFFICER_ROLE);
    let_in(scene, lead, 2, ACT_OFFICER_ROLE);
    put_case_keys(lead, KEYS);
    assert_true(officer_renewal_due(lead, &due) == ERROR_NONE && !due);
    assert_int_equal(officer_remove(lead, 2, NOW), ERROR_NONE);
    assert_int_equal(officer_renewal_due(lead, &due), ERROR_NONE);
    assert_true(due);
    assert_int_equal(fold_generation(lead->history.fold, KEYSET_HOUSE), 2);
    assert_int_equal(stale_keys(lead, 2), 0);
    assert_int_equal(journal_each_wrap(lead->journal, 2, no_wrap, NULL), ERROR_NONE);
    assert_int_equal(unlock(scene, 1, &vault), ERROR_NO_OFFICER);
    vault = must_unlock(scene, 2);
    assert_int_equal(keyset_newest(vault->keys, KEYSET_GENERAL)->generation, 2);
    /* Of the recovery key, the lead and the third. */
    assert_int_equal(folder_size(folder_path(scene->office, "intake-1")), 80 + 3 * 84);
    vault_close(&vault);
    vault_close(&lead);
}

static void test_a_desk_that_is_open_sees_a_removal_through(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0);
    uint32_t no = 0;
    let_in(scene, lead, 1, ACT_OFFICER_ROLE);
    let_in(scene, lead, 2, ACT_LEAD);
    struct vault *other = must_unlock(scene, 2), *gone = must_unlock(scene, 1);
    assert_int_equal(officer_remove(lead, 2, NOW), ERROR_NONE);
    assert_int_equal(add(other, scene->fingerprint[3], ACT_OFFICER_ROLE, &no), ERROR_NONE);
    assert_int_equal(other->history.fault_count, 0);
    assert_int_equal(no, 4);
    assert_int_equal(keyset_newest(other->keys, KEYSET_HOUSE)->generation, 2);
    assert_int_equal(add(gone, scene->fingerprint[3], ACT_LEAD, &no), ERROR_REQUEST_MISSING);
    assert_int_equal(keyset_newest(gone->keys, KEYSET_HOUSE)->generation, 1);
    struct vault *fourth = must_unlock(scene, 3);
    assert_int_equal(keyset_newest(fourth->keys, KEYSET_GENERAL)->generation, 2);
    assert_non_null(keyset_find(fourth->keys, KEYSET_GENERAL, 1));
    vault_close(&fourth);
    vault_close(&gone);
    vault_close(&other);
    vault_close(&lead);
}

/* As when the program was killed between the removal and the end of what follows it. */
static void test_the_next_lead_ends_what_was_cut_off(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0), *other = NULL;
    const char *file = folder_path(scene->office, "intake-1");
    size_t len = 0, now = 0;
    let_in(scene, lead, 1, ACT_LEAD);
    let_in(scene, lead, 2, ACT_OFFICER_ROLE);
    uint8_t *before = folder_read(file, &len);
    other = must_unlock(scene, 1); /* still knows generation 1 alone */
    assert_int_equal(officer_remove(lead, 3, NOW), ERROR_NONE);
    folder_write(file, before, len);
    put_case_keys(other, OFFICER_CHUNK + 1);
    assert_int_equal(stale_keys(lead, 2), OFFICER_CHUNK + 1);
    vault_close(&other);
    vault_close(&lead);
    other = must_unlock(scene, 1);
    assert_int_equal(officer_settle(other), ERROR_NONE);
    assert_int_equal(stale_keys(other, 2), 0);
    free(folder_read(file, &now));
    assert_int_equal(now, len - 84);
    free(before);
    vault_close(&other);
}

static void test_keys_that_do_not_open_hold_nothing_up(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0);
    struct journal_casekey row = {.compartment = KEYSET_GENERAL, .generation = 1, .len = 60};
    let_in(scene, lead, 1, ACT_OFFICER_ROLE);
    put_case_keys(lead, 20);
    assert_int_equal(journal_begin(lead->journal), ERROR_NONE);
    for (int i = 0; i < 7; i++) {
        row.commitment[0] = (uint8_t)i;
        assert_int_equal(journal_add_casekey(lead->journal, &row), ERROR_NONE);
    }
    assert_int_equal(journal_commit(lead->journal), ERROR_NONE);
    assert_int_equal(officer_remove(lead, 2, NOW), ERROR_NONE);
    assert_int_equal(stale_keys(lead, 2), 7);
    vault_close(&lead);
}

static void test_the_last_lead_stays_and_nobody_removes_themselves(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0);
    assert_int_equal(officer_remove(lead, 1, NOW), ERROR_LAST_LEAD);
    assert_int_equal(officer_remove(lead, 2, NOW), ERROR_OFFICER_NUMBER);
    assert_int_equal(officer_remove(lead, 0, NOW), ERROR_OFFICER_NUMBER);
    let_in(scene, lead, 1, ACT_LEAD);
    assert_int_equal(officer_remove(lead, 1, NOW), ERROR_OWN_REMOVAL);
    struct vault *second = must_unlock(scene, 1);
    assert_int_equal(officer_remove(second, 1, NOW), ERROR_NONE);
    assert_int_equal(officer_remove(second, 1, NOW), ERROR_OFFICER_NUMBER);
    assert_int_equal(officer_remove(second, 2, NOW), ERROR_LAST_LEAD);
    assert_int_equal(officer_remove(lead, 2, NOW), ERROR_FORBIDDEN);
    vault_close(&second);
    vault_close(&lead);
}

/* --- lost keyrings, hostile hands --- */

static void test_root_names_a_lead_when_all_keyrings_are_lost(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0), *root = NULL;
    uint32_t no = 0;
    let_in(scene, lead, 1, ACT_OFFICER_ROLE);
    put_case_keys(lead, 5);
    assert_int_equal(officer_remove(lead, 2, NOW), ERROR_NONE);
    const size_t held = lead->keys->generation_count;
    vault_close(&lead);
    assert_int_equal(unlink(folder_path(scene->home[0], "keyring")), 0);
    assert_int_equal(unlock(scene, 0, &lead), ERROR_KEYRING_MISSING);
    assert_int_equal(vault_open(scene->office, &root), ERROR_NONE);
    assert_int_equal(recovery_unlock(root, scene->passphrase[1]), ERROR_ROOT_PASSPHRASE);
    vault_close(&root);
    assert_int_equal(vault_open(scene->office, &root), ERROR_NONE);
    assert_int_equal(recovery_unlock(root, scene->passphrase[0]), ERROR_NONE);
    assert_int_equal(root->history.fault_count, 0);
    assert_int_equal(add(root, scene->fingerprint[2], ACT_LEAD, &no), ERROR_NONE);
    assert_int_equal(no, 3);
    vault_close(&root);
    lead = must_unlock(scene, 2);
    assert_int_equal(lead->keys->generation_count, held);
    assert_int_equal(lead->keys->intake_count, 1);
    assert_int_equal(officer_remove(lead, 1, NOW), ERROR_NONE);
    assert_int_equal(stale_keys(lead, 3), 0);
    vault_close(&lead);
}

/* Anybody who can write into the journal can wrap what they like to a public key. */
static void test_a_secret_that_nobody_made_is_not_used(void **state)
{
    struct scene *scene = *state;
    struct vault *lead = must_unlock(scene, 0);
    static const uint8_t known[KEYSET_KEY_LEN] = "everybody knows this one";
    struct keyset *hostile = NULL;
    struct journal_wrap wrap;
    struct grant_holder holder = {.officer = 1};
    memcpy(holder.agree, lead->keys->agree_public, HPKE_KEY_LEN);
    assert_int_equal(keyset_new(lead->charter.office, &hostile), ERROR_NONE);
    assert_int_equal(keyset_add(hostile, KEYSET_GENERAL, 9, known), ERROR_NONE);
    assert_int_equal(grant_secret(lead->charter.office, hostile->generations[0], &holder, &wrap),
                     ERROR_NONE);
    struct vault *other = NULL;
    assert_int_equal(vault_open(scene->office, &other), ERROR_NONE);
    assert_int_equal(journal_begin(other->journal), ERROR_NONE);
    assert_int_equal(journal_put_wrap(other->journal, &wrap), ERROR_NONE);
    assert_int_equal(journal_commit(other->journal), ERROR_NONE);
    assert_int_equal(history_follow(&lead->history), ERROR_NONE);
    assert_int_equal(keyset_newest(lead->keys, KEYSET_GENERAL)->generation, 1);
    assert_int_equal(lead->history.fault_count, 1);
    assert_int_equal(lead->history.faults[0].kind, HISTORY_SECRET);
    vault_close(&lead);
    assert_int_equal(unlock(scene, 0, &lead), ERROR_NONE);
    assert_int_equal(keyset_newest(lead->keys, KEYSET_GENERAL)->generation, 1);
    assert_int_equal(lead->history.fault_count, 1);
    keyset_free(&hostile);
    vault_close(&other);
    vault_close(&lead);
}

static void test_a_passphrase_changes_and_the_keys_stay(void **state)
{
    struct scene *scene = *state;
    struct vault *vault = must_unlock(scene, 0);
    uint8_t sign[SIGNATURE_PUBLIC_LEN];
    memcpy(sign, vault->keys->sign_public, sizeof sign);
    assert_int_equal(officer_passphrase(scene->home[0], vault->charter.office, scene->passphrase[1],
                                        scene->passphrase[2]),
                     ERROR_PASSPHRASE);
    assert_int_equal(officer_passphrase(scene->home[0], vault->charter.office, scene->passphrase[0],
                                        scene->passphrase[3]),
                     ERROR_NONE);
    vault_close(&vault);
    assert_int_equal(unlock(scene, 0, &vault), ERROR_PASSPHRASE);
    assert_int_equal(vault_open(scene->office, &vault), ERROR_NONE);
    assert_int_equal(vault_unlock(vault, scene->home[0], scene->passphrase[3]), ERROR_NONE);
    assert_memory_equal(vault->keys->sign_public, sign, sizeof sign);
    vault_close(&vault);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_##name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(who_is_named_has_all_that_the_office_has),
        TEST(the_list_tells_who_there_is_and_was),
        TEST(a_fingerprint_is_taken_however_it_is_typed),
        TEST(a_request_that_was_changed_anywhere_is_none),
        TEST(an_officer_names_and_removes_nobody),
        TEST(a_removal_leaves_nothing_new_to_the_removed),
        TEST(a_desk_that_is_open_sees_a_removal_through),
        TEST(the_next_lead_ends_what_was_cut_off),
        TEST(keys_that_do_not_open_hold_nothing_up),
        TEST(the_last_lead_stays_and_nobody_removes_themselves),
        TEST(root_names_a_lead_when_all_keyrings_are_lost),
        TEST(a_secret_that_nobody_made_is_not_used),
        TEST(a_passphrase_changes_and_the_keys_stay),
    };
    return cmocka_run_group_tests(tests, make_office, remove_office);
}
