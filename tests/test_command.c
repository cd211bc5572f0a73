/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The desk's commands where something is in the way: what they say, and what they leave behind.
   Each run costs a key derivation, so the office is made once for all tests. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "crypto/secret.h"
#include "desk/triage_screen.h"
#include "office/fleet.h"
#include "office/passphrase.h"
#include "office/triage.h"
#include "protocol/charter.h"
#include "tests/lib/cut_listing.h"
#include "tests/lib/desk_command.h"
#include "tests/lib/fake_desk.h"
#include "tests/lib/fake_kiosk.h"
#include "tests/lib/folder.h"
#include "tests/lib/full_disk.h"
#include "tests/lib/light_keyring.h"
#include "tests/lib/raw_db.h"

#define SECRET "quiet-harbour-42"

static char *dir;
static char office[FOLDER_PATH];
static char pass[FOLDER_PATH];
static char said[8192]; /* what the last command printed, standard error behind standard output */
static struct passphrase passphrase = {sizeof SECRET - 1, SECRET};
static const struct vault_order vault_order = {
    .name = "Office", .officer = "Officer", .now = FAKE_DESK_NOW};
static struct fake_kiosk kiosk;

static bool is_there(const char *name)
{
    struct stat about;
    return lstat(folder_path(dir, name), &about) == 0;
}

static int run(const char *name, struct command_line line)
{
    line.passphrase_file = pass;
    return desk_command(name, line, said, sizeof said);
}

static void assert_said(const char *text)
{
    if (strstr(said, text) == NULL)
        fail_msg("not said: %s\nbut: %s", text, said);
}

static struct vault *enter(void)
{
    struct vault *vault = NULL;
    assert_int_equal(vault_open(office, &vault), ERROR_NONE);
    assert_int_equal(vault_unlock(vault, NULL, &passphrase), ERROR_NONE);
    return vault;
}

static void enroll_kiosk(void)
{
    uint8_t request[CARD_REQUEST_LEN];
    struct root *root = NULL;
    char id[CARD_KIOSK_TEXT_LEN];
    char *card = folder_path(dir, "kiosk.card");
    const char *blamed = NULL;
    const struct fleet_order order = {folder_path(dir, "kiosk.request"), "PC-17", 1, card,
                                      FAKE_DESK_NOW};
    fake_kiosk_make(&kiosk, "PC-17");
    assert_int_equal(card_request_encode(kiosk.seed, FAKE_DESK_DAY, request), ERROR_NONE);
    folder_write(folder_path(dir, "kiosk.request"), request, sizeof request);
    struct vault *vault = enter();
    assert_int_equal(root_load(vault->dir, vault->charter.root, &passphrase, &root), ERROR_NONE);
    assert_int_equal(fleet_enroll(vault, root, &order, id, &blamed), ERROR_NONE);
    memcpy(kiosk.office, vault->charter.office, sizeof kiosk.office);
    for (int i = 0; i < 2; i++) {
        struct letter letter =
            fake_kiosk_letter(&kiosk, (char)('a' + 2 * i), i == 0 ? "one" : "two");
        fake_kiosk_add(&kiosk, &vault->charter, &letter);
    }
    secret_free(root);
    vault_close(&vault);
}

static int group_setup(void **state)
{
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    assert_int_equal(secret_start(), ERROR_NONE);
    dir = folder_make();
    snprintf(office, sizeof office, "%s/office", dir);
    snprintf(pass, sizeof pass, "%s/pass", dir);
    folder_write(folder_path(dir, "pass"), SECRET, sizeof SECRET - 1);
    assert_int_equal(setenv("HOME", dir, 1), 0);
    assert_int_equal(vault_make(office, &vault_order, &passphrase, fingerprint), ERROR_NONE);
    light_keyrings(office, dir, SECRET);
    enroll_kiosk();
    return 0;
}

