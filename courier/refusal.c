/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each refusal is called on a screen or in a report. */
#include "courier/refusal.h"

#include <stddef.h>

#define N_(text) (text)

static const char *const texts[REFUSAL_COUNT] = {
    [REFUSAL_NONE] = "",
    [REFUSAL_MISSING] = N_("There is no such file; check the name and that the medium is mounted."),
    [REFUSAL_SPECIAL] = N_("This is not a plain file; put the file itself there."),
    [REFUSAL_LARGE] =
        N_("The file is too large to be ours; copy it again from the office's medium."),
    [REFUSAL_TRUNCATED] = N_("The file is cut short or too long; copy it again."),
    [REFUSAL_FOREIGN] = N_("This is another kind of file; look for the right one."),
    [REFUSAL_NEWER] = N_("A newer version of Sandyq wrote this; update Sandyq here."),
    [REFUSAL_FORGED] = N_("The signature is wrong; copy the file again and, if that fails, "
                          "tell the office."),
    [REFUSAL_MALFORMED] = N_("The signed contents make no sense; tell the office."),
    [REFUSAL_OFFICE] = N_("This is from another office; take a file from your own office."),
    [REFUSAL_KIOSK] = N_("This is for another kiosk; take the file made for this one."),
    [REFUSAL_OLDER] = N_("This is older than what is held; fetch the newest from the office."),
    [REFUSAL_EXPIRED] = N_("Its last day is over; fetch a new one from the office."),
    [REFUSAL_CHAIN] = N_("The records do not follow one another; keep everything as it is and "
                         "tell the office."),
    [REFUSAL_FULL] = N_("There is no space left; free some and try again."),
    [REFUSAL_READONLY] = N_("The folder cannot be written; allow writing or take another medium."),
    [REFUSAL_OPEN] = N_("Others can get into the folder; give it to the kiosk's user alone "
                        "(chmod 700)."),
    [REFUSAL_BUSY] = N_("Another program is using it; wait until that one ends and try again."),
    [REFUSAL_CORRUPT] = N_("The outbox is damaged or gone; keep the disk as it is and tell the "
                           "office."),
    [REFUSAL_IO] = N_("The disk or the memory failed; try again and, if that fails, change the "
                      "medium."),
};

const char *refusal_text(int refusal)
{
    if (refusal < 0 || refusal >= REFUSAL_COUNT)
        refusal = REFUSAL_IO;
    return texts[refusal];
}
