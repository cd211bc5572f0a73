/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Argon2id by libgcrypt. Its blocks are too large for locked memory; heap.c wipes them. */
#include "crypto/argon.h"

#include <gcrypt.h>
#include <string.h>

/* libgcrypt offers its work in slices, four a pass, for threads to share; here each is done at once
   and counted. */
enum { ARGON_SLICES = 4 };

struct work {
    const struct argon_watch *watch;
    int done;
    int steps;
};

static int run_job(void *context, gcry_kdf_job_fn_t job, void *priv)
{
    job(priv);
    return 0;
}

static int job_done(void *context)
{
    struct work *work = context;

    work->done++;
    if (work->watch != NULL)
        work->watch->step(work->watch->context, work->done, work->steps);
    return 0;
}

int argon_derive(const struct argon_cost *cost, const void *password, size_t len,
                 const uint8_t salt[ARGON_SALT_LEN], const struct argon_watch *watch,
                 uint8_t out[ARGON_LEN])
{
    struct work work = {.watch = watch, .steps = (int)cost->passes * ARGON_SLICES};
    const gcry_kdf_thread_ops_t ops = {&work, run_job, job_done};
    const unsigned long params[] = {ARGON_LEN, cost->passes, cost->kib, 1};
    gcry_kdf_hd_t kdf = NULL;
    int rc = -1;
    if (gcry_kdf_open(&kdf, GCRY_KDF_ARGON2, GCRY_KDF_ARGON2ID, params, 4, password, len, salt,
                      ARGON_SALT_LEN, NULL, 0, NULL, 0) != 0)
        goto out;
    if (gcry_kdf_compute(kdf, &ops) != 0)
        goto out;
    if (gcry_kdf_final(kdf, ARGON_LEN, out) != 0)
        goto out;
    rc = 0;
out:
    if (rc != 0)
        explicit_bzero(out, ARGON_LEN);
    if (kdf != NULL)
        gcry_kdf_close(kdf);
    return rc;
}
