/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Draws a code as dots, and wraps them in a few ESC/POS commands. */
#include "session/slip.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "tui/qr.h"

/* In modules: the QR code of 24 digits at level Q, with its quiet zone. */
enum { QUIET = 4, SIDE = 21, ZONE = SIDE + 2 * QUIET };

/* Digits are drawn in points: two rows of three groups, about as wide as the QR code. */
enum { DIGIT_WIDE = 7, DIGIT_HIGH = 12, DIGIT_STEP = 9, DIGIT_NEXT = 18, GROUP_GAP = 5 };
enum { GROUP = 4, GROUPS_A_ROW = 3, ROWS = 2 };
enum { DIGITS_A_ROW = GROUP * GROUPS_A_ROW };

/* Shapes that differ on worn paper: 1 has a foot, 3 and 7 a flat top, 6 and 9 a straight tail, 8 a
   waist. */
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

/* The picture is sent in bands of so many rows: printers with little memory choke on tall
   images. */
enum { BAND_ROWS = 24, BAND_MAX = 576 / 16 * BAND_ROWS };

/* Sizes for a paper, in dots. The printer prints each dot as four, because serial lines are slow:
   so a module is 1.5 or 2 mm wide, a digit 4.5 or 6 mm high. */
struct sizes {
    int wide;
    int module;
    int pair; /* dots for two points of a digit's shape */
};

static bool find_sizes(int paper, struct sizes *sizes)
{
    if (paper == SLIP_58)
        *sizes = (struct sizes){384 / 2, 6, 3};
    else if (paper == SLIP_80)
        *sizes = (struct sizes){576 / 2, 8, 4};
    else
        return false;
    return true;
}

/* Points of a digit's shape in dots. */
static int dots(const struct sizes *sizes, int points)
{
    return (points * sizes->pair + 1) / 2;
}

static int group_step(const struct sizes *sizes)
{
    return GROUP * dots(sizes, DIGIT_STEP) + dots(sizes, GROUP_GAP);
}

static int high(const struct sizes *sizes)
{
    return ZONE * sizes->module + (ROWS - 1) * dots(sizes, DIGIT_NEXT) + dots(sizes, DIGIT_HIGH);
}

/* True when there is ink at (y, x) of the QR code's zone. */
static bool module_ink(const struct sizes *sizes, const uint8_t *modules, int y, int x)
{
    x -= (sizes->wide - ZONE * sizes->module) / 2;
    if (x < 0 || x >= ZONE * sizes->module)
        return false;
    y = y / sizes->module - QUIET;
    x = x / sizes->module - QUIET;
    return y >= 0 && y < SIDE && x >= 0 && x < SIDE && modules[y * SIDE + x] != 0;
}

/* True when there is ink at (y, x) of the digits below it. */
static bool digit_ink(const struct sizes *sizes, const char *code, int y, int x)
{
    const int step = dots(sizes, DIGIT_STEP);
    const int wide = dots(sizes, DIGIT_WIDE);
    const int row = y / dots(sizes, DIGIT_NEXT);
    x -= (sizes->wide - (GROUPS_A_ROW * group_step(sizes) - dots(sizes, GROUP_GAP) - step + wide)) /
         2;
    y %= dots(sizes, DIGIT_NEXT);
    const int group = x / group_step(sizes);
    const int place = x % group_step(sizes) / step;
    const int column = x % group_step(sizes) % step;
    if (x < 0 || group >= GROUPS_A_ROW || place >= GROUP || column >= wide ||
        y >= dots(sizes, DIGIT_HIGH))
        return false;
    const int digit = code[row * DIGITS_A_ROW + group * GROUP + place] - '0';
    return shapes[y * 2 / sizes->pair][digit * (DIGIT_WIDE + 1) + column * 2 / sizes->pair] == '#';
}

static bool ink(const struct sizes *sizes, const char *code, const uint8_t *modules, int y, int x)
{
    const int zone = ZONE * sizes->module;
    return y < zone ? module_ink(sizes, modules, y, x) : digit_ink(sizes, code, y - zone, x);
}

static uint8_t *put(uint8_t *at, const void *bytes, size_t len)
{
    memcpy(at, bytes, len);
    return at + len;
}

/* GS v 0: so many rows of the picture follow, printed at twice the size. */
static uint8_t *put_band(uint8_t *at, const struct sizes *sizes, int rows)
{
    const uint8_t head[] = {0x1d, 'v', '0', 3, (uint8_t)(sizes->wide / 8), 0, (uint8_t)rows, 0};
    return put(at, head, sizeof head);
}

/* When a slip broke off (no paper, plug pulled), the printer waits for the rest of a band: it would
   take the next slip for that, and print what is left as characters. So a slip begins with as many
   NULs as a band has bytes: white in a band, ignored elsewhere. */
static uint8_t *put_blank(uint8_t *at, const struct sizes *sizes)
{
    const size_t len = (size_t)(sizes->wide / 8 * BAND_ROWS);
    memset(at, 0, len);
    return at + len;
}

static uint8_t *put_picture(uint8_t *at, const struct sizes *sizes, const char *code,
                            const uint8_t *modules)
{
    const int rows = high(sizes);
    for (int y = 0; y < rows; y++) {
        if (y % BAND_ROWS == 0)
            at = put_band(at, sizes, rows - y < BAND_ROWS ? rows - y : BAND_ROWS);
        for (int x = 0; x < sizes->wide; x += 8) {
            uint8_t byte = 0;
            for (int i = 0; i < 8; i++)
                byte = (uint8_t)(byte << 1 | ink(sizes, code, modules, y, x + i));
            *at++ = byte;
        }
    }
    return at;
}

/* The feed brings the last digits past the cutter; the cut leaves a bridge, so that the slip does
   not drop. What a printer without a cutter prints of these commands says nothing. */
static const uint8_t reset[] = {0x1b, '@'};
static const uint8_t feed_and_cut[] = {0x1b, 'd', 5, 0x1d, 'V', 1};

size_t slip_make(const char code[CODE_LEN], int paper, uint8_t out[SLIP_MAX])
{
    uint8_t modules[QR_SIDE_MAX * QR_SIDE_MAX];
    struct sizes sizes;
    uint8_t *at = out;
    if (!find_sizes(paper, &sizes))
        return 0;
    if (qr_modules(code, modules) == SIDE) {
        at = put_blank(at, &sizes);
        at = put(at, reset, sizeof reset);
        at = put_picture(at, &sizes, code, modules);
        at = put(at, feed_and_cut, sizeof feed_and_cut);
    }
    explicit_bzero(modules, sizeof modules);
    return (size_t)(at - out);
}

/* The NULs fill an unfinished band with white. The cut parts what was printed from the next
   slip. */
void slip_drop(uint8_t out[SLIP_DROP_LEN])
{
    static_assert(SLIP_DROP_LEN == BAND_MAX + sizeof reset + sizeof feed_and_cut, "");

    memset(out, 0, BAND_MAX);
    put(put(out + BAND_MAX, reset, sizeof reset), feed_and_cut, sizeof feed_and_cut);
}
