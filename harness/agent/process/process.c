/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes of the scenario, as the agent knows them: from their start to the report of their end. What they do is in
 * worker/; requests to them are in ask.c.
 */
#include "process.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../base/die.h"
#include "../base/io.h"
#include "../base/json.h"
#include "../base/names.h"
#include "../base/page.h"
#include "../channel/channel.h"
#include "../channel/kmsg.h"
#include "../request/operation.h"
#include "../request/reply.h"
#include "../request/request.h"
#include "../worker/signal-record.h"
#include "ask.h"

static struct process *processes;

static struct process *find_any(const char *name)
{
	for (struct process *process = processes; process; process = process->next)
		if (strcmp(process->name, name) == 0)
			return process;
	return NULL;
}

struct process *process_find(const char *name)
{
	struct process *process = find_any(name);

	return process && (process->pid || process->ended) ? process : NULL;
}

struct process *process_ready(const struct request *request, const char *name)
{
	struct process *process = process_find(name);
	const char *op = request->operation->name;

	if (!process)
		reply_error(request->id, "%s: there is no process \"%s\"", op, name);
	else if (process->ended)
		reply_ended(request->id, process->status, "%s: process \"%s\" has ended: %s", op, name,
			    status_text(process->status));
	else if (process->asked)
		reply_error(request->id, "%s: process \"%s\" is still busy with %s", op, name, process->operation->name);
	else
		return process;
	return NULL;
}

static void commands_ready(struct watch *watch, uint32_t events)
{
	(void)events;
	process_hear(watch->owner);
}

static void send_signal(const struct process *process, const struct signal_record *record)
{
	json_t *event = json_pack("{s:s, s:i, s:i, s:i, s:i, s:o, s:i}", "process", process->name, "pid", process->pid,
				  "tid", record->tid, "signo", record->signo, "code", record->code, "addr",
				  json_address(record->address), "lsb", record->lsb);

	if (process->pages && record->address >= process->address &&
	    record->address < process->address + process->pages * PAGE_BYTES)
		json_put(event, "page", json_integer((record->address - process->address) / PAGE_BYTES));
	if (record->again)
		json_put(event, "again", json_true());
	send_event("signal", event);
}

static void drain(struct process *process)
{
	size_t done = 0;

	/* A process that is being forked is not known to the harness before the reply. */
	if (process->events.fd < 0 || !process->pid)
		return;
	if (buffer_fill(&process->records, process->events.fd, 1u << 20, SIZE_MAX, NULL) != FILL_MORE)
		watch_close(&process->events);
	for (; process->records.length - done >= sizeof(struct signal_record); done += sizeof(struct signal_record)) {
		struct signal_record record;

		memcpy(&record, process->records.data + done, sizeof(record));
		send_signal(process, &record);
	}
	buffer_drop(&process->records, done);
}

void processes_drain(void)
{
	for (struct process *process = processes; process; process = process->next)
		drain(process);
}

static void events_ready(struct watch *watch, uint32_t events)
{
	(void)events;
	kmsg_drain();
	drain(watch->owner);
}

struct process *process_create(const struct request *request, const char *name, int far[2])
{
	struct process *process = find_any(name);
	int pair[2], pipe_fds[2], error;

	if (process && !process->ended) {
		reply_error(request->id, "%s: there is already a process \"%s\"", request->operation->name, name);
		return NULL;
	}
	if (process)
		process_forget(process);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0)
		die("cannot make a channel to a process: %s", errno_name(errno));
	process = allocate(sizeof(*process));
	snprintf(process->name, sizeof(process->name), "%s", name);
	process->next = processes;
	processes = process;
	set_nonblocking(pair[0]);
	set_nonblocking(pipe_fds[0]);
	error = watch_start(&process->commands, pair[0], EPOLLIN, commands_ready, process);
	if (!error)
		error = watch_start(&process->events, pipe_fds[0], EPOLLIN, events_ready, process);
	if (error)
		die("cannot watch a process: %s", errno_name(error));
	far[0] = pair[1];
	far[1] = pipe_fds[1];
	return process;
}

void process_forget(struct process *process)
{
	struct process **link = &processes;

	while (*link != process)
		link = &(*link)->next;
	*link = process->next;
	watch_close(&process->commands);
	watch_close(&process->events);
	buffer_free(&process->answers);
	buffer_free(&process->records);
	free(process);
}

static void process_ended(struct child *child, int status)
{
	struct process *process = (struct process *)child;
	json_int_t asked;

	process_hear(process);
	kmsg_drain();
	drain(process);
	watch_close(&process->commands);
	watch_close(&process->events);
	process->ended = true;
	process->status = status;
	process->pages = 0;
	send_event("exit", json_pack("{s:s, s:i, s:s}", "process", process->name, "pid", process->pid, "status",
				     status_text(status)));
	asked = process->asked;
	process->asked = 0;
	if (process->forking)
		process_forget(process->forking);
	process->forking = NULL;
	if (asked)
		reply_ended(asked, status, "process \"%s\" ended (%s) before it answered %s", process->name,
			    status_text(status), process->operation->name);
	if (process->killer)
		reply_ok(process->killer, json_pack("{s:s}", "status", status_text(status)));
	process->killer = 0;
}

void process_watch(struct process *process, pid_t pid)
{
	int status;

	process->pid = pid;
	if (child_ended_early(pid, &status))
		process_ended(&process->child, status);
	else
		child_watch(&process->child, pid, process_ended);
}
