/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes in the files of an office's folder and of an officer's: it opens as it was, or is
   refused with a word. Input: how (1 byte: which call fails; 32 the charter, 64 a passphrase file,
   96 what the root keyring holds, else what the officer's holds, sealed anew; 128 the changes stand
   alone), place of the changes (2), changes. */
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
#include "office/root.h"
#include "office/vault.h"
#include "protocol/charter.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/folder.h"

enum { HEAD = 3, CHARTER = 32, WORDS = 64, ROOT = 96, ALONE = 128, RING_ROOM = 8192 };

static const char words[] = "correct horse battery";
static char *folder, path[4096], home[4096];
static int dir = -1, own = -1;
static struct passphrase *passphrase;
static struct keyset *held; /* what the keyring held at first */
static struct root *root;   /* keys that were never used */
static uint8_t charter[CHARTER_LEN], ring[RING_ROOM], *ring_secret;
static size_t ring_len;

static void finish(void)
{
    close(dir);
    close(own);
    folder_remove(&folder);
    keyset_free(&held);
    secret_free(root);
    secret_free(ring_secret);
    passphrase_free(&passphrase);
}

static void get(int from, const char *name, uint8_t *into, size_t room, size_t *len)
{
    uint8_t *bytes = NULL;

    must(file_read(from, name, room, &bytes, len) == ERROR_NONE);
    memcpy(into, bytes, *len);
    free(bytes);
}

static void put(int to, const char *name, const void *bytes, size_t len)
{
    const int fd = openat(to, name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    close(fd);
}

/* Opens the office as a command does. */
static int open_office(struct vault **vault)
{
    enum error error = vault_open(path, vault);

    if (error == ERROR_NONE)
        error = vault_unlock(*vault, home, passphrase);
    return error;
}

static void read_ring(void)
{
    struct vault *vault = NULL;
    size_t len = 0;

    get(dir, "charter", charter, sizeof charter, &len);
    get(own, "keyring", ring, sizeof ring, &len);
    ring_secret = secret_new(RING_ROOM);
    must(ring_secret != NULL);
    must(keyring_open(words, sizeof words - 1, ring, len, ring_secret, &ring_len) == ERROR_NONE);
    must(open_office(&vault) == ERROR_NONE);
    must(keyset_copy(vault->keys, &held) == ERROR_NONE);
    must(root_load(vault->dir, vault->charter.root, passphrase, &root) == ERROR_NONE);
    vault_close(&vault);
}

static void start(void)
{
    char print[CHARTER_FINGERPRINT_LEN];
    const struct vault_order order = {
        .name = "Office", .officer = "Officer", .home = home, .now = 20779 * 24 * 60};

    fuzz_start();
    fuzz_fail_at(0);
    if (folder != NULL)
        return;
    setenv("TMPDIR", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", 0);
    folder = folder_make();
    must(atexit(finish) == 0);
    snprintf(path, sizeof path, "%s/office", folder);
    snprintf(home, sizeof home, "%s/home", folder);
    passphrase = secret_new(sizeof *passphrase);
    must(passphrase != NULL);
    snprintf(passphrase->text, sizeof passphrase->text, "%s", words);
    passphrase->len = strlen(words);
    must(vault_make(path, &order, passphrase, print) == ERROR_NONE);
    dir = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    own = open(home, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(dir >= 0 && own >= 0);
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

static void put_ring(int to, const char *name, const uint8_t *secret, size_t len)
{
    static uint8_t file[RING_ROOM + KEYRING_OVERHEAD];

    len = len > 0 ? len : 1;
    must(keyring_seal(words, sizeof words - 1, secret, len, file) == ERROR_NONE);
    put(to, name, file, len + KEYRING_OVERHEAD);
}

/* Within its limits, whatever the keyring said. */
static void check(const struct vault *vault)
{
    must(vault->keys->intake_count <= KEYSET_INTAKE_MAX);
    must(vault->keys->officer == held->officer && vault->history.fault_count == 0);
    must(memcmp(vault->keys->sign, held->sign, sizeof held->sign) == 0);
}

static void try_office(const uint8_t *data, size_t size)
{
    static uint8_t bytes[RING_ROOM];
    struct vault *vault = NULL;
    size_t len;

    if (data[0] & CHARTER) {
        len = changed(charter, sizeof charter, data, size, bytes);
        put(dir, "charter", bytes, len);
        put_ring(own, "keyring", ring_secret, ring_len);
    } else {
        len = changed(ring_secret, ring_len, data, size, bytes);
        put(dir, "charter", charter, sizeof charter);
        if (len > 0)
            put_ring(own, "keyring", bytes, len);
        else
            (void)unlinkat(own, "keyring", 0);
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

/* The root key is the one that the charter was signed with, or none. */
static void try_root(const uint8_t *data, size_t size)
{
    static uint8_t bytes[RING_ROOM];
    struct vault *vault = NULL;
    struct root *found = NULL;

    put(dir, "charter", charter, sizeof charter);
    put_ring(own, "keyring", ring_secret, ring_len);
    const size_t len = changed((const uint8_t *)root, sizeof *root, data, size, bytes);
    put_ring(dir, "root.keyring", bytes, len);
    must(vault_open(path, &vault) == ERROR_NONE);
    fuzz_fail_at(data[0] % 32);
    const enum error error = root_load(vault->dir, vault->charter.root, passphrase, &found);
    fuzz_fail_at(0);
    must((error == ERROR_NONE) == (found != NULL));
    must(found == NULL || memcmp(found->seed, root->seed, SIGNATURE_SEED_LEN) == 0);
    secret_free(found);
    vault_close(&vault);
}

/* The first line, as it stands there. */
static void try_words(const uint8_t *data, size_t size)
{
    char name[sizeof path + 16];
    struct passphrase *read = NULL;

    put(dir, "words", data + HEAD, size - HEAD);
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
