/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which code points may be typed or shown. Apart from utf8.c, so that a program which only checks
   UTF-8 is not linked with libunistring. */
#include <unictype.h>
#include <uniwidth.h>

#include "base/utf8.h"

enum { REPLACEMENT = 0xFFFD };

bool utf8_harmless(uint32_t ch)
{
    if (ch >= 0x20 && ch < 0x7F)
        return true;
    /* Fillers and variation selectors are letters and marks by category, but invisible. */
    if (ch < 0xA0 || ch > 0x10FFFF || uc_is_property_default_ignorable_code_point(ch))
        return false;
    return ch == 0xA0 || uc_is_general_category_withtable(
                             ch, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_M | UC_CATEGORY_MASK_N |
                                     UC_CATEGORY_MASK_P | UC_CATEGORY_MASK_S);
}

/* Including a Braille pattern and a musical symbol that are drawn as nothing. */
static bool looks_blank(uint32_t ch)
{
    return ch == '\n' || ch == '\t' || ch == 0x2800 || ch == 0x1D159 ||
           (ch > 0xA0 && ch <= 0x3000 && uc_is_general_category_withtable(ch, UC_CATEGORY_MASK_Zs));
}

uint32_t utf8_shown(uint32_t ch, int *columns)
{
    int width = -1;
    *columns = 1;
    if (looks_blank(ch))
        return ' ';
    if (utf8_harmless(ch))
        width = uc_width(ch, "UTF-8");
    if (width < 0)
        return REPLACEMENT;
    *columns = width;
    return ch;
}

bool utf8_mark(uint32_t ch)
{
    int columns = 0;
    utf8_shown(ch, &columns);
    return columns == 0 ||
           (ch >= 0x300 && uc_is_general_category_withtable(ch, UC_CATEGORY_MASK_M));
}
