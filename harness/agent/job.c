/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A request that is served by a child of its own: a write to sysfs or a read of a poisoned file may stay in the kernel
 * for ever, or end in an oops, and the agent must live on. The child sends its reply through a socket.
 */
#include "agent.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

struct job {
	struct child child;
	struct watch result;
	struct buffer text;
	json_int_t id;
	char op[32];
	pid_t pid;
	bool answered, closed, ended;
	int status;
};

/* In the child: the way back. */
static int answer_fd = -1;

static void job_settle(struct job *job)
{
	if (job->closed && job->ended && !job->answered)
		reply_ended(job->id, job->status, "process %d, which served %s, ended without an answer", job->pid,
			    job->op);
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
	if (buffer_fill(&job->text, watch->fd, 1u << 20, SIZE_MAX, NULL))
		return;
	watch_close(watch);
	job->closed = true;
	/* The child ends each answer with a newline: half an answer is none. */
	if (job->text.length > 2 && job->text.data[job->text.length - 1] == '\n') {
		job->answered = true;
		if (job->text.data[0] == '-') {
			reply_error(job->id, "%.*s", (int)job->text.length - 2, job->text.data + 1);
		} else {
			data = json_loadb(job->text.data + 1, job->text.length - 2, JSON_ALLOW_NUL, NULL);
			if (data)
				reply_ok(job->id, data);
			else
				reply_error(job->id, "the child that served %s gave no JSON", job->op);
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

bool job_begin(const struct request *request)
{
	struct job *job = allocate(sizeof(*job));
	char name[16];
	int pair[2];

	job->id = request->id;
	snprintf(job->op, sizeof(job->op), "%s", request->op);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0) {
		reply_error(request->id, "socketpair: %s", errno_name(errno));
		free(job);
		return false;
	}
	job->pid = child_fork();
	if (job->pid == 0) {
		char go;

		close_others(&pair[1], 1);
		answer_fd = pair[1];
		snprintf(name, sizeof(name), "hazmat-%s", request->op);
		prctl(PR_SET_NAME, name);
		if (read(answer_fd, &go, 1) != 1)
			_exit(1);
		return true;
	}
	close(pair[1]);
	if (job->pid < 0) {
		reply_error(request->id, "fork: %s", errno_name(errno));
		close(pair[0]);
		free(job);
		return false;
	}
	child_watch(&job->child, job->pid, job_ended);
	if (watch_start(&job->result, pair[0], EPOLLIN, job_result, job))
		die("cannot watch a child: %s", strerror(errno));
	/* Told before the work begins: it may take the whole guest down. */
	send_event("started", json_pack("{s:I, s:i}", "id", job->id, "pid", job->pid));
	if (send(pair[0], "g", 1, MSG_NOSIGNAL) != 1)
		kill(job->pid, SIGKILL);
	/* Only reads from now on: they must not block. */
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
	write_all(answer_fd, text, length);
	_exit(0);
}
