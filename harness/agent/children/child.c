/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that the agent starts. Only this file waits for children: it calls back whoever watches the child, and
 * reaps orphans of the guest, whose parent is the agent when it is PID 1.
 */
#include "child.h"

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/die.h"
#include "../base/io.h"
#include "../base/names.h"
#include "../channel/loop.h"

static struct child *children;
static struct watch signals;

/* A process that a worker forked is watched only once the worker has reported its pid; it may have ended by then. */
static struct { pid_t pid; int status; } unwatched[64];
static unsigned int next_unwatched;

static void ended(pid_t pid, int status)
{
	for (struct child **link = &children; *link; link = &(*link)->next) {
		struct child *child = *link;

		if (child->pid == pid) {
			*link = child->next;
			child->ended(child, status);
			return;
		}
	}
	unwatched[next_unwatched].pid = pid;
	unwatched[next_unwatched].status = status;
	next_unwatched = (next_unwatched + 1) % (sizeof(unwatched) / sizeof(unwatched[0]));
}

static void signals_ready(struct watch *watch, uint32_t events)
{
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	(void)events;
	while (read(watch->fd, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		ended(pid, status);
}

void children_init(void)
{
	sigset_t mask;
	int fd, error;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	if (sigprocmask(SIG_BLOCK, &mask, NULL) < 0 || signal(SIGPIPE, SIG_IGN) == SIG_ERR)
		die("cannot set up signals: %s", errno_name(errno));
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		die("signalfd: %s", errno_name(errno));
	error = watch_start(&signals, fd, EPOLLIN, signals_ready, NULL);
	if (error)
		die("cannot watch children: %s", errno_name(error));
	/* Orphans of its children become children of the agent, which ends them when it ends. */
	if (prctl(PR_SET_CHILD_SUBREAPER, 1) < 0)
		die("PR_SET_CHILD_SUBREAPER: %s", errno_name(errno));
}

void child_setup(pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	if (sigprocmask(SIG_SETMASK, &none, NULL) < 0 || signal(SIGPIPE, SIG_DFL) == SIG_ERR ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL) < 0)
		die("cannot set up signals of a child: %s", errno_name(errno));
	/* The parent may have ended before the line above. */
	if (getppid() != parent)
		_exit(1);
}

pid_t child_fork(void)
{
	pid_t agent = getpid();
	pid_t pid = fork();

	if (pid == 0) {
		setpgid(0, 0);
		child_setup(agent);
	} else if (pid > 0) {
		/* Parent and child both do it, so that neither goes on without it; the second one may fail. */
		setpgid(pid, pid);
	}
	return pid;
}

void child_watch(struct child *child, pid_t pid, void (*callback)(struct child *, int))
{
	child->pid = pid;
	child->ended = callback;
	child->next = children;
	children = child;
}

bool child_ended_early(pid_t pid, int *status)
{
	for (size_t i = 0; i < sizeof(unwatched) / sizeof(unwatched[0]); i++) {
		if (unwatched[i].pid == pid) {
			unwatched[i].pid = 0;
			*status = unwatched[i].status;
			return true;
		}
	}
	return false;
}

void children_kill(void)
{
	char path[64];

	for (struct child *child = children; child; child = child->next) {
		/* One that has ended is ESRCH. */
		kill(-child->pid, SIGKILL);
		kill(child->pid, SIGKILL);
	}
	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	/* Children of a killed process become ours: again until there are none, at most 100 times. */
	for (int round = 0; round < 100; round++) {
		struct buffer list = {0};
		const char *call;
		char *word, *rest;

		while (waitpid(-1, NULL, WNOHANG) > 0)
			;
		if (read_file(path, 1u << 20, &list, &call) || list.length == 0) {
			buffer_free(&list);
			return;
		}
		buffer_add(&list, "", 1);
		for (word = strtok_r(list.data, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
			kill(atoi(word), SIGKILL);
		buffer_free(&list);
		usleep(5000);
	}
}
