/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes and reads the heads of boards. */
#include "protocol/head.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/utf8.h"
#include "base/wire.h"
#include "crypto/signature.h"
#include "protocol/segment.h"

static const char magic[] = "SANDYQH1";
static const char domain[] = "sandyq head v1";

enum {
    AT_OFFICE = 8,
    AT_CHARTER = 40,
    AT_NUMBER = 44,
    AT_DAY = 48,
    AT_BEFORE = 52,
    AT_JOURNAL = 84,
    AT_KIOSKS = 116,
    AT_EXCLUDED = 120,
    AT_SEGMENTS = 124,
    AT_NOTICES = 128,
    AT_RESTORED = 132,
    AT_LOST = 136,
    AT_KEPT = 168,
    MARK_SEQ = 8,
    MARK_HASH = 16,
    MARK_DAY = 48,
    SEGMENT_KIND = 4,
    SEGMENT_COUNT = 8,
    SEGMENT_HASH = 12,
};
_Static_assert(AT_KEPT + 32 == HEAD_HEADER_LEN, "the header ends where the marks begin");
_Static_assert(MARK_DAY + 4 == HEAD_MARK_LEN, "a mark ends with its day");
_Static_assert(SEGMENT_HASH + 32 == HEAD_SEGMENT_LEN, "a segment ends with its hash");

/* Length of the whole file, or 0 when a count is beyond its limit. */
static size_t total_len(const struct head *head)
{
    if (head->kiosk_count > HEAD_KIOSKS_MAX || head->excluded_count > HEAD_KIOSKS_MAX ||
        head->segment_count > HEAD_SEGMENTS_MAX || head->notices_len > HEAD_NOTICES_MAX)
        return 0;
    return HEAD_HEADER_LEN + (size_t)head->kiosk_count * HEAD_MARK_LEN +
           (size_t)head->excluded_count * CARD_KIOSK_LEN +
           (size_t)head->segment_count * HEAD_SEGMENT_LEN + head->notices_len + SIGNATURE_LEN;
}

/* Sets the pointers of a head whose counts fit the file. */
static void set_lists(const uint8_t *in, struct head *head)
{
    head->marks = in + HEAD_HEADER_LEN;
    head->excluded = head->marks + (size_t)head->kiosk_count * HEAD_MARK_LEN;
    head->segments = head->excluded + (size_t)head->excluded_count * CARD_KIOSK_LEN;
    head->notices = (const char *)head->segments + (size_t)head->segment_count * HEAD_SEGMENT_LEN;
}

/* --- writing --- */

static int by_kiosk(const void *a, const void *b)
{
    return memcmp(a, b, CARD_KIOSK_LEN);
}

static void put_header(const struct head *head, uint8_t *out)
{
    memcpy(out, magic, FILE_MAGIC_LEN);
    memcpy(out + AT_OFFICE, head->office, sizeof head->office);
    wire_put32(out + AT_CHARTER, head->charter);
    wire_put32(out + AT_NUMBER, head->number);
    wire_put32(out + AT_DAY, head->day);
    memcpy(out + AT_BEFORE, head->before, sizeof head->before);
    memcpy(out + AT_JOURNAL, head->journal, sizeof head->journal);
    wire_put32(out + AT_RESTORED, head->restored);
    memcpy(out + AT_LOST, head->lost, sizeof head->lost);
    memcpy(out + AT_KEPT, head->kept, sizeof head->kept);
    wire_put32(out + AT_KIOSKS, head->kiosk_count);
    wire_put32(out + AT_EXCLUDED, head->excluded_count);
    wire_put32(out + AT_SEGMENTS, head->segment_count);
    wire_put32(out + AT_NOTICES, head->notices_len);
}

static void put_mark(const struct head_mark *mark, uint8_t *out)
{
    memcpy(out, mark->kiosk, CARD_KIOSK_LEN);
    wire_put64(out + MARK_SEQ, mark->seq);
    memcpy(out + MARK_HASH, mark->hash, sizeof mark->hash);
    wire_put32(out + MARK_DAY, mark->day);
}

