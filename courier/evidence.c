/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells bundles that this disk should know from those that it does not, and keeps the latter. */
#include "courier/evidence.h"

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
    WORTH_KEEPING, /* it has records that we do not know, or cannot be read */
};

/* The number of the last record dropped. Its hash is still here; of those before it nothing is. */
static uint64_t last_dropped(const struct evidence *evidence)
{
    uint64_t first = 0;

    if (evidence->salvage != NULL || outbox_first(evidence->outbox, &first) != ERROR_NONE)
        return 0;
    return first == 0 ? evidence->tip : first - 1;
}

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

/* Is the bundle's last record, of this hash, one of ours? The chain vouches for those before it. */
static bool is_known(const struct evidence *evidence, const struct bundle *bundle,
                     const uint8_t hash[RECORD_HASH_LEN])
{
    uint8_t ours[RECORD_HASH_LEN] = {0};
    uint64_t first = 0;

    if (evidence->salvage != NULL)
        return salvage_has(evidence->salvage, bundle->first, bundle->last, hash);
    if (bundle->last > evidence->tip || outbox_first(evidence->outbox, &first) != ERROR_NONE)
        return false;
    if (first == 0 || bundle->last < first)
        return outbox_holds(evidence->outbox, bundle->last, hash) == ERROR_NONE;
    return outbox_each(evidence->outbox, bundle->last, bundle->last, take_hash, ours) ==
               ERROR_NONE &&
           memcmp(ours, hash, sizeof ours) == 0;
}

/* A full bundle with nothing but dropped records is not kept on suspicion: it is large, and a fork
   shows in the last bundle of its exchange as well. */
static enum worth judge_bundle(struct evidence *evidence, const struct bundle *bundle,
                               const uint8_t hash[RECORD_HASH_LEN])
{
    if (!is_known(evidence, bundle, hash)) {
        if (evidence->salvage == NULL && bundle->last > evidence->tip &&
            bundle->last > evidence->beyond)
            evidence->beyond = bundle->last;
        return WORTH_KEEPING;
    }
    return bundle->last < last_dropped(evidence) &&
                   bundle->last - bundle->first + 1 < BUNDLE_RECORDS_MAX
               ? WORTH_UNKNOWN
               : WORTH_NOTHING;
}

static enum worth judge(struct evidence *evidence, const char *name)
{
    uint8_t *data = NULL;
    size_t len = 0;
    struct bundle bundle;
    enum worth worth = WORTH_NOTHING;

    enum error error = medium_read(evidence->medium, name, BUNDLE_MAX, &data, &len);
    if (error == ERROR_NONE)
        error =
            bundle_decode(data, len, evidence->state->key, evidence->state->card.office, &bundle);
    if (error == ERROR_NONE && bundle.last >= bundle.first)
        worth = judge_bundle(evidence, &bundle, bundle.last_hash);
    free(data);
    return error_is_machine(error) ? WORTH_KEEPING : worth;
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

/* What merely may be evidence gets half of the places and no mention: most often it is a stick that
   comes late. Nothing is kept twice. */
enum error evidence_make_way(struct evidence *evidence, const char *name)
{
    const enum worth worth = judge(evidence, name);
    const int places = worth == WORTH_KEEPING ? PLACES : PLACES / 2;
    char other[NAMES_LEN];

    if (worth == WORTH_NOTHING)
        return ERROR_NONE;
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
    return worth == WORTH_KEEPING ? ERROR_FULL : ERROR_NONE;
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
