/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of JSON to and from the harness. Nothing is lost and nothing blocks: what the host does not take waits in
 * memory. A virtio port without a host reads as 0 and polls as HUP; the watch is edge-triggered, so that this neither
 * spins nor needs a sleep, and the first request after a restore wakes the agent at once.
 */
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/die.h"
#include "../base/names.h"
#include "loop.h"

#define LONGEST_LINE (64u << 20)
/* An empty queue larger than this gives its memory back. */
#define LARGEST_EMPTY_QUEUE (4u << 20)

static struct {
	struct watch in_watch, out_watch;
	int in, out;
	bool port;
	struct channel_handlers handlers;
	struct buffer input;
	bool skipping;		/* in a line that is too long */
	char *queue;
	size_t head, tail, size;
	unsigned long long seq;
	int read_error, write_error;
} channel;

/* A failure of the port is printed once, not each time that it is tried again. */
static void complain_once(int *last, const char *call, int error)
{
	if (*last != error)
		complain("the channel: %s: %s", call, errno_name(error));
	*last = error;
}

static void split_lines(void)
{
	size_t start = 0;
	char *end;

	while (start < channel.input.length &&
	       (end = memchr(channel.input.data + start, '\n', channel.input.length - start))) {
		size_t length = end - (channel.input.data + start);

		if (length > 0 && !channel.skipping)
			channel.handlers.line(channel.input.data + start, length);
		channel.skipping = false;
		start += length + 1;
	}
	buffer_drop(&channel.input, start);
	if (channel.input.length > LONGEST_LINE) {
		if (!channel.skipping)
			channel.handlers.too_long(LONGEST_LINE);
		channel.skipping = true;
		buffer_drop(&channel.input, channel.input.length);
	}
}

static void input_ready(struct watch *watch, uint32_t events)
{
	enum fill state;
	int error;

	(void)watch;
	(void)events;
	do {
		size_t before = channel.input.length;

		state = buffer_fill(&channel.input, channel.in, 1u << 20, SIZE_MAX, NULL);
		error = errno;
		if (channel.input.length == before)
			break;
		split_lines();
	} while (state == FILL_MORE);
	if (state == FILL_MORE)
		return;
	if (state == FILL_FAILED)
		complain_once(&channel.read_error, "read", error);
	if (!channel.port)
		channel.handlers.ended();
	/* The host has disconnected: the rest of the request that it left unfinished will not come. */
	buffer_drop(&channel.input, channel.input.length);
}

void channel_check_input(void)
{
	if (channel.port)
		input_ready(&channel.in_watch, EPOLLIN);
}

static void output_ready(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	channel_flush();
}

void channel_open(int in, int out, bool port, const struct channel_handlers *handlers)
{
	int error;

	channel.in = in;
	channel.out = out;
	channel.port = port;
	channel.handlers = *handlers;
	if (port) {
		error = watch_start(&channel.in_watch, in, EPOLLIN | EPOLLET, input_ready, NULL);
		/* One descriptor can be in an epoll set once: the port's other direction has its own. */
		channel.out = fcntl(in, F_DUPFD_CLOEXEC, 3);
		if (channel.out < 0)
			die("cannot duplicate the port: %s", errno_name(errno));
	} else {
		error = watch_start(&channel.in_watch, in, EPOLLIN, input_ready, NULL);
		if (error == EPERM)
			die("stdin is a file; it must be a pipe or a socket");
	}
	if (!error)
		error = watch_start(&channel.out_watch, channel.out, EPOLLOUT | EPOLLET, output_ready, NULL);
	/* A plain file as stdout never blocks and needs no watch. */
	if (error && !(error == EPERM && !port))
		die("cannot watch the channel: %s", errno_name(error));
}

void channel_flush(void)
{
	while (channel.head < channel.tail) {
		ssize_t done = write(channel.out, channel.queue + channel.head, channel.tail - channel.head);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno != EAGAIN) {
			if (!channel.port)
				channel.handlers.ended();
			complain_once(&channel.write_error, "write", errno);
		}
		if (done <= 0)
			break;
		channel.head += done;
		if (channel.handlers.first_sent) {
			channel.handlers.first_sent();
			channel.handlers.first_sent = NULL;
		}
	}
	if (channel.head == channel.tail) {
		channel.head = channel.tail = 0;
		if (channel.size > LARGEST_EMPTY_QUEUE) {
			free(channel.queue);
			channel.queue = NULL;
			channel.size = 0;
		}
	}
	channel.handlers.flushed();
}

size_t channel_backlog(void)
{
	return channel.tail - channel.head;
}

static void enqueue(const char *data, size_t length)
{
	if (channel.tail + length > channel.size && channel.head > 0) {
		memmove(channel.queue, channel.queue + channel.head, channel.tail - channel.head);
		channel.tail -= channel.head;
		channel.head = 0;
	}
	if (channel.tail + length > channel.size) {
		size_t size = channel.size ? channel.size : 65536;
		char *grown;

		while (size < channel.tail + length)
			size *= 2;
		grown = realloc(channel.queue, size);
		if (!grown)
			die("out of memory");
		channel.queue = grown;
		channel.size = size;
	}
	memcpy(channel.queue + channel.tail, data, length);
	channel.tail += length;
}

void send_raw(const char *rest, size_t length)
{
	char start[40];
	int count = snprintf(start, sizeof(start), "{\"seq\":%llu", ++channel.seq);

	enqueue(start, count);
	enqueue(rest, length);
}

void send_event(const char *event, json_t *fields)
{
	char *text = json_dumps(fields, JSON_COMPACT | JSON_REAL_PRECISION(9));
	char start[64];
	struct buffer line = {0};

	if (!text)
		die("out of memory");
	buffer_add(&line, start, snprintf(start, sizeof(start), ",\"event\":\"%s\"%s", event,
					  json_object_size(fields) ? "," : ""));
	buffer_add(&line, text + 1, strlen(text) - 1);
	buffer_add(&line, "\n", 1);
	send_raw(line.data, line.length);
	buffer_free(&line);
	free(text);
	json_decref(fields);
	channel_flush();
}
