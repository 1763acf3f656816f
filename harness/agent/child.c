/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes that the agent starts. Only this file waits for children: each end is told to who asked for it, and what
 * belongs to nobody (orphans of the guest, when the agent is PID 1) is reaped.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static struct child *children;
static struct watch signals;

/* A process that a worker forked is known here only once the worker has told its pid; it may have ended by then. */
static struct { pid_t pid; int status; } strangers[64];
static unsigned int stranger;

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
	strangers[stranger].pid = pid;
	strangers[stranger].status = status;
	stranger = (stranger + 1) % (sizeof(strangers) / sizeof(strangers[0]));
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
	int fd;

	sigemptyset(&mask);
	sigaddset(&mask, SIGCHLD);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0 || watch_start(&signals, fd, EPOLLIN, signals_ready, NULL))
		die("signalfd: %s", strerror(errno));
	/* What children leave behind comes back to the agent, which ends it with itself. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

void child_setup(pid_t parent)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	signal(SIGPIPE, SIG_DFL);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
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
	for (size_t i = 0; i < sizeof(strangers) / sizeof(strangers[0]); i++) {
		if (strangers[i].pid == pid) {
			strangers[i].pid = 0;
			*status = strangers[i].status;
			return true;
		}
	}
	return false;
}

void children_kill(void)
{
	char path[64];

	for (struct child *child = children; child; child = child->next) {
		kill(-child->pid, SIGKILL);
		kill(child->pid, SIGKILL);
	}
	snprintf(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	/* A killed process hands its own children over to us: again until there are none, but not for ever. */
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

void close_others(const int *keep, unsigned int count)
{
	unsigned int from = 3;

	for (;;) {
		unsigned int next = ~0u;

		for (unsigned int i = 0; i < count; i++)
			if (keep[i] >= (int)from && (unsigned int)keep[i] < next)
				next = keep[i];
		if (next > from)
			syscall(SYS_close_range, from, next == ~0u ? ~0u : next - 1, 0);
		if (next == ~0u)
			return;
		from = next + 1;
	}
}
