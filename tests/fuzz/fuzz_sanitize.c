/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as a stranger's text on an officer's terminal: what comes out cannot act, and no
   line of it can pass for one of the program's own. Input: columns (1 byte), which call fails
   (1), text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "desk/sanitize.h"
#include "tests/fuzz/fuzz.h"

#define MARGIN "    |"

enum { HEAD = 2, EMPTY_MAX = 2 };

/* No control, escape, bidirectional or invisible character, whatever was put in. */
static void check_harmless(const char *text, size_t len)
{
    uint32_t ch = 0;

    must(utf8_valid(text, len));
    for (size_t n; len > 0; text += n, len -= n) {
        n = utf8_take(text, len, &ch);
        must(ch == '\n' || ch == 0xFFFD || utf8_harmless(ch));
    }
}

static void check_margin(const char *text, size_t len)
{
    int empty = 0;

    while (len > 0) {
        const char *stop = memchr(text, '\n', len);
        must(stop != NULL && (size_t)(stop - text) >= strlen(MARGIN));
        must(memcmp(text, MARGIN, strlen(MARGIN)) == 0);
        empty = stop - text == (ptrdiff_t)strlen(MARGIN) ? empty + 1 : 0;
        must(empty <= EMPTY_MAX);
        len -= (size_t)(stop - text) + 1;
        text = stop + 1;
    }
}

static void try(int columns, unsigned fault, const char *text, size_t len)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);

    must(stream != NULL);
    fuzz_fail_at(fault);
    const int rc = sanitize_text(stream, columns, text, len);
    fuzz_fail_at(0);
    must(fclose(stream) == 0);
    must(rc == 0 || (rc == -1 && fault > 0 && size == 0));
    check_harmless(out, size);
    check_margin(out, size);
    free(out);
}

static void try_word(const char *text, size_t len)
{
    char *out = NULL;
    size_t size = 0;
    FILE *stream = open_memstream(&out, &size);

    must(stream != NULL);
    sanitize_word(stream, text, len);
    must(fclose(stream) == 0);
    check_harmless(out, size);
    must(memchr(out, '\n', size) == NULL);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < HEAD)
        return 0;
    fuzz_fail_at(0);
    try(data[0], data[1] % 8, (const char *)data + HEAD, size - HEAD);
    try_word((const char *)data + HEAD, size - HEAD);
    return 0;
}
