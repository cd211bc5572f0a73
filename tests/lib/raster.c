/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws half blocks into memory and lets zbar look at them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zbar.h>

#include "tests/lib/raster.h"
#include "base/utf8.h"

enum { CELL_WIDTH = 8, CELL_HEIGHT = 16, BLACK = 0, WHITE = 255 };

struct picture {
    int width;
    int height;
    uint8_t *dots;
};

/* The ink covers the upper half, the lower half, both or none of a cell. */
static uint8_t dot(const struct screen_cell *cell, int y)
{
    const uint8_t paper =
        cell->style == SCREEN_MODULES || cell->style == SCREEN_REVERSE ? WHITE : BLACK;
    const int upper = y < CELL_HEIGHT / 2;
    const int inked =
        cell->ch == 0x2588 || (cell->ch == 0x2580 && upper) || (cell->ch == 0x2584 && !upper);

    return inked ? (uint8_t)(WHITE - paper) : paper;
}

static int draw(const struct screen *screen, struct picture *picture)
{
    picture->width = screen_cols(screen) * CELL_WIDTH;
    picture->height = screen_rows(screen) * CELL_HEIGHT;
    picture->dots = malloc((size_t)picture->width * (size_t)picture->height);
    if (!picture->dots)
        return -1;
    for (int y = 0; y < picture->height; y++)
        for (int x = 0; x < picture->width; x++)
            picture->dots[y * picture->width + x] =
                dot(screen_at(screen, y / CELL_HEIGHT, x / CELL_WIDTH), y % CELL_HEIGHT);
    return 0;
}

static int scan(zbar_image_scanner_t *scanner, zbar_image_t *image, char *out, size_t size)
{
    const int n = zbar_scan_image(scanner, image);
    const zbar_symbol_t *symbol = zbar_image_first_symbol(image);

    if (symbol)
        snprintf(out, size, "%.*s", (int)zbar_symbol_get_data_length(symbol),
                 zbar_symbol_get_data(symbol));
    return n;
}

int raster_scan(const struct screen *screen, char *out, size_t size)
{
    struct picture picture = {0};
    zbar_image_scanner_t *scanner = NULL;
    zbar_image_t *image = NULL;
    int n = -1;

    out[0] = '\0';
    if (draw(screen, &picture) != 0)
        return -1;
    scanner = zbar_image_scanner_create();
    image = zbar_image_create();
    if (!scanner || !image)
        goto out;
    zbar_image_scanner_set_config(scanner, ZBAR_NONE, ZBAR_CFG_ENABLE, 0);
    zbar_image_scanner_set_config(scanner, ZBAR_QRCODE, ZBAR_CFG_ENABLE, 1);
    zbar_image_set_format(image, zbar_fourcc('Y', '8', '0', '0'));
    zbar_image_set_size(image, (unsigned)picture.width, (unsigned)picture.height);
    zbar_image_set_data(image, picture.dots,
                        (unsigned long)picture.width * (unsigned long)picture.height, NULL);
    n = scan(scanner, image, out, size);
out:
    if (image)
        zbar_image_destroy(image);
    if (scanner)
        zbar_image_scanner_destroy(scanner);
    free(picture.dots);
    return n;
}

int raster_write(const struct screen *screen, const char *path)
{
    struct picture picture = {0};
    FILE *file = NULL;
    int result = -1;

    if (draw(screen, &picture) != 0 || (file = fopen(path, "wb")) == NULL)
        goto out;
    fprintf(file, "P5\n%d %d\n255\n", picture.width, picture.height);
    fwrite(picture.dots, (size_t)picture.width, (size_t)picture.height, file);
    result = ferror(file) ? -1 : 0;
    if (fclose(file) != 0)
        result = -1;
out:
    free(picture.dots);
    return result;
}

/* Brightness of 0xRRGGBB, roughly. */
static unsigned light(uint32_t colour)
{
    return (colour >> 16 & 255) + (colour >> 8 & 255) + (colour & 255);
}

int raster_scan_terminal(struct pty *pty, char *out, size_t size)
{
    struct screen *screen = NULL;
    int rows = 0;
    int cols = 0;
    int n = -1;

    pty_size(pty, &rows, &cols);
    screen = screen_new(rows, cols);
    for (int i = 0; screen && i < rows * cols; i++) {
        const struct pty_cell cell = pty_cell(pty, i / cols, i % cols);
        const bool dark_on_light = light(cell.paper) > light(cell.ink);
        char text[4];

        if (cell.ch != 0)
            screen_put(screen, i / cols, i % cols, dark_on_light ? SCREEN_MODULES : SCREEN_PLAIN,
                       text, utf8_put(cell.ch, text));
    }
    if (screen)
        n = raster_scan(screen, out, size);
    screen_free(&screen);
    return n;
}
