/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandyq-courier: carries bundles out of a kiosk and card, charter and board into it. */
#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/day.h"
#include "base/error.h"
#include "base/lang.h"
#include "base/utf8.h"
#include "courier/exchange.h"
#include "crypto/secret.h"
#include "protocol/charter.h"
#include "protocol/names.h"
#include "sandbox/sandbox.h"
#include "sandbox/user.h"

enum { MIB = 1 << 20 };
enum { STATUS_DONE = 0, STATUS_FAILED = 1, STATUS_USAGE = 2 };

struct options {
    const char *state;
    const char *media;
};

static void print_usage(FILE *stream)
{
    fputs(_("Usage: sandyq-courier exchange --state DIR --media DIR\n"
            "       sandyq-courier --help | --version\n"
            "\n"
            "Carries what the kiosk has for the office to the medium, and what the office\n"
            "has for the kiosk from it. Run it again whenever it was cut short.\n"
            "\n"
            "  --state DIR   the kiosk's state folder\n"
            "  --media DIR   the folder on the medium\n"),
          stream);
}

static int usage_error(void)
{
    print_usage(stderr);
    return STATUS_USAGE;
}

/* The folder of a medium is often named after the medium, and so by a stranger. Letters of our
   languages pass; nothing does that a terminal could take for an order or that turns the text. */
static void put_name(FILE *stream, const char *name)
{
    const size_t len = strlen(name);
    uint32_t ch = 0;
    for (size_t i = 0; i < len;) {
        const size_t n = utf8_take(name + i, len - i, &ch);
        if ((ch >= 0x20 && ch < 0x7F) || (ch > 0xAD && ch < 0x530))
            fwrite(name + i, 1, n, stream);
        else
            fputc('?', stream);
        i += n;
    }
}

static int fail(const char *where, const char *text)
{
    fputs("sandyq-courier: ", stderr);
    put_name(stderr, where);
    fprintf(stderr, ": %s\n", text);
    return STATUS_FAILED;
}

/* One line for a thing that was taken in or refused; none for what was not on the medium. */
static void print_taken(const char *name, enum error error)
{
    if (error == ERROR_NONE)
        printf(_("%s: in\n"), name);
    else if (error != ERROR_MISSING)
        printf(_("%s: refused. %s\n"), name, _(error_text(error)));
}

static const char *card_text(const struct exchange_report *report)
{
    if (report->card_rivals)
        return _("Cards of two offices for this kiosk are there, and none was taken; leave only "
                 "the card of your own office there.");
    return _(error_text(report->card));
}

/* Whoever carries the first card compares the fingerprint with the office's poster. */
static void print_card(const struct exchange_report *report)
{
    char fingerprint[CHARTER_FINGERPRINT_LEN];
    charter_fingerprint(report->office, fingerprint);
    if (report->card_in)
        printf(_("card: in. Fingerprint of its office: %s\n"), fingerprint);
    if (report->card != ERROR_NONE && report->card != ERROR_MISSING)
        printf(_("%s: refused. %s\n"), "card", card_text(report));
}

static void print_sent(const struct exchange_report *report)
{
    if (report->bundle == ERROR_MISSING)
        puts(_("request: out. The kiosk has no card yet."));
    else if (report->last >= report->first) /* also when a later bundle failed */
        printf(_("bundle: out, records %llu to %llu\n"), (unsigned long long)report->first,
               (unsigned long long)report->last);
    else if (report->bundle == ERROR_NONE)
        puts(_("bundle: out, with no records in it"));
    if (report->saved > 0)
        printf(_("bundle: out, with the %llu records that are whole\n"),
               (unsigned long long)report->saved);
    else if (report->bundle != ERROR_NONE && report->bundle != ERROR_MISSING)
        printf(_("bundle: not written. %s\n"), _(error_text(report->bundle)));
    if (report->outbox != ERROR_NONE)
        printf(_("%s: refused. %s\n"), "outbox", _(error_text(report->outbox)));
    if (report->salvaged && report->salvage != ERROR_NONE)
        printf(_("bundle: not all that is whole could be written. %s\n"),
               _(error_text(report->salvage)));
}

