/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A thread of a process of the scenario that touches its pages over and over, whatever signals it runs into. The process goes on to
 * serve requests. One round is over all pages; `round` waits for one that begins after it was asked.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../base/die.h"
#include "../base/json.h"
#include "../base/names.h"
#include "../base/page.h"
#include "../operations/pattern.h"
#include "../request/arguments.h"
#include "handlers.h"
#include "signals.h"
#include "touch.h"
#include "worker.h"

/* Faults that come without a pause: a race is between the signal and the next touch. */
#define HASTY_FAULTS 1000

static struct {
	pthread_mutex_t lock;
	pthread_cond_t ended;
	bool runs, store;
	unsigned int seed;
	/* Rounds that have ended, and what the last one found. */
	uint64_t rounds;
	json_t *found;
} again = { .lock = PTHREAD_MUTEX_INITIALIZER, .ended = PTHREAD_COND_INITIALIZER };

static json_t *one_round(char *copy, uint64_t *faults)
{
	static const struct part whole = { .first = FIRST_TOUCH, .length = PAGE_BYTES };
	static const struct timespec pause = { .tv_nsec = 1000000 };
	json_t *seeds = json_array(), *hits = json_array();

	for (uint64_t page = 0; page < worker.pages; page++) {
		if (again.store)
			pattern_page(copy, again.seed, worker.page + page);
		was_hit = 0;
		if (touch_page(worker.map + page * PAGE_BYTES, copy, whole, again.store)) {
			json_push(seeds, json_seed(again.store ? again.seed : pattern_seed(copy, worker.page + page)));
			continue;
		}
		json_push(seeds, json_null());
		json_push(hits, hit_at(page, FIRST_TOUCH));
		if (++*faults > HASTY_FAULTS)
			nanosleep(&pause, NULL);
	}
	return json_pack("{s:o, s:o}", "seeds", seeds, "hits", hits);
}

static void *again_main(void *unused)
{
	char *copy = allocate(PAGE_BYTES);
	uint64_t faults = 0;

	(void)unused;
	signal_stack();
	touches_again = true;
	for (;;) {
		json_t *found = one_round(copy, &faults), *before;

		pthread_mutex_lock(&again.lock);
		before = again.found;
		again.found = found;
		again.rounds++;
		pthread_cond_broadcast(&again.ended);
		pthread_mutex_unlock(&again.lock);
		json_decref(before);
	}
	return NULL;
}

void work_touch_again(const struct request *request)
{
	pthread_t id;
	int error;

	if (!worker.pages || again.runs) {
		worker_refuse("touch-again", worker.pages ? EBUSY : EINVAL);
		return;
	}
	again.store = arg_is(request, "how", "store");
	again.seed = arg_integer(request, "seed");
	error = pthread_create(&id, NULL, again_main, NULL);
	if (error) {
		worker_refuse("pthread_create", error);
		return;
	}
	/* Before the answer: from then on it must not count as busy. */
	pthread_setname_np(id, AGAIN_COMM);
	again.runs = true;
	worker_answer(json_object());
}

void work_round(const struct request *request)
{
	uint64_t wanted;
	json_t *found;

	(void)request;
	if (!again.runs) {
		worker_refuse("round", EINVAL);
		return;
	}
	thread_state = IDLE;
	pthread_mutex_lock(&again.lock);
	/* The next round to end has begun already. */
	wanted = again.rounds + 2;
	while (again.rounds < wanted)
		pthread_cond_wait(&again.ended, &again.lock);
	found = json_deep_copy(again.found);
	pthread_mutex_unlock(&again.lock);
	thread_state = WORKING;
	worker_answer(found);
}

/* A child has no thread of its parent but the one that forked. */
void again_forget(void)
{
	again.runs = false;
	again.rounds = 0;
	again.found = NULL;
	pthread_mutex_init(&again.lock, NULL);
	pthread_cond_init(&again.ended, NULL);
}
