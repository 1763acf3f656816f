/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes of the scenario, seen from the agent: started, asked one thing at a time, heard, and buried. A request to a
 * process goes to it as it is (worker.c); what it answers is the reply.
 */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct process {
	struct child child;
	struct process *next;
	char name[65];
	pid_t pid;
	/* The thread that went on when the leader had exited; 0: the leader is there. */
	pid_t heir;
	struct watch commands, events;
	struct buffer answers, records;
	bool ended;
	int status;
	/* What it was asked and has not yet answered; 0: nothing. */
	json_int_t asked;
	char op[32];
	uint64_t asked_pages;
	/* In its spin; and asked to end it before it had begun. */
	bool spinning, stop_early;
	/* The process that it is to make, by fork. */
	struct process *making;
	/* Who waits for its end. */
	json_int_t killer;
	uint64_t address, pages;
};

static struct process *processes;

static void commands_ready(struct watch *watch, uint32_t events);
static void events_ready(struct watch *watch, uint32_t events);
static void process_ended(struct child *child, int status);

struct process *process_find(const char *name)
{
	for (struct process *process = processes; process; process = process->next)
		if (strcmp(process->name, name) == 0)
			return process;
	return NULL;
}

pid_t process_thread(const struct process *process)
{
	return process->heir ? process->heir : process->pid;
}

bool process_mapping(const struct process *process, uint64_t *address, uint64_t *pages)
{
	*address = process->address;
	*pages = process->pages;
	return process->pages > 0;
}

static void forget(struct process *process)
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

/* A new entry and the far ends of its channels; NULL with a reply when it cannot be. */
static struct process *make(const struct request *request, const char *name, int far[2])
{
	struct process *process = process_find(name);
	int pair[2], pipe_fds[2];

	if (process && !process->ended) {
		reply_error(request->id, "%s: there is already a process \"%s\"", request->op, name);
		return NULL;
	}
	if (process)
		forget(process);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 || pipe2(pipe_fds, O_CLOEXEC) < 0)
		die("cannot make a channel to a process: %s", strerror(errno));
	process = allocate(sizeof(*process));
	snprintf(process->name, sizeof(process->name), "%s", name);
	process->next = processes;
	processes = process;
	set_nonblocking(pair[0]);
	set_nonblocking(pipe_fds[0]);
	if (watch_start(&process->commands, pair[0], EPOLLIN, commands_ready, process) ||
	    watch_start(&process->events, pipe_fds[0], EPOLLIN, events_ready, process))
		die("cannot watch a process");
	far[0] = pair[1];
	far[1] = pipe_fds[1];
	return process;
}

static void set_asked(struct process *process, const struct request *request)
{
	process->asked = request->id;
	process->spinning = process->stop_early = false;
	snprintf(process->op, sizeof(process->op), "%s", request->op);
}

static void send_signal(struct process *process, const struct signal_record *record)
{
	json_t *event = json_pack("{s:s, s:i, s:i, s:i, s:i, s:o, s:i}", "process", process->name, "pid", process->pid,
				  "tid", record->tid, "signo", record->signo, "code", record->code, "addr",
				  json_address(record->address), "lsb", record->lsb);

	if (process->pages && record->address >= process->address &&
	    record->address < process->address + process->pages * PAGE_BYTES)
		set(event, "page", json_integer((record->address - process->address) / PAGE_BYTES));
	send_event("signal", event);
}

