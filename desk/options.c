/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The options of sandyq-desk: one table, what each means, and what it says when a line is wrong. */
#include "desk/options.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "base/lang.h"
#include "desk/sanitize.h"

/* Above all bits of enum command_option. */
enum { OPTION_HELP = 1 << 20, OPTION_VERSION, OPTION_PASSPHRASE, OPTION_OFFICER, OPTION_LANGUAGE };

static void print_usage(FILE *out)
{
    fputs(_("Usage: sandyq-desk init OFFICE [--name TEXT] [--officer-name TEXT]\n"
            "       sandyq-desk enroll OFFICE REQUEST --facility CODE --type TYPE --out FILE\n"
            "       sandyq-desk import OFFICE PATH...\n"
            "       sandyq-desk list OFFICE [--json]\n"
            "       sandyq-desk show OFFICE CASE [--json]\n"
            "       sandyq-desk answer OFFICE CASE [--question] [--text-file FILE]\n"
            "       sandyq-desk status OFFICE CASE STATUS\n"
            "       sandyq-desk undo OFFICE CASE\n"
            "       sandyq-desk take-back OFFICE CASE MESSAGE\n"
            "       sandyq-desk note OFFICE CASE [--text-file FILE]\n"
            "       sandyq-desk kiosks OFFICE [--json]\n"
            "       sandyq-desk publish OFFICE --out DIR [--backup DIR] [--today DATE]\n"
            "       sandyq-desk backup OFFICE [FILE]\n"
            "       sandyq-desk restore OFFICE BACKUP [DIR...]\n"
            "       sandyq-desk audit OFFICE [--json]\n"
            "       sandyq-desk verify OFFICE [--json]\n"
            "       sandyq-desk officer join OFFICE [--name TEXT]\n"
            "       sandyq-desk officer add OFFICE FINGERPRINT [--role ROLE] [--root]\n"
            "       sandyq-desk officer list OFFICE [--json]\n"
            "       sandyq-desk officer remove OFFICE NUMBER [--root]\n"
            "       sandyq-desk officer passphrase OFFICE [--new-passphrase-file FILE]\n"
            "       sandyq-desk OFFICE\n"
            "       sandyq-desk --help | --version\n"
            "\n"
            "The last but one is the triage screen. Each also takes:\n"
            "  --officer DIR            your own folder; else it is below ~/.sandyq\n"
            "  --passphrase-file FILE   its first line is the passphrase; else it is asked\n"
            "  --language CODE          kk, ru or en\n"
            "enroll, restore and --root also take --root-passphrase-file FILE.\n"),
          out);
}

/* Prints one line that names the word, and the option of it if there is one. */
static int usage_error(const char *word, const char *option, const char *what)
{
    fputs("sandyq-desk: ", stderr);
    sanitize_word(stderr, word, strlen(word));
    if (option != NULL)
        fprintf(stderr, "%s--%s", word[0] != '\0' ? " " : "", option);
    fprintf(stderr, "%s%s %s\n", word[0] != '\0' || option != NULL ? ": " : "", what,
            _("Try: sandyq-desk --help"));
    return COMMAND_USAGE;
}

static int take_language(const char *code)
{
    for (size_t i = 0; i < LANG_COUNT; i++)
        if (strcmp(code, lang_code(i)) == 0) {
            lang_set(code);
            return -1;
        }
    return usage_error(code, NULL, _("There is no such language. Choose kk, ru or en."));
}

/* Where the value of an option goes. */
static const char **place_of(struct command_line *line, int option)
{
    const struct {
        int option;
        const char **where;
    } places[] = {
        {COMMAND_NAME, &line->name},
        {COMMAND_FACILITY, &line->facility},
        {COMMAND_TYPE, &line->type},
        {COMMAND_OUT, &line->out},
        {COMMAND_TEXT_FILE, &line->text_file},
        {COMMAND_BACKUP, &line->backup},
        {COMMAND_TODAY, &line->today},
        {COMMAND_ROLE, &line->role},
        {COMMAND_ROOT_PASSPHRASE, &line->root_passphrase_file},
        {COMMAND_NEW_PASSPHRASE, &line->new_passphrase_file},
        {COMMAND_OFFICER_NAME, &line->officer_name},
        {OPTION_OFFICER, &line->officer},
        {OPTION_PASSPHRASE, &line->passphrase_file},
    };
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        if (places[i].option == option)
            return places[i].where;
    return NULL;
}

