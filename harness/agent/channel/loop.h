/* SPDX-License-Identifier: GPL-2.0-only */
/* The event loop: the one place where the agent waits. */
#ifndef HAZMAT_AGENT_LOOP_H
#define HAZMAT_AGENT_LOOP_H

#include <stdbool.h>
#include <stdint.h>

struct watch {
	int fd;
	bool on;
	void (*ready)(struct watch *watch, uint32_t events);
	void *owner;
};

void loop_init(void);
/* `events` as for epoll_ctl(2). Returns 0 or an errno. */
int watch_start(struct watch *watch, int fd, uint32_t events, void (*ready)(struct watch *, uint32_t), void *owner);
/* May be called at any time, and more than once; the descriptor stays open. */
void watch_stop(struct watch *watch);
/* watch_stop(), and closes the descriptor. */
void watch_close(struct watch *watch);
void loop_forever(void) __attribute__((noreturn));

#endif
