/* SPDX-License-Identifier: GPL-2.0-only */
/* Files and descriptors. */
#ifndef HAZMAT_AGENT_IO_H
#define HAZMAT_AGENT_IO_H

#include <stdbool.h>
#include <stddef.h>

struct buffer;

void set_nonblocking(int fd);
/* Writes all of it to a blocking descriptor. False: errno is set. */
bool write_all(int fd, const void *data, size_t length);
/*
 * Adds the content of a file to a buffer. Returns 0, or an errno: then `call` is the system call that failed. A file of
 * more than `limit` bytes is EFBIG.
 */
int read_file(const char *path, size_t limit, struct buffer *buffer, const char **call);
/* Closes every descriptor from 3 on, except the ones in `keep`. */
void close_others(const int *keep, unsigned int count);

#endif
