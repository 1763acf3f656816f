/* SPDX-License-Identifier: GPL-2.0-only */
/* The arguments of a request: each is there, of the right type and in range, and nothing else is there. */
#include "agent.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

struct fields fields_of(const json_t *json, const char *op)
{
	return (struct fields){ .json = json, .op = op, .known = { "id", "op" }, .count = 2 };
}

/* Only the first thing that is wrong is told. */
static void PRINTF(3, 4) wrong(struct fields *fields, const char *name, const char *format, ...)
{
	va_list arguments;
	int length;

	if (fields->error[0])
		return;
	length = snprintf(fields->error, sizeof(fields->error), "%s: \"%s\" ", fields->op, name);
	va_start(arguments, format);
	vsnprintf(fields->error + length, sizeof(fields->error) - length, format, arguments);
	va_end(arguments);
}

static json_t *get(struct fields *fields, const char *name)
{
	fields->known[fields->count++] = name;
	return json_object_get(fields->json, name);
}

static json_t *need(struct fields *fields, const char *name, const char *what)
{
	json_t *value = get(fields, name);

	if (!value)
		wrong(fields, name, "is missing: %s is needed", what);
	return value;
}

static const char *text_of(struct fields *fields, const char *name, json_t *value, size_t *length)
{
	if (value && !json_is_string(value))
		wrong(fields, name, "must be a string");
	if (!json_is_string(value))
		return "";
	if (length)
		*length = json_string_length(value);
	else if (strlen(json_string_value(value)) != json_string_length(value))
		wrong(fields, name, "must not have a NUL in it");
	return json_string_value(value);
}

const char *need_text(struct fields *fields, const char *name, size_t *length)
{
	return text_of(fields, name, need(fields, name, "a string"), length);
}

const char *want_text(struct fields *fields, const char *name, size_t *length)
{
	return text_of(fields, name, get(fields, name), length);
}

const char *need_name(struct fields *fields, const char *name, size_t most)
{
	const char *text = need_text(fields, name, NULL);

	if (!*text || strlen(text) > most)
		wrong(fields, name, "must have 1 to %zu bytes", most);
	return text;
}

const char *need_path(struct fields *fields, const char *name)
{
	return need_name(fields, name, PATH_MAX - 1);
}

json_int_t need_number(struct fields *fields, const char *name, json_int_t least, json_int_t most)
{
	json_t *value = need(fields, name, "an integer");
	json_int_t number = json_integer_value(value);

	if (value && !json_is_integer(value))
		wrong(fields, name, "must be an integer");
	else if (value && (number < least || number > most))
		wrong(fields, name, "must be from %lld to %lld", (long long)least, (long long)most);
	return number;
}

json_t *need_list(struct fields *fields, const char *name, json_type type)
{
	const char *what = type == JSON_STRING ? "strings" : "integers";
	json_t *list = need(fields, name, "a list");
	json_t *value;
	size_t i;

	if (list && !json_is_array(list)) {
		wrong(fields, name, "must be a list of %s", what);
		return NULL;
	}
	json_array_foreach(list, i, value) {
		if (json_typeof(value) != type)
			wrong(fields, name, "must be a list of %s", what);
		else if (type == JSON_STRING && strlen(json_string_value(value)) != json_string_length(value))
			wrong(fields, name, "must not have a NUL in it");
	}
	return list;
}

bool need_choice(struct fields *fields, const char *name, const char *first, const char *second)
{
	const char *text = need_text(fields, name, NULL);

	if (strcmp(text, first) != 0 && strcmp(text, second) != 0)
		wrong(fields, name, "must be \"%s\" or \"%s\"", first, second);
	return strcmp(text, second) == 0;
}

bool need_flag(struct fields *fields, const char *name)
{
	json_t *value = need(fields, name, "true or false");

	if (value && !json_is_boolean(value))
		wrong(fields, name, "must be true or false");
	return json_is_true(value);
}

bool want_flag(struct fields *fields, const char *name)
{
	json_t *value = get(fields, name);

	if (value && !json_is_boolean(value))
		wrong(fields, name, "must be true or false");
	return json_is_true(value);
}

json_t *want_map(struct fields *fields, const char *name)
{
	json_t *map = get(fields, name);
	const char *key;
	json_t *value;

	if (map && !json_is_object(map)) {
		wrong(fields, name, "must be an object of strings");
		return NULL;
	}
	json_object_foreach(map, key, value) {
		if (!json_is_string(value))
			wrong(fields, name, "must be an object of strings");
	}
	return map;
}

const char *fields_wrong(struct fields *fields)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)fields->json, key, value) {
		bool known = false;

		for (unsigned int i = 0; i < fields->count; i++)
			known = known || strcmp(fields->known[i], key) == 0;
		if (!known && !fields->error[0])
			snprintf(fields->error, sizeof(fields->error), "%s: unknown field \"%.64s\"", fields->op, key);
	}
	return fields->error[0] ? fields->error : NULL;
}

bool refused(struct fields *fields, const struct request *request)
{
	const char *error = fields_wrong(fields);

	if (error)
		reply_error(request->id, "%s", error);
	return error;
}
