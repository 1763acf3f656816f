/* SPDX-License-Identifier: GPL-2.0-only */
/* One pread(2) or one pwrite(2), at any byte. In a child: see children/job.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/names.h"
#include "../base/page.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "handlers.h"
#include "io-result.h"
#include "pattern.h"

static int direct_flag(const struct request *request)
{
	return arg_flag(request, "direct") ? O_DIRECT : 0;
}

void op_pread(const struct request *request)
{
	uint64_t offset = arg_integer(request, "offset");
	size_t length = arg_integer(request, "length");
	const char *call = "open";
	ssize_t done = -1;
	json_t *data, *seeds;
	char *memory;
	int fd, error;

	if (!job_begin(request))
		return;
	memory = io_memory(length);
	/*
	 * The kernel's copy meets no page fault here: where a CPU is emulated, one that comes right after the load of poison takes the place
	 * of the machine check.
	 */
	memset(memory, 0xff, length);
	fd = open(arg_text(request, "file"), O_RDONLY | O_CLOEXEC | direct_flag(request));
	error = errno;
	if (fd >= 0) {
		call = "pread";
		done = pread(fd, memory, length, offset);
		error = errno;
	}
	data = io_result(call, done, error);
	seeds = json_array();
	/* Only the pages of the file that were read whole. */
	for (uint64_t page = (offset + PAGE_BYTES - 1) / PAGE_BYTES;
	     done >= 0 && (page + 1) * PAGE_BYTES <= offset + (uint64_t)done; page++)
		json_push(seeds, json_seed(pattern_seed(memory + page * PAGE_BYTES - offset, page)));
	json_put(data, "seeds", seeds);
	job_done(data);
}

void op_pwrite(const struct request *request)
{
	uint64_t offset = arg_integer(request, "offset");
	size_t length = arg_integer(request, "length");
	size_t good = arg_integer(request, "goodBytes");
	const char *call = "open";
	ssize_t done = -1;
	char *memory;
	int fd, error;

	if (!job_begin(request))
		return;
	memory = io_memory(length);
	pattern_bytes(memory, arg_integer(request, "seed"), offset, length);
	/* `goodBytes` is a number of whole pages: munmap(2) takes no other. */
	if (arg_flag(request, "badBuffer") && munmap(memory + good, length > good ? length - good : 1) < 0)
		job_refuse("munmap: %s", errno_name(errno));
	fd = open(arg_text(request, "file"), O_WRONLY | O_CLOEXEC | direct_flag(request));
	error = errno;
	if (fd >= 0) {
		call = "pwrite";
		done = pwrite(fd, memory, length, offset);
		error = errno;
	}
	job_done(io_result(call, done, error));
}

/* Whether bytes within a page hold the pattern there. */
void op_verify_bytes(const struct request *request)
{
	uint64_t offset = arg_integer(request, "offset");
	size_t length = arg_integer(request, "length");
	char wanted[PAGE_BYTES], found[PAGE_BYTES];
	ssize_t done = -1;
	json_t *data;
	int fd;

	if (!job_begin(request))
		return;
	fd = open(arg_text(request, "file"), O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		job_done(io_result("open", -1, errno));
	done = pread(fd, found, length, offset);
	data = io_result("pread", done, errno);
	pattern_bytes(wanted, arg_integer(request, "seed"), offset, length);
	json_put(data, "same", json_boolean(done == (ssize_t)length && memcmp(wanted, found, length) == 0));
	job_done(data);
}
