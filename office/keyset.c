/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The keys that an officer holds, in locked memory. */
#include "office/keyset.h"

#include <stdlib.h>
#include <string.h>

#include "base/grow.h"
#include "base/wire.h"
#include "crypto/random.h"
#include "crypto/secret.h"
#include "crypto/wrap.h"

const uint16_t keyset_compartments[] = {KEYSET_HOUSE, KEYSET_REGISTER, KEYSET_BOARD, KEYSET_GENERAL,
                                        0};

static enum error expand(const uint8_t *secret, const char *label, uint8_t out[KEYSET_KEY_LEN])
{
    const struct hash_part part = {label, strlen(label)};
    return hash_expand(out, KEYSET_KEY_LEN, secret, &part, 1) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

enum error keyset_new(const uint8_t office[HASH_LEN], struct keyset **out)
{
    *out = secret_new(sizeof **out);
    if (*out == NULL)
        return ERROR_MEMORY;
    memcpy((*out)->office, office, HASH_LEN);
    return ERROR_NONE;
}

enum error keyset_make_own(struct keyset *keys)
{
    random_key(keys->view, sizeof keys->view);
    if (signature_key_new(keys->sign, keys->sign_public) != 0)
        return ERROR_MEMORY;
    return wrap_key_new(keys->agree, keys->agree_public);
}

static enum error make_room(struct keyset *keys)
{
    return GROW(keys->generations, keys->generation_count, 1, keys->generation_room);
}

enum error keyset_copy(const struct keyset *keys, struct keyset **out)
{
    struct keyset *copy = *out = secret_new(sizeof *copy);
    if (copy == NULL)
        return ERROR_MEMORY;
    *copy = *keys;
    copy->generation_count = copy->generation_room = 0;
    copy->generations = NULL;
    for (size_t i = 0; i < keys->generation_count; i++) {
        struct keyset_generation *added =
            make_room(copy) == ERROR_NONE ? secret_new(sizeof *added) : NULL;
        if (added == NULL) {
            keyset_free(out);
            return ERROR_MEMORY;
        }
        *added = *keys->generations[i];
        copy->generations[copy->generation_count++] = added;
    }
    return ERROR_NONE;
}

void keyset_free(struct keyset **keys)
{
    if (*keys == NULL)
        return;
    for (size_t i = 0; i < (*keys)->generation_count; i++)
        secret_free((*keys)->generations[i]);
    free((*keys)->generations);
    secret_free(*keys);
    *keys = NULL;
}

/* --- generations --- */

static enum error derive(struct keyset_generation *generation)
{
    const struct {
        const char *label;
        uint8_t *out;
    } made[] = {
        {"sandyq head v1", generation->head},
        {"sandyq body v1", generation->body},
        {"sandyq case wrap v1", generation->wrap},
        {"sandyq queue v1", generation->queue},
        {"sandyq compartment pair v1", generation->pair},
    };
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < sizeof made / sizeof *made && error == ERROR_NONE; i++)
        error = expand(generation->secret, made[i].label, made[i].out);
    if (error != ERROR_NONE)
        return error;
    uint8_t *ikm = secret_new(KEYSET_KEY_LEN);
    if (ikm == NULL)
        return ERROR_MEMORY;
    memcpy(ikm, generation->pair, KEYSET_KEY_LEN);
    error = hpke_derive(ikm, KEYSET_KEY_LEN, generation->pair, generation->pair_public);
    secret_free(ikm);
    return error;
}

enum error keyset_add(struct keyset *keys, uint16_t compartment, uint32_t generation,
                      const uint8_t secret[KEYSET_KEY_LEN])
{
    if (keyset_find(keys, compartment, generation) != NULL)
        return ERROR_NONE;
    struct keyset_generation *added =
        make_room(keys) == ERROR_NONE ? secret_new(sizeof *added) : NULL;
    if (added == NULL)
        return ERROR_MEMORY;
    added->compartment = compartment;
    added->generation = generation;
    memcpy(added->secret, secret, KEYSET_KEY_LEN);
    enum error error = derive(added);
    if (error == ERROR_NONE && compartment == KEYSET_REGISTER && generation == 1)
        error = expand(secret, "sandyq link v1", keys->link);
    if (error == ERROR_NONE)
        keys->generations[keys->generation_count++] = added;
    else
        secret_free(added);
    return error;
}

