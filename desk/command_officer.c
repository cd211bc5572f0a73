/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands about officers. */
#include "desk/command_officer.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "desk/print.h"
#include "desk/print_json.h"
#include "desk/prompt.h"
#include "desk/sanitize.h"
#include "office/officer.h"

/* --- one's own keyring --- */

static void say_joined(const char *office, const char *fingerprint)
{
    printf(_("Your fingerprint: %s\n"), fingerprint);
    puts(_("Tell it to a lead of the office, face to face or on a telephone that you both know."));
    printf(_("The lead then runs: sandyq-desk officer add %s \"%s\"\n"), office, fingerprint);
    puts(_("Keep a copy of your keyring and remember its passphrase: nobody can make them anew."));
}

int command_officer_join(const struct command_line *line)
{
    const char *office = line->operands[0];
    char fingerprint[NAMING_FINGERPRINT_LEN];
    struct vault *vault = NULL;
    struct passphrase *passphrase = NULL;
    enum error error = vault_open(office, &vault);
    if (error == ERROR_NONE) {
        const bool has = officer_has_keyring(line->officer, vault->charter.office);
        error =
            prompt_passphrase(line->passphrase_file, has ? PROMPT_OWN : PROMPT_NEW, &passphrase);
    }
    if (error == ERROR_NONE)
        error = officer_join(vault, line->officer, line->name != NULL ? line->name : "", passphrase,
                             fingerprint);
    passphrase_free(&passphrase);
    vault_close(&vault);
    if (error == ERROR_NONE)
        say_joined(office, fingerprint);
    return command_fail(office, error);
}

int command_officer_passphrase(const struct command_line *line)
{
    const char *office = line->operands[0];
    struct vault *vault = NULL;
    struct passphrase *was = NULL, *becomes = NULL;
    enum error error = vault_open(office, &vault);
    if (error == ERROR_NONE)
        error = prompt_passphrase(line->passphrase_file, PROMPT_OWN, &was);
    if (error == ERROR_NONE)
        error = officer_check(line->officer, vault->charter.office, was);
    if (error == ERROR_NONE)
        error = prompt_passphrase(line->new_passphrase_file, PROMPT_NEW, &becomes);
    if (error == ERROR_NONE)
        error = officer_passphrase(line->officer, vault->charter.office, was, becomes);
    passphrase_free(&was);
    passphrase_free(&becomes);
    vault_close(&vault);
    if (error == ERROR_NONE)
        puts(_("Your keyring has the new passphrase. Copies of it still have the old one."));
    return command_fail(office, error);
}

/* --- officers --- */

static int open_as_told(const struct command_line *line, struct vault **vault)
{
    return (line->given & COMMAND_ROOT) != 0 ? command_open_root(line, vault)
                                             : command_open(line, vault);
}

static const enum act_role roles[] = {ACT_OFFICER_ROLE, ACT_LEAD};

static const char *role_choice(size_t i)
{
    return i < sizeof roles / sizeof *roles ? act_role_name(roles[i]) : NULL;
}

/* Root comes when no lead is left, and so names one. */
static enum act_role wanted_role(const struct command_line *line)
{
    if (line->role == NULL)
        return (line->given & COMMAND_ROOT) != 0 ? ACT_LEAD : ACT_OFFICER_ROLE;
    for (size_t i = 0; role_choice(i) != NULL; i++)
        if (strcmp(line->role, role_choice(i)) == 0)
            return roles[i];
    return ACT_NOBODY;
}

/* The groups of digits, which may stand apart on the line; too much is cut, and no fingerprint. */
static void join_words(const struct command_line *line, char out[64])
{
    size_t len = 0;
    out[0] = '\0';
    for (int i = 1; i < line->operand_count && len < 63; i++)
        len += (size_t)snprintf(out + len, 64 - len, "%s", line->operands[i]);
}

static void say_named(uint32_t no, enum act_role role, const char *name)
{
    printf(_("Named as officer %u, role %s: "), no, act_role_name(role));
    sanitize_word(stdout, name, strlen(name));
    putchar('\n');
}

int command_officer_add(const struct command_line *line)
{
    char fingerprint[64], name[NAMING_NAME_MAX + 1];
    struct vault *vault = NULL;
    uint32_t no = 0;
    const struct officer_order order = {fingerprint, wanted_role(line), day_minute()};
    if (order.role == ACT_NOBODY)
        return command_fail_choice(line->role, ERROR_ROLE, role_choice);
    join_words(line, fingerprint);
    int status = open_as_told(line, &vault);
    if (status == COMMAND_DONE) {
        enum error error = officer_add(vault, &order, &no, name);
        if (no != 0)
            say_named(no, order.role, name);
        status = command_fail(fingerprint, error);
    }
    return command_close(&vault, status);
}

int command_officer_list(const struct command_line *line)
{
    struct vault *vault = NULL;
    struct officer_row *rows = NULL;
    size_t n = 0;
    int status = command_open(line, &vault);
    if (status == COMMAND_DONE) {
        enum error error = officer_list(vault, &rows, &n);
        if (error == ERROR_NONE && (line->given & COMMAND_JSON) != 0)
            error = print_json_officers(stdout, rows, n, command_training(vault));
        else if (error == ERROR_NONE)
            print_officers(stdout, rows, n);
        free(rows);
        status = command_fail(line->operands[0], error);
    }
    if (status == COMMAND_DONE)
        status = command_warn_renewal(line->operands[0], vault);
    return command_close(&vault, status);
}

/* 0 if it is not a number of an officer. */
static uint32_t officer_number(const char *text)
{
    char *end = NULL;
    errno = 0;
    const unsigned long number = strtoul(text, &end, 10);
    const bool digits = text[0] >= '0' && text[0] <= '9';
    return digits && *end == '\0' && errno == 0 && number <= UINT32_MAX ? (uint32_t)number : 0;
}

int command_officer_remove(const struct command_line *line)
{
    struct vault *vault = NULL;
    const uint32_t no = officer_number(line->operands[1]);
    int status = open_as_told(line, &vault);
    if (status == COMMAND_DONE)
        status = command_fail(line->operands[1], officer_remove(vault, no, day_minute()));
    if (status == COMMAND_DONE) {
        printf(_("Officer %u is removed. New keys are made, and the others have them.\n"), no);
        status = command_warn_renewal(line->operands[0], vault);
    }
    return command_close(&vault, status);
}
