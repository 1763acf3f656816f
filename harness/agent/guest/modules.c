/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads kernel modules with the guest's modprobe, and reports which of them failed and why. */
#include "modules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/die.h"
#include "../base/json.h"
#include "../base/names.h"

#define MODPROBE "/sbin/modprobe"

static void add_text(struct buffer *buffer, const char *text)
{
	buffer_add(buffer, text, strlen(text));
}

static void __attribute__((noreturn)) modprobe_main(const char **argv, int output)
{
	if (dup2(output, STDERR_FILENO) >= 0)
		execv(MODPROBE, (char **)argv);
	/* Only this descriptor is sure to be the pipe. */
	dprintf(output, "%s: %s", MODPROBE, errno_name(errno));
	_exit(127);
}

/* Runs modprobe -a; false when it failed, with what it printed on stderr. */
static bool modprobe(const char **names, size_t count, struct buffer *printed)
{
	const char **argv = allocate((count + 4) * sizeof(*argv));
	int pipe_fds[2], status = 0;
	pid_t pid, ended;

	argv[0] = MODPROBE;
	argv[1] = "-a";
	argv[2] = "--";
	memcpy(argv + 3, names, count * sizeof(*argv));
	if (pipe2(pipe_fds, O_CLOEXEC) < 0)
		die("pipe2: %s", errno_name(errno));
	pid = fork();
	if (pid == 0)
		modprobe_main(argv, pipe_fds[1]);
	if (pid < 0) {
		const char *name = errno_name(errno);

		add_text(printed, "fork: ");
		add_text(printed, name);
	}
	close(pipe_fds[1]);
	while (pid > 0 && buffer_fill(printed, pipe_fds[0], 65536, 65536, NULL) == FILL_MORE)
		;
	close(pipe_fds[0]);
	free(argv);
	if (pid < 0)
		return false;
	do
		ended = waitpid(pid, &status, 0);
	while (ended < 0 && errno == EINTR);
	if (ended < 0) {
		const char *name = errno_name(errno);

		add_text(printed, "waitpid: ");
		add_text(printed, name);
	}
	return ended == pid && status == 0;
}

json_t *load_modules(const json_t *modules)
{
	json_t *failed = json_array();
	size_t count = json_array_size(modules);
	const char **names = allocate(count * sizeof(*names));
	struct buffer printed = {0};

	for (size_t i = 0; i < count; i++)
		names[i] = json_string_value(json_array_get(modules, i));
	/* All at once is fast; one by one shows which of them failed. */
	if (count > 0 && !modprobe(names, count, &printed)) {
		for (size_t i = 0; i < count; i++) {
			printed.length = 0;
			if (modprobe(&names[i], 1, &printed))
				continue;
			while (printed.length > 0 && printed.data[printed.length - 1] == '\n')
				printed.length--;
			json_push(failed, json_pack("{s:s, s:o}", "module", names[i], "error",
						 json_bytes(printed.data, printed.length)));
		}
	}
	buffer_free(&printed);
	free(names);
	return failed;
}
