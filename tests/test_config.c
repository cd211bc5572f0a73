/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The configuration: what is right is set, what is wrong is named with its line, and the sample is
   right. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "kiosk/config.h"
#include "tests/lib/folder.h"

#define SAMPLE "kiosk/kiosk.conf"

static int setup(void **state)
{
    *state = folder_make();
    return 0;
}

static int teardown(void **state)
{
    char *dir = *state;

    folder_remove(&dir);
    return 0;
}

static int read_bytes(const char *dir, const void *bytes, size_t len, struct config *config,
                      char fault[CONFIG_FAULT_LEN])
{
    const char *path = folder_path(dir, "kiosk.conf");

    folder_write(path, bytes, len);
    config_default(config);
    return config_read(config, path, true, fault);
}

static int read_text(const char *dir, const char *text, struct config *config,
                     char fault[CONFIG_FAULT_LEN])
{
    return read_bytes(dir, text, strlen(text), config, fault);
}

static void assert_fault(const char *dir, const char *text, unsigned line, const char *what)
{
    struct config config;
    char fault[CONFIG_FAULT_LEN], want[CONFIG_FAULT_LEN];

    assert_int_equal(read_text(dir, text, &config, fault), -1);
    if (line > 0)
        snprintf(want, sizeof want, "%s: line %u: %s", folder_path(dir, "kiosk.conf"), line, what);
    else
        snprintf(want, sizeof want, "%s: %s", folder_path(dir, "kiosk.conf"), what);
    assert_string_equal(fault, want);
}

static void test_default(void **state)
{
    struct config config;

    (void)state;
    config_default(&config);
    assert_int_equal(config.idle, 180);
    assert_string_equal(config.languages[0], "kk");
    assert_string_equal(config.languages[2], "en");
    assert_string_equal(config.printer, "");
    assert_string_equal(config.speaker, ""); /* silent unless somebody wanted it */
    assert_false(config.large);
    assert_false(config.contrast);
}

static void test_every_name(void **state)
{
    static const char text[] = "\xEF\xBB\xBF# all of them, in a file from Windows\r\n"
                               "\r\n"
                               "tty = /dev/tty2\r\n"
                               "\tlocale=/l\n"
                               "texts  =\t/t\n"
                               "printer = /dev/usb/lp0\n"
                               "speaker = /usr/bin/my speech # 2\n"
                               "idle = 3600\n"
                               "paper = 58\n"
                               "languages = en  ru\tkk\n"
                               "print = large\n"
                               "contrast = yes";
    struct config config;
    char fault[CONFIG_FAULT_LEN], right[sizeof text];

    /* A comment behind a value is no part of it, nor is it taken for one. */
    assert_fault(*state, text, 7, "A comment needs a line of its own.");
    strcpy(right, text);
    memset(strstr(right, " # 2"), ' ', 4);
    assert_int_equal(read_text(*state, right, &config, fault), 0);
    assert_string_equal(fault, "");
    assert_string_equal(config.tty, "/dev/tty2");
    assert_string_equal(config.locale, "/l");
    assert_string_equal(config.texts, "/t");
    assert_string_equal(config.printer, "/dev/usb/lp0");
    assert_string_equal(config.speaker, "/usr/bin/my speech");
    assert_int_equal(config.idle, 3600);
    assert_int_equal(config.paper, 58);
    assert_string_equal(config.languages[0], "en");
    assert_string_equal(config.languages[1], "ru");
    assert_string_equal(config.languages[2], "kk");
    assert_true(config.large);
    assert_true(config.contrast);
}

