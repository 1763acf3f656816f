/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * ARS Error Inject, function 7 of the _DSM of the NVDIMM root device. ndctl injects only into the data of a namespace, sets
 * the bit that makes the firmware notify the kernel for each block of a range, and then sleeps.
 */
#include <linux/ndctl.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ioctl.h>

#include "../base/json.h"
#include "../children/job.h"
#include "../request/arguments.h"
#include "bus-ioctl.h"
#include "handlers.h"

#define ARS_ERROR_INJECT 7
#define NOTIFY 1

/* ACPI 6.5, 9.20.7.9: ARS Error Inject. */
struct ars_error_inject {
	uint64_t address, length;
	uint8_t options;
	uint32_t status;
} __attribute__((packed));

struct call {
	struct nd_cmd_pkg package;
	struct ars_error_inject inject;
};

void op_ars_inject(const struct request *request)
{
	struct call call = {
		.package = {
			.nd_family = NVDIMM_BUS_FAMILY_NFIT,
			.nd_command = ARS_ERROR_INJECT,
			.nd_size_in = offsetof(struct ars_error_inject, status),
			.nd_size_out = sizeof(call.inject.status),
		},
		.inject = {
			.address = arg_integer(request, "address"),
			.length = arg_integer(request, "length"),
			.options = arg_flag(request, "notify") ? NOTIFY : 0,
		},
	};

	if (!job_begin(request))
		return;
	bus_ioctl(request, ND_IOCTL_CALL, &call);
	job_done(json_pack("{s:I}", "status", (json_int_t)call.inject.status));
}
