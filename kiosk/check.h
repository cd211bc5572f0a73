/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Tells whether a kiosk is ready to serve. */
#ifndef KIOSK_CHECK_H
#define KIOSK_CHECK_H

#include <stdint.h>

/* Is called for each fault with the file and one sentence, a message id for the caller to
   translate. */
typedef void check_fault_fn(void *context, const char *path, const char *text);

/* Opens everything that the folder holds, as a kiosk that serves today would, and reads the whole
   outbox, which takes longer the larger it is. Calls fault for each fault. Returns how many there
   were: 0 when the kiosk can serve. Safe while a kiosk serves. */
int check_run(const char *dir, uint32_t today, check_fault_fn *fault, void *context);

#endif
