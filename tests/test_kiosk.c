/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real sandyq-kiosk at a terminal: what a visitor and a technician see of it. */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <termios.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/day.h"
#include "base/error.h"
#include "complaint/letter.h"
#include "crypto/envelope.h"
#include "device/pending.h"
#include "protocol/record.h"
#include "session/slip.h"
#include "store/outbox.h"
#include "tests/booth.h"
#include "tests/folder.h"
#include "tests/paper.h"
#include "tests/process.h"
#include "tests/raster.h"
#include "tests/served.h"
#include "tests/speech.h"

/* 64 columns and 24 rows, unless a test says otherwise. */
enum { ROWS = 24, COLS = 64, FILE_MAX = 4 * 1024 * 1024 };

static int setup(void **state)
{
    struct served *served = calloc(1, sizeof *served);

    assert_non_null(served);
    served_make(served);
    *state = served;
    return 0;
}

static int teardown(void **state)
{
    struct served *served = *state;

    served_free(served);
    free(served);
    return 0;
}

/* Runs the kiosk with these arguments until it ends by itself: its exit status, and a text it must
 * show. */
static void assert_refused(const char *const *argv, const char *const *env, int status,
                           const char *text)
{
    struct pty *pty = pty_start(ROWS, 100, argv, env);
    char *screen = NULL;

    assert_non_null(pty);
    assert_int_equal(pty_wait_exit(pty, SERVED_SECONDS), status);
    screen = pty_text(pty);
    if (strstr(screen, text) == NULL) {
        print_error("%s\n", screen);
        fail_msg("not said: %s", text);
    }
    free(screen);
    pty_stop(&pty);
}

static void assert_serve_refused(const struct served *served, const char *text)
{
    const char *argv[] = {served_program("sandyq-kiosk"), "--state", served->dir, NULL};

    assert_refused(argv, NULL, 1, text);
}

/* Types the group of the number that is asked for: its place is the first digit on the screen. */
static void type_back(struct served *served, const char *code)
{
    char *screen = pty_text(served->pty);
    const char *place = screen + strcspn(screen, "123456");
    char group[5] = "";

    assert_true(*place != '\0');
    memcpy(group, code + (size_t)(*place - '1') * 4, 4);
    free(screen);
    pty_type(served->pty, group);
    assert_int_equal(pty_rest(served->pty), PTY_IDLE);
    pty_type(served->pty, "\r");
    assert_int_equal(pty_settle(served->pty), PTY_IDLE);
    assert_false(pty_shows(served->pty, "That is not the same."));
}

static void test_complaint_is_filed(void **state)
{
    struct served *served = *state;

    served_start(served, 1);
    served_file(served, "I am not safe");
    assert_false(pty_shows(served->pty, "I am not safe"));
    served_go(served, "1", "This is your number");
    char code[CODE_LEN], scanned[256];
    char *receipt = pty_text(served->pty);
    booth_code(receipt, code);
    free(receipt);
    assert_int_equal(raster_scan_terminal(served->pty, scanned, sizeof scanned), 1);
    assert_string_equal(scanned, code);
    served_go(served, "1", "of your number, please");
    type_back(served, code);
    type_back(served, code);
    served_go(served, "\r", "Goodbye");
    pty_type(served->pty, " ");
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 0);
    assert_false(pty_shows(served->pty, "Goodbye"));
    assert_int_equal(served_check(served), 2);
}

/* What a person was writing must not stay on the screen of a session that was killed, nor may its
   terminal stay without echo and lines. */
static void assert_killed_leaves_nothing(struct served *served, int number)
{
    const char *argv[] = {"sh",
                          "-c",
                          "trap '' ALRM; exec \"$0\" --state \"$1\" --once",
                          served_program("sandyq-kiosk"),
                          served->dir,
                          NULL};
    struct termios line;
    pid_t session = 0;

    served->pty = pty_start(ROWS, COLS, argv, NULL);
    assert_non_null(served->pty);
    served_begin(served);
    served_go(served, "do not tell anyone\033OR", "Do not tell anyone");
    while (session == 0)
        session = pty_grandchild(served->pty);
    /* Nor on a terminal whose output is stopped. */
    int fd = open(pty_device(served->pty), O_RDWR | O_NOCTTY);
    assert_true(fd >= 0);
    assert_int_equal(tcflow(fd, TCOOFF), 0);
    kill(session, number);
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 0);
    assert_false(pty_shows(served->pty, "not tell"));
    assert_int_equal(tcgetattr(fd, &line), 0);
    close(fd);
    assert_int_equal(line.c_lflag & (ICANON | ECHO | ISIG), ICANON | ECHO | ISIG);
    assert_int_equal(served_check(served), 2);
}

static void test_killed_session_leaves_a_clean_terminal(void **state)
{
    assert_killed_leaves_nothing(*state, SIGKILL);
}

/* A session held in write() by its terminal is ended by its alarm, whatever its parents ignored. (Not
   tested here: that the alarm comes some 30 seconds after the idle limit; that would take 40.) */
