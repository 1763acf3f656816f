/* SPDX-License-Identifier: GPL-2.0-only */
/* Requests that a process of the scenario carries out itself, and its answers. */
#ifndef HAZMAT_AGENT_ASK_H
#define HAZMAT_AGENT_ASK_H

#include <jansson.h>

struct process;
struct request;

/* The process will answer this request: `answered` as in struct process. */
void process_expect(struct process *process, const struct request *request,
		    void (*answered)(struct process *, const json_t *));
/* Passes the request on to the process, with `count` descriptors; replies when it cannot be reached. */
void process_ask(struct process *process, const struct request *request, const int *fds, unsigned int count,
		 void (*answered)(struct process *, const json_t *));
/* Reads the answers that have come from a process. */
void process_hear(struct process *process);

#endif
