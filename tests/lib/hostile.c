/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Texts that try to act on their reader. */
#include "tests/lib/hostile.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vterm.h>

#include "base/utf8.h"
#include "tests/lib/folder.h"

/* Versions of clang-format lay this out differently. */
/* clang-format off */
#define TEXT(name, unit, times, kind) {name, unit, sizeof(unit) - 1, times, kind}
/* clang-format on */

const struct hostile hostile_texts[HOSTILE_COUNT] = {
    TEXT("clear the screen", "\033[2J\033[H\033[3J", 3, HOSTILE_ACTS),
    TEXT("colours", "\033[8;30;40m", 3, HOSTILE_ACTS),
    TEXT("scroll region", "\033[5;10r\033[?69h\033[3;9s", 2, HOSTILE_ACTS),
    TEXT("modes", "\033[?25l\033[?1000h\033[?2004h\033=\033[4h", 2, HOSTILE_ACTS),
    TEXT("another character set", "\033(0\016\033%@", 2, HOSTILE_ACTS),
    TEXT("reports that type", "\033[c\033[6n\033[21t\033[>q", 2, HOSTILE_ACTS),
    TEXT("full reset", "\033c\033[!p", 2, HOSTILE_ACTS),
    TEXT("clipboard, OSC 52", "\033]52;c;cm0gLXJmIH4K\a", 2, HOSTILE_ACTS),
    TEXT("title, OSC 0 and 2", "\033]0;root\a\033]2;root\033\\", 2, HOSTILE_ACTS),
    TEXT("link, OSC 8", "\033]8;;http://a.example/\033\\here\033]8;;\033\\", 2, HOSTILE_ACTS),
    TEXT("palette, OSC 4 and the console's P", "\033]4;0;#fff\a\033]P0ffffff", 2, HOSTILE_ACTS),
    TEXT("DCS, APC, PM and SOS", "\033P$q\"p\033\\\033_Gx\033\\\033^x\033\\\033Xx\033\\", 2,
         HOSTILE_ACTS),
    TEXT("C1 controls as code points",
         "\xC2\x9B"
         "2J\xC2\x9D"
         "0;root\xC2\x9C\xC2\x90\xC2\x85",
         3, HOSTILE_ACTS),
    TEXT("a lone escape", "\033", 5, HOSTILE_ACTS),
    TEXT("carriage return", "\rStatus: closed", 4, HOSTILE_ACTS),
    TEXT("backspace", "\b\b\b\b\b\b\b\bclosed", 6, HOSTILE_ACTS),
    TEXT("bell", "\a", 50, HOSTILE_ACTS),
    TEXT("NUL",
         "\0"
         "a",
         5, HOSTILE_ACTS),
    TEXT("delete", "\x7F", 20, HOSTILE_ACTS),
    TEXT("tabs", "\t", 600, HOSTILE_ACTS),
    TEXT("vertical tab and form feed", "\v\f", 40, HOSTILE_ACTS),
    TEXT("line and paragraph separators", "\xE2\x80\xA8\xE2\x80\xA9" HOSTILE_FORGED, 20,
         HOSTILE_ACTS),
    TEXT("next line", "\xC2\x85" HOSTILE_FORGED, 20, HOSTILE_ACTS),
    TEXT("bidirectional overrides",
         "\xE2\x80\xAE"
         "desolc\xE2\x80\xAC\xE2\x80\xAA\xE2\x80\xAB\xE2\x80\xAD",
         5, HOSTILE_ACTS),
    TEXT("bidirectional isolates", "\xE2\x81\xA6\xE2\x81\xA7\xE2\x81\xA8x\xE2\x81\xA9", 5,
         HOSTILE_ACTS),
    TEXT("direction marks", "\xE2\x80\x8E\xE2\x80\x8F\xD8\x9C", 5, HOSTILE_ACTS),
    TEXT("zero width", "\xE2\x80\x8B\xE2\x80\x8C\xE2\x80\x8D\xE2\x81\xA0\xE2\x81\xA4", 0,
         HOSTILE_ACTS),
    TEXT("byte order mark", "\xEF\xBB\xBF", 20, HOSTILE_ACTS),
    TEXT("tags", "\xF3\xA0\x80\x81\xF3\xA0\x81\xB2\xF3\xA0\x81\xBF", 200, HOSTILE_ACTS),
    TEXT("variation selectors", "a\xEF\xB8\x8F\xF3\xA0\x84\x80", 200, HOSTILE_ACTS),
    TEXT("annotations", "\xEF\xBF\xB9x\xEF\xBF\xBAy\xEF\xBF\xBB", 50, HOSTILE_ACTS),
    TEXT("soft hyphens", "\xC2\xAD", 0, HOSTILE_ACTS),
    TEXT("blanks without breaks", "\xC2\xA0", 0, HOSTILE_HEAPS),
    TEXT("wide blanks", "\xE3\x80\x80", 0, HOSTILE_HEAPS),
    TEXT("Hangul fillers", "\xE3\x85\xA4\xE1\x85\xA0\xEF\xBE\xA0", 0, HOSTILE_ACTS),
    TEXT("Braille blanks", "\xE2\xA0\x80", 0, HOSTILE_HEAPS),
    TEXT("lines of Braille blanks", "\xE2\xA0\x80\n", 0, HOSTILE_HEAPS),
    TEXT("lines of blanks without breaks", "\xC2\xA0\xE2\x80\xAF\n", 0, HOSTILE_HEAPS),
    TEXT("a note that was never printed", "\xF0\x9D\x85\x99\n", 0, HOSTILE_HEAPS),
    TEXT("empty lines", "\n", 0, HOSTILE_HEAPS),
    TEXT("the desk's own frame", "\n\n" HOSTILE_FORGED "\n    Status: closed\n    |\n", 30,
         HOSTILE_HEAPS),
    TEXT("letters that look alike, and blanks up to the edge",
         "\nＣａｓｅ\xE3\x80\x80２\n    │ Сlоsed\n    ǀ\xE3\x80\x80\xE3\x80\x80Οffice\n    ｜", 40,
         HOSTILE_HEAPS),
    TEXT("marks without end", "\xCC\x81\xCD\x86\xCC\xB6", 0, HOSTILE_HEAPS),
    TEXT("marks on nothing", "\n\xCC\xB6\xE2\x83\x9D", 50, HOSTILE_HEAPS),
    TEXT("marks that old terminals put beside", "x\xE1\xAA\xB0", 0, HOSTILE_HEAPS),
    TEXT("vowel signs without end", "\xE0\xA4\x83", 0, HOSTILE_HEAPS),
    TEXT("one syllable without end", "\xE1\x84\x80", 0, HOSTILE_HEAPS),
    TEXT("hexagrams, of two widths", "\xE4\xB7\x80", 0, HOSTILE_HEAPS),
    TEXT("wide at the edge", "x\xE4\xB8\xAD\xE4\xB8\xAD", 0, HOSTILE_HEAPS),
    TEXT("unassigned and private", "\xCD\xB8\xEE\x80\x80\xF3\xB0\x80\x80\xEF\xBF\xBE\xEF\xB7\x90",
         100, HOSTILE_ACTS),
    TEXT("a family of emoji", "\xF0\x9F\x91\xA8\xE2\x80\x8D\xF0\x9F\x91\xA9\xE2\x80\x8D", 0,
         HOSTILE_ACTS),
    TEXT("a long word", "Ұзын", 0, HOSTILE_HEAPS),
    TEXT("surrogates", "\xED\xA0\x80\xED\xB0\x80", 3, HOSTILE_TORN),
    TEXT("overlong", "\xC0\x9B[2J\xE0\x80\x9B", 3, HOSTILE_TORN),
    TEXT("C1 controls as bytes",
         "\x9B"
         "2J\x9D"
         "0;root\x9C\x90",
         3, HOSTILE_TORN),
    TEXT("an Uyghur name", "ئايگۈل ئابلىز", 1, HOSTILE_HONEST),
    TEXT("a formula", "=HYPERLINK(\"x\")+@-1", 1, HOSTILE_HONEST),
    TEXT("Kazakh and Russian with accents", "әке\xCC\x81 көмек за\xCC\x81мок", 1, HOSTILE_HONEST),
};

