/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes and reads heads that do not fit each other. */
#include "protocol/misfit.h"

#include <string.h>

#include "base/wire.h"

bool misfit_same(const struct misfit_head *a, const struct misfit_head *b)
{
    return a->charter == b->charter && a->number == b->number &&
           memcmp(a->hash, b->hash, sizeof a->hash) == 0;
}

bool misfit_has(const struct misfit_list *list, const struct misfit *misfit)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (misfit_same(&list->all[i].had, &misfit->had) &&
            misfit_same(&list->all[i].came, &misfit->came))
            return true;
    return false;
}

bool misfit_add(struct misfit_list *list, const struct misfit *misfit)
{
    if (list->n == MISFIT_MAX || misfit_has(list, misfit))
        return false;
    list->all[list->n++] = *misfit;
    return true;
}

void misfit_put_head(const struct misfit_head *head, uint8_t out[MISFIT_HEAD_LEN])
{
    wire_put32(out, head->charter);
    wire_put32(out + 4, head->number);
    memcpy(out + 8, head->hash, MISFIT_HASH_LEN);
}

void misfit_get_head(const uint8_t in[MISFIT_HEAD_LEN], struct misfit_head *head)
{
    head->charter = wire_get32(in);
    head->number = wire_get32(in + 4);
    memcpy(head->hash, in + 8, MISFIT_HASH_LEN);
}

void misfit_put(const struct misfit_list *list, uint8_t out[MISFIT_ALL_LEN])
{
    memset(out, 0, MISFIT_ALL_LEN);
    for (uint32_t i = 0; i < list->n; i++, out += MISFIT_LEN) {
        misfit_put_head(&list->all[i].had, out);
        misfit_put_head(&list->all[i].came, out + MISFIT_HEAD_LEN);
    }
}

static bool is_empty(const uint8_t *in, const uint8_t *end)
{
    while (in < end)
        if (*in++ != 0)
            return false;
    return true;
}

enum error misfit_get(const uint8_t in[MISFIT_ALL_LEN], struct misfit_list *list)
{
    const uint8_t *const end = in + MISFIT_ALL_LEN;
    struct misfit misfit;
    list->n = 0;
    while (!is_empty(in, end)) {
        misfit_get_head(in, &misfit.had);
        misfit_get_head(in + MISFIT_HEAD_LEN, &misfit.came);
        if (misfit.had.number == 0 || misfit.came.number == 0 || !misfit_add(list, &misfit))
            return ERROR_MALFORMED;
        in += MISFIT_LEN;
    }
    return ERROR_NONE;
}
