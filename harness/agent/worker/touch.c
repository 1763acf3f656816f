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
#include "touch.h"
#include "worker.h"

static struct part part_of(const struct request *request)
{
	size_t offset = arg_integer(request, "offset");
	size_t length = arg_integer(request, "length");

	if (length)
		return (struct part){ .first = offset, .offset = offset, .length = length };
	return (struct part){ .first = FIRST_TOUCH, .length = PAGE_BYTES };
}

/* One instruction that loads or stores, before all others: the processor reports its address. */
static void touch_first(char *at, const char *copy, struct part part, bool store)
{
	bool word = part.first % sizeof(uint64_t) == 0 && part.length >= sizeof(uint64_t);

	if (word && store)
		*(volatile uint64_t *)at = *(const uint64_t *)copy;
	else if (word)
		(void)*(volatile uint64_t *)at;
	else if (store)
		*(volatile char *)at = *copy;
	else
		(void)*(volatile char *)at;
}

bool touch_page(char *page, char *copy, struct part part, bool store)
{
	if (sigsetjmp(fault_jump, 0)) {
		thread_state = WORKING;
		return false;
	}
	thread_state = TOUCHING;
	if (store) {
		touch_first(page + part.first, copy + part.first, part, true);
		memcpy(page + part.offset, copy + part.offset, part.length);
	} else {
		touch_first(page + part.first, copy + part.first, part, false);
		memcpy(copy + part.offset, page + part.offset, part.length);
	}
	__asm__ volatile("" ::: "memory");
	thread_state = WORKING;
	return true;
}

json_t *hit_at(uint64_t page, size_t first)
{
	json_t *hit = json_hit();

	json_put(hit, "page", json_integer(page));
	json_put(hit, "touching", json_address((uintptr_t)worker.map + page * PAGE_BYTES + first));
	return hit;
}

/* The seed that a load has found. Of a part of a page: the expected one, if it holds its pattern. */
static unsigned int seed_of(const char *copy, struct part part, unsigned int expected, uint64_t number)
{
	char wanted[PAGE_BYTES];

	if (part.length == PAGE_BYTES)
		return pattern_seed(copy, number);
	if (!expected)
		return 0;
	pattern_page(wanted, expected, number);
	return memcmp(wanted + part.offset, copy + part.offset, part.length) == 0 ? expected : 0;
}

static json_t *touch(const struct request *request)
{
	static char copy[PAGE_BYTES] __attribute__((aligned(PAGE_BYTES)));
	uint64_t page = arg_integer(request, "page");
	uint64_t pages = arg_integer(request, "pages");
	bool store = arg_is(request, "how", "store");
	unsigned int seed = arg_integer(request, "seed");
	struct part part = part_of(request);
	json_t *seeds = json_array();
	json_t *data;
	uint64_t i;

	for (i = page; i < page + pages; i++) {
		if (store)
			pattern_page(copy, seed, worker.page + i);
		if (!touch_page(worker.map + i * PAGE_BYTES, copy, part, store))
			break;
		if (!store)
			json_push(seeds, json_seed(seed_of(copy, part, seed, worker.page + i)));
	}
	data = json_pack("{s:I, s:o}", "touched", (json_int_t)(i - page), "seeds", seeds);
	if (i < page + pages)
		json_put(data, "hit", hit_at(i, part.first));
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
		json_put(data, "hit", hit_at(page, FIRST_TOUCH));
	worker_answer(data);
}
