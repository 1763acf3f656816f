/* SPDX-License-Identifier: GPL-2.0-only */
/* The content of a page, by seed and page of the file. The seed ZEROS is a page of zeros, which a hole reads as. */
#ifndef HAZMAT_AGENT_PATTERN_H
#define HAZMAT_AGENT_PATTERN_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* As in harness/guest/protocol.ts. */
#define ZEROS 256

void pattern_page(void *page, unsigned int seed, uint64_t number);
/* The bytes [offset, offset + length) of a file full of the pattern. */
void pattern_bytes(void *data, unsigned int seed, uint64_t offset, size_t length);
/* The seed whose pattern the page holds, ZEROS, or 0: other data, torn, or the pattern of another page. */
unsigned int pattern_seed(const void *page, uint64_t number);
/* A seed, or null for 0. */
json_t *json_seed(unsigned int seed);

#endif
