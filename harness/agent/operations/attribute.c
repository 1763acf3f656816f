/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and writes of small files: attributes of sysfs and procfs. In a child: see children/job.c. */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <unistd.h>

#include "../base/buffer.h"
#include "../base/clock.h"
#include "../base/io.h"
#include "../base/json.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "handlers.h"
#include "io-result.h"

#define READ_LIMIT (1u << 20)

void op_write(const struct request *request)
{
	int flags = O_WRONLY | O_CLOEXEC | (arg_flag(request, "create") ? O_CREAT | O_TRUNC : 0);
	const char *data, *call = "open";
	size_t length;
	ssize_t done = -1;
	uint64_t start;
	json_t *result;
	int fd, error;

	if (!job_begin(request))
		return;
	data = arg_bytes(request, "data", &length);
	start = now_us();
	fd = open(arg_text(request, "path"), flags, 0644);
	error = errno;
	if (fd >= 0) {
		call = "write";
		done = write(fd, data, length);
		error = errno;
	}
	result = io_result(call, done, error);
	json_put(result, "durationMs", json_real((now_us() - start) / 1000.0));
	job_done(result);
}

void op_read(const struct request *request)
{
	struct buffer text = {0};
	const char *call;
	json_t *data;
	int error;

	if (!job_begin(request))
		return;
	error = read_file(arg_text(request, "path"), READ_LIMIT, &text, &call);
	data = json_object();
	json_put(data, "data", error ? json_string("") : json_bytes(text.data, text.length));
	if (error)
		with_failure(data, call, error);
	job_done(data);
}
