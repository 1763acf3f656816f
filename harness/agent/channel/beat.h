/* SPDX-License-Identifier: GPL-2.0-only */
/* The heartbeat: a message every second. */
#ifndef HAZMAT_AGENT_BEAT_H
#define HAZMAT_AGENT_BEAT_H

void beat_start(void);
/* Sends the heartbeat if a second has passed: for work that keeps the loop waiting. */
void beat_if_due(void);

#endif
