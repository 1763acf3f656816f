/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes of the scenario, as the agent knows them. */
#ifndef HAZMAT_AGENT_PROCESS_H
#define HAZMAT_AGENT_PROCESS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "../base/buffer.h"
#include "../channel/loop.h"
#include "../children/child.h"

struct operation;
struct request;

struct process {
	struct child child;
	struct process *next;
	char name[65];
	/* 0: it is being forked. */
	pid_t pid;
	/* The thread that went on when the leader had exited; 0: the leader is there. */
	pid_t heir;
	struct watch commands, events;
	struct buffer answers, records;
	bool ended;
	int status;
	/* The request that it has not answered yet; 0: none. */
	json_int_t asked;
	const struct operation *operation;
	/* Called with the data of its answer, before the reply. May be NULL. */
	void (*answered)(struct process *process, const json_t *data);
	/* In the loop of `spin`; and `stop` came before it was. */
	bool spinning, stop_early;
	/* The process that it is to create by fork. */
	struct process *forking;
	/* The request that waits for its end; 0: none. */
	json_int_t killer;
	/* Its mapping; no pages: none. */
	uint64_t address, pages, asked_pages;
};

/* NULL when there is none that has started. */
struct process *process_find(const char *name);
/* A process that has no request to answer, or NULL with a reply. */
struct process *process_ready(const struct request *request, const char *name);
/* A new entry, and in `far` the ends of its channels that the process gets. NULL with a reply: the name is in use. */
struct process *process_create(const struct request *request, const char *name, int far[2]);
/* Whether the pages of the request are not all in the mapping of the process; then it has replied so. */
bool outside_mapping(const struct process *process, const struct request *request);
void process_forget(struct process *process);
/* From here on its end is noticed. */
void process_watch(struct process *process, pid_t pid);
/* Sends the signals that the processes have reported. */
void processes_drain(void);

#endif
