/* SPDX-License-Identifier: GPL-2.0-only */
/* Replies. What is in the kernel log and what processes have reported is sent before each of them. */
#ifndef HAZMAT_AGENT_REPLY_H
#define HAZMAT_AGENT_REPLY_H

#include <jansson.h>

#include "../base/die.h"

/* Takes the reference to `data`. */
void reply_ok(json_int_t id, json_t *data);
/* The request was wrong or could not be served. */
void reply_error(json_int_t id, const char *format, ...) PRINTF(2, 3);
/* The process that was to serve the request ended: `status` as from waitpid(2). */
void reply_ended(json_int_t id, int status, const char *format, ...) PRINTF(3, 4);

#endif
