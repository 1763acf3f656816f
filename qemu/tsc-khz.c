/* SPDX-License-Identifier: GPL-2.0-only */
/* Prints the frequency of this host's TSC in kHz: what a guest under QEMU's TCG counts with. */
#include <stdint.h>
#include <stdio.h>
#include <time.h>
#include <x86intrin.h>

#define TRIES 200
#define SPAN_NS 20000000

struct moment {
	uint64_t ns;
	uint64_t ticks;
};

static uint64_t now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_RAW, &time);
	return (uint64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Both clocks read together: of many tries the shortest, in which nothing came between. */
static struct moment look(void)
{
	struct moment best = {0};
	uint64_t shortest = UINT64_MAX;

	for (int i = 0; i < TRIES; i++) {
		uint64_t before = __rdtsc(), ns = now_ns(), after = __rdtsc();

		if (after - before >= shortest)
			continue;
		shortest = after - before;
		best = (struct moment){.ns = ns, .ticks = before + shortest / 2};
	}
	return best;
}

int main(void)
{
	struct moment from = look(), to;

	nanosleep(&(struct timespec){.tv_nsec = SPAN_NS}, NULL);
	to = look();
	printf("%.0f\n", (double)(to.ticks - from.ticks) * 1e6 / (double)(to.ns - from.ns));
	return 0;
}
