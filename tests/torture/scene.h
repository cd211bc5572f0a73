/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A scene: something that the house does to a folder, and what must be true of the folder however
   it was cut short. */
#ifndef TORTURE_SCENE_H
#define TORTURE_SCENE_H

#include <stdint.h>

#include "tests/torture/marks.h"

struct scene {
    const char *name;

    /* Makes the folder as it is before. Ends the program when it cannot. What it keeps in memory is
       there for run and check, which are called in forks of this process, for other folders. */
    void (*base)(const char *root);

    /* Does it, telling marks. Whatever fails, it must come to an end and tell no mark for it. */
    void (*run)(const char *root);

    /* Begins again as after a start of the machine, and goes on. What is wrong, or NULL. */
    const char *(*check)(const char *root, const struct marks *marks);
};

/* All scenes, closed by one without a name; then those that break a promise on purpose. */
extern const struct scene scene_all[];
extern const struct scene scene_broken[];

/* Counts acknowledged envelopes, answers and boards that a check has found, or not found. */
void scene_found(uint64_t n);
const char *scene_lost(const char *what);

#endif
