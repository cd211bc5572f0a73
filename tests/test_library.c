/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The rights library: what an office may put there, what is left out, and the pages that are
   shipped. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "session/library.h"
#include "tests/lib/folder.h"

enum { SHIPPED = 12, TITLE_COLUMNS = 44, PAGE_CHARACTERS = 1800 };

static char *folder;
static struct library *library;

static int setup(void **state)
{
    folder = folder_make();
    for (size_t i = 0; i < LANG_COUNT; i++)
        assert_int_equal(mkdir(folder_path(folder, lang_code(i)), 0700), 0);
    return 0;
}

static int teardown(void **state)
{
    library_free(&library);
    folder_remove(&folder);
    return 0;
}

static void put_bytes(const char *name, const void *bytes, size_t len)
{
    folder_write(folder_path(folder, name), bytes, len);
}

static void put(const char *name, const char *text)
{
    put_bytes(name, text, strlen(text));
}

static void load(void)
{
    library_free(&library);
    library = library_load(folder);
    assert_non_null(library);
}

/* Loads, and looks that these are the titles in Russian, each followed by a blank. */
static void assert_titles(const char *titles)
{
    char all[4096] = "";

    load();
    for (size_t i = 0; i < library_count(library, "ru"); i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s ",
                 library_title(library, "ru", i));
    assert_string_equal(all, titles);
}

static void assert_text(const char *text)
{
    load();
    assert_int_equal(library_count(library, "ru"), 1);
    assert_string_equal(library_text(library, "ru", 0), text);
}

/* A good page stands beside it, so that the library is seen to go on. */
static void assert_left_out(const char *name, const void *bytes, size_t len)
{
    put("ru/90-good.txt", "Good\n\nText.\n");
    put_bytes(name, bytes, len);
    assert_titles("Good ");
}

static void a_page_has_title_and_text(void **state)
{
    put("ru/01-one.txt", "Врач\n\nВы можете просить врача.\n");
    load();
    assert_int_equal(library_count(library, "ru"), 1);
    assert_string_equal(library_title(library, "ru", 0), "Врач");
    assert_string_equal(library_text(library, "ru", 0), "Вы можете просить врача.");
}

static void no_page_beyond_the_last(void **state)
{
    put("ru/01-one.txt", "One\n\nText.\n");
    load();
    assert_null(library_title(library, "ru", 1));
    assert_null(library_text(library, "ru", 1));
    assert_null(library_text(library, "ru", SIZE_MAX));
}

static void lines_of_a_paragraph_are_joined(void **state)
{
    put("ru/01-one.txt", "One\n\nfirst \n  second\nthird\n\n \n\nnew\none\n\n\n");
    assert_text("first second third\n\nnew one");
}

static void items_stay_lines(void **state)
{
    put("ru/01-one.txt", "One\n\nYou may ask:\n- a doctor\n- a\n  lawyer\n\n- a friend\n\nEnd.");
    assert_text("You may ask:\n- a doctor\n- a lawyer\n\n- a friend\n\nEnd.");
}

static void a_dash_inside_a_sentence_joins(void **state)
{
    put("ru/01-one.txt", "One\n\na\n-b\n-\nc - d\n");
    assert_text("a -b - c - d");
}

static void other_editors_files_are_read(void **state)
{
    put("ru/01-one.txt", "\xEF\xBB\xBFOne \r\n\r\nfirst\r\nsecond\r\n\r\nnew\r\n");
    assert_text("first second\n\nnew");
    assert_string_equal(library_title(library, "ru", 0), "One");
}

static void no_newline_at_the_end(void **state)
{
    put("ru/01-one.txt", "One\nx");
    assert_text("x");
}

static void sorted_by_name(void **state)
{
    put("ru/10-a.txt", "C\n\nx\n");
    put("ru/02-b.txt", "B\n\nx\n");
    put("ru/02-a.txt", "A\n\nx\n");
    assert_titles("A B C ");
}

static void only_numbered_texts_are_pages(void **state)
{
    static const char *const others[] = {
        "ru/README.txt",  "ru/01-one.txt~",    "ru/.01-one.txt", "ru/1-one.txt",
        "ru/001-one.txt", "ru/01-one.txt.bak", "ru/01-.txt",     "ru/01one.txt",
        "ru/01-one.md",   "01-one.txt",        "ru/1--one.txt",  "ru/a1-one.txt",
    };

    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_left_out(others[i], "Bad\n\nText.\n", 11);
}

