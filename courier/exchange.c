/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One exchange between a kiosk's state folder and a medium.

   What comes in is taken first, because it decides what goes out: a charter before the board that
   it names the key of, and the board before the bundle, which then leaves out what the office has.
   Records are dropped only under the board that is already installed, and the day is noted only
   when the bundle stands on the medium. So a cut anywhere leaves a state from which the same
   exchange starts again. */
#include "courier/exchange.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "courier/cards.h"
#include "device/salvage.h"
#include "device/state.h"
#include "protocol/bundle.h"
#include "protocol/names.h"

enum { AGE_NEVER = 65535, NAME_LEN = 64, KEPT_MAX = 16 };

struct exchange {
    struct state *state;
    struct outbox *outbox;
    struct salvage *salvage; /* of an outbox that cannot be used, else NULL */
    int media;
    uint32_t today;
    struct exchange_report *report;
};

static enum error open_media(const char *dir, int *fd)
{
    *fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (*fd >= 0)
        return ERROR_NONE;
    return errno == ENOENT ? ERROR_MISSING : errno == ENOTDIR ? ERROR_SPECIAL : ERROR_IO;
}

/* Looks at every card, then takes one. Nothing makes up for a card of another office: a kiosk that
   took the wrong first card, or whose keepers never heard of it, would seal its letters to a stranger. */
static enum error take_cards(struct exchange *x)
{
    struct cards cards = {.error = ERROR_MISSING};

    enum error error = cards_look(x->media, x->state, &cards);
    if (error != ERROR_NONE)
        return error;
    x->report->card_rivals = cards.strange && !x->state->has_card;
    if (cards.found && !x->report->card_rivals) {
        cards.error = state_install_card(x->state, cards.bytes, sizeof cards.bytes);
        x->report->card_in = cards.error == ERROR_NONE;
        memcpy(x->report->office, cards.card.office, sizeof x->report->office);
    }
    return cards.strange ? ERROR_OFFICE : cards.error;
}

static enum error take_charter(struct exchange *x)
{
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = file_read(x->media, NAMES_CHARTER, CHARTER_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = state_install_charter(x->state, data, len);
    free(data);
    return error;
}

static enum error take_board(struct exchange *x)
{
    uint8_t *data = NULL;
    size_t len = 0;

    enum error error = file_read(x->media, NAMES_BOARD, BOARD_MAX, &data, &len);
    if (error == ERROR_NONE)
        error = state_install_board(x->state, data, len, x->today);
    free(data);
    return error;
}

static void name_request(const struct exchange *x, char name[NAME_LEN])
{
    char id[CARD_KIOSK_TEXT_LEN];

    card_kiosk_text(x->state->kiosk, id);
    snprintf(name, NAME_LEN, "%s%s", id, NAMES_REQUEST);
}

/* KIOSKID.bundle, KIOSKID-2.bundle, KIOSKID-3.bundle ... */
static void name_bundle(const struct exchange *x, uint64_t number, char name[NAME_LEN])
{
    char id[CARD_KIOSK_TEXT_LEN];

    card_kiosk_text(x->state->kiosk, id);
    if (number == 1)
        snprintf(name, NAME_LEN, "%s%s", id, NAMES_BUNDLE);
    else
        snprintf(name, NAME_LEN, "%s-%" PRIu64 "%s", id, number, NAMES_BUNDLE);
}

static enum error write_request(struct exchange *x)
{
    uint8_t request[CARD_REQUEST_LEN];
    char name[NAME_LEN];

