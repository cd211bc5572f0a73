/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a complaint is about: a group, a category in it, and a way past both. */
#include "kiosk/topic.h"

#include <string.h>

#include "base/lang.h"
#include "complaint/taxonomy.h"

/* What 0 stands for: something else. */
static const char topic_other[] = "H1";

/* Returns the group's letter, or an enum stage_key up to STAGE_ZERO. */
static int topic_group(struct stage *stage, const char *category)
{
    const struct taxonomy_category *kept = taxonomy_category(category);
    const struct taxonomy_group *groups[TAXONOMY_CHOICES_MAX];
    const char *texts[TAXONOMY_CHOICES_MAX];
    struct stage_sheet sheet = {
        .title = N_("Write to the Commissioner: what is it about?"),
        .text = N_("Choose what fits best."),
        .choices = texts,
        .count = taxonomy_groups_for(stage->reader, stage->place->card.type, groups),
        .zero = N_("Skip: something else, or I do not know"),
        .keys = N_("Press a digit   0: skip   Esc: back   F1: help"),
        .skip = true,
        .kept = kept != NULL ? taxonomy_text(&kept->words, stage->reader) : NULL,
        .guide = GUIDE_TOPIC,
    };
    int key;

    for (size_t i = 0; i < sheet.count; i++)
        texts[i] = taxonomy_text(&groups[i]->words, stage->reader);
    key = stage_choose(stage, &sheet);
    return key > STAGE_ZERO ? groups[key - 1]->letter : key;
}

static int topic_in_group(struct stage *stage, char group, char category[3])
{
    const struct taxonomy_category *rows[TAXONOMY_CHOICES_MAX];
    const char *texts[TAXONOMY_CHOICES_MAX];
    struct stage_sheet sheet = {
        .title = N_("Write to the Commissioner: what is it about?"),
        .text = N_("Which of these?"),
        .choices = texts,
        .count = taxonomy_categories_for(group, stage->reader, stage->place->card.type, rows),
        .zero = N_("Skip: something else, or I do not know"),
        .keys = N_("Press a digit   0: skip   Esc: back   F1: help"),
        .skip = true,
        .guide = GUIDE_TOPIC,
    };
    int key;

    for (size_t i = 0; i < sheet.count; i++)
        texts[i] = taxonomy_text(&rows[i]->words, stage->reader);
    key = stage_choose(stage, &sheet);
    if (key < STAGE_ZERO)
        return key;
    memcpy(category, key == STAGE_ZERO ? topic_other : rows[key - 1]->code, 3);
    return STAGE_NEXT;
}

int topic_choose(struct stage *stage, char category[3], bool *minor)
{
    int key = STAGE_BACK;

    while (key == STAGE_BACK) {
        int group = topic_group(stage, category);

        if (group < STAGE_ZERO)
            return group;
        if (group == STAGE_ZERO) {
            memcpy(category, topic_other, sizeof topic_other);
            return STAGE_NEXT;
        }
        if (group == TAXONOMY_MINORS) {
            stage->reader = TAXONOMY_MINOR;
            *minor = true;
        } else {
            key = topic_in_group(stage, (char)group, category);
        }
    }
    return key;
}
