/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Keyboard layouts, compared with alphabets typed by hand and with what X says of every key. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/utf8.h"
#include "tui/layout.h"

enum { TEXT_MAX = 1024, TABLE_MAX = 8192 };

/* The characters that a console with a US keyboard sends, and what the person meant. Together the
   texts have all letters of both alphabets, 42 and 33. */
static const struct typed {
    const char *what;
    enum layout layout;
    bool caps;
    const char *keys;
    const char *text;
} typed[] = {
    {"kk", LAYOUT_KK, false,
     "Ufe=fh `krf6 'abh6 wbhr6 ajynfy6 obn6 dm.uf6 g"
     "bzp ;2yt j,]trn r-hl37 If4 vty ;tk n8ylt 9pf0 "
     "cj0ns^ ,9k [fn 2;tq 8q36 xfq6 5sksv?",
     "Гауһар ёлка, эфир, цирк, фонтан, щит, вьюга, п"
     "ияз және объект көрді. Шаң мен жел түнде ұзақ "
     "соқты; бұл хат әжей үйі, чай, ғылым?"},
    {"kk, Shift", LAYOUT_KK, false,
     "UFE+FH ~KRF6 \"ABH6 WBHR6 AJYNFY6 OBN6 DM>UF6 G"
     "BZP :@YT J<}TRN R_HL#7 IF$ VTY :TK N*YLT (PF) "
     "CJ)NS^ <(K {FN @:TQ *Q#6 XFQ6 %SKSV?",
     "ГАУҺАР ЁЛКА, ЭФИР, ЦИРК, ФОНТАН, ЩИТ, ВЬЮГА, П"
     "ИЯЗ ЖӘНЕ ОБЪЕКТ КӨРДІ. ШАҢ МЕН ЖЕЛ ТҮНДЕ ҰЗАҚ "
     "СОҚТЫ; БҰЛ ХАТ ӘЖЕЙ ҮЙІ, ЧАЙ, ҒЫЛЫМ?"},
    {"kk, Caps Lock", LAYOUT_KK, true,
     "uFE=FH `KRF6 'ABH6 WBHR6 AJYNFY6 OBN6 DM.UF6 G"
     "BZP ;2YT J,]TRN R-HL37 iF4 VTY ;TK N8YLT 9PF0 "
     "CJ0NS^ ,9K [FN 2;TQ 8Q36 XFQ6 5SKSV?",
     "гАУҺАР ЁЛКА, ЭФИР, ЦИРК, ФОНТАН, ЩИТ, ВЬЮГА, П"
     "ИЯЗ ЖӘНЕ ОБЪЕКТ КӨРДІ. шАҢ МЕН ЖЕЛ ТҮНДЕ ҰЗАҚ "
     "СОҚТЫ; БҰЛ ХАТ ӘЖЕЙ ҮЙІ, ЧАЙ, ҒЫЛЫМ?"},
    {"kk, Caps Lock and Shift", LAYOUT_KK, true,
     "ufe+fh ~krf6 \"abh6 wbhr6 ajynfy6 obn6 dm>uf6 g"
     "bzp :@yt j<}trn r_hl#7 if$ vty :tk n*ylt (pf) "
     "cj)ns^ <(k {fn @:tq *q#6 xfq6 %sksv?",
     "гауһар ёлка, эфир, цирк, фонтан, щит, вьюга, п"
     "ияз және объект көрді. шаң мен жел түнде ұзақ "
     "соқты; бұл хат әжей үйі, чай, ғылым?"},
    {"ru", LAYOUT_RU, false,
     "C]tim ;t to` 'nb[ vzurb[ ahfywepcrb[ ,ekjr? lf"
     " dsgtq xf./",
     "Съешь же ещё этих мягких французских булок, да"
     " выпей чаю."},
    {"ru, Shift", LAYOUT_RU, false,
     "C}TIM :T TO~ \"NB{ VZURB{ AHFYWEPCRB{ <EKJR? LF"
     " DSGTQ XF>/",
     "СЪЕШЬ ЖЕ ЕЩЁ ЭТИХ МЯГКИХ ФРАНЦУЗСКИХ БУЛОК, ДА"
     " ВЫПЕЙ ЧАЮ."},
    {"ru, Caps Lock", LAYOUT_RU, true,
     "c]TIM ;T TO` 'NB[ VZURB[ AHFYWEPCRB[ ,EKJR? LF"
     " DSGTQ XF./",
     "сЪЕШЬ ЖЕ ЕЩЁ ЭТИХ МЯГКИХ ФРАНЦУЗСКИХ БУЛОК, ДА"
     " ВЫПЕЙ ЧАЮ."},
    {"en", LAYOUT_EN, false, "Sphinx of black quartz, judge my vow! 0-9",
     "Sphinx of black quartz, judge my vow! 0-9"},
};

