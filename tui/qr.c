/* SPDX-License-Identifier: GPL-3.0-or-later */
/* QR codes drawn in half blocks: the only file that knows libqrencode. */
#include <stdbool.h>
#include <string.h>
#include <qrencode.h>

#include "tui/qr.h"

enum { QUIET = 4 };

static QRcode *encode(const char *digits)
{
    QRinput *input = QRinput_new2(0, QR_ECLEVEL_Q);
    QRcode *code = NULL;
    if (input &&
        QRinput_append(input, QR_MODE_NUM, (int)strlen(digits), (const unsigned char *)digits) == 0)
        code = QRcode_encodeInput(input);
    QRinput_free(input);
    return code;
}

static bool dark(const QRcode *code, int y, int x)
{
    y -= QUIET;
    x -= QUIET;
    return y >= 0 && x >= 0 && y < code->width && x < code->width &&
           code->data[y * code->width + x] & 1;
}

static void draw(struct screen *screen, int row, int col, const QRcode *code, int rows, int cols)
{
    static const char *const halves[] = {" ", "▀", "▄", "█"};
    for (int y = 0; y < rows; y++)
        for (int x = 0; x < cols; x++) {
            const int which = (dark(code, 2 * y, x) ? 1 : 0) + (dark(code, 2 * y + 1, x) ? 2 : 0);
            screen_say(screen, row + y, col + x, SCREEN_MODULES, halves[which]);
        }
}

int qr_draw(struct screen *screen, int row, int col, const char *digits, int *rows, int *cols)
{
    QRcode *code = encode(digits);
    int result = -1;
    if (!code)
        return -1;
    const int size = code->width + 2 * QUIET;
    const int high = (size + 1) / 2;
    if (row >= 0 && col >= 0 && row + high <= screen_rows(screen) &&
        col + size <= screen_cols(screen)) {
        draw(screen, row, col, code, high, size);
        *rows = high;
        *cols = size;
        result = 0;
    }
    explicit_bzero(code->data, (size_t)code->width * (size_t)code->width);
    QRcode_free(code);
    return result;
}

int qr_modules(const char *digits, uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX])
{
    QRcode *code = encode(digits);
    int side = -1;
    if (!code)
        return -1;
    const size_t count = (size_t)code->width * (size_t)code->width;
    if (code->width <= QR_SIDE_MAX) {
        side = code->width;
        for (size_t i = 0; i < count; i++)
            modules[i] = code->data[i] & 1;
    }
    explicit_bzero(code->data, count);
    QRcode_free(code);
    return side;
}
