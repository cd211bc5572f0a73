/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandyq-kiosk: enrols a kiosk, serves visitors, and is the session's process when the keeper calls
 * it. */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "courier/refusal.h"
#include "courier/state.h"
#include "crypto/secret.h"
#include "kiosk/child.h"
#include "kiosk/keeper.h"
#include "tui/lang.h"

enum { STATUS_DONE, STATUS_FAILED, STATUS_USAGE };
enum { IDLE_DEFAULT = 180, IDLE_MIN = 10, IDLE_MAX = 3600 };

struct options {
    const char *state;
    bool enroll;
    bool session;
    struct keeper_options keeper;
};

static const char usage[] =
    "Usage: sandyq-kiosk --state DIR --enroll\n"
    "       sandyq-kiosk --state DIR [--tty DEVICE] [--idle SECONDS] [--locale DIR] [--once]\n"
    "\n"
    "  --state DIR     the folder with all that this kiosk keeps (mode 0700)\n"
    "  --enroll        make the kiosk's key and DIR/enroll.request for the office\n"
    "  --tty DEVICE    serve on this terminal, not on the one of standard input\n"
    "  --idle SECONDS  end a session when nothing was pressed for so long (10 to 3600; 180)\n"
    "  --locale DIR    folder of the translations\n"
    "  --once          serve one visitor, then end\n"
    "  --help          this text\n"
    "  --version       the version\n";

static const char *const no_memory = N_(
    "No memory could be locked for secrets. Raise the limit to at least 8 MiB (ulimit -l 8192).");

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

static bool read_seconds(const char *text, int *seconds)
{
    char *end = NULL;
    long n;

    errno = 0;
    n = strtol(text, &end, 10);
    *seconds = (int)n;
    return errno == 0 && end != text && *end == '\0' && n >= IDLE_MIN && n <= IDLE_MAX;
}

enum {
    OPTION_STATE = 1,
    OPTION_ENROLL,
    OPTION_TTY,
    OPTION_IDLE,
    OPTION_LOCALE,
    OPTION_ONCE,
    OPTION_HELP,
    OPTION_VERSION,
    OPTION_SESSION
};

/* Returns -1 to go on, else an exit status. */
static int take_option(int option, struct options *options)
{
    switch (option) {
    case OPTION_STATE:
        options->state = optarg;
        return -1;
    case OPTION_ENROLL:
        options->enroll = true;
        return -1;
    case OPTION_TTY:
        options->keeper.tty = optarg;
        return -1;
    case OPTION_IDLE:
        if (read_seconds(optarg, &options->keeper.idle_seconds))
            return -1;
        return misuse("--idle takes a number of seconds from 10 to 3600.");
    case OPTION_LOCALE:
        options->keeper.locale = optarg;
        return -1;
    case OPTION_ONCE:
        options->keeper.once = true;
        return -1;
    case OPTION_SESSION:
        options->session = true;
        return -1;
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
    static const struct option known[] = {
        {"state", required_argument, NULL, OPTION_STATE},
        {"enroll", no_argument, NULL, OPTION_ENROLL},
        {"tty", required_argument, NULL, OPTION_TTY},
        {"idle", required_argument, NULL, OPTION_IDLE},
        {"locale", required_argument, NULL, OPTION_LOCALE},
        {"once", no_argument, NULL, OPTION_ONCE},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
        {"session", no_argument, NULL, OPTION_SESSION},
        {0},
    };
    int option, status;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1)
        if ((status = take_option(option, options)) >= 0)
            return status;
    if (options->session)
        return -1;
    if (optind < argc)
        return misuse("There is a word too many.");
    if (options->state == NULL)
        return misuse("Name the kiosk's folder with --state DIR.");
    return -1;
}

/* The words of --session are for the keeper alone. */
static int run_session(const char *locale)
{
    struct stat st;

    if (fstat(KEEPER_SOCKET, &st) != 0 || !S_ISSOCK(st.st_mode))
        return misuse("--session is not for people; name the kiosk's folder with --state DIR.");
    _exit(child_run(locale));
}