static void test_each_fault_is_named_with_its_line(void **state)
{
    static const char idle[] = "Give a number of seconds from 10 to 3600.";
    static const char languages[] = "Give all of kk, ru and en, each once, the first one first.";

    assert_fault(*state, "#\n\nbeep = yes\n", 3, "There is no setting of this name.");
    assert_fault(*state, "Idle = 60", 1, "There is no setting of this name.");
    assert_fault(*state, "config = /x", 1, "There is no setting of this name.");
    assert_fault(*state, " = 60", 1, "There is no setting of this name.");
    assert_fault(*state, "idle 60", 1, "A line is a name, = and a value.");
    assert_fault(*state, "idle = 60\n#\nidle = 60\n", 3,
                 "This name stands here for the second time.");
    assert_fault(*state, "idle = 9", 1, idle);
    assert_fault(*state, "idle = 3601", 1, idle);
    assert_fault(*state, "idle = -60", 1, idle);
    assert_fault(*state, "idle = 60s", 1, idle);
    assert_fault(*state, "idle = 4294967356", 1, idle);
    assert_fault(*state, "idle =", 1, idle);
    assert_fault(*state, "paper = 79", 1, "Give the width of the paper: 58 or 80.");
    assert_fault(*state, "print = Large", 1, "Give normal or large.");
    assert_fault(*state, "contrast = true", 1, "Give yes or no.");
    assert_fault(*state, "languages = kk ru", 1, languages);
    assert_fault(*state, "languages = kk ru ru", 1, languages);
    assert_fault(*state, "languages = kk ru en kk", 1, languages);
    assert_fault(*state, "languages = kk ru de", 1, languages);
    assert_fault(*state, "languages = kk,ru,en", 1, languages);
    assert_fault(*state, "languages =", 1, languages);
    assert_fault(*state, "idle = 60\nprint = x\npaper = x", 2, "Give normal or large.");
}

static void test_a_user_has_a_users_name(void **state)
{
    static const char *const wrong[] = {
        "", "-x", "a b", "a:b", "Ә", "root;", "abcdefghijklmnopqrstuvwxyzabcdefg"};
    struct config config;

    (void)state;
    config_default(&config);
    assert_string_equal(config.visitor, "");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_non_null(config_set(&config, "visitor", wrong[i]));
    assert_null(config_set(&config, "visitor", "sandyq-visitor"));
    assert_string_equal(config.visitor, "sandyq-visitor");
}

static void test_paths_are_absolute_in_a_file(void **state)
{
    static const char *const names[] = {"tty", "locale", "texts", "printer", "speaker"};
    struct config config;
    char line[2 * CONFIG_PATH_LEN];

    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        snprintf(line, sizeof line, "%s = dev/x", names[i]);
        assert_fault(*state, line, 1, "Give a path that begins with /.");
        snprintf(line, sizeof line, "%s =", names[i]);
        assert_fault(*state, line, 1, "Give a path that begins with /.");
        snprintf(line, sizeof line, "%s = /%0*d", names[i], CONFIG_PATH_LEN - 1, 0);
        assert_fault(*state, line, 1, "This path is too long.");
        /* On the command line a path begins where the shell stands. */
        assert_null(config_set(&config, names[i], "dev/x"));
    }
    assert_non_null(config_set(&config, "beep", "yes"));
}

static void test_bytes_that_are_no_text(void **state)
{
    static const char nul[] = "# a\nidle = 6\0000\n";
    struct config config;
    char fault[CONFIG_FAULT_LEN];

    assert_fault(*state, "idle = 60\n# \xD0\n", 2, "This line is not UTF-8 text.");
    assert_fault(*state, "tty = /dev/tty2\033c", 1, "This line is not UTF-8 text.");
    assert_int_equal(read_bytes(*state, nul, sizeof nul - 1, &config, fault), -1);
    assert_non_null(strstr(fault, ": line 2: This line is not UTF-8 text."));
    assert_int_equal(config.idle, 180);
}

static void test_sizes(void **state)
{
    static char text[CONFIG_FILE_MAX + 2];
    struct config config;
    char fault[CONFIG_FAULT_LEN];

    assert_int_equal(read_text(*state, "", &config, fault), 0);
    memset(text, '#', sizeof text - 1);
    for (size_t i = 500; i < sizeof text - 1; i += 500)
        text[i] = '\n';
    assert_fault(*state, text, 0, "This file is too large.");
    text[CONFIG_FILE_MAX] = '\0';
    assert_int_equal(read_text(*state, text, &config, fault), 0);
    text[500] = '#';
    assert_fault(*state, text, 1, "This line is too long.");
}

