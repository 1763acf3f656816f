/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds a virtio port by the name that the host gave it. */
#ifndef HAZMAT_AGENT_PORT_H
#define HAZMAT_AGENT_PORT_H

/* Opens the virtio port of this name for reading and writing, without blocking; -1 with errno, ENOENT: there is none. */
int port_open(const char *name);

#endif
