/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The sentences and exit statuses of the one list of errors. */
#include "base/error.h"

#include <errno.h>
#include <stddef.h>

#define N_(text) (text)

static const struct {
    const char *text;
    int status;
} errors[ERROR_COUNT] = {
#define ERROR_ENTRY(code, status, sentence) [ERROR_##code] = {sentence, status},
    ERROR_LIST(ERROR_ENTRY)
#undef ERROR_ENTRY
};

/* What is no error of ours is the machine's. */
static size_t place_of(enum error error)
{
    return (unsigned)error < ERROR_COUNT ? (size_t)error : ERROR_IO;
}

const char *error_text(enum error error)
{
    return errors[place_of(error)].text;
}

int error_status(enum error error)
{
    return errors[place_of(error)].status;
}

enum error error_of_lack(int number, enum error otherwise)
{
    if (number == EMFILE || number == ENFILE)
        return ERROR_DESCRIPTORS;
    return number == ENOMEM ? ERROR_MEMORY : otherwise;
}

bool error_is_machine(enum error error)
{
    return error == ERROR_IO || error == ERROR_DENIED || error == ERROR_DESCRIPTORS ||
           error == ERROR_MEMORY;
}

bool error_passes(enum error error)
{
    return error == ERROR_BUSY || error == ERROR_DESCRIPTORS || error == ERROR_MEMORY;
}

enum error error_of_errno(int number)
{
    switch (number) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
        return ERROR_FULL;
    case EROFS:
    case EACCES:
    case EPERM:
        return ERROR_READONLY;
    case ENAMETOOLONG:
        return ERROR_NAME_LONG;
    default:
        return error_of_lack(number, ERROR_IO);
    }
}

/* A person who may not read a folder is not told to allow writing. */
enum error error_of_folder(int number)
{
    switch (number) {
    case ENOENT:
        return ERROR_MISSING;
    case ENOTDIR:
    case ELOOP:
        return ERROR_NOT_FOLDER;
    case EACCES:
    case EPERM:
        return ERROR_DENIED;
    default:
        return error_of_errno(number);
    }
}
