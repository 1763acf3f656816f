/* SPDX-License-Identifier: GPL-2.0-only */
/* SIGBUS and SIGSEGV in a process of the scenario: each is reported, and some jump out of what they hit. */
#ifndef HAZMAT_AGENT_SIGNALS_H
#define HAZMAT_AGENT_SIGNALS_H

#include <jansson.h>
#include <setjmp.h>
#include <signal.h>
#include <stdbool.h>

/* What a thread does; the signal handler acts by it. */
enum thread_state {
	WORKING,	/* the agent's own code: a fault here is a defect of it */
	IDLE,		/* waits: any signal is recorded, no more */
	TOUCHING,	/* a fault here is what the scenario is about: the handler jumps to fault_jump */
	CALLING,	/* the same in a system call that returns: no jump */
};

extern __thread volatile sig_atomic_t thread_state;
/* Set with sigsetjmp(fault_jump, 0) before the state becomes TOUCHING. */
extern __thread sigjmp_buf fault_jump;
/* A signal came while TOUCHING or CALLING; to be cleared before. */
extern __thread volatile sig_atomic_t was_hit;
/* Set in a thread that touches pages over and over. */
extern __thread bool touches_again;
/* `stop` came: set by SIGUSR1. */
extern volatile sig_atomic_t told_to_stop;

void catch_signals(void);
/* The alternate stack of a thread: a handler must run whatever happened to its stack. */
void signal_stack(void);
/* The signal that came last while TOUCHING or CALLING. */
json_t *json_hit(void);

#endif