static void more_than_the_maximum_are_not_shown(void **state)
{
    put("ru/00-empty.txt", "");
    for (int i = 1; i <= LIBRARY_PAGES_MAX + 3; i++) {
        char name[32], text[32];

        snprintf(name, sizeof name, "ru/%02d-page.txt", i);
        snprintf(text, sizeof text, "Page %d\n\nText.\n", i);
        put(name, text);
    }
    load();
    assert_int_equal(library_count(library, "ru"), LIBRARY_PAGES_MAX);
    assert_string_equal(library_title(library, "ru", 0), "Page 1");
    assert_string_equal(library_title(library, "ru", LIBRARY_PAGES_MAX - 1), "Page 18");
}

static void a_missing_folder_is_no_error(void **state)
{
    library = library_load(folder_path(folder, "nowhere"));
    assert_non_null(library);
    assert_int_equal(library_count(library, "kk"), 0);
    assert_null(library_title(library, "kk", 0));
    assert_null(library_text(library, "kk", 0));
}

static void a_file_in_place_of_the_folder_is_no_error(void **state)
{
    put("file", "One\n\nText.\n");
    library = library_load(folder_path(folder, "file"));
    assert_non_null(library);
    assert_int_equal(library_count(library, "ru"), 0);
}

static void a_pipe_in_place_of_a_language_is_no_error(void **state)
{
    assert_int_equal(rmdir(folder_path(folder, "kk")), 0);
    assert_int_equal(mkfifo(folder_path(folder, "kk"), 0600), 0);
    put("ru/01-one.txt", "One\n\nText.\n");
    assert_titles("One ");
}

static void empty_files_are_left_out(void **state)
{
    assert_left_out("ru/01-bad.txt", "", 0);
    assert_left_out("ru/01-bad.txt", "\n\n\n", 3);
    assert_left_out("ru/01-bad.txt", "\xEF\xBB\xBF", 3);
}

static void without_title_or_text_is_left_out(void **state)
{
    assert_left_out("ru/01-bad.txt", "\nText.\n", 7);
    assert_left_out("ru/01-bad.txt", " \t\r\nText.\n", 10);
    assert_left_out("ru/01-bad.txt", "Title", 5);
    assert_left_out("ru/01-bad.txt", "Title\n\n \n", 9);
}

static void a_long_title_is_left_out(void **state)
{
    char page[LIBRARY_TITLE_MAX + 16];

    memset(page, 'T', sizeof page);
    memcpy(page + LIBRARY_TITLE_MAX, "\n\nx\n", 4);
    put_bytes("ru/01-one.txt", page, LIBRARY_TITLE_MAX + 4);
    load();
    assert_int_equal(library_count(library, "ru"), 1);
    assert_int_equal(strlen(library_title(library, "ru", 0)), LIBRARY_TITLE_MAX);

    memcpy(page + LIBRARY_TITLE_MAX, "T\n\nx\n", 5);
    assert_left_out("ru/01-one.txt", page, LIBRARY_TITLE_MAX + 5);
}

static void huge_files_are_left_out(void **state)
{
    char *page = malloc(LIBRARY_FILE_MAX + 1);

    assert_non_null(page);
    memset(page, 'x', LIBRARY_FILE_MAX + 1);
    memcpy(page, "Title\n", 6);
    put_bytes("ru/01-one.txt", page, LIBRARY_FILE_MAX);
    load();
    assert_int_equal(library_count(library, "ru"), 1);
    assert_int_equal(strlen(library_text(library, "ru", 0)), LIBRARY_FILE_MAX - 6);

    assert_left_out("ru/01-one.txt", page, LIBRARY_FILE_MAX + 1);
    free(page);
    assert_int_equal(truncate(folder_path(folder, "ru/01-one.txt"), 1L << 40), 0);
    assert_titles("Good ");
}

static void binary_files_are_left_out(void **state)
{
    assert_left_out("ru/01-bad.txt", "Title\n\nte\0xt\n", 13);
    assert_left_out("ru/01-bad.txt", "Tit\0le\n\ntext\n", 13);
    assert_left_out("ru/01-bad.txt", "Title\n\n\x1b[2Jtext\n", 16);
    assert_left_out("ru/01-bad.txt", "Tit\x07le\n\ntext\n", 13);
    assert_left_out("ru/01-bad.txt", "Title\n\nte\x7fxt\n", 13);
    assert_left_out("ru/01-bad.txt", "Title\n\nte\rxt\n", 13);
}

