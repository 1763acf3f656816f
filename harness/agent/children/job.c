/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request that is served by a child process: a write to sysfs or a read of a poisoned file may never return from the
 * kernel, or end in an oops, and the agent must live on. The child sends its reply through a socket: '+' and JSON, or
 * '-' and an error, then a newline.
 */
#include "job.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/io.h"
#include "../base/names.h"
#include "../channel/channel.h"
#include "../channel/loop.h"
#include "../request/operation.h"
#include "../request/reply.h"
#include "../request/request.h"
#include "child.h"

struct job {
	struct child child;
	struct watch result;
	struct buffer text;
	json_int_t id;
	const char *op;
	pid_t pid;
	bool answered, closed, ended;
	int status;
};

/* In the child: where its reply goes. */
static int answer_fd = -1;

static void job_settle(struct job *job)
{
	if (job->closed && job->ended && !job->answered)
		reply_ended(job->id, job->status, "process %d, which served %s, ended without a reply (%s)", job->pid,
			    job->op, status_text(job->status));
	if (job->closed && job->ended) {
		buffer_free(&job->text);
		free(job);
	}
}

static void job_result(struct watch *watch, uint32_t events)
{
	struct job *job = watch->owner;
	json_t *data;

	(void)events;
	switch (buffer_fill(&job->text, watch->fd, 1u << 20, SIZE_MAX, NULL)) {
	case FILL_MORE:
		return;
	case FILL_FAILED:
		complain("the reply to %s: read: %s", job->op, errno_name(errno));
		break;
	case FILL_END:
		break;
	}
	watch_close(watch);
	job->closed = true;
	/* Without the newline, the child ended in the middle of its reply. */
	if (job->text.length > 2 && job->text.data[job->text.length - 1] == '\n') {
		job->answered = true;
		if (job->text.data[0] == '-') {
			reply_error(job->id, "%.*s", (int)job->text.length - 2, job->text.data + 1);
		} else {
			data = json_loadb(job->text.data + 1, job->text.length - 2, JSON_ALLOW_NUL, NULL);
			if (data)
				reply_ok(job->id, data);
			else
				reply_error(job->id, "the child that served %s sent no JSON", job->op);
		}
	}
	job_settle(job);
}

static void job_ended(struct child *child, int status)
{
	struct job *job = (struct job *)child;

	job->ended = true;
	job->status = status;
	job_settle(job);
}

/* The child's part of job_begin(). */
static void enter(const struct request *request, int fd)
{
	char name[16], go;
	ssize_t done;

	close_others(&fd, 1);
	answer_fd = fd;
	snprintf(name, sizeof(name), "hazmat-%s", request->operation->name);
	prctl(PR_SET_NAME, name);
	do
		done = read(fd, &go, 1);
	while (done < 0 && errno == EINTR);
	/* The agent has ended. */
	if (done != 1)
		_exit(1);
}

bool job_begin(const struct request *request)
{
	struct job *job = allocate(sizeof(*job));
	int pair[2], error;

	job->id = request->id;
	job->op = request->operation->name;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		error = errno;
		free(job);
		reply_error(request->id, "%s: socketpair: %s", request->operation->name, errno_name(error));
		return false;
	}
	job->pid = child_fork();
	error = errno;
	if (job->pid == 0) {
		enter(request, pair[1]);
		return true;
	}
	close(pair[1]);
	if (job->pid < 0) {
		close(pair[0]);
		free(job);
		reply_error(request->id, "%s: fork: %s", request->operation->name, errno_name(error));
		return false;
	}
	child_watch(&job->child, job->pid, job_ended);
	error = watch_start(&job->result, pair[0], EPOLLIN, job_result, job);
	if (error)
		die("cannot watch a child: %s", errno_name(error));
	/* Sent before the work begins, which may take the whole guest down. */
	send_event("started", json_pack("{s:I, s:i}", "id", job->id, "pid", job->pid));
	/* EPIPE: the child has ended already, and its end is the reply. */
	if (send(pair[0], "g", 1, MSG_NOSIGNAL) != 1)
		kill(job->pid, SIGKILL);
	/* Only reads from here on: they must not block. */
	set_nonblocking(pair[0]);
	return false;
}

void job_answer(json_t *data)
{
	char *text = json_dumps(data, JSON_COMPACT | JSON_REAL_PRECISION(9));

	if (!text || !write_all(answer_fd, "+", 1) || !write_all(answer_fd, text, strlen(text)) ||
	    !write_all(answer_fd, "\n", 1))
		_exit(1);
	close(answer_fd);
	free(text);
	json_decref(data);
}

void job_done(json_t *data)
{
	job_answer(data);
	_exit(0);
}

void job_refuse(const char *format, ...)
{
	va_list arguments;
	char text[1024];
	int length;

	va_start(arguments, format);
	length = vsnprintf(text + 1, sizeof(text) - 2, format, arguments) + 1;
	va_end(arguments);
	if (length > (int)sizeof(text) - 1)
		length = sizeof(text) - 1;
	text[0] = '-';
	text[length++] = '\n';
	/* An agent that does not get it replies that the child ended with 1. */
	_exit(write_all(answer_fd, text, length) ? 0 : 1);
}
