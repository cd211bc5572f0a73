/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Every screen as a person sees it: tests/screens/NAME.keys played in each language, at both sizes,
   in normal and large print; all that it shows is compared with NAME.LANG.screen, which has a part
   "==== SIZE ====" for each. One that is missing fails. GENERATE=1 writes them anew, for the
   languages named in SCREENS (default "en"). The place is a prison with a printer, a voice, a
   library and a board, unless the script's first line says otherwise:
   #! asks (the messages are questions, and one is of a newer kind)
      bare (no printer, no voice)  empty (no library, no board)  silent (no word came back)
      lost (the board is damaged)
      closed (out of order)  WOMEN, CHILD (what kind of place it is) */
#include <glob.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wctype.h>

#include <cmocka.h>

#include "base/lang.h"
#include "base/utf8.h"
#include "complaint/taxonomy.h"
#include "crypto/secret.h"
#include "tests/lib/fake_session.h"
#include "tui/linear.h"

enum { FILE_MAX = 524288, NAME_MAX_LEN = 512 };

/* The whole file as a string for free(3); NULL when there is none. */
static char *slurp(const char *path)
{
    FILE *file = fopen(path, "r");
    char *text = NULL;
    size_t len = 0;

    if (file == NULL)
        return NULL;
    text = calloc(1, FILE_MAX);
    if (text != NULL)
        len = fread(text, 1, FILE_MAX - 1, file);
    fclose(file);
    assert_true(text != NULL && len < FILE_MAX - 1);
    return text;
}

/* All kept screens one below the other, for free(3). */
static char *shown(const struct fake_session *session)
{
    char *text = calloc(1, FILE_MAX);
    size_t len = 0;

    assert_non_null(text);
    for (int i = 0; i < session->terminal.kept_count; i++)
        len += (size_t)snprintf(text + len, FILE_MAX - len, "---- %d ----\n%s", i + 1,
                                session->terminal.kept[i]);
    assert_true(len < FILE_MAX);
    return text;
}

/* The last line at or before at that begins with mark; the text's beginning when there is none. */
static const char *line_before(const char *text, const char *at, const char *mark)
{
    while (at > text && (at[-1] != '\n' || strncmp(at, mark, strlen(mark)) != 0))
        at--;
    return at;
}

/* Prints the screen that a place in the text belongs to. */
static void print_screen(const char *title, const char *text, size_t place)
{
    const char *from = line_before(text, text + place, "---- ");
    const char *end = strstr(from, "\n----");

    fprintf(stderr, "%s\n%.*s\n", title, (int)(end != NULL ? end - from : (long)strlen(from)),
            from);
}

/* Fails when the texts differ, and shows the first screen that does, as it was and as it is. */
static void assert_same_screens(const char *path, const char *want, const char *text)
{
    size_t same = 0;

    while (want[same] == text[same] && text[same] != '\0')
        same++;
    if (want[same] == text[same])
        return;
    const char *size = line_before(text, text + same, "==== ");
    fprintf(stderr, "%s, %.*s: ", path, (int)strcspn(size, "\n"), size);
    print_screen("expected", want, same);
    print_screen("it is now", text, same);
    fail();
}

static void compare(const char *path, const char *language, const char *text)
{
    const char *languages = getenv("SCREENS");
    char *want = slurp(path);

    if (getenv("GENERATE") != NULL &&
        strstr(languages != NULL ? languages : "en", language) != NULL) {
        FILE *file = fopen(path, "w");

        assert_non_null(file);
        assert_true(fputs(text, file) >= 0);
        assert_int_equal(fclose(file), 0);
    } else if (want == NULL) {
        fail_msg("%s is missing", path);
    } else {
        assert_same_screens(path, want, text);
    }
    free(want);
}

/* How a script is played. */
struct look {
    const char *language;
    const char *size;
    int rows;
    int cols;
    bool large;
    bool restless; /* the terminal's size changes and changes back before every key */
};

