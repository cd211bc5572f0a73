/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The list of scenes. */
#include "tests/torture/scene.h"

#include <stddef.h>

#include "tests/torture/scenes.h"

const struct scene scene_all[] = {
    {"enrol", scenes_enrol_base, scenes_enrol_run, scenes_enrol_check},
    {"install", scenes_install_base, scenes_install_run, scenes_install_check},
    {"filing", scenes_filed_base, scenes_filing_run, scenes_filing_check},
    {"visit", scenes_filed_base, scenes_visit_run, scenes_visit_check},
    {"return", scenes_return_base, scenes_return_run, scenes_visit_check},
    {"exchange", scenes_exchange_base, scenes_exchange_run, scenes_exchange_check},
    {"sharing", scenes_exchange_base, scenes_sharing_run, scenes_exchange_check},
    {"stranger", scenes_stranger_base, scenes_stranger_run, scenes_stranger_check},
    {"init", scenes_init_base, scenes_init_run, scenes_init_check},
    {"card", scenes_card_base, scenes_card_run, scenes_card_check},
    {"import", scenes_import_base, scenes_import_run, scenes_import_check},
    {"chunks", scenes_import_base, scenes_chunks_run, scenes_import_check},
    {"answer", scenes_answer_base, scenes_answer_run, scenes_answer_check},
    {"restore", scenes_restore_base, scenes_restore_run, scenes_restore_check},
    {"officers", scenes_officers_base, scenes_officers_run, scenes_officers_check},
    {"passphrase", scenes_passphrase_base, scenes_passphrase_run, scenes_passphrase_check},
    {"desks", scenes_desks_base, scenes_desks_run, scenes_desks_check},
    {NULL, NULL, NULL, NULL},
};

const struct scene scene_broken[] = {
    {"hollow", scenes_broken_base, scenes_hollow_run, scenes_broken_check},
    {"nameless", scenes_broken_base, scenes_nameless_run, scenes_broken_check},
    {"careless", scenes_broken_base, scenes_careless_run, scenes_broken_check},
    {NULL, NULL, NULL, NULL},
};
