/* SPDX-License-Identifier: GPL-2.0-only */
/* The arguments of a request: checked against the row of its operation, and read by name afterwards. */
#include "arguments.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../base/die.h"
#include "../base/json.h"
#include "operation.h"
#include "request.h"

static const struct {
	json_type json;
	const char *name, *must_be;
} types[] = {
	[FIELD_BYTES] = { JSON_STRING, "a string", "a string" },
	[FIELD_TEXT] = { JSON_STRING, "a string", "a string" },
	[FIELD_INTEGER] = { JSON_INTEGER, "an integer", "an integer" },
	[FIELD_FLAG] = { JSON_TRUE, "true or false", "true or false" },
	[FIELD_CHOICE] = { JSON_STRING, "a string", "a string" },
	[FIELD_STRINGS] = { JSON_ARRAY, "a list", "a list of strings" },
	[FIELD_INTEGERS] = { JSON_ARRAY, "a list", "a list of integers" },
	[FIELD_STRING_MAP] = { JSON_OBJECT, "an object", "an object of strings" },
};

/* What is wrong with the request; empty: nothing so far. */
static char error[256];

static void PRINTF(3, 4) refuse(const struct request *request, const struct field *field, const char *format, ...)
{
	va_list arguments;
	int length = snprintf(error, sizeof(error), "%s: \"%s\" ", request->operation->name, field->name);

	va_start(arguments, format);
	vsnprintf(error + length, sizeof(error) - length, format, arguments);
	va_end(arguments);
}

static json_t *least_value(const struct field *field)
{
	switch (field->type) {
	case FIELD_BYTES:
	case FIELD_TEXT:
		return json_string("");
	case FIELD_INTEGER:
		return json_integer(field->least);
	case FIELD_FLAG:
		return json_false();
	case FIELD_CHOICE:
		return json_string(field->words[0]);
	case FIELD_STRINGS:
	case FIELD_INTEGERS:
		return json_array();
	case FIELD_STRING_MAP:
		return json_object();
	}
	return NULL;
}

static bool has_nul(const json_t *value)
{
	return strlen(json_string_value(value)) != json_string_length(value);
}

static void check_element(const struct request *request, const struct field *field, const json_t *value)
{
	if (json_typeof(value) != (field->type == FIELD_INTEGERS ? JSON_INTEGER : JSON_STRING))
		refuse(request, field, "must be %s", types[field->type].must_be);
	else if (json_is_string(value) && has_nul(value))
		refuse(request, field, "must not have a NUL in it");
}

static void check_value(const struct request *request, const struct field *field, json_t *value)
{
	size_t length = json_string_length(value), i;
	json_int_t number = json_integer_value(value);
	const char *key;
	json_t *element;

	if (json_typeof(value) != types[field->type].json && !(field->type == FIELD_FLAG && json_is_false(value))) {
		refuse(request, field, "must be %s", types[field->type].must_be);
		return;
	}
	switch (field->type) {
	case FIELD_BYTES:
	case FIELD_FLAG:
		break;
	case FIELD_TEXT:
		if (has_nul(value))
			refuse(request, field, "must not have a NUL in it");
		else if (length < (size_t)field->least || length > (size_t)field->most)
			refuse(request, field, "must have %lld to %lld bytes", field->least, field->most);
		break;
	case FIELD_INTEGER:
		if (number < field->least || number > field->most)
			refuse(request, field, "must be from %lld to %lld", field->least, field->most);
		break;
	case FIELD_CHOICE:
		if (has_nul(value) || (strcmp(json_string_value(value), field->words[0]) != 0 &&
				       strcmp(json_string_value(value), field->words[1]) != 0))
			refuse(request, field, "must be \"%s\" or \"%s\"", field->words[0], field->words[1]);
		break;
	case FIELD_STRINGS:
	case FIELD_INTEGERS:
		if (json_array_size(value) < (size_t)field->least)
			refuse(request, field, "must have at least %lld element", field->least);
		json_array_foreach(value, i, element)
			check_element(request, field, element);
		break;
	case FIELD_STRING_MAP:
		json_object_foreach(value, key, element)
			check_element(request, field, element);
		break;
	}
}

static const struct field *field_find(const struct request *request, const char *name)
{
	for (const struct field *field = request->operation->fields; field->name; field++)
		if (strcmp(field->name, name) == 0)
			return field;
	return NULL;
}

const char *arguments_wrong(const struct request *request)
{
	const struct operation *operation = request->operation;
	const char *key, *conflict;
	json_t *value;

	error[0] = '\0';
	for (const struct field *field = operation->fields; field->name; field++) {
		value = json_object_get(request->json, field->name);
		if (value)
			check_value(request, field, value);
		else if (field->optional)
			json_put(request->json, field->name, least_value(field));
		else
			refuse(request, field, "is missing: %s is needed", types[field->type].name);
		if (error[0])
			return error;
	}
	json_object_foreach(request->json, key, value) {
		if (strcmp(key, "id") != 0 && strcmp(key, "op") != 0 && !field_find(request, key)) {
			snprintf(error, sizeof(error), "%s: unknown field \"%.64s\"", operation->name, key);
			return error;
		}
	}
	conflict = operation->conflict ? operation->conflict(request) : NULL;
	if (!conflict)
		return NULL;
	snprintf(error, sizeof(error), "%s: %s", operation->name, conflict);
	return error;
}

static json_t *argument(const struct request *request, const char *name, enum field_type type)
{
	const struct field *field = field_find(request, name);

	if (!field || field->type != type)
		die("%s has no field \"%s\" of type %d", request->operation->name, name, type);
	return json_object_get(request->json, name);
}

const char *arg_text(const struct request *request, const char *name)
{
	return json_string_value(argument(request, name, FIELD_TEXT));
}

const char *arg_bytes(const struct request *request, const char *name, size_t *length)
{
	json_t *value = argument(request, name, FIELD_BYTES);

	*length = json_string_length(value);
	return json_string_value(value);
}

json_int_t arg_integer(const struct request *request, const char *name)
{
	return json_integer_value(argument(request, name, FIELD_INTEGER));
}

bool arg_flag(const struct request *request, const char *name)
{
	return json_is_true(argument(request, name, FIELD_FLAG));
}

bool arg_is(const struct request *request, const char *name, const char *word)
{
	return strcmp(json_string_value(argument(request, name, FIELD_CHOICE)), word) == 0;
}

json_t *arg_strings(const struct request *request, const char *name)
{
	return argument(request, name, FIELD_STRINGS);
}

json_t *arg_integers(const struct request *request, const char *name)
{
	return argument(request, name, FIELD_INTEGERS);
}

json_t *arg_string_map(const struct request *request, const char *name)
{
	return argument(request, name, FIELD_STRING_MAP);
}
