/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A kiosk's state folder for tests: enrolled, filled with records, looked at. Everything here fails
   the running test when it cannot do its work. */
#ifndef TESTS_LIB_KIOSK_FOLDER_H
#define TESTS_LIB_KIOSK_FOLDER_H

#include <stdint.h>

#include "protocol/head.h"
#include "tests/lib/fake_office.h"

/* Enrols a kiosk in dir (which may exist) and installs a card, number 1, with the office's
   charter. */
void kiosk_folder_enroll(const struct fake_office *office, const char *dir, const char *facility,
                         uint8_t type);

/* Appends one record holding this envelope (ENVELOPE_LEN bytes; NULL for bytes that only look
   like one) to the outbox of dir; kiosk_folder_fill appends n of the latter. Both return the
   number of the last record. */
uint64_t kiosk_folder_append(const char *dir, const uint8_t *envelope, uint32_t day);
uint64_t kiosk_folder_fill(const char *dir, unsigned n);

/* The mark that acknowledges what the outbox of dir holds up to its record seq, still there. */
struct head_mark kiosk_folder_mark(const char *dir, uint64_t seq);

/* The records held in the outbox of dir: *first and the number of the last; 0 held: last <
   first. */
void kiosk_folder_held(const char *dir, uint64_t *first, uint64_t *last);

/* Checks every record of the outbox from number 1: numbers, chain, days, signatures. Returns the
   number of the last. */
uint64_t kiosk_folder_check(const char *dir);

#endif
