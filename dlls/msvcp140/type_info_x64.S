/* SPDX-License-Identifier: MIT */
/*
 * type_info_x64.S: what the first word of every type descriptor in this module points to. Programs compare names, never this;
 * the name is the compiler's own, so that C++ cannot define it.
 */
#ifdef __x86_64__
    .section .rdata, "dr"
    .balign 8
    .quad 0
    .globl "??_7type_info@@6B@"
"??_7type_info@@6B@":
    .quad 0
#endif