static void test_alarm_ends_a_session(void **state)
{
    assert_killed_leaves_nothing(*state, SIGALRM);
}

/* Runs a command as the same user, but with no right to look into all. */
static int run_barred(const char *command)
{
    char line[256];

    snprintf(line, sizeof line, "%s sh -c \"%s\" >/dev/null 2>&1",
             geteuid() == 0 ? "setpriv --bounding-set=-sys_ptrace --inh-caps=-sys_ptrace" : "",
             command);
    return system(line);
}

/* Whether such a one may look into this process. */
static bool can_look_into(pid_t pid)
{
    char command[64];

    snprintf(command, sizeof command, "readlink /proc/%d/exe", (int)pid);
    return run_barred(command) == 0;
}

static void test_session_is_hidden_and_leaves_no_core(void **state)
{
    struct served *served = *state;
    const char *sh = "ulimit -c $(ulimit -H -c); exec \"$@\"";
    const char *argv[] = {"sh",      "-c",        sh,  "sh", served_program("sandyq-kiosk"),
                          "--state", served->dir, NULL};
    const char *root[] = {"setpriv",
                          "--bounding-set=-sys_ptrace",
                          "--inh-caps=-sys_ptrace",
                          "sh",
                          "-c",
                          sh,
                          "sh",
                          argv[4],
                          "--state",
                          served->dir,
                          NULL};
    struct rlimit core = {1, 1};
    pid_t session = 0;

    served->pty = pty_start(ROWS, COLS, geteuid() == 0 ? root : argv, NULL);
    assert_non_null(served->pty);
    served_wait(served, "Choose a language");
    session = pty_grandchild(served->pty);
    assert_true(session > 0);
    assert_int_equal(run_barred("sh -c 'readlink /proc/\\$PPID/exe'; :"),
                     0); /* so the look itself works */
    assert_false(can_look_into(session));
    assert_false(can_look_into(pty_process(served->pty))); /* the keeper, who has the signing key */
    assert_int_equal(prlimit(session, RLIMIT_CORE, NULL, &core), 0);
    assert_int_equal(core.rlim_cur, 0);
    assert_int_equal(core.rlim_max, 0);
    assert_true(process_confined(session));
    assert_true(process_confined(pty_process(served->pty)));
    assert_int_equal(served_end(served), 0);
}

static void test_small_terminal(void **state)
{
    struct served *served = *state;

    served_start_sized(served, 0, 10, 40);
    served_wait(served, "The screen is too small.");
    pty_resize(served->pty, ROWS, COLS);
    served_wait(served, "Choose a language");
    served_go(served, "3", "What do you want to do?");
    pty_resize(served->pty, 10, 40);
    served_wait(served, "The screen is too small.");
    pty_resize(served->pty, 30, 100);
    served_wait(served, "What do you want to do?");
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 2);
}

static void test_languages_switch_in_a_confined_process(void **state)
{
    struct served *served = *state;

    served_start(served, 0);
    served_wait(served, "Choose a language");
    pty_type(served->pty, "1");
    assert_int_equal(pty_settle(served->pty), PTY_IDLE);
    assert_false(pty_shows(served->pty, "Choose a language"));
    served_go(served, "\033", "Choose a language");
    pty_type(served->pty, "2");
    assert_int_equal(pty_settle(served->pty), PTY_IDLE);
    served_go(served, "\033", "Choose a language");
    served_go(served, "3", "What do you want to do?");
    assert_int_equal(served_end(served), 0);
}

/* Whatever bytes a terminal sends, a session takes no harm and the next visitor finds the first
 * screen. */
static void test_hostile_keys(void **state)
{
    static const unsigned char bytes[] =
        "311120002\033[200~a\0b\033]0;x\a\033[31m\xff\xfe\xe2\x80\xae"
        "\033[201~\033[999;999H\033Oz\033[<0;1;1M\t\xf0\x90\x80";
    struct served *served = *state;

    served_start(served, 0);
    served_wait(served, "Choose a language");
    pty_type_bytes(served->pty, bytes, sizeof bytes - 1);
    assert_int_equal(pty_settle(served->pty), PTY_IDLE);
    served_go(served, "\r", "Is this right?");
    served_send(served, SERVED_STORED);
    served_forget(served);
    served_leave(served);
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 3);
}

static void test_out_of_order_without_card(void **state)
{
    struct served *served = *state;
    char card[OFFICE_PATH_LEN + 8];
    uint8_t *bytes = NULL;
    struct state *held = NULL;
    size_t len = 0;

    snprintf(card, sizeof card, "%s/card", served->dir);
    bytes = office_get(served->dir, "card", &len);
    assert_int_equal(unlink(card), 0);
    served_start(served, 1);
    served_wait(served, "Терминал не работает.");
    assert_true(pty_shows(served->pty, "Терминал жұмыс істемейді."));
    assert_true(pty_shows(served->pty, "This terminal is out of order."));
    pty_type(served->pty, "3");
    assert_int_equal(pty_wait_exit(served->pty, SERVED_SECONDS), 1);
    assert_int_equal(served_check(served), 0);

    served_start(served, 0);
    served_wait(served, "This terminal is out of order.");
    pty_type(served->pty, "3112\r");
    assert_int_equal(pty_settle(served->pty), PTY_IDLE);
    assert_true(pty_shows(served->pty, "This terminal is out of order."));
    assert_int_equal(state_open(served->dir, &held), ERROR_NONE);
    assert_int_equal(state_install_card(held, bytes, len), ERROR_NONE);
    state_close(&held);
    free(bytes);
    served_wait(served, "Choose a language");
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 1);
}

