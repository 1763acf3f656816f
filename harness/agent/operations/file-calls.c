/* SPDX-License-Identifier: GPL-2.0-only */
/* One system call on a file: fsync(2), fallocate(2), ftruncate(2), copy_file_range(2). In a child: see children/job.c. */
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "../children/job.h"
#include "../request/arguments.h"
#include "handlers.h"
#include "io-result.h"

/* The file of the request, open; replies that it could not be opened. */
static int open_file(const struct request *request, const char *field, int flags)
{
	int fd = open(arg_text(request, field), flags | O_CLOEXEC);

	if (fd < 0)
		job_done(io_result("open", -1, errno));
	return fd;
}

void op_fsync(const struct request *request)
{
	int fd, result;

	if (!job_begin(request))
		return;
	fd = open_file(request, "file", O_RDONLY);
	result = arg_flag(request, "dataOnly") ? fdatasync(fd) : fsync(fd);
	job_done(io_result(arg_flag(request, "dataOnly") ? "fdatasync" : "fsync", result, errno));
}

void op_fallocate(const struct request *request)
{
	int fd, result;

	if (!job_begin(request))
		return;
	fd = open_file(request, "file", O_RDWR | O_CREAT);
	result = fallocate(fd, arg_integer(request, "mode"), arg_integer(request, "offset"),
			   arg_integer(request, "length"));
	job_done(io_result("fallocate", result, errno));
}

void op_truncate(const struct request *request)
{
	int fd, result;

	if (!job_begin(request))
		return;
	fd = open_file(request, "file", O_RDWR | O_CREAT);
	result = ftruncate(fd, arg_integer(request, "length"));
	job_done(io_result("ftruncate", result, errno));
}

void op_copy_range(const struct request *request)
{
	off_t from, to;
	ssize_t result;
	int in, out;

	if (!job_begin(request))
		return;
	from = arg_integer(request, "offset");
	to = arg_integer(request, "targetOffset");
	in = open_file(request, "file", O_RDONLY);
	out = open_file(request, "target", O_WRONLY | O_CREAT);
	result = copy_file_range(in, &from, out, &to, arg_integer(request, "length"), 0);
	job_done(io_result("copy_file_range", result, errno));
}
