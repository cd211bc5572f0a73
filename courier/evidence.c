/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells bundles that this disk should know from those that it does not, and keeps the latter. */
#include "courier/evidence.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "protocol/bundle.h"
#include "protocol/names.h"

/* Places on the medium for what is moved aside. */
enum { PLACES = 16 };

/* What a file on the medium is worth. */
enum worth {
    WORTH_NOTHING, /* no bundle of ours, or one whose records are all known here */
    WORTH_UNKNOWN, /* its records were dropped before the last one dropped: nobody here can say */
    WORTH_UNREAD,  /* the medium does not give it out: nobody can say either */
    WORTH_KEEPING, /* it has records that we do not know */
};

/* Takes the hash of the one record that outbox_each hands over. */
static enum error take_hash(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    uint8_t *hash = context;
    struct record record;

    if (len != RECORD_LEN)
        return ERROR_OUTBOX;
    const enum error error = record_decode(bytes, &record);
    if (error == ERROR_NONE)
        memcpy(hash, record.hash, sizeof record.hash);
    return error;
}

/* Is the bundle's last record, of this hash, one of ours? The chain vouches for those before it.
   first is the number of the first record held, or 0. */
static enum error look_up(const struct evidence *evidence, uint64_t first,
                          const struct bundle *bundle, bool *known)
{
    uint8_t ours[RECORD_HASH_LEN] = {0};
    enum error error = ERROR_NONE;

    *known = false;
    if (bundle->last > evidence->tip)
        return ERROR_NONE;
    if (first == 0 || bundle->last < first) {
        error = outbox_holds(evidence->outbox, bundle->last, bundle->last_hash);
        *known = error == ERROR_NONE;
    } else {
        error = outbox_each(evidence->outbox, bundle->last, bundle->last, take_hash, ours);
        *known = error == ERROR_NONE && memcmp(ours, bundle->last_hash, sizeof ours) == 0;
    }
    return error_passes(error) ? error : ERROR_NONE;
}

/* A full bundle with nothing but dropped records is not kept on suspicion: it is large, and a fork
   shows in the last bundle of its exchange as well. The hash of the last record dropped is still
   here; of those before it nothing is. */
static enum error judge_bundle(struct evidence *evidence, const struct bundle *bundle,
                               enum worth *worth)
{
    uint64_t first = 0;
    bool known = false;

    enum error error = outbox_first(evidence->outbox, &first);
    if (error == ERROR_NONE)
        error = look_up(evidence, first, bundle, &known);
    if (error_passes(error))
        return error;
    const uint64_t dropped = first == 0 ? evidence->tip : first - 1;
    if (!known && bundle->last > evidence->tip && bundle->last > evidence->beyond)
        evidence->beyond = bundle->last;
    *worth = !known ? WORTH_KEEPING
             : bundle->last < dropped && bundle->last - bundle->first + 1 < BUNDLE_RECORDS_MAX
                 ? WORTH_UNKNOWN
                 : WORTH_NOTHING;
    return ERROR_NONE;
}

/* Returns ERROR_NONE, or why nothing can be said just now. */
static enum error judge(struct evidence *evidence, const char *name, enum worth *worth)
{
    uint8_t *data = NULL;
    size_t len = 0;
    struct bundle bundle;

    *worth = WORTH_NOTHING;
    enum error error = medium_read(evidence->medium, name, BUNDLE_MAX, &data, &len);
    if (error == ERROR_NONE)
        error =
            bundle_decode(data, len, evidence->state->key, evidence->state->card.office, &bundle);
    free(data);
    if (error != ERROR_NONE || bundle.last < bundle.first) {
        *worth = error_is_machine(error) ? WORTH_UNREAD : WORTH_NOTHING;
        return error_passes(error) ? error : ERROR_NONE;
    }
    if (evidence->salvage == NULL)
        return judge_bundle(evidence, &bundle, worth);
    if (!salvage_has(evidence->salvage, bundle.first, bundle.last, bundle.last_hash))
        *worth = WORTH_KEEPING;
    return ERROR_NONE;
}

/* Do two files of the medium have the same bytes? */
static bool is_same(const struct medium *medium, const char *name, const char *other)
{
    uint8_t *data[2] = {NULL, NULL};
    size_t len[2] = {0, 0};

    const bool same = medium_read(medium, name, BUNDLE_MAX, &data[0], &len[0]) == ERROR_NONE &&
                      medium_read(medium, other, len[0], &data[1], &len[1]) == ERROR_NONE &&
                      len[0] == len[1] && memcmp(data[0], data[1], len[0]) == 0;
    free(data[0]);
    free(data[1]);
    return same;
}

/* What merely may be evidence gets no mention, and half of the places where it most often is a
   stick that comes late. Nothing is kept twice. */
enum error evidence_make_way(struct evidence *evidence, const char *name)
{
    enum worth worth = WORTH_NOTHING;
    char other[NAMES_LEN];

    const enum error judged = judge(evidence, name, &worth);
    const int places = worth == WORTH_UNKNOWN ? PLACES / 2 : PLACES;
    if (judged != ERROR_NONE || worth == WORTH_NOTHING)
        return judged;
    for (int place = 1; place <= places; place++) {
        names_evidence(evidence->state->kiosk, place, other);
        if (!medium_has(evidence->medium, other)) {
            const enum error error = medium_move(evidence->medium, name, other);
            evidence->kept += worth == WORTH_KEEPING && error == ERROR_NONE;
            return error;
        }
        if (is_same(evidence->medium, name, other))
            return ERROR_NONE;
    }
    return worth == WORTH_UNKNOWN ? ERROR_NONE : ERROR_EVIDENCE;
}

/* The bundles of one exchange, of which those above a number are to go. */
struct surplus {
    struct evidence *evidence;
    uint64_t written;
};

/* All of it is in the bundles just written or at the office, so one that stays does no harm. */
static void remove_one(const char *name, void *visitor)
{
    const struct surplus *surplus = visitor;
    struct evidence *evidence = surplus->evidence;

    if (names_bundle_number(evidence->state->kiosk, name) > surplus->written &&
        evidence_make_way(evidence, name) == ERROR_NONE)
        medium_remove(evidence->medium, name);
}

void evidence_remove_surplus(struct evidence *evidence, uint64_t written)
{
    struct surplus surplus = {evidence, written};

    (void)medium_each(evidence->medium, remove_one, &surplus);
}
