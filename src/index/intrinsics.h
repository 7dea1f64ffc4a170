// The vector instructions of x86-64; nothing elsewhere.
#pragma once

#if defined(__x86_64__)
// GCC 12 takes what its own AVX-512 intrinsics leave undefined for a mistake (GCC bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#ifndef __clang__
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#pragma GCC diagnostic pop
#endif
