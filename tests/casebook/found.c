/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The office of a casebook: founded for training, with its officers and kiosks. */
#include "tests/casebook/casebook.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/file.h"
#include "crypto/secret.h"
#include "office/fleet.h"
#include "office/home.h"
#include "office/identity.h"
#include "office/officer.h"
#include "office/request.h"
#include "office/root.h"

#define PASSPHRASE "training-casebook-passphrase"

void casebook_path(const struct casebook *casebook, const char *name, char out[CASEBOOK_PATH])
{
    snprintf(out, CASEBOOK_PATH, "%s/%s", casebook->folder, name);
}

static void officer_home(const struct casebook *casebook, uint32_t n, char out[CASEBOOK_PATH])
{
    char name[32];
    snprintf(name, sizeof name, "officer-%u", n);
    casebook_path(casebook, name, out);
}

static struct passphrase *new_passphrase(void)
{
    struct passphrase *passphrase = secret_new(sizeof *passphrase);
    if (passphrase != NULL) {
        passphrase->len = sizeof PASSPHRASE - 1;
        memcpy(passphrase->text, PASSPHRASE, sizeof PASSPHRASE);
    }
    return passphrase;
}

static enum error make_folder(const struct casebook *casebook)
{
    if (mkdir(casebook->folder, 0700) != 0)
        return errno == EEXIST                       ? ERROR_EXISTS
               : errno == ENOENT || errno == ENOTDIR ? ERROR_PARENT
                                                     : error_of_errno(errno);
    int dir = open(casebook->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (dir < 0)
        return error_of_errno(errno);
    enum error error =
        file_write(dir, "passphrase", 0600, PASSPHRASE "\n", sizeof PASSPHRASE "\n" - 1);
    close(dir);
    return error;
}

static enum error make_office(const struct casebook *casebook, const struct passphrase *passphrase)
{
    char office[CASEBOOK_PATH], home[CASEBOOK_PATH], fingerprint[CHARTER_FINGERPRINT_LEN];
    const struct vault_order order = {
        .name = "Training office",
        .officer = words_officer(1),
        .home = home,
        .now = PLAN_FIRST_DAY * DAY_MINUTES + 8 * 60,
        .training = true,
    };
    casebook_path(casebook, "office", office);
    officer_home(casebook, 1, home);
    return vault_make(office, &order, passphrase, fingerprint);
}

static enum error open_office(struct casebook *casebook, const struct passphrase *passphrase)
{
    char office[CASEBOOK_PATH], home[CASEBOOK_PATH];
    casebook_path(casebook, "office", office);
    officer_home(casebook, 1, home);
    enum error error = vault_open(office, &casebook->vault);
    if (error == ERROR_NONE)
        error = vault_unlock(casebook->vault, home, passphrase);
    if (error == ERROR_NONE)
        error = root_load(casebook->vault->dir, casebook->vault->charter.root, passphrase,
                          &casebook->root);
    if (error == ERROR_NONE)
        casebook->keys[0] = casebook->vault->keys;
    return error;
}

/* --- officers --- */

void casebook_act_as(struct casebook *casebook, uint32_t n)
{
    casebook->vault->keys = casebook->vault->history.keys = casebook->keys[n - 1];
}

static enum error write_keyring(const struct casebook *casebook, uint32_t n,
                                const struct passphrase *passphrase, const struct keyset *keys)
{
    char path[CASEBOOK_PATH];
    int home = -1;
    officer_home(casebook, n, path);
    enum error error = home_open(path, keys->office, true, &home);
    if (error == ERROR_NONE)
        error = identity_save(home, keys, casebook->vault->history.first, passphrase);
    if (home >= 0)
        close(home);
    return error;
}

/* The officer has at once what the journal gives them, since they work in this process. */
static enum error take_secrets(struct keyset *keys, const struct keyset *lead)
{
    enum error error = ERROR_NONE;
    for (size_t i = 0; i < lead->generation_count && error == ERROR_NONE; i++) {
        const struct keyset_generation *one = lead->generations[i];
        error = keyset_add(keys, one->compartment, one->generation, one->secret);
    }
    for (size_t i = 0; i < lead->intake_count && error == ERROR_NONE; i++)
        error = keyset_add_intake(keys, lead->intake[i].epoch, lead->intake[i].secret);
    return error;
}

static enum error add_officer(struct casebook *casebook, uint32_t n,
                              const struct passphrase *passphrase)
{
    char fingerprint[NAMING_FINGERPRINT_LEN], name[NAMING_NAME_MAX + 1];
    struct vault *vault = casebook->vault;
    struct keyset **keys = &casebook->keys[n - 1];
    const struct officer_order order = {fingerprint, ACT_OFFICER_ROLE,
                                        PLAN_FIRST_DAY * DAY_MINUTES + 8 * 60 + n};
    enum error error = keyset_new(vault->charter.office, keys);
    if (error == ERROR_NONE)
        error = keyset_make_own(*keys);
    if (error == ERROR_NONE)
        error = write_keyring(casebook, n, passphrase, *keys);
    if (error == ERROR_NONE)
        error = request_write(vault->dir, 0600, *keys, words_officer(n), fingerprint);
    if (error == ERROR_NONE)
        error = officer_add(vault, &order, &(*keys)->officer, name);
    return error == ERROR_NONE ? take_secrets(*keys, casebook->keys[0]) : error;
}

/* --- kiosks --- */

enum error casebook_enroll(struct casebook *casebook, const struct plan_kiosk *kiosk, uint32_t day)
{
    uint8_t file[CARD_FILE_LEN];
    const struct vault *vault = casebook->vault;
    struct card card = {
        .number = 1, .issued = day, .expires = vault->charter.expires, .type = kiosk->type};
    memcpy(card.key, kiosk->key, sizeof card.key);
    memcpy(card.facility, kiosk->facility, sizeof card.facility);
    enum error error = card_encode(&card, vault->charter_bytes, casebook->root->seed, file);
    return error == ERROR_NONE
               ? fleet_keep_card(casebook->vault, file, day * DAY_MINUTES + 8 * 60 + 30)
               : error;
}

enum error casebook_found(struct casebook *casebook)
{
    struct passphrase *passphrase = new_passphrase();
    enum error error = passphrase != NULL ? make_folder(casebook) : ERROR_MEMORY;
    if (error == ERROR_NONE)
        error = make_office(casebook, passphrase);
    if (error == ERROR_NONE)
        error = open_office(casebook, passphrase);
    for (uint32_t n = 2; n <= casebook->officers && error == ERROR_NONE; n++)
        error = add_officer(casebook, n, passphrase);
    for (uint32_t i = 0; i < casebook->plan.kiosk_count && error == ERROR_NONE; i++)
        error = casebook_enroll(casebook, &casebook->plan.kiosks[i], PLAN_FIRST_DAY);
    passphrase_free(&passphrase);
    return error;
}

enum error casebook_open(struct casebook *casebook)
{
    struct passphrase *passphrase = new_passphrase();
    enum error error = passphrase != NULL ? open_office(casebook, passphrase) : ERROR_MEMORY;
    passphrase_free(&passphrase);
    return error;
}

void casebook_close(struct casebook *casebook)
{
    if (casebook->vault != NULL && casebook->keys[0] != NULL)
        casebook_act_as(casebook, 1);
    for (uint32_t n = 2; n <= CASEBOOK_OFFICERS; n++)
        keyset_free(&casebook->keys[n - 1]);
    vault_close(&casebook->vault);
    secret_free(casebook->root);
    plan_free(&casebook->plan);
    free(casebook->cases);
    for (uint32_t day = 0; day < PLAN_DAYS; day++)
        free(casebook->due[day].numbers);
}
