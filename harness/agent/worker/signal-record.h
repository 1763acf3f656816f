/* SPDX-License-Identifier: GPL-2.0-only */
/* What a process of the scenario writes to its event pipe for each signal; small enough to be written in one piece. */
#ifndef HAZMAT_AGENT_SIGNAL_RECORD_H
#define HAZMAT_AGENT_SIGNAL_RECORD_H

#include <stdint.h>

struct signal_record {
	uint64_t address;
	int32_t signo;
	int32_t code;
	int32_t lsb;
	int32_t tid;
	/* A thread of `touch-again` ran into it. */
	int32_t again;
};

#endif
