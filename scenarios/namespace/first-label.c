/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the start of the label area of an NVDIMM, and writes it back as it is: first-label DEVICE */
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#define BYTES 256

/* The command to read has its status before the data, that to write behind them. */
struct read {
	uint32_t offset, length, status;
	uint8_t data[BYTES];
};

struct write {
	uint32_t offset, length;
	uint8_t data[BYTES];
	uint32_t status;
};

/* The structures of the kernel end before the data. */
#define READ _IOC(_IOC_READ | _IOC_WRITE, 'N', 5, 12)
#define WRITE _IOC(_IOC_READ | _IOC_WRITE, 'N', 6, 8)

static const char *result(int returned, uint32_t status)
{
	return returned < 0 ? strerrorname_np(errno) : status == 0 ? "0" : "status";
}

int main(int argc, char **argv)
{
	struct read from = {.length = BYTES};
	struct write to = {.length = BYTES};
	int device = argc < 2 ? -1 : open(argv[1], O_RDWR);
	int returned;

	if (device < 0)
		return 2;
	returned = ioctl(device, READ, &from);
	printf("read %s, ", result(returned, from.status));
	memcpy(to.data, from.data, BYTES);
	returned = ioctl(device, WRITE, &to);
	printf("written %s\n", result(returned, to.status));
	return 0;
}
