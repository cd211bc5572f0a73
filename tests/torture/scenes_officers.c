/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenes of officers: one joins, is named, acts and is removed; one gets another passphrase. */
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "office/casefile.h"
#include "office/officer.h"
#include "office/recovery.h"
#include "tests/torture/house.h"
#include "tests/torture/scene.h"
#include "tests/torture/scenes.h"
#include "tests/torture/weigh.h"

#define SECOND "second-home"

/* Three cases, whose keys are wrapped anew when somebody is removed. */
void scenes_officers_base(const char *root)
{
    scenes_import_base(root);
    house_must_import(root, "media");
    house_must_import(root, "second");
    house_must_remember(root);
}

static enum error take_away(const char *root, uint32_t no)
{
    struct vault *vault = NULL;
    enum error error = house_vault(root, &vault);
    if (error == ERROR_NONE)
        error = officer_remove(vault, no, house_now());
    vault_close(&vault);
    return error;
}

static const char words[] = "what the second officer noted";

static void note(const char *root)
{
    struct vault *vault = NULL;
    struct casefile *casefile = NULL;
    enum error error = house_vault_of(root, SECOND, &vault);
    marks_try(HOUSE_SAID, 1, NULL);
    if (error == ERROR_NONE)
        error = casefile_load(vault, 1, &casefile);
    if (error == ERROR_NONE)
        error = casefile_note(casefile, house_now(), words, sizeof words - 1);
    if (error == ERROR_NONE)
        marks_done(HOUSE_SAID, 1, NULL);
    casefile_free(&casefile);
    vault_close(&vault);
}

void scenes_officers_run(const char *root)
{
    char print[NAMING_FINGERPRINT_LEN] = "";
    uint8_t hash[MARKS_HASH];
    uint32_t no = 0;
    if (house_join(root, SECOND, print) != ERROR_NONE)
        return;
    house_hash(print, strlen(print), hash);
    marks_done(HOUSE_JOINED, 1, hash);
    if (house_name(root, print, &no) != ERROR_NONE)
        return;
    marks_done(HOUSE_NAMED, no, NULL);
    note(root);
    marks_try(HOUSE_REMOVED, no, NULL);
    if (take_away(root, no) == ERROR_NONE)
        marks_done(HOUSE_REMOVED, no, NULL);
}

/* --- what must be true --- */

static enum error count_words(void *context, const struct item *item)
{
    unsigned *times = context;
    *times += item->kind == ITEM_NOTE && item->len == sizeof words - 1 &&
              memcmp(item->text, words, item->len) == 0;
    return ERROR_NONE;
}

static const char *weigh_note(struct vault *vault, const struct marks *marks)
{
    unsigned times = 0;
    const bool done = marks_has(marks, HOUSE_SAID, 1, true);
    enum error error = casefile_each(vault, count_words, &times);
    if (error != ERROR_NONE)
        return error_text(error);
    if (done && times == 0)
        return scene_lost("what the second officer noted is lost");
    scene_found(done);
    return times > marks_has(marks, HOUSE_SAID, 1, false) ? "a note twice, or of nobody" : NULL;
}

/* What the first officer sees of the second: *no is 0 when there is none. */
static const char *weigh_second(struct vault *vault, const struct marks *marks, uint32_t *no,
                                enum act_role *role)
{
    struct officer_row *rows = NULL;
    size_t n = 0;
    enum error error = officer_list(vault, &rows, &n);
    if (error != ERROR_NONE)
        return error_text(error);
    *no = n > 1 ? rows[1].no : 0;
    *role = n > 1 ? rows[1].role : ACT_NOBODY;
    const bool whole = n <= 2 && rows[0].role == ACT_LEAD;
    free(rows);
    if (!whole)
        return "the officers are not those that were named";
    if (marks_has(marks, HOUSE_NAMED, 2, true) && *no == 0)
        return scene_lost("an officer who was named is lost");
    if (marks_has(marks, HOUSE_REMOVED, 2, true) && *role != ACT_NOBODY)
        return scene_lost("an officer who was removed is there");
    if (*no != 0 && *role == ACT_NOBODY && !marks_has(marks, HOUSE_REMOVED, 2, false))
        return "an officer is removed, and nobody did it";
    scene_found(marks_has(marks, HOUSE_NAMED, 2, true) + marks_has(marks, HOUSE_REMOVED, 2, true));
    return NULL;
}

/* Whoever was told a fingerprint has the key that it is of. */
static const char *join_again(const char *root, const struct marks *marks, bool known,
                              char print[NAMING_FINGERPRINT_LEN])
{
    uint8_t hash[MARKS_HASH];
    enum error error = house_join(root, SECOND, print);
    if (error == ERROR_REQUEST_KNOWN && known)
        return NULL;
    if (error != ERROR_NONE)
        return error_text(error);
    house_hash(print, strlen(print), hash);
    if (marks_has(marks, HOUSE_JOINED, 1, true) && !marks_knows(marks, HOUSE_JOINED, hash))
        return scene_lost("the keyring of one who joined is lost");
    return known ? "an officer asks again, and is not known" : NULL;
}