/* ---- every screen in words ---- */

enum { LETTERS = 0x3000 };

/* Counts letters and digits, up or down. */
static void count(const char *text, size_t len, int by, int counts[LETTERS])
{
    while (len > 0) {
        uint32_t ch = 0;
        size_t n = utf8_take(text, len, &ch);

        if (ch < LETTERS && iswalnum((wint_t)ch))
            counts[ch] += by;
        text += n;
        len -= n;
    }
}

/* Whoever cannot see it hears it: what a screen says in words has all its letters and digits,
   and no others. */
static void assert_said(const struct screen *screen)
{
    static int counts[LETTERS];
    static char said[65536];
    char utf8[4];

    memset(counts, 0, sizeof counts);
    count(said, linear_text(screen, said, sizeof said), -1, counts);
    for (int row = 0; row < screen_rows(screen); row++)
        for (int col = 0; col < screen_cols(screen); col++) {
            const struct screen_cell *cell = screen_at(screen, row, col);

            if (cell->style != SCREEN_MODULES && cell->ch != 0)
                count(utf8, utf8_put(cell->ch, utf8), 1, counts);
        }
    for (int i = 0; i < LETTERS; i++)
        if (counts[i] != 0)
            fail_msg("U+%04X is said %d times too few in:\n%s", i, counts[i], said);
}

/* True when the script's first line says so of its place. */
static bool place_is(const char *script, const char *word)
{
    const char *at = strstr(script, word);

    return strncmp(script, "#!", 2) == 0 && at != NULL && at < script + strcspn(script, "\n");
}

static void furnish(struct fake_session *session, const char *script)
{
    static const char *const types[] = {"WOMEN", "CHILD"};

    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (place_is(script, types[i]))
            session->place.card.type = taxonomy_facility(types[i])->number;
    if (!place_is(script, "bare")) {
        fake_session_printer(session);
        fake_session_voice(session);
    }
    if (place_is(script, "empty"))
        session->place.library = NULL;
    session->place.board_lost = place_is(script, "lost");
    if (place_is(script, "empty") || session->place.board_lost) {
        session->place.board = NULL;
        session->place.arrived = 0;
    }
}

/* The last one is asked in the person's language, as an office would. */
static void take_questions(const char *const *texts[], size_t *n, const char *language)
{
    static const char *const asked[][3] = {
        {FAKE_SESSION_ASKS "Has a doctor seen you?|Yes|No", FAKE_SESSION_NEWER,
         FAKE_SESSION_ASKS "Has anything happened to you since you wrote?|No|Yes, I can write "
                           "about it|Yes. Please come: I cannot write about it here"},
        {FAKE_SESSION_ASKS "Вас осмотрел врач?|Да|Нет", FAKE_SESSION_NEWER,
         FAKE_SESSION_ASKS "С вами что-нибудь случилось после того, как вы написали?|Нет|Да, могу "
                           "об этом написать|Да. Приезжайте: здесь я об этом писать не могу"},
        {FAKE_SESSION_ASKS "Сізді дәрігер қарады ма?|Иә|Жоқ", FAKE_SESSION_NEWER,
         FAKE_SESSION_ASKS "Сіз жазғаннан бері бірдеңе болды ма?|Жоқ|Иә, бұл туралы жаза "
                           "аламын|Иә. Келіңіздер: бұл жерде ол туралы жаза алмаймын"},
    };
    *texts = asked[strcmp(language, "ru") == 0 ? 1 : strcmp(language, "kk") == 0 ? 2 : 0];
    *n = 3;
}

static struct fake_session *session_for(const char *script, const struct look *look)
{
    static const char *const usual[] = {NULL,
                                        "We read what you wrote. Someone will come to see you "
                                        "within three days.\n\nTell us: has a doctor "
                                        "seen you?"};
    struct fake_session *session = fake_session_new();
    struct code_keys keys;
    const char *const *texts = usual;
    size_t n = place_is(script, "arrived") ? 0 : 2;

