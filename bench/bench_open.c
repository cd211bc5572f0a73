/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Seals and opens envelopes with one thread and with two, next to libsodium's sealed boxes of the
   same size, in alternating slices of one run. Prints one line "name seconds" for each. */
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "crypto/envelope.h"
#include "crypto/secret.h"

/* A slice is short enough that a machine that changes its speed changes it for everybody. */
enum { SLICE = 250, BOX_LEN = ENVELOPE_LETTER_LEN + crypto_box_SEALBYTES };

struct times {
    double seal, box_seal, open_one, open_two, box_open;
};

struct keys {
    uint8_t *secret;
    uint8_t public_key[ENVELOPE_KEY_LEN];
    uint8_t box_public[crypto_box_PUBLICKEYBYTES];
    uint8_t box_secret[crypto_box_SECRETKEYBYTES];
};

struct work {
    const struct keys *keys;
    const uint8_t *envelopes;
    size_t count;
    int failed;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void *open_some(void *context)
{
    static _Thread_local uint8_t letter[ENVELOPE_LETTER_LEN];
    struct work *work = context;
    for (size_t i = 0; i < work->count; i++)
        if (envelope_open_pair(work->keys->secret, work->keys->public_key,
                               work->envelopes + i * ENVELOPE_LEN, letter) != ERROR_NONE)
            work->failed = 1;
    return NULL;
}

static int open_two(const struct keys *keys, const uint8_t *envelopes)
{
    struct work half[2] = {{keys, envelopes, SLICE / 2, 0},
                           {keys, envelopes + (size_t)SLICE / 2 * ENVELOPE_LEN, SLICE / 2, 0}};
    pthread_t other;
    if (pthread_create(&other, NULL, open_some, &half[1]) != 0)
        return 1;
    open_some(&half[0]);
    pthread_join(other, NULL);
    return half[0].failed || half[1].failed;
}

static int seal_slice(const struct keys *keys, uint8_t *envelopes, uint8_t *boxes,
                      struct times *times)
{
    static uint8_t letter[ENVELOPE_LETTER_LEN];
    int failed = 0;
    double start = now();
    for (size_t i = 0; i < SLICE; i++)
        failed |= envelope_seal(keys->public_key, letter, envelopes + i * ENVELOPE_LEN);
    double middle = now();
    for (size_t i = 0; i < SLICE; i++)
        failed |= crypto_box_seal(boxes + i * BOX_LEN, letter, sizeof letter, keys->box_public);
    times->seal += middle - start;
    times->box_seal += now() - middle;
    return failed;
}

static int open_slice(const struct keys *keys, const uint8_t *envelopes, const uint8_t *boxes,
                      struct times *times)
{
    static uint8_t letter[ENVELOPE_LETTER_LEN];
    struct work all = {keys, envelopes, SLICE, 0};
    double t0 = now();
    open_some(&all);
    double t1 = now();
    int failed = open_two(keys, envelopes);
    double t2 = now();
    for (size_t i = 0; i < SLICE; i++)
        failed |= crypto_box_seal_open(letter, boxes + i * BOX_LEN, BOX_LEN, keys->box_public,
                                       keys->box_secret);
    times->open_one += t1 - t0;
    times->open_two += t2 - t1;
    times->box_open += now() - t2;
    return failed || all.failed;
}

static int keys_make(struct keys *keys)
{
    keys->secret = secret_new(ENVELOPE_KEY_LEN);
    return keys->secret == NULL || envelope_key_new(keys->secret, keys->public_key) != 0 ||
           crypto_box_keypair(keys->box_public, keys->box_secret) != 0;
}

int main(int argc, char **argv)
{
    size_t slices = (argc > 1 ? strtoul(argv[1], NULL, 10) : 10000) / SLICE;
    struct keys keys = {0};
    struct times times = {0};
    uint8_t *envelopes = malloc((size_t)SLICE * ENVELOPE_LEN);
    uint8_t *boxes = malloc((size_t)SLICE * BOX_LEN);
    int failed = sodium_init() < 0 || secret_start() != ERROR_NONE || keys_make(&keys) ||
                 envelopes == NULL || boxes == NULL;
    for (size_t i = 0; i < slices && !failed; i++)
        failed = seal_slice(&keys, envelopes, boxes, &times) ||
                 open_slice(&keys, envelopes, boxes, &times);
    if (!failed)
        printf("count %zu\nseal %.6f\nbox_seal %.6f\nopen_one %.6f\nopen_two %.6f\nbox_open %.6f\n",
               slices * SLICE, times.seal, times.box_seal, times.open_one, times.open_two,
               times.box_open);
    secret_free(keys.secret);
    free(envelopes);
    free(boxes);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
