/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a complaint is about: eight groups, a few categories in each, and a way past both. */
#include "kiosk/topic.h"

#include <string.h>

#include "complaint/taxonomy.h"
#include "tui/lang.h"

/* What 0 stands for: something else. */
static const char topic_other[] = "H1";

enum { TOPIC_CHOICES_MAX = 9 };

static int topic_group(struct stage *stage)
{
    const char *texts[TOPIC_CHOICES_MAX];
    size_t n = 0;
    const struct taxonomy_group *groups = taxonomy_groups(&n);
    struct stage_sheet sheet = {
        .title = N_("Write to the Commissioner: what is it about?"),
        .text = N_("Choose what fits best. You can change it later."),
        .choices = texts,
        .zero = N_("Something else, or I do not know"),
        .keys = N_("Press a digit   Esc: back   F1: help"),
        .guide = GUIDE_TOPIC,
    };

    while (sheet.count < n && sheet.count < TOPIC_CHOICES_MAX) {
        texts[sheet.count] = groups[sheet.count].text;
        sheet.count++;
    }
    return stage_choose(stage, &sheet);
}

static int topic_in_group(struct stage *stage, const struct taxonomy_group *group, char category[3])
{
    const char *texts[TOPIC_CHOICES_MAX];
    const char *codes[TOPIC_CHOICES_MAX];
    size_t n = 0;
    const struct taxonomy_category *rows = taxonomy_categories(&n);
    struct stage_sheet sheet = {
        .title = group->text,
        .text = N_("Which of these?"),
        .choices = texts,
        .zero = N_("Something else, or I do not know"),
        .keys = N_("Press a digit   Esc: back   F1: help"),
        .guide = GUIDE_TOPIC,
    };
    int key = 0;

    for (size_t i = 0; i < n && sheet.count < TOPIC_CHOICES_MAX; i++) {
        if (rows[i].code[0] != group->letter)
            continue;
        codes[sheet.count] = rows[i].code;
        texts[sheet.count++] = rows[i].text;
    }
    key = stage_choose(stage, &sheet);
    if (key < 0)
        return key;
    memcpy(category, key == STAGE_ZERO ? topic_other : codes[key - 1], 3);
    return STAGE_NEXT;
}

int topic_choose(struct stage *stage, char category[3])
{
    size_t n = 0;
    const struct taxonomy_group *groups = taxonomy_groups(&n);
    int key = STAGE_BACK;

    while (key == STAGE_BACK) {
        key = topic_group(stage);
        if (key < STAGE_ZERO)
            return key;
        if (key == STAGE_ZERO) {
            memcpy(category, topic_other, sizeof topic_other);
            return STAGE_NEXT;
        }
        key = topic_in_group(stage, &groups[key - 1], category);
    }
    return key;
}
