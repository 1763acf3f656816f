/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds a virtio port by the name that the host gave it. There is no udev here, so no /dev/virtio-ports. */
#include "port.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "../base/buffer.h"
#include "../base/io.h"

#define PORTS "/sys/class/virtio-ports"

/* A port whose name cannot be read is another one: it may be going away. */
static bool has_name(const char *port, const char *name)
{
	struct buffer text = {0};
	const char *call;
	char path[320];
	bool same;

	snprintf(path, sizeof(path), PORTS "/%s/name", port);
	same = read_file(path, 4096, &text, &call) == 0 && text.length == strlen(name) + 1 &&
	       memcmp(text.data, name, strlen(name)) == 0;
	buffer_free(&text);
	return same;
}

int port_open(const char *name)
{
	DIR *ports = opendir(PORTS);
	struct dirent *entry;
	char path[320] = "";
	int error;

	/* ENOENT: the driver is not there yet. */
	if (!ports)
		return -1;
	errno = 0;
	while ((entry = readdir(ports))) {
		if (entry->d_name[0] != '.' && has_name(entry->d_name, name))
			snprintf(path, sizeof(path), "/dev/%s", entry->d_name);
		errno = 0;
	}
	error = errno ? errno : ENOENT;
	closedir(ports);
	if (path[0])
		return open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	errno = error;
	return -1;
}
