/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of JSON to and from the harness: over the virtio port, or over stdin and stdout. */
#ifndef HAZMAT_AGENT_CHANNEL_H
#define HAZMAT_AGENT_CHANNEL_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct channel_handlers {
	/* A line from the harness, without its newline; blank lines are left out. */
	void (*line)(const char *line, size_t length);
	/* A line of more than `limit` bytes, which is dropped. */
	void (*too_long)(size_t limit);
	/* The first message was sent: the harness is connected. May be NULL. */
	void (*first_sent)(void);
	/* Fewer bytes than before may wait for the host. */
	void (*flushed)(void);
	/* The other end of stdin or stdout was closed. Does not return. */
	void (*ended)(void) __attribute__((noreturn));
};

/* `port`: a virtio port, which may be without a host for a while. Otherwise the end of input ends the agent. */
void channel_open(int in, int out, bool port, const struct channel_handlers *handlers);
/* Sends an event; takes the reference to `fields`. */
void send_event(const char *event, json_t *fields);
/* Sends a line made elsewhere: everything after "seq":N, the closing brace and the newline included. */
void send_raw(const char *rest, size_t length);
/* Sends what is queued, as far as the host takes it; never blocks. */
void channel_flush(void);
/* Bytes that wait for the host. */
size_t channel_backlog(void);
/* Of a virtio port: reads what the host sent, in case that an edge was missed. */
void channel_check_input(void);

#endif
