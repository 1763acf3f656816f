/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The content of a page: magic, seed, page of the file, then pseudo-random words that follow from seed and page. A page
 * is recognized by its head and then compared whole, so that a torn or misplaced page never passes.
 */
#include "pattern.h"

#include <string.h>

#include "../base/page.h"

#define MAGIC 0x3154414d5a4148ULL	/* "HAZMAT1" */
#define WORDS (PAGE_BYTES / sizeof(uint64_t))

void pattern_page(void *page, unsigned int seed, uint64_t number)
{
	uint64_t *words = page;
	uint64_t state = (number + 1) * 0x9e3779b97f4a7c15ULL ^ (uint64_t)seed << 32;

	if (seed == ZEROS) {
		memset(page, 0, PAGE_BYTES);
		return;
	}
	words[0] = MAGIC;
	words[1] = seed;
	words[2] = number;
	for (size_t i = 3; i < WORDS; i++) {
		/* splitmix64 */
		uint64_t word = state += 0x9e3779b97f4a7c15ULL;

		word = (word ^ word >> 30) * 0xbf58476d1ce4e5b9ULL;
		word = (word ^ word >> 27) * 0x94d049bb133111ebULL;
		words[i] = word ^ word >> 31;
	}
}

void pattern_bytes(void *data, unsigned int seed, uint64_t offset, size_t length)
{
	uint64_t page[WORDS];
	char *to = data;

	while (length > 0) {
		size_t within = offset % PAGE_BYTES;
		size_t count = PAGE_BYTES - within < length ? PAGE_BYTES - within : length;

		pattern_page(page, seed, offset / PAGE_BYTES);
		memcpy(to, (char *)page + within, count);
		to += count;
		offset += count;
		length -= count;
	}
}

unsigned int pattern_seed(const void *page, uint64_t number)
{
	uint64_t head[3], whole[WORDS];

	static const char zeros[PAGE_BYTES];

	memcpy(head, page, sizeof(head));
	if (head[0] == 0)
		return memcmp(zeros, page, PAGE_BYTES) == 0 ? ZEROS : 0;
	if (head[0] != MAGIC || head[1] < 1 || head[1] > 255 || head[2] != number)
		return 0;
	pattern_page(whole, head[1], number);
	return memcmp(whole, page, PAGE_BYTES) == 0 ? head[1] : 0;
}

json_t *json_seed(unsigned int seed)
{
	return seed ? json_integer(seed) : json_null();
}
