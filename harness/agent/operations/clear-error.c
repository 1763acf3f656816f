/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Clear Uncorrectable Error by ioctl(2), as ndctl clear-errors asks for it. ndctl takes the driver off the namespace first; what
 * the kernel answers while it is bound cannot be seen through it.
 */
#include <linux/ndctl.h>
#include <sys/ioctl.h>

#include "../base/json.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "bus-ioctl.h"
#include "handlers.h"

void op_clear_error(const struct request *request)
{
	struct nd_cmd_clear_error clear = {
		.address = arg_integer(request, "address"),
		.length = arg_integer(request, "length"),
	};

	if (!job_begin(request))
		return;
	bus_ioctl(request, ND_IOCTL_CLEAR_ERROR, &clear);
	job_done(json_pack("{s:I, s:I}", "status", (json_int_t)clear.status, "cleared", (json_int_t)clear.cleared));
}