static void test_out_of_order_when_expired(void **state)
{
    struct served *served = *state;

    served_card(served, 2, day_today() - 1);
    served_start(served, 0);
    served_wait(served, "This terminal is out of order.");
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 0);
    served_start(served, 0);
    served_wait(served, "This terminal is out of order.");
    served_card(served, 3, day_today());
    served_wait(served, "Choose a language");
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 1);
}

static void test_second_keeper_is_refused(void **state)
{
    struct served *served = *state;

    served_start(served, 0);
    served_wait(served, "Choose a language");
    assert_serve_refused(served, "Another program is using it");
    assert_int_equal(served_end(served), 0);
}

static void test_open_folder_is_refused(void **state)
{
    struct served *served = *state;

    assert_int_equal(chmod(served->dir, 0755), 0);
    assert_serve_refused(served, "Others can get into the folder");
    assert_int_equal(chmod(served->dir, 0700), 0);
}

static void test_bad_outbox_is_refused_untouched(void **state)
{
    struct served *served = *state;
    char path[OFFICE_PATH_LEN + 16];
    size_t len = 0, after = 0;
    uint8_t *good = office_get(served->dir, "outbox.db", &len), *kept = NULL;

    snprintf(path, sizeof path, "%s/outbox.db", served->dir);
    memset(good + len / 2, 0x55, len / 4);
    office_put(served->dir, "outbox.db", good, len);
    assert_serve_refused(served, "The outbox is damaged or gone");
    kept = office_get(served->dir, "outbox.db", &after);
    assert_int_equal(after, len);
    assert_memory_equal(kept, good, len);
    free(kept);
    free(good);
    office_put(served->dir, "outbox.db", "not a database at all", 21);
    assert_serve_refused(served, "The outbox is damaged or gone");
    assert_int_equal(unlink(path), 0);
    assert_serve_refused(served, "The outbox is damaged or gone");
    assert_int_equal(access(path, F_OK), -1);
    assert_int_equal(symlink("/dev/null", path), 0);
    assert_serve_refused(served, "The outbox is damaged or gone");
}

static void test_locked_outbox_is_refused(void **state)
{
    static const struct db_schema any = {.application_id = 0x53514f42, .version = 1, .create = ""};
    struct served *served = *state;
    char path[OFFICE_PATH_LEN + 16];
    struct db *db = NULL;

    snprintf(path, sizeof path, "%s/outbox.db", served->dir);
    assert_int_equal(db_open(path, &any, DB_OPEN, &db), ERROR_NONE);
    assert_int_equal(db_begin(db), ERROR_NONE);
    assert_serve_refused(served, "Another program is using it");
    db_rollback(db);
    db_close(&db);
    assert_int_equal(served_check(served), 0);
}

static void test_wrong_use(void **state)
{
    const struct served *served = *state;
    const char *kiosk = served_program("sandyq-kiosk");
    const char *nothing[] = {kiosk, NULL};
    const char *unknown[] = {kiosk, "--state", served->dir, "--frobnicate", NULL};
    const char *idle[] = {kiosk, "--state", served->dir, "--idle", "1x", NULL};
    const char *session[] = {kiosk, "--session", NULL};
    const char *help[] = {kiosk, "--help", NULL};
    const char *version[] = {kiosk, "--version", NULL};
    const char *no_folder[] = {kiosk, "--state", "/nonexistent/kiosk", NULL};
    const char *no_tty[] = {"sh",  "-c",        "exec \"$0\" --state \"$1\" </dev/null",
                            kiosk, served->dir, NULL};
    const char *bad_tty[] = {kiosk, "--state", served->dir, "--tty", "/dev/null", NULL};

    assert_refused(nothing, NULL, 2, "--state DIR");
    assert_refused(unknown, NULL, 2, "--frobnicate");
    assert_refused(idle, NULL, 2, "--idle");
    assert_refused(session, NULL, 2, "--session: This is not for people");
    assert_refused(help, NULL, 0, "Usage: sandyq-kiosk");
    assert_refused(version, NULL, 0, "sandyq-kiosk 0");
    assert_refused(no_folder, NULL, 1, "Make one with --enroll");
    assert_refused(no_tty, NULL, 1, "Standard input is not a terminal");
    assert_refused(bad_tty, NULL, 1, "This terminal cannot be used");
}

