/* SPDX-License-Identifier: GPL-2.0-only */
/* Small things that every part needs: memory, time, names of errors, buffers. */
#include "agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void say(const char *format, va_list arguments)
{
	char line[1024];
	int length = snprintf(line, sizeof(line), "hazmat-agent: ");

	length += vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	write_all(STDERR_FILENO, line, length);
}

void complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	say(format, arguments);
	va_end(arguments);
	if (getpid() == 1)
		reboot(RB_POWER_OFF);
	_exit(1);
}

void *allocate(size_t bytes)
{
	void *memory = calloc(1, bytes ? bytes : 1);

	if (!memory)
		die("out of memory");
	return memory;
}

char *copy_text(const char *text)
{
	char *copy = strdup(text);

	if (!copy)
		die("out of memory");
	return copy;
}

static uint64_t clock_us(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

uint64_t now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

uint64_t uptime_ms(void)
{
	return clock_us(CLOCK_BOOTTIME) / 1000;
}

const char *errno_name(int number)
{
	static char text[32];
	const char *name = strerrorname_np(number);

	if (name)
		return name;
	snprintf(text, sizeof(text), "errno %d", number);
	return text;
}

const char *status_text(int status)
{
	static char text[64];

	if (WIFSIGNALED(status)) {
		const char *name = sigabbrev_np(WTERMSIG(status));

		snprintf(text, sizeof(text), "signal %d SIG%s", WTERMSIG(status), name ? name : "?");
	} else {
		snprintf(text, sizeof(text), "exit %d", WEXITSTATUS(status));
	}
	return text;
}

/* Length of the UTF-8 sequence that starts here, or 0: as RFC 3629 has it, no surrogates, nothing overlong. */
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
	set(object, "call", json_string(call));
	set(object, "error", json_string(errno_name(number)));
	return object;
}

json_t *json_failure(const char *call, int number)
{
	return with_failure(json_object(), call, number);
}

void set(json_t *object, const char *key, json_t *value)
{
	if (json_object_set_new_nocheck(object, key, value) < 0)
		die("out of memory");
}

void append(json_t *array, json_t *value)
{
	if (json_array_append_new(array, value) < 0)
		die("out of memory");
}

void buffer_add(struct buffer *buffer, const void *data, size_t length)
{
	if (buffer->length + length > buffer->size) {
		size_t size = buffer->size ? buffer->size : 4096;

		while (size < buffer->length + length)
			size *= 2;
		buffer->data = realloc(buffer->data, size);
		if (!buffer->data)
			die("out of memory");
		buffer->size = size;
	}
	if (length)
		memcpy(buffer->data + buffer->length, data, length);
	buffer->length += length;
}

void buffer_drop(struct buffer *buffer, size_t length)
{
	buffer->length -= length;
	if (buffer->length)
		memmove(buffer->data, buffer->data + length, buffer->length);
}

void buffer_free(struct buffer *buffer)
{
	free(buffer->data);
	*buffer = (struct buffer){0};
}

bool buffer_fill(struct buffer *buffer, int fd, size_t limit, size_t keep, bool *truncated)
{
	static char piece[65536];
	size_t got = 0;

	while (got < limit) {
		ssize_t length = read(fd, piece, sizeof(piece));
		size_t room = buffer->length < keep ? keep - buffer->length : 0;

		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0 && errno == EAGAIN)
			return true;
		if (length <= 0)
			return false;
		if ((size_t)length > room && truncated)
			*truncated = true;
		buffer_add(buffer, piece, (size_t)length < room ? (size_t)length : room);
		got += length;
	}
	return true;
}

bool write_all(int fd, const void *data, size_t length)
{
	const char *from = data;

	while (length > 0) {
		ssize_t done = write(fd, from, length);

		if (done < 0 && errno == EINTR)
			continue;
		if (done < 0)
			return false;
		from += done;
		length -= done;
	}
	return true;
}

int read_file(const char *path, size_t limit, struct buffer *buffer, const char **call)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	int error = 0;

	*call = "open";
	if (fd < 0)
		return errno;
	*call = "read";
	/* One byte more than may be: a file that is too long is an error, not a piece of it. */
	if (!buffer_fill(buffer, fd, limit + 1, limit + 1, NULL)) {
		ssize_t again = read(fd, &(char){0}, 1);

		error = again < 0 ? errno : 0;
	}
	if (buffer->length > limit)
		error = EFBIG;
	close(fd);
	return error;
}

void set_nonblocking(int fd)
{
	if (fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK) < 0)
		die("fcntl: %s", strerror(errno));
}
