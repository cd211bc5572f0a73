/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The secrets of the intake keys, one file an epoch, outside the journal and its backups: each is
   wrapped to every officer who takes letters in and to the recovery key, so that it is never
   single, and so that it can be destroyed.

   OFFICE/intake-EPOCH
   offset  bytes  what
        0      8  "SANDYQI1"
        8     32  office id
       40      4  epoch
       44     32  intake public key
       76      4  count n
       80  84 each  officer, 4 bytes, 0 for the recovery key; wrap of the secret, 80 bytes
                  (crypto/wrap), info = "sandyq intake v1" || 0 || bytes 8 to 75 || officer */
#ifndef OFFICE_INTAKE_H
#define OFFICE_INTAKE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "office/grant.h"
#include "office/keyset.h"
#include "protocol/charter.h"

/* The file of the first epoch. */
#define INTAKE_FIRST_FILE "intake-1"

/* Writes the intake key for these holders, who replace those of before, with this mode. Errors of
   file_write, of wrap_seal, ERROR_MEMORY. */
enum error intake_save(int dir, mode_t mode, const uint8_t office[HASH_LEN],
                       const struct keyset_intake *intake, const struct grant_holder *holders,
                       size_t n);

/* Whether the file of this intake key has wraps for these holders, in this order, and for nobody
   else; *same is false also when it is missing or damaged. ERROR_MEMORY, ERROR_DESCRIPTORS,
   ERROR_IO. */
enum error intake_is_for(int dir, const uint8_t office[HASH_LEN],
                         const struct keyset_intake *intake, const struct grant_holder *holders,
                         size_t n, bool *same);

/* Reads the files of the intake keys that a charter names from the folder dir, and adds to keys
   those whose file has a wrap for keys->officer that opens to the key. Files of keys that nobody
   named are not looked at. What is missing, damaged or for others adds nothing. ERROR_MEMORY,
   ERROR_DESCRIPTORS, ERROR_IO. */
enum error intake_load(int dir, const struct charter *charter, struct keyset *keys);

#endif
