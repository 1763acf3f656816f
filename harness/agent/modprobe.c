/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads kernel modules with the guest's modprobe, and tells which of them failed and why. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define MODPROBE "/sbin/modprobe"

/* Runs modprobe -a; false when it failed, with what it said on stderr. */
static bool modprobe(const char **names, size_t count, struct buffer *said)
{
	const char **argv = allocate((count + 4) * sizeof(*argv));
	int pipe_fds[2], status = 0;
	pid_t pid;

	argv[0] = MODPROBE;
	argv[1] = "-a";
	argv[2] = "--";
	memcpy(argv + 3, names, count * sizeof(*argv));
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		die("pipe2: %s", strerror(errno));
	pid = fork();
	if (pid == 0) {
		dup2(pipe_fds[1], STDERR_FILENO);
		execv(MODPROBE, (char **)argv);
		dprintf(STDERR_FILENO, "%s: %s", MODPROBE, strerror(errno));
		_exit(127);
	}
	close(pipe_fds[1]);
	while (pid > 0 && buffer_fill(said, pipe_fds[0], 65536, 65536, NULL))
		;
	close(pipe_fds[0]);
	free(argv);
	if (pid < 0) {
		buffer_add(said, "fork failed", 11);
		return false;
	}
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status == 0;
}

json_t *load_modules(const json_t *modules)
{
	json_t *failed = json_array();
	size_t count = json_array_size(modules);
	const char **names = allocate(count * sizeof(*names));
	struct buffer said = {0};

	for (size_t i = 0; i < count; i++)
		names[i] = json_string_value(json_array_get(modules, i));
	/* All at once is fast; one by one tells whose fault it was. */
	if (count > 0 && !modprobe(names, count, &said)) {
		for (size_t i = 0; i < count; i++) {
			said.length = 0;
			if (modprobe(&names[i], 1, &said))
				continue;
			while (said.length > 0 && said.data[said.length - 1] == '\n')
				said.length--;
			append(failed, json_pack("{s:s, s:o}", "module", names[i], "error",
						 json_bytes(said.data, said.length)));
		}
	}
	buffer_free(&said);
	free(names);
	return failed;
}

void op_modprobe(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	json_t *modules = need_list(&fields, "modules", JSON_STRING);

	if (!refused(&fields, request) && job_begin(request))
		job_done(json_pack("{s:o}", "failed", load_modules(modules)));
}
