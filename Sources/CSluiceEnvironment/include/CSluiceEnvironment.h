// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#ifndef C_SLUICE_ENVIRONMENT_H
#define C_SLUICE_ENVIRONMENT_H

// This process's variables as NAME=VALUE, ended by NULL. Swift cannot name `environ`: it is a mutable global.
char *const *sluice_environment(void);

/// Whether this process ignores the signal, for instance because `nohup` started it.
int sluice_ignores_signal(int number);

/// How wide the terminal is, in characters; 0 if the descriptor is none, or if it does not know.
int sluice_terminal_columns(int descriptor);

#endif
