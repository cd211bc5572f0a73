/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Three ways of keeping a file that every programmer has tried once, and a claim that it is kept.
   The engine must refute each. */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/torture/house.h"
#include "tests/torture/scene.h"
#include "tests/torture/scenes.h"

enum { TEXT_LEN = 6000 };

void scenes_broken_base(const char *root)
{
    int fd = open(house_path(root, "kept"), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    house_must(fd >= 0 && close(fd) == 0, "a file");
}

static int begin(const char *root, const char *name)
{
    return open(house_path(root, name), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
}

static bool fill(int fd)
{
    static uint8_t text[TEXT_LEN];
    memset(text, 'a', sizeof text);
    return write(fd, text, sizeof text) == TEXT_LEN;
}

static bool sync_root(const char *root)
{
    int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool synced = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return synced;
}

static void claim(bool kept)
{
    if (kept)
        marks_done(HOUSE_STORED, 1, NULL);
}

/* The name is synced, the data is not. */
void scenes_hollow_run(const char *root)
{
    int fd = begin(root, "new");
    bool kept = fd >= 0 && fill(fd);
    if (fd >= 0)
        close(fd);
    claim(kept && rename(house_path(root, "new"), house_path(root, "kept")) == 0 &&
          sync_root(root));
}

/* The data is synced, the name is not. */
void scenes_nameless_run(const char *root)
{
    int fd = begin(root, "new");
    bool kept = fd >= 0 && fill(fd) && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    claim(kept && rename(house_path(root, "new"), house_path(root, "kept")) == 0);
}

/* All is synced, but nobody looked whether it could be written. */
void scenes_careless_run(const char *root)
{
    int fd = begin(root, "new");
    if (fd < 0)
        return;
    (void)fill(fd);
    bool kept = fsync(fd) == 0;
    close(fd);
    claim(kept && rename(house_path(root, "new"), house_path(root, "kept")) == 0 &&
          sync_root(root));
}

const char *scenes_broken_check(const char *root, const struct marks *marks)
{
    uint8_t text[TEXT_LEN + 1];
    int fd = open(house_path(root, "kept"), O_RDONLY | O_CLOEXEC);
    ssize_t len = fd >= 0 ? read(fd, text, sizeof text) : 0;
    bool whole = len == TEXT_LEN;
    for (ssize_t i = 0; i < len; i++)
        whole = whole && text[i] == 'a';
    if (fd >= 0)
        close(fd);
    return marks->n == 0 || whole ? NULL : scene_lost("the file is lost");
}
