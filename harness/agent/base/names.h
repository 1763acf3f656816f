/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what the kernel reports as numbers. */
#ifndef HAZMAT_AGENT_NAMES_H
#define HAZMAT_AGENT_NAMES_H

/* The name of an errno (`EIO`); `errno 999` for a number without a name. Valid until the next call. */
const char *errno_name(int number);
/* `exit 0` or `signal 9 SIGKILL`, from a status of waitpid(2). Valid until the next call. */
const char *status_text(int status);

#endif
