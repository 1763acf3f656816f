/* SPDX-License-Identifier: GPL-2.0-only */
/* Fills files with the pattern, and verifies that they hold it. In a child: see children/job.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/names.h"
#include "../base/page.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "handlers.h"
#include "io-result.h"
#include "pattern.h"

/* Pages in one write. */
#define PAGES_PER_WRITE 64

static json_t *fill(const char *file, uint64_t offset, uint64_t length, unsigned int seed)
{
	char *memory = io_memory(PAGES_PER_WRITE * PAGE_BYTES);
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return json_failure("open", errno);
	while (length > 0) {
		size_t count = length < PAGES_PER_WRITE * PAGE_BYTES ? length : PAGES_PER_WRITE * PAGE_BYTES;
		ssize_t done;

		pattern_bytes(memory, seed, offset, count);
		done = pwrite(fd, memory, count, offset);
		if (done < 0)
			return json_failure("pwrite", errno);
		/* No errno says why; it would be written without end. */
		if (done == 0)
			return json_failure("pwrite", ENOSPC);
		/* After a short write, the next one returns why it was short. */
		offset += done;
		length -= done;
	}
	if (fsync(fd) < 0)
		return json_failure("fsync", errno);
	return json_object();
}

void op_fill(const struct request *request)
{
	uint64_t page = arg_integer(request, "page");
	uint64_t pages = arg_integer(request, "pages");

	if (job_begin(request))
		job_done(fill(arg_text(request, "file"), page * PAGE_BYTES, pages * PAGE_BYTES,
			      arg_integer(request, "seed")));
}

static json_t *verify(const char *file, uint64_t page, uint64_t pages, unsigned int seed, bool direct)
{
	json_t *data = json_pack("{s:[], s:[]}", "wrong", "failed");
	char *memory = io_memory(PAGE_BYTES);
	int fd = open(file, O_RDONLY | O_CLOEXEC | (direct ? O_DIRECT : 0));

	if (fd < 0)
		return with_failure(data, "open", errno);
	for (uint64_t i = page; i < page + pages; i++) {
		ssize_t done = pread(fd, memory, PAGE_BYTES, i * PAGE_BYTES);
		int error = errno;
		unsigned int holds = done == PAGE_BYTES ? pattern_seed(memory, i) : 0;
		json_t *one;

		if (done == PAGE_BYTES && holds == seed)
			continue;
		one = json_pack("{s:I}", "page", (json_int_t)i);
		if (done == PAGE_BYTES && holds)
			json_put(one, "holds", json_integer(holds));
		if (done != PAGE_BYTES)
			json_put(one, "error", json_string(done < 0 ? errno_name(error) : "EOF"));
		json_push(json_object_get(data, done == PAGE_BYTES ? "wrong" : "failed"), one);
	}
	return data;
}

void op_verify(const struct request *request)
{
	if (job_begin(request))
		job_done(verify(arg_text(request, "file"), arg_integer(request, "page"),
				arg_integer(request, "pages"), arg_integer(request, "seed"),
				arg_flag(request, "direct")));
}
