/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyrings that open quickly. */
#include "tests/lib/light_keyring.h"

#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/wire.h"
#include "crypto/aead.h"
#include "crypto/argon.h"
#include "crypto/hash.h"
#include "crypto/keyring.h"
#include "crypto/secret.h"
#include "tests/lib/folder.h"

/* The least that readers take, and where a keyring has it (crypto/keyring.h). */
enum { KIB = 65536, PASSES = 1, AT_KIB = 8, AT_SALT = 16, AT_NONCE = 32, HEAD = 48, ROOM = 4096 };

void light_keyring(const char *path, const char *passphrase)
{
    const struct argon_cost cost = {KIB, PASSES};
    uint8_t file[ROOM] = {0}, *secret = NULL, *key = NULL;
    size_t n = 0;
    assert_int_equal(secret_start(), ERROR_NONE);
    FILE *stream = fopen(path, "r+b");
    assert_non_null(stream);
    const size_t len = fread(file, 1, sizeof file, stream);
    assert_true(len > KEYRING_OVERHEAD && len < sizeof file);
    assert_non_null(secret = secret_new(len));
    assert_non_null(key = secret_new(ARGON_LEN));
    assert_int_equal(keyring_open(passphrase, strlen(passphrase), file, len, secret, &n),
                     ERROR_NONE);
    wire_put32(file + AT_KIB, cost.kib);
    wire_put32(file + AT_KIB + 4, cost.passes);
    assert_int_equal(argon_derive(&cost, passphrase, strlen(passphrase), file + AT_SALT, NULL, key),
                     0);
    const struct aead with = {AEAD_AES256_GCM, key, file + AT_NONCE, file, HEAD};
    assert_int_equal(aead_seal(&with, secret, n, file + HEAD), ERROR_NONE);
    assert_int_equal(
        hash_sha256(file + len - HASH_LEN, &(struct hash_part){file, len - HASH_LEN}, 1), 0);
    rewind(stream);
    assert_int_equal(fwrite(file, 1, len, stream), len);
    assert_int_equal(fclose(stream), 0);
    secret_free(key);
    secret_free(secret);
}

void light_keyrings(const char *office, const char *home, const char *passphrase)
{
    glob_t found = {0};
    light_keyring(folder_path(office, "root.keyring"), passphrase);
    assert_int_equal(glob(folder_path(home, ".sandyq/*/keyring"), 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    light_keyring(found.gl_pathv[0], passphrase);
    globfree(&found);
}
