/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The request of somebody who wants to be an officer, in the office's folder until a lead takes it.
   It proves that its maker has the signing key; that they are who they say, the lead learns by
   comparing the fingerprint with them.

   OFFICE/join-XXXXXXXX, the first 4 bytes of identity_digest as hex digits
   offset  bytes  what
        0      8  "SANDYQO1"
        8     32  office id
       40     32  signing key (Ed25519)
       72     32  agreement key (X25519)
      104      1  length of the name
      105    127  name, UTF-8, then zeros
      232     64  signature by the signing key, domain "sandyq officer request v1", over bytes 0
                  to 231 */
#ifndef OFFICE_REQUEST_H
#define OFFICE_REQUEST_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "office/keyset.h"
#include "office/naming.h"

enum { REQUEST_LEN = 296, REQUEST_FILE_LEN = 16 };

struct request {
    struct naming who; /* number and role are the lead's to give */
    char file[REQUEST_FILE_LEN];
};

/* Signs a request with the officer's own keys. name is naming_valid. ERROR_MEMORY. */
enum error request_encode(const struct keyset *keys, const char *name, uint8_t out[REQUEST_LEN]);

/* Reads a request to this office. ERROR_FOREIGN, ERROR_NEWER, ERROR_TRUNCATED, ERROR_OFFICE,
   ERROR_FORGED, ERROR_MALFORMED; then *who is undefined. */
enum error request_decode(const uint8_t *in, size_t len, const uint8_t office[HASH_LEN],
                          struct naming *who);

/* Writes the request into the office's folder with this mode; fingerprint becomes what the lead
   compares. Errors of file_write, ERROR_MEMORY. */
enum error request_write(int dir, mode_t mode, const struct keyset *keys, const char *name,
                         char fingerprint[NAMING_FINGERPRINT_LEN]);

/* Finds the request of this fingerprint, typed with or without blanks. ERROR_REQUEST_FINGERPRINT
   when it is none, ERROR_REQUEST_MISSING, ERROR_MEMORY, ERROR_DESCRIPTORS, ERROR_IO. */
enum error request_find(int dir, const uint8_t office[HASH_LEN], const char *fingerprint,
                        struct request *request);

#endif
