/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and writes of files: attributes of sysfs, and data by pattern. Each in a child: see job.c. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define READ_LIMIT (1u << 20)
#define IO_LIMIT (256u << 20)
#define LAST_PAGE ((json_int_t)1 << 40)

/* {result, call, error?}: what a system call gave. */
static json_t *io_result(const char *call, ssize_t result)
{
	int error = errno;
	json_t *data = json_object();

	set(data, "result", json_integer(result));
	set(data, "call", json_string(call));
	if (result < 0)
		set(data, "error", json_string(errno_name(error)));
	return data;
}

/* Memory that O_DIRECT takes. */
static char *io_memory(size_t length)
{
	char *memory = mmap(NULL, length ? length : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		job_refuse("no memory for %zu bytes", length);
	return memory;
}

void op_write(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *path = need_path(&fields, "path");
	size_t length = 0;
	const char *data = need_text(&fields, "data", &length);
	int flags = O_WRONLY | O_CLOEXEC | (want_flag(&fields, "create") ? O_CREAT | O_TRUNC : 0);
	uint64_t start;
	ssize_t done;
	json_t *result;
	int fd;

	if (refused(&fields, request) || !job_begin(request))
		return;
	start = now_us();
	fd = open(path, flags, 0644);
	if (fd < 0) {
		result = io_result("open", -1);
	} else {
		done = write(fd, data, length);
		result = io_result("write", done);
	}
	set(result, "durationMs", json_real((now_us() - start) / 1000.0));
	job_done(result);
}

void op_read(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *path = need_path(&fields, "path");
	struct buffer text = {0};
	const char *call;
	json_t *data;
	int error;

	if (refused(&fields, request) || !job_begin(request))
		return;
	error = read_file(path, READ_LIMIT, &text, &call);
	data = json_object();
	set(data, "data", error ? json_string("") : json_bytes(text.data, text.length));
	if (error)
		with_failure(data, call, error);
	job_done(data);
}

static json_t *fill(const char *file, uint64_t page, uint64_t pages, unsigned int seed)
{
	const size_t most = 64;
	char *memory = io_memory(most * PAGE_BYTES);
	int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	if (fd < 0)
		return json_failure("open", errno);
	while (pages > 0) {
		size_t count = pages < most ? pages : most;
		ssize_t done;

		pattern_bytes(memory, seed, page * PAGE_BYTES, count * PAGE_BYTES);
		done = pwrite(fd, memory, count * PAGE_BYTES, page * PAGE_BYTES);
		if (done < PAGE_BYTES)
			return json_failure("pwrite", done < 0 ? errno : ENOSPC);
		/* After a short write, the page it broke off in is written again. */
		page += done / PAGE_BYTES;
		pages -= done / PAGE_BYTES;
	}
	if (fsync(fd) < 0)
		return json_failure("fsync", errno);
	return json_object();
}

void op_fill(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *file = need_path(&fields, "file");
	uint64_t page = need_number(&fields, "page", 0, LAST_PAGE);
	uint64_t pages = need_number(&fields, "pages", 1, LAST_PAGE);
	unsigned int seed = need_number(&fields, "seed", 1, 255);

	if (!refused(&fields, request) && job_begin(request))
		job_done(fill(file, page, pages, seed));
}

static json_t *verify(const char *file, uint64_t page, uint64_t pages, unsigned int seed, bool direct)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | (direct ? O_DIRECT : 0));
	json_t *data = json_pack("{s:[], s:[]}", "wrong", "failed");
	char *memory = io_memory(PAGE_BYTES);

	if (fd < 0)
		return with_failure(data, "open", errno);
	for (uint64_t i = page; i < page + pages; i++) {
		ssize_t done = pread(fd, memory, PAGE_BYTES, i * PAGE_BYTES);
		unsigned int holds = done == PAGE_BYTES ? pattern_seed(memory, i) : 0;
		json_t *one;

		if (done == PAGE_BYTES && holds == seed)
			continue;
		one = json_pack("{s:I}", "page", (json_int_t)i);
		if (done == PAGE_BYTES && holds)
			set(one, "holds", json_integer(holds));
		if (done != PAGE_BYTES)
			set(one, "error", json_string(done < 0 ? errno_name(errno) : "EOF"));
		append(json_object_get(data, done == PAGE_BYTES ? "wrong" : "failed"), one);
	}
	return data;
}

void op_verify(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *file = need_path(&fields, "file");
	uint64_t page = need_number(&fields, "page", 0, LAST_PAGE);
	uint64_t pages = need_number(&fields, "pages", 1, LAST_PAGE);
	unsigned int seed = need_number(&fields, "seed", 1, 255);
	bool direct = want_flag(&fields, "direct");

	if (!refused(&fields, request) && job_begin(request))
		job_done(verify(file, page, pages, seed, direct));
}

void op_pread(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *file = need_path(&fields, "file");
	uint64_t offset = need_number(&fields, "offset", 0, LAST_PAGE * PAGE_BYTES);
	size_t length = need_number(&fields, "length", 0, IO_LIMIT);
	bool direct = want_flag(&fields, "direct");
	json_t *data, *seeds;
	ssize_t done = -1;
	char *memory;
	int fd;

	if (refused(&fields, request) || !job_begin(request))
		return;
	memory = io_memory(length);
	fd = open(file, O_RDONLY | O_CLOEXEC | (direct ? O_DIRECT : 0));
	if (fd >= 0)
		done = pread(fd, memory, length, offset);
	data = io_result(fd < 0 ? "open" : "pread", done);
	seeds = json_array();
	/* Only the pages of the file that were read whole. */
	for (uint64_t page = (offset + PAGE_BYTES - 1) / PAGE_BYTES;
	     done >= 0 && (page + 1) * PAGE_BYTES <= offset + (uint64_t)done; page++)
		append(seeds, json_seed(pattern_seed(memory + page * PAGE_BYTES - offset, page)));
	set(data, "seeds", seeds);
	job_done(data);
}

void op_pwrite(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);
	const char *file = need_path(&fields, "file");
	uint64_t offset = need_number(&fields, "offset", 0, LAST_PAGE * PAGE_BYTES);
	size_t length = need_number(&fields, "length", 0, IO_LIMIT);
	unsigned int seed = need_number(&fields, "seed", 1, 255);
	bool direct = want_flag(&fields, "direct");
	bool bad_buffer = want_flag(&fields, "badBuffer");
	ssize_t done = -1;
	char *memory;
	int fd;

	if (refused(&fields, request) || !job_begin(request))
		return;
	memory = io_memory(length);
	pattern_bytes(memory, seed, offset, length);
	fd = open(file, O_WRONLY | O_CLOEXEC | (direct ? O_DIRECT : 0));
	if (bad_buffer)
		munmap(memory, length ? length : 1);
	if (fd >= 0)
		done = pwrite(fd, memory, length, offset);
	job_done(io_result(fd < 0 ? "open" : "pwrite", done));
}
