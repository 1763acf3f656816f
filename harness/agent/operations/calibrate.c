/* SPDX-License-Identifier: GPL-2.0-only */
/* A fixed amount of work; the time that it takes shows how slow this guest is. */
#include <errno.h>
#include <jansson.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../base/clock.h"
#include "../base/names.h"
#include "../base/page.h"
#include "../children/job.h"
#include "handlers.h"

#define SYSCALLS 2000
#define PAGES 51
#define ROUNDS 200000

static void work(void)
{
	char *memory;
	uint64_t state = 1;

	for (int i = 0; i < SYSCALLS; i++)
		syscall(SYS_getppid);
	memory = mmap(NULL, PAGES * PAGE_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		job_refuse("calibrate: mmap: %s", errno_name(errno));
	/* Page by page: a huge page would be one fault instead of 51. EINVAL: this kernel has no huge pages. */
	madvise(memory, PAGES * PAGE_BYTES, MADV_NOHUGEPAGE);
	for (int i = 0; i < PAGES; i++)
		((volatile char *)memory)[i * PAGE_BYTES] = 1;
	munmap(memory, PAGES * PAGE_BYTES);
	for (int i = 0; i < ROUNDS; i++) {
		state = state * 6364136223846793005ULL + 1442695040888963407ULL;
		__asm__ volatile("" : "+r"(state));
	}
}

void op_calibrate(const struct request *request)
{
	uint64_t start;

	if (!job_begin(request))
		return;
	start = now_us();
	work();
	job_done(json_pack("{s:I}", "microseconds", (json_int_t)(now_us() - start)));
}
