/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The real kiosk with a printer, a voice and an answer on its board; the places in a session
   where a secret is typed or shown; and the ways in which a session ends. */
#ifndef TESTS_LEAK_SCENE_H
#define TESTS_LEAK_SCENE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "crypto/code.h"
#include "tests/leak/probe.h"
#include "tests/lib/kiosk_process.h"

enum { SCENE_WORDS = 48 };

struct scene {
    struct kiosk_process kiosk;
    struct needle *needle;
    struct probe probe;
    char *cwd;   /* where a core would be written */
    char *tools; /* the printer, the speech program, what it was given */
    int paper;
    int voice;
    bool quick_idle;        /* sessions end after ten seconds, not three minutes */
    char text[SCENE_WORDS]; /* canaries, different ones each time */
    char name[SCENE_WORDS];
    char follow[SCENE_WORDS];
    char answer[SCENE_WORDS];
    char count[5];
    char pin[CODE_PIN_MAX + 1];
    char code[CODE_LEN];  /* of the answer on the board */
    char given[CODE_LEN]; /* of the receipt of this session, once it was seen */
    struct code_keys keys;
};

/* A place in a session. */
struct scene_place {
    const char *name;
    void (*go)(struct scene *); /* from the language screen */
    const char *shown;          /* the canary that the screen shows then; NULL: none */
    const char *typed;          /* the canary that Backspace takes away, or NULL */
    bool discards;              /* leaving asks whether to throw away what was written */
    bool sealed;                /* nothing of what was typed is needed any more */
    const char
        *back; /* the canary that the screen shows again when that was thrown away; or NULL */
};

/* Those that are called by name. */
enum { SCENE_NAME = 2, SCENE_NUMBER = 7, SCENE_CODE_PIN = 12 };
extern const struct scene_place scene_places[];
extern const size_t scene_place_count;

/* An ending, from any place. */
struct scene_ending {
    const char *name;
    void (*end)(struct scene *);
    bool serves;   /* the kiosk goes on, with the next session */
    bool terminal; /* the terminal goes on */
    bool waits;    /* for a limit that is to be short */
};

enum { SCENE_LEAVE = 0, SCENE_CRASH = 1, SCENE_TERMINATE = 5 };
extern const struct scene_ending scene_endings[];
extern const size_t scene_ending_count;

/* Makes office, kiosk, answer, helpers; does not start the kiosk. Fails the running test when it
   cannot. */
void scene_make(struct scene *scene);
void scene_free(struct scene *scene);

/* Starts the kiosk, with canaries of its own. */
void scene_start(struct scene *scene);

/* Looks at all processes, the kiosk's folder and the one where a core would be. The hits are
   those of this look alone. */
void scene_look(struct scene *scene);

/* Looks also at the terminal: what it would give the next program, and what stands on its
   screen. */
void scene_look_at_terminal(struct scene *scene);

/* Types keys after a pause, and settles. */
void scene_press(struct scene *scene, const char *keys);

/* The process of the session that is on the terminal. */
pid_t scene_session(struct scene *scene);

/* Adds a number, in all the forms that it could have, or a slip's picture of it to what is
   looked for. */
void scene_add_code(struct scene *scene, const char *name, const char code[CODE_LEN]);
void scene_add_slip(struct scene *scene, const char *name, const char code[CODE_LEN]);

/* Takes all that a pipe or socket holds, and forgets it. */
void scene_drain(int fd);

/* Goes where it is asked whether to throw away what was written, and throws it away. */
void scene_discard(struct scene *scene);

/* From any screen to the next language screen, as a person does it. What is asked on the way is
   thrown away. */
void scene_leave(struct scene *scene);

#endif
