/* SPDX-License-Identifier: GPL-2.0-only */
/* A message between the agent and a process of the scenario: a length of 32 bits, then JSON. */
#ifndef HAZMAT_AGENT_FRAME_H
#define HAZMAT_AGENT_FRAME_H

#include <stdbool.h>
#include <stddef.h>

/* Descriptors that came with a message. */
struct passed {
	int fds[2];
	unsigned int count;
};

/* Sends a message, and `count` descriptors (at most 2) with it. Returns 0 or an errno. */
int frame_send(int fd, const char *text, const int *fds, unsigned int count, int flags);
/* Reads exactly this much of a message. False at its end or after an error: errno is 0 at the end. */
bool frame_read(int fd, void *data, size_t length, struct passed *passed);

#endif
