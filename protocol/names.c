/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes and reads the names of the files that travel. */
#include "protocol/names.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "protocol/segment.h"

void names_request(const uint8_t kiosk[CARD_KIOSK_LEN], char out[NAMES_LEN])
{
    char id[CARD_KIOSK_TEXT_LEN];
    card_kiosk_text(kiosk, id);
    snprintf(out, NAMES_LEN, "%s%s", id, NAMES_REQUEST);
}

void names_head(const uint8_t kiosk[CARD_KIOSK_LEN], char out[NAMES_LEN])
{
    char id[CARD_KIOSK_TEXT_LEN];

    card_kiosk_text(kiosk, id);
    snprintf(out, NAMES_LEN, "%s%s", id, NAMES_HEAD);
}

void names_bundle(const uint8_t kiosk[CARD_KIOSK_LEN], uint64_t number, char out[NAMES_LEN])
{
    char id[CARD_KIOSK_TEXT_LEN];
    card_kiosk_text(kiosk, id);
    if (number == 1)
        snprintf(out, NAMES_LEN, "%s%s", id, NAMES_BUNDLE);
    else
        snprintf(out, NAMES_LEN, "%s-%" PRIu64 "%s", id, number, NAMES_BUNDLE);
}

/* Only the exact spelling counts: a name with, say, a leading zero was not made by us. */
uint64_t names_bundle_number(const uint8_t kiosk[CARD_KIOSK_LEN], const char *name)
{
    if (strlen(name) <= 2 * CARD_KIOSK_LEN)
        return 0;
    char made[NAMES_LEN];
    const uint64_t number = strtoull(name + 2 * CARD_KIOSK_LEN + 1, NULL, 10);
    names_bundle(kiosk, number, made);
    return strcmp(name, made) == 0 ? number : 0;
}

void names_evidence(const uint8_t kiosk[CARD_KIOSK_LEN], int place, char out[NAMES_LEN])
{
    char id[CARD_KIOSK_TEXT_LEN];
    card_kiosk_text(kiosk, id);
    snprintf(out, NAMES_LEN, "%s-0-%d%s", id, place, NAMES_BUNDLE);
}

bool names_ends(const char *name, const char *end)
{
    enum { SHORT = 4 }; /* a dot and three letters */
    const char *dot = strrchr(name, '.');
    if (dot == NULL || name[0] == '.')
        return false;
    return strcasecmp(dot, end) == 0 || (strlen(dot) == SHORT && strncasecmp(dot, end, SHORT) == 0);
}

#define SEGMENT_BEGIN "sandyq-"

bool names_segment(const struct head_segment *segment, char out[NAMES_LEN])
{
    static const char *const ends[] = {
        [SEGMENT_ARRIVALS] = NAMES_ARRIVALS, [SEGMENT_ANSWERS] = NAMES_ANSWERS};
    const uint8_t *hash = segment->hash;
    out[0] = '\0';
    if (segment->kind != SEGMENT_ARRIVALS && segment->kind != SEGMENT_ANSWERS)
        return false;
    snprintf(out, NAMES_LEN, SEGMENT_BEGIN "%" PRIu32 "-%02x%02x%02x%02x%s", segment->number,
             hash[0], hash[1], hash[2], hash[3], ends[segment->kind]);
    return true;
}

bool names_listed(const struct head *head, const char *name)
{
    char made[NAMES_LEN];
    for (uint32_t i = 0; i < head->segment_count; i++) {
        const struct head_segment segment = head_segment(head, i);
        if (names_segment(&segment, made) && strcmp(name, made) == 0)
            return true;
    }
    return false;
}

bool names_like_segment(const char *name)
{
    const char *dot = strrchr(name, '.');
    return dot != NULL && strncmp(name, SEGMENT_BEGIN, strlen(SEGMENT_BEGIN)) == 0 &&
           (strcmp(dot, NAMES_ARRIVALS) == 0 || strcmp(dot, NAMES_ANSWERS) == 0);
}
