/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The picture of a code in dots, and the few ESC/POS commands around it. */
#include "session/slip.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

#include "tui/qr.h"

enum { QUIET = 4, SIDE = 21, ZONE = SIDE + 2 * QUIET }; /* modules of 24 digits at level Q */

/* Digits are drawn in points. Two rows of three groups are about as wide as the QR code's zone. */
enum { DIGIT_WIDE = 7, DIGIT_HIGH = 12, DIGIT_STEP = 9, DIGIT_NEXT = 18, GROUP_GAP = 5 };
enum { GROUP = 4, GROUPS_A_ROW = 3, ROWS = 2 };
enum { DIGITS_A_ROW = GROUP * GROUPS_A_ROW };

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
enum { BAND_ROWS = 24, BAND_MAX = 576 / 16 * BAND_ROWS };

/* A paper's picture. The printer makes each dot of it four on paper, for serial lines are slow: so a module is
   1.5 or 2 mm, a digit 4.5 or 6 mm. */
struct layout {
    int wide;
    int module;
    int pair; /* dots for two points of a digit's drawing */
};

static bool find_layout(int paper, struct layout *layout)
{
    if (paper == SLIP_58)
        *layout = (struct layout){384 / 2, 6, 3};
    else if (paper == SLIP_80)
        *layout = (struct layout){576 / 2, 8, 4};
    else
        return false;
    return true;
}

/* So many points of a digit's drawing in dots. */
static int dots(const struct layout *layout, int points)
{
    return (points * layout->pair + 1) / 2;
}

static int group_step(const struct layout *layout)
{
    return GROUP * dots(layout, DIGIT_STEP) + dots(layout, GROUP_GAP);
}

static int high(const struct layout *layout)
{
    return ZONE * layout->module + (ROWS - 1) * dots(layout, DIGIT_NEXT) + dots(layout, DIGIT_HIGH);
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
    const int step = dots(layout, DIGIT_STEP);
    const int wide = dots(layout, DIGIT_WIDE);
    const int row = y / dots(layout, DIGIT_NEXT);
    x -= (layout->wide -
          (GROUPS_A_ROW * group_step(layout) - dots(layout, GROUP_GAP) - step + wide)) /
         2;
    y %= dots(layout, DIGIT_NEXT);
    const int group = x / group_step(layout);
    const int place = x % group_step(layout) / step;
    const int column = x % group_step(layout) % step;
    if (x < 0 || group >= GROUPS_A_ROW || place >= GROUP || column >= wide ||
        y >= dots(layout, DIGIT_HIGH))
        return false;
    const int digit = code[row * DIGITS_A_ROW + group * GROUP + place] - '0';
    return shapes[y * 2 / layout->pair][digit * (DIGIT_WIDE + 1) + column * 2 / layout->pair] ==
           '#';
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

/* GS v 0: the picture's next rows follow, twice as large on paper, so many bytes wide, so many rows high. */
static uint8_t *put_band(uint8_t *at, const struct layout *layout, int rows)
{
    const uint8_t head[] = {0x1d, 'v', '0', 3, (uint8_t)(layout->wide / 8), 0, (uint8_t)rows, 0};
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
            uint8_t byte = 0;
            for (int i = 0; i < 8; i++)
                byte = (uint8_t)(byte << 1 | ink(layout, code, modules, y, x + i));
            *at++ = byte;
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

/* The NULs are white in a band that is unfinished. The cut parts what was printed from the next one's slip. */
void slip_drop(uint8_t out[SLIP_DROP_LEN])
{
    static_assert(SLIP_DROP_LEN == BAND_MAX + sizeof reset + sizeof feed_and_cut, "");

    memset(out, 0, BAND_MAX);
    put(put(out + BAND_MAX, reset, sizeof reset), feed_and_cut, sizeof feed_and_cut);
}
