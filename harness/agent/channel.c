/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Lines of JSON to and from the harness. Nothing is lost and nothing blocks: what the host does not take waits in
 * memory. A virtio port without a host reads as 0 and polls as HUP; the watch is edge-triggered, so that this neither
 * spins nor needs a sleep, and the first request after a restore wakes the agent at once.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

/* A request longer than this is no request. */
#define LONGEST_LINE (64u << 20)

static struct {
	struct watch in_watch, out_watch, beat_watch;
	int in, out;
	bool port;
	void (*first_sent)(void);
	void (*ended)(void);
	struct buffer input;
	bool skipping;		/* in a line that is too long */
	char *queue;
	size_t head, tail, size;
	unsigned long long seq;
	uint64_t next_beat;
} channel;

static void split_lines(void)
{
	size_t start = 0;
	char *end;

	while (start < channel.input.length &&
	       (end = memchr(channel.input.data + start, '\n', channel.input.length - start))) {
		size_t length = end - (channel.input.data + start);

		if (length > 0 && !channel.skipping)
			request_line(channel.input.data + start, length);
		channel.skipping = false;
		start += length + 1;
	}
	buffer_drop(&channel.input, start);
	if (channel.input.length > LONGEST_LINE) {
		if (!channel.skipping)
			reply_error(0, "the request is longer than %u bytes", LONGEST_LINE);
		channel.skipping = true;
		buffer_drop(&channel.input, channel.input.length);
	}
}

static void input_ready(struct watch *watch, uint32_t events)
{
	bool open;

	(void)watch;
	(void)events;
	do {
		size_t before = channel.input.length;

		open = buffer_fill(&channel.input, channel.in, 1u << 20, SIZE_MAX, NULL);
		if (channel.input.length == before)
			break;
		split_lines();
	} while (open);
	if (open)
		return;
	if (!channel.port)
		channel.ended();
	/* The host has gone; the half of a request that it left is nobody's. */
	buffer_drop(&channel.input, channel.input.length);
}

static void output_ready(struct watch *watch, uint32_t events)
{
	(void)watch;
	(void)events;
	channel_flush();
}

void channel_open(int in, int out, bool port, void (*first_sent)(void), void (*ended)(void))
{
	int error;

	channel.in = in;
	channel.out = out;
	channel.port = port;
	channel.first_sent = first_sent;
	channel.ended = ended;
	if (port) {
		error = watch_start(&channel.in_watch, in, EPOLLIN | EPOLLET, input_ready, NULL);
		/* One descriptor can be in an epoll set once: the port's other direction has its own. */
		channel.out = fcntl(in, F_DUPFD_CLOEXEC, 3);
		if (!error && channel.out < 0)
			error = errno;
	} else {
		error = watch_start(&channel.in_watch, in, EPOLLIN, input_ready, NULL);
		if (error == EPERM)
			die("stdin is a file; it must be a pipe or a socket");
	}
	if (!error)
		error = watch_start(&channel.out_watch, channel.out, EPOLLOUT | EPOLLET, output_ready, NULL);
	/* A plain file as stdout never blocks and needs no watch. */
	if (error && !(error == EPERM && !port))
		die("cannot watch the channel: %s", strerror(error));
}

void channel_flush(void)
{
	while (channel.head < channel.tail) {
		ssize_t done = write(channel.out, channel.queue + channel.head, channel.tail - channel.head);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0 && errno != EAGAIN && !channel.port)
			channel.ended();
		if (done <= 0)
			break;
		channel.head += done;
		if (channel.first_sent) {
			channel.first_sent();
			channel.first_sent = NULL;
		}
	}
	if (channel.head == channel.tail) {
		channel.head = channel.tail = 0;
		if (channel.size > 4u << 20) {
			free(channel.queue);
			channel.queue = NULL;
			channel.size = 0;
		}
	}
	kmsg_resume();
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

		while (size < channel.tail + length)
			size *= 2;
		channel.queue = realloc(channel.queue, size);
		if (!channel.queue)
			die("out of memory");
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

void send_ordered(const char *event, json_t *fields)
{
	kmsg_drain();
	processes_drain();
	send_event(event, fields);
}

static void beat(void)
{
	channel.next_beat = now_us() + 1000000;
	send_event("beat", json_pack("{s:I}", "uptimeMs", (json_int_t)uptime_ms()));
}

void beat_if_due(void)
{
	if (now_us() >= channel.next_beat)
		beat();
}

static void beat_ready(struct watch *watch, uint32_t events)
{
	uint64_t count;

	(void)events;
	if (read(watch->fd, &count, sizeof(count)) < 0)
		return;
	beat();
	/* An edge that was missed must not leave a request lying for ever. */
	if (channel.port)
		input_ready(&channel.in_watch, EPOLLIN);
}

void beat_start(void)
{
	struct itimerspec every = { .it_interval.tv_sec = 1, .it_value.tv_sec = 1 };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);

	if (fd < 0 || timerfd_settime(fd, 0, &every, NULL) < 0 ||
	    watch_start(&channel.beat_watch, fd, EPOLLIN, beat_ready, NULL))
		die("cannot start the heartbeat: %s", strerror(errno));
	channel.next_beat = now_us() + 1000000;
}
