/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Reads all pages once, before the session is confined, and keeps them in memory. */
#include "session/library.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"
#include "base/utf8.h"

struct leaf {
    char *title; /* one block, which holds the text, too */
    const char *text;
};

struct library {
    size_t count[LANG_COUNT];
    struct leaf leaves[LANG_COUNT][LIBRARY_PAGES_MAX];
};

/* A line without the blanks around it. */
struct line {
    const char *start;
    size_t len;
};

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/* Takes the next line off the rest. Returns false when there is none. */
static bool take_line(const char **rest, const char *end, struct line *line)
{
    if (*rest == end)
        return false;
    const char *start = *rest;
    const char *stop = memchr(start, '\n', (size_t)(end - start));
    *rest = stop == NULL ? end : stop + 1;
    stop = stop == NULL ? end : stop;
    while (start < stop && blank(*start))
        start++;
    while (start < stop && blank(stop[-1]))
        stop--;
    *line = (struct line){start, (size_t)(stop - start)};
    return true;
}

static bool is_item(const struct line *line)
{
    return line->len > 2 && memcmp(line->start, "- ", 2) == 0;
}

/* Joins the lines of each paragraph and writes them with a NUL. What is written is never longer
   than the rest: each joint is at most as long as the newlines it replaces. */
static void join(const char *rest, const char *end, char *out)
{
    struct line line;
    const char *joint = "";
    while (take_line(&rest, end, &line)) {
        if (line.len == 0) {
            joint = *joint == '\0' ? "" : "\n\n";
            continue;
        }
        if (is_item(&line) && *joint == ' ')
            joint = "\n";
        out = stpcpy(out, joint);
        out = mempcpy(out, line.start, line.len);
        joint = " ";
    }
    *out = '\0';
}

static bool has_control(const char *text)
{
    for (; *text != '\0'; text++) {
        uint8_t c = (uint8_t)*text;
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f)
            return true;
    }
    return false;
}

/* Makes a leaf of a file's bytes; when they are no page, leaf->title stays NULL. Returns 0, or -1
   when memory is short. */
static int make_leaf(struct leaf *leaf, const char *bytes, size_t len)
{
    const char *end = bytes + len;
    const char *rest = len >= 3 && memcmp(bytes, "\xEF\xBB\xBF", 3) == 0 ? bytes + 3 : bytes;
    struct line title;
    if (!utf8_valid(bytes, len) || memchr(bytes, '\0', len) != NULL ||
        !take_line(&rest, end, &title) || title.len == 0 || title.len > LIBRARY_TITLE_MAX) {
        return 0;
    }
    char *block = malloc(len + 2);
    if (block == NULL)
        return -1;
    char *text = mempcpy(block, title.start, title.len);
    *text++ = '\0';
    join(rest, end, text);
    if (*text == '\0' || has_control(block) || has_control(text)) {
        free(block);
        return 0;
    }
    *leaf = (struct leaf){block, text};
    return 0;
}

/* Reads a regular file of 1 to LIBRARY_FILE_MAX bytes. Returns its length, or 0 for any other. A
   FIFO must not hold the kiosk up, nor a link show a file that is no page. */
static size_t read_bytes(int dir, const char *name, char bytes[LIBRARY_FILE_MAX + 1])
{
    int fd = openat(dir, name, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY | O_CLOEXEC);
    struct stat st;
    size_t len = 0;
    ssize_t got = -1;
    if (fd < 0)
        return 0;
    if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        while ((got = read(fd, bytes + len, LIBRARY_FILE_MAX + 1 - len)) > 0)
            len += (size_t)got;
    }
    close(fd);
    return got == 0 && len <= LIBRARY_FILE_MAX ? len : 0;
}

/* NN-name.txt, so that an editor's copies and notes beside the pages are not shown. */
static int is_page_name(const struct dirent *entry)
{
    const char *name = entry->d_name;
    size_t len = strlen(name);
    return len > strlen("NN-.txt") && strspn(name, "0123456789") == 2 && name[2] == '-' &&
           strcmp(name + len - 4, ".txt") == 0;
}

/* As bytes, so that the order does not depend on the locale. */
static int by_name(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*a)->d_name, (*b)->d_name);
}

/* Reads a language's pages from its folder. Returns 0, or -1 when memory is short. */
static int load_language(struct library *library, size_t lang, int dir)
{
    char bytes[LIBRARY_FILE_MAX + 1];
    struct dirent **names = NULL;
    int n = scandirat(dir, ".", &names, is_page_name, by_name);
    int ret = n < 0 && errno == ENOMEM ? -1 : 0;
    size_t *count = &library->count[lang];
    for (int i = 0; i < n; i++) {
        if (ret == 0 && *count < LIBRARY_PAGES_MAX) {
            struct leaf *leaf = &library->leaves[lang][*count];
            ret = make_leaf(leaf, bytes, read_bytes(dir, names[i]->d_name, bytes));
            *count += leaf->title != NULL;
        }
        free(names[i]);
    }
    free(names);
    return ret;
}

struct library *library_load(const char *dir)
{
    int root = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct library *library = calloc(1, sizeof *library);
    int failed = library == NULL;
    for (size_t lang = 0; lang < LANG_COUNT && root >= 0 && !failed; lang++) {
        int folder = openat(root, lang_code(lang), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        if (folder >= 0) {
            failed = load_language(library, lang, folder);
            close(folder);
        }
    }
    if (root >= 0)
        close(root);
    if (failed)
        library_free(&library);
    return library;
}

void library_free(struct library **library)
{
    if (*library == NULL)
        return;
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        for (size_t i = 0; i < (*library)->count[lang]; i++)
            free((*library)->leaves[lang][i].title);
    }
    free(*library);
    *library = NULL;
}

/* The language shown for the one asked for: itself, or the first that has pages. */
static size_t language_for(const struct library *library, const char *language)
{
    size_t shown = 0;
    for (size_t lang = LANG_COUNT; lang-- > 0;) {
        if (library->count[lang] > 0)
            shown = lang;
    }
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        if (library->count[lang] > 0 && strcmp(lang_code(lang), language) == 0)
            shown = lang;
    }
    return shown;
}

size_t library_count(const struct library *library, const char *language)
{
    return library->count[language_for(library, language)];
}

static const struct leaf *leaf_at(const struct library *library, const char *language, size_t i)
{
    size_t lang = language_for(library, language);
    return i < library->count[lang] ? &library->leaves[lang][i] : NULL;
}

const char *library_title(const struct library *library, const char *language, size_t i)
{
    const struct leaf *leaf = leaf_at(library, language, i);
    return leaf == NULL ? NULL : leaf->title;
}

const char *library_text(const struct library *library, const char *language, size_t i)
{
    const struct leaf *leaf = leaf_at(library, language, i);
    return leaf == NULL ? NULL : leaf->text;
}
