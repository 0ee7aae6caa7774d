// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#include "CSluiceShims.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

static volatile sig_atomic_t writing_end = -1;

// A handler may do next to nothing; writing a byte is allowed (POSIX, "async-signal-safe functions").
static void arrived(int number) {
    int saved = errno;
    unsigned char byte = (unsigned char)number;
    if (writing_end >= 0) {
        ssize_t written = write(writing_end, &byte, 1);
        (void)written;
    }
    errno = saved;
}

int sluice_write_signal(int number, int descriptor) {
    struct sigaction action = {0};
    writing_end = descriptor;
    action.sa_handler = arrived;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    return sigaction(number, &action, NULL);
}
