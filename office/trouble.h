/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong at the desk: one list of codes, one sentence each. */
#ifndef OFFICE_TROUBLE_H
#define OFFICE_TROUBLE_H

/* Codes below TROUBLE_FIRST are an enum error of the courier, carried on as they are. */
enum trouble {
    TROUBLE_NONE = 0,
    TROUBLE_FIRST = 1000,
    TROUBLE_NOT_OFFICE = TROUBLE_FIRST, /* the folder is missing, or has no office in it */
    TROUBLE_UNFINISHED,                 /* `init` was cut half way */
    TROUBLE_PARENT,                     /* init: the folder above is missing */
    TROUBLE_NOT_EMPTY,                  /* init: something is there already */
    TROUBLE_FOLDER_OPEN,                /* others may read or write the folder */
    TROUBLE_FOLDER_READONLY,
    TROUBLE_BUSY,
    TROUBLE_MEMORY,
    TROUBLE_KEYRING_MISSING,
    TROUBLE_KEYRING_SPECIAL,
    TROUBLE_KEYRING_DAMAGED,
    TROUBLE_KEYRING_NEWER,
    TROUBLE_ROOT_AWAY, /* root.keyring is kept elsewhere */
    TROUBLE_ROOT_SPECIAL,
    TROUBLE_ROOT_DAMAGED,
    TROUBLE_ROOT_OTHER, /* root.keyring of another office */
    TROUBLE_PASSPHRASE,
    TROUBLE_CHARTER,
    TROUBLE_PAIR, /* desk.keyring and charter of two offices */
    TROUBLE_CASEBOOK_MISSING,
    TROUBLE_CASEBOOK_FOREIGN,
    TROUBLE_CASEBOOK_NEWER,
    TROUBLE_CASEBOOK_OLDER,
    TROUBLE_CASEBOOK_CORRUPT,
    TROUBLE_CASEBOOK_OTHER, /* the casebook of another office */
    TROUBLE_ROW,            /* a sealed row was changed */
    TROUBLE_FULL,
    TROUBLE_DISK,
    TROUBLE_NO_TERMINAL, /* nobody to ask for the passphrase */
    TROUBLE_CANCELLED,
    TROUBLE_TWO_PASSPHRASES,
    TROUBLE_PASSPHRASE_EMPTY,
    TROUBLE_PASSPHRASE_LONG,
    TROUBLE_PASSPHRASE_FILE,
    TROUBLE_NAME,
    TROUBLE_FACILITY,
    TROUBLE_CARD_PLACE, /* enroll: something else is where the card should go */
    TROUBLE_CARD_FOLDER,
    TROUBLE_TYPE,
    TROUBLE_KIOSK, /* a bundle of a kiosk that was never enrolled here */
    TROUBLE_NUMBER,
    TROUBLE_NO_BUNDLE,
    TROUBLE_CASE,
    TROUBLE_STATUS,
    TROUBLE_NO_ANSWER, /* a status that promises a text which was not written */
    TROUBLE_TEXT_EMPTY,
    TROUBLE_TEXT_UTF8,
    TROUBLE_TEXT_FILE,
    TROUBLE_TEXT_LONG, /* the caller says by how much */
    TROUBLE_MESSAGES,  /* only the closing of the case still has a number */
    TROUBLE_BOARD_FULL,
    TROUBLE_OUTPUT,
    TROUBLE_SECRETS, /* no locked memory */
    TROUBLE_FIPS,
    TROUBLE_TERMINAL,
    TROUBLE_TERMINAL_SMALL,
    TROUBLE_PASSPHRASE_SHORT, /* of a new office */
    TROUBLE_NOTICES_FILE,     /* notices.txt is there, but cannot be read */
    TROUBLE_NOTICES_LONG,
    TROUBLE_NOTICES_CHARACTER, /* one that no kiosk shows */
    TROUBLE_END
};

/* The code for an error of the casebook's file (enum db_error) or of a keyring (enum
 * keyring_error). */
int trouble_db(int error);
int trouble_keyring(int error);

/* One sentence or two, translated: what happened and what to do. */
const char *trouble_text(int trouble);

#endif
