/* SPDX-License-Identifier: GPL-2.0-only */
/* Files and descriptors. */
#include "io.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "buffer.h"
#include "die.h"
#include "names.h"

void set_nonblocking(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	if (flags < 0 || fcntl(fd, F_SETFL, flags | O_NONBLOCK) < 0)
		die("fcntl: %s", errno_name(errno));
}

bool write_all(int fd, const void *data, size_t length)
{
	const char *from = data;

	while (length > 0) {
		ssize_t done = write(fd, from, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		from += done;
		length -= done;
	}
	return true;
}

int read_file(const char *path, size_t limit, struct buffer *buffer, const char **call)
{
	static char piece[65536];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = 0;

	*call = "open";
	if (fd < 0)
		return errno;
	*call = "read";
	while (!error && buffer->length <= limit) {
		ssize_t done = read(fd, piece, sizeof(piece));

		if (done == 0)
			break;
		if (done > 0)
			buffer_add(buffer, piece, done);
		else if (errno != EINTR)
			error = errno;
	}
	close(fd);
	return !error && buffer->length > limit ? EFBIG : error;
}

void close_others(const int *keep, unsigned int count)
{
	unsigned int from = 3;

	for (;;) {
		unsigned int next = ~0u;

		for (unsigned int i = 0; i < count; i++)
			if (keep[i] >= (int)from && (unsigned int)keep[i] < next)
				next = keep[i];
		if (next > from && syscall(SYS_close_range, from, next == ~0u ? ~0u : next - 1, 0) < 0)
			die("close_range: %s", errno_name(errno));
		if (next == ~0u)
			return;
		from = next + 1;
	}
}
