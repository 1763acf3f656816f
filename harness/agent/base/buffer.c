/* SPDX-License-Identifier: GPL-2.0-only */
/* Bytes that grow at the end and are dropped from the start. */
#include "buffer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "die.h"

void buffer_add(struct buffer *buffer, const void *data, size_t length)
{
	if (buffer->length + length > buffer->size) {
		size_t size = buffer->size ? buffer->size : 4096;
		char *grown;

		while (size < buffer->length + length)
			size *= 2;
		grown = realloc(buffer->data, size);
		if (!grown)
			die("out of memory");
		buffer->data = grown;
		buffer->size = size;
	}
	if (length)
		memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
}

void buffer_drop(struct buffer *buffer, size_t length)
{
	buffer->length -= length;
	if (buffer->length)
		memmove(buffer->data, buffer->data + length, buffer->length);
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}

enum fill buffer_fill(struct buffer *buffer, int fd, size_t limit, size_t keep, bool *truncated)
{
	static char piece[65536];
	size_t got = 0;

	while (got < limit) {
		ssize_t length = read(fd, piece, sizeof(piece));
		size_t room = buffer->length < keep ? keep - buffer->length : 0;

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno == EAGAIN ? FILL_MORE : FILL_FAILED;
		if (length == 0)
			return FILL_END;
		if ((size_t)length > room && truncated)
			*truncated = true;
		buffer_add(buffer, piece, (size_t)length < room ? (size_t)length : room);
		got += length;
	}
	return FILL_MORE;
}
