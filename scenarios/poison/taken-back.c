/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A media error that the firmware has while a scrub is started, and no longer when it is over: taken-back ADDRESS LENGTH
 *
 * ARS Error Inject and ARS Error Inject Clear (functions 7 and 8 of the _DSM of the NVDIMM root device); the firmware notifies nobody. Prints
 * `in time`, or `late` when the scrub may have seen the error.
 */
#include <fcntl.h>
#include <linux/ndctl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define INJECT 7
#define CLEAR 8

/* The scrub of the second NVDIMM is over two seconds after the first has begun (drivers/acpi/nfit/core.c:__acpi_nfit_scrub). */
#define MOST_MS 1500

struct inject {
	uint64_t address, length;
	uint8_t options;
	uint32_t status;
} __attribute__((packed));

struct clear {
	uint64_t address, length;
	uint32_t status;
} __attribute__((packed));

static int bus;

static int inject(uint64_t address, uint64_t length)
{
	struct {
		struct nd_cmd_pkg package;
		struct inject inject;
	} call = {
		.package = {
			.nd_family = NVDIMM_BUS_FAMILY_NFIT,
			.nd_command = INJECT,
			.nd_size_in = offsetof(struct inject, status),
			.nd_size_out = sizeof(uint32_t),
		},
		.inject = {.address = address, .length = length},
	};

	return ioctl(bus, ND_IOCTL_CALL, &call) < 0 || call.inject.status != 0;
}

static int clear(uint64_t address, uint64_t length)
{
	struct {
		struct nd_cmd_pkg package;
		struct clear clear;
	} call = {
		.package = {
			.nd_family = NVDIMM_BUS_FAMILY_NFIT,
			.nd_command = CLEAR,
			.nd_size_in = offsetof(struct clear, status),
			.nd_size_out = sizeof(uint32_t),
		},
		.clear = {.address = address, .length = length},
	};

	return ioctl(bus, ND_IOCTL_CALL, &call) < 0 || call.clear.status != 0;
}

static long now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

int main(int argc, char **argv)
{
	int scrub = open("/sys/bus/nd/devices/ndbus0/nfit/scrub", O_WRONLY);
	uint64_t address, length;
	long start;

	bus = open("/dev/ndctl0", O_RDWR);
	if (argc < 3 || bus < 0 || scrub < 0)
		return 2;
	address = strtoull(argv[1], NULL, 0);
	length = strtoull(argv[2], NULL, 0);
	if (inject(address, length))
		return 3;
	start = now();
	if (write(scrub, "1", 1) != 1)
		return 4;
	/* A kworker asks for the report at once; whoever reads the attribute before that delays it. */
	usleep(300000);
	if (clear(address, length))
		return 5;
	puts(now() - start < MOST_MS ? "in time" : "late");
	return 0;
}
