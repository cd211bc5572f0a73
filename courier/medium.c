/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Passes each call on to the kind of medium that is open. */
#include "courier/medium.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "protocol/names.h"

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

/* A search for a file by the end of its name. */
struct search {
    const struct medium *medium;
    const char *end;
    size_t max;
    char found[NAME_MAX + 1]; /* "" for none so far, else whose content is in: */
    uint8_t **data;
    size_t *len;
    enum error error; /* of the machine, at the first file that could not be read */
};

static void try_name(const char *name, void *visitor)
{
    static const char begin[] = "SANDYQ";
    struct search *search = visitor;
    uint8_t *data = NULL;
    size_t len = 0;
    if (!names_ends(name, search->end) || strlen(name) >= sizeof search->found ||
        (search->found[0] != '\0' && strcmp(search->found, name) < 0))
        return;
    const enum error error = medium_read(search->medium, name, search->max, &data, &len);
    if (error_is_machine(error) && search->error == ERROR_NONE)
        search->error = error;
    if (error != ERROR_NONE)
        return;
    if (len < sizeof begin - 1 || memcmp(data, begin, sizeof begin - 1) != 0) {
        free(data);
        return;
    }
    strcpy(search->found, name);
    free(*search->data);
    *search->data = data;
    *search->len = len;
}

enum error medium_find(const struct medium *medium, const char *name, size_t max, uint8_t **data,
                       size_t *len)
{
    struct search search = {medium, strrchr(name, '.'), max, "", data, len, ERROR_NONE};
    enum error error = medium_read(medium, name, max, data, len);
    if (error != ERROR_MISSING)
        return error;
    error = medium_each(medium, try_name, &search);
    if (error == ERROR_NONE && search.found[0] == '\0')
        error = search.error != ERROR_NONE ? search.error : ERROR_MISSING;
    if (error != ERROR_NONE) {
        free(*data);
        *data = NULL;
    }
    return error;
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
