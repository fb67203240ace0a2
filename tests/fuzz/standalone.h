/* SPDX-License-Identifier: MIT */
/*
 * standalone.h: included at the end of a fuzz target; with -DSTANDALONE, for where there is no libFuzzer, the target is a program that
 * reads the files given as arguments and VARIANTS of each: shortened, or with some bytes at random, half of them near the front.
 */
#ifdef STANDALONE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        static uint8_t original[1 << 20];
        FILE *in = fopen(argv[i], "rb");
        size_t size = in ? fread(original, 1, sizeof(original), in) : 0;
        if (!in || fclose(in))
            return 2;
        srandom((unsigned)i);
        for (int round = 0; round <= VARIANTS; round++) {
            size_t cut = round & 1 && size ? (size_t)random() % size : size;
            uint8_t *copy = malloc(cut + 1); /* an allocation of its own, so that AddressSanitizer sees its end */
            if (!copy)
                return 2;
            memcpy(copy, original, cut);
            for (int n = 0; round && cut && n < 1 + round % 8; n++)
                copy[(size_t)random() % (random() & 1 && cut > 0x200 ? 0x200 : cut)] = (uint8_t)random();
            LLVMFuzzerTestOneInput(copy, cut);
            free(copy);
        }
    }
    return 0;
}
#endif
