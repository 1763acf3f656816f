/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Commands to the NVDIMM bus and to an NVDIMM that the kernel must refuse (ND_IOCTL_CALL): prints what each returns.
 *
 *   hostile DEVICE KIND    family, wrapped, or changing
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>

struct call {
	uint64_t family;
	uint64_t command;
	uint32_t in, out;
	uint32_t reserved[9];
	uint32_t answered;
	uint8_t payload[4096];
};

/* The structure of the kernel ends before the payload. */
#define HEADER 64
#define CALL _IOC(_IOC_READ | _IOC_WRITE, 'N', 10, HEADER)

static struct call call;
static volatile int done;

static const char *submit(int device)
{
	return ioctl(device, CALL, &call) < 0 ? strerrorname_np(errno) : "0";
}

/* The family is another one when the kernel reads it for the second time. */
static void *change(void *unused)
{
	while (!done) {
		*(volatile uint64_t *)&call.family = 1ull << 32;
		*(volatile uint64_t *)&call.family = 0;
	}
	return unused;
}

int main(int argc, char **argv)
{
	int device = argc < 3 ? -1 : open(argv[1], O_RDWR);
	pthread_t thread;

	if (device < 0)
		return 2;
	if (strcmp(argv[2], "family") == 0) {
		for (int bit = 8; bit < 64; bit++) {
			call = (struct call){.family = 1ull << bit, .command = 1};
			puts(submit(device));
		}
	} else if (strcmp(argv[2], "wrapped") == 0) {
		/* The header and so many bytes of input wrap: they count as 62 bytes, and as 8. */
		call = (struct call){.family = 0, .command = 5, .in = UINT32_MAX - 1};
		puts(submit(device));
		call = (struct call){.family = 0, .command = 5, .in = UINT32_MAX - HEADER + 9};
		puts(submit(device));
	} else {
		call = (struct call){.family = 0, .command = 1};
		if (pthread_create(&thread, NULL, change, NULL) != 0)
			return 2;
		for (int turn = 0; turn < 20000; turn++)
			submit(device);
		done = 1;
		pthread_join(thread, NULL);
		puts("done");
	}
	return 0;
}
