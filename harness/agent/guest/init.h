/* SPDX-License-Identifier: GPL-2.0-only */
/* What PID 1 of the guest does before it listens. */
#ifndef HAZMAT_AGENT_INIT_H
#define HAZMAT_AGENT_INIT_H

/* Everything before the first message; returns the port. */
int init_guest(void);
/* The harness is connected. */
void init_connected(void);

#endif
