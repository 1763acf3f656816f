/* SPDX-License-Identifier: GPL-2.0-only */
/* Touching a page of the mapping once, for what touches pages once and over and over. */
#ifndef HAZMAT_AGENT_TOUCH_H
#define HAZMAT_AGENT_TOUCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Where a page is touched first: not at its start, so that si_addr shows whether the kernel reports the address itself
 * or rounds it to the page.
 */
#define FIRST_TOUCH 0x128

/* What is touched of a page: all of it, first at FIRST_TOUCH; or only `length` bytes from `offset` on. */
struct part {
	size_t first, offset, length;
};

/* Stores a part of `copy` to a page of the mapping, or loads it from there; false when a signal ended it. */
bool touch_page(char *page, char *copy, struct part part, bool store);
/* The signal that ended a touch, with the page and the address that were touched, whatever si_addr is. */
json_t *hit_at(uint64_t page, size_t first);

#endif
