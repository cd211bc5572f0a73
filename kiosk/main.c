/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandyq-kiosk: enrols a kiosk, serves visitors, and is the process of a session or a helper when
   the keeper starts it as such. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "crypto/secret.h"
#include "device/enroll.h"
#include "device/state.h"
#include "kiosk/brief.h"
#include "kiosk/check.h"
#include "kiosk/config.h"
#include "kiosk/keeper.h"
#include "kiosk/spawn.h"
#include "kiosk/worker.h"
#include "sandbox/user.h"

enum { STATUS_DONE, STATUS_FAILED, STATUS_USAGE };
enum { SET_MAX = 64 };

struct options {
    const char *state;
    const char *config; /* NULL: kiosk.conf of the state folder, if it is there */
    bool enroll;
    bool check;
    struct {
        const char *name;
        const char *value;
    } set[SET_MAX]; /* settings of the command line: these win over the file's */
    size_t set_count;
    struct keeper_options keeper;
    char fault[CONFIG_FAULT_LEN]; /* of the file */
};

static const char usage[] =
    "Usage: sandyq-kiosk --state DIR --enroll | --check\n"
    "       sandyq-kiosk --state DIR [--config FILE] [--once] [SETTING...]\n"
    "\n"
    "  --state DIR        the folder with all that this kiosk keeps (mode 0700)\n"
    "  --enroll           make the kiosk's key and DIR/enroll.request for the office\n"
    "  --check            look whether all that this kiosk needs is there and whole, then end\n"
    "  --config FILE      read the settings from FILE, not from DIR/kiosk.conf\n"
    "  --once             serve one visitor, then end\n"
    "  --help             this text\n"
    "  --version          the version\n"
    "\n"
    "Settings, here or in the file (there: idle = 180):\n"
    "  --tty DEVICE       serve on this terminal, not on the one of standard input\n"
    "  --languages LIST   order on the first screen (kk ru en)\n"
    "  --idle SECONDS     end a session when nothing was pressed for so long (10 to 3600; 180)\n"
    "  --print SIZE       normal or large print (normal)\n"
    "  --contrast YES     yes or no: high contrast (no)\n"
    "  --printer DEVICE   print slips on this receipt printer\n"
    "  --paper WIDTH      of the printer's paper, 58 or 80 millimetres (80)\n"
    "  --speaker PROGRAM  say the screens with this program (espeak-ng)\n"
    "  --visitor USER     sessions are of this user (root alone can; the folder's owner)\n"
    "  --texts DIR        folder of the rights library\n"
    "  --locale DIR       folder of the translations\n";

static int complain(const char *what, const char *text)
{
    fprintf(stderr, "sandyq-kiosk: %s%s%s\n", what, what[0] != '\0' ? ": " : "", text);
    return STATUS_FAILED;
}

static int misuse(const char *text)
{
    complain("", text);
    fputs("Try sandyq-kiosk --help.\n", stderr);
    return STATUS_USAGE;
}

enum {
    OPTION_STATE = 1,
    OPTION_ENROLL,
    OPTION_CHECK,
    OPTION_CONFIG,
    OPTION_ONCE,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_SETTING,
};