static struct keypress key(char ch, bool caps)
{
    return (struct keypress){.kind = KEYPRESS_CHAR, .ch = (unsigned char)ch, .caps = caps};
}

static void test_alphabets_arrive_letter_for_letter(void **state)
{
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        const struct typed *t = &typed[i];
        char got[TEXT_MAX];
        size_t at = 0;

        for (const char *k = t->keys; *k; k++)
            at += utf8_put(layout_char(t->layout, false, key(*k, t->caps)), got + at);
        got[at] = '\0';
        if (strcmp(got, t->text) != 0)
            print_error("%s\n", t->what);
        assert_string_equal(got, t->text);
    }
}

/* Every letter of an alphabet must be on some key, small and capital. */
static void reaches(enum layout layout, const char *alphabet)
{
    for (size_t len = strlen(alphabet), n = 0; len > 0; alphabet += n, len -= n) {
        uint32_t letter = 0;
        bool found = false;

        n = utf8_take(alphabet, len, &letter);
        for (char ch = ' '; ch <= '~'; ch++)
            found = found || layout_char(layout, false, key(ch, false)) == letter;
        assert_true(found);
    }
}

static void test_every_letter_has_a_key(void **state)
{
    reaches(LAYOUT_KK, "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя");
    reaches(LAYOUT_KK, "АӘБВГҒДЕЁЖЗИЙКҚЛМНҢОӨПРСТУҰҮФХҺЦЧШЩЪЫІЬЭЮЯ");
    reaches(LAYOUT_RU, "абвгдеёжзийклмнопрстуфхцчшщъыьэюя0123456789");
    reaches(LAYOUT_RU, "АБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ.,!?-()\"");
}

static void test_digits_stay_digits(void **state)
{
    struct keypress press = {.kind = KEYPRESS_CHAR, .ch = '2', .keypad = true, .caps = true};
    assert_int_equal(layout_char(LAYOUT_KK, false, press), '2');
    assert_int_equal(layout_char(LAYOUT_KK, false, key('2', false)), 0x4D9);
    assert_int_equal(layout_char(LAYOUT_KK, true, key('2', false)), '2');
    assert_int_equal(layout_char(LAYOUT_KK, true, key('q', true)), 'q');
    press = (struct keypress){.kind = KEYPRESS_CHAR, .ch = 'f', .pasted = true};
    assert_int_equal(layout_char(LAYOUT_RU, false, press), 'f');
}

static void test_what_is_not_of_a_us_keyboard_is_left_alone(void **state)
{
    static const uint32_t alone[] = {0x4D9, 0x436, 0x416, 0x20AC, 0x1F600, 0x7F, ' ', 0xA0, 0};
    for (size_t i = 0; i < sizeof alone / sizeof *alone; i++)
        for (int layout = 0; layout < LAYOUT_COUNT; layout++)
            for (int caps = 0; caps < 2; caps++) {
                struct keypress press = {.kind = KEYPRESS_CHAR, .ch = alone[i], .caps = caps};
                assert_int_equal(layout_char((enum layout)layout, false, press), alone[i]);
            }
}

