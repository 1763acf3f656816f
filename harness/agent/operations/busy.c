/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tasks that have something to do: running or ready to run (R), or waiting without being interruptible (D). Work that the
 * kernel has put off without a timer keeps a kworker in one of these states until it is done.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/io.h"
#include "../base/json.h"
#include "../children/job.h"
#include "../worker/worker.h"
#include "handlers.h"

#define STAT_LIMIT 4096

static bool is_number(const char *name)
{
	return isdigit((unsigned char)name[0]);
}

/* The line of /proc/PID/stat or /proc/PID/task/TID/stat after the command's name, which may itself have brackets. False: it has ended. */
static bool read_stat(const char *path, char *state, long *threads, bool *ours)
{
	struct buffer text = {0};
	const char *call, *bracket;
	bool found = false;

	if (read_file(path, STAT_LIMIT, &text, &call) == 0) {
		buffer_add(&text, "", 1);
		bracket = strrchr(text.data, ')');
		/* state, 16 fields, num_threads: proc_pid_stat(5). */
		*ours = strstr(text.data, "(" AGAIN_COMM ")") != NULL;
		found = bracket && sscanf(bracket + 1,
					  " %c %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %*s %ld",
					  state, threads) == 2;
	}
	buffer_free(&text);
	return found;
}

/* `ours`: a thread that touches pages over and over runs whatever the kernel does. */
static void add_if_busy(json_t *busy, long task, char state, bool ours)
{
	if (state == 'R' && ours)
		return;
	if (state == 'R' || state == 'D')
		json_push(busy, json_pack("{s:I, s:s#}", "pid", (json_int_t)task, "state", &state, (size_t)1));
}

static void add_threads(json_t *busy, const char *pid)
{
	char path[96], state;
	struct dirent *entry;
	long threads;
	bool ours;
	DIR *tasks;

	snprintf(path, sizeof(path), "/proc/%.20s/task", pid);
	tasks = opendir(path);
	if (!tasks)
		return;
	while ((entry = readdir(tasks))) {
		snprintf(path, sizeof(path), "/proc/%.20s/task/%.20s/stat", pid, entry->d_name);
		if (is_number(entry->d_name) && read_stat(path, &state, &threads, &ours))
			add_if_busy(busy, atol(entry->d_name), state, ours);
	}
	closedir(tasks);
}

void op_busy(const struct request *request)
{
	char path[96], state;
	struct dirent *entry;
	json_t *busy;
	long threads;
	bool ours;
	DIR *proc;

	if (!job_begin(request))
		return;
	proc = opendir("/proc");
	if (!proc)
		job_refuse("busy: /proc: %s", strerror(errno));
	busy = json_array();
	while ((entry = readdir(proc))) {
		/* This process and the agent are busy with this request. */
		if (!is_number(entry->d_name) || atol(entry->d_name) == getpid() || atol(entry->d_name) == getppid())
			continue;
		snprintf(path, sizeof(path), "/proc/%.20s/stat", entry->d_name);
		if (!read_stat(path, &state, &threads, &ours))
			continue;
		if (threads > 1)
			add_threads(busy, entry->d_name);
		else
			add_if_busy(busy, atol(entry->d_name), state, ours);
	}
	closedir(proc);
	job_done(json_pack("{s:o}", "tasks", busy));
}
