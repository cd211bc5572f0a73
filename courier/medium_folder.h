/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A folder as a medium: a mounted stick, or a folder that another program carries on. */
#ifndef COURIER_MEDIUM_FOLDER_H
#define COURIER_MEDIUM_FOLDER_H

#include "base/error.h"
#include "courier/medium.h"

/* Opens a folder as a medium, for medium_close to close. Errors of error_of_folder, ERROR_MEMORY;
   then *medium is all zeros. */
enum error medium_folder_open(const char *path, struct medium *medium);

#endif
