/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads kernel modules with the guest's modprobe. */
#ifndef HAZMAT_AGENT_MODULES_H
#define HAZMAT_AGENT_MODULES_H

#include <jansson.h>

/* Loads modules and waits until they are; returns an array of {module, error} for those that failed. */
json_t *load_modules(const json_t *modules);

#endif