static const struct option known[] = {
    {"state", required_argument, NULL, OPTION_STATE},
    {"enroll", no_argument, NULL, OPTION_ENROLL},
    {"check", no_argument, NULL, OPTION_CHECK},
    {"config", required_argument, NULL, OPTION_CONFIG},
    {"once", no_argument, NULL, OPTION_ONCE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {"tty", required_argument, NULL, OPTION_SETTING},
    {"locale", required_argument, NULL, OPTION_SETTING},
    {"texts", required_argument, NULL, OPTION_SETTING},
    {"printer", required_argument, NULL, OPTION_SETTING},
    {"visitor", required_argument, NULL, OPTION_SETTING},
    {"speaker", required_argument, NULL, OPTION_SETTING},
    {"idle", required_argument, NULL, OPTION_SETTING},
    {"paper", required_argument, NULL, OPTION_SETTING},
    {"languages", required_argument, NULL, OPTION_SETTING},
    {"print", required_argument, NULL, OPTION_SETTING},
    {"contrast", required_argument, NULL, OPTION_SETTING},
    {0},
};

/* Returns -1 to go on, else an exit status. */
static int take_setting(const char *name, const char *value, struct options *options)
{
    struct config scratch;
    char option[32];
    const char *wrong = config_set(&scratch, name, value);
    snprintf(option, sizeof option, "--%s", name);
    if (wrong == NULL && options->set_count == SET_MAX)
        wrong = "There are too many settings.";
    if (wrong != NULL) {
        complain(option, wrong);
        fputs("Try sandyq-kiosk --help.\n", stderr);
        return STATUS_USAGE;
    }
    options->set[options->set_count].name = name;
    options->set[options->set_count++].value = value;
    return -1;
}

/* Returns -1 to go on, else an exit status. */
static int take_option(int option, const char *name, struct options *options)
{
    switch (option) {
    case OPTION_STATE:
        options->state = optarg;
        return -1;
    case OPTION_ENROLL:
        options->enroll = true;
        return -1;
    case OPTION_CHECK:
        options->check = true;
        return -1;
    case OPTION_CONFIG:
        options->config = optarg;
        return -1;
    case OPTION_ONCE:
        options->keeper.once = true;
        return -1;
    case OPTION_SETTING:
        return take_setting(name, optarg, options);
    case OPTION_HELP:
        return fputs(usage, stdout) < 0 || fflush(stdout) != 0 ? STATUS_FAILED : STATUS_DONE;
    case OPTION_VERSION:
        return puts("sandyq-kiosk " SANDYQ_VERSION) < 0 || fflush(stdout) != 0 ? STATUS_FAILED
                                                                               : STATUS_DONE;
    default:
        fputs("Try sandyq-kiosk --help.\n", stderr);
        return STATUS_USAGE;
    }
}

static int take_options(int argc, char **argv, struct options *options)
{
    int option, status, i = 0;
    while ((option = getopt_long(argc, argv, "", known, &i)) != -1)
        if ((status = take_option(option, known[i].name, options)) >= 0)
            return status;
    if (optind < argc)
        return misuse("There is a word too many.");
    if (options->state == NULL)
        return misuse("Name the kiosk's folder with --state DIR.");
    return -1;
}

static int run_session(const char *unused)
{
    (void)unused;
    return worker_session();
}

/* What the keeper starts this program as; argv[2] is the name of the helper's device or program. */
static const struct worker {
    const char *word;
    int argc;
    int (*run)(const char *name);
} workers[] = {
    {SPAWN_SESSION_WORD, 2, run_session},
    {SPAWN_PRINTER_WORD, 3, worker_printer},
    {SPAWN_SPEECH_WORD, 3, worker_speech},
};

static const struct worker *find_worker(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof workers / sizeof workers[0]; i++)
        if (argc == workers[i].argc && strcmp(argv[1], workers[i].word) == 0)
            return &workers[i];
    return NULL;
}

/* Does not return where the keeper started this program. Returns an exit status where a person used
   one of its words, or -1 when there is none. */
static int run_for_keeper(int argc, char **argv)
{
    const struct worker *worker = find_worker(argc, argv);
    struct stat st;
    if (worker == NULL)
        return -1;
    if (fstat(BRIEF_SOCKET, &st) != 0 || !S_ISSOCK(st.st_mode)) {
        complain(argv[1], "This is not for people. Name the kiosk's folder with --state DIR.");
        return STATUS_USAGE;
    }
    _exit(worker->run(argv[2]));
}

/* The speech program is started in another folder than this one. */
static void make_absolute(char path[CONFIG_PATH_LEN])
{
    char *absolute = path[0] != '\0' && path[0] != '/' ? realpath(path, NULL) : NULL;
    if (absolute != NULL && strlen(absolute) < CONFIG_PATH_LEN)
        strcpy(path, absolute);
    free(absolute);
}

/* The settings of the file, then those of the command line over them. A fault of the file is kept
   in words; what was right in it still names the terminal on which to be out of order. */
static void configure(struct options *options)
{
    struct config *config = &options->keeper.config;
    char path[4096];
    bool must = options->config != NULL;
    snprintf(path, sizeof path, "%s/kiosk.conf", options->state);
    config_default(config);
    options->keeper.misconfigured =
        config_read(config, must ? options->config : path, must, options->fault) != 0;
    for (size_t i = 0; i < options->set_count; i++)
        (void)config_set(config, options->set[i].name, options->set[i].value);
    make_absolute(config->speaker);
}

/* Everything that must be right before any secret is touched. */
static int prepare(struct options *options)
{
    const char *locale = options->keeper.config.locale;
    char language[3];
    lang_wanted(language);
    if (lang_start(locale[0] != '\0' ? locale : NULL) != 0)
        return complain("", "The C.UTF-8 locale or a translation is missing. Install libc-bin, and "
                            "name the folder of the translations with --locale.");
    lang_set(language); /* for whoever installs the kiosk; each visitor chooses */
    if (options->keeper.misconfigured)
        configure(options); /* the file's fault, in that language now */
    enum error error = secret_start();
    return error != ERROR_NONE ? complain("", _(error_text(error))) : STATUS_DONE;
}

static int enroll(const char *dir)
{
    char kiosk[CARD_KIOSK_TEXT_LEN];
    enum error error = user_become_owner(dir);
    if (error == ERROR_NONE)
        error = enroll_kiosk(dir, day_today(), kiosk);
    if (error != ERROR_NONE)
        return complain(dir, _(error_text(error)));
    printf(_("Kiosk:   %s\n"), kiosk);
    printf(_("Request: %s/enroll.request\n"), dir);
    printf(_("Next:    carry the request to the office with\n"
             "         sandyq-courier exchange --state DIR --media DIR\n"
             "         and bring the card back the same way.\n"));
    return fflush(stdout) != 0 ? STATUS_FAILED : STATUS_DONE;
}

