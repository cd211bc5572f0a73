/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an exchange needs of a medium: named files, whatever holds them. A new kind of medium is a
   table of calls and an open function in files of their own, medium_KIND. */
#ifndef COURIER_MEDIUM_H
#define COURIER_MEDIUM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Called with the name of one file and the caller's own pointer. The file may be moved or removed
   meanwhile. */
typedef void medium_visit(const char *name, void *visitor);

/* What one kind of medium does; context is what its open function made. The contracts are those of
   the functions below with the same names. */
struct medium_calls {
    enum error (*read)(void *context, const char *name, size_t max, uint8_t **data, size_t *len);
    enum error (*write)(void *context, const char *name, const void *data, size_t len);
    enum error (*move)(void *context, const char *from, const char *to);
    enum error (*each)(void *context, medium_visit *visit, void *visitor);
    bool (*has)(void *context, const char *name);
    void (*remove)(void *context, const char *name);
    void (*sweep)(void *context);
    void (*close)(void *context);
};

/* An open medium; all zeros is none. */
struct medium {
    const struct medium_calls *calls;
    void *context;
};

/* Closes the medium and makes it all zeros; one that is not open is passed over. */
void medium_close(struct medium *medium);

/* Reads a file of at most max bytes whole. *data is malloc'd, for the caller to free; NULL on
   error. Returns an error: _MISSING, _SPECIAL (no plain file), _LARGE or _IO. */
enum error medium_read(const struct medium *medium, const char *name, size_t max, uint8_t **data,
                       size_t *len);

/* The same, also where the medium spells the name in another way (names_ends): then the first by
   name of the files that end so and begin with "SANDYQ". Where none is found but one could not be
   read, which may have been it: the error of the machine that was met there. */
enum error medium_find(const struct medium *medium, const char *name, size_t max, uint8_t **data,
                       size_t *len);

/* Writes a file, in the place of one of that name. It is durable when this returns ERROR_NONE, and
   at no moment is half of it there under its name. Returns _FULL, _READONLY, _SPECIAL or _IO
   else. */
enum error medium_write(const struct medium *medium, const char *name, const void *data,
                        size_t len);

/* Gives a file another name, which is free. Returns an error: _READONLY, _FULL or _IO. */
enum error medium_move(const struct medium *medium, const char *from, const char *to);

/* Calls visit for every file, in any order. Returns ERROR_NONE, or _IO when they cannot be
   listed. */
enum error medium_each(const struct medium *medium, medium_visit *visit, void *visitor);

/* Is the name taken, by whatever it may be? */
bool medium_has(const struct medium *medium, const char *name);

/* Removes a file. Nobody depends on it, so a failure is passed over. */
void medium_remove(const struct medium *medium, const char *name);

/* Removes what a write that was cut off has left behind. */
void medium_sweep(const struct medium *medium);

#endif
