/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Files read in place. A page that cannot be had any more, because the disk does not give it out or
   the file became shorter, would end the process (SIGBUS), and with it a letter half written. It is
   read as zeros instead, and that is remembered. For processes of one thread. */
#ifndef BASE_MAPPING_H
#define BASE_MAPPING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* All zeros is none. */
struct mapping {
    const uint8_t *bytes;
    size_t len;
};

/* Maps a file of 1 to max bytes in the folder dir, with the care of file_open; resident: reads all
   of it into memory first. For mapping_close. All zeros on an error: ERROR_TRUNCATED (an empty
   file), an error of file_open, or _MEMORY. */
enum error mapping_open(int dir, const char *name, size_t max, bool resident,
                        struct mapping *mapping);

/* Unmaps it and makes it all zeros; one that is all zeros is passed over. */
void mapping_close(struct mapping *mapping);

/* Whether any page was ever read as zeros in this process because it could not be had. */
bool mapping_lost(void);

#endif
