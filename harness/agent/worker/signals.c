/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * SIGBUS and SIGSEGV in a process of the scenario. The handler writes one record to the event pipe. A fault inside of
 * touch, spin or madvise then jumps out of it; a signal that only reports an error (BUS_MCEERR_AO) does not.
 */
#include "signals.h"

#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include "../base/die.h"
#include "../base/json.h"
#include "../base/names.h"
#include "signal-record.h"
#include "worker.h"

#define STACK_BYTES 65536
/* Signals of a thread of `touch-again` that are reported one by one. */
#define MOST_REPORTED 64

__thread volatile sig_atomic_t thread_state = WORKING;
__thread sigjmp_buf fault_jump;
__thread volatile sig_atomic_t was_hit;
__thread bool touches_again;
volatile sig_atomic_t told_to_stop;
static __thread unsigned int reported_again;
/* Written by the handler. */
static __thread volatile struct signal_record hit;

static void on_stop(int signo)
{
	(void)signo;
	told_to_stop = 1;
}

static void on_signal(int signo, siginfo_t *info, void *context)
{
	int saved = errno;
	bool memory = info->si_code > 0;
	bool mce = signo == SIGBUS && (info->si_code == BUS_MCEERR_AR || info->si_code == BUS_MCEERR_AO);
	struct signal_record record = {
		.address = memory ? (uintptr_t)info->si_addr : 0,
		.signo = signo,
		.code = info->si_code,
		.lsb = mce ? info->si_addr_lsb : 0,
		.tid = syscall(SYS_gettid),
	};

	/* What a thread of `touch-again` runs into is counted by itself, and reported so; of a thread that loops, not every time. */
	record.again = touches_again && thread_state == TOUCHING && memory && info->si_code != BUS_MCEERR_AO;
	if (record.again && reported_again++ >= MOST_REPORTED)
		record.signo = 0;

	/* EPIPE: the agent has ended, and ends this process too. */
	while (record.signo && write(worker.events, &record, sizeof(record)) < 0 && errno == EINTR)
		;
	errno = saved;
	if (thread_state == TOUCHING || thread_state == CALLING) {
		hit.address = record.address;
		hit.signo = signo;
		hit.code = record.code;
		hit.lsb = record.lsb;
		was_hit = 1;
		if (thread_state == TOUCHING && memory && info->si_code != BUS_MCEERR_AO) {
			/* A signal that waits comes now: it is not what was hit, and must not jump. */
			thread_state = IDLE;
			pthread_sigmask(SIG_SETMASK, &((ucontext_t *)context)->uc_sigmask, NULL);
			siglongjmp(fault_jump, 1);
		}
	} else if (thread_state == WORKING && memory && info->si_code != BUS_MCEERR_AO) {
		/* Back to the fault, which then ends the process. */
		signal(signo, SIG_DFL);
	}
}

void signal_stack(void)
{
	stack_t stack = { .ss_sp = allocate(STACK_BYTES), .ss_size = STACK_BYTES };

	if (sigaltstack(&stack, NULL) < 0)
		die("sigaltstack: %s", errno_name(errno));
}

void catch_signals(void)
{
	/*
	 * The handler blocks both signals: one for each of many pages, while it waits for room in the pipe, would pile up
	 * frames until its stack is full. It restores the mask before it jumps, so that sigsetjmp need not save it.
	 */
	struct sigaction action = {
		.sa_sigaction = on_signal,
		.sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART,
	};
	struct sigaction stop = { .sa_handler = on_stop, .sa_flags = SA_ONSTACK | SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaddset(&action.sa_mask, SIGBUS);
	sigaddset(&action.sa_mask, SIGSEGV);
	signal_stack();
	if (sigaction(SIGBUS, &action, NULL) < 0 || sigaction(SIGSEGV, &action, NULL) < 0 ||
	    sigaction(SIGUSR1, &stop, NULL) < 0)
		die("sigaction: %s", errno_name(errno));
}

json_t *json_hit(void)
{
	return json_pack("{s:i, s:i, s:o, s:i}", "signo", hit.signo, "code", hit.code, "addr",
			 json_address(hit.address), "lsb", hit.lsb);
}
