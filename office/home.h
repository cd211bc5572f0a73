/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The officer's own folder, outside the office's: their keyring, which nobody else can get at. It
   is the folder that they name, or $HOME/.sandyq/ and the first 16 hex digits of the office's id.
 */
#ifndef OFFICE_HOME_H
#define OFFICE_HOME_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "crypto/hash.h"

/* Opens the folder; given is the one that was named, or NULL. With make it is made when it is
   missing, mode 0700 and durable, with .sandyq above it, but not what is above a named one. *dir is
   for close(2), -1 on an error: ERROR_HOME_UNKNOWN (HOME is not an absolute path),
   ERROR_HOME_MISSING, ERROR_HOME_OPEN (it belongs to another user, or its mode lets others in),
   ERROR_HOME_SPECIAL (no folder), ERROR_READONLY, ERROR_FULL, ERROR_DESCRIPTORS, ERROR_MEMORY,
   ERROR_IO. */
enum error home_open(const char *given, const uint8_t office[HASH_LEN], bool make, int *dir);

#endif
