/* SPDX-License-Identifier: GPL-2.0-only */
/* A process of the scenario, seen from inside: it carries out one request after the other, as its agent asks. */
#include "worker.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "../base/die.h"
#include "../base/io.h"
#include "../base/names.h"
#include "../request/operation.h"
#include "../request/request.h"
#include "signals.h"

struct worker worker;

static void send_answer(json_t *answer)
{
	char *text = json_dumps(answer, JSON_COMPACT);

	/* Without an agent there is nobody to tell why. */
	if (!text || frame_send(worker.commands, text, NULL, 0, 0))
		_exit(1);
	free(text);
	json_decref(answer);
}

void worker_answer(json_t *data)
{
	send_answer(json_pack("{s:o}", "data", data));
}

void worker_refuse(const char *call, int error)
{
	send_answer(json_pack("{s:o}", "refused", json_sprintf("%s: %s", call, errno_name(error))));
}

void worker_take_name(const char *name)
{
	snprintf(worker.name, sizeof(worker.name), "%s", name);
	prctl(PR_SET_NAME, worker.name);
}

static void serve(json_t *json)
{
	struct request request = { .json = json };

	request.id = json_integer_value(json_object_get(json, "id"));
	request.operation = operation_find(json_string_value(json_object_get(json, "op")));
	/* The arguments were checked by the agent, which is this very program. */
	request.operation->work(&request);
}

/* The end of the agent ends its processes. */
static void receive(void *data, size_t length)
{
	if (frame_read(worker.commands, data, length, &worker.passed))
		return;
	if (errno)
		complain("process %s: recvmsg: %s", worker.name, errno_name(errno));
	_exit(errno ? 1 : 0);
}

void worker_serve_forever(void)
{
	for (;;) {
		uint32_t length;
		json_t *request;
		char *text;

		thread_state = IDLE;
		receive(&length, sizeof(length));
		thread_state = WORKING;
		text = allocate(length);
		receive(text, length);
		request = json_loadb(text, length, 0, NULL);
		free(text);
		if (!request)
			die("process %s: malformed request", worker.name);
		serve(request);
		json_decref(request);
	}
}

/* Returns 0 or an errno. */
static int allow_core(void)
{
	static const struct rlimit unlimited = { .rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY };
	int fd = open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC), error = 0;

	if (fd < 0 || !write_all(fd, "0x1ff", 5) || setrlimit(RLIMIT_CORE, &unlimited) < 0)
		error = errno;
	if (fd >= 0)
		close(fd);
	return error;
}

void worker_main(int commands, int events, const char *name, bool early, bool core)
{
	int keep[] = { commands, events }, error;

	close_others(keep, 2);
	worker.commands = commands;
	worker.events = events;
	worker_take_name(name);
	catch_signals();
	if (early && prctl(PR_MCE_KILL, PR_MCE_KILL_SET, PR_MCE_KILL_EARLY, 0, 0) < 0)
		worker_refuse("prctl", errno);
	else if (core && (error = allow_core()))
		worker_refuse("core", error);
	else
		worker_answer(json_pack("{s:i}", "pid", getpid()));
	worker_serve_forever();
}
