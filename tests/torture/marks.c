/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a run has told its user so far. */
#include "tests/torture/marks.h"

#include <stdlib.h>
#include <string.h>

static struct marks *present;

void marks_begin(struct marks *marks)
{
    if (marks != NULL)
        memset(marks, 0, sizeof *marks);
    present = marks;
}

void marks_go_on(struct marks *marks)
{
    present = marks;
}

struct marks *marks_all(void)
{
    return present;
}

static void tell(int what, uint64_t n, const uint8_t *hash, bool done)
{
    if (present == NULL)
        return;
    if (present->n == MARKS_MAX)
        abort();
    struct mark mark = {.what = what, .n = n, .done = done};
    if (hash != NULL)
        memcpy(mark.hash, hash, sizeof mark.hash);
    present->all[present->n] = mark;
    present->n++; /* last: a process killed in between has told nothing */
}

void marks_try(int what, uint64_t n, const uint8_t *hash)
{
    tell(what, n, hash, false);
}

void marks_done(int what, uint64_t n, const uint8_t *hash)
{
    tell(what, n, hash, true);
}

uint64_t marks_highest(const struct marks *marks, int what, bool done)
{
    uint64_t highest = 0;
    for (size_t i = 0; i < marks->n; i++)
        if (marks->all[i].what == what && marks->all[i].done == done && marks->all[i].n > highest)
            highest = marks->all[i].n;
    return highest;
}

bool marks_has(const struct marks *marks, int what, uint64_t n, bool done)
{
    for (size_t i = 0; i < marks->n; i++)
        if (marks->all[i].what == what && marks->all[i].n == n && marks->all[i].done == done)
            return true;
    return false;
}

bool marks_knows(const struct marks *marks, int what, const uint8_t hash[MARKS_HASH])
{
    for (size_t i = 0; i < marks->n; i++)
        if (marks->all[i].what == what && memcmp(marks->all[i].hash, hash, MARKS_HASH) == 0)
            return true;
    return false;
}
