/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads and stores of a process of the scenario, in its mapping: once, or over and over. */
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "../base/json.h"
#include "../base/page.h"
#include "../operations/pattern.h"
#include "../request/arguments.h"
#include "handlers.h"
#include "signals.h"
#include "worker.h"

/*
 * Where a page is touched first: not at its start, so that si_addr shows whether the kernel reports the address itself
 * or rounds it to the page.
 */
#define FIRST_TOUCH 0x128

/* Reads or writes one page of the mapping whole; false when a signal ended it. */
static bool touch_page(char *page, char *copy, bool store)
{
	if (sigsetjmp(fault_jump, 0)) {
		thread_state = WORKING;
		return false;
	}
	thread_state = TOUCHING;
	if (store) {
		*(volatile uint64_t *)(page + FIRST_TOUCH) = *(uint64_t *)(copy + FIRST_TOUCH);
		memcpy(page, copy, PAGE_BYTES);
	} else {
		(void)*(volatile uint64_t *)(page + FIRST_TOUCH);
		memcpy(copy, page, PAGE_BYTES);
	}
	__asm__ volatile("" ::: "memory");
	thread_state = WORKING;
	return true;
}

/* The signal that ended a touch, with the page and the address that were touched, whatever si_addr is. */
static json_t *hit_at(uint64_t page)
{
	json_t *hit = json_hit();

	json_put(hit, "page", json_integer(page));
	json_put(hit, "touching", json_address((uintptr_t)worker.map + page * PAGE_BYTES + FIRST_TOUCH));
	return hit;
}

static json_t *touch(const struct request *request)
{
	static char copy[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
	uint64_t page = arg_integer(request, "page");
	uint64_t pages = arg_integer(request, "pages");
	bool store = arg_is(request, "how", "store");
	unsigned int seed = arg_integer(request, "seed");
	json_t *seeds = json_array();
	json_t *data;
	uint64_t i;

	for (i = page; i < page + pages; i++) {
		if (store)
			pattern_page(copy, seed, worker.page + i);
		if (!touch_page(worker.map + i * PAGE_BYTES, copy, store))
			break;
		if (!store)
			json_push(seeds, json_seed(pattern_seed(copy, worker.page + i)));
	}
	data = json_pack("{s:I, s:o}", "touched", (json_int_t)(i - page), "seeds", seeds);
	if (i < page + pages)
		json_put(data, "hit", hit_at(i));
	return data;
}

struct toucher {
	const struct request *request;
	json_t *data;
};

static void *toucher_main(void *argument)
{
	struct toucher *toucher = argument;

	signal_stack();
	toucher->data = touch(toucher->request);
	return NULL;
}

void work_touch(const struct request *request)
{
	struct toucher toucher = { .request = request };
	pthread_t id;
	int error;

	if (!arg_flag(request, "thread")) {
		worker_answer(touch(request));
		return;
	}
	error = pthread_create(&id, NULL, toucher_main, &toucher);
	if (error) {
		worker_refuse("pthread_create", error);
		return;
	}
	thread_state = IDLE;
	pthread_join(id, NULL);
	thread_state = WORKING;
	worker_answer(toucher.data);
}

/*
 * Loads from one page over and over, so that the CPU is nearly always in user mode with that page mapped; false when a
 * signal ended it.
 */
static bool spin_on(const char *page)
{
	static const char started[] = "{\"started\":true}";

	told_to_stop = 0;
	if (sigsetjmp(fault_jump, 0)) {
		thread_state = WORKING;
		return false;
	}
	/* From here on a fault is what the scenario is about: only now may the agent report that it has begun. */
	thread_state = TOUCHING;
	if (frame_send(worker.commands, started, NULL, 0, 0))
		_exit(1);
	while (!told_to_stop)
		(void)*(const volatile uint64_t *)(page + FIRST_TOUCH);
	thread_state = WORKING;
	return true;
}

void work_spin(const struct request *request)
{
	uint64_t page = arg_integer(request, "page");
	json_t *data = json_object();

	if (!spin_on(worker.map + page * PAGE_BYTES))
		json_put(data, "hit", hit_at(page));
	worker_answer(data);
}
