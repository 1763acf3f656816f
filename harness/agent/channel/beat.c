/* SPDX-License-Identifier: GPL-2.0-only */
/* The heartbeat: a message every second. */
#include "beat.h"

#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/die.h"
#include "../base/names.h"
#include "channel.h"
#include "loop.h"

#define BEAT_US 1000000

static struct watch watch;
static uint64_t next_beat;

static void beat(void)
{
	next_beat = now_us() + BEAT_US;
	send_event("beat", json_pack("{s:I}", "uptimeMs", (json_int_t)uptime_ms()));
}

void beat_if_due(void)
{
	if (now_us() >= next_beat)
		beat();
}

static void beat_ready(struct watch *ready, uint32_t events)
{
	uint64_t count;

	(void)events;
	/* EAGAIN: it has not expired. */
	if (read(ready->fd, &count, sizeof(count)) < 0)
		return;
	beat();
	channel_check_input();
}

void beat_start(void)
{
	struct itimerspec every = { .it_interval.tv_sec = 1, .it_value.tv_sec = 1 };
	int fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	int error;

	if (fd < 0 || timerfd_settime(fd, 0, &every, NULL) < 0)
		die("cannot start the heartbeat: %s", errno_name(errno));
	error = watch_start(&watch, fd, EPOLLIN, beat_ready, NULL);
	if (error)
		die("cannot watch the heartbeat: %s", errno_name(error));
	next_beat = now_us() + BEAT_US;
}