/* Returns an exit status, or -1 to continue. */
static int take_option(struct command_line *line, int option)
{
    const char **place = place_of(line, option);
    if (place != NULL)
        *place = optarg;
    if (option < OPTION_HELP)
        line->given |= (unsigned)option;
    switch (option) {
    case OPTION_LANGUAGE:
        return take_language(optarg);
    case OPTION_HELP:
        print_usage(stdout);
        return fflush(stdout) == 0 ? COMMAND_DONE : COMMAND_FAILED;
    case OPTION_VERSION:
        return puts("sandyq-desk " SANDYQ_VERSION) >= 0 && fflush(stdout) == 0 ? COMMAND_DONE
                                                                               : COMMAND_FAILED;
    default:
        return -1;
    }
}

static const struct option options[] = {
    {"name", required_argument, NULL, COMMAND_NAME},
    {"facility", required_argument, NULL, COMMAND_FACILITY},
    {"type", required_argument, NULL, COMMAND_TYPE},
    {"out", required_argument, NULL, COMMAND_OUT},
    {"json", no_argument, NULL, COMMAND_JSON},
    {"text-file", required_argument, NULL, COMMAND_TEXT_FILE},
    {"backup", required_argument, NULL, COMMAND_BACKUP},
    {"today", required_argument, NULL, COMMAND_TODAY},
    {"question", no_argument, NULL, COMMAND_QUESTION},
    {"role", required_argument, NULL, COMMAND_ROLE},
    {"root", no_argument, NULL, COMMAND_ROOT},
    {"root-passphrase-file", required_argument, NULL, COMMAND_ROOT_PASSPHRASE},
    {"new-passphrase-file", required_argument, NULL, COMMAND_NEW_PASSPHRASE},
    {"officer-name", required_argument, NULL, COMMAND_OFFICER_NAME},
    {"officer", required_argument, NULL, OPTION_OFFICER},
    {"passphrase-file", required_argument, NULL, OPTION_PASSPHRASE},
    {"language", required_argument, NULL, OPTION_LANGUAGE},
    {"help", no_argument, NULL, OPTION_HELP},
    {"version", no_argument, NULL, OPTION_VERSION},
    {NULL, 0, NULL, 0},
};

/* getopt_long names a short option by its letter alone, and leaves a long one behind optind. */
static int option_error(int option, const char *word)
{
    const char letter[] = {'-', (char)optopt, '\0'};
    if (option == ':')
        return usage_error(word, NULL, _("Something must follow this option."));
    if (optopt == COMMAND_JSON || optopt == COMMAND_ROOT || optopt == COMMAND_QUESTION ||
        optopt >= OPTION_HELP)
        return usage_error(word, NULL, _("This option takes no value."));
    return usage_error(optopt != 0 ? letter : word, NULL, _("There is no such option."));
}

int options_parse(struct command_line *line, int argc, char **argv)
{
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        int status = option == ':' || option == '?' ? option_error(option, argv[optind - 1])
                                                    : take_option(line, option);
        if (status >= 0)
            return status;
    }
    line->operands = argv + optind;
    line->operand_count = argc - optind;
    return -1;
}

/* The name of an option among these bits. */
static const char *option_name(unsigned bits)
{
    size_t i = 0;
    while (options[i].name != NULL && ((unsigned)options[i].val & bits) == 0)
        i++;
    return options[i].name;
}

int options_check(const struct command *command, const struct command_line *line)
{
    const unsigned strange = line->given & ~command->takes, missing = command->needs & ~line->given;
    const int count = line->operand_count;
    if (command == command_screen() && count == 0)
        return usage_error("", NULL, _("Name a command, or the folder of an office."));
    if (command == command_screen() && count > 1)
        return usage_error(line->operands[0], NULL, _("There is no such command."));
    if (strange != 0)
        return usage_error(command->name, option_name(strange),
                           _("This option does not belong here."));
    if (count < command->operands_min)
        return usage_error(command->name, NULL, _("Something is missing behind this command."));
    if (missing != 0)
        return usage_error(command->name, option_name(missing), _("This option is missing."));
    if (count > command->operands_max)
        return usage_error(line->operands[command->operands_max], NULL,
                           _("This is one word too many."));
    return -1;
}