static void test_wrong_surroundings(void **state)
{
    const struct served *served = *state;
    const char *argv[] = {served_program("sandyq-kiosk"), "--state", served->dir, NULL};
    /* glibc looks in its own folder whatever LOCPATH says; a missing translation is refused alike.
     */
    const char *no_locale[] = {argv[0], "--state", served->dir, "--locale", served->dir, NULL};
    const char *fips[] = {"LIBGCRYPT_FORCE_FIPS_MODE=1", NULL};
    const char *no_kind[] = {"TERM=nonesuch", NULL};

    assert_refused(no_locale, NULL, 1, "C.UTF-8 locale");
    assert_refused(argv, fips, 1, "FIPS mode");
    assert_refused(argv, no_kind, 1, "TERM");
}

/* Root may lock what it wants, unless that right is taken away. */
static void test_locked_memory_is_refused(void **state)
{
    const char *sh = "ulimit -l 0; exec \"$0\" --state /nonexistent";
    const char *kiosk = served_program("sandyq-kiosk");
    const char *argv[] = {"sh", "-c", sh, kiosk, NULL};
    const char *root[] = {
        "setpriv", "--bounding-set=-ipc_lock", "--inh-caps=-ipc_lock", "sh", "-c", sh, kiosk, NULL};

    (void)state;
#ifdef __SANITIZE_ADDRESS__
    skip(); /* its mlock does nothing and always succeeds */
#endif
    assert_refused(geteuid() == 0 ? root : argv, NULL, 1, "No memory could be locked");
}

struct denied {
    const char *dir;
    uint32_t call;
};

/* Serves where the kernel refuses one call. */
static int serve_denied(void *context)
{
    const struct denied *denied = context;
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, denied->call, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EAGAIN),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof filter / sizeof filter[0], filter};

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
    execl(served_program("sandyq-kiosk"), "sandyq-kiosk", "--state", denied->dir, "--once", NULL);
    return 99;
}

static void assert_denied(const struct served *served, uint32_t call, const char *text)
{
    struct denied denied = {served->dir, call};
    struct pty *pty = pty_start_function(ROWS, 160, serve_denied, &denied);

    assert_non_null(pty);
    assert_int_equal(pty_wait_exit(pty, SERVED_SECONDS), 1);
    if (!pty_shows(pty, text))
        fail_msg("not said: %s", text);
    pty_stop(&pty);
}

/* Each has words of its own: "check TERM" would send a technician the wrong way. */
static void test_refusing_kernel(void **state)
{
    assert_denied(*state, SYS_prctl, "A session could not be confined");
    assert_denied(*state, SYS_clone, "No process could be started");
}

static void test_enroll(void **state)
{
    struct served *served = *state;
    char dir[OFFICE_PATH_LEN + 8];
    const char *argv[] = {served_program("sandyq-kiosk"), "--state", dir, "--enroll", NULL};
    const char *serve[] = {served_program("sandyq-kiosk"), "--state", dir, "--once", NULL};
    size_t len = 0, again = 0;
    uint8_t *key = NULL, *same = NULL;
    struct pty *pty = NULL;

    snprintf(dir, sizeof dir, "%s/new", served->dir);
    assert_refused(argv, NULL, 0, "/new/enroll.request");
    key = office_get(dir, "kiosk.key", &len);
    assert_refused(argv, NULL, 0, "Kiosk:");
    same = office_get(dir, "kiosk.key", &again);
    assert_int_equal(again, len);
    assert_memory_equal(key, same, len);
    free(key);
    free(same);
    pty = pty_start(ROWS, COLS, serve, NULL);
    assert_true(pty_wait_text(pty, "This terminal is out of order.", SERVED_SECONDS));
    pty_stop(&pty);
}

static void fill_disk(const char *dir)
{
    static char zeros[4096];
    char path[OFFICE_PATH_LEN + 16];
    FILE *file = NULL;

    snprintf(path, sizeof path, "%s/filler", dir);
    file = fopen(path, "wb");
    assert_non_null(file);
    setvbuf(file, NULL, _IONBF, 0);
    while (fwrite(zeros, 1, sizeof zeros, file) == sizeof zeros)
        continue;
    fclose(file);
}

/* A log that may not grow is a full disk for everyone, root or not. What a person files then is stored where there was room for it
   from the beginning; nobody else is taken before it is in the chain. */
static void test_file_limit(void **state)
{
    struct served *served = *state;
    const char *argv[] = {"sh",
                          "-c",
                          "trap '' XFSZ; exec \"$0\" --state \"$1\"",
                          served_program("sandyq-kiosk"),
                          served->dir,
                          NULL};
    struct rlimit limit, before;

    served->pty = pty_start(ROWS, COLS, argv, NULL);
    assert_non_null(served->pty);
    served_begin(served);
    assert_int_equal(prlimit(pty_process(served->pty), RLIMIT_FSIZE, NULL, &before), 0);
    limit = (struct rlimit){PENDING_LEN, before.rlim_max};
    assert_int_equal(prlimit(pty_process(served->pty), RLIMIT_FSIZE, &limit, NULL), 0);
    served_go(served, "Not safe\r", "Is this right?");
    served_send(served, SERVED_STORED);
    served_go(served, "0", "Wipe the number and leave?");
    served_go(served, "\r", "Goodbye");
    /* This record stays in the log, for the file does not grow; there is no room for a second. */
    served_go(served, " ", "Choose a language");
    served_go(served, "3", "What do you want to do?");
    served_go(served, "7", "Goodbye");
    served_go(served, " ", "This terminal is out of order.");
    assert_int_equal(served_check(served), 2);
    assert_int_equal(prlimit(pty_process(served->pty), RLIMIT_FSIZE, &before, NULL), 0);
    served_card(served, 2, day_today() + 5); /* news: it looks again */
    served_wait(served, "Choose a language");
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 3);
}

