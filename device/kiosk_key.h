/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The kiosk's signing key in its state folder: made at enrolment, read at every start. */
#ifndef DEVICE_KIOSK_KEY_H
#define DEVICE_KIOSK_KEY_H

#include <stdint.h>

/* Reads FOLDER/kiosk.key. *seed is SIGNATURE_SEED_LEN bytes of secret_new memory, for the caller to
   free; start with NULL, which it stays on error. Returns ERROR_NONE, _MISSING when there is no
   key, what is wrong with the file, _IO or _MEMORY. */
enum error kiosk_key_read(int folder, uint8_t **seed);

/* Makes a key and writes it to FOLDER/kiosk.key (0600), over what stood there. *seed as above, also
   when the file could not be written, so free it in any case. Returns ERROR_NONE, _MEMORY or an
   error of file_write. */
enum error kiosk_key_make(int folder, uint8_t **seed);

#endif