    name_request(x, name);
    enum error error = card_request_encode(x->state->seed, x->today, request);
    if (error == ERROR_NONE)
        error = file_write(x->media, name, 0644, request, sizeof request);
    return error == ERROR_NONE ? ERROR_MISSING : error;
}

/* A request that was answered only confuses; where it cannot be removed it does no harm. */
static void remove_request(struct exchange *x)
{
    char name[NAME_LEN];

    name_request(x, name);
    unlinkat(x->media, name, 0);
}

/* The error that stands for an error of the outbox. One that waiting or making room does not mend means
   that the outbox is of no use, and what is whole in it has to go out without it. */
static enum error of_outbox(struct exchange *x, enum error error)
{
    if (error != ERROR_NONE && error != ERROR_BUSY && error != ERROR_FULL && error != ERROR_CHAIN)
        x->report->salvaged = 1;
    return error;
}

/* Where the next record goes, and how many have come. */
struct filling {
    uint8_t *at;
    uint64_t count;
};

static enum error fill(void *context, uint64_t seq, const uint8_t *record, size_t len)
{
    struct filling *filling = context;

    if (len != RECORD_LEN)
        return ERROR_OUTBOX;
    memcpy(filling->at, record, RECORD_LEN);
    filling->at += RECORD_LEN;
    filling->count++;
    return ERROR_NONE;
}

/* Which records go out: all that are held; none: last = first - 1. */
static enum error choose_records(struct exchange *x, uint64_t *first, uint64_t *last,
                                 uint32_t *tip_day)
{
    struct outbox_tip tip;

    enum error error = outbox_tip(x->outbox, &tip);
    if (error == ERROR_NONE)
        error = outbox_first(x->outbox, first);
    if (error != ERROR_NONE)
        return of_outbox(x, error);
    if (*first == 0)
        *first = tip.seq + 1;
    *last = tip.seq;
    *tip_day = tip.day;
    return ERROR_NONE;
}

static uint16_t age_of(uint32_t exchanged, uint32_t today)
{
    if (exchanged == 0)
        return AGE_NEVER;
    if (today <= exchanged)
        return 0;
    return today - exchanged < AGE_NEVER ? (uint16_t)(today - exchanged) : AGE_NEVER - 1;
}

/* No printer is configured yet, so none can be broken. While part of the folder cannot be read, what is
   said of the board may be too little, which is told by a disk that is not well. */
static uint8_t health_of(const struct exchange *x, uint32_t tip_day)
{
    struct statvfs disk;
    uint8_t health = BUNDLE_PRINTER_OK;

    if (!x->state->unread && fstatvfs(x->state->dir, &disk) == 0 &&
        (uint64_t)disk.f_bavail * disk.f_frsize >= (uint64_t)BUNDLE_MAX)
        health |= BUNDLE_DISK_OK;
    if (x->today >= tip_day && x->today >= x->state->charter.issued &&
        (!x->state->has_mark || x->today >= x->state->mark.day))
        health |= BUNDLE_CLOCK_OK;
    return health;
}

/* What every bundle of this exchange says of the kiosk. */
static void introduce(const struct exchange *x, struct bundle *bundle)
{
    memset(bundle, 0, sizeof *bundle);
    memcpy(bundle->kiosk, x->state->kiosk, sizeof bundle->kiosk);
    memcpy(bundle->office, x->state->card.office, sizeof bundle->office);
    bundle->charter_number = x->state->charter.number;
    bundle->board_number = x->state->board_number;
}

/* The header of every bundle of this exchange, with the records of them all. */
static enum error describe(struct exchange *x, struct bundle *bundle)
{
    uint32_t exchanged = 0;
    uint32_t tip_day = 0;