static void test_full_disk(void **state)
{
    struct served *served = *state;
    char disk[OFFICE_PATH_LEN], filler[OFFICE_PATH_LEN + 16], old[OFFICE_PATH_LEN];
    char command[3 * OFFICE_PATH_LEN];

    if (geteuid() != 0)
        skip();
    office_scratch(disk);
    if (mount("sandyq-test", disk, "tmpfs", 0, "size=2m,mode=0700") != 0) {
        office_remove(disk);
        skip();
    }
    snprintf(command, sizeof command, "cp -a '%s/.' '%s'", served->dir, disk);
    assert_int_equal(system(command), 0);
    memcpy(old, served->dir, sizeof old);
    memcpy(served->dir, disk, sizeof disk);
    snprintf(filler, sizeof filler, "%s/filler", disk);

    served_start(served, 1);
    served_begin(served);
    fill_disk(disk);
    served_go(served, "Not safe\r", "Is this right?");
    served_send(served, SERVED_STORED);
    assert_int_equal(served_end(served), 0); /* the log had room for one more */
    assert_serve_refused(served, "There is no space left");
    assert_int_equal(unlink(filler), 0);
    served_start(served, 0);
    served_wait(served, "Choose a language");
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 3);
    if (mount(NULL, disk, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0) {
        assert_serve_refused(served, "cannot be written");
        assert_int_equal(mount(NULL, disk, NULL, MS_REMOUNT, NULL), 0);
    }
    assert_int_equal(served_check(served), 3);
    memcpy(served->dir, old, sizeof old);
    assert_int_equal(umount(disk), 0);
    office_remove(disk);
}

/* --- what visitors do --- */

/* What lies in the outbox: how many letters that are no covers, and the last of them. */
struct looked {
    const uint8_t *secret;
    uint64_t letters;
    struct letter last;
    uint8_t plain[LETTER_LEN];
};

static enum error look_inside(void *context, uint64_t seq, const uint8_t *bytes, size_t len)
{
    struct looked *looked = context;
    uint8_t plain[LETTER_LEN];
    struct record record;
    struct letter letter;

    assert_int_equal(record_decode(bytes, &record), ERROR_NONE);
    assert_int_equal(envelope_open(looked->secret, record.envelope, plain), ERROR_NONE);
    assert_int_equal(letter_decode(plain, &letter), ERROR_NONE);
    assert_int_equal(letter.session, seq);
    if (letter.kind == LETTER_COVER)
        return ERROR_NONE;
    looked->letters++;
    memcpy(looked->plain, plain, sizeof plain);
    return letter_decode(looked->plain, &looked->last) == ERROR_NONE ? ERROR_NONE : ERROR_OUTBOX;
}

static const struct looked *look(const struct served *served)
{
    static struct looked looked;
    struct outbox *outbox = NULL;
    struct outbox_tip tip;
    char path[OFFICE_PATH_LEN + 16];

    memset(&looked, 0, sizeof looked);
    looked.secret = served->office.intake_secret;
    snprintf(path, sizeof path, "%s/outbox.db", served->dir);
    assert_int_equal(outbox_open(path, DB_OPEN, &outbox), ERROR_NONE);
    assert_int_equal(outbox_tip(outbox, &tip), ERROR_NONE);
    assert_int_equal(outbox_each(outbox, 1, tip.seq, look_inside, &looked), ERROR_NONE);
    outbox_close(&outbox);
    return &looked;
}

/* Language, the cry, Enter: and nothing of it for keys that come faster than anybody means them. */
static void test_three_keys_in_danger(void **state)
{
    struct served *served = *state;
    const struct looked *looked = NULL;

    served_start(served, 0);
    served_wait(served, "Choose a language");
    pty_type(served->pty, "38\r");
    served_wait(served, "What do you want to do?");
    served_go(served, "\033", "Choose a language");
    served_go(served, "3", "What do you want to do?");
    served_go(served, "8", "Press Enter and this is sent.");
    served_go(served, "\r", SERVED_STORED);
    served_forget(served);
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 2);
    looked = look(served);
    assert_int_equal(looked->letters, 1);
    assert_int_equal(looked->last.kind, LETTER_COMPLAINT);
    assert_string_equal(looked->last.category, "A2");
    assert_int_equal(looked->last.text_len, 0);
}

/* --- every letter, from a US keyboard at the kiosk to the desk, by all three programs --- */

