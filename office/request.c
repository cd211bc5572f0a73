/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Requests to join the office, written, read and found. */
#include "office/request.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/file.h"
#include "office/identity.h"

#define MAGIC  "SANDYQO1"
#define PREFIX "join-"

static const char domain[] = "sandyq officer request v1";

enum {
    AT_OFFICE = FILE_MAGIC_LEN,
    AT_SIGN = AT_OFFICE + HASH_LEN,
    AT_AGREE = AT_SIGN + SIGNATURE_PUBLIC_LEN,
    AT_LEN = AT_AGREE + HPKE_KEY_LEN,
    AT_NAME = AT_LEN + 1,
    AT_SIGNATURE = AT_NAME + NAMING_NAME_MAX,
    DIGITS = 20,
};
_Static_assert(AT_SIGNATURE + SIGNATURE_LEN == REQUEST_LEN, "the fields fill a request");

enum error request_encode(const struct keyset *keys, const char *name, uint8_t out[REQUEST_LEN])
{
    const size_t len = strnlen(name, NAMING_NAME_MAX);
    memset(out, 0, REQUEST_LEN);
    memcpy(out, MAGIC, FILE_MAGIC_LEN);
    memcpy(out + AT_OFFICE, keys->office, HASH_LEN);
    memcpy(out + AT_SIGN, keys->sign_public, SIGNATURE_PUBLIC_LEN);
    memcpy(out + AT_AGREE, keys->agree_public, HPKE_KEY_LEN);
    out[AT_LEN] = (uint8_t)len;
    memcpy(out + AT_NAME, name, len);
    return signature_sign(keys->sign, domain, out, AT_SIGNATURE, out + AT_SIGNATURE) == 0
               ? ERROR_NONE
               : ERROR_MEMORY;
}

static enum error decode_name(const uint8_t *in, char name[NAMING_NAME_MAX + 1])
{
    const size_t len = in[AT_LEN];
    if (len > NAMING_NAME_MAX)
        return ERROR_MALFORMED;
    for (size_t i = len; i < NAMING_NAME_MAX; i++)
        if (in[AT_NAME + i] != 0)
            return ERROR_MALFORMED;
    memcpy(name, in + AT_NAME, len);
    name[len] = '\0';
    return strlen(name) == len && naming_valid(name) ? ERROR_NONE : ERROR_MALFORMED;
}

enum error request_decode(const uint8_t *in, size_t len, const uint8_t office[HASH_LEN],
                          struct naming *who)
{
    enum error error = file_magic(in, len, MAGIC);
    if (error != ERROR_NONE)
        return error;
    if (len != REQUEST_LEN)
        return ERROR_TRUNCATED;
    if (memcmp(in + AT_OFFICE, office, HASH_LEN) != 0)
        return ERROR_OFFICE;
    error = signature_check(in + AT_SIGN, domain, in, AT_SIGNATURE, in + AT_SIGNATURE);
    if (error != ERROR_NONE)
        return error;
    *who = (struct naming){.no = 0};
    memcpy(who->sign, in + AT_SIGN, SIGNATURE_PUBLIC_LEN);
    memcpy(who->agree, in + AT_AGREE, HPKE_KEY_LEN);
    return decode_name(in, who->name);
}

enum error request_write(int dir, mode_t mode, const struct keyset *keys, const char *name,
                         char fingerprint[NAMING_FINGERPRINT_LEN])
{
    uint8_t digest[HASH_LEN], bytes[REQUEST_LEN];
    char file[REQUEST_FILE_LEN];
    enum error error = identity_digest(keys->office, keys->sign_public, keys->agree_public, digest);
    if (error == ERROR_NONE)
        error = request_encode(keys, name, bytes);
    if (error != ERROR_NONE)
        return error;
    naming_fingerprint(digest, fingerprint);
    snprintf(file, sizeof file, PREFIX "%02x%02x%02x%02x", digest[0], digest[1], digest[2],
             digest[3]);
    return file_write(dir, file, mode, bytes, sizeof bytes);
}

/* --- finding one --- */

/* The digits of a fingerprint, without what people put between them. */
static bool take_digits(const char *fingerprint, char digits[DIGITS + 1])
{
    size_t n = 0;
    for (; *fingerprint != '\0'; fingerprint++) {
        if (*fingerprint == ' ' || *fingerprint == '-')
            continue;
        if (*fingerprint < '0' || *fingerprint > '9' || n == DIGITS)
            return false;
        digits[n++] = *fingerprint;
    }
    digits[n] = '\0';
    return n == DIGITS;
}

static enum error has_digits(const struct naming *who, const uint8_t *office, const char *wanted,
                             bool *same)
{
    uint8_t digest[HASH_LEN];
    char fingerprint[NAMING_FINGERPRINT_LEN], digits[DIGITS + 1];
    enum error error = identity_digest(office, who->sign, who->agree, digest);
    naming_fingerprint(digest, fingerprint);
    *same = error == ERROR_NONE && take_digits(fingerprint, digits) && strcmp(digits, wanted) == 0;
    return error;
}

/* What is no request of this office is passed over. */
static enum error look_at(int dir, const char *name, const uint8_t *office, const char *wanted,
                          struct request *request)
{
    uint8_t *data = NULL;
    size_t len = 0;
    bool same = false;
    struct naming who;
    enum error error = file_read(dir, name, REQUEST_LEN, &data, &len);
    if (error == ERROR_NONE)
        error = request_decode(data, len, office, &who);
    free(data);
    if (error == ERROR_NONE)
        error = has_digits(&who, office, wanted, &same);
    if (error != ERROR_NONE)
        return error_is_machine(error) ? error : ERROR_REQUEST_MISSING;
    if (!same)
        return ERROR_REQUEST_MISSING;
    request->who = who;
    memcpy(request->file, name, strlen(name) + 1);
    return ERROR_NONE;
}

enum error request_find(int dir, const uint8_t office[HASH_LEN], const char *fingerprint,
                        struct request *request)
{
    char wanted[DIGITS + 1];
    if (!take_digits(fingerprint, wanted))
        return ERROR_REQUEST_FINGERPRINT;
    DIR *entries = file_folder(dir);
    if (entries == NULL)
        return ERROR_IO;
    enum error error = ERROR_REQUEST_MISSING;
    for (const struct dirent *entry;
         error == ERROR_REQUEST_MISSING && (entry = readdir(entries)) != NULL;)
        if (strncmp(entry->d_name, PREFIX, sizeof PREFIX - 1) == 0 &&
            strlen(entry->d_name) < REQUEST_FILE_LEN)
            error = look_at(dir, entry->d_name, office, wanted, request);
    closedir(entries);
    return error;
}
