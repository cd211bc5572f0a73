/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Commands that look for what does not fit in the office: the audit of its history, and the check
   of its database. */
#include "desk/command_audit.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/grow.h"
#include "base/lang.h"
#include "desk/print_audit.h"
#include "desk/print_json.h"
#include "office/audit.h"

/* What was found so far; printed at once, or kept for JSON. */
struct gathering {
    bool keep;
    struct audit_finding *all;
    size_t n;
    size_t room;
};

static enum error gather(void *context, const struct audit_finding *finding)
{
    struct gathering *gathering = context;
    if (!gathering->keep) {
        print_audit_finding(stdout, finding);
        return ERROR_NONE;
    }
    enum error error = GROW(gathering->all, gathering->n, 1, gathering->room);
    if (error == ERROR_NONE)
        gathering->all[gathering->n++] = *finding;
    return error;
}

typedef enum error look_fn(struct vault *vault, audit_fn *each, void *context,
                           struct audit_report *report);

/* The faults that opening met are among the findings: they are not said twice. */
static int look(const struct command_line *line, look_fn *look_at)
{
    struct gathering gathering = {.keep = (line->given & COMMAND_JSON) != 0};
    struct audit_report report = {.txns = 0};
    struct vault *vault = NULL;
    int status = command_open(line, &vault);
    if (status != COMMAND_DONE)
        return status;
    enum error error = look_at(vault, gather, &gathering, &report);
    if (error == ERROR_NONE && gathering.keep)
        error =
            print_json_audit(stdout, gathering.all, gathering.n, &report, command_training(vault));
    else if (error == ERROR_NONE)
        print_audit_report(stdout, &report);
    free(gathering.all);
    vault_close(&vault);
    status = command_fail(line->operands[0], error);
    return report.findings > 0 ? COMMAND_FAILED : status;
}

int command_audit(const struct command_line *line)
{
    return look(line, audit_run);
}

int command_verify(const struct command_line *line)
{
    return look(line, audit_verify);
}
