/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON values that many replies have. Out of memory ends the program. */
#ifndef HAZMAT_AGENT_JSON_H
#define HAZMAT_AGENT_JSON_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* Sets a key of an object; takes the reference to the value. */
void json_put(json_t *object, const char *key, json_t *value);
/* Adds a value to an array; takes the reference to it. */
void json_push(json_t *array, json_t *value);
/* A string from bytes. Bytes that are not UTF-8 become U+FFFD. */
json_t *json_bytes(const char *bytes, size_t length);
/* An address: a string, hexadecimal with 0x. */
json_t *json_address(uint64_t address);
/*
 * Adds `call` and `error` to an object and returns it: the system call that failed and its errno. Make the object
 * before the call, or errno may be another one by then.
 */
json_t *with_failure(json_t *object, const char *call, int number);
/* An object of these two only. */
json_t *json_failure(const char *call, int number);

#endif
