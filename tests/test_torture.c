/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A slice of the power cuts, faults and kills of tests/torture, and that the engine finds what is
   wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

enum { SAID_MAX = 16384 };

/* Runs the engine; its exit status, and all that it said. */
static int play(const char *settings, const char *scenes, char said[SAID_MAX])
{
    char command[1024];
    const char *build = getenv("SANDYQ_BUILD");
    snprintf(command, sizeof command, "%s %s/tests/torture/torture %s 2>&1", settings,
             build != NULL ? build : "build", scenes);
    FILE *engine = popen(command, "re");
    assert_non_null(engine);
    size_t len = fread(said, 1, SAID_MAX - 1, engine);
    said[len] = '\0';
    int status = pclose(engine);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static void test_slice(void **state)
{
    static char said[SAID_MAX];
    const char *settings = getenv("SANDYQ_SLICE") != NULL
                               ? ""
                               : "SANDYQ_SEED=${SANDYQ_SEED:-1} SANDYQ_CUTS=1 SANDYQ_SLICE=30";
    int status = play(settings, "", said);
    print_message("%s", said);
    assert_int_equal(status, 0);
    assert_non_null(strstr(said, " 0 lost, 0 broken; seed "));
}

/* Its own claims are refuted: by a power cut, and by a full disk. */
static void test_broken(void **state)
{
    static const struct {
        const char *scene;
        const char *found;
    } broken[] = {
        {"hollow", "hollow: power cut after operation"},
        {"nameless", "nameless: power cut after operation"},
        {"careless", "careless: write 1 short"},
    };
    static char said[SAID_MAX];
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        assert_int_equal(play("SANDYQ_SEED=1 SANDYQ_SLICE=1", broken[i].scene, said), 1);
        assert_non_null(strstr(said, broken[i].found));
        assert_null(strstr(said, " 0 lost"));
    }
    assert_int_equal(play("", "no-such-scene", said), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_broken),
        cmocka_unit_test(test_slice),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
