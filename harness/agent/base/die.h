/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages on the console, the end of the program, and memory that is there or ends the program. */
#ifndef HAZMAT_AGENT_DIE_H
#define HAZMAT_AGENT_DIE_H

#include <stddef.h>

#define PRINTF(text, first) __attribute__((format(printf, text, first)))

/* Prints why, on the console (PID 1) or stderr. PID 1 then powers the guest off; any other process exits with 1. */
void die(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));
/* Prints a message, on the console (PID 1) or stderr. Keeps errno. */
void complain(const char *format, ...) PRINTF(1, 2);
/* Zeroed memory. */
void *allocate(size_t bytes);

#endif