/* All 42 letters, one of them (@ is Shift and 2) a capital of Kazakh's row of digits; digits from the keypad. */
#define KAZAKH                                                                                      \
    "Һәм ғылым, өнер: 20 күн 13 сағат 456789 рет. Цемент щётка, " \
    "съезд, эхо, юрта, як, вагон, фабрика, чемодан, шпион, "  \
    "альбом, жауһар, ұлы үй, қаңғы, іңір, хат, цирк, Әсел."
#define KAZAKH_KEYS                                                                                \
    "=2v 5sksv6 -yth& \033Or\033Op r8y \033Oq\033Os cf5fn "                                        \
    "\033Ot\033Ou\033Ov\033Ow\033Ox\033Oy htn7 wtvtyn o`nrf6 c]tpl6 '[j6 "                         \
    ".hnf6 zr6 dfujy6 af,hbrf6 xtvjlfy6 igbjy6 fkm,jv6 ;fe=fh6 9ks 8q6 "                           \
    "0f45s6 343h6 [fn6 wbhr6 @ctk7"
#define RUSSIAN      "Съешь же ещё этих мягких французских булок, да выпей чаю."
#define RUSSIAN_KEYS "c]tim ;t to` 'nb[ vzurb[ ahfywepcrb[ ,ekjr? lf dsgtq xf./"

#define F4 "\033OS"

/* Runs shell commands in the folder, with the programs of this build. */
static void run_in(const char *dir, const char *commands)
{
    char line[4 * OFFICE_PATH_LEN + 1024];
    char *build = realpath(served_program("."), NULL);

    snprintf(line, sizeof line, "(set -e; cd '%s'; PATH='%s':$PATH; %s) >'%s/log' 2>&1", dir, build,
             commands, dir);
    free(build);
    if (system(line) != 0) {
        size_t len = 0;
        char *log = (char *)office_get(dir, "log", &len);

        print_error("%.*s\n", (int)len, log);
        free(log);
        fail_msg("failed: %s", commands);
    }
}

/* Without blanks and the mark before each line of a text. */
static void squeeze(char *text)
{
    char *to = text;

    for (const char *from = text; *from != '\0'; from++)
        if (strchr(" \n|", *from) == NULL)
            *to++ = *from;
    *to = '\0';
}

static void assert_desk_shows(const char *dir, const char *name, const char *text)
{
    size_t len = 0;
    uint8_t *file = office_get(dir, name, &len);
    char *shown = strndup((const char *)file, len);
    char *wanted = strdup(text);

    assert_true(shown != NULL && wanted != NULL);
    squeeze(shown);
    squeeze(wanted);
    if (strstr(shown, wanted) == NULL) {
        print_error("%.*s\n", (int)len, (const char *)file);
        fail_msg("the desk does not show: %s", text);
    }
    free(wanted);
    free(shown);
    free(file);
}

static void file_typed(struct served *served, const char *layout, const char *keys)
{
    served_begin(served);
    served_go(served, layout, "letters");
    pty_type(served->pty, keys);
    served_go(served, "\r", "Is this right?");
    served_send(served, SERVED_STORED);
    served_forget(served);
}

static void test_letters_arrive_at_the_desk(void **state)
{
    const struct served *served = *state;
    struct served kiosk = {0};

    run_in(served->dir, "umask 077; echo a passphrase of tests >pass; mkdir stick;"
                        "sandyq-desk init office --name Office --passphrase-file pass;"
                        "sandyq-kiosk --state kiosk --enroll;"
                        "sandyq-desk enroll office kiosk/enroll.request --facility PC-17 --type PEN"
                        " --out stick/kiosk.card --passphrase-file pass;"
                        "sandyq-courier exchange --state kiosk --media stick");
    snprintf(kiosk.dir, sizeof kiosk.dir, "%.200s/kiosk", served->dir);
    served_start(&kiosk, 0);
    file_typed(&kiosk, F4, KAZAKH_KEYS);
    file_typed(&kiosk, F4 F4, RUSSIAN_KEYS);
    assert_int_equal(served_end(&kiosk), 0);
    run_in(served->dir, "sandyq-courier exchange --state kiosk --media stick;"
                        "sandyq-desk import office stick --passphrase-file pass;"
                        "sandyq-desk show office 1 --passphrase-file pass >kazakh;"
                        "sandyq-desk show office 2 --passphrase-file pass >russian");
    assert_desk_shows(served->dir, "kazakh", KAZAKH);
    assert_desk_shows(served->dir, "russian", RUSSIAN);
}

/* --- a cat on the keyboard --- */

enum { CAT_BURSTS = 5, CAT_BYTES = 10000, CAT_STEPS = 60, CAT_PATIENCE = 12 };

static uint32_t cat_state;

static uint32_t cat(uint32_t below)
{
    cat_state ^= cat_state << 13;
    cat_state ^= cat_state >> 17;
    cat_state ^= cat_state << 5;
    return cat_state % below;
}

