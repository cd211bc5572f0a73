/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes in the files of an office's folder: it opens as it was, or is refused with a word.
   Input: how (1 byte: which call fails; 32 the charter, 64 a passphrase file, 96 what the root
   keyring holds, else what the other one holds, sealed anew; 128 the changes stand alone), place
   of the changes (2), changes. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/wire.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"
#include "desk/prompt.h"
#include "office/vault.h"
#include "protocol/charter.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/folder.h"

enum { HEAD = 3, CHARTER = 32, WORDS = 64, ROOT = 96, ALONE = 128, RING_ROOM = 8192 };

static const char words[] = "correct horse battery";
static char *folder, path[4096];
static int dir = -1;
static struct passphrase *passphrase;
static struct keyset *held; /* what the keyring held at first */
static uint8_t root_seed[SIGNATURE_SEED_LEN];
static uint8_t charter[CHARTER_LEN], ring[RING_ROOM], *ring_secret;
static size_t ring_len;

static void finish(void)
{
    close(dir);
    folder_remove(&folder);
    secret_free(held);
    secret_free(ring_secret);
    passphrase_free(&passphrase);
}

static void get(const char *name, uint8_t *into, size_t room, size_t *len)
{
    uint8_t *bytes = NULL;

    must(file_read(dir, name, room, &bytes, len) == ERROR_NONE);
    memcpy(into, bytes, *len);
    free(bytes);
}

static void put(const char *name, const void *bytes, size_t len)
{
    const int fd = openat(dir, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    close(fd);
}

/* Opens the office as a command does. */
static int open_office(struct vault **vault)
{
    enum error error = vault_open(path, vault);

    if (error == ERROR_NONE)
        error = vault_unlock(*vault, passphrase);
    return error;
}

static void read_ring(void)
{
    struct vault *vault = NULL;
    uint8_t *seed = NULL;
    size_t len = 0;

    get("charter", charter, sizeof charter, &len);
    get("desk.keyring", ring, sizeof ring, &len);
    ring_secret = secret_new(RING_ROOM);
    held = secret_new(sizeof *held);
    must(ring_secret != NULL && held != NULL);
    must(keyring_open(words, sizeof words - 1, ring, len, ring_secret, &ring_len) == ERROR_NONE);
    must(open_office(&vault) == ERROR_NONE);
    memcpy(held, vault->keys, sizeof *held);
    must(vault_root(vault, passphrase, &seed) == ERROR_NONE);
    memcpy(root_seed, seed, sizeof root_seed); /* of a key that was never used */
    secret_free(seed);
    vault_close(&vault);
}

static void start(void)
{
    char print[CHARTER_FINGERPRINT_LEN];

    fuzz_start();
    fuzz_fail_at(0);
    if (folder != NULL)
        return;
    setenv("TMPDIR", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", 0);
    folder = folder_make();
    must(atexit(finish) == 0);
    snprintf(path, sizeof path, "%s", folder);
    dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    passphrase = secret_new(sizeof *passphrase);
    must(dir >= 0 && passphrase != NULL);
    snprintf(passphrase->text, sizeof passphrase->text, "%s", words);
    passphrase->len = strlen(words);
    must(vault_make(path, "Office", passphrase, print) == ERROR_NONE);
    read_ring();
}

/* Changes to good bytes, or the changes alone. Returns the length. */
static size_t changed(const uint8_t *good, size_t len, const uint8_t *data, size_t size,
                      uint8_t out[RING_ROOM])
{
    if (data[0] & ALONE) {
        memcpy(out, data + HEAD, size - HEAD);
        return size - HEAD;
    }
    memcpy(out, good, len);
    fuzz_change(out, len, wire_get16(data + 1) % len, data + HEAD, size - HEAD);
    return len;
}

static void put_ring(const char *name, const uint8_t *secret, size_t len)
{
    static uint8_t file[RING_ROOM + KEYRING_OVERHEAD];

    len = len > 0 ? len : 1;
    must(keyring_seal(words, sizeof words - 1, secret, len, file) == ERROR_NONE);
    put(name, file, len + KEYRING_OVERHEAD);
}

/* Within its limits, whatever the keyring said. */
static void check(const struct vault *vault)
{
    must(vault->keys->intake_count <= KEYSET_INTAKE_MAX);
    must(memcmp(vault->keys->casebook, held->casebook, sizeof held->casebook) == 0);
}

static void try_office(const uint8_t *data, size_t size)
{
    static uint8_t bytes[RING_ROOM];
    struct vault *vault = NULL;
    size_t len;

    if (data[0] & CHARTER) {
        len = changed(charter, sizeof charter, data, size, bytes);
        put("charter", bytes, len);
        put_ring("desk.keyring", ring_secret, ring_len);
    } else {
        len = changed(ring_secret, ring_len, data, size, bytes);
        put("charter", charter, sizeof charter);
        put_ring("desk.keyring", bytes, len);
    }
    fuzz_fail_at(data[0] % 32);
    const int error = open_office(&vault);
    fuzz_fail_at(0);
    if (error == ERROR_NONE)
        check(vault);
    else
        must(error_text(error) != NULL);
    vault_close(&vault);
}

/* The root's seed is the one that the charter was signed with, or none. */
static void try_root(const uint8_t *data, size_t size)
{
    static uint8_t bytes[RING_ROOM];
    struct vault *vault = NULL;
    uint8_t *seed = NULL;

    put("charter", charter, sizeof charter);
    put_ring("desk.keyring", ring_secret, ring_len);
    const size_t len = changed(root_seed, SIGNATURE_SEED_LEN, data, size, bytes);
    put_ring("root.keyring", bytes, len);
    must(vault_open(path, &vault) == ERROR_NONE);
    fuzz_fail_at(data[0] % 32);
    const int error = vault_root(vault, passphrase, &seed);
    fuzz_fail_at(0);
    must((error == ERROR_NONE) == (seed != NULL));
    must(seed == NULL || memcmp(seed, root_seed, SIGNATURE_SEED_LEN) == 0);
    secret_free(seed);
    vault_close(&vault);
}

/* The first line, as it stands there. */
static void try_words(const uint8_t *data, size_t size)
{
    char name[sizeof path + 16];
    struct passphrase *read = NULL;

    put("words", data + HEAD, size - HEAD);
    snprintf(name, sizeof name, "%s/words", path);
    fuzz_fail_at(data[0] % 32);
    const int error = prompt_passphrase(name, (data[0] & ALONE) != 0, &read);
    fuzz_fail_at(0);
    must((error == ERROR_NONE) == (read != NULL));
    if (read == NULL)
        return;
    must(read->len > 0 && read->len <= PASSPHRASE_MAX && read->text[read->len] == '\0');
    must(memcmp(read->text, data + HEAD, read->len) == 0);
    must(memchr(read->text, '\n', read->len) == NULL);
    passphrase_free(&read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    start();
    if (size < HEAD || size - HEAD > RING_ROOM)
        return 0;
    if ((data[0] & ROOT) == ROOT)
        try_root(data, size);
    else if (data[0] & WORDS)
        try_words(data, size);
    else
        try_office(data, size);
    return 0;
}
