/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The settings by name: what each takes, and the file that holds them. */
#include "kiosk/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"

enum {
    CONFIG_IDLE = 180,
    CONFIG_IDLE_MIN = 10,
    CONFIG_IDLE_MAX = 3600,
    CONFIG_IDLE_DIGITS = 4,
    CONFIG_PAPER = 80,
    CONFIG_LINE_MAX = 512,
};

/* Windows' editors leave these at the start of a file and at the end of a line: both are
   skipped. */
#define BYTE_ORDER_MARK "\xEF\xBB\xBF"
#define BLANKS          " \t\r"

void config_default(struct config *config)
{
    memset(config, 0, sizeof *config);
    config->idle = CONFIG_IDLE;
    config->paper = CONFIG_PAPER;
    for (size_t i = 0; i < LANG_COUNT; i++)
        memcpy(config->languages[i], lang_code(i), sizeof config->languages[i]);
}

/* --- what each takes --- */

static const char *set_idle(struct config *config, const char *value)
{
    const size_t len = strlen(value);
    int seconds = 0;
    if (len > 0 && len <= CONFIG_IDLE_DIGITS && strspn(value, "0123456789") == len)
        seconds = atoi(value);
    if (seconds < CONFIG_IDLE_MIN || seconds > CONFIG_IDLE_MAX)
        return N_("Give a number of seconds from 10 to 3600.");
    config->idle = seconds;
    return NULL;
}

static const char *set_paper(struct config *config, const char *value)
{
    if (strcmp(value, "58") != 0 && strcmp(value, "80") != 0)
        return N_("Give the width of the paper: 58 or 80.");
    config->paper = atoi(value);
    return NULL;
}

static const char *set_print(struct config *config, const char *value)
{
    if (strcmp(value, "normal") != 0 && strcmp(value, "large") != 0)
        return N_("Give normal or large.");
    config->large = value[0] == 'l';
    return NULL;
}

static const char *set_contrast(struct config *config, const char *value)
{
    if (strcmp(value, "yes") != 0 && strcmp(value, "no") != 0)
        return N_("Give yes or no.");
    config->contrast = value[0] == 'y';
    return NULL;
}

/* As useradd(8) allows. */
static const char *set_visitor(struct config *config, const char *value)
{
    const size_t len = strlen(value);
    if (len == 0 || len >= CONFIG_USER_LEN || value[0] == '-' ||
        strspn(value, "abcdefghijklmnopqrstuvwxyz0123456789_-") != len)
        return N_("Give the name of a user.");
    strcpy(config->visitor, value);
    return NULL;
}

/* The language code that the word is; NULL for none, or for one that stands in the order
   already. */
static const char *new_language(const char *word, size_t len, char order[][3], size_t n)
{
    const char *code = NULL;
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (len == strlen(lang_code(i)) && memcmp(word, lang_code(i), len) == 0)
            code = lang_code(i);
    for (size_t i = 0; i < n && code != NULL; i++)
        if (strcmp(order[i], code) == 0)
            return NULL;
    return code;
}

static const char *set_languages(struct config *config, const char *value)
{
    static const char *const wrong =
        N_("Give all of kk, ru and en, each once, the first one first.");
    char order[LANG_COUNT][3];
    size_t n = 0;
    for (value += strspn(value, BLANKS); *value != '\0'; value += strspn(value, BLANKS)) {
        const size_t len = strcspn(value, BLANKS);
        const char *code = new_language(value, len, order, n);
        if (code == NULL)
            return wrong;
        memcpy(order[n++], code, sizeof order[0]);
        value += len;
    }
    if (n != LANG_COUNT)
        return wrong;
    memcpy(config->languages, order, sizeof order);
    return NULL;
}

/* --- by name --- */

enum { NO_PATH = -1 };

static const struct setting {
    const char *name;
    int path; /* where in the struct it stands, NO_PATH when it is no path */
    const char *(*set)(struct config *config, const char *value);
} settings[] = {
    {"tty", offsetof(struct config, tty), NULL},
    {"locale", offsetof(struct config, locale), NULL},
    {"texts", offsetof(struct config, texts), NULL},
    {"printer", offsetof(struct config, printer), NULL},
    {"speaker", offsetof(struct config, speaker), NULL},
    {"idle", NO_PATH, set_idle},
    {"paper", NO_PATH, set_paper},
    {"languages", NO_PATH, set_languages},
    {"print", NO_PATH, set_print},
    {"contrast", NO_PATH, set_contrast},
    {"visitor", NO_PATH, set_visitor},
};

enum { SETTINGS = sizeof settings / sizeof settings[0] };

static const struct setting *find(const char *name)
{
    for (size_t i = 0; i < SETTINGS; i++)
        if (strcmp(settings[i].name, name) == 0)
            return &settings[i];
    return NULL;
}

static const char *set(struct config *config, const struct setting *setting, const char *value)
{
    if (setting->path == NO_PATH)
        return setting->set(config, value);
    if (strlen(value) >= CONFIG_PATH_LEN)
        return N_("This path is too long.");
    strcpy((char *)config + setting->path, value);
    return NULL;
}