static int group_teardown(void **state)
{
    fake_kiosk_drop(&kiosk);
    folder_remove(&dir);
    return 0;
}

/* --- init --- */

/* The office is there as a whole, or nothing is but what was there before. */
static bool is_made_or_not(void)
{
    static const char *const parts[] = {"charter", "intake-1", "root.keyring", "journal.db"};
    const bool made = is_there("second/charter");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        char name[64];
        snprintf(name, sizeof name, "second/%s", parts[i]);
        assert_int_equal(is_there(name), made);
    }
    assert_false(is_there("second/unfinished"));
    return made;
}

static void test_full_disk_leaves_no_half_office(void **state)
{
    char *operands[] = {folder_path(dir, "second"), NULL};
    bool made = false;
    unsigned refusals = 0;
    full_disk_begin(400); /* the journal does not fit */
    assert_int_equal(run("init", (struct command_line){.operands = operands}), COMMAND_FAILED);
    full_disk_end();
    assert_false(is_there("second"));
    assert_int_equal(mkdir(operands[0], 0700),
                     0); /* a folder that was there stays, and a gate too many */
    folder_write(folder_path(dir, "second/gate"), "", 0);
    for (size_t len = 32768; !made && len < 1024 * 1024; len += 16384) {
        full_disk_begin(len);
        run("init", (struct command_line){.operands = operands});
        full_disk_end();
        made = is_made_or_not();
        assert_true(is_there("second"));
        refusals += !made;
    }
    assert_true(made);
    assert_true(refusals > 2); /* among them where the journal fits, and its log does not */
}

/* The names of the folder that the office stands in: none is missed, and nothing is removed. */
static void test_a_listing_that_breaks_off_is_no_empty_folder(void **state)
{
    static const char *const parts[] = {"charter", "intake-1", "root.keyring", "journal.db"};
    char print[CHARTER_FINGERPRINT_LEN];
    for (size_t names = 0; names < 10; names++) {
        cut_listing_begin(names);
        const enum error error = vault_make(office, &vault_order, &passphrase, print);
        cut_listing_end();
        assert_true(error == ERROR_IO || error == ERROR_NOT_EMPTY);
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
            assert_int_equal(access(folder_path(office, parts[i]), F_OK), 0);
    }
}

/* Its charter would be over before the first kiosk is enrolled. */
static void test_no_office_is_made_before_the_release(void **state)
{
    char day[DAY_TEXT_LEN];
    day_text(DAY_RELEASED, day);
    assert_string_equal(day, "2026-11-30");
    const char *path = folder_path(dir, "young");
    assert_int_equal(vault_may_make(path, 0), ERROR_OFFICE_CLOCK);
    assert_int_equal(vault_may_make(path, DAY_RELEASED - 1), ERROR_OFFICE_CLOCK);
    assert_int_equal(vault_may_make(path, DAY_RELEASED), ERROR_NONE);
}

static void test_a_name_can_be_seen(void **state)
{
    static const char *const wrong[] = {
        "            ",
        "\xC2\xA0\xE3\x80\x80",
        "Office\x1b[2J",
        "Office\n",
        "\t",
        "\xE2\x80\x8B",
        "Of\xE2\x80\xAE"
        "fice",
        "\xFFOffice",
    };
    struct vault vault = {0};
    struct root *root = secret_new(sizeof *root);
    struct vault_order order = {.name = "", .officer = "", .now = DAY_RELEASED * 24 * 60};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        order.name = wrong[i];
        assert_int_equal(vault_fresh(&vault, &order, root), ERROR_OFFICE_NAME);
        order.name = "";
        order.officer = wrong[i];
        assert_int_equal(vault_fresh(&vault, &order, root), ERROR_OFFICE_NAME);
        order.officer = "";
    }
    assert_null(vault.keys);
    assert_int_equal(vault_fresh(&vault, &order, root), ERROR_NONE);
    keyset_free(&vault.keys);
    order.name = order.officer = "Омбудсмен №1 - Office";
    assert_int_equal(vault_fresh(&vault, &order, root), ERROR_NONE);
    keyset_free(&vault.keys);
    secret_free(root);
}

