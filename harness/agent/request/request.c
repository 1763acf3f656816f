/* SPDX-License-Identifier: GPL-2.0-only */
/* From a line of the harness to the function that serves it. */
#include "request.h"

#include <string.h>

#include "arguments.h"
#include "operation.h"
#include "reply.h"

static void serve(json_t *json)
{
	json_t *id = json_object_get(json, "id");
	json_t *op = json_object_get(json, "op");
	struct request request = { .json = json };
	const char *error;

	if (!json_is_integer(id) || json_integer_value(id) < 1) {
		reply_error(0, "\"id\" is missing: an integer of at least 1 is needed");
		return;
	}
	request.id = json_integer_value(id);
	if (!json_is_string(op)) {
		reply_error(request.id, "\"op\" is missing: a string is needed");
		return;
	}
	if (strlen(json_string_value(op)) == json_string_length(op))
		request.operation = operation_find(json_string_value(op));
	if (!request.operation) {
		reply_error(request.id, "unknown op \"%.64s\"", json_string_value(op));
		return;
	}
	error = arguments_wrong(&request);
	if (error)
		reply_error(request.id, "%s", error);
	else
		request.operation->serve(&request);
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

void request_too_long(size_t limit)
{
	reply_error(0, "the request is longer than %zu bytes", limit);
}
