/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a configuration file; then the same with control bytes standing for the words of a
   good one. What is taken reads back the same when written out; an error names the first line that
   is wrong. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "kiosk/config.h"
#include "tests/fuzz/fuzz.h"

enum { LINES_MAX = 8 * CONFIG_PATH_LEN, WORD_MAX = 16 };

static const char *const words[0x20] = {
    "tty = /",      "locale = /", "texts = /", "printer=/", "speaker = /", "idle = ", "paper = ",
    "languages = ", "print = ",   "\t",        "\n",        "contrast = ", "58",      "\r",
    "80",           "180",        "kk ru en",  "en",        "kk",          " ru ",    "normal",
    "large",        "yes",        "no",        " = ",       "/dev/x",      " #",      "\n# \n",
    "\xEF\xBB\xBF", "\n",         "\xD2\x9B",  "tty",
};

static int fd = -1; /* the file */
static char path[32];

static void start(void)
{
    if (fd >= 0)
        return;
    fd = memfd_create("config", MFD_CLOEXEC);
    must(fd >= 0 && fchmod(fd, 0600) == 0); /* as root takes it */
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
}

static int read_bytes(const void *bytes, size_t len, struct config *config,
                      char fault[CONFIG_FAULT_LEN])
{
    int result;

    must(ftruncate(fd, 0) == 0 && pwrite(fd, bytes, len, 0) == (ssize_t)len);
    config_default(config);
    result = config_read(config, path, true, fault);
    must(result == 0 || result == -1);
    must((result == 0) == (fault[0] == '\0') && strlen(fault) < CONFIG_FAULT_LEN);
    return result;
}

static void check_path(const char text[CONFIG_PATH_LEN])
{
    const size_t len = strnlen(text, CONFIG_PATH_LEN);

    must(len < CONFIG_PATH_LEN && (len == 0 || text[0] == '/') && utf8_valid(text, len));
    must(strcspn(text, "\n\033\x7F") == len);
}

/* Whatever the file, each setting is one that a kiosk can run with. */
static void check(const struct config *config)
{
    check_path(config->tty);
    check_path(config->locale);
    check_path(config->texts);
    check_path(config->printer);
    check_path(config->speaker);
    must(config->idle >= 10 && config->idle <= 3600);
    must(config->paper == 58 || config->paper == 80);
    for (size_t i = 0; i < LANG_COUNT; i++) {
        size_t times = 0;
        for (size_t j = 0; j < LANG_COUNT; j++)
            times += strcmp(config->languages[j], lang_code(i)) == 0;
        must(times == 1);
    }
}

static size_t add_path(char *out, size_t at, const char *name, const char *value)
{
    if (value[0] == '\0')
        return at;
    return at + (size_t)snprintf(out + at, LINES_MAX - at, "%s = %s\n", name, value);
}

static size_t write_lines(const struct config *config, char out[LINES_MAX])
{
    size_t at = 0;

    at = add_path(out, at, "tty", config->tty);
    at = add_path(out, at, "locale", config->locale);
    at = add_path(out, at, "texts", config->texts);
    at = add_path(out, at, "printer", config->printer);
    at = add_path(out, at, "speaker", config->speaker);
    at += (size_t)snprintf(out + at, LINES_MAX - at,
                           "idle = %d\npaper = %d\nlanguages = %s %s %s\nprint = %s\n"
                           "contrast = %s\n",
                           config->idle, config->paper, config->languages[0], config->languages[1],
                           config->languages[2], config->large ? "large" : "normal",
                           config->contrast ? "yes" : "no");
    must(at < LINES_MAX);
    return at;
}

/* Where line `number` ends, its newline with it; 0 when there are not that many lines. */
static size_t line_end(const char *bytes, size_t len, unsigned number)
{
    size_t end = 0;

    for (unsigned i = 0; i < number; i++) {
        const char *stop = end < len ? memchr(bytes + end, '\n', len - end) : NULL;
        if (end == len)
            return 0;
        end = stop != NULL ? (size_t)(stop - bytes) + 1 : len;
    }
    return end;
}

static unsigned fault_line(const char *fault)
{
    unsigned line = 0;

    must(strncmp(fault, path, strlen(path)) == 0);
    must(sscanf(fault + strlen(path), ": line %u: ", &line) == 1);
    return line;
}

/* The line is there, up to it all was right, and it is enough to be refused. */
static void check_refused(const char *bytes, size_t len, const char *fault)
{
    const unsigned line = fault_line(fault);
    const size_t end = line_end(bytes, len, line);
    struct config config;
    char again[CONFIG_FAULT_LEN];

    must(line > 0 && end > 0);
    must(read_bytes(bytes, line_end(bytes, len, line - 1), &config, again) == 0);
    must(read_bytes(bytes, end, &config, again) == -1 && strcmp(again, fault) == 0);
}

static void try(const char *bytes, size_t len)
{
    static char lines[LINES_MAX], again[LINES_MAX];
    struct config config;
    char fault[CONFIG_FAULT_LEN];
    size_t n;

    if (len > CONFIG_FILE_MAX)
        return;
    if (read_bytes(bytes, len, &config, fault) != 0)
        check_refused(bytes, len, fault);
    check(&config);
    n = write_lines(&config, lines);
    must(read_bytes(lines, n, &config, fault) == 0);
    must(write_lines(&config, again) == n && memcmp(lines, again, n) == 0);
}

static void try_words(const uint8_t *data, size_t size)
{
    char *bytes = calloc(size + 1, WORD_MAX);
    char *at = bytes;

    if (bytes == NULL)
        return;
    for (size_t i = 0; i < size; i++) {
        if (data[i] < 0x20)
            at = stpcpy(at, words[data[i]]);
        else
            *at++ = (char)data[i];
    }
    try(bytes, (size_t)(at - bytes));
    free(bytes);
}

/* What is no file, and what is too long for one. */
static void try_no_file(void)
{
    static char long_value[2 * CONFIG_PATH_LEN];
    struct config config;
    char fault[CONFIG_FAULT_LEN];

    config_default(&config);
    must(config_read(&config, "/proc/self/fd/nothing", false, fault) == 0);
    must(config_read(&config, "/proc/self/fd/nothing", true, fault) == -1);
    must(fchmod(fd, 0602) == 0 &&
         (config_read(&config, path, true, fault) == -1 || geteuid() != 0));
    must(fchmod(fd, 0600) == 0);
    must(config_read(&config, "/proc/self/fd", true, fault) == -1);
    must(ftruncate(fd, CONFIG_FILE_MAX + 1) == 0);
    must(config_read(&config, path, true, fault) == -1);
    memset(long_value, '/', sizeof long_value - 1);
    must(config_set(&config, "tty", long_value) != NULL);
    fuzz_fail_at(1);
    must(config_read(&config, path, true, fault) == -1);
    fuzz_fail_at(0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_fail_at(0);
    start();
    if (size == 0)
        try_no_file();
    try((const char *)data, size);
    try_words(data, size);
    return 0;
}
