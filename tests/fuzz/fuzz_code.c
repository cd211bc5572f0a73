/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes what a person types as a receipt code. What is taken must survive being written and read.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/code.h"
#include "crypto/secret.h"

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    if (secret_start() != SECRET_OK)
        exit(1);
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char code[CODE_LEN], grouped[CODE_GROUPED_LEN], again[CODE_LEN];
    if (code_parse((const char *)data, size, code) != CODE_OK) {
        if (code[0] != '\0')
            abort();
        return 0;
    }
    code_group(code, grouped);
    if (code_parse(grouped, strlen(grouped), again) != CODE_OK || strcmp(code, again) != 0)
        abort();
    return 0;
}