    introduce(x, bundle);
    enum error error = choose_records(x, &bundle->first, &bundle->last, &tip_day);
    if (error != ERROR_NONE)
        return error;
    error = of_outbox(x, outbox_exchanged(x->outbox, &exchanged));
    if (error != ERROR_NONE)
        return error;
    bundle->exchange_age = age_of(exchanged, x->today);
    bundle->health = health_of(x, tip_day);
    return ERROR_NONE;
}

/* The number of the last record that was dropped: of it the hash is still here, of those before it nothing is. */
static uint64_t dropped_to(struct exchange *x)
{
    uint64_t first = 0;

    if (x->salvage != NULL || outbox_first(x->outbox, &first) != ERROR_NONE)
        return 0;
    return first == 0 ? x->report->tip : first - 1;
}

/* Is what this bundle holds known here? Of what was dropped before the last dropped one nobody here can say. */
static bool is_known(struct exchange *x, const struct bundle *bundle, const uint8_t *hash)
{
    uint64_t first = 0;
    uint8_t bytes[RECORD_LEN];
    struct filling filling = {bytes, 0};
    struct record ours;

    if (x->salvage != NULL)
        return salvage_has(x->salvage, bundle->first, bundle->last, hash);
    if (bundle->last > x->report->tip || outbox_first(x->outbox, &first) != ERROR_NONE)
        return false;
    if (first == 0 || bundle->last < first)
        return outbox_holds(x->outbox, bundle->last, hash) == ERROR_NONE;
    return outbox_each(x->outbox, bundle->last, bundle->last, fill, &filling) == ERROR_NONE &&
           filling.count == 1 && record_decode(bytes, &ours) == ERROR_NONE &&
           memcmp(ours.hash, hash, sizeof ours.hash) == 0;
}

/* Does this file hold records that we signed and do not know? Then the disk was set back, or another
   one has our key, and these records may be nowhere else. Nor is one to be lost that cannot be read. *past: it ends
   before what was dropped last, so nobody here can say. A full one is not kept: it is large, and the last of its exchange
   tells of the fork. */
static bool is_evidence(struct exchange *x, const char *name, bool *past)
{
    uint8_t *data = NULL;
    size_t len = 0;
    struct bundle bundle;
    bool evidence = false;
    enum error error = file_read(x->media, name, BUNDLE_MAX, &data, &len);

    if (error == ERROR_NONE)
        error = bundle_decode(data, len, x->state->key, x->state->card.office, &bundle);
    if (error == ERROR_NONE && bundle.last >= bundle.first) {
        evidence = !is_known(x, &bundle, bundle.last_hash);
        *past = bundle.last < dropped_to(x) && bundle.last - bundle.first + 1 < BUNDLE_RECORDS_MAX;
    }
    if (evidence && x->salvage == NULL && bundle.last > x->report->tip &&
        bundle.last > x->report->beyond)
        x->report->beyond = bundle.last;
    free(data);
    return evidence || error == ERROR_IO;
}

/* Do two files of the medium have the same bytes? */
static bool is_same(const struct exchange *x, const char *name, const char *other)
{
    uint8_t *data[2] = {NULL, NULL};
    size_t len[2] = {0, 0};

    const bool same = file_read(x->media, name, BUNDLE_MAX, &data[0], &len[0]) == ERROR_NONE &&
                      file_read(x->media, other, len[0], &data[1], &len[1]) == ERROR_NONE &&
                      len[0] == len[1] && memcmp(data[0], data[1], len[0]) == 0;
    free(data[0]);
    free(data[1]);
    return same;
}

static enum error move_aside(const struct exchange *x, const char *name, const char *other)
{
    if (renameat(x->media, name, x->media, other) == 0)
        return ERROR_NONE;
    return errno == EROFS || errno == EACCES || errno == EPERM ? ERROR_READONLY
           : errno == ENOSPC || errno == EDQUOT                ? ERROR_FULL
                                                               : ERROR_IO;
}

/* Moves evidence out of the way, under the first free name that an import finds, and finds before
   those of this exchange; unless the same has been kept before. What only may be evidence is kept without a
   word, under half of the names: mostly it is a stick that comes late. */
static enum error lay_aside(struct exchange *x, const char *name)
{
    char id[CARD_KIOSK_TEXT_LEN];
    char other[NAME_LEN];
    struct stat st;
    bool past = false;
    const bool evidence = is_evidence(x, name, &past);