static void wrong_utf8_is_left_out(void **state)
{
    assert_left_out("ru/01-bad.txt", "Title\n\n\xCF\xF0\xE0\xE2\xEE\n", 13); /* CP1251 */
    assert_left_out("ru/01-bad.txt", "Title\n\n\xC0\xAE\n", 10);
    assert_left_out("ru/01-bad.txt", "Title\n\n\xED\xA0\x80\n", 11);
    assert_left_out("ru/01-bad.txt", "Title\n\ntext \xD0", 13);
}

static void only_regular_files_are_pages(void **state)
{
    assert_int_equal(mkfifo(folder_path(folder, "ru/01-pipe.txt"), 0600), 0);
    assert_int_equal(mkdir(folder_path(folder, "ru/02-folder.txt"), 0700), 0);
    put("secret", "Secret\n\nText.\n");
    assert_int_equal(symlink("../secret", folder_path(folder, "ru/03-link.txt")), 0);
    assert_int_equal(symlink("/dev/zero", folder_path(folder, "ru/04-device.txt")), 0);
    put("ru/05-good.txt", "Good\n\nText.\n");
    assert_titles("Good ");
}

static void linked_folders_are_followed(void **state)
{
    put("ru/01-one.txt", "One\n\nText.\n");
    assert_int_equal(rename(folder_path(folder, "ru"), folder_path(folder, "pages")), 0);
    assert_int_equal(symlink("pages", folder_path(folder, "ru")), 0);
    assert_int_equal(symlink(".", folder_path(folder, "here")), 0);
    library = library_load(folder_path(folder, "here"));
    assert_non_null(library);
    assert_int_equal(library_count(library, "ru"), 1);
}

static void another_language_stands_in(void **state)
{
    put("ru/01-one.txt", "Русский\n\nТекст.\n");
    load();
    assert_int_equal(library_count(library, "kk"), 1);
    assert_string_equal(library_title(library, "kk", 0), "Русский");
    assert_string_equal(library_text(library, "en", 0), "Текст.");
    assert_string_equal(library_title(library, "uz", 0), "Русский");
}

static void the_own_language_comes_first(void **state)
{
    put("kk/01-one.txt", "Қазақша\n\nМәтін.\n");
    put("en/01-one.txt", "English\n\nText.\n");
    put("en/02-two.txt", "Two\n\nText.\n");
    load();
    assert_string_equal(library_title(library, "kk", 0), "Қазақша");
    assert_int_equal(library_count(library, "en"), 2);
    assert_string_equal(library_title(library, "en", 0), "English");
    assert_string_equal(library_title(library, "ru", 0), "Қазақша");
}

static void unknown_languages_are_not_read(void **state)
{
    assert_int_equal(mkdir(folder_path(folder, "uz"), 0700), 0);
    put("uz/01-one.txt", "O'zbek\n\nMatn.\n");
    assert_titles("");
}

/* The shipped pages, where a program run in place finds them. */
static const char *shipped(void)
{
    const char *build = getenv("SANDYQ_BUILD");

    return folder_path(build != NULL ? build : "build", "texts");
}

static void load_shipped(void)
{
    library = library_load(shipped());
    assert_non_null(library);
}

static size_t characters(const char *text, size_t page)
{
    size_t n = 0;
    size_t len = strlen(text);

    while (len > 0) {
        uint32_t ch = 0;
        size_t taken = utf8_take(text, len, &ch);

        if (ch != '\n' && !utf8_harmless(ch))
            fail_msg("page %zu has U+%04X in it", page + 1, ch);
        text += taken;
        len -= taken;
        n++;
    }
    return n;
}

static void every_shipped_page_is_in_every_language(void **state)
{
    char names[LANG_COUNT][1024];

    for (size_t lang = 0; lang < LANG_COUNT; lang++)
        snprintf(names[lang], sizeof names[lang], "%s",
                 folder_names(folder_path(shipped(), lang_code(lang))));
    assert_string_equal(names[0], names[1]);
    assert_string_equal(names[0], names[2]);

    load_shipped();
    for (size_t lang = 0; lang < LANG_COUNT; lang++)
        assert_int_equal(library_count(library, lang_code(lang)), SHIPPED);
    assert_string_not_equal(library_title(library, "kk", 0), library_title(library, "ru", 0));
    assert_string_not_equal(library_title(library, "ru", 0), library_title(library, "en", 0));
}

