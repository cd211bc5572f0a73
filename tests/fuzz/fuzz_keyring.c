/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a keyring; then the same as changes to a good one, with a right checksum if
   asked, so that what stands behind it is reached. Input: how (1 byte: which call fails; 16 when
   it is made, 32 another passphrase, 64 none, 128 leaves the old checksum), place of the changes
   (1), changes. */
#include <stdlib.h>
#include <string.h>

#include "base/wire.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"
#include "tests/fuzz/fuzz.h"

enum { HEAD = 2, SECRET = 5, FILE_LEN = SECRET + KEYRING_OVERHEAD, MOST = 4096 };
enum { MAKING = 16, STRANGE = 32, BARE = 64, UNSUMMED = 128, AT_KIB = 8, AT_PASSES = 12 };

static const uint8_t words[SECRET] = {'s', 'e', 'c', 'r', 't'};

/* What opens has costs that neither give the secret away nor bring the machine down. */
static enum error open_file(const char *passphrase, const uint8_t *file, size_t size,
                            unsigned fault)
{
    size_t len = 1;
    uint8_t *secret = secret_new(MOST);

    must(secret != NULL);
    fuzz_fail_at(fault);
    const enum error error = keyring_open(passphrase, strlen(passphrase), file, size, secret, &len);
    fuzz_fail_at(0);
    must(len == (error == ERROR_NONE ? size - KEYRING_OVERHEAD : 0));
    must(error != ERROR_MEMORY || fault > 0);
    if (error == ERROR_NONE) {
        must(wire_get32(file + AT_KIB) >= 65536 && wire_get32(file + AT_KIB) <= 1048576);
        must(wire_get32(file + AT_PASSES) >= 1 && wire_get32(file + AT_PASSES) <= 16);
        must(len == SECRET && memcmp(secret, words, SECRET) == 0);
    }
    secret_free(secret);
    return error;
}

static void try_changed(const uint8_t *data, size_t size)
{
    static const uint8_t zeros[FILE_LEN];
    uint8_t file[FILE_LEN], good[FILE_LEN];

    const unsigned fault = data[0] & MAKING ? 0 : data[0] % 8;

    fuzz_fail_at(data[0] & MAKING ? data[0] % 8 : 0);
    const enum error error = keyring_seal("words", 5, words, SECRET, file);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || (data[0] % 8 > 0 && memcmp(file, zeros, sizeof file) == 0));
    if (error != ERROR_NONE)
        return;
    memcpy(good, file, sizeof good);
    must(open_file("words", file, sizeof file, 0) == ERROR_NONE);
    fuzz_change(file, sizeof file, data[1] % FILE_LEN, data + HEAD, size - HEAD);
    if (!(data[0] & UNSUMMED))
        must(hash_sha256(file + FILE_LEN - HASH_LEN, &(struct hash_part){file, FILE_LEN - HASH_LEN},
                         1) == 0);
    const char *passphrase = data[0] & BARE ? "" : data[0] & STRANGE ? "other" : "words";
    if (open_file(passphrase, file, sizeof file, fault) == ERROR_NONE)
        must(passphrase[0] == 'w' && memcmp(file, good, sizeof file) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_start();
    fuzz_fail_at(0);
    if (size > MOST)
        return 0;
    open_file("words", data, size, 0);
    if (size >= HEAD)
        try_changed(data, size);
    return 0;
}
