// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

// In C, since Swift sees no declaration that glibc hides behind _GNU_SOURCE: the session, the directory and the closing.
#define _GNU_SOURCE
#include "CTestSupport.h"

#include <signal.h>
#include <spawn.h>

int ctestsupport_spawn(
    pid_t *process,
    const char *program,
    char *const arguments[],
    char *const environment[],
    const char *directory,
    const int descriptors[3]
) {
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t all, none;
    short flags = POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK;
    int status = posix_spawn_file_actions_init(&actions);
    if (status != 0) return status;
    status = posix_spawnattr_init(&attributes);
    if (status != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return status;
    }

    sigfillset(&all);
    sigemptyset(&none);
    for (int number = 0; status == 0 && number < 3; number++) {
        status = posix_spawn_file_actions_adddup2(&actions, descriptors[number], number);
    }
    if (status == 0 && directory != NULL) {
        status = posix_spawn_file_actions_addchdir_np(&actions, directory);
    }
#if defined(__GLIBC__)
    if (status == 0) status = posix_spawn_file_actions_addclosefrom_np(&actions, 3);
#elif defined(__APPLE__)
    flags |= POSIX_SPAWN_CLOEXEC_DEFAULT;
#endif
    if (status == 0) status = posix_spawnattr_setsigdefault(&attributes, &all);
    if (status == 0) status = posix_spawnattr_setsigmask(&attributes, &none);
    if (status == 0) status = posix_spawnattr_setflags(&attributes, flags);
    if (status == 0) status = posix_spawnp(process, program, &actions, &attributes, arguments, environment);

    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return status;
}
