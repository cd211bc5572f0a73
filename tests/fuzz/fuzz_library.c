/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a page of the rights library: what is shown is clean and holds all that the file
   says, a good page is never left out. */
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utf8.h"
#include "session/library.h"
#include "tests/fuzz/fuzz.h"

#define BLANKS " \t\r\n"

static char folder[] = "/tmp/fuzz-library-XXXXXX";
static int page = -1; /* kk/01-x.txt */

static void finish(void)
{
    const int root = open(folder, O_RDONLY | O_DIRECTORY);

    unlinkat(root, "kk/01-x.txt", 0);
    unlinkat(root, "kk/02-link.txt", 0);
    unlinkat(root, "kk", AT_REMOVEDIR);
    close(root);
    rmdir(folder);
}

static void start(void)
{
    int root;

    if (page >= 0)
        return;
    must(mkdtemp(folder) != NULL && atexit(finish) == 0);
    root = open(folder, O_RDONLY | O_DIRECTORY);
    must(root >= 0 && mkdirat(root, "kk", 0700) == 0);
    page = openat(root, "kk/01-x.txt", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    must(page >= 0);
    must(symlinkat("01-x.txt", root, "kk/02-link.txt") == 0); /* shows no second page */
    close(root);
}

/* A tab is shown as a blank; what controls are not ASCII the screen makes harmless. */
static bool has_control(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        const uint8_t c = (uint8_t)text[i];
        if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
            return true;
    }
    return false;
}

/* The bytes behind a byte order mark. */
static const char *behind_mark(const char *bytes, size_t *len)
{
    if (*len < 3 || memcmp(bytes, "\xEF\xBB\xBF", 3) != 0)
        return bytes;
    *len -= 3;
    return bytes + 3;
}

/* Takes from the bytes what the text says, blanks aside; returns where it came to. */
static const char *take_said(const char *at, const char *end, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr(BLANKS, *text) != NULL)
            continue;
        while (at < end && *at != '\0' && strchr(BLANKS, *at) != NULL)
            at++;
        must(at < end && *at++ == *text);
    }
    return at;
}

/* Title and text are the file's, and all of it. */
static void check_whole(const char *bytes, size_t len, const char *title, const char *text)
{
    const char *at = behind_mark(bytes, &len);
    const char *end = at + len;

    at = take_said(at, end, title);
    at = take_said(at, end, text);
    for (; at < end; at++)
        must(*at != '\0' && strchr(BLANKS, *at) != NULL);
}

static void check_page(const char *title, const char *text)
{
    const size_t title_len = strlen(title);
    const size_t len = strlen(text);

    must(title_len > 0 && title_len <= LIBRARY_TITLE_MAX && strchr(title, '\n') == NULL);
    must(utf8_valid(title, title_len) && !has_control(title, title_len));
    must(len > 0 && text[0] != '\n' && text[len - 1] != '\n');
    must(utf8_valid(text, len) && !has_control(text, len));
    must(strstr(text, "\n\n\n") == NULL);
}

/* A title in the first line, a text below, and nothing that an office could not have meant. */
static bool is_good(const char *bytes, size_t len)
{
    const char *at = behind_mark(bytes, &len);
    const char *stop = memchr(at, '\n', len);
    bool text = false;

    if (stop == NULL || stop - at > LIBRARY_TITLE_MAX || strchr(BLANKS, at[0]) != NULL)
        return false;
    for (const char *c = stop; c < at + len; c++)
        text = text || strchr(BLANKS, *c) == NULL;
    return text && utf8_valid(at, len) && !has_control(at, len);
}

static void try(const char *bytes, size_t len)
{
    struct library *library = NULL;
    size_t count;

    must(ftruncate(page, 0) == 0 && pwrite(page, bytes, len, 0) == (ssize_t)len);
    library = library_load(folder);
    must(library != NULL);
    count = library_count(library, "kk");
    must(count <= 1 && library_count(library, "en") == count);
    must(library_title(library, "kk", count) == NULL && library_text(library, "kk", count) == NULL);
    must(count == 1 || !is_good(bytes, len));
    if (count == 1) {
        const char *title = library_title(library, "kk", 0), *text = library_text(library, "kk", 0);
        must(library_title(library, "ru", 0) == title && library_text(library, "ru", 0) == text);
        check_page(title, text);
        check_whole(bytes, len, title, text);
    }
    library_free(&library);
    must(library == NULL);
    library_free(&library);
}

/* Without memory there is no library rather than half of one. */
static void starve(unsigned fault)
{
    fuzz_fail_at(fault);
    struct library *library = library_load(folder);
    fuzz_fail_at(0);
    library_free(&library);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_fail_at(0);
    start();
    if (size > LIBRARY_FILE_MAX)
        return 0;
    try((const char *)data, size);
    starve(fuzz_fault_of(data, size));
    return 0;
}
