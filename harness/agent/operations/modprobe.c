/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads kernel modules. In a child: a module's init function may never return. */
#include <jansson.h>

#include "../children/job.h"
#include "../guest/modules.h"
#include "../request/arguments.h"
#include "handlers.h"

void op_modprobe(const struct request *request)
{
	if (job_begin(request))
		job_done(json_pack("{s:o}", "failed", load_modules(arg_strings(request, "modules"))));
}
