// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#include "CSluiceEnvironment.h"

#include <signal.h>
#include <stddef.h>
#include <sys/ioctl.h>

extern char **environ;

char *const *sluice_environment(void) { return environ; }

int sluice_ignores_signal(int number) {
    struct sigaction action;
    return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

int sluice_terminal_columns(int descriptor) {
    struct winsize size;
    return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}
