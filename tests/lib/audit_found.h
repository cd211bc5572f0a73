/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What an audit found, counted by kind. */
#ifndef TESTS_LIB_AUDIT_FOUND_H
#define TESTS_LIB_AUDIT_FOUND_H

#include "office/audit.h"

struct audit_found {
    unsigned kinds[AUDIT_KINDS];
    unsigned faults[HISTORY_FAULTS]; /* of those of AUDIT_HISTORY */
    unsigned all;
    struct audit_finding last;
    struct audit_report report;
};

/* Audits the office of an open desk; its report counts the same. Fails the running test. */
struct audit_found audit_found_in(struct vault *vault);

#endif
