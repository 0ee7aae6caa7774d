// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// Swift does not see what glibc shows to those only who ask for GNU's extensions.
#define _GNU_SOURCE
#include "CAffinity.h"

#ifdef __linux__
#include <sched.h>

static cpu_set_t started_with;
static int is_known = 0;

static int know(void) {
    if (!is_known && sched_getaffinity(0, sizeof started_with, &started_with) == 0) is_known = 1;
    return is_known;
}

int affinity_cpu_count(void) { return know() ? CPU_COUNT(&started_with) : 0; }

int affinity_use_cpu(int place) {
    if (!know()) return -1;
    if (place < 0) return sched_setaffinity(0, sizeof started_with, &started_with);
    for (int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
        if (!CPU_ISSET(cpu, &started_with) || place-- > 0) continue;
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(cpu, &one);
        return sched_setaffinity(0, sizeof one, &one);
    }
    return -1;
}
#else
int affinity_cpu_count(void) { return 0; }
int affinity_use_cpu(int place) { return place < 0 ? 0 : -1; }
#endif
