/* SPDX-License-Identifier: GPL-2.0-only */
/* The time. */
#include "clock.h"

#include <time.h>

static uint64_t clock_us(clockid_t clock)
{
	struct timespec time = {0};

	clock_gettime(clock, &time);
	return (uint64_t)time.tv_sec * 1000000 + time.tv_nsec / 1000;
}

uint64_t now_us(void)
{
	return clock_us(CLOCK_MONOTONIC);
}

uint64_t uptime_ms(void)
{
	return clock_us(CLOCK_BOOTTIME) / 1000;
}
