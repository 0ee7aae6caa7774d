// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#ifndef CAFFINITY_H
#define CAFFINITY_H

/// How many CPUs this process was started with; 0 where the system has no such notion.
int affinity_cpu_count(void);

/// Binds the calling thread, and what it starts from now on, to the CPU at this place among those that the process was
/// started with; a negative place frees it again. Returns 0, or -1 if that is not possible.
int affinity_use_cpu(int place);

#endif
