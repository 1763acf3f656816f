/* SPDX-License-Identifier: GPL-2.0-only */
/* What a read or a write returned, and the memory for one. */
#include "io-result.h"

#include <errno.h>
#include <sys/mman.h>

#include "../base/json.h"
#include "../base/names.h"
#include "../children/job.h"

json_t *io_result(const char *call, ssize_t result, int error)
{
	json_t *data = json_object();

	json_put(data, "result", json_integer(result));
	json_put(data, "call", json_string(call));
	if (result < 0)
		json_put(data, "error", json_string(errno_name(error)));
	return data;
}

char *io_memory(size_t length)
{
	char *memory = mmap(NULL, length ? length : 1, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		job_refuse("no memory for %zu bytes: mmap: %s", length, errno_name(errno));
	return memory;
}
