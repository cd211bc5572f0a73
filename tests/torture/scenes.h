/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bodies of all scenes; scene.c lists them. */
#ifndef TORTURE_SCENES_H
#define TORTURE_SCENES_H

#include "tests/torture/marks.h"

/* Filing, two starts of a keeper. */
void scenes_filed_base(const char *root);
void scenes_filing_run(const char *root);
const char *scenes_filing_check(const char *root, const struct marks *marks);

/* Visits, with what lies in DIR/pending, two starts of a keeper. */
void scenes_visit_run(const char *root);
/* The first start after a visit that the power cut off behind its receipt. */
void scenes_return_base(const char *root);
void scenes_return_run(const char *root);
const char *scenes_visit_check(const char *root, const struct marks *marks);

/* A kiosk makes its key and request. */
void scenes_enrol_base(const char *root);
void scenes_enrol_run(const char *root);
const char *scenes_enrol_check(const char *root, const struct marks *marks);

/* Cards, charters and boards are installed one after the other. */
void scenes_install_base(const char *root);
void scenes_install_run(const char *root);
const char *scenes_install_check(const char *root, const struct marks *marks);

/* A whole exchange, alone and beside a keeper that files. */
void scenes_exchange_base(const char *root);
void scenes_exchange_run(const char *root);
void scenes_sharing_run(const char *root);
const char *scenes_exchange_check(const char *root, const struct marks *marks);

/* An exchange with a medium that has another office's card on it. */
void scenes_stranger_base(const char *root);
void scenes_stranger_run(const char *root);
const char *scenes_stranger_check(const char *root, const struct marks *marks);

/* An office is made. */
void scenes_init_base(const char *root);
void scenes_init_run(const char *root);
const char *scenes_init_check(const char *root, const struct marks *marks);

/* The office signs cards. */
void scenes_card_base(const char *root);
void scenes_card_run(const char *root);
const char *scenes_card_check(const char *root, const struct marks *marks);

/* Bundles are imported: two of them, and one in several transactions. */
void scenes_import_base(const char *root);
void scenes_import_run(const char *root);
void scenes_chunks_run(const char *root);
const char *scenes_import_check(const char *root, const struct marks *marks);

/* Answers, states, notes and boards. */
void scenes_answer_base(const char *root);
void scenes_answer_run(const char *root);
const char *scenes_answer_check(const char *root, const struct marks *marks);

/* A damaged journal is put back from a backup, and publishing goes on. */
void scenes_restore_base(const char *root);
void scenes_restore_run(const char *root);
const char *scenes_restore_check(const char *root, const struct marks *marks);

/* An officer joins, is named, acts and is removed. */
void scenes_officers_base(const char *root);
void scenes_officers_run(const char *root);
const char *scenes_officers_check(const char *root, const struct marks *marks);

/* An officer's passphrase is changed. */
void scenes_passphrase_base(const char *root);
void scenes_passphrase_run(const char *root);
const char *scenes_passphrase_check(const char *root, const struct marks *marks);

/* Two officers at two desks, in turn and at one case. */
void scenes_desks_base(const char *root);
void scenes_desks_run(const char *root);
const char *scenes_desks_check(const char *root, const struct marks *marks);

/* What must fail. */
void scenes_broken_base(const char *root);
void scenes_hollow_run(const char *root);
void scenes_nameless_run(const char *root);
void scenes_careless_run(const char *root);
const char *scenes_broken_check(const char *root, const struct marks *marks);

#endif
