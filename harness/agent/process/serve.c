/* SPDX-License-Identifier: GPL-2.0-only */
/* The operations on processes of the scenario: what the agent checks and notes before and after they are carried out. */
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/names.h"
#include "../children/child.h"
#include "../request/arguments.h"
#include "../request/operation.h"
#include "../request/reply.h"
#include "../request/request.h"
#include "../worker/worker.h"
#include "ask.h"
#include "handlers.h"
#include "process.h"

void op_spawn(const struct request *request)
{
	const char *name = arg_text(request, "process");
	int far[2], error;
	struct process *process = process_create(request, name, far);
	pid_t pid;

	if (!process)
		return;
	pid = child_fork();
	error = errno;
	if (pid == 0)
		worker_main(far[0], far[1], name, arg_flag(request, "early"), arg_flag(request, "core"));
	close(far[0]);
	close(far[1]);
	if (pid < 0) {
		process_forget(process);
		reply_error(request->id, "spawn: fork: %s", errno_name(error));
		return;
	}
	process_expect(process, request, NULL);
	process_watch(process, pid);
}

void op_fork(const struct request *request)
{
	struct process *process = process_ready(request, arg_text(request, "process"));
	int far[2];

	if (!process)
		return;
	process->forking = process_create(request, arg_text(request, "child"), far);
	if (!process->forking)
		return;
	process_ask(process, request, far, 2, NULL);
	close(far[0]);
	close(far[1]);
	if (!process->asked) {
		process_forget(process->forking);
		process->forking = NULL;
	}
}

static void mapped(struct process *process, const json_t *data)
{
	/* A map that failed has an empty address. */
	process->address = strtoull(json_string_value(json_object_get(data, "addr")), NULL, 16);
	process->pages = process->address ? process->asked_pages : 0;
}

void op_map(const struct request *request)
{
	struct process *process = process_ready(request, arg_text(request, "process"));

	if (process && process->pages) {
		reply_error(request->id, "map: process \"%s\" has a mapping already", process->name);
	} else if (process) {
		process->asked_pages = arg_integer(request, "pages");
		process_ask(process, request, NULL, 0, mapped);
	}
}

static void leader_exited(struct process *process, const json_t *data)
{
	process->heir = json_integer_value(json_object_get(data, "tid"));
}

void op_leader_exit(const struct request *request)
{
	struct process *process = process_ready(request, arg_text(request, "process"));

	if (process && process->heir)
		reply_error(request->id, "leader-exit: the leader of process \"%s\" has exited already", process->name);
	else if (process)
		process_ask(process, request, NULL, 0, leader_exited);
}

bool outside_mapping(const struct process *process, const struct request *request)
{
	const char *op = request->operation->name;
	json_t *count = json_object_get(request->json, "pages");
	uint64_t page = arg_integer(request, "page");
	/* Even no pages at all are at a place in the mapping. */
	uint64_t pages = json_integer_value(count) ? json_integer_value(count) : 1;

	if (!process->pages)
		reply_error(request->id, "%s: process \"%s\" has no mapping", op, process->name);
	else if (page + pages > process->pages)
		reply_error(request->id, "%s: page %llu is not in the mapping of %llu pages", op,
			    (unsigned long long)(page + pages - 1), (unsigned long long)process->pages);
	else
		return false;
	return true;
}

void op_process(const struct request *request)
{
	struct process *process = process_ready(request, arg_text(request, "process"));

	if (process && !(request->operation->in_mapping && outside_mapping(process, request)))
		process_ask(process, request, NULL, 0, NULL);
}

/* Whether a signal ends a process that does not handle it. */
static bool is_deadly(int signo)
{
	return signo != SIGSTOP && signo != SIGCONT;
}

void op_kill(const struct request *request)
{
	const char *name = arg_text(request, "process");
	int signo = arg_integer(request, "signal") ? arg_integer(request, "signal") : SIGKILL;
	struct process *process = process_find(name);

	if (!process)
		reply_error(request->id, "kill: there is no process \"%s\"", name);
	else if (process->ended)
		reply_ok(request->id, json_pack("{s:s}", "status", status_text(process->status)));
	else if (process->killer)
		reply_error(request->id, "kill: process \"%s\" is being killed already", name);
	else if (kill(process->pid, signo) < 0)
		reply_error(request->id, "kill: process \"%s\": %s", name, errno_name(errno));
	else if (is_deadly(signo))
		process->killer = request->id;
	else
		reply_ok(request->id, json_pack("{s:s}", "status", "lives on"));
}

void op_stop(const struct request *request)
{
	const char *name = arg_text(request, "process");
	struct process *process = process_find(name);

	if (!process) {
		reply_error(request->id, "stop: there is no process \"%s\"", name);
		return;
	}
	/* A spin that has just ended by itself needs no stop. */
	if (process->asked && strcmp(process->operation->name, "spin") == 0) {
		if (!process->spinning)
			process->stop_early = true;
		else if (kill(process->pid, SIGUSR1) < 0) {
			reply_error(request->id, "stop: process \"%s\": %s", name, errno_name(errno));
			return;
		}
	}
	reply_ok(request->id, json_object());
}
