/* SPDX-License-Identifier: GPL-2.0-only */
/* What the harness asks: one line, one request, one reply. */
#include "agent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void op_ping(const struct request *request)
{
	struct fields fields = fields_of(request->json, request->op);

	if (!refused(&fields, request))
		reply_ok(request->id, json_pack("{s:I}", "uptimeMs", (json_int_t)uptime_ms()));
}

static const struct {
	const char *op;
	void (*serve)(const struct request *request);
} operations[] = {
	{ "ping", op_ping },
	{ "run", op_run },
	{ "write", op_write },
	{ "read", op_read },
	{ "modprobe", op_modprobe },
	{ "fill", op_fill },
	{ "verify", op_verify },
	{ "pread", op_pread },
	{ "pwrite", op_pwrite },
	{ "spawn", op_spawn },
	{ "map", op_process },
	{ "touch", op_process },
	{ "spin", op_process },
	{ "stop", op_stop },
	{ "fork", op_fork },
	{ "start-threads", op_process },
	{ "leader-exit", op_process },
	{ "madvise", op_process },
	{ "write-from-mapping", op_process },
	{ "pagemap", op_pagemap },
	{ "kill", op_kill },
	{ "extents", op_extents },
	{ "forward", op_forward },
	{ "diagnose", op_diagnose },
	{ "calibrate", op_calibrate },
};

static void serve(json_t *json)
{
	json_t *id = json_object_get(json, "id");
	json_t *op = json_object_get(json, "op");
	struct request request = { .json = json };

	if (!json_is_integer(id) || json_integer_value(id) < 1) {
		reply_error(0, "\"id\" is missing: an integer from 1 on is needed");
		return;
	}
	request.id = json_integer_value(id);
	if (!json_is_string(op)) {
		reply_error(request.id, "\"op\" is missing: a string is needed");
		return;
	}
	request.op = json_string_value(op);
	for (size_t i = 0; i < sizeof(operations) / sizeof(operations[0]); i++) {
		if (strcmp(request.op, operations[i].op) == 0) {
			operations[i].serve(&request);
			return;
		}
	}
	reply_error(request.id, "unknown op \"%.64s\"", request.op);
}

void request_line(const char *line, size_t length)
{
	json_error_t error;
	json_t *json = json_loadb(line, length, JSON_ALLOW_NUL | JSON_REJECT_DUPLICATES, &error);

	if (!json)
		reply_error(0, "malformed JSON: %s (column %d)", error.text, error.column);
	else if (!json_is_object(json))
		reply_error(0, "a request is a JSON object");
	else
		serve(json);
	json_decref(json);
}

void reply_ok(json_int_t id, json_t *data)
{
	json_t *reply = json_object();

	set(reply, "id", json_integer(id));
	set(reply, "ok", json_true());
	set(reply, "data", data);
	send_ordered("reply", reply);
}

static json_t *bad_reply(json_int_t id, const char *format, va_list arguments)
{
	json_t *reply = json_object();
	char text[1200];

	vsnprintf(text, sizeof(text), format, arguments);
	set(reply, "id", json_integer(id));
	set(reply, "ok", json_false());
	set(reply, "error", json_bytes(text, strlen(text)));
	return reply;
}

void reply_error(json_int_t id, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	send_ordered("reply", bad_reply(id, format, arguments));
	va_end(arguments);
}

void reply_ended(json_int_t id, int status, const char *format, ...)
{
	va_list arguments;
	json_t *reply;

	va_start(arguments, format);
	reply = bad_reply(id, format, arguments);
	va_end(arguments);
	set(reply, "ended", json_string(status_text(status)));
	send_ordered("reply", reply);
}
