/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fills free memory with zeros. What the kernel has freed since it booted, the initramfs above all, is garbage that a saved guest
 * would keep.
 */
#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/sysinfo.h>

#include "../base/names.h"
#include "../base/page.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "handlers.h"

/* What stays free meanwhile, so that nothing has to be reclaimed for it. */
#define LEFT_FREE (UINT64_C(12) << 20)

void op_zero_free(const struct request *request)
{
	struct sysinfo info;
	uint64_t bytes, most;

	if (!job_begin(request))
		return;
	most = (uint64_t)arg_integer(request, "most");
	if (sysinfo(&info) < 0)
		job_refuse("zero-free: sysinfo: %s", errno_name(errno));
	bytes = (uint64_t)info.freeram * info.mem_unit;
	bytes = bytes > LEFT_FREE ? bytes - LEFT_FREE : 0;
	bytes = (bytes < most ? bytes : most) / PAGE_BYTES * PAGE_BYTES;
	/* The kernel clears the pages that it populates. They are freed when this process ends. */
	if (bytes > 0 && mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_POPULATE, -1, 0) == MAP_FAILED)
		job_refuse("zero-free: mmap: %s", errno_name(errno));
	job_done(json_pack("{s:I}", "bytes", (json_int_t)bytes));
}
