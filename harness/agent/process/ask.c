/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Requests that a process of the scenario carries out itself. The request goes to the process as it is; what it answers
 * is {"started": true}, then {"data": ...} or {"refused": "..."}, which become the event and the reply.
 */
#include "ask.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../base/die.h"
#include "../base/names.h"
#include "../channel/channel.h"
#include "../request/operation.h"
#include "../request/reply.h"
#include "../request/request.h"
#include "../worker/frame.h"
#include "process.h"

void process_expect(struct process *process, const struct request *request,
		    void (*answered)(struct process *, const json_t *))
{
	process->asked = request->id;
	process->operation = request->operation;
	process->answered = answered;
	process->spinning = process->stop_early = false;
}

static void send_started(struct process *process)
{
	send_event("started", json_pack("{s:I, s:i}", "id", process->asked, "pid", process->pid));
}

void process_ask(struct process *process, const struct request *request, const int *fds, unsigned int count,
		 void (*answered)(struct process *, const json_t *))
{
	char *text = json_dumps(request->json, JSON_COMPACT);
	int error;

	if (!text)
		die("out of memory");
	process_expect(process, request, answered);
	/* `spin` reports its own start, once it is in its loop. */
	if (strcmp(request->operation->name, "spin") != 0)
		send_started(process);
	error = frame_send(process->commands.fd, text, fds, count, MSG_DONTWAIT);
	free(text);
	if (error) {
		process->asked = 0;
		reply_error(request->id, "%s: cannot reach process \"%s\": %s", request->operation->name, process->name,
			    errno_name(error));
	}
}

/* The process is in its loop: what waits for `started` relies on it. */
static void spins(struct process *process)
{
	process->spinning = true;
	send_started(process);
	if (process->stop_early)
		kill(process->pid, SIGUSR1);
}

static void finish(struct process *process, const json_t *answer)
{
	json_t *data = json_object_get(answer, "data");
	const char *refused = json_string_value(json_object_get(answer, "refused"));
	struct process *child = process->forking;
	json_int_t id = process->asked;
	pid_t pid = json_integer_value(json_object_get(data, "pid"));

	process->asked = 0;
	process->spinning = false;
	process->forking = NULL;
	if (!data) {
		reply_error(id, "%s: %s", process->operation->name, refused ? refused : "malformed answer");
		if (child)
			process_forget(child);
		return;
	}
	if (process->answered)
		process->answered(process, data);
	reply_ok(id, json_incref(data));
	if (child) {
		child->address = process->address;
		child->pages = process->pages;
		process_watch(child, pid);
	}
}

void process_hear(struct process *process)
{
	uint32_t length;

	if (process->commands.fd < 0)
		return;
	if (buffer_fill(&process->answers, process->commands.fd, 1u << 20, SIZE_MAX, NULL) != FILL_MORE)
		watch_close(&process->commands);
	while (process->answers.length >= sizeof(length)) {
		json_t *answer;

		memcpy(&length, process->answers.data, sizeof(length));
		if (process->answers.length < sizeof(length) + length)
			return;
		answer = json_loadb(process->answers.data + sizeof(length), length, 0, NULL);
		buffer_drop(&process->answers, sizeof(length) + length);
		if (json_object_get(answer, "started"))
			spins(process);
		else if (process->asked)
			finish(process, answer);
		json_decref(answer);
	}
}
