/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The few ESC/POS commands of a slip, read as a printer reads them. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include "tests/lib/paper.h"

/* One row of bytes is two rows on paper, each bit two dots wide. */
static void read_row(struct paper *paper, const uint8_t *bytes, size_t at)
{
    for (int i = 0; i < 2; i++, paper->high++) {
        paper->from[paper->high] = at;
        for (int x = 0; x < paper->wide; x++)
            paper->dots[paper->high][x] = bytes[at + (size_t)x / 16] >> (7 - x / 2 % 8) & 1;
    }
}

/* One band of the picture, `*at` behind its four bytes of command. Returns 0 or -1. */
static int read_band(struct paper *paper, const uint8_t *bytes, size_t len, size_t *at)
{
    if (len - *at < 4)
        return -1;
    const int across = bytes[*at] + 256 * bytes[*at + 1];
    const int rows = bytes[*at + 2] + 256 * bytes[*at + 3];
    *at += 4;
    if (across * 16 > PAPER_WIDE_MAX || (paper->high > 0 && across * 16 != paper->wide) ||
        rows * 2 > PAPER_HIGH_MAX - paper->high || len - *at < (size_t)across * (size_t)rows)
        return -1;
    paper->wide = across * 16;
    for (int y = 0; y < rows; y++, *at += (size_t)across)
        read_row(paper, bytes, *at);
    return 0;
}

int paper_read(struct paper *paper, const uint8_t *bytes, size_t len)
{
    static const uint8_t band[] = {0x1d, 0x76, 0x30, 0x03}; /* twice as wide and high */
    static const uint8_t end[] = {0x1b, 0x64, 0x05, 0x1d, 0x56, 0x01};
    size_t at = 0;

    memset(paper, 0, sizeof *paper);
    while (at < len && bytes[at] == 0)
        at++;
    if (len - at < 2 || memcmp(bytes + at, "\x1b@", 2) != 0)
        return -1;
    at += 2;
    while (len - at > sizeof band && memcmp(bytes + at, band, sizeof band) == 0) {
        at += sizeof band;
        if (read_band(paper, bytes, len, &at) != 0)
            return -1;
    }
    return len - at == sizeof end && memcmp(bytes + at, end, sizeof end) == 0 ? 0 : -1;
}

/* Grey dots row by row, owned by the caller. */
static uint8_t *grey(const struct paper *paper)
{
    uint8_t *dots = malloc((size_t)paper->wide * (size_t)paper->high);

    for (int y = 0; dots && y < paper->high; y++)
        for (int x = 0; x < paper->wide; x++)
            dots[y * paper->wide + x] = paper->dots[y][x] ? 0 : 255;
    return dots;
}

int paper_scan(const struct paper *paper, char *out, size_t size)
{
    zbar_image_scanner_t *scanner = zbar_image_scanner_create();
    zbar_image_t *image = zbar_image_create();
    uint8_t *dots = grey(paper);
    int n = -1;

    out[0] = '\0';
    if (scanner && image && dots) {
        zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
        zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
        zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
        zbar_image_set_size(image, (unsigned)paper->wide, (unsigned)paper->high);
        zbar_image_set_data(image, dots, (unsigned long)paper->wide * (unsigned long)paper->high,
                            NULL);
        n = zbar_scan_image(scanner, image);
        if (n > 0)
            snprintf(out, size, "%s", zbar_symbol_get_data(zbar_image_first_symbol(image)));
    }
    if (image)
        zbar_image_destroy(image);
    if (scanner)
        zbar_image_scanner_destroy(scanner);
    free(dots);
    return n;
}

int paper_write(const struct paper *paper, const char *path)
{
    FILE *file = fopen(path, "wb");
    uint8_t *dots = grey(paper);
    int result = -1;

    if (file && dots) {
        fprintf(file, "P5\n%d %d\n255\n", paper->wide, paper->high);
        fwrite(dots, (size_t)paper->wide, (size_t)paper->high, file);
        result = ferror(file) ? -1 : 0;
    }
    if (file && fclose(file) != 0)
        result = -1;
    free(dots);
    return result;
}
