/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that grow at the end and are dropped from the start. */
#ifndef HAZMAT_AGENT_BUFFER_H
#define HAZMAT_AGENT_BUFFER_H

#include <stdbool.h>
#include <stddef.h>

struct buffer {
	char *data;
	size_t length;
	size_t size;
};

enum fill {
	FILL_MORE,	/* nothing more to read now, or `limit` bytes were read */
	FILL_END,	/* the end of the file */
	FILL_FAILED,	/* read(2) failed; errno is set */
};

void buffer_add(struct buffer *buffer, const void *data, size_t length);
void buffer_drop(struct buffer *buffer, size_t length);
void buffer_free(struct buffer *buffer);
/*
 * Reads until there is nothing more to read, or at least `limit` bytes were read. A buffer that already holds `keep`
 * bytes does not grow: what is read is dropped and `truncated` (may be NULL) is set.
 */
enum fill buffer_fill(struct buffer *buffer, int fd, size_t limit, size_t keep, bool *truncated);

#endif
