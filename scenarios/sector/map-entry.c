/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets the two flags of a block in the map of a block translation table: map-entry DEVICE BLOCK FLAGS
 * 1: the block is bad; 2: it is zero; 3: neither.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FLAGS 30

int main(int argc, char **argv)
{
	int device = argc < 4 ? -1 : open(argv[1], O_RDWR | O_SYNC);
	uint32_t block = argc < 4 ? 0 : strtoul(argv[2], NULL, 0), entry;
	char signature[16] = "";
	uint64_t map;
	off_t arena;

	/* Version 2 of the table begins at once, version 1.1 after a page. */
	for (arena = 0; arena <= 4096; arena += 4096)
		if (pread(device, signature, 16, arena) == 16 && memcmp(signature, "BTT_ARENA_INFO", 14) == 0)
			break;
	if (arena > 4096 || pread(device, &map, 8, arena + 96) != 8)
		return 2;
	map += arena + block * 4;
	if (pread(device, &entry, 4, map) != 4)
		return 3;
	/* An entry of zeros is a block that nobody has written, which is in its own place. */
	if (entry >> FLAGS == 0)
		entry = block;
	entry = (entry & ((1u << FLAGS) - 1)) | (uint32_t)strtoul(argv[3], NULL, 0) << FLAGS;
	return pwrite(device, &entry, 4, map) == 4 ? 0 : 4;
}
