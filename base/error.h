/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What can go wrong, in one list for all programs: code, exit status and sentence. */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

/* X(code, status, sentence). The status is what a command exits with that ends so: 0 done, 1 could
   not, 2 wrong usage. The sentence says what happened and what the person can do; it is an English
   message id for gettext. */
/* clang-format off */
#define ERROR_LIST(X) \
    X(NONE, 0, "") \
    /* Files that are carried, and any other file. */ \
    X(MISSING, 1, N_("There is no such file; check the name and that the medium is mounted.")) \
    X(SPECIAL, 1, N_("This is not a plain file; put the file itself there.")) \
    X(NOT_FOLDER, 1, N_("This is no folder; name the folder itself.")) \
    X(NAME_LONG, 1, N_("The name is too long; take a shorter one.")) \
    X(LARGE, 1, N_("The file is too large to be ours; copy it again from the office's medium.")) \
    X(TRUNCATED, 1, N_("The file is cut short or too long; copy it again.")) \
    X(FOREIGN, 1, N_("This is another kind of file; look for the right one.")) \
    X(NEWER, 1, N_("A newer version of Sandyq wrote this; update Sandyq here.")) \
    X(FORGED, 1, \
      N_("The signature is wrong; copy the file again and, if that fails, tell the office.")) \
    X(MALFORMED, 1, N_("The signed contents make no sense; tell the office.")) \
    X(OFFICE, 1, N_("This is from another office; take a file from your own office.")) \
    X(KIOSK, 1, N_("This is for another kiosk; take the file made for this one.")) \
    X(OLDER, 1, N_("This is older than what is held; fetch the newest from the office.")) \
    X(EXPIRED, 1, \
      N_("Its last day is over, or the date of this machine is wrong. Check the date; if it " \
         "is right, fetch a new one from the office.")) \
    X(CHAIN, 1, \
      N_("The records do not follow one another; keep everything as it is and tell the " \
         "office.")) \
    /* The machine. */ \
    X(FULL, 1, N_("There is no space left; free some and try again.")) \
    X(EVIDENCE, 1, \
      N_("As many bundles are kept as evidence on this medium as may be; bring it to the office " \
         "and take another.")) \
    X(READONLY, 1, N_("The folder cannot be written; allow writing or take another medium.")) \
    X(DENIED, 1, \
      N_("This may not be read; give whoever runs this program the right to read it.")) \
    X(OPEN, 1, \
      N_("Others can get into the folder; give it to the kiosk's user alone (chmod 700).")) \
    X(BUSY, 1, N_("Another program is using it; wait until that one ends and try again.")) \
    X(IO, 1, \
      N_("The disk or the memory failed; try again and, if that fails, change the medium.")) \
    X(MEMORY, 1, N_("There is not enough memory. End other programs and try again.")) \
    X(DESCRIPTORS, 1, \
      N_("Too many files are open. End other programs, or raise the limit (ulimit -n), and " \
         "try again.")) \
    X(MEMORY_LOCK, 1, \
      N_("No memory could be locked for secrets. Raise the limit to at least 8 MiB " \
         "(ulimit -l 8192).")) \
    X(CRYPTO_OLD, 1, N_("libgcrypt is too old. Install version 1.10.1 or later.")) \
    X(CRYPTO_FIPS, 1, \
      N_("libgcrypt is in FIPS mode, which switches off what the envelope needs. Switch " \
         "FIPS mode off on this machine.")) \
    X(OUTPUT, 1, N_("The output could not be written. Check the disk or the pipe.")) \
    /* Databases: what is wrong with the file, where its schema has no word of its own. */ \
    X(NO_ROW, 1, N_("There is no such entry in the database.")) \
    X(EXISTS, 1, \
      N_("The database has such an entry already. Keep a copy of it and tell the office.")) \
    X(CORRUPT, 1, \
      N_("The database is damaged. Keep a copy, then put it back from your backup.")) \
    X(ALTERED, 1, \
      N_("Another program changed the tables in the database, or added to them. Keep a copy, " \
         "then put it back from your backup.")) \
    X(OLD_FORMAT, 1, \
      N_("An older version of this program wrote the database. Open it with that version.")) \
    X(OUTBOX, 1, \
      N_("The outbox is damaged or gone; keep the disk as it is and tell the office.")) \
    X(OUTBOX_ALTERED, 1, \
      N_("Another program changed the tables of the outbox, or added to them; keep the disk as " \
         "it is and tell the office.")) \
    X(JOURNAL_MISSING, 1, \
      N_("journal.db is missing. A lead puts it back from a backup: sandyq-desk restore OFFICE " \
         "BACKUP DIR")) \
    X(JOURNAL_FOREIGN, 1, N_("journal.db is not a journal. Put it back from your backup.")) \
    X(JOURNAL_NEWER, 1, N_("A newer version of this program wrote journal.db. Update first.")) \
    X(JOURNAL_OLDER, 1, \
      N_("An older version of this program wrote journal.db. Open this office with that " \
         "version.")) \
    X(JOURNAL_CORRUPT, 1, \
      N_("journal.db is damaged. A lead puts it back from a backup: sandyq-desk restore OFFICE " \
         "BACKUP DIR")) \
    X(JOURNAL_OTHER, 1, \
      N_("journal.db belongs to another office. Put this office's own there.")) \
    X(JOURNAL_ROW, 1, \
      N_("Something in journal.db was changed by another program. Keep a copy, then put it " \
         "back from your backup.")) \
    X(INTAKE_KEY, 1, \
      N_("The office's intake key is missing, or was changed: nothing was taken. Put the " \
         "intake file back from your backup, or let a colleague whose desk has the key import.")) \
    /* What is sealed. */ \
    X(SEAL, 1, N_("What was sealed was changed, or is for another key.")) \
    X(KEY_UNFIT, 1, N_("This key cannot be used, or is not the one that is named.")) \
    X(SUITE, 1, \
      N_("This was sealed in a way that this version does not know. Update Sandyq here.")) \
    X(CODE_SHORT, 1, N_("The number has fewer than 24 digits.")) \
    X(CODE_LONG, 1, N_("The number has more than 24 digits.")) \
    X(CODE_FOREIGN, 1, N_("The number has something in it that is no digit.")) \
    X(CODE_CHECK, 1, N_("A digit of the number is wrong.")) \
    /* Letters: why a decrypted one is not taken. */ \
    X(LETTER_VERSION_UNKNOWN, 1, \
      N_("The letter has a version that this program does not know.")) \
    X(LETTER_TRUNCATED, 1, N_("The letter ends too early.")) \
    X(LETTER_TYPE, 1, N_("The letter has a value of a wrong type.")) \
    X(LETTER_NOT_SHORTEST, 1, N_("The letter has a number that is not in its shortest form.")) \
    X(LETTER_UNSORTED, 1, N_("The letter's keys are not in order.")) \
    X(LETTER_DUPLICATE, 1, N_("The letter has a key twice.")) \
    X(LETTER_UNKNOWN_KEY, 1, N_("The letter has a key that does not belong there.")) \
    X(LETTER_MISSING, 1, N_("The letter lacks a key.")) \
    X(LETTER_RANGE, 1, N_("The letter has a value outside its limits.")) \
    X(LETTER_UTF8, 1, N_("The letter's text is not UTF-8.")) \
    X(LETTER_TRAILING, 1, N_("The letter has something behind its end.")) \
    /* A session of the kiosk. */ \
    X(SESSION_TERMINAL, 1, N_("This terminal cannot be used. Check that TERM names its kind.")) \
    X(SESSION_CONFINED, 1, \
      N_("A session could not be confined. Use a kernel with seccomp filters.")) \
    X(PROGRAM_CONFINED, 1, \
      N_("This program could not be confined. Use a kernel with seccomp filters.")) \
    X(SESSION_PROCESS, 1, \
      N_("No process could be started for a session. Raise the limit of processes, or " \
         "free memory.")) \
    X(NULL_DEVICE, 1, \
      N_("/dev/null cannot be opened. Make it anew: mknod -m 666 /dev/null c 1 3")) \
    /* The office and its folder. */ \
    X(NOT_OFFICE, 1, \
      N_("There is no office here. Check the folder's name, or make an office with: " \
         "sandyq-desk init OFFICE")) \
    X(UNFINISHED, 1, \
      N_("Making this office was cut off half way, and it holds nothing yet. Delete the " \
         "folder and run init again.")) \
    X(PARENT, 1, N_("The folder above this one is missing. Make it first, or name another.")) \
    X(NOT_EMPTY, 1, N_("Something is in this folder already. Name a new folder.")) \
    X(OFFICE_OPEN, 1, \
      N_("Others can get into this folder, or it is not yours. Run as its owner: chmod 700 " \
         "OFFICE, or chmod 2770 OFFICE for a group.")) \
    X(OFFICE_BUSY, 1, N_("Another desk holds the journal. Wait until it is done and try again.")) \
    X(OFFICE_NETWORK, 1, \
      N_("This folder is on a network drive, or on one that another program serves (FUSE): two " \
         "desks could damage the journal there. Keep it on a disk of this machine.")) \
    X(OFFICE_CHARTER, 1, \
      N_("The charter is missing, damaged or of another office. Put it back from your " \
         "backup.")) \
    X(OFFICE_CLOCK, 1, \
      N_("The date of this machine is wrong: it is before this program was made. Set the " \
         "date first.")) \
    X(OFFICE_GAP, 1, \
      N_("By the date of this machine the last board came out long ago, or is still to come. " \
         "Check the date. If it is right, say so with --today YYYY-MM-DD.")) \
    X(OFFICE_TODAY, 1, \
      N_("This is not the date of this machine. Type it again, or set the machine first.")) \
    X(OFFICE_EXPIRED, 1, \
      N_("The office's last day is over, or the date of this machine is wrong. Check the " \
         "date first.")) \
    X(OFFICE_NAME, 1, \
      N_("The name is blank, too long or not plain text. Use at most 127 bytes of visible " \
         "characters.")) \
    /* Officers: their own folder and keyring, and how they come and go. */ \
    X(HOME_UNKNOWN, 1, \
      N_("HOME is not set, so your own folder cannot be found. Name it with --officer DIR.")) \
    X(HOME_MISSING, 1, \
      N_("You have no folder for this office. Name it with --officer DIR, or ask to join " \
         "with: sandyq-desk officer join OFFICE")) \
    X(HOME_OPEN, 1, \
      N_("Others can get into your own folder, or it is not yours. Run as its owner: chmod " \
         "700 DIR")) \
    X(HOME_SPECIAL, 1, N_("Your own folder is no folder. Name another with --officer DIR.")) \
    X(KEYRING_MISSING, 1, \
      N_("Your keyring is missing. Put it back from your backup, or ask to join again with a " \
         "new one.")) \
    X(KEYRING_SPECIAL, 1, N_("Your keyring is not a plain file. Put the file itself there.")) \
    X(KEYRING_FOREIGN, 1, N_("This is no keyring. Put it back from your backup.")) \
    X(KEYRING_DAMAGED, 1, N_("Your keyring is damaged. Put it back from your backup.")) \
    X(KEYRING_NEWER, 1, N_("A newer version of this program wrote the keyring. Update first.")) \
    X(KEYRING_OTHER, 1, \
      N_("Your keyring is of another office. Name your folder for this one with --officer " \
         "DIR.")) \
    X(NO_OFFICER, 1, \
      N_("You are no officer here: nobody has named you yet, or you were removed. Ask a lead " \
         "to run: sandyq-desk officer add OFFICE FINGERPRINT")) \
    X(REQUEST_FINGERPRINT, 1, \
      N_("This is no fingerprint. It has five groups of four digits: type them all.")) \
    X(REQUEST_MISSING, 1, \
      N_("Nobody with this fingerprint asks to join. Compare it again, or let them run: " \
         "sandyq-desk officer join OFFICE")) \
    X(REQUEST_KNOWN, 1, \
      N_("The office knows this keyring already. An officer who comes back needs a new " \
         "one: move the old one away and join again.")) \
    X(ROLE, 1, N_("There is no such role.")) \
    X(OFFICER_NUMBER, 1, \
      N_("There is no officer with this number. See the numbers with: sandyq-desk officer " \
         "list OFFICE")) \
    X(LAST_LEAD, 1, N_("This is the last lead. Name another lead first.")) \
    X(OWN_REMOVAL, 1, \
      N_("Nobody removes themselves: they would know the new keys. Ask another lead.")) \
    X(FORBIDDEN, 1, N_("You have no right to do this. Ask a lead of the office.")) \
    X(CHANGED, 1, \
      N_("A colleague changed this in the meantime, or a letter came. Look at it again and " \
         "decide anew.")) \
    X(ROOT_AWAY, 1, \
      N_("root.keyring is not here. Put it back into the office's folder for this, and take " \
         "it away afterwards.")) \
    X(ROOT_DENIED, 1, \
      N_("root.keyring can be read by its owner alone. Ask them to do this, or put a copy of " \
         "your own there.")) \
    X(ROOT_SPECIAL, 1, N_("root.keyring is not a plain file. Put the file itself there.")) \
    X(ROOT_DAMAGED, 1, N_("root.keyring is damaged. Put it back from your backup.")) \
    X(ROOT_OTHER, 1, N_("root.keyring belongs to another office. Put this office's own there.")) \
    X(ROOT_PASSPHRASE, 1, \
      N_("This passphrase does not open root.keyring. Try again, or use " \
         "--root-passphrase-file FILE.")) \
    /* The passphrase. */ \
    X(PASSPHRASE, 1, N_("The passphrase is wrong. Try again.")) \
    X(PASSPHRASE_EMPTY, 1, N_("The passphrase is empty. Choose a longer one.")) \
    X(PASSPHRASE_SHORT, 1, \
      N_("The passphrase is too short. Choose at least 12 characters: four or five " \
         "unrelated words are good.")) \
    X(PASSPHRASE_LONG, 1, N_("The passphrase is longer than 1000 bytes. Choose a shorter one.")) \
    X(PASSPHRASE_FILE, 1, N_("The passphrase file cannot be read. Check its name.")) \
    X(TWO_PASSPHRASES, 1, N_("The two passphrases differ. Try again.")) \
    X(NO_TERMINAL, 1, \
      N_("There is no terminal to ask for the passphrase. Use --passphrase-file FILE.")) \
    X(CANCELLED, 1, N_("Stopped. Nothing was changed.")) \
    /* The desk's commands. */ \
    X(FACILITY, 1, \
      N_("The facility code must be 1 to 15 of A-Z, 0-9 and -, with no - in front.")) \
    X(FACILITY_TYPE, 1, N_("There is no such type of facility.")) \
    X(CARD_PLACE, 1, \
      N_("Something that is no card is there already. Name a new file for the card.")) \
    X(CARD_FOLDER, 1, N_("This names a folder. Name a file for the card.")) \
    X(NOT_ENROLLED, 1, \
      N_("This bundle is from a kiosk that was not enrolled here. Enrol it, or give the " \
         "bundle to its own office.")) \
    X(RECORD_NUMBER, 1, \
      N_("A record has an impossible number. Keep the bundle and look at the kiosk.")) \
    X(NO_BUNDLE, 1, \
      N_("There is no bundle in this folder. Check its name, or run the exchange at the " \
         "kiosk again.")) \
    X(CASE, 1, N_("There is no such case. See the numbers with: sandyq-desk list OFFICE")) \
    X(STATUS, 1, N_("There is no such status.")) \
    X(NO_ANSWER, 1, \
      N_("The person's last letter has no answer yet. Write one first: sandyq-desk answer " \
         "OFFICE CASE")) \
    X(NO_MESSAGE, 1, \
      N_("There is no such message, or it was taken back already. The command show has the " \
         "numbers of a case's messages.")) \
    X(LEFT, 1, \
      N_("The message has left on a board, and cannot be taken back. Write another one.")) \
    X(NO_UNDO, 1, N_("There is nothing to take back: no status was set, or another one stands.")) \
    X(TEXT_EMPTY, 1, N_("There is no text. Nothing was changed.")) \
    X(TEXT_UTF8, 1, N_("The text is not UTF-8. Save it as UTF-8 and try again.")) \
    X(TEXT_FILE, 1, N_("The text cannot be read. Check the file's name.")) \
    X(TEXT_LONG, 1, N_("The text is too long. Make it shorter.")) \
    X(QUESTION, 1, \
      N_("This is no question with answers. Write what you ask, and below it one to three " \
         "answers, each on a line of its own that begins with its digit: 1, 2, 3. An answer " \
         "has up to 160 bytes.")) \
    X(MESSAGES, 1, \
      N_("This case has as many messages as a kiosk can show. The last one is kept to say " \
         "that the case is closed. Close it. The person can then write a new complaint.")) \
    X(BOARD_PART, 1, \
      N_("A part of the board is missing or damaged; copy all that the office published.")) \
    X(BOARD_ROOM, 1, \
      N_("The kiosk's disk has no room for this board beside the letters that may come. Make " \
         "room there; letters are taken all the same.")) \
    X(BOARD_NEWER, 1, \
      N_("This folder holds a newer board of this office than the journal does: was the " \
         "journal put back from a backup by hand? Keep the folder, and put the backup back " \
         "with: sandyq-desk restore OFFICE BACKUP DIR")) \
    X(BACKUP, 1, \
      N_("The backup is not what was written. Name another folder for it, on another disk.")) \
    X(BACKUP_UNFIT, 1, \
      N_("This is no whole backup of this office's journal. Take another one.")) \
    X(RENEWAL_FIRST, 1, \
      N_("The office was restored without a copy of its last board: what stood there could be " \
         "told from what comes now. Restore again with a copy from a stick or a kiosk's " \
         "medium, or renew the charter first.")) \
    X(NOTICES_FILE, 1, N_("The notices cannot be read. Make the file readable first.")) \
    X(NOTICES_LONG, 1, \
      N_("The notices are longer than 65536 bytes. Make them shorter and try again.")) \
    X(NOTICES_CHARACTER, 1, \
      N_("A tab or an invisible character stands here. Write a blank instead and try " \
         "again.")) \
    /* The desk's screen. */ \
    X(SCREEN_TERMINAL, 1, \
      N_("The screen needs a terminal. Use the commands list and show instead.")) \
    X(SCREEN_KIND, 1, \
      N_("The kind of this terminal is not known. Set TERM to a known one, or use the " \
         "commands list and show instead.")) \
    X(SCREEN_UTF8, 1, \
      N_("The screen needs a terminal with UTF-8. Use the commands list and show instead.")) \
    X(SCREEN_SMALL, 1, N_("The terminal is too small. Make it at least 64 by 24."))
