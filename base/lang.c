/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Loads the translations of all languages at the start and switches between them. */
#include <limits.h>
#include <stdbool.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/lang.h"

#define DOMAIN "sandyq"

/* Incrementing it makes gettext look at LANGUAGE again. Documented by libintl, in no header. */
extern int _nl_msg_cat_cntr;

static const char *const languages[LANG_COUNT] = {"kk", "ru", "en"};

const char *lang_code(size_t i)
{
    return i < LANG_COUNT ? languages[i] : "en";
}

void lang_wanted(char code[3])
{
    static const char *const names[] = {"LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && value[0] != '\0') {
            snprintf(code, 3, "%.2s", value);
            return;
        }
    }
    memcpy(code, "en", 3);
}

/* English is in the source. For it, lang_set asks for the language "C", for which gettext opens no
   file: a confined process cannot. */
static bool built_in(const char *code)
{
    return strcmp(code, "en") == 0;
}

void lang_set(const char *code)
{
    const char *language = "C";
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (strcmp(languages[i], code) == 0 && !built_in(code))
            language = languages[i];
    setenv("LANGUAGE", language, 1);
    _nl_msg_cat_cntr++;
}

/* Whether gettext answers from a catalogue whose header names this language. */
static bool loaded(const char *code)
{
    char want[32];
    lang_set(code);
    snprintf(want, sizeof want, "Language: %s\n", code);
    return strstr(gettext(""), want) != NULL;
}

/* Since glibc 2.39, gettext translates nothing in a locale called C.UTF-8. So LC_MESSAGES gets the
   same locale under another name, a symlink beside the catalogues. If that is missing C.UTF-8
   stays, which works with an older glibc. */
static void name_locale(const char *dir)
{
    setenv("LOCPATH", dir, 1);
    (void)setlocale(LC_MESSAGES, "sandyq.UTF-8");
    unsetenv("LOCPATH");
}

static int use(const char *dir)
{
    /* With a relative path gettext would look up the working directory at every message. */
    char *absolute = realpath(dir, NULL);
    int result = -1;
    if (!absolute || !bindtextdomain(DOMAIN, absolute))
        goto out;
    name_locale(absolute);
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (!built_in(languages[i]) && !loaded(languages[i]))
            goto out;
    result = 0;
out:
    lang_set("en");
    free(absolute);
    return result;
}

/* Relative to the program itself, so that an installation can be moved or staged. */
static int use_near_program(const char *folder)
{
    char path[PATH_MAX + 32];
    const ssize_t n = readlink("/proc/self/exe", path, PATH_MAX - 1);
    char *slash = NULL;
    if (n <= 0)
        return -1;
    path[n] = '\0';
    slash = strrchr(path, '/');
    if (!slash)
        return -1;
    snprintf(slash, 32, "%s", folder);
    return use(path);
}

int lang_start(const char *dir)
{
    if (!setlocale(LC_ALL, "C.UTF-8") || !textdomain(DOMAIN) ||
        !bind_textdomain_codeset(DOMAIN, "UTF-8"))
        return -1;
    if (dir)
        return use(dir);
    return use_near_program("/locale") == 0 ? 0 : use_near_program("/../share/locale");
}
