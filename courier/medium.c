/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes each call on to the kind of medium that is open. */
#include "courier/medium.h"

#include "base/error.h"

void medium_close(struct medium *medium)
{
    if (medium->calls != NULL)
        medium->calls->close(medium->context);
    *medium = (struct medium){NULL, NULL};
}

enum error medium_read(const struct medium *medium, const char *name, size_t max, uint8_t **data,
                       size_t *len)
{
    return medium->calls->read(medium->context, name, max, data, len);
}

enum error medium_write(const struct medium *medium, const char *name, const void *data, size_t len)
{
    return medium->calls->write(medium->context, name, data, len);
}

enum error medium_move(const struct medium *medium, const char *from, const char *to)
{
    return medium->calls->move(medium->context, from, to);
}

enum error medium_each(const struct medium *medium, medium_visit *visit, void *visitor)
{
    return medium->calls->each(medium->context, visit, visitor);
}

bool medium_has(const struct medium *medium, const char *name)
{
    return medium->calls->has(medium->context, name);
}

void medium_remove(const struct medium *medium, const char *name)
{
    medium->calls->remove(medium->context, name);
}

void medium_sweep(const struct medium *medium)
{
    medium->calls->sweep(medium->context);
}
