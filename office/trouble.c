/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong at the desk, in words. */
#include "office/trouble.h"

#include <stddef.h>

#include "base/error.h"
#include "base/lang.h"
#include "crypto/keyring.h"
#include "store/db.h"

#define AT(code) [(code)-TROUBLE_FIRST]

static const char *const texts[TROUBLE_END - TROUBLE_FIRST] = {
    AT(TROUBLE_NOT_OFFICE) =
        N_("There is no office here. Check the folder's name, or make an office with: "
           "sandyq-desk init OFFICE"),
    AT(TROUBLE_UNFINISHED) =
        N_("Making this office was cut off half way, and it holds nothing yet. "
           "Delete the folder and run init again."),
    AT(TROUBLE_PARENT) =
        N_("The folder above this one is missing. Make it first, or name another."),
    AT(TROUBLE_NOT_EMPTY) = N_("Something is in this folder already. Name a new folder."),
    AT(TROUBLE_FOLDER_OPEN) = N_("Others can get into this folder, or it is not yours. "
                                 "Run: chmod 700 OFFICE, as its owner."),
    AT(TROUBLE_FOLDER_READONLY) = N_("This folder cannot be written. Make it writable first."),
    AT(TROUBLE_BUSY) = N_("Another desk program works in this office. Wait until it ends."),
    AT(TROUBLE_MEMORY) = N_("There is not enough memory. End other programs and try again."),
    AT(TROUBLE_KEYRING_MISSING) = N_("desk.keyring is missing. Put it back from your backup."),
    AT(TROUBLE_KEYRING_SPECIAL) =
        N_("desk.keyring is not a plain file. Put the file itself there."),
    AT(TROUBLE_KEYRING_DAMAGED) = N_("desk.keyring is damaged. Put it back from your backup."),
    AT(TROUBLE_KEYRING_NEWER) =
        N_("A newer version of this program wrote the keyring. Update first."),
    AT(TROUBLE_ROOT_AWAY) =
        N_("root.keyring is not here. Put it back into the office's folder to enrol "
           "a kiosk, and take it away afterwards."),
    AT(TROUBLE_ROOT_SPECIAL) = N_("root.keyring is not a plain file. Put the file itself there."),
    AT(TROUBLE_ROOT_DAMAGED) = N_("root.keyring is damaged. Put it back from your backup."),
    AT(TROUBLE_ROOT_OTHER) =
        N_("root.keyring belongs to another office. Put this office's own there."),
    AT(TROUBLE_PASSPHRASE) = N_("The passphrase is wrong. Try again."),
    AT(TROUBLE_CHARTER) =
        N_("The charter is missing, damaged or of another office. Put it back from your "
           "backup."),
    AT(TROUBLE_PAIR) = N_("desk.keyring and charter do not belong together. Put back both from one "
                          "backup of this office."),
    AT(TROUBLE_CASEBOOK_MISSING) = N_("casebook.db is missing. Put it back from your backup."),
    AT(TROUBLE_CASEBOOK_FOREIGN) =
        N_("casebook.db is not a casebook. Put it back from your backup."),
    AT(TROUBLE_CASEBOOK_NEWER) =
        N_("A newer version of this program wrote casebook.db. Update first."),
    AT(TROUBLE_CASEBOOK_OLDER) =
        N_("An older version of this program wrote casebook.db. Open this office with that "
           "version."),
    AT(TROUBLE_CASEBOOK_CORRUPT) =
        N_("casebook.db is damaged. Keep a copy, then put it back from your "
           "backup and import the bundles again."),
    AT(TROUBLE_CASEBOOK_OTHER) =
        N_("casebook.db belongs to another office. Put this office's own there."),
    AT(TROUBLE_ROW) =
        N_("Something in casebook.db was changed by another program. Keep a copy, then put "
           "it back from your backup."),
    AT(TROUBLE_FULL) = N_("There is no space left. Free some and try again."),
    AT(TROUBLE_DISK) =
        N_("The disk or the memory failed. Try again and, if that fails, change the disk."),
    AT(TROUBLE_NO_TERMINAL) = N_("There is no terminal to ask for the passphrase. Use "
                                 "--passphrase-file FILE."),
    AT(TROUBLE_CANCELLED) = N_("Stopped. Nothing was changed."),
    AT(TROUBLE_TWO_PASSPHRASES) = N_("The two passphrases differ. Try again."),
    AT(TROUBLE_PASSPHRASE_EMPTY) = N_("The passphrase is empty. Choose a longer one."),
    AT(TROUBLE_PASSPHRASE_LONG) =
        N_("The passphrase is longer than 1000 bytes. Choose a shorter one."),
    AT(TROUBLE_PASSPHRASE_FILE) = N_("The passphrase file cannot be read. Check its name."),
    AT(TROUBLE_NAME) =
        N_("The office's name is too long or not plain text. Use at most 127 bytes."),
    AT(TROUBLE_FACILITY) =
        N_("The facility code must be 1 to 15 of A-Z, 0-9 and -, with no - in front."),
    AT(TROUBLE_CARD_PLACE) =
        N_("Something that is no card is there already. Name a new file for the card."),
    AT(TROUBLE_CARD_FOLDER) = N_("This names a folder. Name a file for the card."),
    AT(TROUBLE_TYPE) = N_("There is no such type of facility."),
    AT(TROUBLE_KIOSK) =
        N_("This bundle is from a kiosk that was not enrolled here. Enrol it, or give the "
           "bundle to its own office."),
    AT(TROUBLE_NUMBER) =
        N_("A record has an impossible number. Keep the bundle and look at the kiosk."),
    AT(TROUBLE_NO_BUNDLE) =
        N_("There is no bundle in this folder. Check its name, or run the exchange at the kiosk "
           "again."),
    AT(TROUBLE_CASE) = N_("There is no such case. See the numbers with: sandyq-desk list OFFICE"),
    AT(TROUBLE_STATUS) = N_("There is no such status."),
    AT(TROUBLE_NO_ANSWER) =
        N_("The person's last letter has no answer yet. Write one first: sandyq-desk answer "
           "OFFICE CASE"),
    AT(TROUBLE_TEXT_EMPTY) = N_("There is no text. Nothing was changed."),
    AT(TROUBLE_TEXT_UTF8) = N_("The text is not UTF-8. Save it as UTF-8 and try again."),
    AT(TROUBLE_TEXT_FILE) = N_("The text cannot be read. Check the file's name."),
    AT(TROUBLE_TEXT_LONG) = N_("The text is too long. Make it shorter."),
    AT(TROUBLE_MESSAGES) =
        N_("This case has as many messages as a kiosk can show. The last one is kept to say "
           "that the case is closed. Close it. The person can then write a new "
           "complaint."),
    AT(TROUBLE_BOARD_FULL) = N_("The board has no room for more answers. Ask for a newer version."),
    AT(TROUBLE_OUTPUT) = N_("The output could not be written. Check the disk or the pipe."),
    AT(TROUBLE_SECRETS) =
        N_("Memory for secrets cannot be locked. Raise the limit: ulimit -l 8192"),
    AT(TROUBLE_FIPS) =
        N_("The crypto library is too old or in FIPS mode. Use libgcrypt 1.10.1 or newer "
           "without FIPS mode."),
    AT(TROUBLE_TERMINAL) =
        N_("The screen needs a terminal with UTF-8. Use the commands list and show "
           "instead."),
    AT(TROUBLE_TERMINAL_SMALL) = N_("The terminal is too small. Make it at least 64 by 24."),
    AT(TROUBLE_PASSPHRASE_SHORT) =
        N_("The passphrase is too short. Choose at least 12 characters: four or five unrelated "
           "words are good."),
    AT(TROUBLE_NOTICES_FILE) = N_("The notices cannot be read. Make the file readable first."),
    AT(TROUBLE_NOTICES_LONG) =
        N_("The notices are longer than 65536 bytes. Make them shorter and try again."),
    AT(TROUBLE_NOTICES_CHARACTER) =
        N_("A tab or an invisible character stands here. Write a blank instead and try again."),
};

