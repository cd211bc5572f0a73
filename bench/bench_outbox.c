/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Appends records to an outbox, or the same bytes to a bare file with fdatasync after each: run as
   `bench_outbox outbox|raw FOLDER COUNT`, prints the seconds it took. The folder must be empty. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "protocol/record.h"
#include "store/outbox.h"

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int append_outbox(const char *path, const uint8_t *record, unsigned long count)
{
    struct outbox *outbox = NULL;
    struct outbox_tip tip = {.day = 20000};
    int rc = outbox_open(path, DB_CREATE, &outbox);
    double start = now();
    for (tip.seq = 1; rc == ERROR_NONE && tip.seq <= count; tip.seq++)
        rc = outbox_append(outbox, &tip, record, RECORD_LEN);
    if (rc == ERROR_NONE)
        printf("%.6f\n", now() - start);
    outbox_close(&outbox);
    return rc;
}

static int append_raw(const char *path, const uint8_t *record, unsigned long count)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0600);
    int rc = fd < 0;
    double start = now();
    for (unsigned long i = 0; rc == 0 && i < count; i++)
        rc = write(fd, record, RECORD_LEN) != RECORD_LEN || fdatasync(fd) != 0;
    if (rc == 0)
        printf("%.6f\n", now() - start);
    close(fd);
    return rc;
}

int main(int argc, char **argv)
{
    static uint8_t record[RECORD_LEN];
    char path[4096];
    if (argc != 4)
        return 2;
    memset(record, 0xa5, sizeof record);
    snprintf(path, sizeof path, "%s/%s", argv[2], argv[1]);
    unsigned long count = strtoul(argv[3], NULL, 10);
    int failed = strcmp(argv[1], "raw") == 0 ? append_raw(path, record, count)
                                             : append_outbox(path, record, count);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
