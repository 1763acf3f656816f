/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel log, record by record. */
#ifndef HAZMAT_AGENT_KMSG_H
#define HAZMAT_AGENT_KMSG_H

#include <stdbool.h>

/* From the start of the log, or only new records. Returns 0, or the errno of open(2): the log cannot be read. */
int kmsg_open(bool from_start);
/* Sends every record that is in the log now. */
void kmsg_drain(void);
/* The host has taken some of what was queued: goes on reading. */
void kmsg_resume(void);

#endif
