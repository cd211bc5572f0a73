/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Makes a casebook: `casebook FOLDER CASES SEED [OFFICERS]`, or, in one that is there, bundles for
   its import: `casebook FOLDER bundles OUT KIOSKS RECORDS SEED`. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "crypto/secret.h"
#include "tests/casebook/casebook.h"

enum { CASES_MAX = 1000000 };

static int fail(const char *what, enum error error)
{
    fprintf(stderr, "casebook: %s: %s\n", what, error_text(error));
    return 1;
}

static int usage(void)
{
    fputs("usage: casebook FOLDER CASES SEED [OFFICERS]\n"
          "       casebook FOLDER bundles OUT KIOSKS RECORDS SEED\n",
          stderr);
    return 2;
}

static struct casebook_chain *new_chains(const struct plan *plan)
{
    struct casebook_chain *chains = calloc(plan->kiosk_count, sizeof *chains);
    for (uint32_t i = 0; chains != NULL && i < plan->kiosk_count; i++) {
        chains[i].day = PLAN_FIRST_DAY;
        chains[i].visit = PLAN_FIRST_DAY + 2 + i % 14;
        chains[i].letter = plan->kiosks[i].first_letter;
    }
    return chains;
}

static enum error live(struct casebook *casebook)
{
    struct casebook_chain *chains = new_chains(&casebook->plan);
    enum error error = chains != NULL ? ERROR_NONE : ERROR_MEMORY;
    for (uint32_t day = PLAN_FIRST_DAY + 2; day <= PLAN_LAST_DAY && error == ERROR_NONE; day++) {
        if (!casebook_works(day))
            continue;
        error = casebook_collect(casebook, chains, day);
        if (error == ERROR_NONE)
            error = casebook_work(casebook, day);
    }
    free(chains);
    return error == ERROR_NONE ? journal_checkpoint(casebook->vault->journal) : error;
}

static int make(struct casebook *casebook, uint64_t seed, uint32_t cases)
{
    enum error error = plan_make(seed, cases, &casebook->plan);
    casebook->cases = calloc((size_t)cases + 1, sizeof *casebook->cases);
    if (error == ERROR_NONE && casebook->cases == NULL)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = casebook_found(casebook);
    if (error == ERROR_NONE)
        error = live(casebook);
    if (error != ERROR_NONE)
        return fail(casebook->folder, error);
    const struct fold *fold = casebook->vault->history.fold;
    printf("SEED=%" PRIu64 "\n%s: %zu cases, %" PRIu64 " acts, %" PRIu64
           " transactions, %u officers, %zu kiosks\n",
           seed, casebook->folder, fold_case_count(fold), fold_last(fold),
           casebook->vault->history.txn, casebook->officers, fold_kiosk_count(fold));
    printf("sandyq-desk list %s/office --officer %s/officer-1 --passphrase-file %s/passphrase\n",
           casebook->folder, casebook->folder, casebook->folder);
    return 0;
}

static int bundles(struct casebook *casebook, char **words)
{
    const uint32_t kiosks = (uint32_t)strtoul(words[1], NULL, 10);
    const uint32_t records = (uint32_t)strtoul(words[2], NULL, 10);
    casebook->plan.seed = strtoull(words[3], NULL, 10);
    enum error error = casebook_open(casebook);
    if (error == ERROR_NONE)
        error = casebook_bundles(casebook, words[0], kiosks, records);
    return error == ERROR_NONE ? 0 : fail(words[0], error);
}

int main(int argc, char **argv)
{
    struct casebook casebook = {.officers = CASEBOOK_OFFICERS};
    int status = 2;
    if (secret_start() != ERROR_NONE)
        return fail("start", ERROR_MEMORY);
    if (argc == 7 && strcmp(argv[2], "bundles") == 0) {
        casebook.folder = argv[1];
        status = bundles(&casebook, argv + 3);
    } else if (argc == 4 || argc == 5) {
        const unsigned long cases = strtoul(argv[2], NULL, 10);
        const unsigned long officers = argc == 5 ? strtoul(argv[4], NULL, 10) : CASEBOOK_OFFICERS;
        if (cases < 1 || cases > CASES_MAX || officers < 1 || officers > CASEBOOK_OFFICERS)
            return usage();
        casebook.folder = argv[1];
        casebook.officers = (uint32_t)officers;
        status = make(&casebook, strtoull(argv[3], NULL, 10), (uint32_t)cases);
    } else {
        return usage();
    }
    casebook_close(&casebook);

    return status;
}
