/* SPDX-License-Identifier: GPL-2.0-only */
/* Why a task hangs: its files in /proc, then every CPU's backtrace and the blocked tasks, into the kernel log. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/io.h"
#include "../base/json.h"
#include "../base/names.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "handlers.h"

/* A small file of /proc/PID without its last newline. Empty when it cannot be read; `unreadable` then has its errno. */
static json_t *task_file(json_int_t pid, const char *name, json_t *unreadable)
{
	struct buffer text = {0};
	const char *call;
	char path[96];
	json_t *value;
	int error;

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, name);
	error = read_file(path, 65536, &text, &call);
	if (error) {
		text.length = 0;
		json_put(unreadable, name, json_string(errno_name(error)));
	}
	if (text.length > 0 && text.data[text.length - 1] == '\n')
		text.length--;
	value = json_bytes(text.data, text.length);
	buffer_free(&text);
	return value;
}

/* The state is the field after the command's name, which may itself have brackets. */
static json_t *task_state(json_int_t pid, json_t *unreadable)
{
	json_t *stat = task_file(pid, "stat", unreadable);
	const char *bracket = strrchr(json_string_value(stat), ')');
	json_t *state = json_stringn(bracket && strlen(bracket) > 2 ? bracket + 2 : "", bracket && strlen(bracket) > 2);

	json_decref(stat);
	return state;
}

static json_t *task(json_int_t pid)
{
	json_t *task = json_pack("{s:I}", "pid", pid);
	json_t *unreadable = json_object();

	json_put(task, "comm", task_file(pid, "comm", unreadable));
	json_put(task, "state", task_state(pid, unreadable));
	json_put(task, "wchan", task_file(pid, "wchan", unreadable));
	json_put(task, "stack", task_file(pid, "stack", unreadable));
	json_put(task, "syscall", task_file(pid, "syscall", unreadable));
	if (json_object_size(unreadable))
		json_put(task, "unreadable", unreadable);
	return task;
}

/* Writes one byte to a file; the first failure of all goes into `data`. */
static void write_byte(json_t *data, const char *path, const char *byte)
{
	const char *call = "open";
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = fd < 0 ? errno : 0;

	if (fd >= 0) {
		call = "write";
		if (write(fd, byte, 1) < 0)
			error = errno;
		close(fd);
	}
	if (error && !json_object_get(data, "error"))
		with_failure(data, call, error);
}

void op_diagnose(const struct request *request)
{
	json_t *data, *tasks, *pid;
	size_t i;

	if (!job_begin(request))
		return;
	data = json_object();
	tasks = json_array();
	json_array_foreach(arg_integers(request, "pids"), i, pid)
		json_push(tasks, task(json_integer_value(pid)));
	json_put(data, "tasks", tasks);
	write_byte(data, "/proc/sys/kernel/sysrq", "1");
	write_byte(data, "/proc/sysrq-trigger", "l");
	write_byte(data, "/proc/sysrq-trigger", "w");
	job_done(data);
}