static size_t add(char *out, size_t at, size_t max, const char *text, size_t len)
{
    if (at + len > max)
        return at;
    memcpy(out + at, text, len);
    return at + len;
}

size_t hostile_fill(const struct hostile *hostile, char *out, size_t max)
{
    static const char head[] = HOSTILE_HEAD "\nx"; /* marks need a letter */
    static const char tail[] = " " HOSTILE_FORGED "\n" HOSTILE_FORGED "\n" HOSTILE_TAIL;
    const size_t tail_len =
        sizeof tail - 1 - (max < HOSTILE_SHORT ? sizeof "\n" HOSTILE_TAIL - 1 : 0);
    const size_t room = max - tail_len;
    size_t at = add(out, 0, max, head, sizeof head - 1);
    for (size_t i = 0; (i < hostile->times || hostile->times == 0) && at + hostile->len <= room;
         i++)
        at = add(out, at, room, hostile->unit, hostile->len);
    return add(out, at, max, tail, tail_len);
}

const char *hostile_flaw(const char *text, size_t len, const char *also)
{
    int marks = 0;
    for (size_t at = 0; at < len;) {
        uint32_t ch = 0;
        at += utf8_take(text + at, len - at, &ch);
        marks = utf8_mark(ch) ? marks + 1 : 0;
        if (ch == UINT32_MAX)
            return "bytes that are no UTF-8";
        if (marks > 4)
            return "marks in a heap";
        if (!utf8_harmless(ch) && (ch >= 0x80 || ch == 0 || strchr(also, (int)ch) == NULL))
            return ch < 0xA0 ? "a control character" : "an invisible character";
    }
    return NULL;
}

