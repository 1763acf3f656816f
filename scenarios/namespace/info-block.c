/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets a 32-bit field of an info block, and makes the checksum right again.
 *
 *   info-block DEVICE BLOCK FIELD VALUE    bytes from the start of the device, of the block
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SIZE 4096
#define CHECKSUM (SIZE - 8)

static uint8_t block[SIZE];

int main(int argc, char **argv)
{
	int device = argc < 5 ? -1 : open(argv[1], O_RDWR | O_SYNC);
	off_t start = argc < 5 ? 0 : strtoll(argv[2], NULL, 0);
	uint32_t value = argc < 5 ? 0 : strtoul(argv[4], NULL, 0), low = 0;
	uint64_t high = 0;

	if (device < 0 || pread(device, block, SIZE, start) != SIZE || block[0] == 0)
		return 2;
	memcpy(block + strtoul(argv[3], NULL, 0), &value, 4);
	memset(block + CHECKSUM, 0, 8);
	for (int at = 0; at < SIZE; at += 4) {
		uint32_t word;

		memcpy(&word, block + at, 4);
		low += word;
		high += low;
	}
	high = high << 32 | low;
	memcpy(block + CHECKSUM, &high, 8);
	return pwrite(device, block, SIZE, start) == SIZE ? 0 : 1;
}