static void shipped_pages_are_short(void **state)
{
    load_shipped();
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        for (size_t i = 0; i < library_count(library, lang_code(lang)); i++) {
            const char *title = library_title(library, lang_code(lang), i);
            const char *text = library_text(library, lang_code(lang), i);

            if (characters(title, i) > TITLE_COLUMNS)
                fail_msg("%s: the title is too long: %s", lang_code(lang), title);
            if (characters(text, i) > PAGE_CHARACTERS)
                fail_msg("%s: the page is too long: %s", lang_code(lang), title);
        }
    }
}

static bool latin(uint32_t ch)
{
    return (ch >= 'A' && ch <= 'Z') || (ch >= 'a' && ch <= 'z');
}

/* A Latin letter that looks like a Cyrillic one is invisible, but a speaker stumbles over it. */
static void assert_one_script(const char *text, const char *title)
{
    size_t len = strlen(text);
    uint32_t before = ' ';

    while (len > 0) {
        uint32_t ch = 0;
        size_t taken = utf8_take(text, len, &ch);

        if ((latin(ch) && before >= 0x400 && before < 0x530) ||
            (latin(before) && ch >= 0x400 && ch < 0x530))
            fail_msg("a word of two scripts in %s: %.20s", title, text);
        before = ch;
        text += taken;
        len -= taken;
    }
}

static void shipped_words_are_of_one_script(void **state)
{
    load_shipped();
    for (size_t lang = 0; lang < LANG_COUNT; lang++) {
        for (size_t i = 0; i < library_count(library, lang_code(lang)); i++) {
            const char *title = library_title(library, lang_code(lang), i);

            assert_one_script(title, title);
            assert_one_script(library_text(library, lang_code(lang), i), title);
        }
    }
}

/* The same paragraphs and items in all languages: a page changed in one language only is told. */
static void shipped_pages_have_one_shape(void **state)
{
    load_shipped();
    for (size_t i = 0; i < SHIPPED; i++) {
        size_t lines[LANG_COUNT] = {0};

        for (size_t lang = 0; lang < LANG_COUNT; lang++) {
            const char *c = library_text(library, lang_code(lang), i);

            assert_non_null(c);
            for (; *c != '\0'; c++)
                lines[lang] += *c == '\n';
        }
        if (lines[0] != lines[1] || lines[0] != lines[2])
            fail_msg("page %zu has other paragraphs: kk %zu, ru %zu, en %zu", i + 1, lines[0],
                     lines[1], lines[2]);
    }
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(a_page_has_title_and_text),
        EACH(no_page_beyond_the_last),
        EACH(lines_of_a_paragraph_are_joined),
        EACH(items_stay_lines),
        EACH(a_dash_inside_a_sentence_joins),
        EACH(other_editors_files_are_read),
        EACH(no_newline_at_the_end),
        EACH(sorted_by_name),
        EACH(only_numbered_texts_are_pages),
        EACH(more_than_the_maximum_are_not_shown),
        EACH(a_missing_folder_is_no_error),
        EACH(a_file_in_place_of_the_folder_is_no_error),
        EACH(a_pipe_in_place_of_a_language_is_no_error),
        EACH(empty_files_are_left_out),
        EACH(without_title_or_text_is_left_out),
        EACH(a_long_title_is_left_out),
        EACH(huge_files_are_left_out),
        EACH(binary_files_are_left_out),
        EACH(wrong_utf8_is_left_out),
        EACH(only_regular_files_are_pages),
        EACH(linked_folders_are_followed),
        EACH(another_language_stands_in),
        EACH(the_own_language_comes_first),
        EACH(unknown_languages_are_not_read),
        EACH(every_shipped_page_is_in_every_language),
        EACH(shipped_pages_are_short),
        EACH(shipped_words_are_of_one_script),
        EACH(shipped_pages_have_one_shape),
    };
    alarm(60); /* a pipe that holds the loader up must not hold up the whole run */
    return cmocka_run_group_tests(tests, NULL, NULL);
}