static void put_segment(const struct head_segment *segment, uint8_t *out)
{
    wire_put32(out, segment->number);
    wire_put32(out + SEGMENT_KIND, segment->kind);
    wire_put32(out + SEGMENT_COUNT, segment->count);
    memcpy(out + SEGMENT_HASH, segment->hash, sizeof segment->hash);
}

static void put_lists(const struct head *head, const struct head_lists *lists, uint8_t *out)
{
    struct head at = *head;
    set_lists(out, &at);
    uint8_t *marks = out + (at.marks - out), *excluded = out + (at.excluded - out),
            *segments = out + (at.segments - out);
    for (uint32_t i = 0; i < head->kiosk_count; i++)
        put_mark(&lists->marks[i], marks + (size_t)i * HEAD_MARK_LEN);
    for (uint32_t i = 0; i < head->excluded_count; i++)
        memcpy(excluded + (size_t)i * CARD_KIOSK_LEN, lists->excluded[i], CARD_KIOSK_LEN);
    for (uint32_t i = 0; i < head->segment_count; i++)
        put_segment(&lists->segments[i], segments + (size_t)i * HEAD_SEGMENT_LEN);
    qsort(marks, head->kiosk_count, HEAD_MARK_LEN, by_kiosk);
    qsort(excluded, head->excluded_count, CARD_KIOSK_LEN, by_kiosk);
    if (head->notices_len > 0)
        memcpy(out + ((const uint8_t *)at.notices - out), lists->notices, head->notices_len);
}

enum error head_encode(const struct head *head, const struct head_lists *lists,
                       const uint8_t board_seed[32], uint8_t **out, size_t *len)
{
    const size_t total = total_len(head);
    struct head made;
    *out = NULL;
    *len = 0;
    if (total == 0)
        return ERROR_MALFORMED;
    uint8_t *bytes = malloc(total);
    if (bytes == NULL)
        return ERROR_MEMORY;
    put_header(head, bytes);
    put_lists(head, lists, bytes);
    enum error error = head_view(bytes, total, &made);
    if (error == ERROR_NONE && signature_sign(board_seed, domain, bytes, total - SIGNATURE_LEN,
                                              bytes + total - SIGNATURE_LEN) != 0)
        error = ERROR_MEMORY;
    if (error != ERROR_NONE) {
        free(bytes);
        return error;
    }
    *out = bytes;
    *len = total;
    return ERROR_NONE;
}

/* --- reading --- */

/* Are count keys of key_len bytes, one at the start of each row, strictly ascending? */
static bool ascending(const uint8_t *rows, size_t count, size_t row_len, size_t key_len)
{
    for (size_t i = 1; i < count; i++)
        if (memcmp(rows + (i - 1) * row_len, rows + i * row_len, key_len) >= 0)
            return false;
    return true;
}

/* Is each segment behind the one before it, of this board or an earlier one, and, when its kind is
   known, one that a file can hold? A board is never whole without a segment that nobody can have.
 */
static bool segments_fit(const struct head *head)
{
    uint32_t number = 0, kind = UINT32_MAX;
    for (uint32_t i = 0; i < head->segment_count; i++) {
        const struct head_segment at = head_segment(head, i);
        const bool known = at.kind == SEGMENT_ARRIVALS || at.kind == SEGMENT_ANSWERS;
        if (at.number < number || (at.number == number && at.kind <= kind) ||
            at.number > head->number || (known && segment_len(at.kind, at.count) == 0))
            return false;
        number = at.number;
        kind = at.kind;
    }
    return true;
}

