/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which code points may be typed or shown. A file of its own, so that a program that only checks
   UTF-8 is not linked with libunistring. */
#include <unictype.h>
#include <uniwidth.h>

#include "tui/utf8.h"

enum { REPLACEMENT = 0xFFFD };

bool utf8_harmless(uint32_t ch)
{
    if (ch >= 0x20 && ch < 0x7F)
        return true;
    /* Fillers and variation selectors count as letters and marks, but nobody sees them. */
    if (ch < 0xA0 || ch > 0x10FFFF || uc_is_property_default_ignorable_code_point(ch))
        return false;
    return ch == 0xA0 || uc_is_general_category_withtable(
                             ch, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N |
                                     UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_S);
}

uint32_t utf8_shown(uint32_t ch, int *columns)
{
    int width;

    *columns = 1;
    if (ch == '\n' || ch == '\t')
        return ' ';
    if (!utf8_harmless(ch))
        return REPLACEMENT;
    width = uc_width(ch, "UTF-8");
    if (width < 0)
        return REPLACEMENT;
    *columns = width;
    return ch;
}
