/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a code in dots, and the few ESC/POS commands around it. */
#include "kiosk/slip.h"

#include <stdbool.h>
#include <string.h>

#include "tui/qr.h"

enum { QUIET = 4, SIDE = 21, ZONE = SIDE + 2 * QUIET }; /* modules of 24 digits at level Q */

/* Digits lie on a raster of their own. Two rows of three groups are as wide as the QR code's zone. */
enum { DIGIT_WIDE = 7, DIGIT_HIGH = 12, DIGIT_STEP = 9, DIGIT_NEXT = 18, GROUP_GAP = 5 };
enum { GROUP = 4, GROUPS_A_ROW = 3, ROWS = 2 };
enum { DIGITS_A_ROW = GROUP * GROUPS_A_ROW };
enum { DIGITS_WIDE = DIGITS_A_ROW * DIGIT_STEP - (DIGIT_STEP - DIGIT_WIDE) + 2 * GROUP_GAP };

/* Drawn to be told apart on worn paper: 1 has a foot, 3 and 7 a flat top, 6 and 9 a straight tail, 8 a waist. */
static const char *const shapes[DIGIT_HIGH] = {
    " #####     ##    #####  #######     ##  #######     ##  #######  #####   ##### ",
    "#######   ###   ####### #######    ###  #######    ##   ####### ####### #######",
    "##   ##  ####   ##   ##     ##    ####  ##        ##         ## ##   ## ##   ##",
    "##   ## ## ##        ##    ##     # ##  ##       ##          ## ##   ## ##   ##",
    "##   ##    ##        ##   ##     ## ##  ######  ######      ##  ##   ## ##   ##",
    "##   ##    ##       ##    ####   #  ##  ####### #######     ##   #####  ##   ##",
    "##   ##    ##      ##        ## ##  ##       ## ##   ##    ##    #####  #######",
    "##   ##    ##     ##         ## #######      ## ##   ##    ##   ##   ##  ######",
    "##   ##    ##    ##          ## #######      ## ##   ##   ##    ##   ##     ## ",
    "##   ##    ##   ##      ##   ##     ##  ##   ## ##   ##   ##    ##   ##    ##  ",
    "####### ####### ####### #######     ##  ####### #######   ##    #######   ##   ",
    " #####  ####### #######  #####      ##   #####   #####    ##     #####   ##    ",
};

/* The picture goes out in bands of so many rows: printers of a small memory choke on tall images. */
enum { BAND_ROWS = 64 };

/* A paper's picture, all in dots: a module of 1.5 or 2 mm, digits of 4.5 or 6 mm. */
struct layout {
    int wide;
    int module;
    int scale;
};

static bool find_layout(int paper, struct layout *layout)
{
    if (paper == SLIP_58)
        *layout = (struct layout){384, 12, 3};
    else if (paper == SLIP_80)
        *layout = (struct layout){576, 16, 4};
    else
        return false;
    return true;
}

static int high(const struct layout *layout)
{
    return ZONE * layout->module + ROWS * DIGIT_NEXT * layout->scale;
}

/* Is there ink at (y, x) of the QR code's zone? */
static bool module_ink(const struct layout *layout, const uint8_t *modules, int y, int x)
{
    x -= (layout->wide - ZONE * layout->module) / 2;
    if (x < 0 || x >= ZONE * layout->module)
        return false;
    y = y / layout->module - QUIET;
    x = x / layout->module - QUIET;
    return y >= 0 && y < SIDE && x >= 0 && x < SIDE && modules[y * SIDE + x] != 0;
}

/* Is there ink at (y, x) of the digits below it? */
static bool digit_ink(const struct layout *layout, const char *code, int y, int x)
{
    const int group_step = GROUP * DIGIT_STEP + GROUP_GAP;

    x -= (layout->wide - DIGITS_WIDE * layout->scale) / 2;
    if (x < 0 || x >= DIGITS_WIDE * layout->scale)
        return false;
    x /= layout->scale;
    y /= layout->scale;
    const int group = x / group_step;
    const int place = x % group_step / DIGIT_STEP;
    const int column = x % group_step % DIGIT_STEP;
    if (place >= GROUP || column >= DIGIT_WIDE || y % DIGIT_NEXT >= DIGIT_HIGH)
        return false;
    const int digit = code[y / DIGIT_NEXT * DIGITS_A_ROW + group * GROUP + place] - '0';
    return shapes[y % DIGIT_NEXT][digit * (DIGIT_WIDE + 1) + column] == '#';
}

static bool ink(const struct layout *layout, const char *code, const uint8_t *modules, int y, int x)
{
    const int zone = ZONE * layout->module;

    return y < zone ? module_ink(layout, modules, y, x) : digit_ink(layout, code, y - zone, x);
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

/* GS v 0: the picture's next rows follow, so many bytes wide, so many rows high. */
static uint8_t *put_band(uint8_t *at, const struct layout *layout, int rows)
{
    const uint8_t head[] = {0x1d, 'v', '0', 0, (uint8_t)(layout->wide / 8), 0, (uint8_t)rows, 0};

    return put(at, head, sizeof head);
}

/* A slip that broke off (the paper ran out, somebody pulled the plug) leaves the printer waiting for the rest
   of a band, and it would take the next slip for that and print the rest as signs. So a slip begins with as
   many NULs as a band has bytes: white in a band, nothing elsewhere. */
static uint8_t *put_blank(uint8_t *at, const struct layout *layout)
{
    const size_t len = (size_t)(layout->wide / 8 * BAND_ROWS);

    memset(at, 0, len);
    return at + len;
}

static uint8_t *put_picture(uint8_t *at, const struct layout *layout, const char *code,
                            const uint8_t *modules)
{
    const int rows = high(layout);

    for (int y = 0; y < rows; y++) {
        if (y % BAND_ROWS == 0)
            at = put_band(at, layout, rows - y < BAND_ROWS ? rows - y : BAND_ROWS);
        for (int x = 0; x < layout->wide; x += 8) {
            uint8_t dots = 0;
            for (int i = 0; i < 8; i++)
                dots = (uint8_t)(dots << 1 | ink(layout, code, modules, y, x + i));
            *at++ = dots;
        }
    }
    return at;
}

/* The feed brings the last digits past the cutter. The cut leaves a bridge, so that the slip does not
   drop. What a printer without a cutter may print of these commands is no letter that says anything. */
static const uint8_t reset[] = {0x1b, '@'};
static const uint8_t feed_and_cut[] = {0x1b, 'd', 5, 0x1d, 'V', 1};

size_t slip_make(const char code[CODE_LEN], int paper, uint8_t out[SLIP_MAX])
{
    uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX];
    struct layout layout;
    uint8_t *at = out;

    if (!find_layout(paper, &layout))
        return 0;
    if (qr_modules(code, modules) == SIDE) {
        at = put_blank(at, &layout);
        at = put(at, reset, sizeof reset);
        at = put_picture(at, &layout, code, modules);
        at = put(at, feed_and_cut, sizeof feed_and_cut);
    }
    explicit_bzero(modules, sizeof modules);
    return (size_t)(at - out);
}
