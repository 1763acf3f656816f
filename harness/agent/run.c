/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs a program of the guest to its end, and gives back what it printed. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

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

	if (watch->fd >= 0 && !buffer_fill(text, watch->fd, limit, KEPT, &run->truncated))
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
	if (run->input_done == run->input.length || (done < 0 && errno != EAGAIN && errno != EINTR))
		watch_close(watch);
}

static void run_ended(struct child *child, int status)
{
	struct run *run = (struct run *)child;
	struct failure failure;
	json_t *data;

	/* A daemon may hold the pipes for ever: only what is in them now is taken. */
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
			set(data, "signal", json_integer(WTERMSIG(status)));
		else
			set(data, "exit", json_integer(WEXITSTATUS(status)));
		set(data, "stdout", json_bytes(run->stdout_text.data, run->stdout_text.length));
		set(data, "stderr", json_bytes(run->stderr_text.data, run->stderr_text.length));
		set(data, "durationMs", json_real((now_us() - run->start) / 1000.0));
		if (run->truncated)
			set(data, "truncated", json_true());
		reply_ok(run->id, data);
	}
	close(run->sync);
	buffer_free(&run->input);
	buffer_free(&run->stdout_text);
	buffer_free(&run->stderr_text);
	free(run);
}

static void fail(int sync, const char *call)
{
	struct failure failure = { .error = errno };

	snprintf(failure.call, sizeof(failure.call), "%s", call);
	send(sync, &failure, sizeof(failure), MSG_NOSIGNAL);
	_exit(127);
}

static void child_main(int sync, const int ends[3], char **argv, const char *cwd, json_t *env)
{
	const char *key;
	json_t *value;
	char go;

	if (read(sync, &go, 1) != 1)
		_exit(127);
	json_object_foreach(env, key, value)
		setenv(key, json_string_value(value), 1);
	if (*cwd && chdir(cwd) < 0)
		fail(sync, "chdir");
	for (int i = 0; i < 3; i++)
		if (dup2(ends[i], i) < 0)
			fail(sync, "dup2");
	/* Everything else of the agent is closed by exec. */
	execvp(argv[0], argv);
	fail(sync, "exec");
}

static int make_pipes(struct run *run, int sync[2], int ours[3], int ends[3])
{
	int pipes[3][2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sync) < 0)
		return errno;
	for (int i = 0; i < 3; i++)
		if (pipe2(pipes[i], O_CLOEXEC) < 0)
			die("pipe2: %s", strerror(errno));
	for (int i = 0; i < 3; i++) {
		ours[i] = pipes[i][i == 0];
		ends[i] = pipes[i][i != 0];
		set_nonblocking(ours[i]);
	}
	run->sync = sync[0];
	return 0;
}

void op_run(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	json_t *list = need_list(&fields, "argv", JSON_STRING);
	size_t input_length = 0;
	const char *input = want_text(&fields, "stdin", &input_length);
	const char *cwd = want_text(&fields, "cwd", NULL);
	json_t *env = want_map(&fields, "env");
	size_t count = json_array_size(list);
	int sync[2], ours[3], ends[3];
	struct run *run;
	char **argv;
	pid_t pid;

	if (refused(&fields, request))
		return;
	if (count == 0) {
		reply_error(request->id, "run: \"argv\" is empty");
		return;
	}
	argv = allocate((count + 1) * sizeof(*argv));
	for (size_t i = 0; i < count; i++)
		argv[i] = (char *)json_string_value(json_array_get(list, i));
	run = allocate(sizeof(*run));
	run->id = request->id;
	errno = make_pipes(run, sync, ours, ends);
	pid = errno ? -1 : child_fork();
	if (pid == 0)
		child_main(sync[1], ends, argv, cwd, env);
	free(argv);
	if (pid < 0) {
		reply_error(request->id, "run: cannot start a process: %s", errno_name(errno));
		free(run);
		return;
	}
	close(sync[1]);
	for (int i = 0; i < 3; i++)
		close(ends[i]);
	buffer_add(&run->input, input, input_length);
	if (watch_start(&run->in, ours[0], EPOLLOUT, input_ready, run) ||
	    watch_start(&run->out, ours[1], EPOLLIN, output_ready, run) ||
	    watch_start(&run->err, ours[2], EPOLLIN, output_ready, run))
		die("cannot watch a program");
	if (input_length == 0)
		watch_close(&run->in);
	child_watch(&run->child, pid, run_ended);
	run->start = now_us();
	send_event("started", json_pack("{s:I, s:i}", "id", run->id, "pid", pid));
	if (send(sync[0], "g", 1, MSG_NOSIGNAL) != 1)
		kill(pid, SIGKILL);
}