    assert_non_null(session);
    session->quick = true;
    assert_int_equal(fake_session_derive(session, FAKE_SESSION_CODE, FAKE_SESSION_PIN, NULL, &keys),
                     0);
    session->arrived = place_is(script, "silent") ? 0 : session->arrived;
    session->letters = place_is(script, "silent") ? 0 : place_is(script, "arrived") ? 1 : 2;
    if (place_is(script, "asks"))
        take_questions(&texts, &n, look->language);
    assert_int_equal(fake_session_answer(session, &keys, texts, n), 0);
    session->terminal.language = look->language;
    session->terminal.rows = look->rows;
    session->terminal.cols = look->cols;
    session->terminal.masked = true;
    session->terminal.restless = look->restless;
    session->terminal.watch = assert_said;
    session->place.large = look->large;
    furnish(session, script);
    return session;
}

/* What the script shows, for free(3). */
static char *play(const char *path, const char *script, const struct look *look)
{
    struct fake_session *session = session_for(script, look);

    lang_set("en");
    if (place_is(script, "closed"))
        fake_session_close(session, script);
    else if (fake_session_play(session, script) == SESSION_FAILED)
        fail_msg("%s stored nothing", path);
    if (session->terminal.clipped)
        fail_msg("%s loses text (%s, %s)", path, look->language, look->size);
    char *text = shown(session);
    fake_session_free(&session);
    return text;
}

/* A terminal whose size never rests shows the same. */
static void play_restless(const char *path, const char *script, const struct look *look,
                          const char *want)
{
    struct look restless = *look;

    restless.restless = true;
    char *text = play(path, script, &restless);
    assert_same_screens(path, want, text);
    free(text);
}

static void play_script(const char *path, const char *language)
{
    const struct look looks[] = {
        {language, "64x24", 24, 64, false, false},
        {language, "64x24, large", 24, 64, true, false},
        {language, "80x25", 25, 80, false, false},
        {language, "80x25, large", 25, 80, true, false},
    };
    char *script = slurp(path);
    char *all = calloc(1, FILE_MAX);
    char expected[NAME_MAX_LEN];
    size_t len = 0;

    assert_true(script != NULL && all != NULL);
    for (size_t i = 0; i < sizeof looks / sizeof *looks; i++) {
        char *text = play(path, script, &looks[i]);
        if (i == 0)
            play_restless(path, script, &looks[i], text);
        len += (size_t)snprintf(all + len, FILE_MAX - len, "==== %s ====\n%s", looks[i].size, text);
        assert_true(len < FILE_MAX);
        free(text);
    }
    snprintf(expected, sizeof expected, "%.*s.%s.screen", (int)(strlen(path) - strlen(".keys")),
             path, language);
    compare(expected, language, all);
    free(all);
    free(script);
}

static void play_all(const char *language)
{
    glob_t found = {0};

    assert_int_equal(glob("tests/screens/*.keys", 0, NULL, &found), 0);
    for (size_t i = 0; i < found.gl_pathc; i++)
        play_script(found.gl_pathv[i], language);
    globfree(&found);
}

static void test_screens_en(void **state)
{
    play_all("en");
}

static void test_screens_kk(void **state)
{
    play_all("kk");
}

static void test_screens_ru(void **state)
{
    play_all("ru");
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_screens_en),
        cmocka_unit_test(test_screens_kk),
        cmocka_unit_test(test_screens_ru),
    };
    const char *build = getenv("SANDYQ_BUILD");
    char folder[NAME_MAX_LEN];

    snprintf(folder, sizeof folder, "%s/locale", build != NULL ? build : "build");
    if (lang_start(folder) != 0) {
        fprintf(stderr, "no translations in %s\n", folder);
        return 1;
    }
    if (secret_start() != ERROR_NONE)
        return 1;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
