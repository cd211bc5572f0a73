/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What each error is called on a screen or in a report. */
#include "base/error.h"

#include <stddef.h>

#define N_(text) (text)

static const char *const texts[ERROR_COUNT] = {
    [ERROR_NONE] = "",
    [ERROR_MISSING] = N_("There is no such file; check the name and that the medium is mounted."),
    [ERROR_SPECIAL] = N_("This is not a plain file; put the file itself there."),
    [ERROR_LARGE] = N_("The file is too large to be ours; copy it again from the office's medium."),
    [ERROR_TRUNCATED] = N_("The file is cut short or too long; copy it again."),
    [ERROR_FOREIGN] = N_("This is another kind of file; look for the right one."),
    [ERROR_NEWER] = N_("A newer version of Sandyq wrote this; update Sandyq here."),
    [ERROR_FORGED] = N_("The signature is wrong; copy the file again and, if that fails, "
                        "tell the office."),
    [ERROR_MALFORMED] = N_("The signed contents make no sense; tell the office."),
    [ERROR_OFFICE] = N_("This is from another office; take a file from your own office."),
    [ERROR_KIOSK] = N_("This is for another kiosk; take the file made for this one."),
    [ERROR_OLDER] = N_("This is older than what is held; fetch the newest from the office."),
    [ERROR_EXPIRED] = N_("Its last day is over; fetch a new one from the office."),
    [ERROR_CHAIN] = N_("The records do not follow one another; keep everything as it is and "
                       "tell the office."),
    [ERROR_FULL] = N_("There is no space left; free some and try again."),
    [ERROR_READONLY] = N_("The folder cannot be written; allow writing or take another medium."),
    [ERROR_OPEN] = N_("Others can get into the folder; give it to the kiosk's user alone "
                      "(chmod 700)."),
    [ERROR_BUSY] = N_("Another program is using it; wait until that one ends and try again."),
    [ERROR_CORRUPT] = N_("The outbox is damaged or gone; keep the disk as it is and tell the "
                         "office."),
    [ERROR_IO] = N_("The disk or the memory failed; try again and, if that fails, change the "
                    "medium."),
};

const char *error_text(int error)
{
    if (error < 0 || error >= ERROR_COUNT)
        error = ERROR_IO;
    return texts[error];
}
