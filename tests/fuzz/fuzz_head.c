/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a head; then the same as changes to a good one, signed anew with a fixed key, so
   that what stands behind the signature is reached. Input: how (1 byte: which call fails, 128
   leaves the old signature), marks (1), excluded kiosks (1), segments (1), notices (1), place of
   the changes (2), changes. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/wire.h"
#include "crypto/signature.h"
#include "protocol/head.h"
#include "protocol/names.h"
#include "tests/fuzz/fuzz.h"

enum { EACH = 4, START = 7, UNSIGNED = 128, TOO_MANY = 255 };

static const uint8_t seed[SIGNATURE_SEED_LEN] = {1, 2, 3};
static const uint8_t office[CHARTER_OFFICE_LEN] = {4, 5, 6};
static uint8_t key[SIGNATURE_PUBLIC_LEN];
static struct head_mark marks[EACH];
static uint8_t excluded[EACH][CARD_KIOSK_LEN];
static struct head_segment segments[EACH];
static char notices[256];

static void start(void)
{
    static bool started;

    fuzz_start();
    fuzz_fail_at(0);
    if (started)
        return;
    started = true;
    must(signature_public(seed, key) == 0);
    for (uint32_t i = 0; i < EACH; i++) {
        marks[i].kiosk[0] = excluded[i][0] = (uint8_t)i;
        segments[i] = (struct head_segment){.number = 1 + i / 2, .kind = 1 + i % 2, .count = i};
    }
    memset(notices, 'a', sizeof notices);
}

static void search_segments(const struct head *head)
{
    char name[NAMES_LEN];

    for (uint32_t i = 0; i < head->segment_count; i++) {
        const struct head_segment at = head_segment(head, i);
        must(at.number >= 1 && at.number <= head->number);
        must(names_segment(&at, name) == (at.kind == 1 || at.kind == 2));
        must(strlen(name) < NAMES_LEN);
    }
}

/* Whatever is taken must be searchable: each mark and each kiosk is found where it stands. */
static void search(const struct head *head)
{
    static const uint8_t nobody[CARD_KIOSK_LEN] = {9, 9, 9, 9, 9, 9, 9, 9};
    struct head_mark mark;

    for (uint32_t i = 0; i < head->kiosk_count; i++)
        must(head_find_mark(head, head->marks + (size_t)i * HEAD_MARK_LEN, &mark));
    if (head_find_mark(head, nobody, &mark))
        must(memcmp(mark.kiosk, nobody, CARD_KIOSK_LEN) == 0);
    for (uint32_t i = 0; i < head->excluded_count; i++)
        must(head_excludes(head, head->excluded + (size_t)i * CARD_KIOSK_LEN));
    must(head->excluded_count > 0 || !head_excludes(head, nobody));
    search_segments(head);
    must(head_compare(head, head) == 0);
}

/* Newer is one way or the other. */
static void compare(const struct head *head)
{
    struct head other = *head;

    other.number = 1;
    other.charter = 1;
    must(head_compare(head, &other) == -head_compare(&other, head));
}

static int read_head(const uint8_t *in, size_t len)
{
    struct head head, viewed;
    const int view = head_view(in, len, &viewed);
    const int taken = head_decode(in, len, key, office, &head);

    if (view == ERROR_NONE) {
        search(&viewed);
        compare(&viewed);
    }
    must(taken != ERROR_NONE || view == ERROR_NONE);
    return taken;
}

static uint32_t count_of(uint8_t byte, uint32_t most)
{
    return byte == TOO_MANY ? most + 1 : byte % (EACH + 1);
}

/* A head of as many of each; NULL when it is refused, as it must be when there is too much of
   something or a call fails. */
static uint8_t *make(const uint8_t *data, size_t *len)
{
    const struct head_lists lists = {marks, (const uint8_t(*)[CARD_KIOSK_LEN])excluded, segments,
                                     notices};
    struct head head = {.charter = 1, .number = 2};
    const bool too_many = memchr(data + 1, TOO_MANY, 4) != NULL;
    uint8_t *in = NULL;

    memcpy(head.office, office, sizeof head.office);
    head.kiosk_count = count_of(data[1], HEAD_KIOSKS_MAX);
    head.excluded_count = count_of(data[2], HEAD_KIOSKS_MAX);
    head.segment_count = count_of(data[3], HEAD_SEGMENTS_MAX);
    head.notices_len = data[4] == TOO_MANY ? HEAD_NOTICES_MAX + 1 : data[4];
    fuzz_fail_at(data[0] % 8);
    const int error = head_encode(&head, &lists, seed, &in, len);
    fuzz_fail_at(0);
    must((error == ERROR_NONE) == (in != NULL));
    must(error == ERROR_NONE || data[0] % 8 > 0 || too_many);
    return in;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    size_t len = 0;

    start();
    read_head(data, size);
    if (size < START)
        return 0;
    uint8_t *in = make(data, &len);
    if (in == NULL)
        return 0;
    must(read_head(in, len) == ERROR_NONE);
    fuzz_change(in, len - SIGNATURE_LEN, wire_get16(data + 5) % (len - SIGNATURE_LEN), data + START,
                size - START);
    if (!(data[0] & UNSIGNED))
        must(signature_sign(seed, "sandyq head v1", in, len - SIGNATURE_LEN,
                            in + len - SIGNATURE_LEN) == 0);
    read_head(in, len);
    free(in);
    return 0;
}