/* Where an officer's keyring of this office lies below HOME. */
static char *keyring_of(const uint8_t id[CHARTER_OFFICE_LEN])
{
    char name[64];
    int len = snprintf(name, sizeof name, ".sandyq/");
    for (int i = 0; i < 8; i++)
        len += snprintf(name + len, sizeof name - (size_t)len, "%02x", id[i]);
    snprintf(name + len, sizeof name - (size_t)len, "/keyring");
    return folder_path(dir, name);
}

static void test_keyring_of_another_office_is_named(void **state)
{
    char *operands[] = {office, NULL};
    const struct command_line line = {.operands = operands};
    struct vault *vault = NULL;
    assert_int_equal(vault_open(folder_path(dir, "second"), &vault), ERROR_NONE);
    const struct charter other = vault->charter;
    vault_close(&vault);
    char *keyring = keyring_of(kiosk.office);
    assert_int_equal(rename(keyring, folder_path(dir, "aside")), 0);
    folder_copy(keyring_of(other.office), keyring);
    assert_int_equal(chmod(keyring, 0600), 0);
    assert_int_equal(run("list", line), COMMAND_FAILED);
    assert_said("Your keyring is of another office");
    assert_int_equal(rename(folder_path(dir, "aside"), keyring), 0);
    assert_int_equal(run("list", line), COMMAND_DONE);
}

static void test_charter_of_another_office_is_named(void **state)
{
    char *operands[] = {office, NULL};
    struct vault *vault = enter();
    const struct charter good = vault->charter;
    vault_close(&vault);
    assert_memory_equal(good.office, kiosk.office, sizeof kiosk.office);
    assert_int_equal(rename(folder_path(dir, "office/charter"), folder_path(dir, "office/aside")),
                     0);
    assert_int_equal(link(folder_path(dir, "second/charter"), folder_path(dir, "office/charter")),
                     0);
    assert_int_equal(run("list", (struct command_line){.operands = operands}), COMMAND_FAILED);
    assert_said("belongs to another office");
    assert_int_equal(rename(folder_path(dir, "office/aside"), folder_path(dir, "office/charter")),
                     0);
}

/* --- enroll --- */

static uint32_t cards_made(void)
{
    struct fleet_row *rows = NULL;
    size_t n = 0;
    struct vault *vault = enter();
    assert_int_equal(fleet_list(vault, FAKE_DESK_NOW, &rows, &n), ERROR_NONE);
    assert_int_equal(n, 1);
    const uint32_t number = rows[0].card.number;
    fleet_free(rows, n);
    vault_close(&vault);
    return number;
}

static void test_place_of_the_card_is_looked_at_first(void **state)
{
    static const struct {
        const char *out;
        const char *text;
    } places[] = {
        {"stick/", "stick/: This names a folder"},      {"stick", "stick: This names a folder"},
        {"missing/kiosk.card", "missing/kiosk.card: "}, {"pass", "pass: Something that is no card"},
        {"null", "null: Something that is no card"},
    };
    assert_int_equal(mkdir(folder_path(dir, "stick"), 0700), 0);
    assert_int_equal(symlink("/dev/null", folder_path(dir, "null")), 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        char *operands[] = {office, folder_path(dir, "kiosk.request"), NULL};
        const struct command_line line = {.operands = operands,
                                          .facility = "PC-17",
                                          .type = "PEN",
                                          .out = folder_path(dir, places[i].out)};
        assert_int_equal(run("enroll", line), COMMAND_FAILED);
        assert_said(places[i].text);
    }
    assert_int_equal(cards_made(), 1);
}

