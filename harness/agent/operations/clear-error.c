/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clear Uncorrectable Error by ioctl(2), as ndctl clear-errors asks for it. ndctl takes the driver off the namespace first; what
 * the kernel answers while it is bound cannot be seen through it.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/ndctl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "../base/json.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "handlers.h"

void op_clear_error(const struct request *request)
{
	struct nd_cmd_clear_error clear = {
		.address = arg_integer(request, "address"),
		.length = arg_integer(request, "length"),
	};
	int fd;

	if (!job_begin(request))
		return;
	fd = open(arg_text(request, "bus"), O_RDWR | O_CLOEXEC);
	if (fd < 0)
		job_done(json_failure("open", errno));
	if (ioctl(fd, ND_IOCTL_CLEAR_ERROR, &clear) < 0)
		job_done(json_failure("ioctl", errno));
	job_done(json_pack("{s:I, s:I}", "status", (json_int_t)clear.status, "cleared", (json_int_t)clear.cleared));
}
