/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writing other people's text so that it cannot act. */
#include "desk/plain.h"

#include "tui/utf8.h"

struct pen {
    FILE *out;
    const char *indent; /* NULL: one line only */
    bool at_start;
};

static void put(struct pen *pen, uint32_t ch)
{
    char bytes[4];
    if (ch == '\n' && pen->indent != NULL) {
        if (pen->at_start)
            fputs(pen->indent, pen->out);
        fputc('\n', pen->out);
        pen->at_start = true;
        return;
    }
    if (ch == '\n' || ch == '\t')
        ch = ' ';
    if (!utf8_harmless(ch))
        ch = 0xFFFD;
    if (pen->at_start)
        fputs(pen->indent, pen->out);
    pen->at_start = false;
    fwrite(bytes, 1, utf8_put(ch, bytes), pen->out);
}

static void write_all(struct pen *pen, const char *text, size_t len)
{
    struct utf8 decoder = {0};
    for (size_t i = 0; i < len; i++) {
        bool again = false;
        do {
            const int32_t ch = utf8_feed(&decoder, (uint8_t)text[i], &again);
            if (ch != UTF8_MORE)
                put(pen, ch >= 0 ? (uint32_t)ch : 0xFFFD);
        } while (again);
    }
    if (decoder.need > 0)
        put(pen, 0xFFFD);
}

void plain_word(FILE *out, const char *text, size_t len)
{
    struct pen pen = {.out = out};
    write_all(&pen, text, len);
}

void plain_text(FILE *out, const char *indent, const char *text, size_t len)
{
    struct pen pen = {.out = out, .indent = indent, .at_start = true};
    write_all(&pen, text, len);
    if (!pen.at_start)
        fputc('\n', out);
}