/* Where this disk contradicts what the office or the medium has seen of the kiosk. */
static void print_past(const struct exchange_report *report)
{
    if (report->fork)
        puts(_("outbox: the office has other records under our numbers. Nothing was dropped."));
    if (report->beyond > 0)
        printf(_("outbox: set back. Record %llu was sent once, but this disk ends at %llu.\n"),
               (unsigned long long)report->beyond, (unsigned long long)report->tip);
    if (report->unasked > 0)
        printf(_("outbox: the records up to %llu are gone, but the board acknowledges fewer.\n"),
               (unsigned long long)report->unasked);
    if (report->kept > 0)
        printf(_("bundles of this kiosk with records that this disk never had, kept on the "
                 "medium: %llu\n"),
               (unsigned long long)report->kept);
}

static void print_report(const struct exchange_report *report)
{
    print_card(report);
    print_taken(NAMES_CHARTER, report->charter);
    print_taken(NAMES_BOARD, report->board);
    if (report->board_missing > 0)
        printf(_("%s: parts that are missing on the medium, or damaged: %u\n"), NAMES_BOARD,
               report->board_missing);
    if (report->board == ERROR_BOARD_ROOM)
        printf(_("%s: needs %llu MiB on the kiosk's disk, beside room for letters\n"), NAMES_BOARD,
               (unsigned long long)(report->board_bytes + MIB - 1) / MIB);
    if (report->misfit)
        printf(_("%s: does not fit the boards that came before. The office is told.\n"),
               NAMES_BOARD);
    if (report->acknowledged > 0)
        printf(_("outbox: the office has the records up to %llu\n"),
               (unsigned long long)report->acknowledged);
    print_past(report);
    print_sent(report);
}

/* What the one line on standard error is about. */
static const char *refused_thing(const struct exchange_report *report)
{
    if (report->card != ERROR_NONE && report->card != ERROR_MISSING)
        return "card";
    if (report->charter != ERROR_NONE && report->charter != ERROR_MISSING)
        return NAMES_CHARTER;
    if (report->board != ERROR_NONE && report->board != ERROR_MISSING)
        return NAMES_BOARD;
    return report->salvaged || report->bundle == ERROR_BUSY || report->bundle == ERROR_NONE ||
                   report->fork || report->beyond > 0 || report->unasked > 0 || report->kept > 0
               ? "outbox"
               : "bundle";
}

static int exchange(const struct options *options)
{
    const enum error start = secret_start();
    if (start != ERROR_NONE)
        return fail("start", _(error_text(start)));
    const enum error owner = user_become_owner(options->state);
    if (owner != ERROR_NONE)
        return fail(options->state, _(error_text(owner)));
    /* Confining opens a few files, so that it may fail for want of descriptors or memory. */
    errno = 0;
    if (sandbox_courier(options->state, options->media) != 0)
        return fail("start", _(error_text(error_of_lack(errno, ERROR_PROGRAM_CONFINED))));
    struct exchange_report report;
    enum error error = exchange_run(options->state, options->media, day_today(), &report);
    if (report.at == EXCHANGE_AT_MEDIA)
        return fail(options->media, _(error_text(error)));
    if (report.at == EXCHANGE_AT_STATE && error == ERROR_MISSING)
        return fail(options->state, _("There is no kiosk here; run sandyq-kiosk --enroll first."));
    if (report.at == EXCHANGE_AT_STATE)
        return fail(options->state, _(error_text(error)));
    print_report(&report);
    if (fflush(stdout) != 0)
        return fail("stdout", _(error_text(ERROR_OUTPUT)));
    if (error == ERROR_NONE)
        return STATUS_DONE;
    if (report.card_rivals)
        return fail("card", card_text(&report));
    return fail(refused_thing(&report), _(error_text(error)));
}

int main(int argc, char **argv)
{
    static const struct option known[] = {
        {"state", required_argument, NULL, 's'},
        {"media", required_argument, NULL, 'm'},
        {"help", no_argument, NULL, 'h'},
        {"version", no_argument, NULL, 'v'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {NULL, NULL};
    char language[3];
    int option = 0;
    signal(SIGXFSZ, SIG_IGN); /* a file that may not grow fails with EFBIG, and that is told */
    lang_wanted(language);
    if (lang_start(NULL) == 0) /* without translations the courier still works, in English */
        lang_set(language);
    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 's':
            options.state = optarg;
            break;
        case 'm':
            options.media = optarg;
            break;
        case 'h':
            print_usage(stdout);
            return STATUS_DONE;
        case 'v':
            puts("sandyq-courier " SANDYQ_VERSION);
            return STATUS_DONE;
        default:
            return usage_error();
        }
    }
    if (argc - optind != 1 || strcmp(argv[optind], "exchange") != 0 || options.state == NULL ||
        options.media == NULL)
        return usage_error();
    return exchange(&options);
}
