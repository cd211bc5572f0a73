/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sandyq-desk: opens, answers and publishes what people wrote at the kiosks. Reads the command
 * line. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include "desk/command.h"
#include "tui/lang.h"

enum { OPTION_HELP = 1000, OPTION_VERSION, OPTION_PASSPHRASE, OPTION_LANGUAGE };

static void print_usage(FILE *out)
{
    fputs(_("Usage: sandyq-desk init OFFICE [--name TEXT]\n"
            "       sandyq-desk enroll OFFICE REQUEST --facility CODE --type TYPE --out FILE\n"
            "       sandyq-desk import OFFICE PATH...\n"
            "       sandyq-desk list OFFICE [--json]\n"
            "       sandyq-desk show OFFICE CASE [--json]\n"
            "       sandyq-desk answer OFFICE CASE [--text-file FILE]\n"
            "       sandyq-desk status OFFICE CASE STATUS\n"
            "       sandyq-desk note OFFICE CASE [--text-file FILE]\n"
            "       sandyq-desk kiosks OFFICE [--json]\n"
            "       sandyq-desk publish OFFICE --out DIR\n"
            "       sandyq-desk OFFICE\n"
            "       sandyq-desk --help | --version\n"
            "\n"
            "The last but one is the triage screen. Each also takes:\n"
            "  --passphrase-file FILE   its first line is the passphrase; else it is asked\n"
            "  --language CODE          kk, ru or en\n"),
          out);
}

static int usage_error(void)
{
    print_usage(stderr);
    return COMMAND_USAGE;
}

struct arguments {
    struct command_line line;
    char language[3];
};

static void take(struct command_line *line, unsigned option, const char **where)
{
    line->given |= option;
    if (where != NULL)
        *where = optarg;
}

/* Returns -1 to go on, or an exit status. */
static int take_option(struct arguments *arguments, int option)
{
    struct command_line *line = &arguments->line;
    switch (option) {
    case COMMAND_NAME:
        take(line, COMMAND_NAME, &line->name);
        break;
    case COMMAND_FACILITY:
        take(line, COMMAND_FACILITY, &line->facility);
        break;
    case COMMAND_TYPE:
        take(line, COMMAND_TYPE, &line->type);
        break;
    case COMMAND_OUT:
        take(line, COMMAND_OUT, &line->out);
        break;
    case COMMAND_JSON:
        take(line, COMMAND_JSON, NULL);
        break;
    case COMMAND_TEXT_FILE:
        take(line, COMMAND_TEXT_FILE, &line->text_file);
        break;
    case OPTION_PASSPHRASE:
        line->passphrase_file = optarg;
        break;
    case OPTION_LANGUAGE:
        snprintf(arguments->language, sizeof arguments->language, "%.2s", optarg);
        lang_set(arguments->language);
        break;
    case OPTION_HELP:
        print_usage(stdout);
        return fflush(stdout) == 0 ? COMMAND_DONE : COMMAND_FAILED;
    case OPTION_VERSION:
        return puts("sandyq-desk " SANDYQ_VERSION) >= 0 && fflush(stdout) == 0 ? COMMAND_DONE
                                                                               : COMMAND_FAILED;
    default:
        return usage_error();
    }
    return -1;
}

static int parse(struct arguments *arguments, int argc, char **argv)
{
    static const struct option known[] = {
        {"name", required_argument, NULL, COMMAND_NAME},
        {"facility", required_argument, NULL, COMMAND_FACILITY},
        {"type", required_argument, NULL, COMMAND_TYPE},
        {"out", required_argument, NULL, COMMAND_OUT},
        {"json", no_argument, NULL, COMMAND_JSON},
        {"text-file", required_argument, NULL, COMMAND_TEXT_FILE},
        {"passphrase-file", required_argument, NULL, OPTION_PASSPHRASE},
        {"language", required_argument, NULL, OPTION_LANGUAGE},
        {"help", no_argument, NULL, OPTION_HELP},
        {"version", no_argument, NULL, OPTION_VERSION},
        {NULL, 0, NULL, 0},
    };
    for (int option; (option = getopt_long(argc, argv, "", known, NULL)) != -1;) {
        int status = take_option(arguments, option);
        if (status >= 0)
            return status;
    }
    arguments->line.operands = argv + optind;
    arguments->line.operand_count = argc - optind;
    return -1;
}

/* What people write must not end up in a core file, nor be read by another process of this user. */
static void harden(void)
{
    const struct rlimit none = {0, 0};
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
}

int main(int argc, char **argv)
{
    struct arguments arguments = {0};
    lang_wanted(arguments.language);
    if (lang_start(NULL) == 0)
        lang_set(arguments.language);
    harden();
    int status = parse(&arguments, argc, argv);
    if (status >= 0)
        return status;
    struct command_line *line = &arguments.line;
    const struct command *command =
        line->operand_count > 0 ? command_find(line->operands[0]) : NULL;
    if (command != NULL) {
        line->operands++;
        line->operand_count--;
    } else {
        command = command_screen();
    }
    if (line->operand_count < command->operands_min ||
        line->operand_count > command->operands_max || (line->given & ~command->takes) != 0 ||
        (line->given & command->needs) != command->needs)
        return usage_error();
    return command_run(command, line);
}
