/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which pages of a process are mapped, and to what: Documentation/admin-guide/mm/pagemap.rst. In a child, because a
 * page table that points at memory that was removed can oops the process that reads it.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/page.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "../request/reply.h"
#include "../request/request.h"
#include "handlers.h"
#include "process.h"

/* A run of pages that are present ends before a page. */
static void end_run(json_t *present, uint64_t *length, uint64_t page)
{
	if (*length > 0)
		json_push(present, json_pack("{s:I, s:I}", "page", (json_int_t)(page - *length), "count",
					     (json_int_t)*length));
	*length = 0;
}

static json_t *pagemap(pid_t thread, uint64_t address, uint64_t pages)
{
	json_t *data = json_pack("{s:o, s:I, s:[]}", "addr", json_address(address), "pages", (json_int_t)pages, "present");
	json_t *present = json_object_get(data, "present");
	uint64_t entries[512];
	uint64_t length = 0;
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return with_failure(data, "open", errno);
	for (uint64_t done = 0; done < pages;) {
		size_t want = pages - done < 512 ? pages - done : 512;
		ssize_t got = pread(fd, entries, want * 8, (address / PAGE_BYTES + done) * 8);

		/* Of a process that has given up its memory, nothing can be read and there is no errno. */
		if (got <= 0)
			return with_failure(data, "pread", got < 0 ? errno : ESRCH);
		for (ssize_t i = 0; i < got / 8; i++) {
			if (entries[i] >> 63 & 1)
				length++;
			else
				end_run(present, &length, done + i);
		}
		done += got / 8;
	}
	end_run(present, &length, pages);
	return data;
}

/* The page frame of one page; 0 when it is not present. */
static json_t *frame(pid_t thread, uint64_t address)
{
	uint64_t entry;
	char path[64];
	ssize_t got;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/pagemap", thread);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return json_failure("open", errno);
	got = pread(fd, &entry, sizeof(entry), address / PAGE_BYTES * sizeof(entry));
	if (got != sizeof(entry))
		return json_failure("pread", got < 0 ? errno : ESRCH);
	return json_pack("{s:I}", "frame", (json_int_t)(entry >> 63 & 1 ? entry & (((uint64_t)1 << 55) - 1) : 0));
}

/* The process of a request that has a mapping; NULL after a reply that says what it lacks. */
static const struct process *mapper(const struct request *request, const char *operation)
{
	const char *name = arg_text(request, "process");
	const struct process *process = process_find(name);

	if (!process)
		reply_error(request->id, "%s: there is no process \"%s\"", operation, name);
	else if (!process->pages)
		reply_error(request->id, "%s: process \"%s\" has no mapping", operation, name);
	else
		return process;
	return NULL;
}

void op_frame(const struct request *request)
{
	const struct process *process = mapper(request, "frame");
	uint64_t page = arg_integer(request, "page");

	if (!process)
		return;
	if (page >= process->pages)
		reply_error(request->id, "frame: the mapping has only %llu pages", (unsigned long long)process->pages);
	else if (job_begin(request))
		job_done(frame(process->heir ? process->heir : process->pid, process->address + page * PAGE_BYTES));
}

void op_pagemap(const struct request *request)
{
	const struct process *process = mapper(request, "pagemap");

	if (process && job_begin(request))
		job_done(pagemap(process->heir ? process->heir : process->pid, process->address, process->pages));
}
