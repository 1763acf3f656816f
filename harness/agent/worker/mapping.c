/* SPDX-License-Identifier: GPL-2.0-only */
/* The mapping of a process of the scenario, and system calls on it: mmap(2), madvise(2), msync(2), pwrite(2) from it, pread(2) to it. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/names.h"
#include "../base/page.h"
#include "../request/arguments.h"
#include "handlers.h"
#include "signals.h"
#include "worker.h"

#ifndef MADV_SOFT_OFFLINE
#define MADV_SOFT_OFFLINE 101
#endif

static void map_failed(const char *call, int error)
{
	json_t *data = json_failure(call, error);

	json_put(data, "addr", json_string(""));
	worker_answer(data);
}

void work_map(const struct request *request)
{
	uint64_t page = arg_integer(request, "page");
	uint64_t pages = arg_integer(request, "pages");
	bool private = arg_is(request, "mode", "private");
	bool writing = arg_is(request, "protection", "write");
	int sharing = arg_flag(request, "sync") ? MAP_SHARED_VALIDATE | MAP_SYNC : MAP_SHARED;
	int fd = open(arg_text(request, "file"), (writing && !private ? O_RDWR : O_RDONLY) | O_CLOEXEC);
	int error;
	char *map;

	if (fd < 0) {
		map_failed("open", errno);
		return;
	}
	map = mmap(NULL, pages * PAGE_BYTES, PROT_READ | (writing ? PROT_WRITE : 0), private ? MAP_PRIVATE : sharing,
		   fd, page * PAGE_BYTES);
	error = errno;
	close(fd);
	if (map == MAP_FAILED) {
		map_failed("mmap", error);
		return;
	}
	worker.map = map;
	worker.page = page;
	worker.pages = pages;
	worker_answer(json_pack("{s:o}", "addr", json_address((uintptr_t)map)));
}

/* Returns 0 or an errno; 0 too when a signal ended it. */
static int advise(char *address, size_t length, int advice)
{
	int error = 0;

	was_hit = 0;
	if (sigsetjmp(fault_jump, 0)) {
		thread_state = WORKING;
		return 0;
	}
	thread_state = TOUCHING;
	if (madvise(address, length, advice) < 0)
		error = errno;
	thread_state = WORKING;
	return error;
}

void work_madvise(const struct request *request)
{
	int advice = arg_is(request, "advice", "soft-offline") ? MADV_SOFT_OFFLINE : MADV_HWPOISON;
	int error = advise(worker.map + arg_integer(request, "page") * PAGE_BYTES,
			   arg_integer(request, "pages") * PAGE_BYTES, advice);
	json_t *data = error ? json_failure("madvise", error) : json_object();

	if (was_hit)
		json_put(data, "hit", json_hit());
	worker_answer(data);
}

/* Answers what a system call on the mapping returned, and the signal that came with it. */
static void answer_call(const char *call, ssize_t done, int error)
{
	json_t *data = json_pack("{s:I, s:s}", "result", (json_int_t)done, "call", call);

	if (done < 0)
		json_put(data, "error", json_string(errno_name(error)));
	if (was_hit)
		json_put(data, "hit", json_hit());
	worker_answer(data);
}

void work_msync(const struct request *request)
{
	int result, error;

	was_hit = 0;
	thread_state = CALLING;
	result = msync(worker.map + arg_integer(request, "page") * PAGE_BYTES,
		       arg_integer(request, "pages") * PAGE_BYTES, MS_SYNC);
	error = errno;
	thread_state = WORKING;
	answer_call("msync", result, error);
}

/* One pwrite(2) or pread(2) whose buffer is the mapping: the kernel itself loads from the pages or stores to them. */
static void transfer(const struct request *request, bool to_file)
{
	char *pages = worker.map + arg_integer(request, "page") * PAGE_BYTES;
	size_t length = arg_integer(request, "pages") * PAGE_BYTES;
	off_t offset = arg_integer(request, "offset");
	const char *call = "open";
	int fd = open(arg_text(request, "file"), (to_file ? O_WRONLY : O_RDONLY) |
		      (arg_flag(request, "direct") ? O_DIRECT : 0) | O_CLOEXEC);
	int error = errno;
	ssize_t done = -1;

	was_hit = 0;
	if (fd >= 0) {
		call = to_file ? "pwrite" : "pread";
		thread_state = CALLING;
		done = to_file ? pwrite(fd, pages, length, offset) : pread(fd, pages, length, offset);
		error = errno;
		thread_state = WORKING;
		close(fd);
	}
	answer_call(call, done, error);
}

void work_write_from_mapping(const struct request *request)
{
	transfer(request, true);
}

void work_read_to_mapping(const struct request *request)
{
	transfer(request, false);
}