/* One key, report, bracket or whatever byte. Returns its length. */
static size_t cat_press(char out[16])
{
    static const char *const keys[] = {
        "\r",     "\r",     "\t",         "\177",         "\033[A",    "\033[B",    "\033[5~",
        "\033OP", "\033OQ", "\033OR",     "\033OS",       "\033[15~",  "\033[17~",  "\033Oq",
        "\033Ox", "\033Oj", "\033[200~",  "\033[201~",    "\033[H",    "\033OM",    "\033",
        "\033[M", "\033]0", "\033[<0;1M", "\033[<0;9;9m", "\033[1;5A", "\033[999Z", "\xd2\x9b",
    };
    const char *key = keys[cat(sizeof keys / sizeof *keys)];

    switch (cat(4)) {
    case 0:
        return (size_t)snprintf(out, 16, "%s", key);
    case 1:
        out[0] = (char)('0' + cat(10));
        return 1;
    default:
        out[0] = (char)cat(256);
        return 1;
    }
}

static void cat_burst(struct served *served)
{
    static char bytes[CAT_BYTES + 16];
    size_t len = 0;

    while (len < CAT_BYTES)
        len += cat_press(bytes + len);
    assert_true(pty_pour(served->pty, bytes, len));
    assert_int_equal(pty_settle(served->pty), PTY_IDLE);
}

/* As a person finds the way out of anything: Esc, and again, and F2 when that does not help. Then leaves, throwing away what the cat wrote. */
static void leave_after_cat(struct served *served)
{
    pty_type(served->pty, "\a\033[201~"); /* were it in a paste, Esc would be a part of that */
    for (int i = 0; i < CAT_STEPS && !pty_shows(served->pty, "Choose a language"); i++) {
        assert_int_equal(pty_rest(served->pty), PTY_IDLE);
        pty_type(served->pty, i % CAT_PATIENCE < CAT_PATIENCE - 1 ? "\033" : "\033OQ");
        assert_int_equal(pty_settle(served->pty), PTY_IDLE);
    }
    served_wait(served, "Choose a language");
    served_go(served, "3", "What do you want to do?");
    assert_int_equal(pty_rest(served->pty), PTY_IDLE);
    pty_type(served->pty, "7");
    assert_int_equal(pty_settle(served->pty), PTY_IDLE);
    if (pty_shows(served->pty, "Throw it away?"))
        served_go(served, "2", "Goodbye");
    served_wait(served, "Goodbye");
    served_go(served, " ", "Choose a language");
}

static void test_cat_on_the_keyboard(void **state)
{
    struct served *served = *state;
    const char *set = getenv("SANDYQ_SEED");
    const struct looked *looked = NULL;

    cat_state = set != NULL ? (uint32_t)strtoul(set, NULL, 10) : (uint32_t)getpid() * 2654435761U;
    printf("SANDYQ_SEED=%u\n", cat_state);
    cat_state |= 1;
    served_start(served, 0);
    served_wait(served, "Choose a language");
    for (int i = 0; i < CAT_BURSTS; i++) {
        cat_burst(served);
        leave_after_cat(served);
    }
    assert_true(served_check(served) > CAT_BURSTS);
    assert_int_equal(look(served)->letters, 0);
    served_file(served, "It was the cat");
    served_forget(served);
    assert_int_equal(served_end(served), 0);
    (void)served_check(served);
    looked = look(served);
    assert_int_equal(looked->letters, 1);
    assert_int_equal(looked->last.text_len, strlen("It was the cat"));
}

/* --- time --- */

/* Waits ten seconds of real time, the only test that does. */
static void test_idle_session_counts_down_and_ends(void **state)
{
    struct served *served = *state;
    const char *more[] = {"--idle", "10", NULL};

    served_start_as(served, more, ROWS, COLS);
    served_wait(served, "Choose a language");
    served_go(served, "3", "What do you want to do?");
    /* Whichever of its seconds is seen: none of them waits for us. */
    assert_true(pty_watch(served->pty, "Closing in ", SERVED_SECONDS * 1000));
    served_wait(served, "Choose a language");
    assert_false(pty_shows(served->pty, "Closing"));
    assert_int_equal(served_end(served), 0);
    assert_int_equal(served_check(served), 2);
    assert_int_equal(look(served)->letters, 0);
}

/* How many seconds a process that waits in ppoll will wait at most, or -1: for ever. */
static long waits_for(pid_t pid)
{
    unsigned long fds = 0, count = 0, limit = 0;
    struct timespec left = {0};
    struct iovec here = {&left, sizeof left}, there = {NULL, sizeof left};
    char path[64];
    FILE *file = NULL;
    long call = 0;

    snprintf(path, sizeof path, "/proc/%d/syscall", (int)pid);
    file = fopen(path, "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld 0x%lx 0x%lx 0x%lx", &call, &fds, &count, &limit), 4);
    fclose(file);
    assert_int_equal(call, SYS_ppoll);
    there.iov_base = (void *)limit; /* NOLINT: an address in the other process */
    if (limit == 0)
        return -1;
    assert_int_equal(process_vm_readv(pid, &here, 1, &there, 1, 0), sizeof left);
    return left.tv_sec;
}