int trouble_db(int error)
{
    static const int codes[] = {
        [DB_OK] = TROUBLE_NONE,
        [DB_NONE] = TROUBLE_CASE,
        [DB_MISSING] = TROUBLE_CASEBOOK_MISSING,
        [DB_FOREIGN] = TROUBLE_CASEBOOK_FOREIGN,
        [DB_NEWER] = TROUBLE_CASEBOOK_NEWER,
        [DB_CORRUPT] = TROUBLE_CASEBOOK_CORRUPT,
        [DB_BUSY] = TROUBLE_BUSY,
        [DB_FULL] = TROUBLE_FULL,
        [DB_READONLY] = TROUBLE_FOLDER_READONLY,
        [DB_EXISTS] = TROUBLE_CASEBOOK_CORRUPT,
        [DB_IO] = TROUBLE_DISK,
        [DB_OLDER] = TROUBLE_CASEBOOK_OLDER,
    };
    if (error < 0 || (size_t)error >= sizeof codes / sizeof *codes)
        return TROUBLE_DISK;
    return codes[error];
}

int trouble_keyring(int error)
{
    static const int codes[] = {
        [KEYRING_OK] = TROUBLE_NONE,
        [KEYRING_FOREIGN] = TROUBLE_KEYRING_DAMAGED,
        [KEYRING_NEWER] = TROUBLE_KEYRING_NEWER,
        [KEYRING_DAMAGED] = TROUBLE_KEYRING_DAMAGED,
        [KEYRING_WRONG] = TROUBLE_PASSPHRASE,
        [KEYRING_MEMORY] = TROUBLE_MEMORY,
    };
    if (error < 0 || (size_t)error >= sizeof codes / sizeof *codes)
        return TROUBLE_DISK;
    return codes[error];
}

const char *trouble_text(int trouble)
{
    if (trouble == TROUBLE_NONE)
        return "";
    if (trouble >= TROUBLE_FIRST && trouble < TROUBLE_END)
        return _(texts[trouble - TROUBLE_FIRST]);
    return _(error_text(trouble));
}
