/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away office at its desk: a real vault, unlocked, without passphrases. It opens the
   letters of kiosks in memory.

       struct fake_desk desk;
       struct fake_kiosk kiosk;
       fake_desk_open(&desk);
       fake_desk_enroll(&desk, &kiosk, "PC-17");
       struct letter letter = fake_kiosk_letter(&kiosk, 'a', "text");
       fake_kiosk_add(&kiosk, &desk.vault.charter, &letter);
       fake_desk_import(&desk, &kiosk, 1, 1, &report);
       fake_kiosk_drop(&kiosk);
       fake_desk_close(&desk);

   Everything here fails the running test when it cannot do its work. */
#ifndef TESTS_LIB_FAKE_DESK_H
#define TESTS_LIB_FAKE_DESK_H

#include <stddef.h>
#include <stdint.h>

#include "office/import.h"
#include "office/triage.h"
#include "office/vault.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/fake_office.h"

enum { FAKE_DESK_DAY = FAKE_KIOSK_DAY, FAKE_DESK_NOW = FAKE_DESK_DAY * 24 * 60 };

struct fake_desk {
    struct vault vault;
    struct fake_office office; /* the same office: what it signs without a desk */
    char *dir;
    char *backups;
};

/* An office with fresh keys and a journal in which it was founded, in a scratch folder. Its charter
   has a board every day, with FAKE_DESK_ANSWERS answers. */
enum { FAKE_DESK_ANSWERS = 16 };
void fake_desk_open(struct fake_desk *desk);
void fake_desk_close(struct fake_desk *desk);

/* Signs the vault's charter anew after its settings were changed. */
void fake_desk_charter(struct vault *vault, const uint8_t root_seed[32]);

/* Makes a kiosk that the desk has enrolled, at a prison or at a place of another type. */
void fake_desk_enroll(struct fake_desk *desk, struct fake_kiosk *kiosk, const char *facility);
void fake_desk_enroll_at(struct fake_desk *desk, struct fake_kiosk *kiosk, const char *facility,
                         uint8_t type);

/* Signs a card for the kiosk of this public key and notes it in the journal. */
void fake_desk_card(struct fake_desk *desk, const uint8_t key[32], const char *facility,
                    uint8_t type, uint8_t file[CARD_FILE_LEN]);

/* Makes the bundle of the records first..last and imports it; report, when not NULL, is what
   came of it. Returns an error. */
int fake_desk_import(struct fake_desk *desk, const struct fake_kiosk *kiosk, uint64_t first,
                     uint64_t last, struct import_report *report);

/* As triage_row, triage_answer, casefile_note and triage_set_status, of the case with this number.
 */
enum error fake_desk_row(struct fake_desk *desk, uint64_t case_id, struct triage_case *row);
enum error fake_desk_answer(struct fake_desk *desk, uint64_t case_id, const char *text, size_t len,
                            uint32_t day);
enum error fake_desk_note(struct fake_desk *desk, uint64_t case_id, const char *text, size_t len);
enum error fake_desk_set_status(struct fake_desk *desk, uint64_t case_id,
                                const struct taxonomy_status *status, uint32_t day, bool *changed);

/* Closes the journal, as before a fork, and opens it again: an error. The keys stay. */
void fake_desk_shut(struct fake_desk *desk);
enum error fake_desk_reopen(struct fake_desk *desk);

/* The number of the n-th act of this kind, from 1, of a case. */
uint64_t fake_desk_act(struct fake_desk *desk, uint64_t case_id, enum act_kind kind, size_t n);

/* Overwrites the body of an act, as another program can. */
void fake_desk_damage(struct fake_desk *desk, uint64_t act);

/* What `show` (or `show --json`) prints of a case; malloc'd. */
char *fake_desk_show(struct fake_desk *desk, uint64_t case_id, int json, size_t *len);

#endif
