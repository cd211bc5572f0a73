/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenes of two desks of two officers, which are open at once. */
#include <string.h>

#include "base/error.h"
#include "office/casefile.h"
#include "office/import.h"
#include "office/triage.h"
#include "tests/torture/house.h"
#include "tests/torture/scene.h"
#include "tests/torture/scenes.h"

#define SECOND "second-home"

void scenes_desks_base(const char *root)
{
    char print[NAMING_FINGERPRINT_LEN] = "";
    uint32_t no = 0;
    scenes_import_base(root);
    house_must_import(root, "media");
    house_must(house_join(root, SECOND, print) == ERROR_NONE &&
                   house_name(root, print, &no) == ERROR_NONE,
               "a second officer");
}

/* What both say; the fourth thing is a status. */
enum { FIRST = 1, CONTRARY, NOTED, STATUS, LAST, END };
static const char *const said[END] = {
    [FIRST] = "the first desk's answer",
    [CONTRARY] = "the second desk's answer to the case as it was",
    [NOTED] = "the second desk's note",
    [LAST] = "the first desk's last word",
};

/* The words of a text that was too late are kept as a note. */
static void answer(struct casefile *casefile, int what)
{
    bool kept = false;
    marks_try(HOUSE_SAID, (uint64_t)what, NULL);
    enum error error = casefile != NULL ? triage_answer(casefile, said[what], strlen(said[what]),
                                                        house_now(), &kept)
                                        : ERROR_CASE;
    if (error == ERROR_NONE || kept)
        marks_done(HOUSE_SAID, (uint64_t)what, NULL);
}

static void note(struct casefile *casefile)
{
    marks_try(HOUSE_SAID, NOTED, NULL);
    if (casefile != NULL &&
        casefile_note(casefile, house_now(), said[NOTED], strlen(said[NOTED])) == ERROR_NONE)
        marks_done(HOUSE_SAID, NOTED, NULL);
}

static void set_status(struct vault *vault)
{
    struct casefile *casefile = NULL;
    bool changed = false;
    marks_try(HOUSE_SAID, STATUS, NULL);
    if (casefile_load(vault, 2, &casefile) == ERROR_NONE &&
        triage_set_status(casefile, taxonomy_status("triaged"), house_now(), &changed) ==
            ERROR_NONE)
        marks_done(HOUSE_SAID, STATUS, NULL);
    casefile_free(&casefile);
}

static void import(const char *root, struct vault *vault)
{
    struct import import = {.vault = vault, .now = house_now(), .chunk = 2};
    import_path(&import, house_path(root, "second"));
    if (import.report.bundles == 1 && import.report.refused == 0)
        marks_done(HOUSE_IMPORTED, 7, NULL);
}

/* The second has the case open while the first answers it; a letter comes for it in between. */
static void work(const char *root, struct vault *one, struct vault *two)
{
    struct casefile *seen = NULL, *stale = NULL;
    (void)casefile_load(one, 1, &seen);
    (void)casefile_load(two, 1, &stale);
    answer(seen, FIRST);
    answer(stale, CONTRARY);
    casefile_free(&seen);
    set_status(two);
    import(root, one);
    note(stale);
    casefile_free(&stale);
    (void)casefile_load(one, 1, &seen);
    answer(seen, LAST);
    casefile_free(&seen);
}

void scenes_desks_run(const char *root)
{
    struct vault *one = NULL, *two = NULL;
    if (house_vault(root, &one) == ERROR_NONE && house_vault_of(root, SECOND, &two) == ERROR_NONE)
        work(root, one, two);
    vault_close(&one);
    vault_close(&two);
}

static enum error hear(void *context, const struct item *item)
{
    unsigned *times = context;
    times[STATUS] += item->kind == ITEM_STATUS && item->case_id == 2;
    if (item->kind != ITEM_NOTE && (item->kind != ITEM_MESSAGE || !item->has_text))
        return ERROR_NONE;
    for (int i = FIRST; i < END; i++)
        times[i] += said[i] != NULL && strlen(said[i]) == item->len &&
                    memcmp(said[i], item->text, item->len) == 0;
    return ERROR_NONE;
}

static const char *weigh(struct vault *vault, const struct marks *marks)
{
    unsigned times[END] = {0};
    enum error error = casefile_each(vault, hear, times);
    if (error != ERROR_NONE)
        return error_text(error);
    for (int i = FIRST; i < END; i++) {
        const bool done = marks_has(marks, HOUSE_SAID, (uint64_t)i, true);
        if (done && times[i] == 0)
            return scene_lost("what a desk said is lost");
        if (times[i] > marks_has(marks, HOUSE_SAID, (uint64_t)i, false))
            return "something is said twice, or by nobody";
        scene_found(done);
    }
    return NULL;
}

/* Both read the same. */
static const char *weigh_as(const char *root, const char *officer, const struct marks *marks)
{
    struct vault *vault = NULL;
    enum error error = house_vault_of(root, officer, &vault);
    const char *wrong = error == ERROR_NONE ? weigh(vault, marks) : error_text(error);
    if (wrong == NULL)
        wrong = house_audit(vault);
    vault_close(&vault);
    return wrong;
}

const char *scenes_desks_check(const char *root, const struct marks *marks)
{
    const char *wrong = weigh_as(root, NULL, marks);
    if (wrong == NULL)
        wrong = weigh_as(root, SECOND, marks);
    if (wrong == NULL)
        wrong = house_imports(root, "second");
    return wrong != NULL ? wrong : house_goes_on(root);
}
