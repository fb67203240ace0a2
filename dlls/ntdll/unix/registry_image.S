/* SPDX-License-Identifier: MIT */
/* registry_image.S: the base registry, as tools/mkregistry makes it. */
    .section .rodata
    .globl  registry_image_data
    .hidden registry_image_data
    .balign 8
registry_image_data:
    .incbin "gen/registry.bin"
    .section .note.GNU-stack,"",@progbits
