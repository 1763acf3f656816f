/* SPDX-License-Identifier: GPL-2.0-only */
/* The time. */
#ifndef HAZMAT_AGENT_CLOCK_H
#define HAZMAT_AGENT_CLOCK_H

#include <stdint.h>

/* Microseconds of CLOCK_MONOTONIC. */
uint64_t now_us(void);
/* Milliseconds since boot, suspended time included. */
uint64_t uptime_ms(void);

#endif
