/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A throw-away office at the desk, without passphrases, and kiosks in memory whose letters it can
   open.

       struct ward ward;
       struct ward_kiosk kiosk;
       ward_open(&ward);
       ward_enroll(&ward, &kiosk, "PC-17");
       struct letter letter = ward_letter(&kiosk, 'a', "text");
       ward_add(&kiosk, &ward.vault.charter, &letter);
       ward_import(&ward, &kiosk, 1, 1, &report);
       ward_drop(&kiosk);
       ward_close(&ward);

   Everything here fails the running test when it cannot do its work. */
#ifndef TESTS_WARD_H
#define TESTS_WARD_H

#include <stddef.h>
#include <stdint.h>

#include "complaint/letter.h"
#include "crypto/code.h"
#include "office/import.h"
#include "office/triage.h"
#include "office/vault.h"
#include "protocol/card.h"
#include "protocol/record.h"

enum { WARD_DAY = 20779, WARD_PATH = 256 };

struct ward {
    struct vault vault;
    uint8_t *root;
    char dir[WARD_PATH];
};

struct ward_kiosk {
    uint8_t *seed;
    uint8_t key[32];
    uint8_t id[CARD_KIOSK_LEN];
    uint8_t office[CHARTER_OFFICE_LEN];
    char facility[CARD_FACILITY_MAX + 1];
    uint64_t seq; /* of the last record */
    uint8_t hash[RECORD_HASH_LEN];
    uint8_t *records; /* all of them, from number 1 */
    uint32_t board;   /* number of the board the bundle says it holds */
};

/* A fresh folder of mode 0700 and its removal with all that is in it. */
void ward_scratch(char dir[WARD_PATH]);
void ward_remove(const char *dir);

void ward_open(struct ward *ward);
void ward_close(struct ward *ward);

/* A kiosk with fresh keys that nobody has enrolled; and one that the ward has, at a prison or at a
   place of another type. */
void ward_make(struct ward_kiosk *kiosk, const char *facility);
void ward_enroll(struct ward *ward, struct ward_kiosk *kiosk, const char *facility);
void ward_enroll_at(struct ward *ward, struct ward_kiosk *kiosk, const char *facility,
                    uint8_t type);
void ward_drop(struct ward_kiosk *kiosk);

/* A complaint for the kiosk's next record, with no name; its receipt keys are 32 times `who` and
   who + 1. */
struct letter ward_letter(const struct ward_kiosk *kiosk, char who, const char *text);
void ward_keys(char who, struct code_keys *keys);

/* Seals the letter to the charter's intake key into the next record. ward_cover adds a cover,
   ward_raw any ENVELOPE_LEN bytes. */
void ward_add(struct ward_kiosk *kiosk, const struct charter *charter, const struct letter *letter);
void ward_cover(struct ward_kiosk *kiosk, const struct charter *charter);
void ward_raw(struct ward_kiosk *kiosk, const uint8_t *envelope);

/* The bundle of the records first..last; malloc'd. */
uint8_t *ward_bundle(const struct ward_kiosk *kiosk, uint64_t first, uint64_t last, size_t *len);

/* Makes that bundle and imports it; report, when not NULL, is what came of it. Returns a error.
 */
int ward_import(struct ward *ward, const struct ward_kiosk *kiosk, uint64_t first, uint64_t last,
                struct import_report *report);

/* A full disk, for this process: no file grows beyond len bytes. ward_feed frees it again. */
void ward_starve(size_t len);
void ward_feed(void);

/* Adds a row to the case that no key opens, as message n (0: none). */
void ward_damage(struct ward *ward, uint64_t case_id, uint64_t n);

/* As triage_row, triage_answer and triage_set_status, of the case with this number. */
enum error ward_row(struct ward *ward, uint64_t case_id, struct triage_case *row);
enum error ward_answer(struct ward *ward, uint64_t case_id, const char *text, size_t len,
                       uint32_t today);
enum error ward_set_status(struct ward *ward, uint64_t case_id,
                           const struct taxonomy_status *status, uint32_t today, bool *changed);

/* What `show` (or `show --json`) prints of a case; malloc'd. */
char *ward_show(struct ward *ward, uint64_t case_id, int json, size_t *len);

#endif
