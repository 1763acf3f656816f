/* SPDX-License-Identifier: GPL-2.0-only */
/* An ioctl(2) on an NVDIMM bus. */
#ifndef HAZMAT_AGENT_BUS_IOCTL_H
#define HAZMAT_AGENT_BUS_IOCTL_H

struct request;

/* In the process of a job: opens the request's `bus` and calls it. When that fails, it is the reply, and the job ends. */
void bus_ioctl(const struct request *request, unsigned long command, void *argument);

#endif
