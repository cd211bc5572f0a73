/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A casebook: an office of invented people, made through the office's own functions, for training,
   tests and benchmarks.

   FOLDER/office        the office, marked as one for training
   FOLDER/officer-N     folder of officer N, from 1; the first is a lead
   FOLDER/passphrase    that of every officer and of root */
#ifndef TESTS_CASEBOOK_CASEBOOK_H
#define TESTS_CASEBOOK_CASEBOOK_H

#include <stdint.h>

#include "base/error.h"
#include "complaint/letter.h"
#include "crypto/code.h"
#include "office/root.h"
#include "office/vault.h"
#include "tests/casebook/plan.h"

enum { CASEBOOK_OFFICERS = 8, CASEBOOK_PATH = 4096 };

/* A case of the journal, as far as its officers plan ahead. */
struct casebook_case {
    uint32_t person; /* of the plan */
    uint32_t due;    /* the day on which it is worked on next; 0: never */
    uint32_t times;  /* how often somebody worked on it */
    uint8_t officer;
    uint8_t task; /* what is done then */
    uint8_t commitment[HASH_LEN];
};

/* Cases that were made due on a day; some of them were put off since. */
struct casebook_due {
    uint32_t *numbers;
    size_t n;
    size_t room;
};

struct casebook {
    struct plan plan;
    const char *folder;
    uint32_t officers;
    struct vault *vault;
    struct root *root;                      /* locked memory */
    struct keyset *keys[CASEBOOK_OFFICERS]; /* the vault's own is one of them */
    struct casebook_case *cases;            /* cases[number - 1], room for every person */
    struct casebook_due due[PLAN_DAYS];
};

/* Makes the folder with an office, its officers and its kiosks, on the first day, and opens it.
   Errors of mkdir as ERROR_EXISTS, ERROR_PARENT and ERROR_IO; those of the office. */
enum error casebook_found(struct casebook *casebook);

/* Opens one that is there, as its lead and with root. */
enum error casebook_open(struct casebook *casebook);

/* Closes the office and frees everything. */
void casebook_close(struct casebook *casebook);

/* Enrols a kiosk. */
enum error casebook_enroll(struct casebook *casebook, const struct plan_kiosk *kiosk, uint32_t day);

/* What follows is signed by officer n, from 1. */
void casebook_act_as(struct casebook *casebook, uint32_t n);

/* The path of something in the folder. */
void casebook_path(const struct casebook *casebook, const char *name, char out[CASEBOOK_PATH]);

/* The letter of a plan, encoded; raw lies in locked memory, record is the number that it gets. */
enum error casebook_letter(const struct plan *plan, const struct plan_letter *letter,
                           uint64_t record, uint8_t raw[LETTER_LEN]);

/* The receipt keys of a person, which their letters have. */
void casebook_keys(const struct plan *plan, uint32_t person, struct code_keys *keys);

/* Takes in what is due on a day from each kiosk, and lets the officers work. */
struct casebook_chain {
    uint64_t seq; /* of the last record that was taken, */
    uint8_t hash[HASH_LEN];
    uint32_t day;    /* its day, */
    uint32_t visit;  /* the day of the next visit, */
    uint32_t letter; /* and the next letter to be taken */
};
enum error casebook_collect(struct casebook *casebook, struct casebook_chain *chains, uint32_t day);
enum error casebook_work(struct casebook *casebook, uint32_t day);

/* Makes a case due on the first working day from this one on, and on no other; never when that is
   after the last day. ERROR_MEMORY. */
enum error casebook_schedule(struct casebook *casebook, uint32_t number, uint32_t day);

/* A letter joined a case that was answered or closed. ERROR_MEMORY. */
enum error casebook_reopen(struct casebook *casebook, uint32_t number, uint32_t day);

/* Monday to Friday. */
bool casebook_works(uint32_t day);

/* Writes bundles of so many new kiosks, each with so many complaints, into a folder that is made;
   the kiosks are enrolled first. */
enum error casebook_bundles(struct casebook *casebook, const char *folder, uint32_t kiosks,
                            uint32_t records);

#endif
