// SPDX-License-Identifier: MIT OR Apache-2.0
//
// For build systems that insist on compiling a mongoose.c. The functions are in libmongoose: link with
// -lmongoose. May also be called mongoose.cpp, or be included by a program.
#include "mongoose.h"