static enum error enroll_at(struct vault *vault, const char *facility, const char **blamed)
{
    char id[CARD_KIOSK_TEXT_LEN], out[FOLDER_PATH];
    struct root *root = NULL;
    snprintf(out, sizeof out, "%s/other.card", dir);
    const struct fleet_order order = {folder_path(dir, "kiosk.request"), facility, 1, out,
                                      day_minute()};
    assert_int_equal(root_load(vault->dir, vault->charter.root, &passphrase, &root), ERROR_NONE);
    enum error error = fleet_enroll(vault, root, &order, id, blamed);
    secret_free(root);
    assert_false(is_there("other.card"));
    return error;
}

static void test_only_a_wrong_facility_code_is_called_one(void **state)
{
    static const char *const wrong[] = {"", "pc-17", "-A", "ABCDEFGHIJKLMNOP", "PC 17"};
    const char *blamed = NULL;
    struct vault *vault = enter();
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(enroll_at(vault, wrong[i], &blamed), ERROR_FACILITY);
        assert_string_equal(blamed, wrong[i]);
    }
    vault->charter.expires = day_today() - 1;
    assert_int_equal(enroll_at(vault, "PC-17", &blamed), ERROR_OFFICE_EXPIRED);
    assert_null(blamed);
    vault_close(&vault);
}

/* --- import, list, show, publish --- */

static void test_folder_without_a_bundle(void **state)
{
    char *operands[] = {office, folder_path(dir, "empty"), NULL};
    assert_int_equal(mkdir(operands[1], 0700), 0);
    assert_int_equal(run("import", (struct command_line){.operands = operands}), COMMAND_FAILED);
    assert_said("empty: There is no bundle in this folder");
    assert_null(strstr(said, "taken"));
}

static void import(uint32_t board, const char *text)
{
    size_t len = 0;
    char *operands[] = {office, folder_path(dir, "stick.bundle"), NULL};
    kiosk.board = board;
    uint8_t *bundle = fake_kiosk_bundle(&kiosk, 1, kiosk.seq, &len);
    folder_write(folder_path(dir, "stick.bundle"), bundle, len);
    free(bundle);
    assert_int_equal(run("import", (struct command_line){.operands = operands}), COMMAND_DONE);
    assert_said(text);
}

static void assert_screen_shows_case_2(void)
{
    static char dump[32768];
    struct triage_screen *ui = NULL;
    struct screen *screen = screen_new(24, 64);
    struct vault *vault = enter();
    assert_int_equal(triage_screen_new(vault, FAKE_DESK_NOW, &ui), ERROR_NONE);
    assert_true(triage_screen_key(ui, screen, (struct keypress){.kind = KEYPRESS_DOWN}));
    assert_true(triage_screen_key(ui, screen, (struct keypress){.kind = KEYPRESS_ENTER}));
    assert_true(triage_screen_key(ui, screen, (struct keypress){.kind = KEYPRESS_END}));
    triage_screen_draw(ui, screen);
    screen_dump(screen, dump, sizeof dump);
    assert_non_null(strstr(dump, "two"));
    screen_free(&screen);
    triage_screen_free(&ui);
    vault_close(&vault);
}

/* The n-th act of this kind of case 2, whose body no key opens then. */
static void damage_in_case_2(enum act_kind kind, size_t n)
{
    struct fake_desk desk = {.dir = office};
    struct vault *vault = enter();
    desk.vault = *vault;
    if (kind == ACT_MESSAGE)
        assert_int_equal(fake_desk_answer(&desk, 2, "lost", 4, FAKE_DESK_DAY), ERROR_NONE);
    fake_desk_damage(&desk, fake_desk_act(&desk, 2, kind, n));
    raw_db(folder_path(office, "journal.db"), "UPDATE queue SET sealed = x'00'");
    vault->history = desk.vault.history;
    vault_close(&vault);
}

