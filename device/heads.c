/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Compares heads, and remembers them. */
#include "device/heads.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "crypto/hash.h"

#define HEADS_FILE "heads"
static const char magic[] = "SANDYQD1";

enum { AT_MISFITS = FILE_MAGIC_LEN, AT_SEEN = AT_MISFITS + MISFIT_ALL_LEN };
_Static_assert(AT_SEEN + HEADS_MAX * MISFIT_HEAD_LEN == HEADS_LEN_MAX, "its fields fill it");

enum error heads_of(const struct head *head, const uint8_t *in, size_t len, struct heads_one *one)
{
    const struct hash_part part = {in, len};
    one->name.charter = head->charter;
    one->name.number = head->number;
    memcpy(one->before, head->before, sizeof one->before);
    return hash_sha256(one->name.hash, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* --- what does not fit --- */

/* Another head of the same number that was seen; NULL for none. */
static const struct misfit_head *find_other(const struct heads *heads,
                                            const struct misfit_head *came)
{
    for (uint32_t i = 0; i < heads->n; i++) {
        const struct misfit_head *seen = &heads->seen[i];
        if (seen->charter == came->charter && seen->number == came->number &&
            !misfit_same(seen, came))
            return seen;
    }
    return NULL;
}

/* Whether they are neighbours, and the later one names another than the earlier. */
static bool is_broken(const struct heads_one *earlier, const struct heads_one *later)
{
    return earlier->name.number + 1 == later->name.number &&
           memcmp(earlier->name.hash, later->before, sizeof later->before) != 0;
}

static bool note(struct heads *heads, const struct misfit_head *had, const struct misfit_head *came)
{
    return misfit_add(&heads->misfits, &(struct misfit){*had, *came});
}

/* --- what was seen --- */

/* The first of a number is what others of that number are held against, so it is the only one. */
static bool remember(struct heads *heads, const struct misfit_head *name)
{
    for (uint32_t i = 0; i < heads->n; i++)
        if (heads->seen[i].charter == name->charter && heads->seen[i].number == name->number)
            return false;
    if (heads->n == HEADS_MAX)
        memmove(heads->seen, heads->seen + 1, --heads->n * sizeof *heads->seen);
    heads->seen[heads->n++] = *name;
    return true;
}

bool heads_take(struct heads *heads, const struct heads_one *held, const struct heads_one *came,
                bool *changed)
{
    bool fresh = false;
    *changed = held != NULL && remember(heads, &held->name);
    const struct misfit_head *other = find_other(heads, &came->name);
    if (other != NULL)
        fresh = note(heads, other, &came->name);
    if (held != NULL && (is_broken(held, came) || is_broken(came, held)))
        fresh = note(heads, &held->name, &came->name) || fresh;
    *changed = remember(heads, &came->name) || *changed || fresh;
    return fresh;
}

/* --- the file --- */

void heads_decode(const uint8_t *in, size_t len, struct heads *heads)
{
    memset(heads, 0, sizeof *heads);
    if (file_magic(in, len, magic) != ERROR_NONE || len < AT_SEEN || len > HEADS_LEN_MAX ||
        (len - AT_SEEN) % MISFIT_HEAD_LEN != 0)
        return;
    if (misfit_get(in + AT_MISFITS, &heads->misfits) != ERROR_NONE) {
        heads->misfits.n = 0;
        return;
    }
    heads->n = (uint32_t)((len - AT_SEEN) / MISFIT_HEAD_LEN);
    for (uint32_t i = 0; i < heads->n; i++)
        misfit_get_head(in + AT_SEEN + (size_t)i * MISFIT_HEAD_LEN, &heads->seen[i]);
}

enum error heads_read(int dir, struct heads *heads)
{
    uint8_t *bytes = NULL;
    size_t len = 0;
    memset(heads, 0, sizeof *heads);
    const enum error error = file_read(dir, HEADS_FILE, HEADS_LEN_MAX, &bytes, &len);
    if (error == ERROR_NONE)
        heads_decode(bytes, len, heads);
    free(bytes);
    return error_is_machine(error) ? error : ERROR_NONE;
}

size_t heads_encode(const struct heads *heads, uint8_t out[HEADS_LEN_MAX])
{
    memcpy(out, magic, FILE_MAGIC_LEN);
    misfit_put(&heads->misfits, out + AT_MISFITS);
    for (uint32_t i = 0; i < heads->n; i++)
        misfit_put_head(&heads->seen[i], out + AT_SEEN + (size_t)i * MISFIT_HEAD_LEN);
    return AT_SEEN + (size_t)heads->n * MISFIT_HEAD_LEN;
}

enum error heads_write(int dir, const struct heads *heads)
{
    uint8_t bytes[HEADS_LEN_MAX];
    return file_write(dir, HEADS_FILE, 0600, bytes, heads_encode(heads, bytes));
}
