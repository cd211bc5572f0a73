/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a bundle tells about the kiosk that made it: how far its chain goes, its health, and whether
   it was set back to an older state. */
#ifndef OFFICE_CONTACT_H
#define OFFICE_CONTACT_H

#include <stdbool.h>
#include <stdint.h>

#include "protocol/bundle.h"
#include "store/caseload.h"

struct contact {
    struct caseload *cases;
    const struct bundle *bundle;
    struct caseload_kiosk *kiosk; /* as before this bundle; is brought up to date */
    bool brings_new;              /* the bundle held a record that the casebook lacked */
    uint32_t today;
};

/* The latest day that is believed of a kiosk. Its clock may be some minutes ahead, but one set
   years ahead must not keep the kiosk from ever being silent. */
uint32_t contact_latest_day(uint32_t today);

/* Writes what the bundle tells into the casebook, inside the caller's transaction. *rolled_back: it
   shows a rollback that was not noted yet. Errors of the store. */
enum error contact_note(const struct contact *contact, bool *rolled_back);

#endif
