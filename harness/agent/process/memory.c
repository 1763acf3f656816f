/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The memory of a process of the scenario, read by another one through /proc/PID/mem: the kernel itself loads from the pages
 * (mm/memory.c:__access_remote_vm). In a child: the load may end in an oops.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/page.h"
#include "../children/job.h"
#include "../operations/io-result.h"
#include "../operations/pattern.h"
#include "../request/arguments.h"
#include "../request/reply.h"
#include "../request/request.h"
#include "handlers.h"
#include "process.h"

/* `number`: the page of the file that the first page holds. */
static json_t *read_memory(const struct process *process, uint64_t page, uint64_t pages, uint64_t number)
{
	size_t length = pages * PAGE_BYTES;
	char *memory = io_memory(length);
	json_t *data, *seeds = json_array();
	char path[64];
	ssize_t done;
	int fd;

	memset(memory, 0xff, length);
	snprintf(path, sizeof(path), "/proc/%d/mem", process->heir ? process->heir : process->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return io_result("open", -1, errno);
	done = pread(fd, memory, length, process->address + page * PAGE_BYTES);
	data = io_result("pread", done, errno);
	for (uint64_t i = 0; done >= 0 && (i + 1) * PAGE_BYTES <= (uint64_t)done; i++)
		json_push(seeds, json_seed(pattern_seed(memory + i * PAGE_BYTES, number + i)));
	json_put(data, "seeds", seeds);
	return data;
}

void op_read_memory(const struct request *request)
{
	const char *name = arg_text(request, "process");
	const struct process *process = process_find(name);

	if (!process)
		reply_error(request->id, "read-memory: there is no process \"%s\"", name);
	else if (!outside_mapping(process, request) && job_begin(request))
		job_done(read_memory(process, arg_integer(request, "page"), arg_integer(request, "pages"),
				     arg_integer(request, "filePage")));
}
