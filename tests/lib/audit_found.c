/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit found, counted by kind. */
#include "tests/lib/audit_found.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/error.h"

static enum error find(void *context, const struct audit_finding *finding)
{
    struct audit_found *found = context;
    found->kinds[finding->kind]++;
    if (finding->kind == AUDIT_HISTORY)
        found->faults[finding->fault]++;
    found->all++;
    found->last = *finding;
    return ERROR_NONE;
}

struct audit_found audit_found_in(struct vault *vault)
{
    struct audit_found found = {.all = 0};
    assert_int_equal(audit_run(vault, find, &found, &found.report), ERROR_NONE);
    assert_int_equal(found.report.findings, found.all);
    return found;
}