    if (!evidence && !past)
        return ERROR_NONE;
    card_kiosk_text(x->state->kiosk, id);
    for (int i = 1; i <= (evidence ? KEPT_MAX : KEPT_MAX / 2); i++) {
        snprintf(other, sizeof other, "%s-0-%d%s", id, i, NAMES_BUNDLE);
        if (fstatat(x->media, other, &st, AT_SYMLINK_NOFOLLOW) != 0) {
            const enum error error = move_aside(x, name, other);
            x->report->kept += evidence && error == ERROR_NONE;
            return error;
        }
        if (is_same(x, name, other))
            return ERROR_NONE;
    }
    return evidence ? ERROR_FULL : ERROR_NONE;
}

/* Makes one bundle at data, where its records stand already, and writes it. */
static enum error put_bundle(struct exchange *x, const struct bundle *bundle, uint64_t number,
                             uint8_t *data)
{
    char name[NAME_LEN];
    struct bundle check;
    size_t len = bundle_len(bundle->last - (bundle->first - 1));

    enum error error = bundle_seal(bundle, x->state->seed, data);
    /* The office would refuse a damaged chain, but only here can somebody look at the disk. */
    if (error == ERROR_NONE &&
        bundle_decode(data, len, x->state->key, bundle->office, &check) != ERROR_NONE)
        error = of_outbox(x, ERROR_OUTBOX);
    name_bundle(x, number, name);
    if (error == ERROR_NONE)
        error = lay_aside(x, name);
    return error == ERROR_NONE ? file_write(x->media, name, 0644, data, len) : error;
}

/* The same with records of the outbox. data has room for them. */
static enum error write_bundle(struct exchange *x, const struct bundle *bundle, uint64_t number,
                               uint8_t *data)
{
    uint64_t count = bundle->last - (bundle->first - 1);
    struct filling filling = {data + BUNDLE_HEADER_LEN, 0};
    enum error error = ERROR_NONE;

    if (count > 0)
        error = of_outbox(x, outbox_each(x->outbox, bundle->first, bundle->last, fill, &filling));
    if (error == ERROR_NONE && filling.count != count)
        error = of_outbox(x, ERROR_OUTBOX);
    return error == ERROR_NONE ? put_bundle(x, bundle, number, data) : error;
}

/* The number in the name of a bundle of this kiosk, or 0 when it is no such name, to the letter. */
static uint64_t bundle_number(const struct exchange *x, const char *name)
{
    char wanted[NAME_LEN];
    uint64_t number = 0;

    if (strlen(name) <= 2 * CARD_KIOSK_LEN)
        return 0;
    number = strtoull(name + 2 * CARD_KIOSK_LEN + 1, NULL, 10);
    name_bundle(x, number, wanted);
    return strcmp(name, wanted) == 0 ? number : 0;
}

/* Removes what an earlier exchange with more records has left. All of it is in the bundles just
   written or at the office, so one that cannot be removed does no harm. */
static void remove_surplus(struct exchange *x, uint64_t written)
{
    DIR *folder = file_folder(x->media);

    if (folder == NULL)
        return;
    for (struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (bundle_number(x, entry->d_name) > written && lay_aside(x, entry->d_name) == ERROR_NONE)
            unlinkat(x->media, entry->d_name, 0);
    closedir(folder);
}

/* What the board acknowledges, against the two ends of the outbox. */
static void compare_mark(struct exchange *x, uint64_t first, uint64_t last)
{
    x->report->tip = last;
    if (!x->state->has_mark)
        return;
    if (x->state->mark.seq > last)
        x->report->beyond = x->state->mark.seq;
    if (x->state->mark.seq < first - 1)
        x->report->unasked = first - 1;
}

/* Writes as many bundles as it takes. The last one is never full, be it empty, so that the office
   can tell it from the others. */
static enum error write_bundles(struct exchange *x)
{
    struct bundle bundle;

    enum error error = describe(x, &bundle);
    if (error != ERROR_NONE)
        return error;
    const uint64_t first = bundle.first, last = bundle.last;
    compare_mark(x, first, last);
    const uint64_t full = (last - (first - 1)) / BUNDLE_RECORDS_MAX;
    uint8_t *data = malloc(bundle_len(full > 0 ? BUNDLE_RECORDS_MAX : last - (first - 1)));
    if (data == NULL)
        return ERROR_IO;
    for (uint64_t i = 0; i <= full && error == ERROR_NONE; i++) {
        bundle.first = first + i * BUNDLE_RECORDS_MAX;
        bundle.last = i < full ? bundle.first + BUNDLE_RECORDS_MAX - 1 : last;
        error = write_bundle(x, &bundle, i + 1, data);
        if (error == ERROR_NONE) {
            x->report->first = first;
            x->report->last = bundle.last;
        }
    }
    free(data);
    if (error == ERROR_NONE)
        remove_surplus(x, full + 1);
    return error;
}

/* Under which number run j of n goes out: the highest one under the name that sorts first, so that
   whoever reads the names in order hears first how far the kiosk had come. */
static uint64_t place_of(uint64_t j, uint64_t n)
{
    const uint64_t foremost = n == 1 ? 1 : n < 10 ? 2 : 10;

    if (j == 0)
        return foremost;
    return j + 1 == foremost ? 1 : j + 1;
}

static enum error write_run(struct exchange *x, struct bundle *bundle, uint64_t number,
                            const struct salvage_run *run)
{
    const uint64_t count = run->last - (run->first - 1);
    uint8_t *data = malloc(bundle_len(count));
    enum error error = data == NULL ? ERROR_IO : ERROR_NONE;

    bundle->first = run->first;
    bundle->last = run->last;
    if (error == ERROR_NONE && count > 0)
        error = salvage_read(x->salvage, run, data + BUNDLE_HEADER_LEN);
    if (error == ERROR_NONE)
        error = put_bundle(x, bundle, number, data);
    if (error == ERROR_NONE)
        x->report->saved += count;
    free(data);
    return error;
}

/* All runs, one bundle each; one that fails keeps no other back. Returns the first error. */
static enum error write_runs(struct exchange *x, struct bundle *bundle)
{
    enum { MAX = BUNDLE_RECORDS_MAX - 1 };
    const size_t n = salvage_runs(x->salvage, MAX);
    const uint64_t next = x->state->has_mark ? x->state->mark.seq + 1 : 1;
    struct salvage_run run = {next, next - 1, 0};
    enum error error = n == 0 ? write_run(x, bundle, 1, &run) : ERROR_NONE;

    run = SALVAGE_START;
    for (size_t j = 0; j < n && salvage_next(x->salvage, MAX, &run); j++) {
        const int one = write_run(x, bundle, place_of(j, n), &run);
        if (error == ERROR_NONE)
            error = one;
    }
    if (error == ERROR_NONE)
        remove_surplus(x, n == 0 ? 1 : n);
    return error;
}

/* The outbox is of no use: sends what is whole, a bundle for each run, or an empty one. None of them is
   full, so that each can speak for the kiosk. While a keeper serves, what it holds is its own: a visit's
   cover that went out before the letter came would be a fork, and tell that there is one. */
static enum error send_salvage(struct exchange *x)
{
    struct bundle bundle;
    int lock = -1;
    const bool serving = state_lock(x->state, "lock", &lock) == ERROR_BUSY;

    introduce(x, &bundle);
    bundle.exchange_age = AGE_NEVER;
    bundle.health = health_of(x, 0) & (uint8_t)~BUNDLE_DISK_OK;
    const int found = salvage_find(x->state->dir, x->state->key, !serving, &x->salvage);
    const int written = x->salvage != NULL ? write_runs(x, &bundle) : ERROR_NONE;
    salvage_free(&x->salvage);
    if (lock >= 0)
        close(lock);
    return found != ERROR_NONE ? found : written;
}

/* The half that needs the outbox: drop what has arrived, send the rest, note the day. Where there is no
   room to note what is dropped, the rest still goes out: it is what makes room. Returns how the bundles fared;
   but when the outbox turns out to be of no use, why. */
static enum error send_records(struct exchange *x)
{
    char path[4096];
    enum error noted = ERROR_NONE;

    state_outbox_path(x->state, path);
    enum error error = of_outbox(x, outbox_open(path, DB_OPEN, &x->outbox));
    if (error != ERROR_NONE)
        return error;
    const enum error dropped =
        of_outbox(x, state_acknowledge(x->state, x->outbox, &x->report->dropped_to));
    x->report->fork = dropped == ERROR_CHAIN;
    error = x->report->salvaged ? dropped : write_bundles(x);
    if (error == ERROR_NONE)
        noted = of_outbox(x, outbox_set_exchanged(x->outbox, x->today));
    outbox_close(&x->outbox);
    if (x->report->salvaged)
        return error != ERROR_NONE ? error : noted;
    x->report->outbox = dropped != ERROR_NONE && dropped != ERROR_CHAIN ? dropped : noted;
    return error;
}

static void run(struct exchange *x)
{
    file_sweep(x->state->dir);
    file_sweep(x->media);
    x->report->card = take_cards(x);
    if (!x->state->has_card) {
        x->report->bundle = write_request(x);
        return;
    }
    remove_request(x);
    x->report->charter = take_charter(x);
    x->report->board = take_board(x);
    if (x->state->unread && x->report->board == ERROR_MISSING)
        x->report->board = ERROR_IO; /* none was there to take, and yet not all is well */
    x->report->bundle = send_records(x);
    if (x->report->salvaged) {
        x->report->first = 1; /* what went out of it before is in what is sent now */
        x->report->last = 0;
        x->report->salvage = send_salvage(x);
    }
}

/* The first error of a report, in the order in which things were carried. */
static enum error first_error(const struct exchange_report *report, bool has_card)
{
    const int carried[] = {report->card, report->charter, report->board};

    for (size_t i = 0; i < sizeof carried / sizeof carried[0]; i++)
        if (carried[i] != ERROR_NONE && carried[i] != ERROR_MISSING)
            return carried[i];
    if (report->salvaged)
        return report->bundle;
    if (report->fork || report->beyond > 0 || report->unasked > 0 || report->kept > 0)
        return ERROR_CHAIN;
    if (report->bundle != ERROR_NONE && (report->bundle != ERROR_MISSING || has_card))
        return report->bundle;
    return report->outbox;
}

enum error exchange_run(const char *state_dir, const char *media_dir, uint32_t today,
                        struct exchange_report *report)
{
    struct exchange x = {.media = -1, .today = today, .report = report};
    int lock = -1;

    *report = (struct exchange_report){.card = ERROR_MISSING,
                                       .charter = ERROR_MISSING,
                                       .board = ERROR_MISSING,
                                       .bundle = ERROR_MISSING,
                                       .first = 1};
    report->at = EXCHANGE_AT_MEDIA;
    enum error error = open_media(media_dir, &x.media);
    if (error != ERROR_NONE)
        goto out;
    report->at = EXCHANGE_AT_STATE;
    error = state_open(state_dir, &x.state);
    if (error == ERROR_NONE)
        error = state_lock(x.state, "courier.lock", &lock);
    if (error == ERROR_NONE && x.state->seed == NULL)
        error = ERROR_MISSING;
    /* A kiosk whose card cannot be read just now is none that waits for its first. */
    if (error == ERROR_NONE && x.state->unread && !x.state->has_card)
        error = ERROR_IO;
    if (error != ERROR_NONE)
        goto out;
    report->at = EXCHANGE_AT_CARRIED;
    run(&x);
    error = first_error(report, x.state->has_card);
out:
    if (lock >= 0)
        close(lock);
    if (x.media >= 0)
        close(x.media);
    state_close(&x.state);
    return error;
}
