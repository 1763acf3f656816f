/* SPDX-License-Identifier: GPL-2.0-only */
/* Why is it stuck: what each task says of itself, then every CPU's backtrace and the blocked tasks in the kernel log. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A small file of /proc/PID without its last newline; empty when it cannot be read. */
static json_t *task_file(json_int_t pid, const char *name)
{
	struct buffer text = {0};
	const char *call;
	char path[96];
	json_t *value;

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, name);
	if (read_file(path, 65536, &text, &call))
		text.length = 0;
	if (text.length > 0 && text.data[text.length - 1] == '\n')
		text.length--;
	value = json_bytes(text.data, text.length);
	buffer_free(&text);
	return value;
}

/* The state is the field after the command's name, which may itself have brackets. */
static json_t *task_state(json_int_t pid)
{
	json_t *stat = task_file(pid, "stat");
	const char *bracket = strrchr(json_string_value(stat), ')');
	json_t *state = json_stringn(bracket && strlen(bracket) > 2 ? bracket + 2 : "", bracket && strlen(bracket) > 2);

	json_decref(stat);
	return state;
}

static void sysrq(const char *key)
{
	int fd = open("/proc/sysrq-trigger", O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return;
	if (write(fd, key, 1) != 1)
		complain("sysrq %s: %s", key, strerror(errno));
	close(fd);
}

void op_diagnose(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	json_t *pids = need_list(&fields, "pids", JSON_INTEGER);
	json_t *tasks, *pid;
	size_t i;
	int fd;

	if (refused(&fields, request) || !job_begin(request))
		return;
	tasks = json_array();
	json_array_foreach(pids, i, pid) {
		json_int_t number = json_integer_value(pid);
		json_t *task = json_pack("{s:I}", "pid", number);

		set(task, "comm", task_file(number, "comm"));
		set(task, "state", task_state(number));
		set(task, "wchan", task_file(number, "wchan"));
		set(task, "stack", task_file(number, "stack"));
		set(task, "syscall", task_file(number, "syscall"));
		append(tasks, task);
	}
	fd = open("/proc/sys/kernel/sysrq", O_WRONLY | O_CLOEXEC);
	if (fd >= 0 && write(fd, "1", 1) != 1)
		complain("/proc/sys/kernel/sysrq: %s", strerror(errno));
	sysrq("l");
	sysrq("w");
	job_done(json_pack("{s:o}", "tasks", tasks));
}
