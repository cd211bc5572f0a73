/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One pass over the bytes: the first two characters of every piece lead to it. */
#include "tests/leak/needle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

enum { PAIRS = 65536, WINDOWS = 2 * NEEDLE_MAX * NEEDLE_CHARS, PAGE = 4096 };

static const int strides[] = {2, 4, 8, 28, 32};

struct canary {
    char name[32];
    size_t piece;
    size_t wide; /* the same in wider units */
    size_t len;
    uint32_t chars[NEEDLE_CHARS];
    uint8_t bytes[4 * NEEDLE_CHARS];
    size_t offset[NEEDLE_CHARS + 1]; /* of each character in the bytes */
};

/* A piece that begins with a pair of bytes; the next one that does. */
struct window {
    uint16_t canary;
    uint16_t at;
    uint16_t next;
};

/* Heads of chains, 0 for none: by bytes in a row, and by the low bytes of two characters. */
struct needle {
    int count;
    struct canary canaries[NEEDLE_MAX];
    uint16_t windows_used;
    struct window windows[WINDOWS];
    uint16_t packed[PAIRS];
    uint16_t spread[PAIRS];
    bool first_packed[256];
    bool first_spread[256];
};

struct needle *needle_new(void)
{
    struct needle *needle = calloc(1, sizeof *needle);

    assert_non_null(needle);
    return needle;
}

void needle_free(struct needle **needle)
{
    free(*needle);
    *needle = NULL;
}

void needle_clear(struct needle *needle)
{
    memset(needle, 0, sizeof *needle);
}

const char *needle_name(const struct needle *needle, int canary)
{
    return needle->canaries[canary].name;
}

static void chain(struct needle *needle, uint16_t heads[PAIRS], uint8_t first, uint8_t second,
                  size_t at)
{
    uint16_t *head = &heads[first << 8 | second];

    assert_true(++needle->windows_used < WINDOWS);
    needle->windows[needle->windows_used] =
        (struct window){(uint16_t)(needle->count - 1), (uint16_t)at, *head};
    *head = needle->windows_used;
}

static struct canary *add(struct needle *needle, const char *name, size_t piece)
{
    struct canary *canary = &needle->canaries[needle->count++];

    assert_true(needle->count <= NEEDLE_MAX && piece >= 2);
    snprintf(canary->name, sizeof canary->name, "%s", name);
    canary->piece = piece;
    return canary;
}

static void chain_packed(struct needle *needle, const struct canary *canary)
{
    for (size_t at = 0; at + canary->piece <= canary->len; at++) {
        const uint8_t *bytes = canary->bytes + canary->offset[at];

        chain(needle, needle->packed, bytes[0], bytes[1], at);
        needle->first_packed[bytes[0]] = true;
    }
}

int needle_add(struct needle *needle, const char *name, const char *text, size_t piece)
{
    struct canary *canary = add(needle, name, piece);
    size_t left = strlen(text);

    for (size_t n = 0; left > 0 && canary->len < NEEDLE_CHARS; text += n, left -= n) {
        const size_t at = canary->offset[canary->len];

        n = utf8_take(text, left, &canary->chars[canary->len]);
        memcpy(canary->bytes + at, text, n);
        canary->offset[++canary->len] = at + n;
    }
    chain_packed(needle, canary);
    canary->wide = piece < NEEDLE_WIDE ? NEEDLE_WIDE : piece;
    if (canary->wide > canary->len)
        canary->wide = canary->len;
    for (size_t at = 0; at + canary->wide <= canary->len; at++) {
        const uint8_t first = (uint8_t)canary->chars[at];

        chain(needle, needle->spread, first, (uint8_t)canary->chars[at + 1], at);
        needle->first_spread[first] = true;
    }
    return needle->count - 1;
}

int needle_add_bytes(struct needle *needle, const char *name, const void *bytes, size_t len,
                     size_t piece)
{
    struct canary *canary = add(needle, name, piece);

    assert_true(len <= NEEDLE_CHARS);
    memcpy(canary->bytes, bytes, len);
    canary->len = len;
    for (size_t i = 0; i <= len; i++)
        canary->offset[i] = i;
    chain_packed(needle, canary);
    return needle->count - 1;
}

static void try_packed(const struct needle *needle, const uint8_t *at, size_t where,
                       needle_hit_fn *hit, void *context)
{
    for (uint16_t w = needle->packed[at[0] << 8 | at[1]]; w != 0; w = needle->windows[w].next) {
        const struct window *window = &needle->windows[w];
        const struct canary *canary = &needle->canaries[window->canary];
        const size_t from = canary->offset[window->at];
        const size_t span = canary->offset[window->at + canary->piece] - from;

        if (memcmp(at, canary->bytes + from, span) == 0)
            hit(context, window->canary, 1, where, span);
    }
}

/* A character below 0x80 may share its unit with anything: attributes, flags. */
static bool same(const uint8_t *at, uint32_t ch)
{
    return at[0] == (uint8_t)ch && (ch < 0x80 || at[1] == (uint8_t)(ch >> 8));
}

static void try_spread(const struct needle *needle, const uint8_t *at, int stride, size_t where,
                       needle_hit_fn *hit, void *context)
{
    for (uint16_t w = needle->spread[at[0] << 8 | at[stride]]; w != 0;
         w = needle->windows[w].next) {
        const struct window *window = &needle->windows[w];
        const struct canary *canary = &needle->canaries[window->canary];
        size_t i = 0;

        while (i < canary->wide && same(at + i * (size_t)stride, canary->chars[window->at + i]))
            i++;
        if (i == canary->wide)
            hit(context, window->canary, stride, where, canary->wide * (size_t)stride);
    }
}

static bool blank(const uint8_t *bytes, size_t len)
{
    return bytes[0] == 0 && memcmp(bytes, bytes + 1, len - 1) == 0;
}

void needle_search(const struct needle *needle, const uint8_t *bytes, size_t len,
                   needle_hit_fn *hit, void *context)
{
    for (size_t p = 0; p < len; p++) {
        const uint8_t *at = bytes + p;

        if (p % PAGE == 0 && len - p >= PAGE && blank(at, PAGE)) {
            p += PAGE - 1;
            continue;
        }
        if (needle->first_packed[*at])
            try_packed(needle, at, p, hit, context);
        if (needle->first_spread[*at])
            for (size_t i = 0; i < sizeof strides / sizeof strides[0]; i++)
                try_spread(needle, at, strides[i], p, hit, context);
    }
}
