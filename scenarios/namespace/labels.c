/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Shows, or damages, a label area that `ndctl read-labels` wrote to a file (UEFI specification, "Label protocol").
 *
 *   labels show FILE          the active labels of the current index block
 *   labels slots FILE N       both index blocks get N label slots
 *   labels exponent FILE N    both index blocks get N as the exponent of the label size, and version 1.2
 *   labels cookie FILE N      N is added to the cookie of the interleave set in each label, of version 1.1
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define INDEX 256

static uint8_t area[1 << 20];

static uint32_t get32(const uint8_t *at)
{
	uint32_t value;

	memcpy(&value, at, 4);
	return value;
}

/* Fletcher's checksum over 32-bit words, in 64 bits. */
static void seal(uint8_t *index)
{
	uint32_t low = 0;
	uint64_t high = 0;

	memset(index + 64, 0, 8);
	for (int at = 0; at < INDEX; at += 4) {
		low += get32(index + at);
		high += low;
	}
	high = high << 32 | low;
	memcpy(index + 64, &high, 8);
}

static void show(void)
{
	int current = 0, labels = 0, updating = 0;
	uint32_t slots, size;

	/* The sequence goes 1, 2, 3, 1. */
	if (get32(area + INDEX + 20) == get32(area + 20) % 3 + 1)
		current = 1;
	size = 128u << area[current * INDEX + 19];
	slots = get32(area + current * INDEX + 56);
	for (uint32_t slot = 0; slot < slots; slot++) {
		const uint8_t *label = area + 2 * INDEX + (size_t)slot * size;

		if (area[current * INDEX + 72 + slot / 8] >> slot % 8 & 1)
			continue;
		labels++;
		updating += get32(label + 80) >> 3 & 1;
		printf("label of");
		for (int at = 0; at < 16; at++)
			printf("%s%02x", at == 0 ? " " : "", label[at]);
		printf(", flags %#x\n", get32(label + 80));
	}
	printf("labels %d, being updated %d\n", labels, updating);
}

int main(int argc, char **argv)
{
	FILE *file = argc < 3 ? NULL : fopen(argv[2], "r+b");
	uint32_t value = argc < 4 ? 0 : strtoul(argv[3], NULL, 0);

	size_t size = file == NULL ? 0 : fread(area, 1, sizeof(area), file);

	if (size < 2 * INDEX)
		return 2;
	if (strcmp(argv[1], "show") == 0) {
		show();
		return 0;
	}
	if (strcmp(argv[1], "cookie") == 0) {
		for (size_t at = 2 * INDEX; at + 128 <= size; at += 128)
			area[at + 88] += value;
		rewind(file);
		return fwrite(area, 1, size, file) == size && fclose(file) == 0 ? 0 : 1;
	}
	for (int index = 0; index < 2; index++) {
		uint8_t *block = area + index * INDEX;

		if (strcmp(argv[1], "slots") == 0) {
			memcpy(block + 56, &value, 4);
		} else {
			block[19] = value;
			block[62] = 2;
		}
		seal(block);
	}
	rewind(file);
	return fwrite(area, 1, 2 * INDEX, file) == 2 * INDEX && fclose(file) == 0 ? 0 : 1;
}
