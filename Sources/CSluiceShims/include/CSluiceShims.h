// SPDX-License-Identifier: Apache-2.0
// Copyright the Sluice authors

#ifndef C_SLUICE_SHIMS_H
#define C_SLUICE_SHIMS_H

#if defined(__linux__)

// libdispatch's hooks for run loops (its private/queue_private.h): a descriptor that is readable while the main queue
// has work, and the function that does the work. To be used on the main thread only.
int _dispatch_get_main_queue_handle_4CF(void);
void _dispatch_main_queue_callback_4CF(void *message);

#endif

// From now on, the signal's number is written to the descriptor as one byte whenever it comes. One descriptor for all
// signals of a process. Returns 0, or -1 with errno.
int sluice_write_signal(int number, int descriptor);

#endif