/* The first import's act does not open. */
static uint64_t damage_import(void)
{
    char hand[96];
    struct vault *vault = enter();
    uint64_t seq = 1;
    while (fold_act(vault->history.fold, seq)->kind != ACT_IMPORT)
        seq++;
    vault_close(&vault);
    snprintf(hand, sizeof hand, "UPDATE body SET sealed = zeroblob(64) WHERE seq = %llu",
             (unsigned long long)seq);
    raw_db(folder_path(office, "journal.db"), hand);
    return seq;
}

static void test_damaged_rows_close_no_other_case(void **state)
{
    char number[] = "2", text[64];
    char *operands[] = {office, NULL, NULL};
    import(5, "holds board 5, which this office never made"); /* from before a backup */
    damage_in_case_2(ACT_MESSAGE, 1);
    const struct command_line out = {.operands = operands, .out = folder_path(dir, "media")};
    assert_int_equal(run("publish", out), COMMAND_FAILED);
    assert_said("Message 1 of case 2 is damaged and not on this board");
    assert_said("Board 6 is made and written");
    assert_said("holds board 5, which this office never made");
    assert_said("The next board is due on");
    operands[1] = number;
    assert_int_equal(run("show", (struct command_line){.operands = operands}), COMMAND_FAILED);
    assert_said("two");
    assert_said("Something in case 2 is damaged");
    const struct command_line json = {.operands = operands, .given = COMMAND_JSON};
    assert_int_equal(run("show", json), COMMAND_FAILED);
    assert_said("\"text\": \"two\"");
    assert_screen_shows_case_2();
    damage_in_case_2(ACT_LETTER, 1);
    operands[1] = NULL;
    assert_int_equal(run("list", (struct command_line){.operands = operands}), COMMAND_FAILED);
    assert_said("Something in case 2 is damaged");
    assert_null(strstr(said, "case 1 is damaged"));
    assert_said("   1 U1      A1       PC-17");
    const uint64_t act = damage_import();
    operands[1] = folder_path(dir, "stick.bundle");
    assert_int_equal(run("import", (struct command_line){.operands = operands}), COMMAND_FAILED);
    assert_said("bundles: 1 taken");
    snprintf(text, sizeof text, "Something in act %llu is damaged", (unsigned long long)act);
    assert_said(text);
    assert_null(strstr(said, "More may be damaged"));
    assert_said("Something in journal.db was changed");
}

/* A list that breaks off says so. */
static void test_more_damage_than_is_named(void **state)
{
    static struct vault vault;
    for (uint64_t seq = 1; seq <= VAULT_DAMAGE_MAX + 1; seq++)
        vault_note_damage(&vault, 0, seq, 0);
    FILE *file = tmpfile();
    const int kept = dup(STDERR_FILENO);
    assert_true(file != NULL && kept >= 0 && dup2(fileno(file), STDERR_FILENO) >= 0);
    const int status = command_fail_rows("office", &vault, ERROR_JOURNAL_ROW);
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    close(kept);
    rewind(file);
    said[fread(said, 1, sizeof said - 1, file)] = '\0';
    fclose(file);
    assert_int_equal(status, COMMAND_FAILED);
    assert_said("Something in act 64 is damaged");
    assert_said("More may be damaged than is named here");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_full_disk_leaves_no_half_office),
        cmocka_unit_test(test_a_listing_that_breaks_off_is_no_empty_folder),
        cmocka_unit_test(test_no_office_is_made_before_the_release),
        cmocka_unit_test(test_a_name_can_be_seen),
        cmocka_unit_test(test_keyring_of_another_office_is_named),
        cmocka_unit_test(test_charter_of_another_office_is_named),
        cmocka_unit_test(test_place_of_the_card_is_looked_at_first),
        cmocka_unit_test(test_only_a_wrong_facility_code_is_called_one),
        cmocka_unit_test(test_folder_without_a_bundle),
        cmocka_unit_test(test_damaged_rows_close_no_other_case),
        cmocka_unit_test(test_more_damage_than_is_named),
    };
    return cmocka_run_group_tests(tests, group_setup, group_teardown);
}
