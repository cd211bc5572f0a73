/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Fuzzes what a person types as a receipt code. What is taken must survive being written and
   read, and be one that gives keys. */
#include <stdlib.h>
#include <string.h>

#include "crypto/code.h"
#include "tests/fuzz/fuzz.h"

static void derive(const char code[CODE_LEN], const char *pin, unsigned fault)
{
    static const uint8_t office[CODE_OFFICE_LEN] = {1};
    static const struct code_keys none;
    struct code_keys keys, again;

    fuzz_fail_at(0);
    must(code_derive(code, pin, office, NULL, &keys) == ERROR_NONE);
    fuzz_fail_at(fault);
    const enum error error = code_derive(code, pin, office, NULL, &again);
    fuzz_fail_at(0);
    must(error == ERROR_NONE || (error == ERROR_MEMORY && fault > 0));
    must(memcmp(&again, error == ERROR_NONE ? &keys : &none, sizeof again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char code[CODE_LEN], grouped[CODE_GROUPED_LEN], again[CODE_LEN];

    fuzz_start();
    if (code_parse((const char *)data, size, code) != ERROR_NONE) {
        for (size_t i = 0; i < sizeof code; i++)
            must(code[i] == '\0');
        return 0;
    }
    code_group(code, grouped);
    must(code_parse(grouped, strlen(grouped), again) == ERROR_NONE && strcmp(code, again) == 0);
    derive(code, size % 2 ? "2468" : "", fuzz_fault_of(data, size));
    code_new(again);
    must(code_parse(again, CODE_DIGITS, code) == ERROR_NONE);
    return 0;
}
