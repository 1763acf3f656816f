/* SPDX-License-Identifier: GPL-2.0-only */
/* Names of what the kernel reports as numbers. */
#include "names.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

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
