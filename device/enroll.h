/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Enrolment, the kiosk's half: what it makes before an office has heard of it. */
#ifndef DEVICE_ENROLL_H
#define DEVICE_ENROLL_H

#include <stdint.h>

#include "protocol/card.h"

/* Makes an empty outbox and kiosk.key if there is no key, and enroll.request; first the folder
   itself (0700) if it is not there. From then on a missing outbox is a loss, so open it with
   DB_OPEN, never DB_CREATE. Safe to repeat: the key stays. kiosk gets the kiosk's id, today is in
   days since 1970-01-01. Returns ERROR_NONE, or an error of state_open, state_lock, file_write or
   outbox_open. */
enum error enroll_kiosk(const char *dir, uint32_t today, char kiosk[CARD_KIOSK_TEXT_LEN]);

#endif
