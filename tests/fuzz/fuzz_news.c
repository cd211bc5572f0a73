/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Any bytes as the notices of a board, and keys to look at them and at the pages about rights:
   what is for everyone and for one language is shown, whatever the sections are. Input: how (1
   byte: language, 4 no library, 8 one with more pages in one language, 16 large print), which
   call fails (1), number of keys (1), keys (f: the call fails that the next one says), notices. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/lang.h"
#include "base/utf8.h"
#include "crypto/signature.h"
#include "session/library.h"
#include "session/session.h"
#include "tests/fuzz/fuzz.h"
#include "tests/lib/fake_session.h"
#include "tests/lib/folder.h"

enum { HEAD = 3, KEYS = 64, BARE = 4, UNEVEN = 8, LARGE = 16, PAGES = LIBRARY_PAGES_MAX };

static struct fake_session *session;
static struct library *uneven;
static const uint8_t seed[SIGNATURE_SEED_LEN] = {1, 2, 3};

static struct {
    const uint8_t *keys;
    size_t left;
    int language;
} person;

static void size(void *context, int *rows, int *cols)
{
    *rows = SCREEN_ROWS_MIN;
    *cols = SCREEN_COLS_MIN;
}

static void show(void *context, const struct screen *screen)
{
    for (int row = 0; row < screen_rows(screen); row++)
        for (int col = 0; col < screen_cols(screen); col++) {
            const uint32_t ch = screen_at(screen, row, col)->ch;
            must(ch == 0 || ch == ' ' || utf8_harmless(ch));
        }
}

/* First the language, then what the input says. */
static struct keypress press(void *context, int seconds)
{
    static const struct {
        char byte;
        enum keypress_kind kind;
    } kinds[] = {{'e', KEYPRESS_ENTER},   {'b', KEYPRESS_BACK}, {'n', KEYPRESS_PAGE_DOWN},
                 {'p', KEYPRESS_PAGE_UP}, {'c', KEYPRESS_HIDE}, {'h', KEYPRESS_HELP}};
    struct keypress press = {.kind = KEYPRESS_GONE};

    if (person.language > 0) {
        press = (struct keypress){.kind = KEYPRESS_CHAR, .ch = (uint32_t)('0' + person.language)};
        person.language = 0;
        return press;
    }
    if (person.left > 1 && *person.keys == 'f') {
        fuzz_fail_at(person.keys[1] % 16U);
        person.keys += 2;
        person.left -= 2;
    }
    if (person.left == 0)
        return press;
    person.left--;
    press = (struct keypress){.kind = KEYPRESS_CHAR, .ch = *person.keys++};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (press.ch == (uint8_t)kinds[i].byte)
            press.kind = kinds[i].kind;
    if (!utf8_harmless(press.ch))
        press.kind = KEYPRESS_OTHER;
    return press;
}

static void drop(void *context)
{
}

static void wait(void *context, unsigned milliseconds)
{
    (void)context;
    (void)milliseconds;
}

static int derive(void *context, const char *code, const char *pin, const struct argon_watch *watch,
                  struct code_keys *keys)
{
    return fake_session_derive(session, code, pin, watch, keys);
}

static int store(void *context, const uint8_t envelope[ENVELOPE_LEN])
{
    return 0;
}

/* Pages in one language that another has not: as many as there can be. */
static struct library *make_uneven(void)
{
    char *folder = folder_make();
    char path[4096];

    for (int i = 0; i <= PAGES; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, i == PAGES ? "en" : "kk");
        must(mkdir(path, 0700) == 0 || i > 0);
        snprintf(path, sizeof path, "%s/%s/%02d-page.txt", folder, i == PAGES ? "en" : "kk", i);
        folder_write(path, "Title\n\nText\n", 12);
    }
    struct library *library = library_load(folder);
    must(library != NULL && library_count(library, "kk") == PAGES);
    folder_remove(&folder);
    return library;
}

static void start(void)
{
    const char *build = getenv("SANDYQ_BUILD");
    char locale[4096];

    if (session != NULL)
        return;
    fuzz_start();
    fuzz_fail_at(0);
    snprintf(locale, sizeof locale, "%s/locale", build != NULL ? build : "build");
    must(lang_start(locale) == 0);
    session = fake_session_new();
    must(session != NULL);
    session->quick = true;
    uneven = make_uneven();
}

/* A board of nothing but notices; NULL when these are no text. */
static uint8_t *board_of(const uint8_t *notices, size_t size, struct board_folder *board)
{
    const struct head head = {.number = 1, .notices_len = (uint32_t)size};
    const struct head_lists lists = {.notices = (const char *)notices};
    uint8_t *bytes = NULL;
    size_t len = 0;

    must((head_encode(&head, &lists, seed, &bytes, &len) == ERROR_NONE) ==
         utf8_valid(notices, size));
    *board = (struct board_folder){.segment_count = 0};
    must(bytes == NULL || head_view(bytes, len, &board->head) == ERROR_NONE);
    return bytes;
}

static void visit(const uint8_t *data, const struct board_folder *board)
{
    const struct session_io io = {.size = size,
                                  .show = show,
                                  .key = press,
                                  .drop = drop,
                                  .derive = derive,
                                  .wait = wait,
                                  .store = store};
    struct session_place place = session->place;

    place.board = board;
    place.library = data[0] & BARE ? NULL : data[0] & UNEVEN ? uneven : session->place.library;
    place.large = (data[0] & LARGE) != 0;
    fuzz_fail_at(data[1]);
    must(session_run(&io, &place) != SESSION_NOBODY || data[1] > 0);
    fuzz_fail_at(0);
    lang_set("en");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct board_folder board;

    start();
    if (size < HEAD || data[2] % KEYS > size - HEAD)
        return 0;
    person.keys = data + HEAD;
    person.left = data[2] % KEYS;
    person.language = 1 + data[0] % 4 % LANG_COUNT;
    uint8_t *bytes = board_of(data + HEAD + person.left, size - HEAD - person.left, &board);
    if (bytes != NULL)
        visit(data, &board);
    free(bytes);
    return 0;
}