static void test_what_is_no_file(void **state)
{
    const char *path = folder_path(*state, "kiosk.conf");
    struct config config;
    char fault[CONFIG_FAULT_LEN];

    config_default(&config);
    assert_int_equal(config_read(&config, path, false, fault), 0);
    assert_int_equal(config_read(&config, path, true, fault), -1);
    assert_non_null(strstr(fault, "kiosk.conf: This is no file that can be read."));
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(config_read(&config, path, false, fault), -1);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(mkdir(path, 0700), 0);
    assert_int_equal(config_read(&config, path, false, fault), -1);
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(symlink("nowhere", path), 0);
    assert_int_equal(config_read(&config, path, false, fault), -1);
}

/* Whoever owns the kiosk's folder is not to say as whom root runs what. */
static void test_root_takes_no_file_of_others(void **state)
{
    static const char text[] = "visitor = root\n";
    const char *path = folder_path(*state, "kiosk.conf");
    struct config config;
    char fault[CONFIG_FAULT_LEN];

    if (geteuid() != 0)
        skip();
    folder_write(path, text, sizeof text - 1);
    for (int wrong = 0; wrong < 3; wrong++) {
        assert_int_equal(chown(path, wrong == 0 ? 65534 : 0, 0), 0);
        assert_int_equal(chmod(path, wrong == 1 ? 0664 : wrong == 2 ? 0646 : 0644), 0);
        config_default(&config);
        assert_int_equal(config_read(&config, path, false, fault), -1);
        assert_non_null(strstr(fault, "kiosk.conf: Root takes only a file that is root's"));
        assert_string_equal(config.visitor, "");
    }
    assert_int_equal(chmod(path, 0644), 0);
    assert_int_equal(config_read(&config, path, false, fault), 0);
    assert_string_equal(config.visitor, "root");
}

/* Out of order is said on the terminal that the file names, whatever else is wrong in it. */
static void test_a_fault_leaves_the_terminal_known(void **state)
{
    struct config config;
    char fault[CONFIG_FAULT_LEN];

    assert_int_equal(read_text(*state, "idle = x\ntty = /dev/tty7\n", &config, fault), -1);
    assert_string_equal(config.tty, "/dev/tty7");
    assert_int_equal(config.idle, 180);
}

static void test_sample(void **state)
{
    size_t len = 0, examples = 0;
    char *text = (char *)folder_read(SAMPLE, &len);
    char *open = calloc(1, len + 1), *at = open;
    struct config config;
    char fault[CONFIG_FAULT_LEN];

    assert_int_equal(read_bytes(*state, text, len, &config, fault), 0);
    /* Prose begins with "# ", an example with "#". */
    for (size_t i = 0; i < len; i++) {
        const bool first = i == 0 || text[i - 1] == '\n';

        if (first && text[i] == '#' && i + 1 < len && text[i + 1] != ' ' && text[i + 1] != '\n')
            examples++;
        else
            *at++ = text[i];
    }
    assert_int_equal(examples, 11);
    if (read_text(*state, open, &config, fault) != 0)
        fail_msg("%s", fault);
    assert_string_equal(config.speaker, "/usr/bin/espeak-ng");
    free(open);
    free(text);
}

#define CONFIG_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CONFIG_TEST(test_default),
        CONFIG_TEST(test_every_name),
        CONFIG_TEST(test_each_fault_is_named_with_its_line),
        CONFIG_TEST(test_a_user_has_a_users_name),
        CONFIG_TEST(test_paths_are_absolute_in_a_file),
        CONFIG_TEST(test_bytes_that_are_no_text),
        CONFIG_TEST(test_sizes),
        CONFIG_TEST(test_what_is_no_file),
        CONFIG_TEST(test_root_takes_no_file_of_others),
        CONFIG_TEST(test_a_fault_leaves_the_terminal_known),
        CONFIG_TEST(test_sample),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