static void drain(struct process *process)
{
	size_t done = 0;

	if (process->events.fd < 0)
		return;
	if (!buffer_fill(&process->records, process->events.fd, 1u << 20, SIZE_MAX, NULL))
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

/* A forked process is known to the agent from here on. */
static void adopt(struct process *child, const struct process *parent, pid_t pid)
{
	int status;

	child->pid = pid;
	child->address = parent->address;
	child->pages = parent->pages;
	if (child_ended_early(pid, &status))
		process_ended(&child->child, status);
	else
		child_watch(&child->child, pid, process_ended);
}

/* The process is in its loop, and only now: whoever waits for `started` counts on it. */
static void spins(struct process *process)
{
	process->spinning = true;
	send_event("started", json_pack("{s:I, s:i}", "id", process->asked, "pid", process->pid));
	if (process->stop_early)
		kill(process->pid, SIGUSR1);
}

static void answered(struct process *process, json_t *data)
{
	json_int_t id = process->asked;
	struct process *made = process->making;
	const char *error = json_string_value(json_object_get(data, "error"));
	const char *call = json_string_value(json_object_get(data, "call"));

	process->asked = 0;
	process->spinning = false;
	process->making = NULL;
	if (strcmp(process->op, "map") == 0 && !error) {
		const char *address = json_string_value(json_object_get(data, "addr"));

		process->address = strtoull(address, NULL, 16);
		process->pages = process->asked_pages;
	}
	if (error && strcmp(process->op, "map") != 0 && strcmp(process->op, "madvise") != 0 &&
	    strcmp(process->op, "write-from-mapping") != 0) {
		/* spawn, fork, start-threads, leader-exit: the guest is out of something. */
		reply_error(id, "%s: %s: %s", process->op, call, error);
		if (made)
			forget(made);
		json_decref(data);
		return;
	}
	if (strcmp(process->op, "leader-exit") == 0)
		process->heir = json_integer_value(json_object_get(data, "tid"));
	reply_ok(id, json_incref(data));
	if (made)
		adopt(made, process, json_integer_value(json_object_get(data, "pid")));
	json_decref(data);
}

/* The answers that have come from a process. */
static void hear(struct process *process)
{
	uint32_t length;

	if (process->commands.fd < 0)
		return;
	if (!buffer_fill(&process->answers, process->commands.fd, 1u << 20, SIZE_MAX, NULL))
		watch_close(&process->commands);
	while (process->answers.length >= sizeof(length)) {
		json_t *data;

		memcpy(&length, process->answers.data, sizeof(length));
		if (process->answers.length < sizeof(length) + length)
			return;
		data = json_loadb(process->answers.data + sizeof(length), length, 0, NULL);
		buffer_drop(&process->answers, sizeof(length) + length);
		if (data && json_object_get(data, "started")) {
			json_decref(data);
			spins(process);
		} else if (data) {
			answered(process, data);
		}
	}
}

static void commands_ready(struct watch *watch, uint32_t events)
{
	(void)events;
	hear(watch->owner);
}

static void process_ended(struct child *child, int status)
{
	struct process *process = (struct process *)child;
	json_int_t asked;

	hear(process);
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
	if (process->making)
		forget(process->making);
	process->making = NULL;
	if (asked)
		reply_ended(asked, status, "process \"%s\" ended (%s) before it answered %s", process->name,
			    status_text(status), process->op);
	if (process->killer)
		reply_ok(process->killer, json_pack("{s:s}", "status", status_text(status)));
	process->killer = 0;
}

/* A process that can be asked, or NULL with a reply. */
static struct process *ready(const struct request *request, const char *name)
{
	struct process *process = process_find(name);

	if (!process || (!process->pid && !process->ended))
		reply_error(request->id, "%s: there is no process \"%s\"", request->op, name);
	else if (process->ended)
		reply_ended(request->id, process->status, "%s: process \"%s\" has ended: %s", request->op, name,
			    status_text(process->status));
	else if (process->asked)
		reply_error(request->id, "%s: process \"%s\" is still busy with %s", request->op, name, process->op);
	else
		return process;
	return NULL;
}

static void ask(struct process *process, const struct request *request, const int *fds, unsigned int count)
{
	char *text = json_dumps(request->json, JSON_COMPACT);

	if (!text)
		die("out of memory");
	set_asked(process, request);
	if (strcmp(request->op, "spin") != 0)
		send_event("started", json_pack("{s:I, s:i}", "id", request->id, "pid", process->pid));
	if (!frame_send(process->commands.fd, text, fds, count, MSG_DONTWAIT)) {
		process->asked = 0;
		reply_error(request->id, "%s: cannot reach process \"%s\": %s", request->op, process->name,
			    errno_name(errno));
	}
	free(text);
}

void op_spawn(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *name = need_name(&fields, "process", 64);
	bool early = want_flag(&fields, "early");
	struct process *process;
	int far[2];
	pid_t pid;

	if (refused(&fields, request))
		return;
	process = make(request, name, far);
	if (!process)
		return;
	pid = child_fork();
	if (pid == 0)
		worker_main(far[0], far[1], name, early);
	close(far[0]);
	close(far[1]);
	if (pid < 0) {
		reply_error(request->id, "spawn: fork: %s", errno_name(errno));
		forget(process);
		return;
	}
	process->pid = pid;
	set_asked(process, request);
	child_watch(&process->child, pid, process_ended);
}

void op_fork(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *name = need_name(&fields, "process", 64);
	const char *child = need_name(&fields, "child", 64);
	struct process *process;
	int far[2];

	if (refused(&fields, request))
		return;
	process = ready(request, name);
	if (!process)
		return;
	process->making = make(request, child, far);
	if (!process->making)
		return;
	ask(process, request, far, 2);
	close(far[0]);
	close(far[1]);
	if (!process->asked) {
		forget(process->making);
		process->making = NULL;
	}
}

void op_process(const struct request *request)
{
	struct fields fields;
	const char *error = worker_request_wrong(request->op, request->json, &fields);
	const json_t *json = request->json;
	uint64_t page = json_integer_value(json_object_get(json, "page"));
	uint64_t pages = json_integer_value(json_object_get(json, "pages"));
	struct process *process;

	if (error) {
		reply_error(request->id, "%s", error);
		return;
	}
	process = ready(request, json_string_value(json_object_get(json, "process")));
	if (!process)
		return;
	if (strcmp(request->op, "map") == 0) {
		if (process->pages) {
			reply_error(request->id, "map: process \"%s\" has a mapping already", process->name);
			return;
		}
		process->asked_pages = pages;
	} else if (strcmp(request->op, "leader-exit") == 0) {
		if (process->heir) {
			reply_error(request->id, "leader-exit: the leader of process \"%s\" has exited already", process->name);
			return;
		}
	} else if (strcmp(request->op, "start-threads") != 0) {
		if (!process->pages) {
			reply_error(request->id, "%s: process \"%s\" has no mapping", request->op, process->name);
			return;
		}
		if (page + (pages ? pages : 1) > process->pages) {
			reply_error(request->id, "%s: page %llu is not in the mapping of %llu pages", request->op,
				    (unsigned long long)(page + (pages ? pages : 1) - 1),
				    (unsigned long long)process->pages);
			return;
		}
	}
	ask(process, request, NULL, 0);
}

void op_kill(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *name = need_name(&fields, "process", 64);
	struct process *process;

	if (refused(&fields, request))
		return;
	process = process_find(name);
	if (!process || (!process->pid && !process->ended))
		reply_error(request->id, "kill: there is no process \"%s\"", name);
	else if (process->ended)
		reply_ok(request->id, json_pack("{s:s}", "status", status_text(process->status)));
	else if (process->killer)
		reply_error(request->id, "kill: process \"%s\" is being ended already", name);
	else {
		process->killer = request->id;
		kill(process->pid, SIGKILL);
	}
}

void op_stop(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *name = need_name(&fields, "process", 64);
	struct process *process;

	if (refused(&fields, request))
		return;
	process = process_find(name);
	if (!process || (!process->pid && !process->ended)) {
		reply_error(request->id, "stop: there is no process \"%s\"", name);
		return;
	}
	/* A spin that has just ended by itself needs no stopping. */
	if (process->asked && strcmp(process->op, "spin") == 0) {
		if (process->spinning)
			kill(process->pid, SIGUSR1);
		else
			process->stop_early = true;
	}
	reply_ok(request->id, json_object());
}
