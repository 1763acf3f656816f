/* SPDX-License-Identifier: GPL-2.0-only */
/* A message between the agent and a process of the scenario: a length of 32 bits, then JSON. */
#include "frame.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

union control {
	struct cmsghdr header;
	char space[CMSG_SPACE(2 * sizeof(int))];
};

int frame_send(int fd, const char *text, const int *fds, unsigned int count, int flags)
{
	uint32_t length = strlen(text);
	union control control = {0};
	struct iovec parts[2] = {
		{ .iov_base = &length, .iov_len = sizeof(length) },
		{ .iov_base = (char *)text, .iov_len = length },
	};
	struct msghdr message = { .msg_iov = parts, .msg_iovlen = 2 };
	size_t left = sizeof(length) + length;

	if (count) {
		message.msg_control = &control;
		message.msg_controllen = CMSG_SPACE(count * sizeof(int));
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(count * sizeof(int));
		memcpy(CMSG_DATA(&control.header), fds, count * sizeof(int));
	}
	while (left > 0) {
		ssize_t done = sendmsg(fd, &message, flags | MSG_NOSIGNAL);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return errno;
		left -= done;
		message.msg_control = NULL;
		message.msg_controllen = 0;
		for (int i = 0; i < 2; i++) {
			size_t step = (size_t)done < parts[i].iov_len ? (size_t)done : parts[i].iov_len;

			parts[i].iov_base = (char *)parts[i].iov_base + step;
			parts[i].iov_len -= step;
			done -= step;
		}
	}
	return 0;
}

bool frame_read(int fd, void *data, size_t length, struct passed *passed)
{
	union control control;

	while (length > 0) {
		struct iovec part = { .iov_base = data, .iov_len = length };
		struct msghdr message = {
			.msg_iov = &part, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control),
		};
		ssize_t done = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
		struct cmsghdr *header = done > 0 ? CMSG_FIRSTHDR(&message) : NULL;

		if (done < 0 && errno == EINTR)
			continue;
		if (done == 0)
			errno = 0;
		if (done <= 0)
			return false;
		if (header && header->cmsg_type == SCM_RIGHTS) {
			passed->count = (header->cmsg_len - CMSG_LEN(0)) / sizeof(int);
			memcpy(passed->fds, CMSG_DATA(header), passed->count * sizeof(int));
		}
		data = (char *)data + done;
		length -= done;
	}
	return true;
}
