/* SPDX-License-Identifier: GPL-2.0-only */
/* What an operation is: a name, the fields of its request, and the function that serves it. See operations.c. */
#ifndef HAZMAT_AGENT_OPERATION_H
#define HAZMAT_AGENT_OPERATION_H

#include <jansson.h>
#include <stdbool.h>

#define MOST_FIELDS 8

struct request;

enum field_type {
	FIELD_BYTES = 1,	/* a string of any length, which may have NULs in it */
	FIELD_TEXT,		/* a string of `least` to `most` bytes without NUL */
	FIELD_INTEGER,		/* from `least` to `most` */
	FIELD_FLAG,		/* true or false */
	FIELD_CHOICE,		/* one of `words` */
	FIELD_STRINGS,		/* a list of at least `least` strings without NUL */
	FIELD_INTEGERS,		/* a list of at least `least` integers */
	FIELD_STRING_MAP,	/* an object of strings without NUL */
};

/* An optional field that is not in the request gets the least value of its type: "", `least`, false, the first word, [] or {}. */
struct field {
	const char *name;
	enum field_type type;
	bool optional;
	json_int_t least, most;
	const char *words[2];
};

struct operation {
	const char *name;
	/* Serves a request whose arguments have been checked. Replies now or later, once. */
	void (*serve)(const struct request *request);
	/* Of an operation that a process of the scenario carries out: the same, called in that process. */
	void (*work)(const struct request *request);
	/* The fields `page` and `pages` (1 when the operation has no such field) must lie in the mapping of the process. */
	bool in_mapping;
	/* Of fields that are right each on its own: NULL, or why they do not go together. May be NULL. */
	const char *(*conflict)(const struct request *request);
	/* Ends with a field without a name. `id` and `op` are not among them. */
	struct field fields[MOST_FIELDS + 1];
};

/* NULL when there is none of this name. */
const struct operation *operation_find(const char *name);

#endif
