/* SPDX-License-Identifier: GPL-2.0-only */
/* A process of the scenario, seen from inside. */
#ifndef HAZMAT_AGENT_WORKER_H
#define HAZMAT_AGENT_WORKER_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "frame.h"

struct worker {
	/* A socket to the agent, and the pipe for signal records. */
	int commands, events;
	char name[65];
	/* Its mapping: where, from which page of the file, how many. */
	char *map;
	uint64_t page, pages;
	/* Descriptors that came with the request. */
	struct passed passed;
};

extern struct worker worker;

/* The comm of a thread that touches pages over and over: it is never idle, which says nothing of the kernel. */
#define AGAIN_COMM "hazmat-again"

/* What a new process does; `early`: PR_MCE_KILL_EARLY; `core`: the kernel may dump a core of it, with all its mappings. */
void worker_main(int commands, int events, const char *name, bool early, bool core) __attribute__((noreturn));
/* Its name, which is its comm too. */
void worker_take_name(const char *name);
/* Serves requests of the agent until the agent ends. */
void worker_serve_forever(void) __attribute__((noreturn));
/* In a child: the thread that touches pages over and over is not in it. */
void again_forget(void);
/* Sends {"data": ...}; takes the reference. */
void worker_answer(json_t *data);
/* Sends {"refused": "CALL: ERRNO"}. */
void worker_refuse(const char *call, int error);

#endif