struct left {
    size_t wraps;
};

static enum error count_wrap(void *context, const struct journal_wrap *wrap)
{
    struct left *left = context;
    left->wraps++;
    return ERROR_NONE;
}

/* The removed officer can read nothing new, and nothing is left to be settled. */
static const char *weigh_removal(const char *root, uint32_t no)
{
    struct vault *vault = NULL, *second = NULL;
    struct left left = {0};
    struct journal_casekey key;
    size_t stale = 0;
    enum error error = house_vault(root, &vault);
    if (error == ERROR_NONE)
        error = officer_settle(vault);
    if (error == ERROR_NONE)
        error = journal_each_wrap(vault->journal, no, count_wrap, &left);
    if (error == ERROR_NONE)
        error = journal_stale_casekeys(vault->journal, KEYSET_GENERAL,
                                       fold_generation(vault->history.fold, KEYSET_GENERAL), &key,
                                       1, &stale);
    vault_close(&vault);
    if (error != ERROR_NONE)
        return error_text(error);
    if (house_vault_of(root, SECOND, &second) != ERROR_NO_OFFICER)
        left.wraps++;
    vault_close(&second);
    if (left.wraps > 0)
        return "who was removed still has keys";
    return stale > 0 ? "keys of cases are left for the old generation" : NULL;
}

/* With root.keyring alone. */
static const char *weigh_recovery(const char *root)
{
    struct vault *vault = NULL;
    unsigned times = 0;
    enum error error = vault_open(house_path(root, "office"), &vault);
    if (error == ERROR_NONE)
        error = recovery_unlock(vault, &house_passphrase);
    if (error == ERROR_NONE)
        error = casefile_each(vault, count_words, &times);
    vault_close(&vault);
    return error == ERROR_NONE ? NULL : error_text(error);
}

/* Whatever is still to be done is done now. */
static const char *go_on(const char *root, const struct marks *marks, uint32_t no,
                         enum act_role role)
{
    char print[NAMING_FINGERPRINT_LEN] = "";
    const char *wrong = join_again(root, marks, no != 0, print);
    enum error error = ERROR_NONE;
    if (wrong == NULL && no == 0) {
        error = house_name(root, print, &no);
        role = ACT_OFFICER_ROLE;
    }
    if (wrong == NULL && error == ERROR_NONE && role != ACT_NOBODY) {
        wrong = weigh_cases(root, SECOND);
        error = take_away(root, no);
    }
    if (wrong == NULL && error == ERROR_NONE)
        wrong = weigh_removal(root, no);
    if (wrong == NULL && error == ERROR_NONE)
        wrong = weigh_cases(root, NULL);
    if (wrong == NULL && error == ERROR_NONE)
        wrong = weigh_recovery(root);
    return wrong != NULL || error == ERROR_NONE ? wrong : error_text(error);
}

const char *scenes_officers_check(const char *root, const struct marks *marks)
{
    struct vault *vault = NULL;
    uint32_t no = 0;
    enum act_role role = ACT_NOBODY;
    enum error error = house_vault(root, &vault);
    const char *wrong = error == ERROR_NONE ? NULL : error_text(error);
    if (wrong == NULL)
        wrong = house_audit(vault);
    if (wrong == NULL)
        wrong = weigh_note(vault, marks);
    if (wrong == NULL)
        wrong = weigh_second(vault, marks, &no, &role);
    vault_close(&vault);
    if (wrong == NULL)
        wrong = go_on(root, marks, no, role);
    return wrong != NULL ? wrong : house_goes_on(root);
}

/* --- another passphrase --- */

static const struct passphrase other = {.len = 22, .text = "another one, of a test"};

void scenes_passphrase_base(const char *root)
{
    house_must_office(root);
    house_must_kiosk(root);
    house_must_card(root);
    house_must_remember(root);
}

static enum error reword(const char *root, const struct passphrase *was,
                         const struct passphrase *becomes)
{
    struct vault *vault = NULL;
    setenv("HOME", root, 1);
    enum error error = vault_open(house_path(root, "office"), &vault);
    if (error == ERROR_NONE)
        error = officer_passphrase(NULL, vault->charter.office, was, becomes);
    vault_close(&vault);
    return error;
}

void scenes_passphrase_run(const char *root)
{
    marks_try(HOUSE_REWORDED, 1, NULL);
    if (reword(root, &house_passphrase, &other) == ERROR_NONE)
        marks_done(HOUSE_REWORDED, 1, NULL);
}

/* One of both opens it: the new one, once it was said. */
const char *scenes_passphrase_check(const char *root, const struct marks *marks)
{
    enum error error = reword(root, &other, &house_passphrase);
    const bool done = marks_has(marks, HOUSE_REWORDED, 1, true);
    if (error == ERROR_PASSPHRASE && done)
        return scene_lost("the new passphrase does not open the keyring");
    if (error != ERROR_NONE && error != ERROR_PASSPHRASE)
        return error_text(error);
    scene_found(done);
    return house_goes_on(root);
}
