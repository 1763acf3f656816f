/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Two commands to the NVDIMM bus (ND_CMD_ARS_CAP), the first of which waits for its argument: second-command DEVICE
 *
 * The page of the first one's argument is missing until the second one has ended, or for five seconds (userfaultfd). Prints whether the second
 * one ended `at once` or only after the first one, and what it returned.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PAGE 4096
#define MOST_SECONDS 5

struct ars_cap {
	uint64_t address, length;
	uint32_t status, most, unit;
	uint16_t flags, reserved;
};

#define ARS_CAP _IOWR('N', 1, struct ars_cap)

static int device;

static void *command(void *argument)
{
	return (void *)(ioctl(device, ARS_CAP, argument) < 0 ? strerrorname_np(errno) : "0");
}

int main(int argc, char **argv)
{
	int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = {.api = UFFD_API};
	static char content[PAGE] __attribute__((aligned(PAGE)));
	/* The NVDIMM begins at 4 GiB. */
	static struct ars_cap there = {.address = 4ull << 30, .length = PAGE};
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register range = {
		.range = {.start = (uintptr_t)page, .len = PAGE}, .mode = UFFDIO_REGISTER_MODE_MISSING};
	struct uffdio_copy copy = {.dst = (uintptr_t)page, .src = (uintptr_t)content, .len = PAGE};
	struct uffd_msg fault;
	pthread_t first, second;
	struct timespec end;
	void *result;
	int late;

	device = argc < 2 ? -1 : open(argv[1], O_RDWR);
	if (device < 0 || page == MAP_FAILED || ioctl(faults, UFFDIO_API, &api) < 0 || ioctl(faults, UFFDIO_REGISTER, &range) < 0)
		return 2;
	*(struct ars_cap *)content = there;
	if (pthread_create(&first, NULL, command, page) != 0)
		return 3;
	if (read(faults, &fault, sizeof(fault)) != sizeof(fault) || pthread_create(&second, NULL, command, &there) != 0)
		return 4;
	clock_gettime(CLOCK_REALTIME, &end);
	end.tv_sec += MOST_SECONDS;
	late = pthread_timedjoin_np(second, &result, &end) != 0;
	if (ioctl(faults, UFFDIO_COPY, &copy) < 0)
		return 5;
	pthread_join(first, NULL);
	if (late)
		pthread_join(second, &result);
	printf("%s, %s\n", late ? "afterwards" : "at once", (const char *)result);
	return 0;
}
