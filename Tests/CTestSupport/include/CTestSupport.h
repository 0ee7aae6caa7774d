// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#ifndef CTESTSUPPORT_H
#define CTESTSUPPORT_H

#include <sys/types.h>

/// Starts a program in a new session with the three descriptors as its standard streams, all other descriptors closed,
/// every signal unblocked and set to its default. `directory` may be NULL. Returns 0 and the process, or an error number.
int ctestsupport_spawn(
    pid_t *process,
    const char *program,
    char *const arguments[],
    char *const environment[],
    const char *directory,
    const int descriptors[3]
);

#endif