static void say_fault(void *context, const char *path, const char *text)
{
    (void)complain(path, _(text));
}

/* A fault of the settings file has been told by now. */
static int check(const struct options *options)
{
    const enum error error = user_become_owner(options->state);
    if (error != ERROR_NONE)
        return complain(options->state, _(error_text(error)));
    if (check_run(options->state, day_today(), say_fault, NULL) != 0 ||
        options->keeper.misconfigured)
        return STATUS_FAILED;
    printf(_("%s: this kiosk is ready.\n"), options->state);
    return fflush(stdout) != 0 ? STATUS_FAILED : STATUS_DONE;
}

/* Names the terminal where config does not, and sees that it is one. */
static int find_terminal(struct config *config)
{
    if (config->tty[0] == '\0' && ttyname_r(STDIN_FILENO, config->tty, sizeof config->tty) != 0)
        return complain("", _("Standard input is not a terminal. Name one with --tty DEVICE."));
    const int fd = open(config->tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    const bool terminal = fd >= 0 && isatty(fd);
    if (fd >= 0)
        close(fd);
    if (!terminal)
        return complain(config->tty, _("This terminal cannot be used. Check its name and who may "
                                       "read and write it."));
    return STATUS_DONE;
}

/* Checked at the start: a session that cannot become this user would not start. */
static int check_visitor(const char *name)
{
    const struct passwd *user = name[0] != '\0' ? getpwnam(name) : NULL;
    if (name[0] != '\0' && (geteuid() != 0 || user == NULL || user->pw_uid == 0))
        return complain(name, _("Sessions cannot become this user. Name one that exists and is not "
                                "root, and start the kiosk as root."));
    return STATUS_DONE;
}

/* The keeper has closed the terminal; for its last words it asks the launcher for it again. Returns
   false when standard error never was the terminal. */
static bool reopen_terminal(struct launcher *launcher)
{
    struct stat st, null;
    int fd = -1;
    if (fstat(STDERR_FILENO, &st) == 0 && stat("/dev/null", &null) == 0 &&
        st.st_rdev == null.st_rdev)
        fd = launcher_terminal(launcher);
    return fd >= 0 && dup2(fd, STDERR_FILENO) >= 0;
}

/* Says why the keeper ended. Returns the exit status. */
static int end(const struct options *options, struct launcher *launcher, enum error error)
{
    const bool reopened = launcher != NULL && reopen_terminal(launcher);
    if (error == ERROR_SESSION_TERMINAL || error == ERROR_SESSION_CONFINED ||
        error == ERROR_SESSION_PROCESS || error == ERROR_MEMORY_LOCK)
        return complain(options->keeper.config.tty, _(error_text(error)));
    if (error == ERROR_MISSING)
        return complain(options->state, _("No card has come yet. Bring one from the office with "
                                          "sandyq-courier exchange."));
    if (error != ERROR_NONE)
        return complain(options->state, _(error_text(error)));
    if (reopened)
        complain("", options->fault);
    return STATUS_FAILED;
}

static int serve(const struct options *options)
{
    /* Before anything is read that is secret. */
    struct launcher *launcher = launcher_start(&options->keeper.config, options->state);
    struct state *state = NULL;
    enum error error = ERROR_SESSION_PROCESS;
    int status = STATUS_DONE;

    if (launcher != NULL)
        error = user_become_owner(options->state);
    if (launcher != NULL && error == ERROR_NONE)
        error = state_open(options->state, &state);
    if (error == ERROR_NONE && (state == NULL || state->seed == NULL))
        error = ERROR_MISSING;
    if (error == ERROR_MISSING)
        status = complain(options->state, _("This is no kiosk's folder. Make one with --enroll."));
    if (error == ERROR_NONE)
        error = keeper_serve(state, launcher, &options->keeper);
    state_close(&state);
    if (status == STATUS_DONE &&
        (error != ERROR_NONE || (options->keeper.misconfigured && options->keeper.once)))
        status = end(options, launcher, error);
    launcher_end(&launcher);
    return status;
}

int main(int argc, char **argv)
{
    static struct options options;
    int status = run_for_keeper(argc, argv);
    if (status < 0)
        status = take_options(argc, argv, &options);
    if (status >= 0)
        return status;
    configure(&options);
    status = prepare(&options);
    if (status == STATUS_DONE && options.enroll)
        return enroll(options.state);
    if (status == STATUS_DONE && options.keeper.misconfigured)
        complain("", options.fault);
    if (status == STATUS_DONE && options.check)
        return check(&options);
    if (status == STATUS_DONE)
        status = find_terminal(&options.keeper.config);
    if (status == STATUS_DONE)
        status = check_visitor(options.keeper.config.visitor);
    return status == STATUS_DONE ? serve(&options) : status;
}
