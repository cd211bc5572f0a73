/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A small world to tamper with: an office at its desk, kiosks in real state folders, one stick
   between them, and the letters of honest people, which are counted.

       struct tamper t;
       tamper_open(&t);
       tamper_write(&t, 0);          somebody writes at kiosk 0
       tamper_round(&t);             stick to every kiosk, desk, and back to every kiosk
       insist_says(&t, 0, "GAP");    what must be seen
       tamper_settle(&t);            everything honest must have come once
       tamper_close(&t);

   Everything here fails the running test when it cannot do its work. */
#ifndef TESTS_TAMPER_TAMPER_H
#define TESTS_TAMPER_TAMPER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "courier/exchange.h"
#include "crypto/envelope.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/folder.h"

enum { TAMPER_KIOSKS = 3, TAMPER_LETTERS = 256, TAMPER_TEXT = 1 << 20 };

struct tamper_kiosk {
    char *dir;
    uint8_t key[32];
    uint8_t seed[32];
    uint8_t id[CARD_KIOSK_LEN];
    char name[CARD_KIOSK_TEXT_LEN];
    char facility[CARD_FACILITY_MAX + 1];
};

struct tamper_letter {
    char text[40];
    unsigned came;  /* times that it is in the journal */
    bool destroyed; /* an attacker has thrown it away before it could leave the building */
};

struct tamper {
    struct fake_desk desk;
    char *under; /* scratch for copies */
    char *stick;
    struct tamper_kiosk kiosks[TAMPER_KIOSKS];
    size_t kiosk_count;
    struct tamper_letter letters[TAMPER_LETTERS];
    size_t letter_count;
    uint32_t today;
    uint32_t published;            /* day of the last board */
    struct exchange_report report; /* of the last exchange */
    struct import_report taken;    /* of the last import */
    char refused[TAMPER_TEXT];     /* "name=error " for all that it refused */
    char *said;                    /* what `kiosks` said last */
    size_t said_len;
    bool impossible; /* the attack cannot be made by this user, here: it is not counted */
};

/* An office with two kiosks whose cards are in, and an empty stick. */
void tamper_open(struct tamper *t);
void tamper_close(struct tamper *t);

/* One more kiosk. Its card is kept in t->under, under its name on the stick. */
size_t tamper_kiosk(struct tamper *t, const char *facility);

/* Somebody writes at kiosk k, or n people do, or nobody does and a cover is written. Returns the
   letter; the number of its record is the outbox's last. */
struct tamper_letter *tamper_write(struct tamper *t, size_t k);
void tamper_write_some(struct tamper *t, size_t k, unsigned n);
void tamper_cover(struct tamper *t, size_t k);

/* Makes the letter that of the next record of kiosk k and seals it; appends an envelope as the next
   record. */
void tamper_seal(struct tamper *t, size_t k, struct letter *letter, uint8_t envelope[ENVELOPE_LEN]);
void tamper_append(struct tamper *t, size_t k, const uint8_t envelope[ENVELOPE_LEN]);

/* As tamper_write, into any copy of a state folder. */
struct tamper_letter *tamper_write_in(struct tamper *t, size_t k, const char *dir);

/* The steps of the protocol, each over the stick. tamper_exchange returns the error.
   tamper_bring is a round without the way back: an exchange and an import. */
int tamper_exchange(struct tamper *t, size_t k);
void tamper_import(struct tamper *t, const char *path);
void tamper_bring(struct tamper *t, size_t k);
uint32_t tamper_publish(struct tamper *t);
void tamper_round(struct tamper *t);

/* The number of the board that kiosk k has. */
uint32_t tamper_board(const struct tamper *t, size_t k);

/* A board on the stick that our own office signed, with this mark and no other. */
void tamper_put_mark(struct tamper *t, uint32_t number, const struct head_mark *mark);

/* Asks the desk for its kiosks, as words. */
void tamper_ask(struct tamper *t);

/* Does the desk say this of kiosk k, in what follows its line? Asks anew. */
bool tamper_says(struct tamper *t, size_t k, const char *line);

/* Takes all bundles there are to the desk, then counts: no honest letter may be missing or be there
   twice. Adds to the figures of the closing line. */
void tamper_settle(struct tamper *t);

/* The attacker's hands: SQL in the outbox of kiosk k; files and folders. Paths are whole. */
void tamper_sql(const struct tamper *t, size_t k, const char *sql);
void tamper_copy_folder(const char *from, const char *to);
void tamper_restore(const char *from, const char *to); /* a folder, after emptying what is there */
void tamper_remove(const char *dir, const char *name);
void tamper_bundle_name(const struct tamper *t, size_t k, char name[64]);

/* Copies the state folder of kiosk k, as it is now, to below t->under; *copy is where. */
void tamper_snapshot(struct tamper *t, size_t k, char copy[FOLDER_PATH]);

/* What is on the stick is kept below t->under, under its name or another; put back; or imported
   from there. */
void tamper_keep(const struct tamper *t, const char *name);
void tamper_take_bundle(const struct tamper *t, size_t k, const char *as);
void tamper_put_kept(const struct tamper *t, const char *as, const char *name);
void tamper_import_kept(struct tamper *t, const char *as);

struct tamper_figures {
    unsigned cases, detected, letters, arrived;
};
extern struct tamper_figures tamper_sum;

#endif
