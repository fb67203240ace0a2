/* SPDX-License-Identifier: MIT */
/* crash_cxx.h: names what a C++ exception has thrown; false if the record is none or cannot be read. */
#ifndef TRANSOM_CRASH_CXX_H
#define TRANSOM_CRASH_CXX_H

#include "nt.h"

bool crash_describe_cxx(const EXCEPTION_RECORD *record, char *text, size_t size);

#endif