static void test_languages(void **state)
{
    assert_int_equal(layout_of("kk"), LAYOUT_KK);
    assert_int_equal(layout_of("ru"), LAYOUT_RU);
    assert_int_equal(layout_of("en"), LAYOUT_EN);
    assert_int_equal(layout_of(""), LAYOUT_EN);
}

static void legend(enum layout layout, bool layer, bool upper, int row, const char *want)
{
    char got[LAYOUT_LEGEND_LEN];
    memset(got, 'x', sizeof got);
    layout_legend(layout, layer, upper, row, got);
    assert_string_equal(got, want);
}

static void test_legend(void **state)
{
    legend(LAYOUT_KK, false, false, 0, "ё \" ә і ң ғ , . ү ұ қ ө һ");
    legend(LAYOUT_KK, false, true, 0, "Ё ! Ә І Ң Ғ ; : Ү Ұ Қ Ө Һ");
    legend(LAYOUT_KK, false, false, 1, "й ц у к е н г ш щ з х ъ \\");
    legend(LAYOUT_RU, false, true, 2, "Ф Ы В А П Р О Л Д Ж Э");
    legend(LAYOUT_RU, false, false, 3, "я ч с м и т ь б ю .");
    legend(LAYOUT_KK, true, false, 0, "` 1 2 3 4 5 6 7 8 9 0 - =");
    legend(LAYOUT_EN, false, true, 3, "Z X C V B N M < > ?");
}

/* Starts the program that asks xkbcommon. */
static FILE *ask_x(const char *word)
{
    const char *build = getenv("SANDYQ_BUILD");
    char command[TEXT_MAX];
    FILE *out = NULL;
    snprintf(command, sizeof command, "%s/tests/layout/table %s", build ? build : "build", word);
    out = popen(command, "r");
    assert_non_null(out);
    return out;
}

static void test_every_key_means_what_x_says(void **state)
{
    FILE *keys = ask_x("keys");
    char name[3] = "";
    unsigned us = 0, want = 0;
    int caps = 0, n = 0;
    for (; fscanf(keys, "%2s %d %x %x", name, &caps, &us, &want) == 4; n++) {
        const enum layout layout = strcmp(name, "KK") == 0   ? LAYOUT_KK
                                   : strcmp(name, "RU") == 0 ? LAYOUT_RU
                                                             : LAYOUT_EN;
        const uint32_t got = layout_char(layout, false, key((char)us, caps));
        if (got != want)
            print_error("%s, Caps Lock %d, key %c\n", name, caps, (char)us);
        assert_int_equal(got, want);
    }
    assert_int_equal(pclose(keys), 0);
    assert_int_equal(n, LAYOUT_COUNT * 4 * 47);
}

static void test_checked_in_table_is_what_x_gives(void **state)
{
    static char fresh[TABLE_MAX], ours[TABLE_MAX];
    FILE *file = ask_x("");
    assert_true(fread(fresh, 1, sizeof fresh - 1, file) > 0);
    assert_int_equal(pclose(file), 0);
    file = fopen("tui/layout_table.c", "r");
    assert_non_null(file);
    assert_true(fread(ours, 1, sizeof ours - 1, file) > 0);
    fclose(file);
    assert_string_equal(ours, fresh);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alphabets_arrive_letter_for_letter),
        cmocka_unit_test(test_every_letter_has_a_key),
        cmocka_unit_test(test_digits_stay_digits),
        cmocka_unit_test(test_what_is_not_of_a_us_keyboard_is_left_alone),
        cmocka_unit_test(test_languages),
        cmocka_unit_test(test_legend),
        cmocka_unit_test(test_every_key_means_what_x_says),
        cmocka_unit_test(test_checked_in_table_is_what_x_gives),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