const char *config_set(struct config *config, const char *name, const char *value)
{
    const struct setting *setting = find(name);
    return setting == NULL ? N_("There is no setting of this name.") : set(config, setting, value);
}

/* --- the file --- */

static bool is_text(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (((unsigned char)line[i] < ' ' && line[i] != '\t' && line[i] != '\r') || line[i] == 0x7F)
            return false;
    return utf8_valid(line, len);
}

/* Cuts the blanks off both ends, in place. */
static char *strip(char *text)
{
    text += strspn(text, BLANKS);
    size_t len = strlen(text);
    while (len > 0 && strchr(BLANKS, text[len - 1]) != NULL)
        len--;
    text[len] = '\0';
    return text;
}

/* A comment behind a value would silently become part of it. */
static bool has_comment(const char *value)
{
    return strstr(value, " #") != NULL || strstr(value, "\t#") != NULL;
}

static const char *take_setting(struct config *config, char *line, bool seen[SETTINGS])
{
    char *value = strchr(line, '=');
    if (value == NULL)
        return N_("A line is a name, = and a value.");
    *value++ = '\0';
    value = strip(value);
    const struct setting *setting = find(strip(line));
    if (setting == NULL)
        return config_set(config, strip(line), value);
    if (seen[setting - settings])
        return N_("This name stands here for the second time.");
    seen[setting - settings] = true;
    if (has_comment(value))
        return N_("A comment needs a line of its own.");
    if (setting->path != NO_PATH && value[0] != '/')
        return N_("Give a path that begins with /.");
    return set(config, setting, value);
}

static const char *take_line(struct config *config, char *line, size_t len, bool seen[SETTINGS])
{
    if (len > CONFIG_LINE_MAX)
        return N_("This line is too long.");
    if (!is_text(line, len))
        return N_("This line is not UTF-8 text.");
    char *text = strip(line);
    return text[0] == '\0' || text[0] == '#' ? NULL : take_setting(config, text, seen);
}

/* Root does what the file says, and it names a user, programs and devices: so nobody else may be
   able to write it. */
static bool is_trusted(const struct stat *st)
{
    return geteuid() != 0 || (st->st_uid == 0 && (st->st_mode & (S_IWGRP | S_IWOTH)) == 0);
}

/* Reads the file into text, which has room for CONFIG_FILE_MAX + 1 bytes. Returns what is wrong, or
   NULL. */
static const char *load(const char *path, bool must, char *text, size_t *len)
{
    const int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    struct stat st;
    bool trusted = true;
    ssize_t n = 0;
    /* A dangling link is no missing file: somebody wanted it read. */
    if (fd < 0 && errno == ENOENT && !must && lstat(path, &st) != 0)
        return NULL;
    if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && (trusted = is_trusted(&st)))
        while (*len <= CONFIG_FILE_MAX &&
               (n = read(fd, text + *len, CONFIG_FILE_MAX + 1 - *len)) > 0)
            *len += (size_t)n;
    else
        n = -1;
    if (fd >= 0)
        close(fd);
    if (!trusted)
        return N_("Root takes only a file that is root's and that nobody else can write.");
    if (n < 0)
        return N_("This is no file that can be read.");
    return *len > CONFIG_FILE_MAX ? N_("This file is too large.") : NULL;
}

/* Returns the number of the first line with a fault, which *fault then says, or 0. */
static unsigned take_lines(struct config *config, char *text, size_t len, const char **fault)
{
    bool seen[SETTINGS] = {false};
    char *const end = text + len;
    unsigned number = 0, wrong = 0;
    while (text < end) {
        char *stop = memchr(text, '\n', (size_t)(end - text));
        stop = stop != NULL ? stop : end;
        *stop = '\0';
        number++;
        const char *said = take_line(config, text, (size_t)(stop - text), seen);
        if (said != NULL && wrong == 0)
            wrong = number, *fault = said;
        text = stop + 1;
    }
    return wrong;
}

int config_read(struct config *config, const char *path, bool must, char fault[CONFIG_FAULT_LEN])
{
    const size_t mark = strlen(BYTE_ORDER_MARK);
    char *text = calloc(1, CONFIG_FILE_MAX + 2);
    const char *said = N_("There is no memory left.");
    size_t len = 0, skip;
    unsigned line = 0;

    fault[0] = '\0';
    if (text == NULL)
        goto out;
    said = load(path, must, text, &len);
    if (said != NULL)
        goto out;
    skip = len >= mark && memcmp(text, BYTE_ORDER_MARK, mark) == 0 ? mark : 0;
    line = take_lines(config, text + skip, len - skip, &said);
out:
    if (said != NULL && line > 0)
        snprintf(fault, CONFIG_FAULT_LEN, _("%s: line %u: %s"), path, line, _(said));
    else if (said != NULL)
        snprintf(fault, CONFIG_FAULT_LEN, "%s: %s", path, _(said));
    free(text);
    return said != NULL ? -1 : 0;
}
