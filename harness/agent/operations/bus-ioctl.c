/* SPDX-License-Identifier: GPL-2.0-only */
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#include "../base/json.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "bus-ioctl.h"

void bus_ioctl(const struct request *request, unsigned long command, void *argument)
{
	int fd = open(arg_text(request, "bus"), O_RDWR | O_CLOEXEC);

	if (fd < 0)
		job_done(json_failure("open", errno));
	if (ioctl(fd, command, argument) < 0)
		job_done(json_failure("ioctl", errno));
}