static void feed(VTerm *terminal, const char *text, size_t len)
{
    for (size_t at = 0; at < len; at++) {
        if (text[at] == '\n')
            vterm_input_write(terminal, "\r", 1);
        vterm_input_write(terminal, text + at, 1);
    }
}

static size_t put_row(VTermScreen *screen, int row, int columns, char *out)
{
    size_t at = 0, end = 0;
    for (int col = 0; col < columns; col++) {
        VTermScreenCell cell;
        vterm_screen_get_cell(screen, (VTermPos){row, col}, &cell);
        if (cell.chars[0] == (uint32_t)-1)
            continue;
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && (i == 0 || cell.chars[i] != 0); i++)
            at += utf8_put(cell.chars[i] == 0 ? ' ' : cell.chars[i], out + at);
        if (cell.chars[0] != 0 && cell.chars[0] != ' ')
            end = at;
    }
    out[end] = '\n';
    return end + 1;
}

char *hostile_laid_out(const char *text, size_t len, int columns)
{
    int rows = 2;
    for (size_t at = 0; at < len; at++)
        rows += text[at] == '\n';
    rows *= 2; /* room for lines that break once */
    VTerm *terminal = vterm_new(rows, columns);
    char *out = malloc((size_t)rows * ((size_t)columns * VTERM_MAX_CHARS_PER_CELL * 4 + 1) + 1);
    size_t at = 0;
    if (out == NULL)
        abort();
    vterm_set_utf8(terminal, 1);
    vterm_screen_reset(vterm_obtain_screen(terminal), 1);
    feed(terminal, text, len);
    for (int row = 0; row < rows; row++)
        at += put_row(vterm_obtain_screen(terminal), row, columns, out + at);
    vterm_free(terminal);
    while (at > 1 && out[at - 2] == '\n')
        at--;
    out[at] = '\0';
    return out;
}

char *hostile_unmarked(const char *text)
{
    char *out = malloc(strlen(text) + 1);
    size_t at = 0;
    if (out == NULL)
        abort();
    while (*text != '\0') {
        const size_t len = strcspn(text, "\n") + 1;
        if (strncmp(text, "    |", 5) != 0) {
            memcpy(out + at, text, len);
            at += len;
        }
        text += len;
    }
    out[at] = '\0';
    return out;
}

size_t hostile_controls(const char *text, size_t len)
{
    size_t bad = 0;
    for (size_t i = 0; i < len;) {
        uint32_t ch = 0;
        i += utf8_take(text + i, len - i, &ch);
        bad += ch != '\n' && ch != '\t' && !utf8_harmless(ch);
    }
    return bad;
}

/* Names with escapes, ends of lines, directions, bytes that are no text; and one as long as it
   goes. */
static const char *const hostile_names[] = {
    "\033[2J\033[31m.bundle",
    "a\nsandyq-desk: all is well.bundle",
    "\xE2\x80\xAE"
    "eldnub.bundle",
    "\xff\xfe\x80.bundle",
    "\xC2\x9B"
    "31m.bundle",
    "\r\007\b.bundle",
    "%s%n%n.bundle",
    "-rf.bundle",
    "\033]52;c;cm0gLXJm\007.card",
};
void hostile_bundles(const char *folder)
{
    char name[256];
    for (size_t i = 0; i < sizeof hostile_names / sizeof *hostile_names; i++)
        folder_write(folder_path(folder, hostile_names[i]), "SANDYQB1", 8);
    memset(name, '\033', 255);
    memcpy(name + 255 - 7, ".bundle", 8);
    folder_write(folder_path(folder, name), "SANDYQB1", 8);
}
