/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON values that many replies have. */
#include "json.h"

#include "buffer.h"
#include "die.h"
#include "names.h"

void json_put(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) < 0)
		die("out of memory");
}

void json_push(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		die("out of memory");
}

/* Length of the UTF-8 sequence that starts here, or 0: RFC 3629: no surrogates, no overlong forms. */
static size_t utf8_length(const unsigned char *bytes, size_t left)
{
	unsigned char first = bytes[0];
	size_t length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 :
			first >= 0xf0 && first < 0xf5 ? 4 : 0;

	if (length == 0 || length > left)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((bytes[i] & 0xc0) != 0x80)
			return 0;
	if ((first == 0xe0 && bytes[1] < 0xa0) || (first == 0xed && bytes[1] > 0x9f) ||
	    (first == 0xf0 && bytes[1] < 0x90) || (first == 0xf4 && bytes[1] > 0x8f))
		return 0;
	return length;
}

json_t *json_bytes(const char *bytes, size_t length)
{
	struct buffer clean = {0};
	json_t *text = json_stringn(length ? bytes : "", length);

	if (text)
		return text;
	for (size_t i = 0; i < length;) {
		size_t good = utf8_length((const unsigned char *)bytes + i, length - i);

		buffer_add(&clean, good ? bytes + i : "\xef\xbf\xbd", good ? good : 3);
		i += good ? good : 1;
	}
	text = json_stringn_nocheck(clean.data, clean.length);
	buffer_free(&clean);
	return text;
}

json_t *json_address(uint64_t address)
{
	return json_sprintf("0x%llx", (unsigned long long)address);
}

json_t *with_failure(json_t *object, const char *call, int number)
{
	json_put(object, "call", json_string(call));
	json_put(object, "error", json_string(errno_name(number)));
	return object;
}

json_t *json_failure(const char *call, int number)
{
	return with_failure(json_object(), call, number);
}
