/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two screens: a group of categories, then a category in it. 0 skips both. */
#include "session/category.h"

#include <string.h>

#include "base/lang.h"
#include "complaint/taxonomy.h"
#include "session/dialog.h"

/* What skipping means: something else. */
static const char other[] = "H1";

/* Asks for a group; `category` is the one chosen before, or "". Returns the group's letter, or an
   enum ui_key up to UI_ZERO. */
static int choose_group(struct ui *ui, const char *category)
{
    const struct taxonomy_category *kept = taxonomy_category(category);
    const struct taxonomy_group *groups[TAXONOMY_CHOICES_MAX];
    const char *texts[TAXONOMY_CHOICES_MAX];
    struct dialog dialog = {
        .title = N_("Write to the Commissioner: what is it about?"),
        .text = N_("Choose what fits best."),
        .choices = texts,
        .count = taxonomy_groups_for(ui->reader, ui->place->card.type, groups),
        .zero = N_("Skip: something else, or I do not know"),
        .keys = N_("Press a digit   0: skip   Esc: back   F1: help"),
        .skip = true,
        .kept = kept != NULL ? taxonomy_text(&kept->words, ui->reader) : NULL,
        .help = HELP_CATEGORY,
    };
    for (size_t i = 0; i < dialog.count; i++)
        texts[i] = taxonomy_text(&groups[i]->words, ui->reader);
    int key = dialog_choose(ui, &dialog);
    return key > UI_ZERO ? groups[key - 1]->letter : key;
}

/* Asks for a category in the group. Returns UI_NEXT, UI_BACK or UI_OVER. */
static int choose_in_group(struct ui *ui, char group, char category[3])
{
    const struct taxonomy_category *rows[TAXONOMY_CHOICES_MAX];
    const char *texts[TAXONOMY_CHOICES_MAX];
    struct dialog dialog = {
        .title = N_("Write to the Commissioner: what is it about?"),
        .text = N_("Which of these?"),
        .choices = texts,
        .count = taxonomy_categories_for(group, ui->reader, ui->place->card.type, rows),
        .zero = N_("Skip: something else, or I do not know"),
        .keys = N_("Press a digit   0: skip   Esc: back   F1: help"),
        .skip = true,
        .help = HELP_CATEGORY,
    };
    for (size_t i = 0; i < dialog.count; i++)
        texts[i] = taxonomy_text(&rows[i]->words, ui->reader);
    int key = dialog_choose(ui, &dialog);
    if (key < UI_ZERO)
        return key;
    memcpy(category, key == UI_ZERO ? other : rows[key - 1]->code, 3);
    return UI_NEXT;
}

int category_choose(struct ui *ui, char category[3], bool *minor)
{
    int key = UI_BACK;
    while (key == UI_BACK) {
        int group = choose_group(ui, category);
        if (group < UI_ZERO)
            return group;
        if (group == UI_ZERO) {
            memcpy(category, other, sizeof other);
            return UI_NEXT;
        }
        if (group == TAXONOMY_MINORS) {
            ui->reader = TAXONOMY_MINOR;
            *minor = true;
        } else {
            key = choose_in_group(ui, (char)group, category);
        }
    }
    return key;
}
