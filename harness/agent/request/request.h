/* SPDX-License-Identifier: GPL-2.0-only */
/* A request of the harness: one line, one request, one reply. */
#ifndef HAZMAT_AGENT_REQUEST_H
#define HAZMAT_AGENT_REQUEST_H

#include <jansson.h>
#include <stddef.h>

struct operation;

struct request {
	json_int_t id;
	const struct operation *operation;
	/* The whole request, its arguments checked and complete; read them with arguments.h. */
	json_t *json;
};

/* Serves the request in this line, or replies what is wrong with it. */
void request_line(const char *line, size_t length);
/* A line of more than `limit` bytes was dropped. */
void request_too_long(size_t limit);

#endif
