/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office's folder: of one user (mode 0700), or of a group whose members work in it at once
   (mode 2770, files 0660). What is in it:

   OFFICE/charter        the charter as signed, public
   OFFICE/journal.db     the journal (store/journal)
   OFFICE/gate           where desks that add a transaction queue up (office/gate)
   OFFICE/root.keyring   root and recovery key (office/root); may be kept elsewhere
   OFFICE/intake-EPOCH   intake keys (office/intake)
   OFFICE/join-*         requests of people who want to be officers (office/officer)
   OFFICE/notices.txt    public notices, written by the office; may be missing
   OFFICE/unfinished     there while init has not come to its end
   OFFICE/restoring.db   while an office is restored, the journal that it will have, and
   OFFICE/restored.db    for a moment, when that is whole
   OFFICE/lost-N.db      a journal in whose place a backup was put, the first, the second ...

   Each officer's keyring and view are in a folder of their own (office/home). */
#ifndef OFFICE_VAULT_H
#define OFFICE_VAULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "office/history.h"
#include "office/keyset.h"
#include "office/passphrase.h"
#include "office/root.h"
#include "office/view.h"
#include "protocol/charter.h"
#include "store/journal.h"

enum { VAULT_CHARTER_DAYS = 5 * 365 };

/* An act whose body does not open, or makes no sense. */
struct vault_damage {
    uint64_t case_id; /* 0: of no case */
    uint64_t seq;
    uint64_t message; /* its number, 0 for anything else */
};
enum { VAULT_DAMAGE_MAX = 64 };

struct vault {
    int dir;
    int home;    /* the officer's own folder; -1: none */
    bool shared; /* by a group */
    struct charter charter;
    uint8_t charter_bytes[CHARTER_LEN];
    struct keyset *keys; /* NULL until vault_unlock */
    struct journal *journal;
    struct history history; /* read to its end by vault_unlock */
    struct view view;       /* what was kept of it, and of its letters */
    const char *backups;    /* folder for backups; NULL: the usual one (office/backup) */
    struct vault_damage damage[VAULT_DAMAGE_MAX]; /* met so far, each once; more are not named */
    size_t damage_count;
};

/* What a new office is made of. */
struct vault_order {
    const char *name;    /* of the office; "" for none */
    const char *officer; /* name of its first officer, a lead; "" for none */
    const char *home;    /* their folder; NULL: the usual one (office/home) */
    uint32_t now;        /* minute */
    bool training;       /* of invented people: every desk says so, for ever (fold_training) */
};

/* Fills a zeroed vault with fresh keys and a charter of the order's day; root (locked memory) gets
   the root and recovery keys. Writes nothing. ERROR_OFFICE_NAME (too long, not UTF-8, blank, or
   with a character that is not utf8_harmless; no name at all is taken; the same of the officer's),
   ERROR_MEMORY. */
enum error vault_fresh(struct vault *vault, const struct vault_order *order, struct root *root);

/* Writes the first transaction, signed by root, into the empty journal of a fresh vault, and the
   file of the intake key: the office is founded, its secrets are named and given to the first
   officer, a lead, and to the recovery key. Errors of history_append and intake_save. */
enum error vault_found(struct vault *vault, const struct vault_order *order,
                       const struct root *root);

/* Makes a new office in a folder that is missing or empty. fingerprint becomes the office's. On an
   error what was made is removed: those of vault_may_make but the clock, of vault_fresh and
   vault_found, of home_open, ERROR_KEYRING_OTHER (the officer's folder has a keyring already),
   ERROR_PARENT, ERROR_READONLY, ERROR_FULL, ERROR_IO. */
enum error vault_make(const char *path, const struct vault_order *order,
                      const struct passphrase *passphrase,
                      char fingerprint[CHARTER_FINGERPRINT_LEN]);

/* A vault of which nothing is open yet, for vault_close. NULL when memory is short. */
struct vault *vault_blank(void);

/* Whether an office may be made there today, before anybody is asked for a passphrase:
   ERROR_OFFICE_CLOCK if today is before DAY_RELEASED, since an office of a wrong clock would be
   expired at birth; and what vault_make would refuse: ERROR_NOT_EMPTY, ERROR_UNFINISHED,
   ERROR_OFFICE_OPEN, ERROR_IO, ERROR_DESCRIPTORS, ERROR_MEMORY. */
enum error vault_may_make(const char *path, uint32_t today);

/* Opens the office's folder and everything in it that needs no passphrase. *out is the caller's,
   for vault_close; NULL on an error: ERROR_NOT_OFFICE, ERROR_UNFINISHED, ERROR_OFFICE_OPEN,
   ERROR_OFFICE_NETWORK, ERROR_OFFICE_CHARTER, ERROR_JOURNAL_OTHER, ERROR_READONLY, ERROR_FULL,
   ERROR_MEMORY, errors of journal_open. */
enum error vault_open(const char *path, struct vault **out);

/* The two halves of vault_open for whoever puts another journal in place: the folder and the
   charter, while nobody else has the office open (ERROR_OFFICE_BUSY, also of vault_open meanwhile);
   and a journal in the folder under another name than the usual one. Errors of vault_open. */
enum error vault_open_alone(const char *path, struct vault **out);
enum error vault_open_journal(struct vault *vault, const char *name);

/* Opens the officer's keys with the passphrase, takes what the office gave them, and reads the
   history to its end. home is their folder, NULL for the usual one. The vault stays the caller's,
   also on an error: those of home_open and identity_load; ERROR_JOURNAL_OTHER when the first
   transaction is not the one that the keyring knows; ERROR_NO_OFFICER when no lead has named them
   yet, or they were removed; errors of vault_take. What does not fit is in history.faults. */
enum error vault_unlock(struct vault *vault, const char *home, const struct passphrase *passphrase);

/* What vault_unlock does once the officer's own keys and number are in vault->keys: takes what the
   office gave them and reads the history to its end. Errors of intake_load and history_follow. */
enum error vault_take(struct vault *vault);

/* Wipes the keys, frees and sets to NULL. Does nothing for NULL. */
void vault_close(struct vault **vault);

/* Notes an act as damaged, each once. */
void vault_note_damage(struct vault *vault, uint64_t case_id, uint64_t seq, uint64_t message);

/* Gives the history the journal and the keys that it stands on, and the view its history. */
void vault_begin(struct vault *vault);

/* Mode of a file that every officer of the office may read and write. */
unsigned vault_mode(const struct vault *vault);

#endif
