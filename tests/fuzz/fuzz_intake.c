/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the file of an intake key, or as changes to a good one: the key that comes out is
   the one that went in, or there is none. Input: how (1 byte: which call fails; 32 the charter
   names another key, 64 for an officer who is not in it, 128 the changes stand alone), place of the
   changes (2), changes. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/error.h"
#include "base/file.h"
#include "base/wire.h"
#include "office/intake.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/folder.h"

enum { HEAD = 3, OTHER = 32, STRANGE = 64, ALONE = 128, ROOM = 8192 };

static const uint8_t office[HASH_LEN] = {1};
static char *folder;
static int dir = -1;
static struct keyset *maker;
static struct grant_holder holders[2];
static uint8_t good[ROOM];
static size_t good_len;

static void finish(void)
{
    close(dir);
    folder_remove(&folder);
    keyset_free(&maker);
}

static void put(const uint8_t *bytes, size_t len)
{
    const int fd = openat(dir, INTAKE_FIRST_FILE, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    must(fd >= 0 && write(fd, bytes, len) == (ssize_t)len);
    close(fd);
}

static void start(void)
{
    static const uint8_t secret[ENVELOPE_KEY_LEN] = {5};
    uint8_t *bytes = NULL;

    fuzz_start();
    fuzz_fail_at(0);
    if (folder != NULL)
        return;
    setenv("TMPDIR", access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp", 0);
    folder = folder_make();
    dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    must(dir >= 0 && atexit(finish) == 0 && keyset_new(office, &maker) == ERROR_NONE);
    must(keyset_make_own(maker) == ERROR_NONE);
    must(keyset_add_intake(maker, 1, secret) == ERROR_NONE);
    maker->officer = 1;
    holders[1].officer = 1;
    memcpy(holders[0].agree, maker->agree_public, HPKE_KEY_LEN);
    memcpy(holders[1].agree, maker->agree_public, HPKE_KEY_LEN);
    must(intake_save(dir, 0600, office, &maker->intake[0], holders, 2) == ERROR_NONE);
    must(file_read(dir, INTAKE_FIRST_FILE, ROOM, &bytes, &good_len) == ERROR_NONE);
    memcpy(good, bytes, good_len);
    free(bytes);
}

static void load(unsigned fault, bool other, bool stranger)
{
    struct keyset *keys = NULL;
    struct charter charter = {.intake_count = 1, .intake[0].epoch = 1};

    memcpy(charter.intake[0].key, maker->intake[0].public_key, sizeof charter.intake[0].key);
    charter.intake[0].key[0] ^= other;
    must(keyset_copy(maker, &keys) == ERROR_NONE);
    keys->intake_count = 0;
    keys->officer = stranger ? 7 : 1;
    fuzz_fail_at(fault);
    const enum error error = intake_load(dir, &charter, keys);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || fault > 0);
    must(keys->intake_count <= 1);
    if (keys->intake_count == 1)
        must(!other && !stranger && keys->intake[0].epoch == 1 &&
             memcmp(keys->intake[0].secret, maker->intake[0].secret, ENVELOPE_KEY_LEN) == 0);
    keyset_free(&keys);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t bytes[ROOM];
    bool same = false;

    start();
    if (size < HEAD || size - HEAD > ROOM)
        return 0;
    memcpy(bytes, good, good_len);
    if (data[0] & ALONE) {
        put(data + HEAD, size - HEAD);
    } else {
        fuzz_change(bytes, good_len, wire_get16(data + 1) % good_len, data + HEAD, size - HEAD);
        put(bytes, good_len);
    }
    load(data[0] % 32, data[0] & OTHER, data[0] & STRANGE);
    fuzz_fail_at(data[0] % 32);
    const enum error error = intake_is_for(dir, office, &maker->intake[0], holders, 2, &same);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || (data[0] % 32 > 0 && !same));
    return 0;
}
