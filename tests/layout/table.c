/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Writes the keyboard tables of tui/layout_table.c from the installed xkeyboard-config. With the word "keys" it
   lists instead what X says for every key, with and without Shift and Caps Lock, for the tests. Keys go by
   their names, so that the key pad and the 102nd key, which have US characters too, stay out. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xkbcommon/xkbcommon.h>

enum { ROWS = 4, KEYS = 13, SHIFT = 1, CAPS = 2 };

static const char names[ROWS][KEYS][5] = {
    {"TLDE", "AE01", "AE02", "AE03", "AE04", "AE05", "AE06", "AE07", "AE08", "AE09", "AE10", "AE11",
     "AE12"},
    {"AD01", "AD02", "AD03", "AD04", "AD05", "AD06", "AD07", "AD08", "AD09", "AD10", "AD11", "AD12",
     "BKSL"},
    {"AC01", "AC02", "AC03", "AC04", "AC05", "AC06", "AC07", "AC08", "AC09", "AC10", "AC11"},
    {"AB01", "AB02", "AB03", "AB04", "AB05", "AB06", "AB07", "AB08", "AB09", "AB10"},
};

/* kz has ё on the third level only; its variant ext has it where Russian has it, left of the digits. */
static const struct source {
    const char *name;
    const char *layout;
    const char *tlde; /* the variant that the key left of the digits is taken from */
} sources[] = {{"KK", "kz", "ext"}, {"RU", "ru", ""}, {"EN", "us", ""}};

enum { SOURCES = sizeof sources / sizeof *sources };

static uint32_t with(struct xkb_keymap *map, const char *name, int modifiers)
{
    const xkb_keycode_t code = xkb_keymap_key_by_name(map, name);
    const xkb_mod_mask_t shift = 1u << xkb_keymap_mod_get_index(map, XKB_MOD_NAME_SHIFT);
    const xkb_mod_mask_t caps = 1u << xkb_keymap_mod_get_index(map, XKB_MOD_NAME_CAPS);
    struct xkb_state *state = xkb_state_new(map);
    uint32_t ch = 0;

    if (state && code != XKB_KEYCODE_INVALID) {
        xkb_state_update_mask(state, modifiers & SHIFT ? shift : 0, 0, modifiers & CAPS ? caps : 0,
                              0, 0, 0);
        ch = xkb_state_key_get_utf32(state, code);
    }
    xkb_state_unref(state);
    if (ch < ' ') {
        fprintf(stderr, "key %s has no character\n", name);
        exit(1);
    }
    return ch;
}

static struct xkb_keymap *keymap(struct xkb_context *context, const char *layout,
                                 const char *variant)
{
    const struct xkb_rule_names rules = {"evdev", "pc105", layout, variant, ""};
    struct xkb_keymap *map = xkb_keymap_new_from_names(context, &rules, 0);

    if (!map) {
        fprintf(stderr, "no layout %s(%s)\n", layout, variant);
        exit(1);
    }
    return map;
}

/* What a key of a layout gives. */
static uint32_t character(struct xkb_keymap *maps[2], const char *name, int modifiers)
{
    return with(maps[strcmp(name, "TLDE") == 0], name, modifiers);
}

static void put(uint32_t ch)
{
    char utf8[8] = "";

    xkb_keysym_to_utf8(xkb_utf32_to_keysym(ch), utf8, sizeof utf8);
    printf("%s%s", ch == '"' || ch == '\\' ? "\\" : "", utf8);
}

static void table(const struct source *source, struct xkb_keymap *maps[2])
{
    printf("    [LAYOUT_%s] = {\n", source->name);
    for (int shift = 0; shift <= SHIFT; shift++) {
        printf("        {\n");
        for (int row = 0; row < ROWS; row++) {
            printf("            U\"");
            for (int key = 0; key < KEYS && names[row][key][0]; key++)
                put(character(maps, names[row][key], shift));
            printf("\",\n");
        }
        printf("        },\n");
    }
    printf("    },\n");
}

/* A line for each key: layout, Caps Lock, what a US keyboard sends, what the key means. */
static void keys(const struct source *source, struct xkb_keymap *maps[2], struct xkb_keymap *us)
{
    for (int modifiers = 0; modifiers <= (SHIFT | CAPS); modifiers++)
        for (int i = 0; i < ROWS * KEYS; i++) {
            const char *name = names[i / KEYS][i % KEYS];
            if (name[0])
                printf("%s %d %x %x\n", source->name, (modifiers & CAPS) != 0,
                       with(us, name, modifiers), character(maps, name, modifiers));
        }
}

int main(int argc, char **argv)
{
    const bool list = argc == 2 && strcmp(argv[1], "keys") == 0;
    struct xkb_context *context = xkb_context_new(XKB_CONTEXT_NO_ENVIRONMENT_NAMES);
    struct xkb_keymap *us = context ? keymap(context, "us", "") : NULL;

    if (!us || (argc > 1 && !list))
        return 2;
    if (!list)
        printf("/* SPDX-License-Identifier: GPL-3.0-or-later */\n"
               "/* Keyboards by their rows, written by `make layouts` from xkeyboard-config: not "
               "to be "
               "edited. */\n"
               "#include \"tui/layout_table.h\"\n\n"
               "/* clang-format off */\n"
               "const uint32_t layout_keys[LAYOUT_COUNT][2][LAYOUT_ROWS][LAYOUT_KEYS + 1] = {\n");
    for (int i = 0; i < SOURCES; i++) {
        struct xkb_keymap *maps[2] = {keymap(context, sources[i].layout, ""),
                                      keymap(context, sources[i].layout, sources[i].tlde)};
        if (list)
            keys(&sources[i], maps, us);
        else
            table(&sources[i], maps);
        xkb_keymap_unref(maps[0]);
        xkb_keymap_unref(maps[1]);
    }
    if (!list)
        printf("};\n");
    xkb_keymap_unref(us);
    xkb_context_unref(context);
    return 0;
}
