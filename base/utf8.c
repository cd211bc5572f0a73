/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A strict UTF-8 decoder that takes one byte at a time; everything else here is built on it. */
#include "base/utf8.h"

static int32_t start(struct utf8 *decoder, uint8_t byte)
{
    if (byte < 0x80)
        return byte;
    if (byte < 0xC2 || byte > 0xF4)
        return UTF8_BAD;
    decoder->first = byte;
    decoder->need = byte < 0xE0 ? 1 : byte < 0xF0 ? 2 : 3;
    decoder->partial = byte & (0x3Fu >> decoder->need);
    return UTF8_MORE;
}

/* After some lead bytes the second byte has a narrower range, which excludes overlong forms,
   surrogates and code points above U+10FFFF. */
static bool continues(const struct utf8 *decoder, uint8_t byte)
{
    uint8_t low = 0x80, high = 0xBF;
    if (decoder->first == 0xE0)
        low = 0xA0;
    else if (decoder->first == 0xED)
        high = 0x9F;
    else if (decoder->first == 0xF0)
        low = 0x90;
    else if (decoder->first == 0xF4)
        high = 0x8F;
    return byte >= low && byte <= high;
}

int32_t utf8_feed(struct utf8 *decoder, uint8_t byte, bool *again)
{
    int32_t ch = UTF8_MORE;
    *again = false;
    if (decoder->need == 0)
        return start(decoder, byte);
    if (!continues(decoder, byte)) {
        *decoder = (struct utf8){0};
        *again = true;
        return UTF8_BAD;
    }
    decoder->partial = decoder->partial << 6 | (byte & 0x3Fu);
    decoder->first = 0;
    if (--decoder->need == 0) {
        ch = (int32_t)decoder->partial;
        decoder->partial = 0;
    }
    return ch;
}

size_t utf8_put(uint32_t ch, char out[4])
{
    size_t more = ch < 0x80 ? 0 : ch < 0x800 ? 1 : ch < 0x10000 ? 2 : 3;
    if (more == 0) {
        out[0] = (char)ch;
        return 1;
    }
    for (size_t i = more; i > 0; i--, ch >>= 6)
        out[i] = (char)(0x80 | (ch & 0x3F));
    out[0] = (char)((0xFF00u >> (more + 1) & 0xFF) | ch);
    return more + 1;
}

size_t utf8_take(const char *text, size_t len, uint32_t *ch)
{
    struct utf8 decoder = {0};
    for (size_t i = 0; i < len; i++) {
        bool again = false;
        int32_t got = utf8_feed(&decoder, (uint8_t)text[i], &again);
        if (got == UTF8_BAD)
            break;
        if (got != UTF8_MORE) {
            *ch = (uint32_t)got;
            return i + 1;
        }
    }
    *ch = UINT32_MAX;
    return len > 0 ? 1 : 0;
}

bool utf8_valid(const void *text, size_t len)
{
    const char *at = text;
    while (len > 0) {
        uint32_t ch = 0;
        size_t n = utf8_take(at, len, &ch);
        if (ch == UINT32_MAX)
            return false;
        at += n;
        len -= n;
    }
    return true;
}
