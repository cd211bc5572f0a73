/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The scenes at the kiosk: enrolment, filing, what the courier brings and carries away. */
#include "tests/torture/scenes.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "courier/exchange.h"
#include "crypto/hash.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "device/enroll.h"
#include "protocol/bundle.h"
#include "protocol/names.h"
#include "protocol/segment.h"
#include "tests/torture/house.h"
#include "tests/torture/scene.h"

/* --- filing --- */

/* Two letters have arrived at the office and are dropped, two wait. */
void scenes_filed_base(const char *root)
{
    house_must_office(root);
    house_must_kiosk(root);
    house_must_card(root);
    house_must_file(root, "a ");
    house_must_carry(root, "media");
    house_must_import(root, "media");
    house_must_publish(root, "media");
    house_must_carry(root, "media");
    house_must_file(root, "b ");
    house_must_remember(root);
}

static bool open_kiosk(const char *root, struct state **state, struct outbox **outbox)
{
    char path[4096];
    *outbox = NULL;
    if (state_open(house_path(root, "state"), state) != ERROR_NONE ||
        state_ready(*state, day_today()) != ERROR_NONE)
        return false;
    state_outbox_path(*state, path);
    return outbox_open(path, DB_OPEN, outbox) == ERROR_NONE;
}

static void file_run(const char *root, const char *who)
{
    struct state *state = NULL;
    struct outbox *outbox = NULL;
    if (open_kiosk(root, &state, &outbox))
        for (; *who != '\0'; who++)
            house_file(state, outbox, *who);
    outbox_close(&outbox);
    state_close(&state);
}

/* Two starts of the keeper. */
void scenes_filing_run(const char *root)
{
    file_run(root, "c d");
    file_run(root, " ");
}

const char *scenes_filing_check(const char *root, const struct marks *marks)
{
    const char *wrong = house_chain(root, marks, 2);
    return wrong != NULL ? wrong : house_goes_on(root);
}

/* --- enrolment --- */

void scenes_enrol_base(const char *root)
{
    house_must_office(root);
}

void scenes_enrol_run(const char *root)
{
    uint8_t hash[MARKS_HASH] = {0};
    for (int i = 0; i < 2; i++)
        if (enroll_kiosk(house_path(root, "state"), day_today(), (char *)hash) == ERROR_NONE)
            marks_done(HOUSE_ENROLLED, 1, hash);
}

const char *scenes_enrol_check(const char *root, const struct marks *marks)
{
    uint8_t hash[MARKS_HASH] = {0};
    int error = enroll_kiosk(house_path(root, "state"), day_today(), (char *)hash);
    if (error != ERROR_NONE)
        return error_text(error);
    if (marks_has(marks, HOUSE_ENROLLED, 1, true) && !marks_knows(marks, HOUSE_ENROLLED, hash))
        return "another key than the one whose request was made";
    if (house_enroll(root, "state/enroll.request", "PC-17") != ERROR_NONE)
        return "the request is not taken";
    const char *wrong = house_carries(root, "media");
    return wrong != NULL ? wrong : house_goes_on(root);
}

/* --- exchange --- */

/* As under a board of so long ago that what it acknowledges is dropped now. */
static void acknowledge_long_ago(const char *root)
{
    struct state *state = NULL;
    struct outbox *outbox = NULL;
    struct outbox_tip tip;
    house_must(open_kiosk(root, &state, &outbox), "the kiosk");
    house_must(outbox_tip(outbox, &tip) == ERROR_NONE, "its tip");
    tip.day = day_today() - OUTBOX_KEPT_DAYS;
    house_must(outbox_acknowledge(outbox, &tip, OUTBOX_KEPT_DAYS) == ERROR_NONE, "an old board");
    outbox_close(&outbox);
    state_close(&state);
}

/* A medium with a newer card and a board that acknowledges records 3 and 4, which are dropped then;
   the bundle of an earlier exchange still stands on it. */
void scenes_exchange_base(const char *root)
{
    scenes_filed_base(root);
    house_must_carry(root, "media");
    house_must_import(root, "media");
    house_must_publish(root, "media");
    acknowledge_long_ago(root);
    house_must(house_enroll(root, "request", "PC-18") == ERROR_NONE, "a second card");
    house_must_file(root, "c ");
    house_must_remember(root);
}

static void exchange(const char *root)
{
    struct exchange_report report;
    if (exchange_run(house_path(root, "state"), house_path(root, "media"), day_today(), &report) ==
        ERROR_NONE)
        marks_done(HOUSE_EXCHANGED, report.last, NULL);
}

void scenes_exchange_run(const char *root)
{
    exchange(root);
    file_run(root, "d");
    exchange(root);
}

/* The keeper has its outbox open all the while. */
void scenes_sharing_run(const char *root)
{
    struct state *state = NULL;
    struct outbox *outbox = NULL;
    if (open_kiosk(root, &state, &outbox)) {
        house_file(state, outbox, 'd');
        exchange(root);
        house_file(state, outbox, ' ');
        house_file(state, outbox, 'e');
        exchange(root);
        house_file(state, outbox, 'f');
    }
    outbox_close(&outbox);
    state_close(&state);
}