void keyset_drop(struct keyset *keys, uint16_t compartment, uint32_t generation)
{
    for (size_t i = 0; i < keys->generation_count; i++) {
        struct keyset_generation *held = keys->generations[i];
        if (held->compartment != compartment || held->generation != generation)
            continue;
        secret_free(held);
        keys->generations[i] = keys->generations[--keys->generation_count];
        return;
    }
}

const struct keyset_generation *keyset_find(const struct keyset *keys, uint16_t compartment,
                                            uint32_t generation)
{
    for (size_t i = 0; i < keys->generation_count; i++)
        if (keys->generations[i]->compartment == compartment &&
            keys->generations[i]->generation == generation)
            return keys->generations[i];
    return NULL;
}

const struct keyset_generation *keyset_newest(const struct keyset *keys, uint16_t compartment)
{
    const struct keyset_generation *newest = NULL;
    for (size_t i = 0; i < keys->generation_count; i++)
        if (keys->generations[i]->compartment == compartment &&
            (newest == NULL || keys->generations[i]->generation > newest->generation))
            newest = keys->generations[i];
    return newest;
}

enum error keyset_commitment(const uint8_t office[HASH_LEN],
                             const struct keyset_generation *generation, uint8_t out[HASH_LEN])
{
    static const char domain[] = "sandyq compartment v1";
    uint8_t number[2 + 4];
    wire_put16(number, generation->compartment);
    wire_put32(number + 2, generation->generation);
    const struct hash_part parts[] = {{domain, sizeof domain},
                                      {office, HASH_LEN},
                                      {number, sizeof number},
                                      {generation->secret, KEYSET_KEY_LEN}};
    return hash_sha256(out, parts, 4) == 0 ? ERROR_NONE : ERROR_MEMORY;
}

/* --- what some of them are for --- */

enum error keyset_board(const struct keyset *keys, uint8_t seed[SIGNATURE_SEED_LEN])
{
    const struct keyset_generation *board = keyset_newest(keys, KEYSET_BOARD);
    return board != NULL ? expand(board->secret, "sandyq board v1", seed) : ERROR_KEY_UNFIT;
}

enum error keyset_handle(const struct keyset *keys, const uint8_t *tag_key, size_t len,
                         uint8_t handle[16])
{
    uint8_t mac[HASH_LEN];
    const struct hash_part part = {tag_key, len};
    if (keyset_find(keys, KEYSET_REGISTER, 1) == NULL)
        return ERROR_KEY_UNFIT;
    if (hash_hmac(mac, keys->link, sizeof keys->link, &part, 1) != 0)
        return ERROR_MEMORY;
    memcpy(handle, mac, 16);
    return ERROR_NONE;
}

/* --- intake keys --- */

enum error keyset_add_intake(struct keyset *keys, uint32_t epoch,
                             const uint8_t secret[ENVELOPE_KEY_LEN])
{
    if (keys->intake_count == KEYSET_INTAKE_MAX)
        return ERROR_KEYRING_DAMAGED;
    struct keyset_intake *intake = &keys->intake[keys->intake_count];
    intake->epoch = epoch;
    memcpy(intake->secret, secret, ENVELOPE_KEY_LEN);
    enum error error = hpke_public(intake->secret, intake->public_key);
    if (error == ERROR_NONE && envelope_key_id(intake->public_key, intake->id) != 0)
        error = ERROR_MEMORY;
    if (error == ERROR_NONE)
        keys->intake_count++;
    return error;
}

const struct keyset_intake *keyset_intake(const struct keyset *keys,
                                          const uint8_t id[ENVELOPE_ID_LEN])
{
    for (size_t i = 0; i < keys->intake_count; i++)
        if (memcmp(keys->intake[i].id, id, ENVELOPE_ID_LEN) == 0)
            return &keys->intake[i];
    return NULL;
}