/* Nobody there, or somebody who reads: no process wakes up every second for that. */
static void test_session_sleeps_until_the_countdown(void **state)
{
    struct served *served = *state;

    if (!process_may_look())
        skip(); /* a session hides what it does */
    served_start(served, 0);
    served_wait(served, "Choose a language");
    assert_int_equal(waits_for(pty_grandchild(served->pty)), -1);
    served_go(served, "3", "What do you want to do?");
    assert_int_equal(waits_for(pty_grandchild(served->pty)), 160);
    assert_int_equal(served_end(served), 0);
}

#define KIOSK_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

/* A FIFO in the kiosk's folder, open for us, so that whoever writes into it never waits. */
static int make_fifo(const char *dir, const char *name, char path[OFFICE_PATH_LEN + 16])
{
    int fd = -1;

    snprintf(path, OFFICE_PATH_LEN + 16, "%s/%s", dir, name);
    assert_int_equal(mkfifo(path, 0600), 0);
    fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    assert_true(fd >= 0);
    return fd;
}

/* Through the real keeper, the confined session and both helpers: a slip comes out, and what the screen says is
   said, but the number only to who asks for it. */
static void test_slip_and_voice(void **state)
{
    static struct paper paper;
    static uint8_t slip[SLIP_MAX];
    struct served *served = *state;
    char dir[OFFICE_PATH_LEN];
    char printer[sizeof dir + 16], said[sizeof dir + 16], program[sizeof dir + 16], text[4096];
    char code[64], shown[CODE_LEN];
    const char *more[] = {"--printer", printer, "--paper", "58", "--speaker", program, NULL};
    int paper_fd = -1;
    int voice_fd = -1;

    office_scratch(dir);
    paper_fd = make_fifo(dir, "printer", printer);
    snprintf(said, sizeof said, "%s/said", dir);
    voice_fd = speech_listen(said);
    snprintf(program, sizeof program, "%s/speech", dir);
    speech_write(program, said, "report(hear());\n");
    served_start_as(served, more, ROWS, COLS);
    served_wait(served, "Choose a language");
    served_go(served, "5", "Voice");
    served_go(served, "3", "What do you want to do?");
    served_go(served, "8", "Press Enter and this is sent");
    pty_rest(served->pty);
    served_go(served, "\r", SERVED_STORED);
    served_go(served, "2", "The slip is printed");
    ssize_t len = read(paper_fd, slip, sizeof slip);
    assert_int_equal(paper_read(&paper, slip, len > 0 ? (size_t)len : 0), 0);
    assert_int_equal(paper_scan(&paper, code, sizeof code), 1);
    served_go(served, "1", "This is your number");
    char *receipt = pty_text(served->pty);
    booth_code(receipt, shown);
    free(receipt);
    assert_string_equal(code, shown);
    /* Texts cut each other off; the last one, said in answer to a key, comes whole. */
    struct pollfd ready = {.fd = voice_fd, .events = POLLIN};
    pty_type(served->pty, "\033[18~");
    size_t at = 0;
    text[0] = '\0';
    while (strstr(text, "1: I have it.") == NULL) {
        ssize_t n = 0;
        assert_int_equal(poll(&ready, 1, SERVED_SECONDS * 1000), 1);
        n = read(voice_fd, text + at, sizeof text - 1 - at);
        at += n > 0 ? (size_t)n : 0;
        text[at] = '\0';
        assert_true(at < sizeof text - 1);
    }
    assert_non_null(strstr(text, "This is your number"));
    close(paper_fd);
    close(voice_fd);
    office_remove(dir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        KIOSK_TEST(test_complaint_is_filed),
        KIOSK_TEST(test_killed_session_leaves_a_clean_terminal),
        KIOSK_TEST(test_alarm_ends_a_session),
        KIOSK_TEST(test_session_is_hidden_and_leaves_no_core),
        KIOSK_TEST(test_small_terminal),
        KIOSK_TEST(test_languages_switch_in_a_confined_process),
        KIOSK_TEST(test_hostile_keys),
        KIOSK_TEST(test_out_of_order_without_card),
        KIOSK_TEST(test_out_of_order_when_expired),
        KIOSK_TEST(test_second_keeper_is_refused),
        KIOSK_TEST(test_open_folder_is_refused),
        KIOSK_TEST(test_bad_outbox_is_refused_untouched),
        KIOSK_TEST(test_locked_outbox_is_refused),
        KIOSK_TEST(test_wrong_use),
        KIOSK_TEST(test_wrong_surroundings),
        KIOSK_TEST(test_locked_memory_is_refused),
        KIOSK_TEST(test_refusing_kernel),
        KIOSK_TEST(test_enroll),
        KIOSK_TEST(test_file_limit),
        KIOSK_TEST(test_full_disk),
        KIOSK_TEST(test_three_keys_in_danger),
        KIOSK_TEST(test_letters_arrive_at_the_desk),
        KIOSK_TEST(test_cat_on_the_keyboard),
        KIOSK_TEST(test_slip_and_voice),
        KIOSK_TEST(test_idle_session_counts_down_and_ends),
        KIOSK_TEST(test_session_sleeps_until_the_countdown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