/* Fills *head from a file whose length agrees with its own counts. */
static enum error get_frame(const uint8_t *in, size_t len, struct head *head)
{
    const enum error error = file_magic(in, len, magic);
    if (error != ERROR_NONE)
        return error;
    if (len < HEAD_HEADER_LEN)
        return ERROR_TRUNCATED;
    memcpy(head->office, in + AT_OFFICE, sizeof head->office);
    head->charter = wire_get32(in + AT_CHARTER);
    head->number = wire_get32(in + AT_NUMBER);
    head->day = wire_get32(in + AT_DAY);
    memcpy(head->before, in + AT_BEFORE, sizeof head->before);
    memcpy(head->journal, in + AT_JOURNAL, sizeof head->journal);
    head->restored = wire_get32(in + AT_RESTORED);
    memcpy(head->lost, in + AT_LOST, sizeof head->lost);
    memcpy(head->kept, in + AT_KEPT, sizeof head->kept);
    head->kiosk_count = wire_get32(in + AT_KIOSKS);
    head->excluded_count = wire_get32(in + AT_EXCLUDED);
    head->segment_count = wire_get32(in + AT_SEGMENTS);
    head->notices_len = wire_get32(in + AT_NOTICES);
    if (total_len(head) != len)
        return ERROR_TRUNCATED;
    set_lists(in, head);
    return ERROR_NONE;
}

static enum error check_fields(const struct head *head)
{
    if (head->number == 0 || !utf8_valid(head->notices, head->notices_len) ||
        !ascending(head->marks, head->kiosk_count, HEAD_MARK_LEN, CARD_KIOSK_LEN) ||
        !ascending(head->excluded, head->excluded_count, CARD_KIOSK_LEN, CARD_KIOSK_LEN) ||
        !segments_fit(head))
        return ERROR_MALFORMED;
    return ERROR_NONE;
}

enum error head_decode(const uint8_t *in, size_t len, const uint8_t board_key[32],
                       const uint8_t office[CHARTER_OFFICE_LEN], struct head *head)
{
    enum error error = get_frame(in, len, head);
    if (error != ERROR_NONE)
        return error;
    /* Checked before the signature, which fails as well for a head of another office: the error
       should name the real cause. */
    if (memcmp(head->office, office, CHARTER_OFFICE_LEN) != 0)
        return ERROR_OFFICE;
    error = signature_check(board_key, domain, in, len - SIGNATURE_LEN, in + len - SIGNATURE_LEN);
    return error == ERROR_NONE ? check_fields(head) : error;
}

enum error head_view(const uint8_t *in, size_t len, struct head *head)
{
    const enum error error = get_frame(in, len, head);
    return error == ERROR_NONE ? check_fields(head) : error;
}

int head_compare(const struct head *a, const struct head *b)
{
    if (a->charter != b->charter)
        return a->charter < b->charter ? -1 : 1;
    return (a->number > b->number) - (a->number < b->number);
}

struct head_segment head_segment(const struct head *head, uint32_t i)
{
    const uint8_t *at = head->segments + (size_t)i * HEAD_SEGMENT_LEN;
    struct head_segment segment = {.number = wire_get32(at),
                                   .kind = wire_get32(at + SEGMENT_KIND),
                                   .count = wire_get32(at + SEGMENT_COUNT)};
    memcpy(segment.hash, at + SEGMENT_HASH, sizeof segment.hash);
    return segment;
}

/* The row of a kiosk, or NULL. Without rows the pointer may be past the end, which bsearch(3) must
   not be given. */
static const uint8_t *find(const uint8_t kiosk[CARD_KIOSK_LEN], const uint8_t *rows, size_t count,
                           size_t row_len)
{
    return count > 0 ? bsearch(kiosk, rows, count, row_len, by_kiosk) : NULL;
}

bool head_find_mark(const struct head *head, const uint8_t kiosk[CARD_KIOSK_LEN],
                    struct head_mark *mark)
{
    const uint8_t *at = find(kiosk, head->marks, head->kiosk_count, HEAD_MARK_LEN);
    if (at == NULL)
        return false;
    memcpy(mark->kiosk, at, CARD_KIOSK_LEN);
    mark->seq = wire_get64(at + MARK_SEQ);
    memcpy(mark->hash, at + MARK_HASH, sizeof mark->hash);
    mark->day = wire_get32(at + MARK_DAY);
    return true;
}

bool head_excludes(const struct head *head, const uint8_t kiosk[CARD_KIOSK_LEN])
{
    return find(kiosk, head->excluded, head->excluded_count, CARD_KIOSK_LEN) != NULL;
}
