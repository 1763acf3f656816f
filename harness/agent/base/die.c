/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages on the console, the end of the program, and memory that is there or ends the program. */
#include "die.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/reboot.h>
#include <unistd.h>

#include "io.h"

static void print(const char *format, va_list arguments)
{
	char line[1024];
	int length = snprintf(line, sizeof(line), "hazmat-agent: ");

	length += vsnprintf(line + length, sizeof(line) - length - 1, format, arguments);
	if (length > (int)sizeof(line) - 2)
		length = sizeof(line) - 2;
	line[length++] = '\n';
	/* There is no other place to report that this one failed. */
	write_all(STDERR_FILENO, line, length);
}

void complain(const char *format, ...)
{
	int error = errno;
	va_list arguments;

	va_start(arguments, format);
	print(format, arguments);
	va_end(arguments);
	errno = error;
}

void die(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	print(format, arguments);
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
