/* SPDX-License-Identifier: GPL-2.0-only */
/* Replies at once: the agent is there. */
#include <jansson.h>

#include "../base/clock.h"
#include "../request/reply.h"
#include "../request/request.h"
#include "handlers.h"

void op_ping(const struct request *request)
{
	reply_ok(request->id, json_pack("{s:I}", "uptimeMs", (json_int_t)uptime_ms()));
}
