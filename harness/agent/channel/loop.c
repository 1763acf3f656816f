/* SPDX-License-Identifier: GPL-2.0-only */
/* The event loop: epoll, one event at a time, so that a handler may end any other watch. */
#include "loop.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "../base/die.h"
#include "../base/names.h"

static int epoll_fd = -1;

void loop_init(void)
{
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (epoll_fd < 0)
		die("epoll_create1: %s", errno_name(errno));
}

int watch_start(struct watch *watch, int fd, uint32_t events, void (*ready)(struct watch *, uint32_t), void *owner)
{
	struct epoll_event event = { .events = events, .data.ptr = watch };

	*watch = (struct watch){ .fd = fd, .ready = ready, .owner = owner };
	if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) < 0)
		return errno;
	watch->on = true;
	return 0;
}

void watch_stop(struct watch *watch)
{
	/* A watch that stays in the set would be called when its owner is freed. */
	if (watch->on && epoll_ctl(epoll_fd, EPOLL_CTL_DEL, watch->fd, NULL) < 0)
		die("epoll_ctl: %s", errno_name(errno));
	watch->on = false;
}

void watch_close(struct watch *watch)
{
	watch_stop(watch);
	if (watch->fd >= 0)
		close(watch->fd);
	watch->fd = -1;
}

void loop_forever(void)
{
	for (;;) {
		struct epoll_event event;
		int count = epoll_wait(epoll_fd, &event, 1, -1);

		if (count < 0 && errno != EINTR)
			die("epoll_wait: %s", errno_name(errno));
		if (count == 1) {
			struct watch *watch = event.data.ptr;

			watch->ready(watch, event.events);
		}
	}
}
