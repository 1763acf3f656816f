/* SPDX-License-Identifier: GPL-2.0-only */
/* A request that is served by a child process, because the kernel may never return from it. */
#ifndef HAZMAT_AGENT_JOB_H
#define HAZMAT_AGENT_JOB_H

#include <jansson.h>
#include <stdbool.h>

#include "../base/die.h"

struct request;

/*
 * True in the child, which then calls job_done() or job_refuse(). False in the agent, which goes on; the reply, an
 * error too, comes without more. The child begins only when `started` has been sent.
 */
bool job_begin(const struct request *request);
/* In the child: replies and exits; takes the reference. */
void job_done(json_t *data) __attribute__((noreturn));
/* In the child: replies that the request could not be served, and exits. */
void job_refuse(const char *format, ...) PRINTF(1, 2) __attribute__((noreturn));
/* In the child: replies, and the child goes on. */
void job_answer(json_t *data);

#endif
