/* SPDX-License-Identifier: GPL-2.0-only */
/* What a read or a write returned, and the memory for one. */
#ifndef HAZMAT_AGENT_IO_RESULT_H
#define HAZMAT_AGENT_IO_RESULT_H

#include <jansson.h>
#include <stddef.h>
#include <sys/types.h>

/* {result, call, error?}: what a system call returned; `error` is its errno, which counts when `result` is -1. */
json_t *io_result(const char *call, ssize_t result, int error);
/* In a child that serves a request: memory that O_DIRECT takes. Refuses the request when there is none. */
char *io_memory(size_t length);

#endif