/* clang-format on */

#define ERROR_CODE(code, status, sentence) ERROR_##code,
enum error { ERROR_LIST(ERROR_CODE) ERROR_COUNT };
#undef ERROR_CODE

/* The sentence, untranslated; "" for ERROR_NONE. */
const char *error_text(enum error error);

/* The exit status of a command that ends with it. */
int error_status(enum error error);

/* The error for the errno of a call on a file, where no cause of the caller's own explains it: no
   space, no right to write, a lack as below, else ERROR_IO. */
enum error error_of_errno(int number);

/* The errno of opening a folder that is named to the program: ERROR_MISSING, _NOT_FOLDER, _DENIED,
   else as error_of_errno. */
enum error error_of_folder(int number);

/* ERROR_DESCRIPTORS or ERROR_MEMORY for the errno of a call that lacked them, which any call can;
   otherwise for any other. */
enum error error_of_lack(int number, enum error otherwise);

/* Whether the machine failed, so that nothing was learnt about the thing itself: ERROR_IO,
   _DENIED, _DESCRIPTORS or _MEMORY. Any of the four may come where a contract names _IO. */
bool error_is_machine(enum error error);

/* Whether it may be over by the next try, whatever the thing itself is like: ERROR_BUSY,
   _DESCRIPTORS or _MEMORY. */
bool error_passes(enum error error);

#endif
