/* SPDX-License-Identifier: GPL-2.0-only */
/* Replies. What is in the kernel log and what processes have reported is sent before each of them. */
#include "reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/json.h"
#include "../base/names.h"
#include "../channel/channel.h"
#include "../channel/kmsg.h"
#include "../process/process.h"

static void send_reply(json_t *reply)
{
	kmsg_drain();
	processes_drain();
	send_event("reply", reply);
}

void reply_ok(json_int_t id, json_t *data)
{
	json_t *reply = json_object();

	json_put(reply, "id", json_integer(id));
	json_put(reply, "ok", json_true());
	json_put(reply, "data", data);
	send_reply(reply);
}

static json_t *error_reply(json_int_t id, const char *format, va_list arguments)
{
	json_t *reply = json_object();
	char text[1200];

	vsnprintf(text, sizeof(text), format, arguments);
	json_put(reply, "id", json_integer(id));
	json_put(reply, "ok", json_false());
	json_put(reply, "error", json_bytes(text, strlen(text)));
	return reply;
}

void reply_error(json_int_t id, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	send_reply(error_reply(id, format, arguments));
	va_end(arguments);
}

void reply_ended(json_int_t id, int status, const char *format, ...)
{
	va_list arguments;
	json_t *reply;

	va_start(arguments, format);
	reply = error_reply(id, format, arguments);
	va_end(arguments);
	json_put(reply, "ended", json_string(status_text(status)));
	send_reply(reply);
}
