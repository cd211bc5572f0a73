/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a bundle tells about the kiosk that made it. */
#include "office/contact.h"

#include "base/error.h"
#include "protocol/record.h"

uint32_t contact_latest_day(uint32_t today)
{
    return today + 1;
}

/* As the kiosk reports it, except that its clock is checked against the office's calendar. */
static uint8_t health_of(const struct contact *contact)
{
    const struct bundle *bundle = contact->bundle;
    struct record last;
    if (bundle->last < bundle->first)
        return bundle->health;
    bundle_record(bundle, bundle->last, &last);
    return last.day <= contact_latest_day(contact->today)
               ? bundle->health
               : bundle->health & (uint8_t)~BUNDLE_CLOCK_OK;
}

static enum error put_contact(const struct contact *contact)
{
    const struct bundle *bundle = contact->bundle;
    struct caseload_kiosk *kiosk = contact->kiosk;
    kiosk->bundle_last = bundle->last;
    if (bundle->board_number > kiosk->board)
        kiosk->board = bundle->board_number;
    kiosk->charter = bundle->charter_number;
    kiosk->image = bundle->image_version;
    kiosk->exchange_age = bundle->exchange_age;
    kiosk->health = health_of(contact);
    kiosk->imported = contact->today;
    return caseload_put_contact(contact->cases, kiosk);
}

/* --- rollbacks --- */

/* The rollbacks noted so far: the last one, and the highest number that the kiosk ever had. */
struct past {
    struct caseload_rollback last;
    uint64_t highest;
};

static enum error keep_past(void *context, const struct caseload_rollback *rollback)
{
    struct past *past = context;
    past->last = *rollback;
    if (rollback->was_seq > past->highest)
        past->highest = rollback->was_seq;
    return ERROR_NONE;
}

/* True if this repeats the last noted rollback, as while a kiosk goes on with an older board; lost
   records never do, since they are compared with those heard of last. */
static bool is_same_rollback(const struct caseload_rollback *last,
                             const struct caseload_rollback *now)
{
    return last->day > 0 && now->seq >= now->was_seq && last->was_board == now->was_board &&
           now->board >= last->board;
}

static enum error note_rollback(const struct contact *contact, const struct past *past,
                                bool *rolled_back)
{
    const struct caseload_rollback rollback = {
        .was_seq = contact->kiosk->bundle_last,
        .was_board = contact->kiosk->board,
        .seq = contact->bundle->last,
        .board = contact->bundle->board_number,
        .day = contact->today,
    };
    *rolled_back = !is_same_rollback(&past->last, &rollback);
    if (*rolled_back) {
        enum error error = caseload_add_rollback(contact->cases, contact->kiosk->kiosk, &rollback);
        if (error != ERROR_NONE)
            return error;
    }
    return put_contact(contact);
}

/* A bundle that is behind is either old or all that a damaged outbox had left. Believe a bad disk
   only if it was salvaged or brings new records, so that replaying an old bundle has no effect. Do
   not record the day: that would hide a silence. */
static enum error note_damage(const struct contact *contact)
{
    const struct bundle *bundle = contact->bundle;
    const bool salvaged = bundle->exchange_age == UINT16_MAX;
    if ((bundle->health & BUNDLE_DISK_OK) != 0 || (!salvaged && !contact->brings_new))
        return ERROR_NONE;
    contact->kiosk->health &= (uint8_t)~BUNDLE_DISK_OK;
    return caseload_put_contact(contact->cases, contact->kiosk);
}

/* --- comparing a bundle with what the kiosk had --- */

enum order { LESS, SAME, MORE };

/* What a bundle is, by its last record and its board number. A late bundle is behind in both; one
   that is behind in one and ahead in the other comes from a kiosk that was set back and went on. */
static const enum kind {
    LATEST,
    LATE,
    SET_BACK
} kinds[][3] = {
    /* records, then board:  less      same    more */
    [LESS] = {LATE, LATE, SET_BACK},
    [SAME] = {LATE, LATEST, LATEST},
    [MORE] = {SET_BACK, LATEST, LATEST},
};

/* After a rollback, only records above the highest number ever seen count as more. */
static enum order records_than(const struct contact *contact, const struct past *past)
{
    const uint64_t last = contact->bundle->last;
    return last < contact->kiosk->bundle_last ? LESS : last > past->highest ? MORE : SAME;
}

/* With a bad disk, "no board" may just mean that it could not be read. */
static enum order board_than(const struct contact *contact)
{
    const uint32_t now = contact->bundle->board_number, was = contact->kiosk->board;
    const bool unreadable = now == 0 && (contact->bundle->health & BUNDLE_DISK_OK) == 0;
    return now > was ? MORE : now == was || unreadable ? SAME : LESS;
}

/* An exchange may fill several bundles; only the last one, which is not full, shows how far the
   kiosk is. */
enum error contact_note(const struct contact *contact, bool *rolled_back)
{
    const struct bundle *bundle = contact->bundle;
    struct past past = {.highest = contact->kiosk->bundle_last};
    *rolled_back = false;
    if (bundle->last - (bundle->first - 1) == BUNDLE_RECORDS_MAX)
        return ERROR_NONE;
    enum error error =
        caseload_each_rollback(contact->cases, contact->kiosk->kiosk, keep_past, &past);
    if (error != ERROR_NONE)
        return error;
    switch (kinds[records_than(contact, &past)][board_than(contact)]) {
    case SET_BACK:
        return note_rollback(contact, &past, rolled_back);
    case LATE:
        return note_damage(contact);
    case LATEST:
        break;
    }
    return put_contact(contact);
}