/* Everything that must be right before any secret is touched. */
static int prepare(const struct options *options)
{
    char language[3];

    lang_wanted(language);
    if (lang_start(options->keeper.locale) != 0)
        return complain("", "The C.UTF-8 locale or a translation is missing. Install libc-bin, and "
                            "name the folder of the translations with --locale.");
    lang_set(language); /* for the one who installs; a visitor chooses anew */
    switch (secret_start()) {
    case SECRET_OK:
        return STATUS_DONE;
    case SECRET_OLD:
        return complain("", _("libgcrypt is too old. Install version 1.10.1 or later."));
    case SECRET_FIPS:
        return complain("",
                        _("libgcrypt is in FIPS mode, which switches off what the envelope needs. "
                          "Switch FIPS mode off on this machine."));
    default:
        return complain("", _(no_memory));
    }
}

static int enroll(const char *dir)
{
    char kiosk[CARD_KIOSK_TEXT_LEN];
    int refusal = state_enroll(dir, state_today(), kiosk);

    if (refusal != REFUSAL_NONE)
        return complain(dir, _(refusal_text(refusal)));
    printf(_("Kiosk:   %s\n"), kiosk);
    printf(_("Request: %s/enroll.request\n"), dir);
    printf(_("Next:    carry the request to the office with\n"
             "         sandyq-courier exchange --state DIR --media DIR\n"
             "         and bring the card back the same way.\n"));
    return fflush(stdout) != 0 ? STATUS_FAILED : STATUS_DONE;
}

/* Finds the terminal's device by name and sees that it is one. */
static int find_terminal(struct keeper_options *keeper)
{
    static char name[4096];
    int fd, terminal;

    if (keeper->tty == NULL) {
        if (ttyname_r(STDIN_FILENO, name, sizeof name) != 0)
            return complain("", _("Standard input is not a terminal. Name one with --tty DEVICE."));
        keeper->tty = name;
    }
    fd = open(keeper->tty, O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    terminal = fd >= 0 && isatty(fd);
    if (fd >= 0)
        close(fd);
    if (!terminal)
        return complain(keeper->tty, _("This terminal cannot be used. Check its name and who may "
                                       "read and write it."));
    return STATUS_DONE;
}

/* The keeper gave its descriptors of the terminal away; for its last words it opens it once more.
 */
static void reopen_terminal(const char *tty)
{
    struct stat st, null;
    int fd = -1;

    if (fstat(STDERR_FILENO, &st) == 0 && stat("/dev/null", &null) == 0 &&
        st.st_rdev == null.st_rdev)
        fd = open(tty, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        dup2(fd, STDERR_FILENO);
}

/* Why no session could begin. */
static const char *no_session(int result)
{
    switch (result) {
    case KEEPER_NO_MEMORY:
        return no_memory;
    case KEEPER_NOT_CONFINED:
        return N_("A session could not be confined. Use a kernel with seccomp filters.");
    case KEEPER_NO_PROCESS:
        return N_("No process could be started for a session. Raise the limit of processes, or "
                  "free memory.");
    default:
        return N_("This terminal cannot be used. Check that TERM names its kind.");
    }
}

static int serve(const struct options *options)
{
    struct state *state = NULL;
    int result = state_open(options->state, &state);

    if (result == REFUSAL_NONE && state->seed == NULL)
        result = REFUSAL_MISSING;
    if (result == REFUSAL_MISSING) {
        state_close(&state);
        return complain(options->state, _("This is no kiosk's folder. Make one with --enroll."));
    }
    if (result == REFUSAL_NONE)
        result = keeper_serve(state, &options->keeper);
    state_close(&state);
    if (result == REFUSAL_NONE)
        return STATUS_DONE;
    reopen_terminal(options->keeper.tty);
    if (result < 0)
        return complain(options->keeper.tty, _(no_session(result)));
    if (result == REFUSAL_MISSING)
        return complain(options->state, _("No card has come yet. Bring one from the office with "
                                          "sandyq-courier exchange."));
    return complain(options->state, _(refusal_text(result)));
}

int main(int argc, char **argv)
{
    struct options options = {.keeper = {.idle_seconds = IDLE_DEFAULT}};
    int status = take_options(argc, argv, &options);

    if (status >= 0)
        return status;
    if (options.session)
        return run_session(options.keeper.locale);
    status = prepare(&options);
    if (status == STATUS_DONE && options.enroll)
        return enroll(options.state);
    if (status == STATUS_DONE)
        status = find_terminal(&options.keeper);
    return status == STATUS_DONE ? serve(&options) : status;
}
