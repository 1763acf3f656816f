/* SPDX-License-Identifier: GPL-2.0-only */
/* The arguments of a request: checked against the row of its operation, and read by name afterwards. */
#ifndef HAZMAT_AGENT_ARGUMENTS_H
#define HAZMAT_AGENT_ARGUMENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct request;

/*
 * Checks every field, adds the optional ones that are missing, and refuses any other. Returns NULL, or the first thing
 * that is wrong; valid until the next call.
 */
const char *arguments_wrong(const struct request *request);

/*
 * The value of a field. To ask for a field that the operation's row does not have, or has with another type, is a
 * mistake in the agent and ends it.
 */
const char *arg_text(const struct request *request, const char *name);
const char *arg_bytes(const struct request *request, const char *name, size_t *length);
json_int_t arg_integer(const struct request *request, const char *name);
bool arg_flag(const struct request *request, const char *name);
/* True when the choice is this word. */
bool arg_is(const struct request *request, const char *name, const char *word);
json_t *arg_strings(const struct request *request, const char *name);
json_t *arg_integers(const struct request *request, const char *name);
json_t *arg_string_map(const struct request *request, const char *name);

#endif
