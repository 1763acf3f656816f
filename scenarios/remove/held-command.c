/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A command to the NVDIMM bus (ND_CMD_ARS_CAP) whose argument cannot be read for a while: held-command DEVICE [FILE]
 *
 * The page of the argument is missing, and userfaultfd tells of the kernel's access. Then /tmp/held is made; the page comes once the bus is
 * no longer among the devices, or two seconds later, and not before FILE exists. Prints what the command returned.
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
#include <unistd.h>

#define PAGE 4096
#define BUS "/sys/bus/nd/devices/ndbus0"

struct ars_cap {
	uint64_t address, length;
	uint32_t status, most, unit;
	uint16_t flags, reserved;
};

#define ARS_CAP _IOWR('N', 1, struct ars_cap)

static int device;

static void *command(void *argument)
{
	puts(ioctl(device, ARS_CAP, argument) < 0 ? strerrorname_np(errno) : "0");
	return NULL;
}

int main(int argc, char **argv)
{
	int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = {.api = UFFD_API};
	static char content[PAGE] __attribute__((aligned(PAGE)));
	void *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	struct uffdio_register range = {
		.range = {.start = (uintptr_t)page, .len = PAGE}, .mode = UFFDIO_REGISTER_MODE_MISSING};
	struct uffdio_copy copy = {.dst = (uintptr_t)page, .src = (uintptr_t)content, .len = PAGE};
	struct uffd_msg fault;
	pthread_t thread;

	device = argc < 2 ? -1 : open(argv[1], O_RDWR);
	if (device < 0 || page == MAP_FAILED || ioctl(faults, UFFDIO_API, &api) < 0 || ioctl(faults, UFFDIO_REGISTER, &range) < 0)
		return 2;
	/* The NVDIMM begins at 4 GiB. */
	*(struct ars_cap *)content = (struct ars_cap){.address = 4ull << 30, .length = PAGE};
	if (pthread_create(&thread, NULL, command, page) != 0)
		return 3;
	if (read(faults, &fault, sizeof(fault)) != sizeof(fault) || close(open("/tmp/held", O_CREAT | O_WRONLY, 0600)) < 0)
		return 4;
	for (int tenths = 0; tenths < 20 && access(BUS, F_OK) == 0; tenths++)
		usleep(100000);
	/* Time to get from there to the wait for commands (drivers/nvdimm/bus.c:nd_bus_remove). */
	usleep(200000);
	while (argc > 2 && access(argv[2], F_OK) < 0)
		usleep(100000);
	if (ioctl(faults, UFFDIO_COPY, &copy) < 0)
		return 5;
	pthread_join(thread, NULL);
	return 0;
}
