/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The kernel log, from /dev/kmsg. A record reads `priority,sequence,microseconds,flags[,caller=...];text`, then lines
 * that start with a blank (its dictionary, which is dropped). The kernel escapes every byte that is not printable ASCII
 * as \xNN (Documentation/ABI/testing/dev-kmsg); of these, only the newline is converted back.
 */
#include "kmsg.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/clock.h"
#include "../base/die.h"
#include "../base/names.h"
#include "beat.h"
#include "channel.h"
#include "loop.h"

/* With this much waiting for the host, the rest is left in the kernel, which reports what it overwrites. */
#define BACKLOG_LIMIT (64u << 20)
/* A log that grows as fast as it is read must not hold a reply back without end. */
#define DRAIN_LIMIT_US 10000000
#define RECORDS_PER_TURN 256
/*
 * Each write to the port costs an exit from the guest, half a millisecond without KVM: after a record was sent, those
 * that follow it are gathered for this long. A reply does not wait for this: kmsg_drain() comes before it.
 */
#define GATHER_US 20000

static int kmsg_fd = -1;
static bool paused;
static struct watch watch, timer;
static uint64_t last_read;
/* The last failure of read(2), which is printed once. */
static int read_error;

static void add_text(struct buffer *line, const char *text, const char *end)
{
	buffer_add(line, ",\"text\":\"", 9);
	while (text < end) {
		unsigned char byte = *text;

		if (byte == '\\' && end - text >= 4 && memcmp(text, "\\x0a", 4) == 0) {
			buffer_add(line, "\\n", 2);
			text += 4;
			continue;
		}
		if (byte == '"' || byte == '\\')
			buffer_add(line, "\\", 1);
		buffer_add(line, byte >= 0x20 && byte < 0x7f ? text : "?", 1);
		text++;
	}
	buffer_add(line, "\"}\n", 3);
}

static void send_record(char *record, size_t length)
{
	static struct buffer line;
	unsigned long long sequence, time;
	unsigned int priority;
	char *newline = memchr(record, '\n', length);
	char *end = newline ? newline : record + length;
	char *text = memchr(record, ';', end - record);
	char *caller;
	char numbers[160];

	if (!text)
		return;
	*text++ = '\0';
	if (sscanf(record, "%u,%llu,%llu", &priority, &sequence, &time) != 3)
		return;
	line.length = 0;
	buffer_add(&line, numbers,
		   snprintf(numbers, sizeof(numbers), ",\"event\":\"kmsg\",\"priority\":%u,\"kseq\":%llu,\"us\":%llu",
			    priority, sequence, time));
	caller = strstr(record, ",caller=");
	if (caller) {
		caller += strlen(",caller=");
		caller[strcspn(caller, ",\"\\")] = '\0';
		buffer_add(&line, numbers, snprintf(numbers, sizeof(numbers), ",\"caller\":\"%.32s\"", caller));
	}
	add_text(&line, text, end);
	send_raw(line.data, line.length);
}

/* Reads up to `most` records; false when there was nothing more to read. */
static bool read_records(unsigned int most)
{
	static char record[16384];

	while (most-- > 0) {
		ssize_t length = read(kmsg_fd, record, sizeof(record) - 1);

		if (length > 0) {
			record[length] = '\0';
			send_record(record, length);
		} else if (length < 0 && errno == EPIPE) {
			send_raw(",\"event\":\"kmsg-lost\"}\n", 22);
		} else if (length < 0 && errno == EINTR) {
			continue;
		} else {
			if (length < 0 && errno != EAGAIN && errno != read_error) {
				read_error = errno;
				complain("/dev/kmsg: read: %s", errno_name(read_error));
			}
			return false;
		}
	}
	return true;
}

static void kmsg_ready(struct watch *ready, uint32_t events)
{
	(void)events;
	if (channel_backlog() > BACKLOG_LIMIT) {
		watch_stop(ready);
		paused = true;
		return;
	}
	if (now_us() - last_read < GATHER_US) {
		struct itimerspec soon = { .it_value.tv_nsec = GATHER_US * 1000 };

		watch_stop(ready);
		if (timerfd_settime(timer.fd, 0, &soon, NULL) < 0)
			die("timerfd_settime: %s", errno_name(errno));
		return;
	}
	/* When the log has more than one turn reads, the next turn is at once. */
	last_read = read_records(RECORDS_PER_TURN) ? 0 : now_us();
	channel_flush();
}

static void watch_log(void)
{
	int error = watch_start(&watch, kmsg_fd, EPOLLIN, kmsg_ready, NULL);

	if (error)
		die("cannot watch /dev/kmsg: %s", errno_name(error));
}

static void timer_ready(struct watch *ready, uint32_t events)
{
	uint64_t count;

	(void)events;
	if (read(ready->fd, &count, sizeof(count)) < 0)
		return;
	last_read = 0;
	watch_log();
}

int kmsg_open(bool from_start)
{
	int timer_fd, error;

	kmsg_fd = open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	if (kmsg_fd < 0)
		return errno;
	if (!from_start && lseek(kmsg_fd, 0, SEEK_END) < 0)
		die("cannot skip the old records of /dev/kmsg: %s", errno_name(errno));
	timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (timer_fd < 0)
		die("timerfd_create: %s", errno_name(errno));
	error = watch_start(&timer, timer_fd, EPOLLIN, timer_ready, NULL);
	if (error)
		die("cannot watch a timer: %s", errno_name(error));
	watch_log();
	return 0;
}

void kmsg_drain(void)
{
	uint64_t start = now_us();

	if (kmsg_fd < 0)
		return;
	while (channel_backlog() <= BACKLOG_LIMIT && read_records(RECORDS_PER_TURN)) {
		channel_flush();
		beat_if_due();
		if (now_us() - start > DRAIN_LIMIT_US)
			return;
	}
}

void kmsg_resume(void)
{
	if (!paused || channel_backlog() > BACKLOG_LIMIT / 2)
		return;
	paused = false;
	watch_log();
}
