/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A fake speech program and the ear at its other end. */
#include "tests/lib/speech_program.h"
#include "tests/lib/folder.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

static const char prologue[] =
    "#!/usr/bin/perl\n"
    "use Socket;\n"
    "socket(S, AF_UNIX, SOCK_DGRAM, 0) && connect(S, pack_sockaddr_un('%s')) or exit 1;\n"
    "sub report { send(S, $_, 0) for unpack('(a4096)*', $_[0]) }\n"
    "sub hear { local $/; my $all = <STDIN>; $all }\n"
    "%s";

int speech_listen(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0 && strlen(path) < sizeof address.sun_path);
    strcpy(address.sun_path, path);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

void speech_write(const char *path, const char *socket, const char *lines)
{
    char text[4096], new[PATH_MAX];

    assert_true(snprintf(new, sizeof new, "%s.new", path) < (int)sizeof new);
    assert_true(snprintf(text, sizeof text, prologue, socket, lines) < (int)sizeof text);
    folder_write(new, text, strlen(text));
    assert_int_equal(chmod(new, 0700), 0);
    assert_int_equal(rename(new, path), 0);
}
