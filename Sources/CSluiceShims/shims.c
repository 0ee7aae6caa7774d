// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#include "CSluiceShims.h"

#if defined(__linux__)

#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/random.h>

// The only symbol for which a static Swift runtime built on Debian 12 would need glibc 2.35, while Amazon Linux 2023
// has 2.34. It must not call hypot, which has versions of its own. The squares of two floats and their sum are exact
// enough in double, and can neither overflow nor vanish there.
float hypotf(float x, float y) {
    if (__builtin_isinf(x) || __builtin_isinf(y)) {
        return __builtin_inff();
    }
    double a = x;
    double b = y;
    return (float)__builtin_sqrt(a * a + b * b);
}

// The same for Debian 12's libstdc++.a, whose random_device asks for the arc4random of glibc 2.36: as there, random bytes
// of the kernel, or the end of the process.
uint32_t arc4random(void) {
    uint32_t value;
    ssize_t count;
    do {
        count = getrandom(&value, sizeof value, 0);
    } while (count < 0 && errno == EINTR);
    if (count != sizeof value) {
        abort();
    }
    return value;
}

#endif
