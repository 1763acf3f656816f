/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes that the agent starts and waits for. */
#ifndef HAZMAT_AGENT_CHILD_H
#define HAZMAT_AGENT_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

struct child {
	pid_t pid;
	void (*ended)(struct child *child, int status);
	struct child *next;
};

void children_init(void);
/* fork(2); the child has its own process group, default signals, and ends with the agent. -1: errno is set. */
pid_t child_fork(void);
void child_watch(struct child *child, pid_t pid, void (*ended)(struct child *, int status));
/* The status of a child that ended before child_watch() was called for it. */
bool child_ended_early(pid_t pid, int *status);
void children_kill(void);
/* In a child: default signals; it ends with `parent`. */
void child_setup(pid_t parent);

#endif
