/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a program of the guest to its end, and replies what it printed. */
#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/clock.h"
#include "../base/die.h"
#include "../base/io.h"
#include "../base/json.h"
#include "../base/names.h"
#include "../channel/channel.h"
#include "../channel/loop.h"
#include "../children/child.h"
#include "../request/arguments.h"
#include "../request/reply.h"
#include "../request/request.h"
#include "handlers.h"

/* What is kept of stdout, and of stderr. */
#define KEPT (1u << 20)

struct run {
	struct child child;
	struct watch in, out, err;
	struct buffer input, stdout_text, stderr_text;
	size_t input_done;
	bool truncated;
	int sync;
	uint64_t start;
	json_int_t id;
};

/* Why the program could not be started, from the child. */
struct failure {
	int error;
	char call[8];
};

static void collect(struct run *run, struct watch *watch, size_t limit)
{
	struct buffer *text = watch == &run->out ? &run->stdout_text : &run->stderr_text;

	if (watch->fd >= 0 && buffer_fill(text, watch->fd, limit, KEPT, &run->truncated) != FILL_MORE)
		watch_close(watch);
}

static void output_ready(struct watch *watch, uint32_t events)
{
	(void)events;
	collect(watch->owner, watch, 1u << 18);
}

static void input_ready(struct watch *watch, uint32_t events)
{
	struct run *run = watch->owner;
	ssize_t done = write(watch->fd, run->input.data + run->input_done, run->input.length - run->input_done);

	(void)events;
	if (done > 0)
		run->input_done += done;
	/* EPIPE: the program reads no more of it, which is its own affair. */
	if (run->input_done == run->input.length || (done < 0 && errno != EAGAIN && errno != EINTR))
		watch_close(watch);
}

static void run_ended(struct child *child, int status)
{
	struct run *run = (struct run *)child;
	struct failure failure;
	json_t *data;

	/* A daemon may keep the pipes open: only what is in them now is read. */
	collect(run, &run->out, KEPT);
	collect(run, &run->err, KEPT);
	watch_close(&run->in);
	watch_close(&run->out);
	watch_close(&run->err);
	if (recv(run->sync, &failure, sizeof(failure), MSG_DONTWAIT) == sizeof(failure)) {
		reply_error(run->id, "run: %.8s: %s", failure.call, errno_name(failure.error));
	} else {
		data = json_object();
		if (WIFSIGNALED(status))
			json_put(data, "signal", json_integer(WTERMSIG(status)));
		else
			json_put(data, "exit", json_integer(WEXITSTATUS(status)));
		json_put(data, "stdout", json_bytes(run->stdout_text.data, run->stdout_text.length));
		json_put(data, "stderr", json_bytes(run->stderr_text.data, run->stderr_text.length));
		json_put(data, "durationMs", json_real((now_us() - run->start) / 1000.0));
		if (run->truncated)
			json_put(data, "truncated", json_true());
		reply_ok(run->id, data);
	}
	close(run->sync);
	buffer_free(&run->input);
	buffer_free(&run->stdout_text);
	buffer_free(&run->stderr_text);
	free(run);
}

static void __attribute__((noreturn)) fail(int sync, const char *call)
{
	struct failure failure = { .error = errno };

	snprintf(failure.call, sizeof(failure.call), "%s", call);
	/* An agent that does not get it replies that the program exited with 127. */
	send(sync, &failure, sizeof(failure), MSG_NOSIGNAL);
	_exit(127);
}

static void __attribute__((noreturn)) child_main(const struct request *request, int sync, const int ends[3], char **argv)
{
	const char *cwd = arg_text(request, "cwd");
	const char *key;
	json_t *value;
	char go;

	/* The agent has ended. */
	if (read(sync, &go, 1) != 1)
		_exit(127);
	json_object_foreach(arg_string_map(request, "env"), key, value)
		if (setenv(key, json_string_value(value), 1) < 0)
			fail(sync, "setenv");
	if (*cwd && chdir(cwd) < 0)
		fail(sync, "chdir");
	for (int i = 0; i < 3; i++)
		if (dup2(ends[i], i) < 0)
			fail(sync, "dup2");
	/* exec closes everything else of the agent. */
	execvp(argv[0], argv);
	fail(sync, "exec");
}

static void close_all(const int *fds, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

/* A socket pair and three pipes: two ends each, ours first. Returns 0, or an errno and the call that failed. */
static int make_pipes(int sync[2], int ours[3], int ends[3], const char **call)
{
	int error = 0;

	for (int i = 0; i < 3; i++)
		ours[i] = ends[i] = -1;
	*call = "socketpair";
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sync) < 0)
		return errno;
	*call = "pipe2";
	for (int i = 0; i < 3 && !error; i++) {
		int pipe_fds[2];

		if (pipe2(pipe_fds, O_CLOEXEC) < 0) {
			error = errno;
			break;
		}
		ours[i] = pipe_fds[i == 0];
		ends[i] = pipe_fds[i != 0];
		set_nonblocking(ours[i]);
	}
	if (error) {
		close_all(sync, 2);
		close_all(ours, 3);
		close_all(ends, 3);
	}
	return error;
}

static void watch_run(struct run *run, const int ours[3])
{
	int error = watch_start(&run->in, ours[0], EPOLLOUT, input_ready, run);

	if (!error)
		error = watch_start(&run->out, ours[1], EPOLLIN, output_ready, run);
	if (!error)
		error = watch_start(&run->err, ours[2], EPOLLIN, output_ready, run);
	if (error)
		die("cannot watch a program: %s", errno_name(error));
	if (run->input.length == 0)
		watch_close(&run->in);
}

void op_run(const struct request *request)
{
	json_t *list = arg_strings(request, "argv");
	size_t count = json_array_size(list), input_length;
	const char *input = arg_bytes(request, "stdin", &input_length);
	const char *call;
	int sync[2], ours[3], ends[3];
	int error = make_pipes(sync, ours, ends, &call);
	struct run *run;
	char **argv;
	pid_t pid;

	if (error) {
		reply_error(request->id, "run: %s: %s", call, errno_name(error));
		return;
	}
	argv = allocate((count + 1) * sizeof(*argv));
	for (size_t i = 0; i < count; i++)
		argv[i] = (char *)json_string_value(json_array_get(list, i));
	pid = child_fork();
	error = errno;
	if (pid == 0)
		child_main(request, sync[1], ends, argv);
	free(argv);
	close(sync[1]);
	close_all(ends, 3);
	if (pid < 0) {
		close(sync[0]);
		close_all(ours, 3);
		reply_error(request->id, "run: fork: %s", errno_name(error));
		return;
	}
	run = allocate(sizeof(*run));
	run->id = request->id;
	run->sync = sync[0];
	buffer_add(&run->input, input, input_length);
	watch_run(run, ours);
	child_watch(&run->child, pid, run_ended);
	run->start = now_us();
	send_event("started", json_pack("{s:I, s:i}", "id", run->id, "pid", pid));
	/* EPIPE: the child has ended already, and its end is the reply. */
	if (send(sync[0], "g", 1, MSG_NOSIGNAL) != 1)
		kill(pid, SIGKILL);
}
