// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#include <zlib.h>

// `deflateInit2` is a macro, which Swift does not see: gzip's own header and trailer (windowBits 15 + 16).
static inline int sluice_gzip_begin(z_stream *stream, int level) {
    return deflateInit2(stream, level, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY);
}

static inline int sluice_gunzip_begin(z_stream *stream) { return inflateInit2(stream, 15 + 16); }
