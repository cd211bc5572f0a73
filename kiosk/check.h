/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Is this kiosk ready to serve? */
#ifndef KIOSK_CHECK_H
#define KIOSK_CHECK_H

#include <stdint.h>

/* Told of each fault that is found: the file, and one sentence that the caller translates. */
typedef void check_fault_fn(void *context, const char *path, const char *text);

/* Opens everything that the folder holds, as a kiosk that serves today would, and reads the outbox
   whole, which takes a time that grows with it. Tells of each fault. Returns how many there were: 0
   when the kiosk can serve. Safe while one serves. */
int check_run(const char *dir, uint32_t today, check_fault_fn *fault, void *context);

#endif
