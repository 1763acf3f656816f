/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sets the map of a block translation table back to what it was before the last write of each CPU, as if the power had failed when
 * the log was written, and the map not yet: interrupt DEVICE
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NORMAL (3u << 30)

struct entry {
	uint32_t block, old, new, sequence;
};

static int device;

static uint64_t get(off_t at, int bytes)
{
	uint64_t value = 0;

	return pread(device, &value, bytes, at) == bytes ? value : 0;
}

/* Of two entries with a sequence number of 1 to 3, the newer one. */
static const struct entry *newest(const struct entry *group)
{
	const struct entry *other = group[1].sequence != 0 ? group + 1 : group + 2;

	if (other->sequence == 0)
		return group;
	return other->sequence % 3 + 1 == group->sequence ? group : other;
}

int main(int argc, char **argv)
{
	struct entry group[4];
	char signature[16] = "";
	off_t arena;
	uint64_t map, log;

	device = argc < 2 ? -1 : open(argv[1], O_RDWR | O_SYNC);
	/* Version 2 of the table begins at once, version 1.1 after a page. */
	for (arena = 0; arena <= 4096; arena += 4096)
		if (pread(device, signature, 16, arena) == 16 && memcmp(signature, "BTT_ARENA_INFO", 14) == 0)
			break;
	if (arena > 4096)
		return 2;
	map = arena + get(arena + 96, 8);
	log = arena + get(arena + 104, 8);
	for (uint32_t lane = 0; lane < get(arena + 72, 4); lane++) {
		const struct entry *last;
		uint32_t mapped;

		if (pread(device, group, sizeof(group), log + lane * sizeof(group)) != sizeof(group))
			return 3;
		last = newest(group);
		mapped = get(map + last->block * 4, 4);
		/* A lane that nobody has written through. */
		if (last->old == last->new || mapped << 2 != last->new << 2)
			continue;
		mapped = last->old | NORMAL;
		if (pwrite(device, &mapped, 4, map + last->block * 4) != 4)
			return 4;
		printf("block %u is as before its last write\n", last->block);
	}
	return 0;
}
