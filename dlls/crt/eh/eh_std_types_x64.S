/* SPDX-License-Identifier: MIT */
/*
 * eh_std_types_x64.S: what a C++ compiler would make of std::exception and the classes that this runtime throws: type
 * descriptors, virtual function tables, class hierarchies and throw information. All have the same layout.
 */
#ifdef __x86_64__

/* msvcrt.dll is older than the namespace. */
#ifdef CRT_MSVCRT
#define SCOPE "@@"
#else
#define SCOPE "@std@@"
#endif

.macro class_type symbol, name
    .section .data
    .balign 16
eh_type_\symbol:
    .quad eh_type_info_table
    .quad 0
    .ascii ".?AV\name"
    .asciz SCOPE
    .section .rdata, "dr"
    .balign 8
    .quad eh_locator_\symbol
    .globl eh_table_\symbol
eh_table_\symbol:
    .quad eh_exception_delete
    .quad eh_exception_what
eh_locator_\symbol:
    .long 1, 0, 0
    .rva eh_type_\symbol
    .rva eh_hierarchy_\symbol
    .rva eh_locator_\symbol
eh_catchable_\symbol:
    .long 0
    .rva eh_type_\symbol
    .long 0, -1, 0, 24
    .rva eh_exception_copy
.endm

.macro class_base symbol, contained
eh_base_\symbol:
    .rva eh_type_\symbol
    .long \contained, 0, -1, 0, 0x40
    .rva eh_hierarchy_\symbol
.endm

    .globl eh_throw_info_exception
    .globl eh_throw_info_bad_cast
    .globl eh_throw_info_bad_typeid
    .globl eh_throw_info_non_rtti_object
    .globl eh_throw_info_bad_exception

    .section .rdata, "dr"
    .balign 8
    .quad 0
    .globl eh_type_info_table
eh_type_info_table:
    .quad eh_type_info_delete

    class_type exception, "exception"
    class_base exception, 0
eh_bases_exception:
    .rva eh_base_exception
eh_hierarchy_exception:
    .long 0, 0, 1
    .rva eh_bases_exception
eh_catchables_exception:
    .long 1
    .rva eh_catchable_exception
eh_throw_info_exception:
    .long 0
    .rva eh_exception_destroy
    .long 0
    .rva eh_catchables_exception

.macro derived_class symbol, name
    class_type \symbol, "\name"
    class_base \symbol, 1
eh_bases_\symbol:
    .rva eh_base_\symbol, eh_base_exception
eh_hierarchy_\symbol:
    .long 0, 0, 2
    .rva eh_bases_\symbol
eh_catchables_\symbol:
    .long 2
    .rva eh_catchable_\symbol, eh_catchable_exception
eh_throw_info_\symbol:
    .long 0
    .rva eh_exception_destroy
    .long 0
    .rva eh_catchables_\symbol
.endm

    derived_class bad_cast, "bad_cast"
    derived_class bad_typeid, "bad_typeid"
    derived_class bad_exception, "bad_exception"

    class_type non_rtti_object, "__non_rtti_object"
    class_base non_rtti_object, 2
eh_bases_non_rtti_object:
    .rva eh_base_non_rtti_object, eh_base_bad_typeid, eh_base_exception
eh_hierarchy_non_rtti_object:
    .long 0, 0, 3
    .rva eh_bases_non_rtti_object
eh_catchables_non_rtti_object:
    .long 3
    .rva eh_catchable_non_rtti_object, eh_catchable_bad_typeid, eh_catchable_exception
eh_throw_info_non_rtti_object:
    .long 0
    .rva eh_exception_destroy
    .long 0
    .rva eh_catchables_non_rtti_object
#endif
