/* SPDX-License-Identifier: GPL-3.0-or-later */
/* An office and one kiosk below one root, for the scenes:

   ROOT/office  the office's folder      ROOT/media  a medium
   ROOT/state   the kiosk's state        ROOT/out    what the office publishes
   ROOT/request its request              ROOT/.sandyq keyring of the first officer

   What is called house_must_... ends the program when it fails: it makes the folder before a run.
   The rest returns what is wrong, or NULL. */
#ifndef TORTURE_HOUSE_H
#define TORTURE_HOUSE_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/code.h"
#include "crypto/envelope.h"
#include "device/state.h"
#include "office/naming.h"
#include "office/vault.h"
#include "tests/torture/marks.h"

enum { HOUSE_PATH = 512, HOUSE_RECORDS = 64 };

/* What marks speak of. */
enum house_what {
    HOUSE_STORED = 1, /* n: the record's number; hash: the envelope's */
    HOUSE_ENROLLED,   /* hash: the kiosk's id */
    HOUSE_CARD,       /* n: its number; and so for the next two */
    HOUSE_CHARTER,
    HOUSE_BOARD,
    HOUSE_EXCHANGED, /* n: the last record that went out */
    HOUSE_MADE,      /* hash: the office's id */
    HOUSE_IMPORTED,  /* n: the last record taken */
    HOUSE_SAID,      /* n: which of the scene's answers, states and notes */
    HOUSE_PUBLISHED, /* n: the board's number; hash: of its bytes */
    HOUSE_JOINED,    /* hash: of the fingerprint */
    HOUSE_NAMED,     /* n: the officer's number */
    HOUSE_REMOVED,   /* n: the officer's number */
    HOUSE_RESTORED,  /* a backup is in the place of the journal */
    HOUSE_REWORDED,  /* the passphrase is another one */
};

/* ROOT/name; one of four buffers in turn. */
const char *house_path(const char *root, const char *name);

void house_must(bool holds, const char *what);
void house_must_office(const char *root);
void house_must_kiosk(const char *root);                 /* makes its key and request */
void house_must_card(const char *root);                  /* enrols it and carries the card in */
void house_must_file(const char *root, const char *who); /* one letter a character, ' ' a cover */
void house_must_carry(const char *root, const char *media); /* an exchange */
void house_must_import(const char *root, const char *media);
void house_must_publish(const char *root, const char *out);

/* The passphrase of everything, and the minute that it is now. */
extern const struct passphrase house_passphrase;
uint32_t house_now(void);

/* The office, opened by its first officer, or by the one whose folder is ROOT/officer; or an error.
 *keys are for secret_free. */
enum error house_vault(const char *root, struct vault **vault);
enum error house_vault_of(const char *root, const char *officer, struct vault **vault);
enum error house_root(const struct vault *vault, struct root **keys);
enum error house_make_office(const char *root, char fingerprint[CHARTER_FINGERPRINT_LEN]);

/* Somebody whose folder is ROOT/home joins; the first officer names them by their fingerprint. */
enum error house_join(const char *root, const char *home, char print[NAMING_FINGERPRINT_LEN]);
enum error house_name(const char *root, const char *print, uint32_t *no);

/* What audit_run and audit_verify find. */
const char *house_audit(struct vault *vault);

/* Removes the folder ROOT/name with what is in it. */
void house_throw_away(const char *root, const char *name);

/* The receipt's keys of the person `who`. */
void house_keys(char who, struct code_keys *keys);

/* A letter of `who` (' ': a cover, '!': bytes that no key opens), sealed. */
enum error house_seal(const struct state *state, uint64_t seq, char who,
                      uint8_t envelope[ENVELOPE_LEN]);
void house_hash(const void *data, size_t len, uint8_t hash[MARKS_HASH]);

/* Files a letter as a session and its keeper do, and tells the marks. */
void house_file(const struct state *state, struct outbox *outbox, char who);

/* Enrols the kiosk of the request ROOT/request, with the card at ROOT/media/k.card; or an error. */
enum error house_enroll(const char *root, const char *request, const char *facility);

/* Is the chain whole from the first record held to the tip, signed, holding what the base held and
   all that the marks say is stored, each once, and nothing else? Records up to `gone` may have been
   dropped. */
const char *house_chain(const char *root, const struct marks *marks, uint64_t gone);

/* Remembers what the outbox of the base holds. */
void house_must_remember(const char *root);

/* Another session (house_chain has filed for it, when it found nothing wrong), another exchange
   and another import: everything arrives, nothing is missing, the audit finds nothing. */
const char *house_goes_on(const char *root);

/* One more exchange with a medium; one more import from it. */
const char *house_carries(const char *root, const char *media);
const char *house_imports(const char *root, const char *media);

#endif
